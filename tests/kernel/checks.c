/* SPDX-License-Identifier: MIT */
/*
 * checks.c - what each kernel is fed with, and the models that say what must come of it
 *
 * sentinels: alignments, lengths and patterns, between neighbours that would change the answer if they were
 *            read and must be found as they were if they might be written.
 * guards:    lengths again, up to the edge of what is mapped, so that not even a harmless look beyond passes.
 */
#include <string.h>

#include "harness.h"
#include "random.h"

enum {
    MAX_WORDS = 130,
    ALIGNMENTS = 16, /* in words, from a boundary of 128 bytes */
    MARGIN = 16,
    TAPE = MARGIN + ALIGNMENTS + MAX_WORDS + MARGIN,
};

/* Words in the middle of the arena, on a boundary of 128 bytes, for inputs with neighbours. */
static uint64_t *tape(void)
{
    return arena().start + ARENA_WORDS / 2;
}

static void set_words(uint64_t *words, uint64_t value, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        words[i] = value;
}

static void randomize(uint64_t *words, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        words[i] = random_number();
}

/* Of all words but one in rarity nothing is set; of that one, every bit or just one. */
static void randomize_sparse(uint64_t *words, uint64_t count, uint64_t rarity)
{
    for (uint64_t i = 0; i < count; i++) {
        bool hit = below(rarity) == 0;
        words[i] = !hit ? 0 : below(2) ? random_number() : UINT64_C(1) << below(64);
    }
}

/* The models: a bit at a time, nothing skipped. */

static bool get_bit(const uint64_t *words, uint64_t position)
{
    return words[position / 64] >> position % 64 & 1;
}

static void put_bit(uint64_t *words, uint64_t position, bool value)
{
    if (value)
        words[position / 64] |= UINT64_C(1) << position % 64;
    else
        words[position / 64] &= ~(UINT64_C(1) << position % 64);
}

static uint64_t model_find(const uint64_t *words, uint64_t first, uint64_t end)
{
    for (uint64_t position = first; position < end; position++) {
        if (get_bit(words, position))
            return position;
    }
    return end;
}

static uint64_t model_scan(const uint64_t *words, uint64_t count)
{
    for (uint64_t position = 0; position < 64 * count; position++) {
        if (get_bit(words, position))
            return position / 64;
    }
    return count;
}

static uint64_t model_count(const uint64_t *words, uint64_t count)
{
    uint64_t bits = 0;
    for (uint64_t position = 0; position < 64 * count; position++)
        bits += get_bit(words, position);
    return bits;
}

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

static void scan_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    words_sentinels(verdict, impl, model_scan);
}

static void scan_guards(struct verdict *verdict, const struct implementation *impl)
{
    words_guards(verdict, impl);
}

static void count_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    words_sentinels(verdict, impl, model_count);
}

static void count_guards(struct verdict *verdict, const struct implementation *impl)
{
    words_guards(verdict, impl);
}

/* Sums that outgrow narrow lanes: all ones, around each multiple of 4095 lines of 64 bytes, up to 4 MiB. */
static void count_lanes(struct verdict *verdict, const struct implementation *impl)
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

static void find_sentinels(struct verdict *verdict, const struct implementation *impl)
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
static void find_guards(struct verdict *verdict, const struct implementation *impl)
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

static void fill_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    range_sentinels(verdict, impl);
}

static void fill_guards(struct verdict *verdict, const struct implementation *impl)
{
    range_guards(verdict, impl);
}

static void clear_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    range_sentinels(verdict, impl);
}

static void clear_guards(struct verdict *verdict, const struct implementation *impl)
{
    range_guards(verdict, impl);
}

static void clear_count_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    range_sentinels(verdict, impl);
}

static void clear_count_guards(struct verdict *verdict, const struct implementation *impl)
{
    range_guards(verdict, impl);
}

/*
 * zero_frames: frames of 4096 bytes, by DC ZVA with every step that a platform may declare. A step up to the
 * block of this CPU clears everything. A longer one is no mistake of the kernel: it must clear the block at
 * each step and nothing in between, which takes the loop for long steps through its paces on any CPU.
 */

enum { FRAME_WORDS = 512, MAX_FRAMES = 5 };

static bool try_step(struct verdict *verdict, const struct implementation *impl, uint64_t *dst,
                     uint64_t frames, uint64_t step, uint64_t *all, uint64_t all_words)
{
    static uint64_t want[(MAX_FRAMES + 4) * FRAME_WORDS];
    uint64_t words = frames * FRAME_WORDS;
    uint64_t block_words = bitframe_get_zva_block_bytes() / sizeof(*dst);
    if (impl->kernel == KERNEL_clear_count && below(2) == 0) {
        set_words(all, UINT64_MAX, all_words); /* whole lines, but for a bit perhaps */
        put_bit(all, below(64 * all_words), below(2) == 0);
    } else {
        randomize(all, all_words);
    }
    memcpy(want, all, all_words * sizeof(*want));
    if (!uses_zva(impl) || step <= bitframe_get_zva_block_bytes())
        set_words(want + (dst - all), 0, words);
    else
        for (uint64_t i = 0; i < words; i += step / sizeof(*dst))
            set_words(want + (dst - all) + i, 0, block_words);
    call(verdict, impl, dst, words * sizeof(*dst), step);
    return expect_words(verdict, all, want, all_words);
}

static bool try_frames(struct verdict *verdict, const struct implementation *impl, uint64_t *dst,
                       uint64_t frames, uint64_t *all, uint64_t all_words)
{
    if (!uses_zva(impl))
        return try_step(verdict, impl, dst, frames, random_number(), all, all_words);
    for (uint64_t step = 64; step <= 2048; step *= 2) {
        if (!try_step(verdict, impl, dst, frames, step, all, all_words))
            return false;
    }
    return true;
}

static void zero_frames_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    for (uint64_t start = 1; start <= 3; start++) {
        for (uint64_t frames = 1; frames <= MAX_FRAMES; frames++) {
            if (!try_frames(verdict, impl, tape() + start * FRAME_WORDS, frames, tape(),
                            (frames + 4) * FRAME_WORDS))
                return;
        }
    }
}

static void zero_frames_guards(struct verdict *verdict, const struct implementation *impl)
{
    struct arena a = arena();
    for (uint64_t frames = 1; frames <= MAX_FRAMES; frames++) {
        uint64_t words = frames * FRAME_WORDS;
        if (!try_frames(verdict, impl, a.start, frames, a.start, words + FRAME_WORDS) ||
            !try_frames(verdict, impl, a.end - words, frames, a.end - words - FRAME_WORDS,
                        words + FRAME_WORDS))
            return;
    }
}

#define CHECK(kernel, check) {KERNEL_##kernel, #check, kernel##_##check},

const struct check checks[] = {CHECKS(CHECK)};
const size_t check_count = sizeof(checks) / sizeof(checks[0]);

const struct check *find_check(enum kernel kernel, const char *name)
{
    for (size_t i = 0; i < check_count; i++) {
        if (checks[i].kernel == kernel && strcmp(checks[i].name, name) == 0)
            return &checks[i];
    }
    return NULL;
}
