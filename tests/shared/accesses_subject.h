/* SPDX-License-Identifier: MIT */
/* accesses_subject.h - one access each, compiled for the hook. */
#ifndef BITFRAME_TESTS_ACCESSES_SUBJECT_H
#define BITFRAME_TESTS_ACCESSES_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

struct access_block {
    uint64_t words[3];
};

#define SUBJECT_PLAIN(bits)                                                                                  \
    uint##bits##_t access_read##bits(const uint##bits##_t *at);                                              \
    void access_write##bits(uint##bits##_t *at, uint##bits##_t value);                                       \
    uint##bits##_t access_atomic_read##bits(const uint##bits##_t *at);                                       \
    void access_atomic_write##bits(uint##bits##_t *at, uint##bits##_t value);                                \
    uint##bits##_t access_add##bits(uint##bits##_t *at, uint##bits##_t value);                               \
    uint##bits##_t access_sub##bits(uint##bits##_t *at, uint##bits##_t value);                               \
    uint##bits##_t access_and##bits(uint##bits##_t *at, uint##bits##_t value);                               \
    uint##bits##_t access_or##bits(uint##bits##_t *at, uint##bits##_t value);                                \
    uint##bits##_t access_xor##bits(uint##bits##_t *at, uint##bits##_t value);                               \
    uint##bits##_t access_nand##bits(uint##bits##_t *at, uint##bits##_t value);                              \
    uint##bits##_t access_exchange##bits(uint##bits##_t *at, uint##bits##_t value);                          \
    bool access_compare##bits(uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t desired);         \
    bool access_compare_weak##bits(uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t desired);

SUBJECT_PLAIN(8)
SUBJECT_PLAIN(16)
SUBJECT_PLAIN(32)
SUBJECT_PLAIN(64)

uint64_t access_read_volatile(const volatile uint64_t *at);
void access_write_volatile(volatile uint64_t *at, uint64_t value);
uint64_t access_read_unaligned(const void *at);
void access_copy(struct access_block *to, const struct access_block *from);
void access_fence(void);
void access_signal_fence(void);
uint64_t access_local(uint64_t value);

#endif
