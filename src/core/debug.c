/* SPDX-License-Identifier: MIT */
/*
 * debug.c - tags and poison: an entry per bit of the bitmap, kept in step by the hooks
 *
 * Only in libraries with debug_frames. Nothing here is fast, and nothing here decides anything: the pool does
 * what it would do without, and entries of frames follow. See struct bitframe_debug for what they mean.
 */
#include <bitframe/debug.h>

#include "cursor.h"
#include "hooks.h"
#include "kernels.h"
#include "offline.h"
#include "owner.h"

#define POISONED UINT32_C(0x80000000)
#define NOBODY   UINT32_MAX /* no entry of a taken frame, for those have no POISONED */

enum { FRAME_WORDS = BITFRAME_FRAME_BYTES / sizeof(uint64_t) };

/* Words of frames, which hold whatever their owners stored there, by whatever type. */
typedef uint64_t __attribute__((may_alias)) frame_word;

/** The record of a pool that is debugged with one of @p flags; null if it is not. */
static struct bitframe_debug *record(const struct bitframe *pool, uint32_t flags)
{
    struct bitframe_debug *debug = (struct bitframe_debug *)(void *)pool_word(pool, pool->debug);
    return pool->debug != 0 && (debug->flags & flags) != 0 ? debug : 0;
}

/** The entries of a pool, one for each bit of the bitmap. */
static uint32_t *entries_of(const struct bitframe *pool, const struct bitframe_debug *debug)
{
    return (uint32_t *)(void *)pool_word(pool, debug->entries);
}

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
 * Compare a poisoned frame with the pattern; report it if it differs.
 *
 * @param tag  Whose it was.
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

static void take_frame(struct bitframe_debug *debug, uint32_t *entry, uint64_t frame)
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

void bitframe_debug_taken(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    struct bitframe_debug *debug = record(pool, UINT32_MAX);
    uint32_t *entries = entries_of(pool, debug) + pool_bit(pool, frame_number(pa));
    for (uint64_t i = 0; i < frames; i++)
        take_frame(debug, entries + i, frame_number(pa) + i);
}

void bitframe_debug_freed(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    const struct bitframe_debug *debug = record(pool, UINT32_MAX);
    uint64_t bit = pool_bit(pool, frame_number(pa));
    uint32_t *entries = entries_of(pool, debug);
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
    struct bitframe_debug *debug = record(pool, UINT32_MAX);
    for (uint64_t bit = first; (bit = kernel_find(bitmap, bit, end)) != end; bit++)
        take_frame(debug, entries_of(pool, debug) + bit, frame_of(pool, bit));
}

void bitframe_debug_set(struct bitframe *pool, uint64_t first, uint64_t end)
{
    const struct bitframe_debug *debug = record(pool, UINT32_MAX);
    for (uint64_t bit = first; bit < end; bit++)
        free_frame(debug, entries_of(pool, debug) + bit, frame_of(pool, bit));
}

void bitframe_debug_leave_free(struct bitframe *pool, uint64_t first, uint64_t end)
{
    const uint64_t *bitmap = levels_at(pool, &pool->frames, 0);
    uint32_t *entries = entries_of(pool, record(pool, UINT32_MAX));
    for (uint64_t bit = first; (bit = kernel_find(bitmap, bit, end)) != end; bit++)
        entries[bit] = 0;
}

void bitframe_debug_leave_used(struct bitframe *pool, uint64_t first, uint64_t end)
{
    uint32_t *entries = entries_of(pool, record(pool, UINT32_MAX)) + pool_bit(pool, first);
    for (uint64_t i = 0; i < end - first; i++)
        entries[i] = 0;
}

uint64_t bitframe_debug_bytes(const struct bitframe *pool)
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
    if (bytes < bitframe_debug_bytes(pool))
        return BITFRAME_NO_ROOM;
    debug->corruptions = 0;
    debug->entries = pool_distance(pool, storage);
    debug->flags = flags;
    debug->tag = 0;
    uint32_t *entries = entries_of(pool, debug);
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
    struct bitframe_debug *debug = record(pool, BITFRAME_DEBUG_POISON);
    uint64_t corrupted = 0;
    if (!debug)
        return 0;
    const uint32_t *entries = entries_of(pool, debug);
    bitframe_settle(pool);
    for (uint64_t bit = 0; (bit = bitframe_levels_next(pool, &pool->frames, bit)) != NO_BIT; bit++) {
        if ((entries[bit] & POISONED) == 0 || verify(debug, frame_of(pool, bit), entries[bit] & ~POISONED))
            continue;
        poison(frame_of(pool, bit));
        corrupted++;
    }
    return corrupted;
}

