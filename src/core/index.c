/* SPDX-License-Identifier: MIT */
/*
 * index.c - keeping cursor and lines in step with the bitmap
 *
 * The index of whole lines changes only where a word becomes or stops being all ones. A take does not even
 * look: it takes from the cursor's word, which is the first of its line if the line is whole, and by the time
 * that word is empty the cursor comes by here anyway. Until then the line's bit may stand though frames of
 * the first word are gone. Whoever asks the index settles that first.
 *
 * Likewise a line that is given back whole below all that is free is loose until someone asks. Only the
 * cursor meets it until then, and needs none of the bits that it lacks: a climb from it clears them once
 * more.
 */
#include "index.h"
#include "atomic.h"
#include "cursor.h"
#include "hooks.h"
#include "kernels.h"
#include "line.h"
#include "offline.h"
#include "owner.h"
#include "pool.h"

enum { KNOWN_FRAMES = BITFRAME_LINE_FRAMES * WORD_BITS }; /* what one word of lines tells of */

void bitframe_set_cursor(struct bitframe *pool, uint64_t word)
{
    uint64_t bit = word * WORD_BITS;
    const struct segment *segment = bitframe_segment_of_bit(pool, bit);
    pool->cursor_base_pa = (segment->first - segment->first_bit) << BITFRAME_FRAME_SHIFT;
    pool->cursor_first = segment->first_bit / WORD_BITS;
    pool->cursor_words = (segment->end - segment->first) / WORD_BITS;
    (void)step_cursor(pool, word);
}

/** Are all frames of line @p line free? */
static bool line_is_whole(const struct bitframe *pool, uint64_t line)
{
    const uint64_t *words = levels_at(pool, &pool->frames, 0) + line * LINE_WORDS;
    return (words[0] & words[1] & words[2] & words[3] & words[4] & words[5] & words[6] & words[7]) ==
           UINT64_MAX;
}

/** Tie loose line @p line, the cursor's, into the index, but not as a whole one. */
static inline void tie_opened_line(struct bitframe *pool, uint64_t line)
{
    pool->loose = 0;
    levels_climb_filled(pool, pool->frames.level + 1, line / GROUP_LINES);
    /* Other lines may have set their bits beside it, and seen no need to climb. */
    uint64_t *others = levels_at(pool, &pool->lines, 0) + line / WORD_BITS;
    *others &= ~bit_mask(line);
    if (*others != 0)
        levels_climb_filled(pool, pool->lines.level, line / WORD_BITS);
}

/** Tie loose line @p line, the cursor's and whole, into the index. */
static inline void tie_whole_line(struct bitframe *pool, uint64_t line)
{
    pool->loose = 0;
    levels_climb_filled(pool, pool->frames.level + 1, line / GROUP_LINES);
    levels_climb_filled(pool, pool->lines.level, line / WORD_BITS);
    lower_line_word(pool, line);
}

void bitframe_settle(struct bitframe *pool)
{
    uint64_t word = cursor_word(pool);
    uint64_t line = word / LINE_WORDS;
    if (word >= pool->frames.words)
        return;
    if (*pool_word(pool, pool->cursor) == UINT64_MAX) {
        if (pool->loose)
            tie_whole_line(pool, line);
    } else if (pool->loose) {
        tie_opened_line(pool, line);
    } else if (levels_test(pool, &pool->lines, line)) {
        levels_clear(pool, &pool->lines, line);
    }
}

/**
 * The first word of line @p line is empty, the cursor at its second, and its bit still stands. Returns @p pa,
 * for a tail call.
 */
static __attribute__((noinline)) uint64_t line_opened(struct bitframe *pool, uint64_t pa, uint64_t line)
{
    if (pool->loose)
        tie_opened_line(pool, line);
    else
        levels_clear(pool, &pool->lines, line);
    return pa;
}

/** The next word is of another segment. Returns @p pa, for a tail call. */
static __attribute__((noinline)) uint64_t segment_emptied(struct bitframe *pool, uint64_t pa, uint64_t word)
{
    bitframe_set_cursor(pool, word);
    return pa;
}

