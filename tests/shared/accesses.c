/* SPDX-License-Identifier: MIT */
/*
 * accesses.c - what code compiled with -fsanitize=thread calls, by the names that GCC and Clang know
 *
 * The names and prototypes are those of ThreadSanitizer's interface; the runtime itself is not linked. This
 * file is compiled without the option.
 */
#include "accesses.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

accesses_fn *accesses_hook;

static inline void report(const volatile void *address, unsigned long bytes, enum access_kind kind)
{
    if (accesses_hook)
        accesses_hook(address, (unsigned)bytes, kind);
}

#define PLAIN(name, bytes, kind)                                                                             \
    void name(void *address);                                                                                \
    void name(void *address)                                                                                 \
    {                                                                                                        \
        report(address, bytes, kind);                                                                        \
    }

#define PLAIN_OF(bytes)                                                                                      \
    PLAIN(__tsan_read##bytes, bytes, ACCESS_READ)                                                            \
    PLAIN(__tsan_write##bytes, bytes, ACCESS_WRITE)                                                          \
    PLAIN(__tsan_unaligned_read##bytes, bytes, ACCESS_READ)                                                  \
    PLAIN(__tsan_unaligned_write##bytes, bytes, ACCESS_WRITE)                                                \
    PLAIN(__tsan_volatile_read##bytes, bytes, ACCESS_READ)                                                   \
    PLAIN(__tsan_volatile_write##bytes, bytes, ACCESS_WRITE)

PLAIN_OF(1)
PLAIN_OF(2)
PLAIN_OF(4)
PLAIN_OF(8)
PLAIN_OF(16)

#define RANGE(name, kind)                                                                                    \
    void name(void *address, unsigned long bytes);                                                           \
    void name(void *address, unsigned long bytes)                                                            \
    {                                                                                                        \
        report(address, bytes, kind);                                                                        \
    }

RANGE(__tsan_read_range, ACCESS_READ)
RANGE(__tsan_write_range, ACCESS_WRITE)

/* Orders come as numbers, and are not looked at. */
#define UPDATE(bits, name, builtin)                                                                          \
    uint##bits##_t __tsan_atomic##bits##_##name(volatile uint##bits##_t *, uint##bits##_t, int);             \
    uint##bits##_t __tsan_atomic##bits##_##name(volatile uint##bits##_t *at, uint##bits##_t value,           \
                                                int order)                                                   \
    {                                                                                                        \
        (void)order;                                                                                         \
        report(at, sizeof *at, ACCESS_ATOMIC_UPDATE);                                                        \
        return builtin(at, value, __ATOMIC_SEQ_CST);                                                         \
    }

/* GCC's: the expected value is in memory, and becomes the one that was found. */
#define COMPARE(bits, strength)                                                                              \
    bool __tsan_atomic##bits##_compare_exchange_##strength(volatile uint##bits##_t *, uint##bits##_t *,      \
                                                           uint##bits##_t, int, int);                        \
    bool __tsan_atomic##bits##_compare_exchange_##strength(volatile uint##bits##_t *at,                      \
                                                           uint##bits##_t *expected, uint##bits##_t desired, \
                                                           int order, int failure)                           \
    {                                                                                                        \
        (void)order, (void)failure;                                                                          \
        report(at, sizeof *at, ACCESS_ATOMIC_UPDATE);                                                        \
        return __atomic_compare_exchange_n(at, expected, desired, false, __ATOMIC_SEQ_CST,                   \
                                           __ATOMIC_SEQ_CST);                                                \
    }

#define ATOMIC_OF(bits)                                                                                      \
    uint##bits##_t __tsan_atomic##bits##_load(const volatile uint##bits##_t *, int);                         \
    uint##bits##_t __tsan_atomic##bits##_load(const volatile uint##bits##_t *at, int order)                  \
    {                                                                                                        \
        (void)order;                                                                                         \
        report(at, sizeof *at, ACCESS_ATOMIC_READ);                                                          \
        return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                                        \
    }                                                                                                        \
    void __tsan_atomic##bits##_store(volatile uint##bits##_t *, uint##bits##_t, int);                        \
    void __tsan_atomic##bits##_store(volatile uint##bits##_t *at, uint##bits##_t value, int order)           \
    {                                                                                                        \
        (void)order;                                                                                         \
        report(at, sizeof *at, ACCESS_ATOMIC_WRITE);                                                         \
        __atomic_store_n(at, value, __ATOMIC_SEQ_CST);                                                       \
    }                                                                                                        \
    UPDATE(bits, exchange, __atomic_exchange_n)                                                              \
    UPDATE(bits, fetch_add, __atomic_fetch_add)                                                              \
    UPDATE(bits, fetch_sub, __atomic_fetch_sub)                                                              \
    UPDATE(bits, fetch_and, __atomic_fetch_and)                                                              \
    UPDATE(bits, fetch_or, __atomic_fetch_or)                                                                \
    UPDATE(bits, fetch_xor, __atomic_fetch_xor)                                                              \
    UPDATE(bits, fetch_nand, __atomic_fetch_nand)                                                            \
    COMPARE(bits, strong)                                                                                    \
    COMPARE(bits, weak)                                                                                      \
    /* Clang's: the expected value is an argument, and the one that was found is returned. */                \
    uint##bits##_t __tsan_atomic##bits##_compare_exchange_val(volatile uint##bits##_t *, uint##bits##_t,     \
                                                              uint##bits##_t, int, int);                     \
    uint##bits##_t __tsan_atomic##bits##_compare_exchange_val(                                               \
        volatile uint##bits##_t *at, uint##bits##_t expected, uint##bits##_t desired, int order,             \
        int failure)                                                                                         \
    {                                                                                                        \
        (void)order, (void)failure;                                                                          \
        report(at, sizeof *at, ACCESS_ATOMIC_UPDATE);                                                        \
        (void)__atomic_compare_exchange_n(at, &expected, desired, false, __ATOMIC_SEQ_CST,                   \
                                          __ATOMIC_SEQ_CST);                                                 \
        return expected;                                                                                     \
    }

ATOMIC_OF(8)
ATOMIC_OF(16)
ATOMIC_OF(32)
ATOMIC_OF(64)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
    (void)order;
    report(NULL, 0, ACCESS_FENCE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Of an interrupt's concern only: the compiler has kept the order. */
void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}

/* What later versions of clang turn calls, and what they turn into calls, into. */
void *__tsan_memset(void *to, int value, size_t bytes);
void *__tsan_memset(void *to, int value, size_t bytes)
{
    report(to, bytes, ACCESS_WRITE);
    return memset(to, value, bytes);
}

void *__tsan_memmove(void *to, const void *from, size_t bytes);
void *__tsan_memmove(void *to, const void *from, size_t bytes)
{
    report(from, bytes, ACCESS_READ);
    report(to, bytes, ACCESS_WRITE);
    return memmove(to, from, bytes);
}

void *__tsan_memcpy(void *to, const void *from, size_t bytes);
void *__tsan_memcpy(void *to, const void *from, size_t bytes)
{
    return __tsan_memmove(to, from, bytes);
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}
