/* SPDX-License-Identifier: MIT */
/* place_test.c - places for a pool's metadata, against a search over flags, one per frame */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include "random.h"
#include "test_map.h"
#include "test_pool.h"

enum { FRAMES = 96 };

static struct bitframe_map map;
static uint64_t base; /* PA of frame 0 of the flags */
static bool is[BITFRAME_MAP_KINDS][FRAMES];

static void add(enum bitframe_map_kind kind, uint64_t first, uint64_t frames)
{
    if (frames > FRAMES - first)
        frames = FRAMES - first;
    cr_assert_eq(bitframe_map_add(&map, kind, base + first * FRAME, frames * FRAME), BITFRAME_OK);
    memset(&is[kind][first], true, frames);
}

/** RAM with anything in it. */
static void make_map(uint64_t *seed)
{
    static const enum bitframe_map_kind kinds[] = {BITFRAME_MAP_RESERVED, BITFRAME_MAP_RECLAIMABLE,
                                                   BITFRAME_MAP_HOLE, BITFRAME_MAP_HOTPLUGGABLE};
    cr_assert_eq(guarded_map(&map, 32), BITFRAME_OK);
    memset(is, 0, sizeof(is));
    add(BITFRAME_MAP_RAM, next_random(seed) % FRAMES, FRAMES);
    for (uint64_t count = next_random(seed) % 12; count > 0; count--)
        add(kinds[next_random(seed) % 4], next_random(seed) % FRAMES, 1 + next_random(seed) % 24);
}

static bool may_have(uint64_t frame, bool fixed)
{
    return is[BITFRAME_MAP_RAM][frame] && !is[BITFRAME_MAP_RESERVED][frame] &&
           !is[BITFRAME_MAP_RECLAIMABLE][frame] && !is[BITFRAME_MAP_HOLE][frame] &&
           !(fixed && is[BITFRAME_MAP_HOTPLUGGABLE][frame]);
}

/** The place by going over all; 0 if there is none. */
static uint64_t naive_place(const struct bitframe_request *limits, uint64_t frames, bool fixed)
{
    uint64_t found = 0;
    for (uint64_t first = 0; first + frames <= FRAMES; first++) {
        uint64_t pa = base + first * FRAME;
        bool good = (limits->align == 0 || pa % limits->align == 0) && pa >= limits->min_pa &&
                    (limits->max_pa == 0 || pa + frames * FRAME <= limits->max_pa);
        for (uint64_t frame = first; frame < first + frames; frame++)
            good = good && may_have(frame, fixed);
        if (good && (found == 0 || limits->flags == BITFRAME_HIGHEST))
            found = pa;
    }
    return found;
}

static uint64_t any_pa(uint64_t *seed)
{
    return base + next_random(seed) % (FRAMES * FRAME);
}