/** There is no next word. Returns @p pa, for a tail call. */
static __attribute__((noinline)) uint64_t pool_emptied(struct bitframe *pool, uint64_t pa)
{
    BITFRAME_ASSERT(pool->free_frames == 0);
    park_cursor(pool);
    return pa;
}

uint64_t bitframe_cursor_emptied(struct bitframe *pool, uint64_t pa)
{
    const uint64_t *level = pool->frames.level;
    const uint64_t *any = level + 1;
    const uint64_t *parent;
    uint64_t emptied = cursor_word(pool);
    uint64_t word = emptied;
    uint64_t left;
    do {
        uint64_t mask = bit_mask(word);
        word /= WORD_BITS;
        parent = pool_word(pool, *++level);
        left = parent[word] & ~mask;
        pool_word(pool, *level)[word] = left;
    } while (left == 0);
    /* Or GCC keeps the number of the word below through the climb, to mask it: an instruction a level. */
    __asm__("" : "+r"(word));
    word = word * WORD_BITS + lowest_bit(left);

    if (level == any) {
        /* The next word is of the same group, so of the same segment. */
        pool->cursor += (word - emptied) * sizeof(uint64_t);
        pool->cursor_pa += (word - emptied) << (WORD_SHIFT + BITFRAME_FRAME_SHIFT);
        /* Is it the first word of a line that is empty now? Its bit, if it still stands, is due. */
        if (emptied % LINE_WORDS == 0 && levels_test(pool, &pool->lines, emptied / LINE_WORDS))
            return line_opened(pool, pa, emptied / LINE_WORDS);
        return pa;
    }
    if (parent == &pool->frames.stop)
        return pool_emptied(pool, pa);
    do {
        left = pool_word(pool, *--level)[word];
        word = word * WORD_BITS + lowest_bit(left);
    } while (level != any);
    return step_cursor(pool, word) ? pa : segment_emptied(pool, pa, word);
}

uint64_t bitframe_take_none(struct bitframe *pool)
{
    check_owner(pool);
    BITFRAME_ASSERT(pool->free_frames == 0);
    return 0;
}

/** The word at distance @p refilled is the lowest now, and getting there takes more than a step. */
static __attribute__((noinline)) enum bitframe_status cursor_lowered(struct bitframe *pool, uint64_t refilled)
{
    if (pool->free_frames != 1 && is_unsettled(pool))
        bitframe_settle(pool);
    uint64_t word = (refilled - pool->frames.level[0]) / sizeof(uint64_t);
    if (!step_cursor(pool, word))
        bitframe_set_cursor(pool, word);
    return BITFRAME_OK;
}

/** The word at distance @p refilled was empty and no longer is. Moves the cursor to it if it is lower. */
static inline enum bitframe_status index_refilled(struct bitframe *pool, uint64_t refilled)
{
    uint64_t first = pool->frames.level[0];
    uint64_t cursor = pool->cursor;
    levels_climb_filled(pool, pool->frames.level, (refilled - first) / sizeof(uint64_t));
    if (refilled - first >= cursor - first)
        return BITFRAME_OK;

    /* Is a line left behind whose bit may stand wrongly? Then the cursor is at its first word. */
    uint64_t word = (cursor - first) / sizeof(uint64_t);
    if (word % LINE_WORDS == 0 || !step_cursor(pool, (refilled - first) / sizeof(uint64_t)))
        return cursor_lowered(pool, refilled);
    return BITFRAME_OK;
}

/** Line @p line may have become whole. Returns BITFRAME_OK. */
static __attribute__((noinline)) enum bitframe_status line_filled(struct bitframe *pool, uint64_t line)
{
    if (line_is_whole(pool, line) && !levels_test(pool, &pool->lines, line))
        line_completed(pool, line);
    return BITFRAME_OK;
}

