/* SPDX-License-Identifier: MIT */
/*
 * search_test.c - runs of set bits in a bitmap, against a loop over its bits
 *
 * Every pattern of a window across two words, for every run, alignment and skew that matter there; then
 * random bitmaps of up to four levels. Both searches, with an index and without.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "layout/search.h"
#include "random.h"

enum { WORDS = 70, BITS = WORDS * WORD_BITS, ROOM = WORDS + 4 };

static struct bitframe pool;
static uint64_t memory[ROOM];

/** Lay levels over the bitmap, or only the bitmap, as a look does that trusts no index. */
static void index_bitmap(uint64_t words, bool has_index, struct bitframe_levels *levels)
{
    (void)bitframe_levels_lay_out(&pool, levels, memory, words);
    if (!has_index) {
        levels->count = 1;
        levels->stop = 0;
        return;
    }
    for (uint64_t k = 1; k < levels->count; k++) {
        const uint64_t *below = levels_at(&pool, levels, k - 1);
        uint64_t *level = levels_at(&pool, levels, k);
        memset(level, 0, words_above(words) * sizeof(*level));
        for (uint64_t i = 0; i < words; i++)
            level[i / WORD_BITS] |= below[i] != 0 ? bit_mask(i) : 0;
        words = words_above(words);
    }
}

static bool is_run(const struct search *search, uint64_t start)
{
    if (start < search->first || start >= search->end || search->bits > search->end - start ||
        (start + search->bit_offset) % search->align != 0)
        return false;
    for (uint64_t bit = start; bit < start + search->bits; bit++) {
        if ((memory[bit / WORD_BITS] & bit_mask(bit)) == 0)
            return false;
    }
    return true;
}

static uint64_t lowest_run(const struct search *search)
{
    for (uint64_t start = search->first; start < search->end; start++) {
        if (is_run(search, start))
            return start;
    }
    return NO_BIT;
}

static uint64_t highest_run(const struct search *search)
{
    for (uint64_t start = search->end; start-- > search->first;) {
        if (is_run(search, start))
            return start;
    }
    return NO_BIT;
}

/** Compare both searches with the loop. Returns whether there is such a run. */
static bool compare(const struct bitframe_levels *levels, struct search *search)
{
    search->starts = starts_of(search->align, search->bit_offset);
    uint64_t lowest = lowest_run(search);
    uint64_t up = bitframe_search_up(&pool, levels, search);
    uint64_t down = bitframe_search_down(&pool, levels, search);
    uint64_t highest = lowest == NO_BIT ? NO_BIT : highest_run(search);
    if (up != lowest || down != highest)
        cr_assert_fail(
            "%llu bits of [%llu, %llu), align %llu, skew %llu: up %lld not %lld, down %lld not %lld",
            (unsigned long long)search->bits, (unsigned long long)search->first,
            (unsigned long long)search->end, (unsigned long long)search->align,
            (unsigned long long)search->bit_offset, (long long)up, (long long)lowest, (long long)down,
            (long long)highest);
    return lowest != NO_BIT;
}

/** The bits around the boundary of two words, all else set, or all else clear. */
static void every_pattern(uint64_t around)
{
    enum { WINDOW = 10, FIRST = WORD_BITS - WINDOW / 2 };
    static const uint64_t limits[][2] = {{0, 2 * WORD_BITS}, {FIRST + 1, FIRST + WINDOW - 1}};
    struct bitframe_levels levels;
    for (uint64_t pattern = 0; pattern < 1 << WINDOW; pattern++) {
        uint64_t window = (UINT64_C(1) << WINDOW) - 1;
        memory[0] = (around & ~(window << FIRST)) | pattern << FIRST;
        memory[1] = (around & ~(window >> (WORD_BITS - FIRST))) | pattern >> (WORD_BITS - FIRST);
        index_bitmap(2, pattern % 2 == 0, &levels);
        for (uint64_t align = 1; align <= 4 * WORD_BITS; align *= align < 8 ? 2 : 8) {
            /* Skews that allow a start in the window or at the ends of the words. */
            for (uint64_t bit_offset = 0; bit_offset < (align < 16 ? align : 16); bit_offset++) {
                for (uint64_t bits = 1; bits <= (around == 0 ? WINDOW : WORD_BITS + 8);
                     bits += bits < WINDOW ? 1 : 9) {
                    for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
                        struct search search = {
                            .first = limits[i][0],
                            .end = limits[i][1],
                            .bits = bits,
                            .align = align,
                            .bit_offset = bit_offset - 8,
                        };
                        (void)compare(&levels, &search);
                    }
                }
            }
        }
    }
}

Test(search, every_pattern_else_clear)
{
    every_pattern(0);
}

Test(search, every_pattern_else_set)
{
    every_pattern(UINT64_MAX);
}

/** A bitmap of runs that are all about as long, so that many of them nearly answer. */
static void draw_bitmap(uint64_t *random, uint64_t words)
{
    uint64_t set_most = 1 + next_random(random) % (next_random(random) % 4 == 0 ? 300 : 12);
    uint64_t clear_most = 1 + next_random(random) % (next_random(random) % 4 == 0 ? 2000 : 4);
    memset(memory, 0, sizeof(memory));
    for (uint64_t bit = 0; bit < words * WORD_BITS;) {
        for (uint64_t n = 1 + next_random(random) % set_most; n != 0 && bit < words * WORD_BITS; n--, bit++)
            memory[bit / WORD_BITS] |= bit_mask(bit);
        bit += 1 + next_random(random) % clear_most;
    }
}

Test(search, random)
{
    uint64_t random = setting("BITFRAME_SEED", 1), found = 0, rounds = amount("BITFRAME_SEARCHES", 200000);
    cr_log_info("seed %llu", (unsigned long long)random);
    struct bitframe_levels levels;
    for (uint64_t round = 0; round < rounds; round++) {
        uint64_t words = 1 + next_random(&random) % (round % 8 == 0 ? WORDS : 5);
        if (round % 4 == 0)
            draw_bitmap(&random, words);
        else
            words = levels.words;
        index_bitmap(words, next_random(&random) % 2 == 0, &levels);
        uint64_t bits = words * WORD_BITS;
        struct search search = {
            .first = next_random(&random) % 2 == 0 ? 0 : next_random(&random) % bits,
            .end = next_random(&random) % 2 == 0 ? bits : 1 + next_random(&random) % bits,
            .bits = 1 + next_random(&random) % (next_random(&random) % 4 == 0 ? 300 : 13),
            .align = UINT64_C(1) << next_random(&random) % (next_random(&random) % 4 == 0 ? 11 : 7),
            .bit_offset = next_random(&random) % 2 == 0 ? 0 : next_random(&random),
        };
        found += compare(&levels, &search);
    }
    cr_assert_gt(found, rounds / 10);
    cr_assert_lt(found, rounds / 10 * 9);
}
