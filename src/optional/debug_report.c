/* SPDX-License-Identifier: MIT */
/* debug_report.c - setting tags, and reading the owners of frames. */
#include "base/kernels.h"
#include "layout/locate.h"
#include "layout/offline_records.h"
#include "optional/debug_entries.h"

uint32_t bitframe_set_current_tag(struct bitframe *pool, uint32_t tag)
{
    struct bitframe_debug *debug = debug_record(pool, BITFRAME_DEBUG_TAGS);
    if (!debug)
        return 0;
    uint32_t before = debug->tag;
    if (tag <= BITFRAME_TAG_MAX)
        debug->tag = tag;
    return before;
}

enum bitframe_status bitframe_set_tag(struct bitframe *pool, uint64_t pa, uint64_t frames, uint32_t tag)
{
    const struct bitframe_debug *debug = debug_record(pool, BITFRAME_DEBUG_TAGS);
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
    uint32_t *entries = debug_entries(pool, debug) + bit;
    for (uint64_t i = 0; i < frames; i++)
        entries[i] = tag;
    return BITFRAME_OK;
}

uint32_t bitframe_get_tag(const struct bitframe *pool, uint64_t pa)
{
    const struct bitframe_debug *debug = debug_record(pool, BITFRAME_DEBUG_TAGS);
    if (!debug || !frame_is_managed(pool, frame_number(pa)))
        return 0;
    uint32_t entry = debug_entries(pool, debug)[pool_bit(pool, frame_number(pa))];
    return (entry & POISONED) == 0 ? entry : 0;
}

/** The tag of @p frame, a frame of the pool. NO_OWNER if it is not allocated. */
static uint32_t owner_of(const struct bitframe *pool, const uint32_t *entries, uint64_t frame)
{
    uint64_t bit = pool_bit(pool, frame);
    if (levels_test(pool, &pool->frames, bit))
        return NO_OWNER;
    if (entries[bit] == 0 &&
        (frame_is_reserved(pool, frame) || bitframe_offline_holds(pool, frame, frame + 1)))
        return NO_OWNER;
    return entries[bit];
}

bool bitframe_leaks_next(const struct bitframe *pool, uint32_t tag, uint64_t *frame,
                         struct bitframe_tagged_run *run)
{
    const struct bitframe_debug *debug = debug_record(pool, BITFRAME_DEBUG_TAGS);
    if (!debug)
        return false;
    const uint32_t *entries = debug_entries(pool, debug);
    const struct span *spans = pool_spans(pool);
    for (uint64_t i = bitframe_span_above(spans, pool->span_count, *frame); i < pool->span_count; i++) {
        uint64_t next = *frame > spans[i].first ? *frame : spans[i].first;
        uint32_t owner = NO_OWNER;
        for (; next < spans[i].end; next++) {
            owner = owner_of(pool, entries, next);
            if (owner != NO_OWNER && (tag == BITFRAME_TAG_ANY || owner == tag))
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