/** The word at distance @p completed is all ones now. */
static inline enum bitframe_status word_completed(struct bitframe *pool, uint64_t completed)
{
    uint64_t line = (completed - pool->frames.level[0]) / sizeof(uint64_t) / LINE_WORDS;
    /* Frames often come back in sequence, and then it is the word at one end that completes the line. */
    const uint64_t *words = levels_at(pool, &pool->frames, 0) + line * LINE_WORDS;
    if ((words[0] & words[LINE_WORDS - 1]) != UINT64_MAX)
        return BITFRAME_OK;
    return line_filled(pool, line);
}

void bitframe_word_freed(struct bitframe *pool, uint64_t distance, uint64_t before)
{
    if (before == 0)
        (void)index_refilled(pool, distance);
    if (*pool_word(pool, distance) == UINT64_MAX)
        (void)word_completed(pool, distance);
}

/** Free a frame after all, though it is outside the gap, or say why not. */
static __attribute__((noinline)) enum bitframe_status free_outside_gap(struct bitframe *pool, uint64_t pa)
{
    check_owner(pool);
    uint64_t frame = frame_number(pa);
    enum bitframe_status status = locate_frame(pool, pa);
    if (status != BITFRAME_OK)
        return status;
    struct bitframe_offline *record = bitframe_offline_meeting(pool, frame, frame + 1);
    if (record) {
        if (!offline_is_in_use(pool, record, frame))
            return BITFRAME_OFFLINE;
        bitframe_offline_leave(pool, record, frame, frame + 1);
        return BITFRAME_OK;
    }
    if (frame - frame_number(pool->gap_pa) < pool->gap_frames)
        return BITFRAME_DOUBLE_FREE;
    bitframe_gap_move(pool, frame);
    return pool_free(pool, pa, true);
}

enum bitframe_status bitframe_free_rest(struct bitframe *pool, uint64_t pa, uint64_t before,
                                        uint64_t distance)
{
    if ((before & frame_mask(pa)) != 0)
        return free_outside_gap(pool, pa);
    *pool_word(pool, distance) = before | frame_mask(pa);
    pool->free_frames++;
    return before == 0 ? index_refilled(pool, distance) : word_completed(pool, distance);
}

uint64_t bitframe_count_range(const uint64_t *words, uint64_t first, uint64_t end)
{
    if (first >= end)
        return 0;
    uint64_t word = first / WORD_BITS;
    uint64_t last = (end - 1) / WORD_BITS;
    if (word == last)
        return word_count(atomic_peek(words + word) & mask_from(first) & mask_to(end - 1));
    return word_count(atomic_peek(words + word) & mask_from(first)) +
           kernel_count(words + word + 1, last - word - 1) +
           word_count(atomic_peek(words + last) & mask_to(end - 1));
}

void bitframe_index_clear(struct bitframe *pool)
{
    uint64_t frame_words = pool->frames.words;
    kernel_clear(levels_at(pool, &pool->frames, 1), 0, (levels_words(frame_words) - frame_words) * WORD_BITS);
    kernel_clear(levels_at(pool, &pool->lines, 0), 0, levels_words(pool->lines.words) * WORD_BITS);
    pool->line_word = 0;
    forget_cursor(pool);
}

void bitframe_cursor_find(struct bitframe *pool)
{
    uint64_t bit = bitframe_levels_next(pool, &pool->frames, 0);
    if (bit == NO_BIT)
        forget_cursor(pool);
    else
        bitframe_set_cursor(pool, bit / WORD_BITS);
}

void bitframe_gap_find(struct bitframe *pool)
{
    pool->gap_frames = 0;
    pool->gap_pa = 0;
    pool->zero_word = 0;
    if (pool->free_frames != 0)
        bitframe_gap_move(pool, frame_number(pool->cursor_pa) + lowest_bit(*pool_word(pool, pool->cursor)));
}

/** Where the frames of the lines that share a word of lines with that of frame @p first end, or @p end. */
static inline uint64_t end_of_known(uint64_t first, uint64_t end)
{
    uint64_t stop = (first / KNOWN_FRAMES + 1) * KNOWN_FRAMES;
    return stop < end ? stop : end;
}