uint32_t bitframe_debug_set_tag(struct bitframe *pool, uint32_t tag)
{
    struct bitframe_debug *debug = record(pool, BITFRAME_DEBUG_TAGS);
    if (!debug)
        return 0;
    uint32_t before = debug->tag;
    if (tag <= BITFRAME_TAG_MAX)
        debug->tag = tag;
    return before;
}

enum bitframe_status bitframe_tag(struct bitframe *pool, uint64_t pa, uint64_t frames, uint32_t tag)
{
    const struct bitframe_debug *debug = record(pool, BITFRAME_DEBUG_TAGS);
    if (!debug)
        return BITFRAME_OK;
    if (tag > BITFRAME_TAG_MAX)
        return BITFRAME_INVALID;
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(pool, pa, frames, &bit);
    if (status != BITFRAME_OK)
        return status;
    if (kernel_find(levels_at(pool, &pool->frames, 0), bit, bit + frames) != bit + frames)
        return BITFRAME_DOUBLE_FREE;
    uint32_t *entries = entries_of(pool, debug) + bit;
    for (uint64_t i = 0; i < frames; i++)
        entries[i] = tag;
    return BITFRAME_OK;
}

uint32_t bitframe_tag_of(const struct bitframe *pool, uint64_t pa)
{
    const struct bitframe_debug *debug = record(pool, BITFRAME_DEBUG_TAGS);
    if (!debug || !frame_is_managed(pool, frame_number(pa)))
        return 0;
    uint32_t entry = entries_of(pool, debug)[pool_bit(pool, frame_number(pa))];
    return (entry & POISONED) == 0 ? entry : 0;
}

/** Whose is the frame, one of the pool's? NOBODY if it is not taken. */
static uint32_t owner_of(const struct bitframe *pool, const uint32_t *entries, uint64_t frame)
{
    uint64_t bit = pool_bit(pool, frame);
    if (levels_test(pool, &pool->frames, bit))
        return NOBODY;
    if (entries[bit] == 0 &&
        (frame_is_reserved(pool, frame) || bitframe_offline_holds(pool, frame, frame + 1)))
        return NOBODY;
    return entries[bit];
}

bool bitframe_leaks_next(const struct bitframe *pool, uint32_t tag, uint64_t *frame,
                         struct bitframe_tagged_run *run)
{
    const struct bitframe_debug *debug = record(pool, BITFRAME_DEBUG_TAGS);
    if (!debug)
        return false;
    const uint32_t *entries = entries_of(pool, debug);
    const struct span *spans = pool_spans(pool);
    for (uint64_t i = bitframe_span_above(spans, pool->span_count, *frame); i < pool->span_count; i++) {
        uint64_t next = *frame > spans[i].first ? *frame : spans[i].first;
        uint32_t owner = NOBODY;
        for (; next < spans[i].end; next++) {
            owner = owner_of(pool, entries, next);
            if (owner != NOBODY && (tag == BITFRAME_TAG_ANY || owner == tag))
                break;
        }
        if (next == spans[i].end)
            continue;
        uint64_t first = next;
        do {
            next++;
        } while (next < spans[i].end && owner_of(pool, entries, next) == owner);
        run->first_pa = first << BITFRAME_FRAME_SHIFT;
        run->frames = next - first;
        run->tag = owner;
        *frame = next;
        return true;
    }
    return false;
}

bool bitframe_tags_next(const struct bitframe *pool, uint32_t *tag, struct bitframe_tag_total *total)
{
    struct bitframe_tag_total lowest = {.tag = BITFRAME_TAG_ANY};
    struct bitframe_tagged_run run;
    for (uint64_t frame = 0; bitframe_leaks_next(pool, BITFRAME_TAG_ANY, &frame, &run);) {
        if (run.tag < *tag || run.tag > lowest.tag)
            continue;
        if (run.tag < lowest.tag)
            lowest = (struct bitframe_tag_total){.tag = run.tag};
        lowest.runs++;
        lowest.frames += run.frames;
    }
    if (lowest.runs == 0)
        return false;
    *total = lowest;
    *tag = lowest.tag + 1;
    return true;
}
