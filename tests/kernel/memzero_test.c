/* SPDX-License-Identifier: MIT */
/* memzero_test.c - the library's memzero(): any start, any size, with and without DC ZVA. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include <bitframe/page_alloc.h>
#include <bitframe/platform.h>

#include "harness.h"
#include "random.h"

enum { MAX_BYTES = 20000, BUFFER_BYTES = 8192 + MAX_BYTES + 4096 };

/* The bytes just zeroed are the only ones that changed. Returns the first that is wrong, or BUFFER_BYTES. */
static size_t first_wrong(const uint8_t *buffer, const uint8_t *before, size_t start, size_t bytes)
{
    static const uint8_t zeros[MAX_BYTES];
    if (memcmp(buffer, before, start) == 0 && memcmp(buffer + start, zeros, bytes) == 0 &&
        memcmp(buffer + start + bytes, before + start + bytes, BUFFER_BYTES - start - bytes) == 0)
        return BUFFER_BYTES;
    for (size_t i = 0; i < BUFFER_BYTES; i++) {
        if (buffer[i] != (i - start < bytes ? 0 : before[i]))
            return i;
    }
    return BUFFER_BYTES;
}

static void expect_zeroed(uint8_t *buffer, size_t start, size_t bytes)
{
    static uint8_t before[BUFFER_BYTES];
    static bool filled;
    if (!filled) {
        for (size_t i = 0; i < BUFFER_BYTES; i++)
            before[i] = (uint8_t)(1 + below(255));
        filled = true;
    }
    memcpy(buffer, before, BUFFER_BYTES);
    memzero((uintptr_t)buffer + start, bytes);
    size_t wrong = first_wrong(buffer, before, start, bytes);
    cr_assert_eq(wrong, BUFFER_BYTES, "memzero(buffer + %zu, %zu): byte %zu is wrong", start, bytes, wrong);
}

/* Between the unmapped ends of the arena, up to either. */
static uint64_t try_ranges(void)
{
    struct arena a = arena();
    uint8_t *middle = (uint8_t *)(a.start + ARENA_WORDS / 2);
    uint64_t calls = 0;

    /* Every start in two words and every small size. */
    for (size_t start = 4088; start < 4104; start++) {
        for (size_t bytes = 0; bytes <= 40; bytes++, calls++)
            expect_zeroed(middle, start, bytes);
    }
    /* Around whole frames. */
    for (size_t start = 4090; start <= 4102; start += 2) {
        for (size_t end = 8186; end <= 12294; end += end % 4096 == 6 ? 4096 - 12 : 1, calls++)
            expect_zeroed(middle, start, end - start);
    }
    for (int i = 0; i < 1500; i++, calls++)
        expect_zeroed(middle, below(8192), below(MAX_BYTES + 1));
    for (size_t i = 0; i < 200; i++, calls += 2) {
        size_t bytes = i < 100 ? i : below(MAX_BYTES + 1);
        expect_zeroed((uint8_t *)a.start, 0, bytes);
        expect_zeroed((uint8_t *)a.end - BUFFER_BYTES, BUFFER_BYTES - bytes, bytes);
    }
    return calls;
}

Test(memzero, ranges)
{
    uint64_t calls = 0;
    begin_random(seed());
    for (uint32_t bytes = 32; bytes == 32 || bytes <= bitframe_get_zva_block_bytes(); bytes *= 2) {
        struct bitframe_platform platform = {.zva_block_bytes = bytes == 32 ? 0 : bytes};
        cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
        calls += try_ranges();
    }
    cr_assert_eq(bitframe_set_platform(NULL), BITFRAME_OK);
    printf("memzero: %" PRIu64 " calls, seed 0x%" PRIx64 "\n", calls, seed());
    fflush(stdout);
}
