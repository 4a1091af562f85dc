/* SPDX-License-Identifier: MIT */
#include "adopt_pools.h"

#include <string.h>

#include "core/cursor.h"
#include "layout/levels.h"
#include "layout/tables.h"
#include "order_calls.h"
#include "random.h"

struct bitframe pool, adopted;
struct guarded metadata_room, copy_room;
char *metadata, *copy;
uint64_t metadata_bytes;

/** The frames that random pools and calls are about. */
static uint64_t window_first, window_frames;

void make_of(const struct bitframe_map *map)
{
    guarded_pool(&pool, &metadata_room, map);
    metadata = metadata_room.memory;
    metadata_bytes = metadata_room.bytes;
    cr_assert_leq(metadata_bytes, MOST_BYTES);
    copy = guarded_renew(&copy_room, metadata_bytes, BITFRAME_METADATA_ALIGN);
}

void make_random_pool(uint64_t first, uint64_t frames)
{
    static struct bitframe_map_range ranges[RANGES];
    struct bitframe_map map;
    window_first = first;
    window_frames = frames;
    bitframe_map_init(&map, ranges, RANGES);
    uint64_t pieces = 1 + below(6);
    for (uint64_t i = 0; i < pieces; i++)
        cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, (first + below(frames)) * FRAME,
                                      (1 + skewed(frames)) * FRAME),
                     BITFRAME_OK);
    pieces = below(6);
    for (uint64_t i = 0; i < pieces; i++)
        cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, (first + below(frames)) * FRAME,
                                      (1 + skewed(frames / 8 + 1)) * FRAME),
                     BITFRAME_OK);
    make_of(&map);
}

void make_plain_pool(void)
{
    static struct bitframe_map_range ranges[RANGES];
    struct bitframe_map map;
    bitframe_map_init(&map, ranges, RANGES);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, 16 * MIB + 3 * FRAME, 5 * MIB);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, 22 * MIB, 3 * FRAME);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, GIB - 4 * MIB, GIB + 8 * MIB);
    bitframe_map_add(&map, BITFRAME_MAP_RESERVED, 17 * MIB, MIB);
    bitframe_map_add(&map, BITFRAME_MAP_RESERVED, GIB, 100 * FRAME);
    make_of(&map);
    cr_assert_eq(bitframe_reserve(&pool, GIB + MIB, FRAME), BITFRAME_OK);
    cr_assert_neq(bitframe_alloc(&pool), 0);
    cr_assert_eq(bitframe_alloc_at(&pool, GIB + 10 * MIB, 1000), BITFRAME_OK);
    ASSERT_SOUND(&pool);
}

struct call random_call(void)
{
    struct call call = {
        .kind = (enum kind)below(KINDS),
        .pa = (window_first + below(window_frames + 2)) * FRAME - (below(8) == 0 ? FRAME / 2 : 0),
        .frames = 1 + skewed(window_frames / 4 + 1),
    };
    if (call.kind == ALLOC_RANGE && below(4) != 0)
        call.kind = FREE;
    if (call.kind == FREE_RUN || call.kind == CLAIM || call.kind == UNRESERVE)
        call.frames = 1 + skewed(8);
    if (call.kind == UNRESERVE && pool.reserved_count != 0 && below(4) != 0) {
        const struct span *span = pool_reserved(&pool) + below(pool.reserved_count);
        call.pa = (span->first + below(span->end - span->first)) * FRAME;
        call.frames = 4 * (1 + below(4));
    }
    call.request = (struct bitframe_request){
        .frames = below(4) == 0 ? BITFRAME_HUGE_FRAMES : call.frames,
        .align = below(4) == 0 ? BITFRAME_HUGE_FRAMES * FRAME : 0,
        .min_pa = below(4) == 0 ? call.pa : 0,
        .flags = (uint32_t)below(2),
    };
    return call;
}

struct answer apply(struct bitframe *to, const struct call *call)
{
    struct answer answer = {0};
    uint64_t pa = 0;
    switch (call->kind) {
    case ALLOC: answer.value = bitframe_alloc(to); break;
    case FREE: answer.status = bitframe_free(to, call->pa); break;
    case ALLOC_RUN:
        answer.status = alloc_run_or_order(to, &call->request, &pa);
        answer.value = pa;
        break;
    case CLAIM: answer.status = bitframe_alloc_at(to, call->pa, call->frames); break;
    case FREE_RUN: answer.status = free_run_or_order(to, call->pa, call->frames); break;
    case ALLOC_RANGE:
        answer.value = bitframe_alloc_range(to, call->pa, call->pa + call->frames * (FRAME / 4));
        break;
    case RESERVE: answer.status = bitframe_reserve(to, call->pa, call->frames * (FRAME / 4)); break;
    case UNRESERVE: answer.status = bitframe_unreserve(to, call->pa, call->frames * (FRAME / 4)); break;
    case KINDS: break;
    }
    answer.free_frames = bitframe_get_free_frames(to);
    answer.reserved_frames = bitframe_get_reserved_frames(to);
    return answer;
}

void run_calls(uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++) {
        struct call call = random_call();
        (void)apply(&pool, &call);
    }
}

uint64_t offset_of(const void *part)
{
    return (uint64_t)((const char *)part - metadata);
}

void copy_what_counts(void)
{
    memcpy(copy, metadata, metadata_bytes);
    uint64_t index = offset_of(levels_at(&pool, &pool.frames, 1));
    uint64_t tables = offset_of(pool_segments(&pool));
    for (uint64_t i = index; i < tables; i++)
        copy[i] = (char)below(256);
}

void assert_same(void)
{
    ASSERT_SOUND(&adopted);
    bitframe_flush_cursor(&pool);
    cr_assert_eq(memcmp(metadata, copy, metadata_bytes), 0);
    cr_assert_eq(adopted.free_frames, pool.free_frames);
    cr_assert_eq(adopted.total_frames, pool.total_frames);
    cr_assert_eq(adopted.reserved_frames, pool.reserved_frames);
    cr_assert_eq(adopted.reserved_count, pool.reserved_count);
    cr_assert_eq(adopted.reserved_room, pool.reserved_room);
    cr_assert_eq(adopted.next - adopted.frames.level[0], pool.next - pool.frames.level[0]);
}

enum bitframe_status adopt_copy(uint64_t bytes)
{
    static char before[MOST_BYTES];
    struct bitframe pool_before;
    memset(&adopted, 0xA5, sizeof(adopted));
    memcpy(&pool_before, &adopted, sizeof(adopted));
    memcpy(before, copy, metadata_bytes);
    enum bitframe_status status = bitframe_adopt(&adopted, copy, bytes);
    if (status != BITFRAME_OK) {
        cr_assert_eq(memcmp(before, copy, metadata_bytes), 0, "%s", bitframe_get_status_name(status));
        cr_assert_eq(memcmp(&pool_before, &adopted, sizeof(adopted)), 0);
    }
    return status;
}
