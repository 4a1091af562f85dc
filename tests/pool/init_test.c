/* SPDX-License-Identifier: MIT */
/* init_test.c - bitframe_init() makes what bitframe_init_map() makes of a map of the same range, to the byte.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include <bitframe/check.h>
#include <bitframe/map.h>

#include "guarded.h"

#define FRAME    BITFRAME_FRAME_BYTES
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { METADATA_BYTES = 1 << 16 };

/* A pool knows its metadata by the distance, so two of these can be equal to the byte. In guarded memory. */
struct made {
    _Alignas(BITFRAME_METADATA_ALIGN) struct bitframe pool;
    _Alignas(BITFRAME_METADATA_ALIGN) uint8_t metadata[];
};

static struct made *by_range;
static struct made *by_map;

static void open_both(uint64_t metadata_bytes)
{
    by_range = guarded_open(sizeof(struct made) + metadata_bytes, BITFRAME_METADATA_ALIGN, GUARDED_ABOVE);
    by_map = guarded_open(sizeof(struct made) + metadata_bytes, BITFRAME_METADATA_ALIGN, GUARDED_ABOVE);
}

static void close_both(uint64_t metadata_bytes)
{
    guarded_close(by_range, sizeof(struct made) + metadata_bytes);
    guarded_close(by_map, sizeof(struct made) + metadata_bytes);
}

static enum bitframe_status init_by_map(uint64_t first_pa, uint64_t bytes, uint64_t metadata_bytes)
{
    struct bitframe_map_range range;
    struct bitframe_map map;
    cr_assert_eq(bitframe_map_init(&map, &range, 1), BITFRAME_OK);
    enum bitframe_status status = bitframe_map_add(&map, BITFRAME_MAP_RAM, first_pa, bytes);
    return status != BITFRAME_OK ? status
                                 : bitframe_init_map(&by_map->pool, &map, by_map->metadata, metadata_bytes);
}

static enum bitframe_status expect_equal(uint64_t first_pa, uint64_t bytes, uint64_t metadata_bytes)
{
    memset(by_range, 0xA5, sizeof(struct made) + metadata_bytes);
    memset(by_map, 0xA5, sizeof(struct made) + metadata_bytes);
    enum bitframe_status status =
        bitframe_init(&by_range->pool, first_pa, bytes, by_range->metadata, metadata_bytes);
    cr_assert_eq(status, init_by_map(first_pa, bytes, metadata_bytes),
                 "%" PRIx64 ", %" PRIx64 " bytes: status %d", first_pa, bytes, status);
    cr_assert_eq(memcmp(by_range, by_map, sizeof(struct made) + metadata_bytes), 0,
                 "%" PRIx64 ", %" PRIx64 " bytes", first_pa, bytes);
    return status;
}

/* Every range that begins or ends at, or a byte beside, a frame, a huge frame, a group, frame 0 and 2^64. */
Test(init, range_is_map_of_one_range)
{
    const uint64_t places[] = {0,
                               1,
                               2,
                               64,
                               512,
                               512 * 8,
                               512 * 8 + 3,
                               UINT64_MAX / FRAME - 5000,
                               UINT64_MAX / FRAME - 511,
                               UINT64_MAX / FRAME};
    const uint64_t lengths[] = {0, 1, 2, 63, 64, 65, 511, 512, 513, 4096, 4999, 5001};
    unsigned made = 0, refused = 0;
    open_both(METADATA_BYTES);
    for (size_t p = 0; p < COUNT(places); p++) {
        for (size_t l = 0; l < COUNT(lengths); l++) {
            for (int before = -1; before <= 1; before++) {
                for (int behind = -1; behind <= 1; behind++) {
                    uint64_t first_pa = places[p] * FRAME + (uint64_t)before;
                    uint64_t bytes = lengths[l] * FRAME + (uint64_t)(behind - before);
                    bool is_made = expect_equal(first_pa, bytes, METADATA_BYTES) == BITFRAME_OK;
                    made += is_made;
                    refused += !is_made;
                    if (is_made)
                        cr_assert_eq(bitframe_check(&by_range->pool), BITFRAME_SOUND);
                }
            }
        }
    }
    close_both(METADATA_BYTES);
    cr_log_info("init: %u made, %u refused", made, refused);
    cr_assert_gt(made, 300);
    cr_assert_gt(refused, 100);
}

Test(init, needs_as_much_metadata_as_a_map)
{
    const uint64_t first_pa = 3 * FRAME, bytes = 5000 * FRAME;
    uint64_t needed = BITFRAME_METADATA_ALIGN;
    open_both(METADATA_BYTES);
    while (init_by_map(first_pa, bytes, needed) == BITFRAME_NO_ROOM)
        needed += 8;
    cr_assert_eq(expect_equal(first_pa, bytes, needed - 1), BITFRAME_NO_ROOM);
    close_both(METADATA_BYTES);
    open_both(needed);
    cr_assert_eq(expect_equal(first_pa, bytes, needed), BITFRAME_OK);
    close_both(needed);
}