Test(place, is_where_it_should_be)
{
    uint64_t seed = setting("BITFRAME_SEED", 20260101);
    uint64_t none = 0, low = 0, hotpluggable = 0;
    for (unsigned round = 0; round < 20000; round++) {
        bool plain = round % 4 == 0;
        base = 16 * MIB - (plain ? next_random(&seed) % FRAMES * FRAME : 0);
        make_map(&seed);
        struct bitframe_request limits = {.frames = next_random(&seed) % 2 ? next_random(&seed) % 20 : 0};
        if (next_random(&seed) % 2)
            limits.align = FRAME << next_random(&seed) % 6;
        if (next_random(&seed) % 2)
            limits.min_pa = any_pa(&seed);
        if (next_random(&seed) % 2)
            limits.max_pa = any_pa(&seed);
        limits.flags = next_random(&seed) % 2 ? BITFRAME_HIGHEST : 0;
        if (plain)
            limits = (struct bitframe_request){.frames = 0};

        uint64_t needed = 0;
        if (bitframe_map_get_metadata_bytes(&map, &needed) != BITFRAME_OK)
            continue;
        uint64_t frames = (needed + sizeof(struct bitframe_map_range) + FRAME - 1) / FRAME;
        if (frames < limits.frames)
            frames = limits.frames;
        uint64_t expected = 0;
        for (int fixed = 1; fixed >= 0 && plain && expected == 0; fixed--)
            expected = naive_place(&(struct bitframe_request){.min_pa = 16 * MIB}, frames, fixed != 0);
        for (int fixed = 1; fixed >= 0 && expected == 0; fixed--)
            expected = naive_place(&limits, frames, fixed != 0);

        uint64_t pa = 0;
        uint64_t bytes = 7;
        struct bitframe_map before = map;
        enum bitframe_status status =
            plain ? bitframe_place(&map, &pa, &bytes) : bitframe_place_within(&map, &limits, &pa, &bytes);
        cr_assert_eq(status, expected ? BITFRAME_OK : BITFRAME_NONE, "round %u", round);
        cr_assert_eq(pa, expected, "round %u: %#" PRIx64 ", not %#" PRIx64, round, pa, expected);
        cr_assert_eq(bytes, expected ? frames * FRAME : 7);
        if (expected == 0)
            cr_assert_eq(memcmp(&before, &map, sizeof(map)), 0);
        none += expected == 0;
        low += expected != 0 && expected < 16 * MIB;
        hotpluggable += expected != 0 && is[BITFRAME_MAP_HOTPLUGGABLE][(expected - base) / FRAME];
    }
    cr_expect(none && low && hotpluggable, "%" PRIu64 " %" PRIu64 " %" PRIu64, none, low, hotpluggable);
}

Test(place, keeps_low_memory_for_devices)
{
    cr_assert_eq(guarded_map(&map, 32), BITFRAME_OK);
    uint64_t pa = 0;
    uint64_t bytes = 0;
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, MIB, 128 * GIB - MIB), BITFRAME_OK);
    cr_assert_eq(bitframe_place(&map, &pa, &bytes), BITFRAME_OK);
    cr_expect_eq(pa, 16 * MIB);
}

Test(place, refuses_bad_arguments)
{
    uint64_t seed = 1;
    uint64_t pa = 7;
    uint64_t bytes = 7;
    base = 16 * MIB;
    cr_assert_eq(guarded_map(&map, 4), BITFRAME_OK);
    add(BITFRAME_MAP_RAM, 0, FRAMES);
    struct bitframe_map before = map;
    struct bitframe_request limits = {.frames = 1};
    cr_expect_eq(bitframe_place_within(NULL, &limits, &pa, &bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_place_within(&map, NULL, &pa, &bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_place_within(&map, &limits, NULL, &bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_place_within(&map, &limits, &pa, NULL), BITFRAME_INVALID);
    limits.align = 3 * FRAME;
    cr_expect_eq(bitframe_place_within(&map, &limits, &pa, &bytes), BITFRAME_INVALID);
    limits.align = 0;
    limits.flags = BITFRAME_ZEROED;
    cr_expect_eq(bitframe_place_within(&map, &limits, &pa, &bytes), BITFRAME_INVALID);
    limits.flags = 0;
    limits.frames = UINT64_MAX;
    cr_expect_eq(bitframe_place_within(&map, &limits, &pa, &bytes), BITFRAME_NONE);
    limits = (struct bitframe_request){.align = UINT64_C(1) << 63};
    cr_expect_eq(bitframe_place_within(&map, &limits, &pa, &bytes), BITFRAME_NONE);
    limits = (struct bitframe_request){.min_pa = any_pa(&seed), .max_pa = 1};
    cr_expect_eq(bitframe_place_within(&map, &limits, &pa, &bytes), BITFRAME_NONE);
    cr_expect_eq(memcmp(&before, &map, sizeof(map)), 0);
    cr_expect(pa == 7 && bytes == 7);
}
