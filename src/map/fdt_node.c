/* SPDX-License-Identifier: MIT */
/*
 * fdt_node.c - what a node says of memory: ranges, cell widths; /chosen is in fdt_chosen.c
 *
 * A comparison of names stops at the length of the expected name. A search for the end of each name would be
 * quadratic in a strings block without ends.
 */
#include "map/fdt_node.h"

#include <stddef.h>

/* Text, not pointers to it: a kernel that runs below its link address cannot follow those. */
static const char property_names[PROPERTIES][28] = {
    [ADDRESS_CELLS] = "#address-cells",
    [SIZE_CELLS] = "#size-cells",
    [RANGES] = "ranges",
    [DEVICE_TYPE] = "device_type",
    [STATUS] = "status",
    [REG] = "reg",
    [SIZE] = "size",
    [NO_MAP] = "no-map",
    [INITRD_START] = "linux,initrd-start",
    [INITRD_END] = "linux,initrd-end",
    [USABLE_MEMORY] = "linux,usable-memory",
    [USABLE_MEMORY_RANGE] = "linux,usable-memory-range",
    [ELFCOREHDR] = "linux,elfcorehdr",
    [HOTPLUGGABLE] = "hotpluggable",
    [ALIGNMENT] = "alignment",
    [ALLOC_RANGES] = "alloc-ranges",
};

/** Is @p text equal to @p expected? Reads at most @p room bytes; a text that does not end in them differs. */
static bool is_text(const char *text, uint32_t room, const char *expected)
{
    for (uint32_t i = 0; i < room; i++) {
        if (text[i] != expected[i])
            return false;
        if (expected[i] == 0)
            return true;
    }
    return false;
}

static bool value_is_text(struct value value, const char *expected)
{
    return value.data && is_text((const char *)value.data, value.bytes, expected);
}

/** Is the node's name @p expected? A path names a node without its unit address, so that does not count. */
static bool is_node(const struct fdt_item *node, const char *expected)
{
    uint32_t i = 0; /* the name ends with a zero byte, and expected has none before its end */
    while (expected[i] != 0 && node->name[i] == expected[i])
        i++;
    return expected[i] == 0 && (node->name[i] == 0 || node->name[i] == '@');
}

