/* SPDX-License-Identifier: MIT */
/* accesses_test.c - the hook sees every kind of access once, before it is made, and atomics do what they say.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include "accesses.h"
#include "accesses_subject.h"

enum { REPORTS = 64 };

static struct report {
    const volatile void *address;
    unsigned bytes;
    enum access_kind kind;
    uint64_t before; /* what was there when it was reported */
} reports[REPORTS];
static unsigned reported;

static void record(const volatile void *address, unsigned bytes, enum access_kind kind)
{
    cr_assert_lt(reported, REPORTS);
    struct report *report = &reports[reported++];
    *report = (struct report){.address = address, .bytes = bytes, .kind = kind};
    if (address)
        memcpy(&report->before, (const void *)(uintptr_t)address,
               bytes < sizeof report->before ? bytes : sizeof report->before);
}

/* Of what was reported, what concerns @p address: just one, of @p bytes bytes and @p kind, ahead of any
 * change. */
static void expect(const volatile void *address, unsigned bytes, enum access_kind kind, uint64_t before)
{
    unsigned found = 0;
    accesses_hook = NULL;
    for (unsigned i = 0; i < reported; i++) {
        if (reports[i].address != address)
            continue;
        found++;
        cr_assert_eq(reports[i].bytes, bytes, "%u bytes, not %u", reports[i].bytes, bytes);
        cr_assert_eq(reports[i].kind, kind, "kind %d, not %d", (int)reports[i].kind, (int)kind);
        cr_assert_eq(reports[i].before, before, "reported when it was %" PRIu64 ", not %" PRIu64,
                     reports[i].before, before);
    }
    cr_assert_eq(found, 1, "reported %u times", found);
    reported = 0;
    accesses_hook = record;
}

/* Each case: the access, then its report, its result and what is in memory. */
#define UPDATES(bits, name, value, after)                                                                    \
    do {                                                                                                     \
        at = 12;                                                                                             \
        cr_assert_eq(access_##name##bits(&at, value), 12);                                                   \
        expect(&at, sizeof at, ACCESS_ATOMIC_UPDATE, 12);                                                    \
        cr_assert_eq(at, (uint##bits##_t)(after));                                                           \
    } while (0)

#define COMPARES(bits, name, found, expects, success, after)                                                 \
    do {                                                                                                     \
        at = found;                                                                                          \
        expected = expects;                                                                                  \
        cr_assert_eq(access_##name##bits(&at, &expected, 9), success);                                       \
        expect(&at, sizeof at, ACCESS_ATOMIC_UPDATE, found);                                                 \
        cr_assert_eq(at, after);                                                                             \
        cr_assert_eq(expected, found);                                                                       \
    } while (0)

#define WIDTH(bits)                                                                                          \
    Test(accesses, of_##bits##_bits)                                                                         \
    {                                                                                                        \
        static uint##bits##_t at;                                                                            \
        uint##bits##_t expected;                                                                             \
        accesses_hook = record;                                                                              \
        at = 5;                                                                                              \
        cr_assert_eq(access_read##bits(&at), 5);                                                             \
        expect(&at, sizeof at, ACCESS_READ, 5);                                                              \
        access_write##bits(&at, 6);                                                                          \
        expect(&at, sizeof at, ACCESS_WRITE, 5);                                                             \
        cr_assert_eq(at, 6);                                                                                 \
        cr_assert_eq(access_atomic_read##bits(&at), 6);                                                      \
        expect(&at, sizeof at, ACCESS_ATOMIC_READ, 6);                                                       \
        access_atomic_write##bits(&at, 7);                                                                   \
        expect(&at, sizeof at, ACCESS_ATOMIC_WRITE, 6);                                                      \
        cr_assert_eq(at, 7);                                                                                 \
        UPDATES(bits, add, 3, 15);                                                                           \
        UPDATES(bits, sub, 3, 9);                                                                            \
        UPDATES(bits, and, 6, 4);                                                                            \
        UPDATES(bits, or, 3, 15);                                                                            \
        UPDATES(bits, xor, 6, 10);                                                                           \
        UPDATES(bits, nand, 6, ~4);                                                                          \
        UPDATES(bits, exchange, 3, 3);                                                                       \
        COMPARES(bits, compare, 12, 12, true, 9);                                                            \
        COMPARES(bits, compare, 12, 13, false, 12);                                                          \
        COMPARES(bits, compare_weak, 12, 12, true, 9);                                                       \
        COMPARES(bits, compare_weak, 12, 13, false, 12);                                                     \
        accesses_hook = NULL;                                                                                \
    }

WIDTH(8)
WIDTH(16)
WIDTH(32)
WIDTH(64)

Test(accesses, volatile_ones)
{
    static volatile uint64_t at = 3;
    accesses_hook = record;
    cr_assert_eq(access_read_volatile(&at), 3);
    expect(&at, 8, ACCESS_READ, 3);
    access_write_volatile(&at, 4);
    expect(&at, 8, ACCESS_WRITE, 3);
    accesses_hook = NULL;
}

Test(accesses, unaligned_ones)
{
    static _Alignas(8) unsigned char bytes[16] = {0, 0, 0, 1};
    accesses_hook = record;
    cr_assert_eq(access_read_unaligned(bytes + 3), 1);
    expect(bytes + 3, 8, ACCESS_READ, 1);
    accesses_hook = NULL;
}

/* In as many pieces as the compiler likes: every byte of both is reported. */
#if !defined(__clang__) || __clang_major__ >= 15
Test(accesses, copies_of_structures)
{
    static struct access_block from = {{1, 2, 3}}, to;
    unsigned char seen[2][sizeof from] = {{0}};
    accesses_hook = record;
    access_copy(&to, &from);
    accesses_hook = NULL;
    cr_assert_eq(memcmp(&from, &to, sizeof to), 0);
    for (unsigned i = 0; i < reported; i++) {
        bool write = reports[i].kind == ACCESS_WRITE;
        cr_assert(write || reports[i].kind == ACCESS_READ);
        uintptr_t first = (uintptr_t)reports[i].address - (write ? (uintptr_t)&to : (uintptr_t)&from);
        for (unsigned byte = 0; byte < reports[i].bytes; byte++) {
            cr_assert_lt(first + byte, sizeof from);
            seen[write][first + byte] = 1;
        }
    }
    for (unsigned byte = 0; byte < sizeof from; byte++)
        cr_assert(seen[0][byte] && seen[1][byte], "byte %u", byte);
}
#endif

Test(accesses, fences)
{
    accesses_hook = record;
    access_fence();
    expect(NULL, 0, ACCESS_FENCE, 0);
    access_signal_fence();
    cr_assert_eq(reported, 0);
    accesses_hook = NULL;
}

/* What stays in registers or on the stack is nobody else's, and no hook is no trouble. */
Test(accesses, nothing_else)
{
    static uint64_t at = 3;
    accesses_hook = record;
    cr_assert_eq(access_local(4), 4);
    cr_assert_eq(reported, 0);
    accesses_hook = NULL;
    cr_assert_eq(access_add64(&at, 1), 3);
    cr_assert_eq(access_read64(&at), 4);
    cr_assert_eq(reported, 0);
}
