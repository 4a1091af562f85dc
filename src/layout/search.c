/* SPDX-License-Identifier: MIT */
/*
 * search.c - first fit and last fit, exactly
 *
 * The inner search walks over words and finds the next run that is long enough. It joins the ones at the end
 * of one word and at the start of the next. Inside a word it finds a run by ANDing the word with itself,
 * shifted, in log2(bits) steps (Hacker's Delight, 6-3). The index skips words without a free frame. A run of
 * 127 or more contains a whole word, and comparing words with all ones is much faster than searching them.
 * Alignment to a word or less repeats in each word. It is a mask of the bits where runs may begin, so the
 * inner search obeys it and loads each word once, even if many pieces begin at wrong bits.
 *
 * The outer search obeys larger alignments. It aligns the run that the inner search found, and checks that
 * the rest is free too. If a bit of the rest is clear, no run that contains that bit will do, so the search
 * continues behind it. So it passes each bit once, however fragmented memory is.
 */
#include "layout/search.h"
#include "base/atomic.h"

/** A run of this length contains a whole word, wherever it begins. */
enum { FULL_WORD_BITS = 2 * WORD_BITS - 1 };

/** How far @p start is above a position where a run may begin. 0, unless these are the same in each word. */
static inline uint64_t past_start(const struct search *search, uint64_t start)
{
    return is_aligned_in_words(search->align) ? (start + search->bit_offset) & (search->align - 1) : 0;
}

/** How far @p start is below such a position. 0, unless these are the same in each word. */
static inline uint64_t before_start(const struct search *search, uint64_t start)
{
    return is_aligned_in_words(search->align) ? (0 - start - search->bit_offset) & (search->align - 1) : 0;
}

/** The lowest of words [@p i, @p end) that is all ones, or @p end. */
static uint64_t next_full_word(const uint64_t *words, uint64_t i, uint64_t end)
{
    for (; end - i >= 8; i += 8) {
        const uint64_t *w = words + i;
        if (atomic_load_relaxed(w + 0) == UINT64_MAX || atomic_load_relaxed(w + 1) == UINT64_MAX ||
            atomic_load_relaxed(w + 2) == UINT64_MAX || atomic_load_relaxed(w + 3) == UINT64_MAX ||
            atomic_load_relaxed(w + 4) == UINT64_MAX || atomic_load_relaxed(w + 5) == UINT64_MAX ||
            atomic_load_relaxed(w + 6) == UINT64_MAX || atomic_load_relaxed(w + 7) == UINT64_MAX)
            break;
    }
    while (i < end && atomic_load_relaxed(words + i) != UINT64_MAX)
        i++;
    return i;
}

/**
 * A word from @p i to @p last, such that no word behind @p i and up to it is all ones: usually the word
 * before the next full one. The index skips groups without a free frame.
 */
static uint64_t word_before_full(const struct bitframe *pool, const struct bitframe_levels *levels,
                                 uint64_t i, uint64_t last)
{
    uint64_t next = bitframe_levels_next(pool, levels, (i + 1) * WORD_BITS) / WORD_BITS;
    if (next > last)
        return last;
    uint64_t end = (next / WORD_BITS + 1) * WORD_BITS;
    uint64_t full = next_full_word(levels_at(pool, levels, 0), next, end > last ? last + 1 : end);
    return full - 1;
}

