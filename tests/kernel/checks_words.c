/* SPDX-License-Identifier: MIT */
/* checks_words.c - what scan and count are fed with */
#include <string.h>

#include "checks.h"
#include "random.h"

/*
 * scan and count: the first word that is not 0, and the number of set bits. Both read count words, so one set
 * bit, which either is in the window or is not, says for both whether they read each word and no other.
 */

static uint64_t call_words(struct verdict *verdict, const struct implementation *impl, const uint64_t *words,
                           uint64_t count)
{
    return call(verdict, impl, words, count, UINT64_C(0x6E6F7420616E2061)); /* no argument of theirs */
}

static uint64_t want_of_hit(const struct implementation *impl, const uint64_t *words, uint64_t count,
                            const uint64_t *hit)
{
    bool inside = words <= hit && hit < words + count;
    if (impl->kernel == KERNEL_count)
        return inside;
    return inside ? (uint64_t)(hit - words) : count;
}

static bool try_hit(struct verdict *verdict, const struct implementation *impl, const uint64_t *words,
                    uint64_t count, uint64_t *hit, unsigned bit)
{
    *hit = UINT64_C(1) << bit % 64;
    uint64_t got = call_words(verdict, impl, words, count);
    *hit = 0;
    return expect(verdict, got, want_of_hit(impl, words, count, hit));
}

typedef uint64_t words_model(const uint64_t *words, uint64_t count);

/* Lengths around a block, whatever a kernel takes for one. */
static const uint8_t lengths[] = {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33};

/* Every bit of every word. */
static bool try_bits(struct verdict *verdict, const struct implementation *impl)
{
    set_words(tape(), 0, TAPE);
    for (size_t i = 0; i < sizeof(lengths); i++) {
        uint64_t *words = tape() + MARGIN + i;
        for (unsigned bit = 0; bit < 64; bit++) {
            for (uint64_t *hit = words; hit < words + lengths[i]; hit++) {
                if (!try_hit(verdict, impl, words, lengths[i], hit, bit))
                    return false;
            }
        }
    }
    return true;
}

/* The same bit in every word. */
static bool try_columns(struct verdict *verdict, const struct implementation *impl)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        set_words(tape(), UINT64_C(1) << bit, TAPE);
        for (size_t i = 0; i < sizeof(lengths); i++) {
            uint64_t want = impl->kernel == KERNEL_count ? lengths[i] : 0;
            if (!expect(verdict, call_words(verdict, impl, tape() + MARGIN + i, lengths[i]), want))
                return false;
        }
    }
    return true;
}

/* Two words, and the halves of one, that cancel each other by sum, difference or exclusive or. */
static bool try_pairs(struct verdict *verdict, const struct implementation *impl, words_model *model)
{
    static const uint64_t values[] = {1, UINT64_C(1) << 63, UINT64_C(0x8000000080000000),
                                      UINT64_C(0x00000001FFFFFFFF), UINT64_MAX};
    enum { PAIR_WORDS = 32, VALUES = sizeof(values) / sizeof(values[0]) };
    uint64_t *words = tape() + MARGIN;
    set_words(tape(), 0, TAPE);
    for (uint64_t *one = words; one < words + PAIR_WORDS; one++) {
        for (uint64_t *other = one; other < words + PAIR_WORDS; other++) {
            for (unsigned i = 0; i < 2 * VALUES; i++) {
                *one = values[i / 2];
                *other = i % 2 ? values[i / 2] : -values[i / 2];
                if (!expect(verdict, call_words(verdict, impl, words, PAIR_WORDS), model(words, PAIR_WORDS)))
                    return false;
            }
            *one = *other = 0;
        }
    }
    return true;
}

/* Nothing, in the midst of ones; then ones, in the midst of nothing. */
static bool try_stretches(struct verdict *verdict, const struct implementation *impl)
{
    for (uint64_t start = MARGIN; start < MARGIN + ALIGNMENTS; start++) {
        uint64_t *words = tape() + start;
        for (int ones = 0; ones < 2; ones++) {
            set_words(tape(), ones ? 0 : UINT64_MAX, TAPE);
            for (uint64_t count = 0; count <= MAX_WORDS; count++) {
                uint64_t want = ones ? 0 : count;
                if (impl->kernel == KERNEL_count)
                    want = ones ? 64 * count : 0;
                if (!expect(verdict, call_words(verdict, impl, words, count), want))
                    return false;
                words[count] = ones ? UINT64_MAX : 0;
            }
        }
    }
    return true;
}

