/* SPDX-License-Identifier: MIT */
/* check.c - the audit of a pool, and the names of what it and the other calls report. */
#include <stdbool.h>

#include "index.h"
#include "kernels.h"
#include "pool.h"

/** Is every bit in [@p first, @p end) clear? */
static bool is_clear(const uint64_t *words, uint64_t first, uint64_t end)
{
    return kernel_find(words, first, end) == end;
}

/** Does @p level say of each of the @p words words of @p below whether it is 0, and nothing else? */
static bool level_agrees(const uint64_t *level, const uint64_t *below, uint64_t words)
{
    uint64_t word = 0;
    while (word < words) {
        uint64_t used = word + kernel_scan(below + word, words - word);
        if (!is_clear(level, word, used))
            return false;
        if (used < words && is_clear(level, used, used + 1))
            return false;
        word = used + 1;
    }
    return is_clear(level, words, words_above(words) * WORD_BITS);
}

enum bitframe_invariant bitframe_check(const struct bitframe *pool)
{
    const uint64_t *bitmap = pool_level(pool, 0);
    uint64_t first = (pool->first_pa - pool->origin_pa) >> BITFRAME_FRAME_SHIFT;
    if (!is_clear(bitmap, 0, first) || !is_clear(bitmap, first + pool->frames, pool->words * WORD_BITS))
        return BITFRAME_BAD_PADDING;

    uint64_t words = pool->words;
    for (uint64_t k = 1; k < pool->levels; k++) {
        if (!level_agrees(pool_level(pool, k), pool_level(pool, k - 1), words))
            return BITFRAME_BAD_INDEX;
        words = words_above(words);
    }

    if (kernel_count(bitmap, pool->words) != pool->free_frames)
        return BITFRAME_BAD_COUNT;

    uint64_t cursor = kernel_scan(bitmap, pool->words);
    if (pool->cursor != pool_distance(pool, bitmap + cursor) ||
        pool->cursor_pa != pool->origin_pa + (cursor << (WORD_SHIFT + BITFRAME_FRAME_SHIFT)))
        return BITFRAME_BAD_CURSOR;
    return BITFRAME_SOUND;
}

const char *bitframe_status_name(enum bitframe_status status)
{
    switch (status) {
    case BITFRAME_OK: return "ok";
    case BITFRAME_DOUBLE_FREE: return "double free";
    case BITFRAME_UNMANAGED: return "unmanaged";
    case BITFRAME_MISALIGNED: return "misaligned";
    case BITFRAME_INVALID: return "invalid argument";
    case BITFRAME_NO_ROOM: return "no room";
    case BITFRAME_INCOMPLETE: return "incomplete map";
    case BITFRAME_MALFORMED: return "malformed";
    case BITFRAME_UNSUPPORTED: return "unsupported";
    }
    return "unknown status";
}

const char *bitframe_invariant_name(enum bitframe_invariant invariant)
{
    switch (invariant) {
    case BITFRAME_SOUND: return "sound";
    case BITFRAME_BAD_PADDING: return "padding";
    case BITFRAME_BAD_INDEX: return "index";
    case BITFRAME_BAD_COUNT: return "count";
    case BITFRAME_BAD_CURSOR: return "cursor";
    }
    return "unknown invariant";
}
