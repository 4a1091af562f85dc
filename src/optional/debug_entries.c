/* SPDX-License-Identifier: MIT */
/*
 * debug_entries.c - tags and poison: an entry per bit of the bitmap, kept up to date by the hooks
 *
 * Only in libraries with debug_frames. Nothing here is fast. Nothing here decides: the pool does the same
 * without entries, and the entries follow. struct bitframe_debug says what they mean.
 */
#include "optional/debug_entries.h"
#include "base/kernels.h"
#include "core/cursor.h"
#include "core/owner.h"
#include "layout/hooks.h"

enum { FRAME_WORDS = BITFRAME_FRAME_BYTES / sizeof(uint64_t) };

/* Words of frames. Their owners may have stored any type there. */
typedef uint64_t __attribute__((may_alias)) frame_word;

static uint64_t frame_of(const struct bitframe *pool, uint64_t bit)
{
    return frame_of_bit(bitframe_segment_of_bit(pool, bit), bit);
}

static frame_word *frame_words(uint64_t frame)
{
    return (frame_word *)(uintptr_t)((frame << BITFRAME_FRAME_SHIFT) + bitframe_machine.linear_map_base);
}

static void poison(uint64_t frame)
{
    frame_word *words = frame_words(frame);
    for (unsigned i = 0; i < FRAME_WORDS; i++)
        words[i] = BITFRAME_POISON;
}

/**
 * Compare a poisoned frame with the pattern, and report it if it differs.
 *
 * @param tag  The tag of its last owner.
 *
 * @return  Whether it holds the pattern.
 */
static bool verify(struct bitframe_debug *debug, uint64_t frame, uint32_t tag)
{
    const frame_word pattern = BITFRAME_POISON;
    const unsigned char *expected = (const unsigned char *)&pattern; /* in memory order */
    const frame_word *words = frame_words(frame);
    struct bitframe_corruption corruption = {.pa = frame << BITFRAME_FRAME_SHIFT, .tag = tag};
    for (unsigned i = 0; i < FRAME_WORDS; i++) {
        const unsigned char *found = (const unsigned char *)(words + i);
        if (words[i] == pattern)
            continue;
        for (unsigned j = 0; j < sizeof(pattern); j++) {
            if (found[j] == expected[j])
                continue;
            if (corruption.bytes++ != 0)
                continue;
            corruption.offset = i * sizeof(pattern) + j;
            corruption.expected = expected[j];
            corruption.found = found[j];
        }
    }
    if (corruption.bytes == 0)
        return true;
    debug->corruptions++;
    if (debug->corrupted)
        debug->corrupted(debug, &corruption);
    return false;
}

static void alloc_frame(struct bitframe_debug *debug, uint32_t *entry, uint64_t frame)
{
    if ((*entry & POISONED) != 0)
        (void)verify(debug, frame, *entry & ~POISONED);
    *entry = debug->tag;
}

static void free_frame(const struct bitframe_debug *debug, uint32_t *entry, uint64_t frame)
{
    if ((debug->flags & BITFRAME_DEBUG_POISON) == 0) {
        *entry = 0;
        return;
    }
    poison(frame);
    *entry |= POISONED;
}

void bitframe_debug_allocated(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    struct bitframe_debug *debug = debug_record(pool, UINT32_MAX);
    uint32_t *entries = debug_entries(pool, debug) + pool_bit(pool, frame_number(pa));
    for (uint64_t i = 0; i < frames; i++)
        alloc_frame(debug, entries + i, frame_number(pa) + i);
}

void bitframe_debug_freed(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    const struct bitframe_debug *debug = debug_record(pool, UINT32_MAX);
    uint64_t bit = pool_bit(pool, frame_number(pa));
    uint32_t *entries = debug_entries(pool, debug);
    for (uint64_t i = 0; i < frames; i++) {
        if (levels_test(pool, &pool->frames, bit + i))
            free_frame(debug, entries + bit + i, frame_number(pa) + i);
        else
            entries[bit + i] = 0;
    }
}

void bitframe_debug_clear(struct bitframe *pool, uint64_t first, uint64_t end)
{
    const uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    struct bitframe_debug *debug = debug_record(pool, UINT32_MAX);
    for (uint64_t bit = first; (bit = kernel_find(bitmap, bit, end)) != end; bit++)
        alloc_frame(debug, debug_entries(pool, debug) + bit, frame_of(pool, bit));
}

void bitframe_debug_set(struct bitframe *pool, uint64_t first, uint64_t end)
{
    const struct bitframe_debug *debug = debug_record(pool, UINT32_MAX);
    for (uint64_t bit = first; bit < end; bit++)
        free_frame(debug, debug_entries(pool, debug) + bit, frame_of(pool, bit));
}

void bitframe_debug_release_free(struct bitframe *pool, uint64_t first, uint64_t end)
{
    const uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint32_t *entries = debug_entries(pool, debug_record(pool, UINT32_MAX));
    for (uint64_t bit = first; (bit = kernel_find(bitmap, bit, end)) != end; bit++)
        entries[bit] = 0;
}

void bitframe_debug_release_used(struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint32_t *entries = debug_entries(pool, debug_record(pool, UINT32_MAX)) + pool_bit(pool, first);
    for (uint64_t i = 0; i < end - first; i++)
        entries[i] = 0;
}

uint64_t bitframe_get_debug_bytes(const struct bitframe *pool)
{
    return pool->frames.words * WORD_BITS * sizeof(uint32_t);
}

enum bitframe_status bitframe_debug_start(struct bitframe *pool, struct bitframe_debug *debug, void *storage,
                                          uint64_t bytes, uint32_t flags)
{
    if (!pool || !debug || !storage || (uintptr_t)storage % sizeof(uint32_t) != 0)
        return BITFRAME_INVALID;
    check_owner(pool);
    if (flags == 0 || (flags & ~(uint32_t)(BITFRAME_DEBUG_POISON | BITFRAME_DEBUG_TAGS)) != 0)
        return BITFRAME_INVALID;
    if (bytes < bitframe_get_debug_bytes(pool))
        return BITFRAME_NO_ROOM;
    debug->corruptions = 0;
    debug->entries = pool_distance(pool, storage);
    debug->flags = flags;
    debug->tag = 0;
    uint32_t *entries = debug_entries(pool, debug);
    for (uint64_t bit = 0; bit < pool->frames.words * WORD_BITS; bit++)
        entries[bit] = 0;
    pool->debug = pool_distance(pool, debug);
    return BITFRAME_OK;
}

void bitframe_debug_stop(struct bitframe *pool)
{
    pool->debug = 0;
}

uint64_t bitframe_debug_sweep(struct bitframe *pool)
{
    struct bitframe_debug *debug = debug_record(pool, BITFRAME_DEBUG_POISON);
    uint64_t corrupted = 0;
    if (!debug)
        return 0;
    const uint32_t *entries = debug_entries(pool, debug);
    bitframe_flush_cursor(pool);
    for (uint64_t bit = 0; (bit = bitframe_levels_next(pool, &pool->frames, bit)) != NO_BIT; bit++) {
        if ((entries[bit] & POISONED) == 0 || verify(debug, frame_of(pool, bit), entries[bit] & ~POISONED))
            continue;
        poison(frame_of(pool, bit));
        corrupted++;
    }
    return corrupted;
}
