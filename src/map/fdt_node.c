/* SPDX-License-Identifier: MIT */
/*
 * fdt_node.c - what a node says of memory: ranges, cell widths, the initrd
 *
 * Names are compared as far as the names that matter are long: looking for the end of each would be quadratic
 * in a string block without ends.
 */
#include "map/fdt_node.h"

#include <stddef.h>

/* Text, not pointers to it: a kernel that runs below its link address cannot follow those. */
static const char property_names[PROPERTIES][20] = {
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
};

/** Is @p text, which ends within @p room bytes or is not equal, @p expected? */
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

/** A number of @p cells cells, at most 2. */
static uint64_t number(const uint8_t *data, uint32_t cells)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < cells * CELL_BYTES; i++)
        value = value << 8 | data[i];
    return value;
}

/** A property that holds one number of 1 or 2 cells. */
static bool read_number(struct value value, uint64_t *result)
{
    if (value.bytes != CELL_BYTES && value.bytes != 2 * CELL_BYTES)
        return false;
    *result = number(value.data, value.bytes / CELL_BYTES);
    return true;
}

enum bitframe_status bitframe_fdt_add(const struct import *import, enum bitframe_map_kind kind,
                                      uint64_t first_pa, uint64_t bytes)
{
    return import->map ? import_range(import->map, kind, first_pa, bytes) : BITFRAME_OK;
}

/** Add each range of this node's `reg`, and count those that are empty and those that are not. */
static enum bitframe_status add_reg(const struct import *import, struct cells cells,
                                    enum bitframe_map_kind kind, uint64_t *ranges, uint64_t *empty_ranges)
{
    struct value reg = import->values[REG];
    if (!reg.data)
        return BITFRAME_OK;
    if (cells.address - 1 > 1 || cells.bytes - 1 > 1)
        return BITFRAME_UNSUPPORTED;
    uint32_t entry_bytes = (cells.address + cells.bytes) * CELL_BYTES;
    if (reg.bytes % entry_bytes != 0)
        return BITFRAME_MALFORMED;
    for (uint32_t at = 0; at < reg.bytes; at += entry_bytes) {
        uint64_t first_pa = number(reg.data + at, cells.address);
        uint64_t bytes = number(reg.data + at + cells.address * CELL_BYTES, cells.bytes);
        *(bytes != 0 ? ranges : empty_ranges) += 1;
        enum bitframe_status status = bitframe_fdt_add(import, kind, first_pa, bytes);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}

/** This node's #address-cells and #size-cells, or what the specification says where there are none. */
static enum bitframe_status read_cells(const struct import *import, struct cells *cells)
{
    const struct value *values = import->values;
    cells->address = 2;
    cells->bytes = 1;
    if (values[ADDRESS_CELLS].data) {
        if (values[ADDRESS_CELLS].bytes != CELL_BYTES)
            return BITFRAME_MALFORMED;
        cells->address = (uint32_t)number(values[ADDRESS_CELLS].data, 1);
    }
    if (values[SIZE_CELLS].data) {
        if (values[SIZE_CELLS].bytes != CELL_BYTES)
            return BITFRAME_MALFORMED;
        cells->bytes = (uint32_t)number(values[SIZE_CELLS].data, 1);
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
    return add_reg(import, import->root_cells, BITFRAME_MAP_RAM, &found->memory_ranges, &found->empty_ranges);
}

static enum bitframe_status finish_chosen(const struct import *import)
{
    uint64_t first_pa;
    uint64_t end_pa;
    if (!import->values[INITRD_START].data || !import->values[INITRD_END].data)
        return BITFRAME_OK;
    if (!read_number(import->values[INITRD_START], &first_pa) ||
        !read_number(import->values[INITRD_END], &end_pa) || end_pa < first_pa)
        return BITFRAME_MALFORMED;
    import->found->initrd_first_pa = first_pa;
    import->found->initrd_bytes = end_pa - first_pa;
    return bitframe_fdt_add(import, BITFRAME_MAP_RESERVED, first_pa, end_pa - first_pa);
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
        if (!read_number(import->values[SIZE], &bytes))
            return BITFRAME_MALFORMED;
        found->dynamic_nodes++;
        found->dynamic_bytes += bytes;
        return BITFRAME_OK;
    }
    bool no_map = import->values[NO_MAP].data != NULL;
    *(no_map ? &found->no_map_nodes : &found->reserved_nodes) += 1;
    uint64_t ranges = 0;
    return add_reg(import, import->reserved_cells, no_map ? BITFRAME_MAP_HOLE : BITFRAME_MAP_RESERVED,
                   &ranges, &ranges);
}

enum bitframe_status bitframe_fdt_finish_node(struct import *import)
{
    enum place place = import->place;
    import->place = ELSEWHERE;
    switch (place) {
    case ROOT: return read_cells(import, &import->root_cells);
    case ROOT_CHILD: return finish_memory(import);
    case CHOSEN: return finish_chosen(import);
    case RESERVED_MEMORY: return finish_reserved_memory(import);
    case REGION: return finish_region(import);
    case ELSEWHERE: break;
    }
    return BITFRAME_OK;
}

void bitframe_fdt_begin_node(struct import *import, uint32_t depth, const struct fdt_item *node)
{
    if (depth == 0)
        import->place = ROOT;
    else if (depth == 1 && is_text(node->name, node->name_bytes, "chosen"))
        import->place = CHOSEN;
    else if (depth == 1 && is_text(node->name, node->name_bytes, "reserved-memory"))
        import->place = RESERVED_MEMORY;
    else if (depth == 1)
        import->place = ROOT_CHILD;
    else if (depth == 2 && import->in_reserved_memory)
        import->place = REGION;
    if (depth == 1)
        import->in_reserved_memory = false; /* until it is settled as that */
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
