/* SPDX-License-Identifier: MIT */
#include "offline_pools.h"

#include <inttypes.h>
#include <string.h>

#include "layout/offline_records.h"
#include "layout/tables.h"

struct world world;
struct guarded metadata, words[3];
struct bitframe *const pool = &world.pool;
struct bitframe_offline_range *const record = world.records;

void make_pool(void)
{
    struct bitframe_map_range ranges[8];
    struct bitframe_map map;
    memset(&world, GARBAGE, sizeof(world));
    cr_assert_eq(bitframe_map_init(&map, ranges, COUNT(ranges)), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE * FRAME, (END - BASE) * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_HOLE, HOLE * FRAME, (BEHIND - HOLE) * FRAME),
                 BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, RESERVED * FRAME, RESERVED_FRAMES * FRAME),
                 BITFRAME_OK);
    guarded_pool(pool, &metadata, &map);
    cr_assert_eq(bitframe_get_offline_frames(pool), 0);
}

uint64_t *make_words(size_t i, uint64_t count)
{
    return guarded_renew(words + i, count * sizeof(uint64_t), sizeof(uint64_t));
}

enum bitframe_status offline(size_t i, uint64_t first, uint64_t frames)
{
    uint64_t low = pool_spans(pool)[0].first, end = pool_spans(pool)[pool->span_count - 1].end;
    low = first > low ? first : low;
    end = first + frames < end ? first + frames : end;
    uint64_t count = low < end ? offline_word_count(low, end) : 0;
    return bitframe_set_offline(pool, record + i, first * FRAME, frames * FRAME, make_words(i, count), count);
}

void copy_contents(struct contents *to)
{
    memset(to, 0, sizeof(*to));
    to->world = world;
    cr_assert_leq(metadata.bytes, sizeof(to->first_bytes));
    memcpy(to->first_bytes, metadata.memory, metadata.bytes);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_leq(words[i].bytes, sizeof(to->word_bytes[i]));
        if (words[i].bytes != 0)
            memcpy(to->word_bytes[i], words[i].memory, words[i].bytes);
    }
}

struct contents before;

void expect_unchanged(void)
{
    static struct contents now;
    copy_contents(&now);
    cr_expect_eq(memcmp(&before, &now, sizeof(now)), 0, "a refusal changes nothing");
}

enum bitframe_status free_frame(uint64_t frame)
{
    return bitframe_free(pool, frame * FRAME);
}

void assert_counts(uint64_t free_frames, uint64_t offline_frames, uint64_t in_use)
{
    ASSERT_SOUND(pool);
    cr_assert_eq(bitframe_get_free_frames(pool), free_frames, "free: %" PRIu64,
                 bitframe_get_free_frames(pool));
    cr_assert_eq(bitframe_get_offline_frames(pool), offline_frames, "offline: %" PRIu64,
                 bitframe_get_offline_frames(pool));
    cr_assert_eq(bitframe_get_offline_in_use(record), in_use, "in use: %" PRIu64,
                 bitframe_get_offline_in_use(record));
}

uint64_t exhaust(uint64_t first, uint64_t end)
{
    uint64_t frames = 0;
    for (uint64_t pa; (pa = bitframe_alloc(pool)) != 0; frames++)
        cr_assert(pa / FRAME < first || pa / FRAME >= end, "frame %" PRIu64 " is out of use", pa / FRAME);
    return frames;
}