/** The lowest run from @p from on that begins as @p search allows, or NO_BIT. May end above search->end. */
static uint64_t next_run(const struct bitframe *pool, const struct bitframe_levels *levels,
                         const struct search *search, uint64_t from)
{
    const uint64_t *words = levels_at(pool, levels, 0);
    uint64_t bits = search->bits;
    uint64_t mask = mask_from(from);
    uint64_t run = 0; /* ones just below the word */
    uint64_t i = from / WORD_BITS;
    uint64_t last = (search->end - 1) / WORD_BITS;
    for (; i <= last; i++, mask = UINT64_MAX) {
        uint64_t word = atomic_load_relaxed(words + i) & mask;
        uint64_t start = i * WORD_BITS - run;
        if (word == UINT64_MAX) {
            run += WORD_BITS;
            if (run >= bits && run >= bits + before_start(search, start))
                return start + before_start(search, start);
            continue;
        }
        if (word == 0) {
            /* If there is none, i is now behind the last word. */
            i = bitframe_levels_next(pool, levels, (i + 1) * WORD_BITS) / WORD_BITS - 1;
            run = 0;
            continue;
        }
        uint64_t ones = run + lowest_bit(~word);
        if (ones >= bits && ones >= bits + before_start(search, start))
            return start + before_start(search, start);
        if (bits <= WORD_BITS) {
            uint64_t starts = runs_in_word(word, bits) & search->starts;
            if (starts != 0)
                return i * WORD_BITS + lowest_bit(starts);
        } else if (bits >= FULL_WORD_BITS) {
            uint64_t before = word_before_full(pool, levels, i, last);
            if (before != i)
                word = atomic_load_relaxed(words + before);
            i = before;
        }
        /* In a shared pool the word may have become all ones since word_before_full() looked. */
        run = WORD_BITS - 1 - highest_bit(~word | 1);
    }
    return NO_BIT;
}

/** The highest run below @p end that begins as @p search allows, or NO_BIT. */
static uint64_t previous_run(const struct bitframe *pool, const struct bitframe_levels *levels,
                             const struct search *search, uint64_t end)
{
    const uint64_t *words = levels_at(pool, levels, 0);
    uint64_t bits = search->bits;
    uint64_t first = search->first;
    if (bits > end || first > end - bits)
        return NO_BIT;
    uint64_t mask = mask_to(end - 1);
    uint64_t run = 0; /* ones just above the word */
    uint64_t i = (end - 1) / WORD_BITS;
    uint64_t lowest = first / WORD_BITS;
    for (;; i--, mask = UINT64_MAX) {
        uint64_t word = atomic_load_relaxed(words + i) & mask;
        uint64_t top = (i + 1) * WORD_BITS + run;
        uint64_t start = NO_BIT;
        if (word == UINT64_MAX) {
            run += WORD_BITS;
            if (run >= bits && run >= bits + past_start(search, top - bits))
                start = top - bits - past_start(search, top - bits);
        } else if (word == 0) {
            run = 0;
            uint64_t next = i == 0 ? NO_BIT : bitframe_levels_previous(pool, levels, i * WORD_BITS - 1);
            if (next == NO_BIT || next < first)
                return NO_BIT;
            i = next / WORD_BITS + 1;
        } else {
            uint64_t starts, ones = run + (WORD_BITS - 1 - highest_bit(~word));
            if (ones >= bits && ones >= bits + past_start(search, top - bits))
                start = top - bits - past_start(search, top - bits);
            else if (bits <= WORD_BITS && (starts = runs_in_word(word, bits) & search->starts) != 0)
                start = i * WORD_BITS + highest_bit(starts);
            run = lowest_bit(~word);
        }
        if (start != NO_BIT)
            return start >= first ? start : NO_BIT;
        if (i == lowest)
            return NO_BIT;
    }
}

/** The highest clear bit in [@p first, @p end), or NO_BIT. */
static uint64_t last_clear(const uint64_t *words, uint64_t first, uint64_t end)
{
    if (first >= end)
        return NO_BIT;
    uint64_t i = (end - 1) / WORD_BITS;
    uint64_t lowest = first / WORD_BITS;
    uint64_t clear = ~atomic_load_relaxed(words + i) & mask_to(end - 1);
    while (clear == 0 && i != lowest)
        clear = ~atomic_load_relaxed(words + --i);
    if (i == lowest)
        clear &= mask_from(first);
    return clear == 0 ? NO_BIT : i * WORD_BITS + highest_bit(clear);
}

