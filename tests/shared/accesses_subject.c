/* SPDX-License-Identifier: MIT */
/* accesses_subject.c - one access each, compiled for the hook. */
#include "accesses_subject.h"

#define SUBJECT_UPDATE(bits, name, builtin)                                                                  \
    uint##bits##_t access_##name##bits(uint##bits##_t *at, uint##bits##_t value)                             \
    {                                                                                                        \
        return builtin(at, value, __ATOMIC_ACQ_REL);                                                         \
    }

#define SUBJECT(bits)                                                                                        \
    uint##bits##_t access_read##bits(const uint##bits##_t *at)                                               \
    {                                                                                                        \
        return *at;                                                                                          \
    }                                                                                                        \
    void access_write##bits(uint##bits##_t *at, uint##bits##_t value)                                        \
    {                                                                                                        \
        *at = value;                                                                                         \
    }                                                                                                        \
    uint##bits##_t access_atomic_read##bits(const uint##bits##_t *at)                                        \
    {                                                                                                        \
        return __atomic_load_n(at, __ATOMIC_RELAXED);                                                        \
    }                                                                                                        \
    void access_atomic_write##bits(uint##bits##_t *at, uint##bits##_t value)                                 \
    {                                                                                                        \
        __atomic_store_n(at, value, __ATOMIC_RELEASE);                                                       \
    }                                                                                                        \
    SUBJECT_UPDATE(bits, add, __atomic_fetch_add)                                                            \
    SUBJECT_UPDATE(bits, sub, __atomic_fetch_sub)                                                            \
    SUBJECT_UPDATE(bits, and, __atomic_fetch_and)                                                            \
    SUBJECT_UPDATE(bits, or, __atomic_fetch_or)                                                              \
    SUBJECT_UPDATE(bits, xor, __atomic_fetch_xor)                                                            \
    SUBJECT_UPDATE(bits, nand, __atomic_fetch_nand)                                                          \
    SUBJECT_UPDATE(bits, exchange, __atomic_exchange_n)                                                      \
    bool access_compare##bits(uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t desired)          \
    {                                                                                                        \
        uint##bits##_t value = *expected;                                                                    \
        bool done =                                                                                          \
            __atomic_compare_exchange_n(at, &value, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);     \
        *expected = value;                                                                                   \
        return done;                                                                                         \
    }                                                                                                        \
    bool access_compare_weak##bits(uint##bits##_t *at, uint##bits##_t *expected, uint##bits##_t desired)     \
    {                                                                                                        \
        uint##bits##_t value = *expected;                                                                    \
        bool done =                                                                                          \
            __atomic_compare_exchange_n(at, &value, desired, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);      \
        *expected = value;                                                                                   \
        return done;                                                                                         \
    }

SUBJECT(8)
SUBJECT(16)
SUBJECT(32)
SUBJECT(64)

uint64_t access_read_volatile(const volatile uint64_t *at)
{
    return *at;
}

void access_write_volatile(volatile uint64_t *at, uint64_t value)
{
    *at = value;
}

uint64_t access_read_unaligned(const void *at)
{
    const struct __attribute__((packed)) {
        uint64_t value;
    } *word = at;
    return word->value;
}

void access_copy(struct access_block *to, const struct access_block *from)
{
    *to = *from;
}

void access_fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void access_signal_fence(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

uint64_t access_local(uint64_t value)
{
    uint64_t local[2] = {value, value + 1};
    return local[value & 1];
}
