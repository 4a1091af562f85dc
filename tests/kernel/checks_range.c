/* SPDX-License-Identifier: MIT */
/* checks_range.c - what fill, clear and clear_count are fed with */
#include <string.h>

#include "checks.h"
#include "random.h"

/* fill, clear and take: every bit of a range, and no other. What take returns is how many were set. */

enum { RANGE_WORDS = 4, RANGE_BITS = 64 * RANGE_WORDS, RANGE_MARGIN = 4, RANGE_ALL = RANGE_WORDS + 8 };

/* Change the range, and look at what the kernel returns if it returns anything. */
static bool change(struct verdict *verdict, const struct implementation *impl, uint64_t *words,
                   uint64_t first, uint64_t bits)
{
    uint64_t set = 0;
    if (impl->kernel != KERNEL_clear_count) {
        call(verdict, impl, words, first, bits);
        return true;
    }
    for (uint64_t bit = first; bit < first + bits; bit++)
        set += words[bit / 64] >> bit % 64 & 1;
    return expect(verdict, call(verdict, impl, words, first, bits), set);
}

/* Every range over a few words that hold a pattern. */
static bool try_changes(struct verdict *verdict, const struct implementation *impl, const uint64_t *pattern)
{
    uint64_t *at = tape() + MARGIN - RANGE_MARGIN + 1;
    uint64_t want[RANGE_ALL];
    for (uint64_t first = 0; first <= RANGE_BITS; first++) {
        memcpy(want, pattern, sizeof(want));
        for (uint64_t bits = 0; first + bits <= RANGE_BITS; bits++) {
            if (bits != 0)
                put_bit(want + RANGE_MARGIN, first + bits - 1, impl->kernel == KERNEL_fill);
            memcpy(at, pattern, sizeof(want));
            if (!change(verdict, impl, at + RANGE_MARGIN, first, bits) ||
                !expect_words(verdict, at, want, RANGE_ALL))
                return false;
        }
    }
    return true;
}

/* Change one range in random words, where words [0, all) are to be looked at. */
static bool try_change(struct verdict *verdict, const struct implementation *impl, uint64_t *words,
                       uint64_t first, uint64_t bits, uint64_t *all, uint64_t all_words)
{
    static uint64_t want[ARENA_WORDS];
    if (impl->kernel == KERNEL_clear_count && below(2) == 0) {
        set_words(all, UINT64_MAX, all_words); /* whole lines, but for a bit perhaps */
        put_bit(all, below(64 * all_words), below(2) == 0);
    } else {
        randomize(all, all_words);
    }
    memcpy(want, all, all_words * sizeof(*want));
    for (uint64_t position = first; position < first + bits; position++)
        put_bit(want, position + 64 * (uint64_t)(words - all), impl->kernel == KERNEL_fill);
    return change(verdict, impl, words, first, bits) && expect_words(verdict, all, want, all_words);
}

static void range_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    uint64_t pattern[RANGE_ALL];
    set_words(pattern, 0, RANGE_ALL);
    if (!try_changes(verdict, impl, pattern))
        return;
    set_words(pattern, UINT64_MAX, RANGE_ALL);
    if (!try_changes(verdict, impl, pattern))
        return;
    randomize(pattern, RANGE_ALL);
    if (!try_changes(verdict, impl, pattern))
        return;

    /* Every number of words at every alignment. */
    for (uint64_t start = MARGIN; start < MARGIN + ALIGNMENTS; start++) {
        for (uint64_t count = 1; count <= MAX_WORDS; count++) {
            uint64_t first = below(4) ? below(64) : 0;
            uint64_t end = 64 * count - (below(4) ? below(64) : 0);
            if (first > end)
                first = end;
            if (!try_change(verdict, impl, tape() + start, first, end - first, tape(), TAPE))
                return;
        }
    }
}

/* Ranges that end in the last word mapped, or begin in the first. */
static void range_guards(struct verdict *verdict, const struct implementation *impl)
{
    struct arena a = arena();
    for (uint64_t count = 1; count <= MAX_WORDS; count++) {
        for (int way = 0; way < 6; way++) {
            uint64_t before = below(4);
            uint64_t *range = way % 2 ? a.end - count : a.start;
            uint64_t first = 64 * before + (way < 2 ? 0 : below(64));
            uint64_t end = 64 * (before + count) - (way < 4 ? 0 : below(64));
            if (first > end)
                first = end;
            if (!try_change(verdict, impl, range - before, first, end - first, range, count))
                return;
        }
        /* A range without bits has no words. */
        call(verdict, impl, a.end, 0, 0);
        call(verdict, impl, a.start - 1, 0, 0);
    }
    for (int i = 0; i < 10; i++) {
        uint64_t count = 1 + below(5000);
        uint64_t *words = i % 2 ? a.end - count : a.start;
        uint64_t first = below(64 * count);
        if (!try_change(verdict, impl, words, first, below(64 * count - first + 1), words, count))
            return;
    }
}

void fill_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    range_sentinels(verdict, impl);
}

void fill_guards(struct verdict *verdict, const struct implementation *impl)
{
    range_guards(verdict, impl);
}

void clear_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    range_sentinels(verdict, impl);
}

void clear_guards(struct verdict *verdict, const struct implementation *impl)
{
    range_guards(verdict, impl);
}

void clear_count_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    range_sentinels(verdict, impl);
}

void clear_count_guards(struct verdict *verdict, const struct implementation *impl)
{
    range_guards(verdict, impl);
}
