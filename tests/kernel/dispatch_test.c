/* SPDX-License-Identifier: MIT */
/*
 * dispatch_test.c - when the wrappers in kernels.h call a fast kernel, and when they must not
 *
 * The wrappers are compiled here with implementations and thresholds of the test's own, so that every machine
 * tests what only some have. choice_test.c has the choices that this build made.
 */
#include <stdint.h>
#include <string.h>

#include <criterion/criterion.h>

#include <bitframe/options.h>

#include "arch_kernels.h"

#undef BITFRAME_PLAIN_SCAN
#undef BITFRAME_FAST_SCAN
#undef BITFRAME_SIMD_SCAN_WORDS
#undef BITFRAME_PLAIN_COUNT
#undef BITFRAME_FAST_COUNT
#undef BITFRAME_SIMD_COUNT_WORDS
#undef BITFRAME_PLAIN_ZERO_FRAMES
#undef BITFRAME_FAST_ZERO_FRAMES
#define BITFRAME_PLAIN_SCAN        plain_scan
#define BITFRAME_FAST_SCAN         fast_scan
#define BITFRAME_SIMD_SCAN_WORDS   24
#define BITFRAME_PLAIN_COUNT       plain_count
#define BITFRAME_FAST_COUNT        fast_count
#define BITFRAME_SIMD_COUNT_WORDS  10
#define BITFRAME_PLAIN_ZERO_FRAMES plain_zero_frames
#define BITFRAME_FAST_ZERO_FRAMES  fast_zero_frames

/* What happened, a letter for each: p plain, f fast, b simd_begin, r simd_begin that refuses, e simd_end. */
static char events[16];
static uint64_t given_step;

static void note(char event)
{
    size_t count = strlen(events);
    cr_assert(count < sizeof(events) - 1);
    events[count] = event;
}

static void expect_events(const char *want)
{
    cr_expect_str_eq(events, want);
    memset(events, 0, sizeof(events));
}

static uint64_t plain_scan(const uint64_t *words, uint64_t count);
static uint64_t fast_scan(const uint64_t *words, uint64_t count);
static uint64_t plain_count(const uint64_t *words, uint64_t count);
static uint64_t fast_count(const uint64_t *words, uint64_t count);
static void plain_zero_frames(void *dst, uint64_t bytes, uint64_t step);
static void fast_zero_frames(void *dst, uint64_t bytes, uint64_t step);

#include "base/kernels.h"

static uint64_t plain_scan(const uint64_t *words, uint64_t count)
{
    note('p');
    return bitframe_scan_c(words, count);
}

static uint64_t fast_scan(const uint64_t *words, uint64_t count)
{
    note('f');
    return bitframe_scan_c(words, count);
}

static uint64_t plain_count(const uint64_t *words, uint64_t count)
{
    note('p');
    return bitframe_count_c(words, count);
}

static uint64_t fast_count(const uint64_t *words, uint64_t count)
{
    note('f');
    return bitframe_count_c(words, count);
}

static void plain_zero_frames(void *dst, uint64_t bytes, uint64_t step)
{
    note('p');
    bitframe_zero_frames_c(dst, bytes, step);
}

static void fast_zero_frames(void *dst, uint64_t bytes, uint64_t step)
{
    note('f');
    given_step = step;
    bitframe_zero_frames_c(dst, bytes, step);
}

static bool lend_simd(void)
{
    note('b');
    return true;
}

static bool refuse_simd(void)
{
    note('r');
    return false;
}

static void end_simd(void)
{
    note('e');
}

static void declare(uint32_t zva_block_bytes, bool (*simd_begin)(void))
{
    struct bitframe_platform platform = {
        .zva_block_bytes = zva_block_bytes,
        .simd_begin = simd_begin,
        .simd_end = simd_begin ? end_simd : NULL,
    };
    cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
}

/* Scan and count words of which the last is the only one that is not 0, and has 3 bits. */
static void expect_calls(uint64_t count, const char *scan_events, const char *count_events)
{
    static uint64_t words[100];
    memset(words, 0, sizeof(words));
    if (count != 0)
        words[count - 1] = 7;
    words[count] = 1;
    cr_expect_eq(kernel_scan(words, count), count == 0 ? 0 : count - 1);
    expect_events(scan_events);
    cr_expect_eq(kernel_count(words, count), count == 0 ? 0 : 3);
    expect_events(count_events);
}

Test(kernel_dispatch, simd)
{
    /* Nothing declared: never. */
    cr_assert_eq(bitframe_set_platform(NULL), BITFRAME_OK);
    for (uint64_t count = 0; count < 99; count++)
        expect_calls(count, "p", "p");

    /* Lent: asked for once a call, from the threshold on, and given back. */
    declare(0, lend_simd);
    for (uint64_t count = 0; count < 99; count++)
        expect_calls(count, count < 24 ? "p" : "bfe", count < 10 ? "p" : "bfe");

    /* Refused: asked for once, not given back, and the plain one gives the answer. */
    declare(0, refuse_simd);
    for (uint64_t count = 0; count < 99; count++)
        expect_calls(count, count < 24 ? "p" : "rp", count < 10 ? "p" : "rp");

    /* No longer declared. */
    cr_assert_eq(bitframe_set_platform(NULL), BITFRAME_OK);
    expect_calls(99, "p", "p");
}

