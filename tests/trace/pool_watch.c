/* SPDX-License-Identifier: MIT */
#include "pool_watch.h"

#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/debug.h>

#include "base/platform.h"
#include "model.h"
#include "random.h"
#include "test_pool.h"
#include "window.h"

#define NONE UINT64_MAX

/** A frame of the pool; all there are, in ascending order. */
struct listed {
    uint64_t number;
    uint8_t state;                                /* enum model_state */
    uint32_t tag;                                 /* 0 unless it is allocated */
    const struct bitframe_offline_range *leaving; /* out of use by it, or null */
};

static struct bitframe *pool;
static struct bitframe_debug debug;
static struct guarded storage;
static struct listed *list;
static uint64_t listed_frames;
static uint32_t current;
static bool poisoned; /* the frames are in a window: there is poison besides tags */
static uint64_t since_compared;
static uint64_t compared;

static uint32_t some_tag(void)
{
    return below(6) == 0 ? BITFRAME_TAG_MAX : (uint32_t)below(5);
}

/** Index in the list of frame @p number, or NONE. */
static uint64_t find(uint64_t number)
{
    uint64_t low = 0, high = listed_frames;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (list[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < listed_frames && list[low].number == number ? low : NONE;
}

static void set_frames(uint64_t pa, uint64_t frames, uint8_t state, uint32_t tag)
{
    uint64_t first = find(pa / FRAME);
    cr_assert_neq(first, NONE);
    for (uint64_t i = first; i < first + frames; i++) {
        list[i].state = state == MODEL_FREE && list[i].leaving ? MODEL_OFFLINE : state;
        list[i].tag = tag;
    }
}

/* Comparisons. */

static bool is_owned(const struct listed *frame, uint32_t tag)
{
    return frame->state == MODEL_ALLOCATED && (tag == BITFRAME_TAG_ANY || frame->tag == tag);
}

/** Compare the report of @p tag with the list. Returns what it comes to. */
static struct bitframe_tag_total compare_report(uint32_t tag)
{
    struct bitframe_tag_total total = {.tag = tag};
    struct bitframe_tagged_run run;
    uint64_t frame = 0;
    for (uint64_t i = 0; i < listed_frames;) {
        if (!is_owned(list + i, tag)) {
            i++;
            continue;
        }
        uint64_t end = i + 1;
        while (end < listed_frames && list[end].number == list[end - 1].number + 1 &&
               is_owned(list + end, tag) && list[end].tag == list[i].tag)
            end++;
        cr_assert(bitframe_leaks_next(pool, tag, &frame, &run));
        cr_assert_eq(run.first_pa, list[i].number * FRAME);
        cr_assert_eq(run.frames, end - i);
        cr_assert_eq(run.tag, list[i].tag);
        cr_assert_eq(frame, list[end - 1].number + 1);
        total.runs++;
        total.frames += end - i;
        i = end;
    }
    cr_assert(!bitframe_leaks_next(pool, tag, &frame, &run), "tag %" PRIu32, tag);
    return total;
}

static void compare_all(void)
{
    compared++;
    since_compared = 0;
    cr_assert_eq(bitframe_debug_sweep(pool), 0);
    for (uint64_t i = 0; i < listed_frames; i++)
        cr_assert_eq(bitframe_get_tag(pool, list[i].number * FRAME + below(FRAME)), list[i].tag);
    (void)compare_report(BITFRAME_TAG_ANY);

    const uint32_t all[] = {0, 1, 2, 3, 4, BITFRAME_TAG_MAX};
    uint32_t from = 0;
    struct bitframe_tag_total total;
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        struct bitframe_tag_total expected = compare_report(all[i]);
        if (expected.runs == 0)
            continue;
        cr_assert(bitframe_tags_next(pool, &from, &total));
        cr_assert_eq(total.tag, expected.tag);
        cr_assert_eq(total.runs, expected.runs);
        cr_assert_eq(total.frames, expected.frames);
    }
    cr_assert(!bitframe_tags_next(pool, &from, &total));
}

uint64_t pool_watch_compared(void)
{
    return compared;
}

/** What bitframe_set_tag() should say, frame by frame. */
static enum bitframe_status expected_of_tag(uint64_t pa, uint64_t frames, uint32_t tag)
{
    bool reserved = false, offline = false, is_free = false;
    if (frames == 0 || tag > BITFRAME_TAG_MAX)
        return BITFRAME_INVALID;
    for (uint64_t i = 0; i < frames; i++) {
        uint64_t at = find(pa / FRAME + i);
        if (at == NONE)
            return BITFRAME_UNMANAGED;
        reserved = reserved || list[at].state == MODEL_RESERVED;
        offline = offline || list[at].state == MODEL_OFFLINE;
        is_free = is_free || list[at].state == MODEL_FREE;
    }
    if (pa % FRAME != 0)
        return BITFRAME_MISALIGNED;
    if (reserved)
        return BITFRAME_RESERVED;
    if (offline)
        return BITFRAME_OFFLINE;
    return is_free ? BITFRAME_DOUBLE_FREE : BITFRAME_OK;
}

static void tag_some(void)
{
    uint64_t at = below(listed_frames);
    uint64_t pa = list[at].number * FRAME;
    uint64_t frames = 1 + below(below(8) == 0 ? listed_frames : 4);
    uint32_t tag = some_tag();
    switch (below(40)) {
    case 0: pa += 1 + below(FRAME - 1); break;
    case 1: pa = random_number(); break;
    case 2: frames = below(2) * random_number(); break;
    case 3: tag = BITFRAME_TAG_MAX + 1 + (uint32_t)below(BITFRAME_TAG_MAX); break;
    default: break;
    }
    enum bitframe_status expected = expected_of_tag(pa, frames, tag);
    enum bitframe_status got = bitframe_set_tag(pool, pa, frames, tag);
    cr_assert_eq(got, expected, "tag: %s, should be %s", bitframe_get_status_name(got),
                 bitframe_get_status_name(expected));
    if (got == BITFRAME_OK)
        set_frames(pa, frames, MODEL_ALLOCATED, tag);
}

/** What follows every call. Returns @p status. */
static enum bitframe_status called(enum bitframe_status status)
{
    cr_assert_eq(debug.corruptions, 0);
    if (below(4) == 0)
        tag_some();
    if (below(4) == 0) {
        uint32_t tag = some_tag();
        cr_assert_eq(bitframe_set_current_tag(pool, tag), current);
        current = tag;
    }
    if (++since_compared >= 16 + listed_frames / 4)
        compare_all();
    return status;
}

/* The calls. */

static void make_list(const struct bitframe_map *map)
{
    struct bitframe_map_run run;
    listed_frames = 0;
    for (uint64_t frame = 0; bitframe_map_next(map, BITFRAME_MAP_VIEW_SPANS, &frame, &run);) {
        list = realloc(list, (listed_frames + run.frames) * sizeof(*list));
        cr_assert(list);
        for (uint64_t i = 0; i < run.frames; i++)
            list[listed_frames++] = (struct listed){.number = run.first_pa / FRAME + i, .state = MODEL_FREE};
    }
    for (uint64_t frame = 0; bitframe_map_next(map, BITFRAME_MAP_VIEW_RESERVED, &frame, &run);) {
        for (uint64_t i = 0; i < run.frames; i++) {
            uint64_t at = find(run.first_pa / FRAME + i);
            if (at != NONE)
                list[at].state = MODEL_RESERVED;
        }
    }
}

static void open_window(void)
{
    window_open(list[0].number * FRAME, (list[listed_frames - 1].number - list[0].number + 1) * FRAME);
}

/** Begin to debug, or begin anew. */
static void start(void)
{
    current = 0;
    if (poisoned)
        open_window();
    guarded_debug(pool, &debug, &storage, BITFRAME_DEBUG_TAGS | (poisoned ? BITFRAME_DEBUG_POISON : 0));
    compare_all();
}

/** @p made was made of @p map: debug it, and list its frames. */
static void begin_to_watch(struct bitframe *made, const struct bitframe_map *map)
{
    pool = made;
    make_list(map);
    poisoned = list[listed_frames - 1].number - list[0].number < WINDOW_BYTES / FRAME;
    start();
}

static enum bitframe_status init_map(struct bitframe *made, const struct bitframe_map *map, void *metadata,
                                     uint64_t bytes)
{
    enum bitframe_status status = bitframe_init_map(made, map, metadata, bytes);
    if (status == BITFRAME_OK)
        begin_to_watch(made, map);
    return status;
}

/** A pool that is adopted is not debugged any more: its tags are lost. */
static enum bitframe_status adopt(struct bitframe *made, void *metadata, uint64_t bytes)
{
    enum bitframe_status status = bitframe_adopt(made, metadata, bytes);
    if (status != BITFRAME_OK)
        return status;
    for (uint64_t i = 0; i < listed_frames; i++) {
        list[i].tag = 0;
        list[i].leaving = NULL;
        if (list[i].state == MODEL_OFFLINE)
            list[i].state = MODEL_ALLOCATED;
    }
    start();
    return called(status);
}

static uint64_t alloc(struct bitframe *from)
{
    uint64_t pa = bitframe_alloc(from);
    if (pa != 0)
        set_frames(pa, 1, MODEL_ALLOCATED, current);
    called(BITFRAME_OK);
    return pa;
}

static enum bitframe_status free_one(struct bitframe *to, uint64_t pa)
{
    enum bitframe_status status = bitframe_free(to, pa);
    if (status == BITFRAME_OK)
        set_frames(pa, 1, MODEL_FREE, 0);
    return called(status);
}

/** A run that is to be zeroed is so here, where the trace says: in the window it would be many frames'. */
static enum bitframe_status alloc_run(struct bitframe *from, const struct bitframe_request *request,
                                      uint64_t *pa)
{
    struct bitframe_request plain = *request;
    uint64_t linear_map_base = bitframe_machine.linear_map_base;
    plain.flags &= ~(uint32_t)BITFRAME_ZEROED;
    if (poisoned)
        open_window();
    enum bitframe_status status = bitframe_alloc_run(from, &plain, pa);
    if (status == BITFRAME_OK) {
        set_frames(*pa, request->frames, MODEL_ALLOCATED, current);
        if ((request->flags & BITFRAME_ZEROED) != 0)
            memset((void *)(uintptr_t)(*pa + linear_map_base), 0, request->frames * FRAME);
    }
    return called(status);
}

static enum bitframe_status claim(struct bitframe *from, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_alloc_at(from, pa, frames);
    if (status == BITFRAME_OK)
        set_frames(pa, frames, MODEL_ALLOCATED, current);
    return called(status);
}

static enum bitframe_status free_run(struct bitframe *to, uint64_t pa, uint64_t frames)
{
    enum bitframe_status status = bitframe_free_run(to, pa, frames);
    if (status == BITFRAME_OK)
        set_frames(pa, frames, MODEL_FREE, 0);
    return called(status);
}

static enum bitframe_status alloc_bulk(struct bitframe *from, const struct bitframe_request *request,
                                       uint64_t *pas, uint64_t *allocated)
{
    enum bitframe_status status = bitframe_alloc_bulk(from, request, pas, allocated);
    for (uint64_t i = 0; status == BITFRAME_OK && i < *allocated; i++)
        set_frames(pas[i], 1, MODEL_ALLOCATED, current);
    return called(status);
}

static enum bitframe_status free_bulk(struct bitframe *to, const uint64_t *pas, uint64_t frames,
                                      uint32_t flags, uint64_t *freed)
{
    enum bitframe_status status = bitframe_free_bulk(to, pas, frames, flags, freed);
    for (uint64_t i = 0; (status == BITFRAME_OK || flags == BITFRAME_PARTIAL) && i < frames; i++) {
        uint64_t at = find(pas[i] / FRAME);
        if (pas[i] % FRAME == 0 && at != NONE && list[at].state == MODEL_ALLOCATED)
            set_frames(pas[i], 1, MODEL_FREE, 0);
    }
    return called(status);
}

/** Every listed frame in state @p from that [@p first_pa, @p last_pa] touches, or lies in. */
static void change(uint64_t first_pa, uint64_t last_pa, bool touched, uint8_t from, uint8_t to, uint32_t tag)
{
    for (uint64_t i = 0; i < listed_frames; i++) {
        uint64_t pa = list[i].number * FRAME;
        bool is_in = touched ? pa <= last_pa && pa + (FRAME - 1) >= first_pa
                             : pa >= first_pa && pa + (FRAME - 1) <= last_pa;
        if (!is_in || list[i].state != from)
            continue;
        list[i].state = to;
        list[i].tag = tag;
    }
}

static uint64_t alloc_range(struct bitframe *from, uint64_t first_pa, uint64_t end_pa)
{
    uint64_t allocated = bitframe_alloc_range(from, first_pa, end_pa);
    if (first_pa < end_pa)
        change(first_pa, end_pa - 1, true, MODEL_FREE, MODEL_ALLOCATED, current);
    called(BITFRAME_OK);
    return allocated;
}

static enum bitframe_status reserve(struct bitframe *in, uint64_t pa, uint64_t bytes)
{
    enum bitframe_status status = bitframe_reserve(in, pa, bytes);
    if (status == BITFRAME_OK && bytes != 0)
        change(pa, pa + (bytes - 1), true, MODEL_FREE, MODEL_RESERVED, 0);
    return called(status);
}

static enum bitframe_status unreserve(struct bitframe *in, uint64_t pa, uint64_t bytes)
{
    enum bitframe_status status = bitframe_unreserve(in, pa, bytes);
    if (status == BITFRAME_OK && bytes != 0)
        change(pa, pa + (bytes - 1), false, MODEL_RESERVED, MODEL_FREE, 0);
    return called(status);
}

#ifdef BITFRAME_TESTS_OFFLINE

static enum bitframe_status offline(struct bitframe *in, struct bitframe_offline_range *record, uint64_t pa,
                                    uint64_t bytes, uint64_t *words, uint64_t word_count)
{
    enum bitframe_status status = bitframe_set_offline(in, record, pa, bytes, words, word_count);
    for (uint64_t i = 0; status == BITFRAME_OK && bytes != 0 && i < listed_frames; i++) {
        if (list[i].number < pa / FRAME || list[i].number > (pa + (bytes - 1)) / FRAME)
            continue;
        list[i].leaving = record;
        if (list[i].state == MODEL_FREE)
            list[i].state = MODEL_OFFLINE;
    }
    return called(status);
}

static enum bitframe_status online(struct bitframe *in, struct bitframe_offline_range *record)
{
    enum bitframe_status status = bitframe_set_online(in, record);
    for (uint64_t i = 0; i < listed_frames; i++) {
        if (list[i].leaving != record)
            continue;
        list[i].leaving = NULL;
        if (list[i].state == MODEL_OFFLINE)
            list[i].state = MODEL_FREE;
    }
    return called(status);
}

#endif

const struct pool_subject pool_subject_watched = {
    .calls =
        {
            .init_map = init_map,
            .adopt = adopt,
            .alloc = alloc,
            .free = free_one,
            .alloc_run = alloc_run,
            .claim = claim,
            .free_run = free_run,
            .alloc_bulk = alloc_bulk,
            .free_bulk = free_bulk,
            .alloc_range = alloc_range,
            .reserve = reserve,
            .unreserve = unreserve,
            .free_frames = bitframe_get_free_frames,
            .check = bitframe_check,
#ifdef BITFRAME_TESTS_OFFLINE
            .offline = offline,
            .online = online,
#endif
        },
    .shape = POOL_MIXED,
};
