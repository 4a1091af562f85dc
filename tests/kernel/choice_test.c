/* SPDX-License-Identifier: MIT */
/* choice_test.c - the wrappers in kernels.h with the implementations and thresholds that this build chose. */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "harness.h"

static unsigned begun;
static unsigned ended;
static bool lent;

static bool begin_simd(void)
{
    cr_expect_eq(begun, ended);
    begun++;
    if (!lent)
        ended = begun;
    return lent;
}

static void end_simd(void)
{
    ended++;
    cr_expect_eq(begun, ended);
}

/* How often SIMD is to be asked for in one call over count words. */
static unsigned scan_asks(uint64_t count)
{
#ifdef BITFRAME_FAST_SCAN
    return count >= BITFRAME_SIMD_SCAN_WORDS;
#else
    return count & 0;
#endif
}

static unsigned count_asks(uint64_t count)
{
#ifdef BITFRAME_FAST_COUNT
    return count >= BITFRAME_SIMD_COUNT_WORDS;
#else
    return count & 0;
#endif
}

static void expect_answers(const uint64_t *words, uint64_t count, uint64_t first, uint64_t bits)
{
    begun = ended = 0;
    cr_expect_eq(kernel_scan(words, count), first);
    cr_expect_eq(begun, bitframe_machine.simd_begin ? scan_asks(count) : 0);
    cr_expect_eq(ended, begun);
    begun = ended = 0;
    cr_expect_eq(kernel_count(words, count), bits);
    cr_expect_eq(begun, bitframe_machine.simd_begin ? count_asks(count) : 0);
    cr_expect_eq(ended, begun);
}

Test(kernel_choice, words)
{
    enum { WORDS = 2048 };
    static const struct bitframe_platform platforms[] = {{0},
                                                         {.simd_begin = begin_simd, .simd_end = end_simd}};
    const uint64_t lengths[] = {0,
                                1,
                                15,
                                130,
                                BITFRAME_SIMD_SCAN_WORDS - 1,
                                BITFRAME_SIMD_SCAN_WORDS,
                                BITFRAME_SIMD_COUNT_WORDS - 1,
                                BITFRAME_SIMD_COUNT_WORDS,
                                WORDS};
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(bitframe_set_platform(&platforms[i != 0]), BITFRAME_OK);
        lent = i == 1;
        for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
            uint64_t count = lengths[k];
            if (count > WORDS)
                continue;
            uint64_t *words = arena().end - count; /* nothing is mapped behind it */
            memset(words, 0, count * sizeof(*words));
            expect_answers(words, count, count, 0);
            if (count == 0)
                continue;
            words[count - 1] = UINT64_C(0x8000000000000001);
            expect_answers(words, count, count - 1, 2);
        }
    }
    cr_assert_eq(bitframe_set_platform(NULL), BITFRAME_OK);
}

Test(kernel_choice, bits)
{
    uint64_t words[4] = {0, 0, 0, 0};
    kernel_fill(words, 60, 70);
    cr_expect_eq(words[0], UINT64_C(0xF) << 60);
    cr_expect_eq(words[1], UINT64_MAX);
    cr_expect_eq(words[2], 3);
    cr_expect_eq(kernel_find(words, 0, 256), 60);
    kernel_clear(words, 60, 69);
    cr_expect_eq(kernel_find(words, 0, 256), 129);
    cr_expect_eq(kernel_find(words, 0, 129), 129);
    cr_expect_eq(words[3], 0);
}

/* With each block that may be declared here: none, too small to be used, and up to this CPU's own. */
Test(kernel_choice, frames)
{
    static _Alignas(4096) uint8_t frames[4 * 4096];
    for (uint32_t bytes = 8; bytes <= 32 || bytes <= bitframe_get_zva_block_bytes(); bytes *= 2) {
        struct bitframe_platform platform = {.zva_block_bytes = bytes == 8 ? 0 : bytes};
        cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
        memset(frames, 0xA5, sizeof(frames));
        kernel_zero_frames(frames + 4096, 2 * 4096);
        for (size_t i = 0; i < sizeof(frames); i++)
            cr_assert_eq(frames[i], i / 4096 == 1 || i / 4096 == 2 ? 0 : 0xA5);
    }
    cr_assert_eq(bitframe_set_platform(NULL), BITFRAME_OK);
}