/** The lowest clear bit in [@p first, @p end), or NO_BIT. */
static uint64_t first_clear(const uint64_t *words, uint64_t first, uint64_t end)
{
    if (first >= end)
        return NO_BIT;
    uint64_t i = first / WORD_BITS;
    uint64_t last = (end - 1) / WORD_BITS;
    uint64_t clear = ~atomic_load_relaxed(words + i) & mask_from(first);
    while (clear == 0 && i != last)
        clear = ~atomic_load_relaxed(words + ++i);
    if (i == last)
        clear &= mask_to(end - 1);
    return clear == 0 ? NO_BIT : i * WORD_BITS + lowest_bit(clear);
}

uint64_t bitframe_search_up(const struct bitframe *pool, const struct bitframe_levels *levels,
                            const struct search *search)
{
    const uint64_t *words = levels_at(pool, levels, 0);
    uint64_t bits = search->bits;
    uint64_t last_start = search->end - bits;
    uint64_t from = search->first;
    if (bits > search->end)
        return NO_BIT;
    while (from <= last_start) {
        uint64_t start = next_run(pool, levels, search, from);
        uint64_t past = (start + search->bit_offset) & (search->align - 1);
        if (start > last_start)
            break;
        if (past == 0)
            return start;
        uint64_t aligned = start + (search->align - past);
        if (aligned < start || aligned > last_start)
            break;
        uint64_t known = start + bits > aligned ? start + bits : aligned;
        uint64_t clear = last_clear(words, known, aligned + bits);
        if (clear == NO_BIT)
            return aligned;
        from = clear + 1;
    }
    return NO_BIT;
}

uint64_t bitframe_search_down(const struct bitframe *pool, const struct bitframe_levels *levels,
                              const struct search *search)
{
    const uint64_t *words = levels_at(pool, levels, 0);
    uint64_t bits = search->bits;
    uint64_t end = search->end;
    for (;;) {
        uint64_t start = previous_run(pool, levels, search, end);
        if (start == NO_BIT)
            return NO_BIT;
        uint64_t past = (start + search->bit_offset) & (search->align - 1);
        if (past > start || start - past < search->first)
            return NO_BIT;
        uint64_t aligned = start - past;
        uint64_t known = aligned + bits < start ? aligned + bits : start;
        uint64_t clear = first_clear(words, aligned, known);
        if (clear == NO_BIT)
            return aligned;
        end = clear;
    }
}

/** Are words @p word to @p last all ones? Of the first and last only bits @p head and @p tail count. */
static inline bool are_set(const uint64_t *word, const uint64_t *last, uint64_t head, uint64_t tail)
{
    if ((~atomic_load_relaxed(word) & head) != 0 || (~atomic_load_relaxed(last) & tail) != 0)
        return false;
    while (++word < last) {
        if (atomic_load_relaxed(word) != UINT64_MAX)
            return false;
    }
    return true;
}

uint64_t bitframe_search_steps(const struct bitframe *pool, const struct bitframe_levels *levels,
                               const struct search *search, bool highest)
{
    uint64_t step = (search->bits | search->align) & -(search->bits | search->align);
    uint64_t bit = ((search->first + search->bit_offset + step - 1) & -step) - search->bit_offset;
    uint64_t end = ((search->end + search->bit_offset) & -step) - search->bit_offset;
    if (bit >= end)
        return NO_BIT;
    uint64_t steps = (end - bit) / step;
    uint64_t stride = step;
    if (highest) {
        bit = end - step;
        stride = -step;
    }
    /* A step is a multiple of a word, so each step begins at the same bit of a word. */
    const uint64_t *bitmap = levels_at(pool, levels, 0);
    uint64_t words = (bit % WORD_BITS + step - 1) / WORD_BITS;
    uint64_t head = mask_from(bit);
    uint64_t tail = mask_to(bit - 1);
    uint64_t found = 0;
    for (; steps-- != 0; bit += stride) {
        const uint64_t *word = bitmap + bit / WORD_BITS;
        if (!are_set(word, word + words, head, tail)) {
            found = 0;
            continue;
        }
        found += step;
        uint64_t start = highest ? bit : bit + step - search->bits;
        if (found >= search->bits && ((start + search->bit_offset) & (search->align - 1)) == 0)
            return start;
    }
    return NO_BIT;
}