/* One bit in each word of each window, and in the word on either side. */
static bool try_hits(struct verdict *verdict, const struct implementation *impl)
{
    unsigned bit = 0;
    set_words(tape(), 0, TAPE);
    for (uint64_t start = MARGIN; start < MARGIN + ALIGNMENTS; start++) {
        uint64_t *words = tape() + start;
        for (uint64_t count = 0; count <= MAX_WORDS; count++) {
            for (uint64_t *hit = words - 1; hit <= words + count; hit++) {
                if (!try_hit(verdict, impl, words, count, hit, bit += 7))
                    return false;
            }
        }
    }
    return true;
}

/* All windows on what is on the tape, which the kernel must leave as it is. */
static bool try_windows(struct verdict *verdict, const struct implementation *impl, words_model *model)
{
    uint64_t copy[TAPE];
    memcpy(copy, tape(), sizeof(copy));
    for (uint64_t start = MARGIN; start < MARGIN + ALIGNMENTS; start++) {
        for (uint64_t count = 0; count <= MAX_WORDS; count++) {
            const uint64_t *words = tape() + start;
            if (!expect(verdict, call_words(verdict, impl, words, count), model(words, count)))
                return false;
        }
    }
    return expect_words(verdict, tape(), copy, TAPE);
}

static void words_sentinels(struct verdict *verdict, const struct implementation *impl, words_model *model)
{
    if (!try_bits(verdict, impl) || !try_columns(verdict, impl) || !try_pairs(verdict, impl, model) ||
        !try_stretches(verdict, impl))
        return;
    randomize(tape(), TAPE);
    if (!try_windows(verdict, impl, model))
        return;
    for (uint64_t rarity = 2; rarity <= 128; rarity *= 8) {
        randomize_sparse(tape(), TAPE, rarity);
        if (!try_windows(verdict, impl, model))
            return;
    }
    try_hits(verdict, impl);
}

static void words_guards(struct verdict *verdict, const struct implementation *impl)
{
    unsigned bit = 0;
    struct arena a = arena();
    set_words(a.start, 0, ARENA_WORDS);
    for (uint64_t count = 0; count <= MAX_WORDS; count++) {
        for (int at_end = 0; at_end < 2; at_end++) {
            uint64_t *words = at_end ? a.end - count : a.start;
            if (!expect(verdict, call_words(verdict, impl, words, count),
                        impl->kernel == KERNEL_count ? 0 : count))
                return;
            for (uint64_t *hit = words; hit < words + count; hit++) {
                if (!try_hit(verdict, impl, words, count, hit, bit += 7))
                    return;
            }
        }
    }

    /* Long ones of any length. */
    for (int i = 0; i < 200; i++) {
        uint64_t count = 1 + below(10000);
        uint64_t *words = i % 2 ? a.end - count : a.start;
        if (!try_hit(verdict, impl, words, count, words + below(count), bit += 7))
            return;
    }
}

void scan_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    words_sentinels(verdict, impl, model_scan);
}

void scan_guards(struct verdict *verdict, const struct implementation *impl)
{
    words_guards(verdict, impl);
}

void count_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    words_sentinels(verdict, impl, model_count);
}

void count_guards(struct verdict *verdict, const struct implementation *impl)
{
    words_guards(verdict, impl);
}

/* Sums that outgrow narrow lanes: all ones, around each multiple of 4095 lines of 64 bytes, up to 4 MiB. */
void count_lanes(struct verdict *verdict, const struct implementation *impl)
{
    struct arena a = arena();
    set_words(a.start, UINT64_MAX, ARENA_WORDS);
    for (uint64_t lines = 4095; lines * 8 + 16 < ARENA_WORDS; lines += 4095) {
        for (uint64_t count = lines * 8 - 9; count <= lines * 8 + 16; count += 5) {
            if (!expect(verdict, call_words(verdict, impl, a.end - count, count), 64 * count))
                return;
        }
    }
    if (!expect(verdict, call_words(verdict, impl, a.start, 3 << 17), UINT64_C(64) * (3 << 17)))
        return;
    expect(verdict, call_words(verdict, impl, a.start, ARENA_WORDS), UINT64_C(64) * ARENA_WORDS);
}
