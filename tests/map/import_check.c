/* SPDX-License-Identifier: MIT */
#include "import_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test_map.h"
#include "units.h"

#ifdef BITFRAME_TESTS_FDT
#include "fdt_compare.h"
#endif

#define RANGES_MAX 4096
/** Whichever importer, with its input. */
struct input {
    enum bitframe_status (*import)(const struct input *, struct bitframe_map *);
    const void *bytes;
    size_t count;
    uint64_t descriptor_bytes;
    uint32_t version;
    const struct bitframe_limine_entry **entries;
};

static const char *check_map(const struct bitframe_map *map)
{
    const struct bitframe_map_range *range = map->ranges;
    uint64_t used = 0;
    for (int kind = 0; kind < BITFRAME_MAP_KINDS; kind++) {
        for (uint64_t i = 0; i < map->counts[kind]; i++, range++)
            if (range->first_pa > range->last_pa || (i > 0 && range->first_pa - 1 <= range[-1].last_pa))
                return "a range is out of order";
        used += map->counts[kind];
    }
    if (used > map->capacity)
        return "more ranges than there is room for";

    struct bitframe_map_stats stats;
    bitframe_map_get_stats(map, &stats);
    uint64_t frames[BITFRAME_MAP_VIEWS] = {0};
    for (int view = 0; view < BITFRAME_MAP_VIEWS; view++) {
        struct bitframe_map_run run;
        uint64_t frame = 0;
        while (bitframe_map_next(map, (enum bitframe_map_view)view, &frame, &run)) {
            if (run.first_pa == 0 || run.frames == 0)
                return "frame 0, or no frame, was given";
            frames[view] += run.frames;
        }
    }
    if (frames[0] != stats.managed_frames || frames[1] != stats.free_frames ||
        frames[2] != stats.reserved_frames || frames[3] != stats.reclaimable_frames ||
        frames[4] != stats.hotpluggable_frames || frames[5] > frames[1] ||
        frames[6] != stats.unaccepted_frames || frames[0] != frames[1] + frames[2] || frames[3] > frames[2])
        return "runs and figures disagree";
    return NULL;
}

/** Import into a map with room for @p ranges that knows one range already. */
static const char *check_import(const struct input *input, uint64_t ranges, enum bitframe_status *status)
{
    struct bitframe_map map;
    if (guarded_map(&map, ranges) != BITFRAME_OK)
        return "a map cannot begin";
    bitframe_map_add(&map, BITFRAME_MAP_RAM, 0x1234567, 0x89ABCDE);
    struct bitframe_map before = map;
    struct bitframe_map_range range_before = *map.ranges;

    *status = input->import(input, &map);
    const char *wrong = check_map(&map);
    if (wrong)
        return wrong;
    switch (*status) {
    case BITFRAME_OK: return bitframe_map_is_complete(&map) ? NULL : "imported, but the map is incomplete";
    case BITFRAME_NO_ROOM: return bitframe_map_is_complete(&map) ? "no room, but the map is complete" : NULL;
    case BITFRAME_MALFORMED:
    case BITFRAME_UNSUPPORTED:
    case BITFRAME_INVALID:
        if (memcmp(&map, &before, sizeof(map)) != 0 ||
            memcmp(map.ranges, &range_before, sizeof(range_before)) != 0)
            return "refused, and the map changed";
        return NULL;
    default: return "a status that no importer returns";
    }
}

static const char *check(const struct input *input, enum bitframe_status *status)
{
    enum bitframe_status full;
    const char *wrong = check_import(input, RANGES_MAX, &full);
    for (uint64_t ranges = 1; ranges <= 4 && !wrong; ranges++) {
        enum bitframe_status little;
        wrong = check_import(input, ranges, &little);
        if (!wrong && little != full && little != BITFRAME_NO_ROOM)
            wrong = "storage decides what is good input";
    }
    if (status)
        *status = full;
    return wrong;
}

#ifdef BITFRAME_TESTS_FDT
static enum bitframe_status import_fdt(const struct input *input, struct bitframe_map *map)
{
    struct bitframe_fdt_found found;
    return bitframe_map_import_fdt(map, input->bytes, input->count, 0x48000000, &found);
}

/** Choose places for the regions of the tree @p fdt; @p status is what its import came to. */
static const char *check_regions(const void *fdt, size_t count, enum bitframe_status status)
{
    enum { REGIONS_MAX = 16 };
    static struct guarded room;
    struct bitframe_fdt_region *regions =
        guarded_at(&room, REGIONS_MAX * sizeof(*regions), sizeof(uint64_t), GUARDED_ABOVE);
    struct bitframe_map map;
    uint64_t found = 0;
    guarded_map(&map, 4 * REGIONS_MAX);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, 0x40000000, 0x40000000);
    enum bitframe_status placed =
        bitframe_map_place_fdt_regions(&map, fdt, count, regions, REGIONS_MAX, &found);
    if (placed == BITFRAME_NO_ROOM && found > REGIONS_MAX)
        return NULL;
    if (status == BITFRAME_OK && placed != BITFRAME_OK)
        return "imported, but its regions are refused";
    for (uint64_t i = 0; placed == BITFRAME_OK && i < found; i++) {
        struct bitframe_map_run run;
        uint64_t frame = regions[i].first_pa >> BITFRAME_FRAME_SHIFT;
        if ((regions[i].status == BITFRAME_OK) != (regions[i].first_pa != 0))
            return "a region without a place";
        if (regions[i].first_pa != 0 && bitframe_map_next(&map, BITFRAME_MAP_VIEW_FREE, &frame, &run) &&
            run.first_pa < regions[i].first_pa + regions[i].bytes)
            return "a region is free";
    }
    return check_map(&map);
}