Test(kernel_dispatch, zva)
{
    static _Alignas(4096) uint8_t frames[3 * 4096];
    static const uint32_t steps[] = {0, 16, 32, 64, 128, 256, 512, 1024, 2048};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        declare(steps[i], i % 2 ? lend_simd : NULL);
        memset(frames, 0xA5, sizeof(frames));
        given_step = 0;
        kernel_zero_frames(frames + 4096, 4096);
        expect_events(steps[i] < 64 ? "p" : "f");
        cr_expect_eq(given_step, steps[i] < 64 ? 0 : steps[i]);
        for (size_t k = 0; k < sizeof(frames); k++)
            cr_assert_eq(frames[k], k / 4096 == 1 ? 0 : 0xA5);
    }
    cr_assert_eq(bitframe_set_platform(NULL), BITFRAME_OK);
    kernel_zero_frames(frames, 4096);
    expect_events("p");
}

static void report(const char *what)
{
    (void)what;
}

static bool machine_is(const struct bitframe_platform *platform)
{
    return bitframe_machine.zva_block_bytes == platform->zva_block_bytes &&
           bitframe_machine.linear_map_base == platform->linear_map_base &&
           bitframe_machine.simd_begin == platform->simd_begin &&
           bitframe_machine.simd_end == platform->simd_end && bitframe_machine.panic == platform->panic;
}

Test(kernel_dispatch, platform)
{
    /* Not a block: neither 0 nor a power of two from 16 to 2048. */
    struct bitframe_platform good = {.zva_block_bytes = 64,
                                     .linear_map_base = 4096,
                                     .simd_begin = lend_simd,
                                     .simd_end = end_simd,
                                     .panic = report};
    cr_assert_eq(bitframe_set_platform(&good), BITFRAME_OK);
    static const uint32_t bad[] = {1,
                                   2,
                                   4,
                                   8,
                                   15,
                                   17,
                                   24,
                                   48,
                                   63,
                                   65,
                                   96,
                                   192,
                                   2047,
                                   2049,
                                   3072,
                                   4095,
                                   4096,
                                   8192,
                                   1 << 16,
                                   UINT32_MAX,
                                   UINT32_C(1) << 31,
                                   UINT32_MAX - 63};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct bitframe_platform platform = {.zva_block_bytes = bad[i]};
        cr_expect_eq(bitframe_set_platform(&platform), BITFRAME_INVALID, "%u", bad[i]);
        cr_expect(machine_is(&good), "%u changed something", bad[i]);
    }

    /* To take without giving back. */
    struct bitframe_platform half = {.zva_block_bytes = 128, .simd_begin = refuse_simd};
    cr_expect_eq(bitframe_set_platform(&half), BITFRAME_INVALID);
    cr_expect(machine_is(&good));

    /* All that is good is kept; simd_end alone does no harm. */
    for (uint32_t bytes = 16; bytes <= 2048; bytes *= 2) {
        struct bitframe_platform platform = {.zva_block_bytes = bytes, .simd_end = end_simd};
        cr_expect_eq(bitframe_set_platform(&platform), BITFRAME_OK);
        cr_expect(machine_is(&platform));
        cr_expect_eq(zva_step(), bytes < 64 ? 0 : bytes);
        cr_expect_not(simd_begin());
    }

    static const struct bitframe_platform unknown;
    cr_expect_eq(bitframe_set_platform(NULL), BITFRAME_OK);
    cr_expect(machine_is(&unknown));
    expect_events("");
}

#if defined(__aarch64__)
/* DCZID_EL0: bit 4 forbids DC ZVA, bits 3:0 are log2 of the block in words of 4 bytes. */
static uint64_t __attribute__((unused)) block_of_this_cpu(void)
{
    uint64_t id;
    __asm__("mrs %0, dczid_el0" : "=r"(id));
    return id & 16 ? 0 : UINT64_C(4) << (id & 15);
}
#endif

#ifdef __aarch64__
Test(kernel_dispatch, zva_decode)
{
    for (uint64_t dczid = 0; dczid < 64; dczid++) {
        uint32_t want = dczid & 16 ? 0 : UINT32_C(4) << (dczid & 15);
        cr_expect_eq(bitframe_zva_decode(dczid), want, "%u", (unsigned)dczid);
    }
}
#endif

Test(kernel_dispatch, zva_block_bytes)
{
    uint64_t want = 0;
#define IF_ZVA(kernel, impl)                                                                                 \
    if (strcmp(#impl, "zva") == 0)                                                                           \
        want = block_of_this_cpu();
    BITFRAME_ARCH_KERNELS(IF_ZVA)
    cr_expect_eq(bitframe_get_zva_block_bytes(), want);
    if (want != 0) {
        cr_expect(want >= 16 && want <= 2048);
        cr_expect_eq(want & (want - 1), 0);
    }
}
