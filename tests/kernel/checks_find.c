/* SPDX-License-Identifier: MIT */
/* checks_find.c - what find is fed with */
#include <string.h>

#include "checks.h"
#include "random.h"

/* find: the lowest set bit of a range. */

enum { FIND_WORDS = 3, FIND_BITS = 64 * FIND_WORDS };

/* Every range over a few words, the empty and the inverted ones too. */
static bool try_ranges(struct verdict *verdict, const struct implementation *impl, const uint64_t *words)
{
    /* The model once for each first; cut at end, it holds for each end. */
    for (uint64_t first = 0; first <= FIND_BITS; first++) {
        uint64_t found = model_find(words, first, FIND_BITS);
        for (uint64_t end = 0; end <= FIND_BITS; end++) {
            uint64_t want = found < end ? found : end;
            if (!expect(verdict, call(verdict, impl, words, first, end), want))
                return false;
        }
    }
    return true;
}

void find_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    uint64_t copy[TAPE];
    uint64_t *words = tape() + MARGIN + 1;

    set_words(tape(), UINT64_MAX, TAPE);
    if (!try_ranges(verdict, impl, words))
        return;
    set_words(words, 0, FIND_WORDS);
    if (!try_ranges(verdict, impl, words))
        return;
    for (uint64_t rarity = 1; rarity <= 4; rarity *= 2) {
        randomize_sparse(words, FIND_WORDS, rarity);
        if (!try_ranges(verdict, impl, words))
            return;
    }

    /* Each single bit, with ranges that begin, and end, just at it. */
    set_words(words, 0, FIND_WORDS);
    for (uint64_t bit = 0; bit < FIND_BITS; bit++) {
        put_bit(words, bit, true);
        for (uint64_t first = bit < 3 ? 0 : bit - 3; first <= bit + 1; first++) {
            for (uint64_t end = bit; end <= bit + 3 && end <= FIND_BITS; end++) {
                uint64_t want = first <= bit && bit < end ? bit : end;
                if (!expect(verdict, call(verdict, impl, words, first, end), want))
                    return;
            }
        }
        put_bit(words, bit, false);
    }

    /* Nothing in ranges over each number of words, at each alignment, and then one bit somewhere. */
    for (uint64_t start = MARGIN; start < MARGIN + ALIGNMENTS; start++) {
        set_words(tape(), UINT64_MAX, TAPE);
        words = tape() + start;
        for (uint64_t count = 1; count <= MAX_WORDS; count++) {
            words[count - 1] = 0;
            uint64_t first = below(64);
            uint64_t end = 64 * count - below(64);
            memcpy(copy, tape(), sizeof(copy));
            if (!expect(verdict, call(verdict, impl, words, first, end), end))
                return;
            for (uint64_t i = 0; i < count; i += 1 + count / 32) {
                uint64_t bit = 64 * i + below(64);
                put_bit(words, bit, true);
                uint64_t want = first <= bit && bit < end ? bit : end;
                if (!expect(verdict, call(verdict, impl, words, first, end), want))
                    return;
                put_bit(words, bit, false);
            }
            if (!expect_words(verdict, tape(), copy, TAPE))
                return;
        }
    }

    for (uint64_t rarity = 1; rarity <= 512; rarity *= 8) {
        randomize_sparse(tape(), TAPE, rarity);
        for (int i = 0; i < 1000; i++) {
            uint64_t end = below(64 * TAPE + 1);
            uint64_t first = below(end + 1);
            if (!expect(verdict, call(verdict, impl, tape(), first, end), model_find(tape(), first, end)))
                return;
        }
    }
}

/*
 * Ranges whose words lie flush with an end of the arena. Before the first word that holds a bit of the range
 * the bitmap may go on, and does here where nothing is mapped: words out of the range are none of find's.
 */
void find_guards(struct verdict *verdict, const struct implementation *impl)
{
    struct arena a = arena();
    set_words(a.start, 0, ARENA_WORDS);
    for (uint64_t count = 1; count <= MAX_WORDS; count++) {
        for (int at_end = 0; at_end < 2; at_end++) {
            uint64_t before = below(4);
            uint64_t *range = at_end ? a.end - count : a.start;
            uint64_t *words = range - before;
            uint64_t first = 64 * before + below(64);
            uint64_t end = 64 * (before + count) - (below(4) ? below(64) : 0);
            if (first >= end)
                end = first + 1;
            if (!expect(verdict, call(verdict, impl, words, first, end), end))
                return;
            for (uint64_t i = 0; i < count; i++) {
                range[i] = UINT64_MAX;
                uint64_t lowest = 64 * (before + i) < first ? first : 64 * (before + i);
                if (!expect(verdict, call(verdict, impl, words, first, end), lowest < end ? lowest : end))
                    return;
                range[i] = 0;
            }
            /* An empty range has no words at all. */
            if (!expect(verdict, call(verdict, impl, at_end ? a.end : a.start - 1, 0, 0), 0))
                return;
        }
    }
    for (int i = 0; i < 200; i++) {
        uint64_t count = 1 + below(10000);
        uint64_t *words = i % 2 ? a.end - count : a.start;
        uint64_t bit = below(64 * count);
        put_bit(words, bit, true);
        if (!expect(verdict, call(verdict, impl, words, 0, 64 * count), bit))
            return;
        put_bit(words, bit, false);
    }
}
