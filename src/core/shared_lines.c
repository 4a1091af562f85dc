/* SPDX-License-Identifier: MIT */
/* shared_lines.c - 2 MiB at a time, of a pool that every CPU uses. */
#include "shared_index.h"
#include "slot.h"

#define LINE_BITS UINT64_C(0xFF) /* one per word of a line, in a word of the level above */

/** Take line @p line, whose bit the caller has cleared, if all of it is free. */
static bool claim_line(struct bitframe *pool, struct slot *slot, uint64_t line)
{
    uint64_t first = line * BITFRAME_LINE_FRAMES;
    if (bitframe_claim_bits(pool, slot, first, first + BITFRAME_LINE_FRAMES) != NO_BIT)
        return false;
    atomic_count_release(&slot->taken, BITFRAME_LINE_FRAMES);
    bitframe_group_emptied(pool, line / GROUP_LINES, LINE_BITS << line * LINE_WORDS % WORD_BITS);
    /* Another CPU may have seen it whole before it was taken, and set its bit since. */
    bitframe_line_opened(pool, line);
    return true;
}

uint64_t bitframe_shared_take_line(struct bitframe *pool)
{
    struct slot *slot = slot_of(pool, this_core());
    uint64_t from = pool->sharing.policy == BITFRAME_LOCAL ? atomic_peek(&slot->line_word) : 0;
    for (int i = 0; i < TRIES; i++) {
        uint64_t word = bitframe_shared_next_word(pool, &pool->lines, from);
        if (word == NO_BIT) {
            if (from == 0)
                return 0;
            from = 0;
            continue;
        }
        /* The call that clears the bit has the line to itself, but for single frames. */
        uint64_t *lines = levels_at(pool, &pool->lines, 0) + word;
        uint64_t bits = atomic_peek(lines);
        uint64_t mask = bits & -bits;
        uint64_t before = mask != 0 ? atomic_clear_bits(lines, mask) : 0;
        if ((before & mask) == 0)
            continue;
        if (before == mask)
            bitframe_word_emptied(pool, &pool->lines, 0, word);
        uint64_t line = word * WORD_BITS + lowest_bit(mask);
        if (claim_line(pool, slot, line)) {
            atomic_poke(&slot->line_word, word);
            return pa_of_bit(pool, line * BITFRAME_LINE_FRAMES);
        }
    }
    return 0;
}

enum bitframe_status bitframe_shared_free_line(struct bitframe *pool, uint64_t word)
{
    uint64_t *words = leaf_at(pool, word);
    uint64_t freed = BITFRAME_LINE_FRAMES;
    for (int i = 0; i < LINE_WORDS; i++) {
        if (atomic_peek(words + i) != 0)
            return BITFRAME_DOUBLE_FREE;
    }
    for (int i = 0; i < LINE_WORDS; i++) {
        uint64_t before = atomic_exchange(words + i, UINT64_MAX);
        if (before != 0)
            freed -= word_count(before); /* another CPU gave some back meanwhile */
    }
    bitframe_group_filled(pool, word / WORD_BITS, LINE_BITS << word % WORD_BITS);
    bitframe_line_may_be_whole(pool, word / LINE_WORDS);
    atomic_count_release(&slot_of(pool, this_core())->freed, freed);
    return freed == BITFRAME_LINE_FRAMES ? BITFRAME_OK : BITFRAME_DOUBLE_FREE;
}

/* Without the index. */

/** Were all frames of line @p line free? All eight words are loaded: that is quicker than to ask after each.
 */
static inline bool seems_whole(const struct bitframe *pool, uint64_t line)
{
    const uint64_t *w = leaf_at(pool, line * LINE_WORDS);
    return (atomic_peek(w) & atomic_peek(w + 1) & atomic_peek(w + 2) & atomic_peek(w + 3) &
            atomic_peek(w + 4) & atomic_peek(w + 5) & atomic_peek(w + 6) & atomic_peek(w + 7)) == UINT64_MAX;
}

/** Of lines [@p first, @p end) the last that is not whole, or NO_BIT. */
static uint64_t last_open_line(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    while (end-- > first) {
        if (!seems_whole(pool, end))
            return end;
    }
    return NO_BIT;
}

/** Likewise the first. */
static uint64_t first_open_line(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    for (; first < end; first++) {
        if (!seems_whole(pool, first))
            return first;
    }
    return NO_BIT;
}

/**
 * A run of whole lines of @p segment by the bitmap alone, each line looked at once but for what alignment
 * asks for. Its frame number, or NO_BIT.
 */
static uint64_t lines_by_bitmap(const struct bitframe *pool, const struct segment *segment,
                                const struct wanted *wanted)
{
    struct span allowed = wanted_frames(segment, wanted);
    uint64_t mask = wanted->align - 1;
    uint64_t skew = segment->first - segment->first_bit; /* between the frame and the bit of a line */
    uint64_t first = (allowed.first + mask) & ~mask;
    if (allowed.first >= allowed.end || first < allowed.first || first >= allowed.end ||
        wanted->frames > allowed.end - first)
        return NO_BIT;
    uint64_t last = (allowed.end - wanted->frames) & ~mask;
    for (uint64_t frame = wanted->highest ? last : first; frame - first <= last - first;) {
        uint64_t line = (frame - skew) / BITFRAME_LINE_FRAMES;
        uint64_t end = line + wanted->frames / BITFRAME_LINE_FRAMES;
        uint64_t open = wanted->highest ? first_open_line(pool, line, end) : last_open_line(pool, line, end);
        if (open == NO_BIT)
            return frame;
        /* No run that holds this line will do. */
        uint64_t open_frame = open * BITFRAME_LINE_FRAMES + skew;
        if (!wanted->highest)
            frame = (open_frame + BITFRAME_LINE_FRAMES + mask) & ~mask;
        else if (open_frame < wanted->frames)
            return NO_BIT;
        else
            frame = (open_frame - wanted->frames) & ~mask;
    }
    return NO_BIT;
}

uint64_t bitframe_search_lines(const struct bitframe *pool, const struct wanted *wanted)
{
    for (uint64_t i = 0; i < pool->segment_count; i++) {
        uint64_t frame = lines_by_bitmap(pool, wanted_segment(pool, wanted, i), wanted);
        if (frame != NO_BIT)
            return frame;
    }
    return NO_BIT;
}
