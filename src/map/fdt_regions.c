/* SPDX-License-Identifier: MIT */
/*
 * fdt_regions.c - a place for each child of /reserved-memory that leaves it to the kernel
 *
 * The tree is read three times: to count the regions, to place those that ask for certain memory, and to
 * place the others in what is left.
 */
#include <stddef.h>

#include "map/fdt_node.h"
#include "map/fit.h"

/** The regions of a tree. */
struct regions {
    struct bitframe_map *map;
    struct bitframe_fdt_region *region; /* the caller's array */
    uint64_t count;                     /* passed so far */
    bool with_ranges;                   /* those with alloc-ranges are placed now */
};

static enum bitframe_status count_region(const struct import *import, uint64_t bytes)
{
    (void)bytes;
    import->regions->count++;
    return BITFRAME_OK;
}

/** Frames that @p bytes bytes touch from the beginning of a frame. */
static uint64_t frames_of(uint64_t bytes)
{
    return (bytes >> BITFRAME_FRAME_SHIFT) + (bytes % BITFRAME_FRAME_BYTES != 0);
}

/** Read what a region asks for. BITFRAME_MALFORMED or BITFRAME_UNSUPPORTED if that makes no sense. */
static enum bitframe_status read_wish(const struct import *import, uint64_t bytes, struct fit *fit)
{
    const struct value *values = import->values;
    uint64_t align = 0;
    if (bytes == 0 || (values[ALIGNMENT].data && !read_number(values[ALIGNMENT], &align)) ||
        (align & (align - 1)) != 0)
        return BITFRAME_MALFORMED;
    fit->frames = frames_of(bytes);
    fit->align = align <= BITFRAME_FRAME_BYTES ? 1 : align >> BITFRAME_FRAME_SHIFT;
    fit->first = 0;
    fit->end = UINT64_MAX >> BITFRAME_FRAME_SHIFT;
    fit->highest = true;
    if (!values[ALLOC_RANGES].data)
        return BITFRAME_OK;
    uint32_t entry_bytes = cells_bytes(import->reserved_cells);
    if (entry_bytes == 0 || import->reserved_cells.address != import->root_cells.address ||
        import->reserved_cells.bytes != import->root_cells.bytes)
        return BITFRAME_UNSUPPORTED;
    return values[ALLOC_RANGES].bytes % entry_bytes == 0 ? BITFRAME_OK : BITFRAME_MALFORMED;
}

/** The highest place in the first range of alloc-ranges that has one, or anywhere if there are no ranges. */
static uint64_t find_place(const struct import *import, struct fit *fit)
{
    struct value ranges = import->values[ALLOC_RANGES];
    struct cells cells = import->reserved_cells;
    if (!ranges.data)
        return bitframe_map_fit(import->regions->map, fit);
    uint64_t at = 0;
    for (uint32_t offset = 0; at == 0 && offset < ranges.bytes; offset += cells_bytes(cells)) {
        uint64_t first_pa = cells_number(ranges.data + offset, cells.address);
        uint64_t bytes = cells_number(ranges.data + offset + cells.address * CELL_BYTES, cells.bytes);
        uint64_t end_pa = first_pa + bytes < first_pa ? UINT64_MAX : first_pa + bytes;
        fit->first = frames_of(first_pa);
        fit->end = end_pa >> BITFRAME_FRAME_SHIFT;
        at = bitframe_map_fit(import->regions->map, fit);
    }
    return at;
}

static enum bitframe_status place_region(const struct import *import, uint64_t bytes)
{
    struct regions *regions = import->regions;
    struct bitframe_fdt_region *region = &regions->region[regions->count++];
    if ((import->values[ALLOC_RANGES].data != NULL) != regions->with_ranges)
        return BITFRAME_OK;
    struct fit fit;
    region->name = import->name;
    region->node = import->node;
    region->first_pa = 0;
    region->bytes = bytes;
    region->no_map = import->values[NO_MAP].data != NULL;
    region->status = read_wish(import, bytes, &fit);
    if (region->status != BITFRAME_OK)
        return BITFRAME_OK;
    uint64_t at = find_place(import, &fit);
    region->status = at == 0 ? BITFRAME_NONE : BITFRAME_OK;
    if (at == 0)
        return BITFRAME_OK;
    region->first_pa = at << BITFRAME_FRAME_SHIFT;
    return import_range(regions->map, region->no_map ? BITFRAME_MAP_HOLE : BITFRAME_MAP_RESERVED,
                        region->first_pa, fit.frames << BITFRAME_FRAME_SHIFT);
}

/** Read the tree once, with a call of @p call for each region. */
static enum bitframe_status visit(struct import *import,
                                  enum bitframe_status (*call)(const struct import *, uint64_t))
{
    import->place_region = call;
    import->regions->count = 0;
    return bitframe_fdt_read_tree(import, NULL, 0);
}

enum bitframe_status bitframe_map_place_fdt_regions(struct bitframe_map *map, const void *fdt,
                                                    uint64_t fdt_bytes, struct bitframe_fdt_region *regions,
                                                    uint64_t room, uint64_t *count)
{
    struct bitframe_fdt_found unwanted;
    struct import import;
    struct regions all = {.map = map, .region = regions, .count = 0, .with_ranges = true};
    if (!regions || !count)
        return BITFRAME_INVALID;
    enum bitframe_status status = bitframe_fdt_begin(&import, map, fdt, fdt_bytes, &unwanted);
    import.with_memory = false;
    import.regions = &all;
    if (status == BITFRAME_OK)
        status = visit(&import, count_region);
    if (status != BITFRAME_OK)
        return status;
    *count = all.count;
    if (all.count > room)
        return BITFRAME_NO_ROOM;
    status = visit(&import, place_region);
    all.with_ranges = false;
    return status == BITFRAME_OK ? visit(&import, place_region) : status;
}
