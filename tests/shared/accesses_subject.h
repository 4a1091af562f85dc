/* SPDX-License-Identifier: MIT */
/* accesses_subject.h - one access each, compiled for the hook. */
#ifndef BITFRAME_TESTS_ACCESSES_SUBJECT_H
#define BITFRAME_TESTS_ACCESSES_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

struct subject_block {
    uint64_t words[3];
};

#define SUBJECT_PLAIN(bits)                                                                                  \
    uint##bits##_t subject_read##bits(const uint##bits##_t *at);                                             \
    void subject_write##bits(uint##bits##_t *at, uint##bits##_t value);                                      \
    uint##bits##_t subject_atomic_read##bits(const uint##bits##_t *at);                                      \
    void subject_atomic_write##bits(uint##bits##_t *at, uint##bits##_t value);                               \
    uint##bits##_t subject_add##bits(uint##bits##_t *at, uint##bits##_t value);                              \
    uint##bits##_t subject_sub##bits(uint##bits##_t *at, uint##bits##_t value);                              \
    uint##bits##_t subject_and##bits(uint##bits##_t *at, uint##bits##_t value);                              \
    uint##bits##_t subject_or##bits(uint##bits##_t *at, uint##bits##_t value);                               \
    uint##bits##_t subject_xor##bits(uint##bits##_t *at, uint##bits##_t value);                              \
    uint##bits##_t subject_nand##bits(uint##bits##_t *at, uint##bits##_t value);                             \
    uint##bits##_t subject_exchange##bits(uint##bits##_t *at, uint##bits##_t value);                         \
    bool subject_compare##bits(uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t desired);        \
    bool subject_compare_weak##bits(uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t desired);

SUBJECT_PLAIN(8)
SUBJECT_PLAIN(16)
SUBJECT_PLAIN(32)
SUBJECT_PLAIN(64)

uint64_t subject_read_volatile(const volatile uint64_t *at);
void subject_write_volatile(volatile uint64_t *at, uint64_t value);
uint64_t subject_read_unaligned(const void *at);
void subject_copy(struct subject_block *to, const struct subject_block *from);
void subject_fence(void);
void subject_signal_fence(void);
uint64_t subject_local(uint64_t value);

#endif