/** Are bits [@p first, @p end), whose lines share a word of lines, all set because all these lines are whole?
 */
static inline bool are_known_set(const uint64_t *lines, uint64_t first, uint64_t end)
{
    uint64_t line = first / BITFRAME_LINE_FRAMES;
    uint64_t wanted = mask_from(line) & mask_to((end - 1) / BITFRAME_LINE_FRAMES);
    return (~lines[line / WORD_BITS] & wanted) == 0;
}

uint64_t bitframe_count_free(struct bitframe *pool, uint64_t bit, uint64_t end)
{
    bitframe_settle(pool);
    const uint64_t *lines = levels_at(pool, &pool->lines, 0);
    const uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint64_t frames = 0;
    for (uint64_t stop; bit < end; bit = stop) {
        stop = end_of_known(bit, end);
        frames += are_known_set(lines, bit, stop) ? stop - bit : bitframe_count_range(bitmap, bit, stop);
    }
    return frames;
}

/** Clear bits [@p first, @p end) of the bitmap alone. Returns how many were set. */
static uint64_t take_bits(const struct bitframe *pool, uint64_t first, uint64_t end)
{
    const uint64_t *lines = levels_at(pool, &pool->lines, 0);
    uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint64_t taken = 0;
    for (uint64_t stop; first < end; first = stop) {
        stop = end_of_known(first, end);
        if (are_known_set(lines, first, stop)) {
            kernel_clear(bitmap, first, stop - first);
            taken += stop - first;
        } else {
            taken += kernel_take(bitmap, first, stop - first);
        }
    }
    return taken;
}

uint64_t bitframe_clear_frames(struct bitframe *pool, uint64_t first, uint64_t end)
{
    debug_clear(pool, first, end);
    bitframe_settle(pool);
    uint64_t taken = take_bits(pool, first, end);
    if (taken == 0)
        return 0;

    uint64_t first_line = first / BITFRAME_LINE_FRAMES;
    uint64_t end_line = (end - 1) / BITFRAME_LINE_FRAMES + 1;
    uint64_t *lines = levels_at(pool, &pool->lines, 0);
    if (kernel_find(lines, first_line, end_line) != end_line) {
        kernel_clear(lines, first_line, end_line - first_line);
        bitframe_levels_range_cleared(pool, &pool->lines, first_line, end_line);
    }

    bitframe_levels_range_cleared(pool, &pool->frames, first, end);
    pool->free_frames -= taken;
    if (pool->free_frames == 0)
        park_cursor(pool);
    else if (*pool_word(pool, pool->cursor) == 0)
        bitframe_set_cursor(pool, bitframe_levels_next(pool, &pool->frames, end) / WORD_BITS);
    return taken;
}

void bitframe_set_frames(struct bitframe *pool, uint64_t first, uint64_t end)
{
    debug_set(pool, first, end);
    bitframe_settle(pool);
    bool had_none = pool->free_frames == 0;
    kernel_fill(levels_at(pool, &pool->frames, 0), first, end - first);
    bitframe_levels_range_set(pool, &pool->frames, first, end);
    pool->free_frames += end - first;
    if (had_none || first / WORD_BITS < cursor_word(pool))
        bitframe_set_cursor(pool, first / WORD_BITS);

    /* Lines inside the range are whole; those at its two ends may be. */
    uint64_t first_line = first / BITFRAME_LINE_FRAMES;
    uint64_t end_line = (end - 1) / BITFRAME_LINE_FRAMES + 1;
    if (!line_is_whole(pool, first_line))
        first_line++;
    if (end_line > first_line && !line_is_whole(pool, end_line - 1))
        end_line--;
    if (first_line >= end_line)
        return;
    kernel_fill(levels_at(pool, &pool->lines, 0), first_line, end_line - first_line);
    bitframe_levels_range_set(pool, &pool->lines, first_line, end_line);
    lower_line_word(pool, first_line);
}