/** Add each range of @p reg, and count those that are empty and those that are not. */
static enum bitframe_status add_reg(const struct import *import, struct value reg,
                                    enum bitframe_map_kind kind, uint64_t *ranges, uint64_t *empty_ranges)
{
    struct cells cells = import->root_cells;
    if (!reg.data)
        return BITFRAME_OK;
    uint32_t entry_bytes = cells_bytes(cells);
    if (entry_bytes == 0)
        return BITFRAME_UNSUPPORTED;
    if (reg.bytes % entry_bytes != 0)
        return BITFRAME_MALFORMED;
    for (uint32_t at = 0; at < reg.bytes; at += entry_bytes) {
        uint64_t first_pa = cells_number(reg.data + at, cells.address);
        uint64_t bytes = cells_number(reg.data + at + cells.address * CELL_BYTES, cells.bytes);
        *(bytes != 0 ? ranges : empty_ranges) += 1;
        enum bitframe_status status = fdt_add(import, kind, first_pa, bytes);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}

/** This node's #address-cells and #size-cells, or the specification's default for a missing one. */
static enum bitframe_status read_cells(const struct import *import, struct cells *cells)
{
    const struct value *values = import->values;
    cells->address = 2;
    cells->bytes = 1;
    if (values[ADDRESS_CELLS].data) {
        if (values[ADDRESS_CELLS].bytes != CELL_BYTES)
            return BITFRAME_MALFORMED;
        cells->address = (uint32_t)cells_number(values[ADDRESS_CELLS].data, 1);
    }
    if (values[SIZE_CELLS].data) {
        if (values[SIZE_CELLS].bytes != CELL_BYTES)
            return BITFRAME_MALFORMED;
        cells->bytes = (uint32_t)cells_number(values[SIZE_CELLS].data, 1);
    }
    return BITFRAME_OK;
}

static bool is_available(const struct import *import)
{
    struct value status = import->values[STATUS];
    return !status.data || value_is_text(status, "okay") || value_is_text(status, "ok");
}

static enum bitframe_status finish_memory(const struct import *import)
{
    struct bitframe_fdt_found *found = import->found;
    if (!value_is_text(import->values[DEVICE_TYPE], "memory"))
        return BITFRAME_OK;
    if (!is_available(import)) {
        found->disabled_nodes++;
        return BITFRAME_OK;
    }
    found->memory_nodes++;
    if (!import->with_memory)
        return BITFRAME_OK;
    struct value memory = import->values[import->values[USABLE_MEMORY].data ? USABLE_MEMORY : REG];
    enum bitframe_status status =
        add_reg(import, memory, BITFRAME_MAP_RAM, &found->memory_ranges, &found->empty_ranges);
    if (status != BITFRAME_OK || !import->values[HOTPLUGGABLE].data)
        return status;
    uint64_t ranges = 0;
    found->hotpluggable_nodes++;
    return add_reg(import, memory, BITFRAME_MAP_HOTPLUGGABLE, &ranges, &ranges);
}

static enum bitframe_status finish_reserved_memory(struct import *import)
{
    import->in_reserved_memory = true;
    if (import->values[RANGES].bytes != 0)
        return BITFRAME_UNSUPPORTED;
    return read_cells(import, &import->reserved_cells);
}

static enum bitframe_status finish_region(const struct import *import)
{
    struct bitframe_fdt_found *found = import->found;
    if (!is_available(import)) {
        found->disabled_nodes++;
        return BITFRAME_OK;
    }
    if (!import->values[REG].data) {
        uint64_t bytes;
        if (!import->values[SIZE].data)
            return BITFRAME_OK;
        if (!read_number(import->values[SIZE], &bytes)) {
            fdt_skip_property(import);
            return BITFRAME_OK;
        }
        found->dynamic_nodes++;
        found->dynamic_bytes += bytes;
        return import->place_region ? import->place_region(import, bytes) : BITFRAME_OK;
    }
    /* The specification wants the root's widths here. Where they are others, half of the writers of such
     * trees meant these and half those: a guess would leave memory free that is in use. */
    if (import->reserved_cells.address != import->root_cells.address ||
        import->reserved_cells.bytes != import->root_cells.bytes)
        return BITFRAME_UNSUPPORTED;
    bool no_map = import->values[NO_MAP].data != NULL;
    *(no_map ? &found->no_map_nodes : &found->reserved_nodes) += 1;
    uint64_t ranges = 0;
    return add_reg(import, import->values[REG], no_map ? BITFRAME_MAP_HOLE : BITFRAME_MAP_RESERVED, &ranges,
                   &ranges);
}

static enum bitframe_status finish_place(struct import *import, enum place place)
{
    switch (place) {
    case ROOT: return read_cells(import, &import->root_cells);
    case ROOT_CHILD: return finish_memory(import);
    case CHOSEN: return bitframe_fdt_finish_chosen(import);
    case RESERVED_MEMORY: return finish_reserved_memory(import);
    case REGION: return finish_region(import);
    case ELSEWHERE: break;
    }
    return BITFRAME_OK;
}

enum bitframe_status bitframe_fdt_finish_node(struct import *import)
{
    enum place place = import->place;
    import->place = ELSEWHERE;
    enum bitframe_status status = finish_place(import, place);
    if (status == BITFRAME_MALFORMED || status == BITFRAME_UNSUPPORTED)
        import->found->bad_node = import->node;
    return status;
}

void bitframe_fdt_begin_node(struct import *import, uint32_t offset, uint32_t depth,
                             const struct fdt_item *node)
{
    import->node = import->structure + offset;
    import->name = node->name;
    if (depth == 0)
        import->place = ROOT;
    else if (depth == 1 && is_node(node, "chosen"))
        import->place = CHOSEN;
    else if (depth == 1 && is_node(node, "reserved-memory"))
        import->place = RESERVED_MEMORY;
    else if (depth == 1)
        import->place = ROOT_CHILD;
    else if (depth == 2 && import->in_reserved_memory)
        import->place = REGION;
    if (depth == 1)
        import->in_reserved_memory = false; /* until finish_reserved_memory() */
    for (unsigned i = 0; i < PROPERTIES; i++) {
        import->values[i].data = NULL;
        import->values[i].bytes = 0;
    }
}

enum bitframe_status bitframe_fdt_read_property(struct import *import, const struct fdt_item *property)
{
    if (!property->name)
        return BITFRAME_MALFORMED;
    for (unsigned i = 0; i < PROPERTIES; i++) {
        if (!import->values[i].data && is_text(property->name, property->name_bytes, property_names[i])) {
            import->values[i].data = property->value;
            import->values[i].bytes = property->value_bytes;
        }
    }
    return BITFRAME_OK;
}