const char *import_check_fdt(const uint8_t *bytes, size_t count, enum bitframe_status *status)
{
    if (count > IMPORT_CHECK_BYTES)
        count = IMPORT_CHECK_BYTES;
    struct fdt_compared sum = {0};
    const char *wrong = fdt_compare(&fdt_shipped, bytes, count, &sum);
    if (wrong)
        return wrong;
    struct input input = {.import = import_fdt, .bytes = import_guarded(bytes, count), .count = count};
    enum bitframe_status full;
    wrong = check(&input, &full);
    if (status)
        *status = full;
    return wrong ? wrong : check_regions(input.bytes, count, full);
}
#endif

static enum bitframe_status import_uefi(const struct input *input, struct bitframe_map *map)
{
    return bitframe_map_import_uefi(map, input->bytes, input->count, input->descriptor_bytes, input->version);
}

const char *import_check_uefi(const uint8_t *bytes, size_t count, enum bitframe_status *status)
{
    if (count > IMPORT_CHECK_BYTES)
        count = IMPORT_CHECK_BYTES;
    if (count < 8) {
        if (status)
            *status = BITFRAME_MALFORMED;
        return NULL;
    }
    struct input input = {.import = import_uefi,
                          .bytes = import_guarded(bytes + 8, count - 8),
                          .count = count - 8,
                          .descriptor_bytes = bytes[0] * UINT64_C(8),
                          .version = bytes[1]};
    return check(&input, status);
}

static enum bitframe_status import_limine(const struct input *input, struct bitframe_map *map)
{
    return bitframe_map_import_limine(map, input->entries, input->count / sizeof(**input->entries));
}

const char *import_check_limine(const uint8_t *bytes, size_t count, enum bitframe_status *status)
{
    static const struct bitframe_limine_entry
        *entries[IMPORT_CHECK_BYTES / sizeof(struct bitframe_limine_entry)];
    if (count > IMPORT_CHECK_BYTES)
        count = IMPORT_CHECK_BYTES;
    count -= count % sizeof(**entries);
    struct input input = {
        .import = import_limine, .bytes = import_guarded(bytes, count), .count = count, .entries = entries};
    const struct bitframe_limine_entry *first = input.bytes;
    for (size_t i = 0; i < count / sizeof(*first); i++)
        entries[i] = &first[i];
    return check(&input, status);
}

/** Check @p input over @p count bytes that begin right behind a page that cannot be read, and over such that end
 * right before one. */
static const char *check_at_both_ends(struct input *input, const uint8_t *bytes, size_t count, uint64_t align,
                                      enum bitframe_status *status)
{
    input->count = count;
    const char *wrong = NULL;
    for (int end = 0; end < GUARDED_ENDS && !wrong; end++) {
        input->bytes = guarded_copy(bytes, count, align, (enum guarded_end)end);
        wrong = check(input, status);
    }
    return wrong;
}

static enum bitframe_status import_e820(const struct input *input, struct bitframe_map *map)
{
    return bitframe_map_import_e820(map, input->bytes, input->count, input->descriptor_bytes);
}

const char *import_check_e820(const uint8_t *bytes, size_t count, enum bitframe_status *status)
{
    if (count > IMPORT_CHECK_BYTES)
        count = IMPORT_CHECK_BYTES;
    struct input input = {.import = import_e820, .descriptor_bytes = count == 0 ? 0 : bytes[0]};
    return check_at_both_ends(&input, count == 0 ? bytes : bytes + 1, count == 0 ? 0 : count - 1, 1, status);
}

static enum bitframe_status import_multiboot2(const struct input *input, struct bitframe_map *map)
{
    struct bitframe_multiboot2_found found;
    enum bitframe_status status =
        bitframe_map_import_multiboot2(map, input->bytes, input->count, 0x48000000, &found);
    return status == BITFRAME_OK && found.info_bytes > input->count ? BITFRAME_NONE : status;
}

const char *import_check_multiboot2(const uint8_t *bytes, size_t count, enum bitframe_status *status)
{
    if (count > IMPORT_CHECK_BYTES)
        count = IMPORT_CHECK_BYTES;
    /* Copies are whole words, so that the last byte is at the page: the rest is not read. */
    struct input input = {.import = import_multiboot2};
    return check_at_both_ends(&input, bytes, count - count % 8, 8, status);
}
