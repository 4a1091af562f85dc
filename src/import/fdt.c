/* SPDX-License-Identifier: MIT */
/*
 * fdt.c - memory in a flattened device tree (Devicetree specification 0.4, chapters 3 and 5)
 *
 * The tree is read as one string of tokens, once to check it and once to add what it says. A node's
 * properties stand before its children, so a node is settled when its first child begins or it ends; of the
 * nodes around it only cell widths and the place need remembering, and no search and no recursion is needed.
 *
 * fdt_reader.h bounds every access. Names are compared as far as the names that matter are long: looking for
 * the end of each would be quadratic in a string block without ends.
 */
#include <stddef.h>

#include "fdt_reader.h"
#include "import.h"

/** The properties that matter, in any node. */
enum property {
    ADDRESS_CELLS,
    SIZE_CELLS,
    RANGES,
    DEVICE_TYPE,
    STATUS,
    REG,
    SIZE,
    NO_MAP,
    INITRD_START,
    INITRD_END,
    PROPERTIES
};

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

enum { TREE_ALIGN = 8 };

/** Whose properties are being read. */
enum place {
    ELSEWHERE,
    ROOT,
    ROOT_CHILD, /* memory, perhaps */
    CHOSEN,
    RESERVED_MEMORY,
    REGION, /* a child of RESERVED_MEMORY */
};

/** How wide the numbers of a `reg` are, in cells of 32 bits. */
struct cells {
    uint32_t address;
    uint32_t bytes;
};

struct value {
    const uint8_t *data; /* null: the node has no such property */
    uint32_t bytes;
};

struct import {
    struct bitframe_map *map; /* null while the tree is only checked */
    struct bitframe_fdt_found *found;
    struct fdt_reader reader;
    struct cells root_cells;
    struct cells reserved_cells;
    bool in_reserved_memory; /* the child of the root that is being read is that */
    enum place place;
    struct value values[PROPERTIES]; /* of the node at place */
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

static enum bitframe_status add(const struct import *import, enum bitframe_map_kind kind, uint64_t first_pa,
                                uint64_t bytes)
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
        enum bitframe_status status = add(import, kind, first_pa, bytes);
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

static enum bitframe_status settle_memory(const struct import *import)
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

static enum bitframe_status settle_chosen(const struct import *import)
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
    return add(import, BITFRAME_MAP_RESERVED, first_pa, end_pa - first_pa);
}

static enum bitframe_status settle_reserved_memory(struct import *import)
{
    import->in_reserved_memory = true;
    if (import->values[RANGES].bytes != 0)
        return BITFRAME_UNSUPPORTED;
    return read_cells(import, &import->reserved_cells);
}

static enum bitframe_status settle_region(const struct import *import)
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

/** All properties of the node at place are known: do what it asks for. */
static enum bitframe_status settle(struct import *import)
{
    enum place place = import->place;
    import->place = ELSEWHERE;
    switch (place) {
    case ROOT: return read_cells(import, &import->root_cells);
    case ROOT_CHILD: return settle_memory(import);
    case CHOSEN: return settle_chosen(import);
    case RESERVED_MEMORY: return settle_reserved_memory(import);
    case REGION: return settle_region(import);
    case ELSEWHERE: break;
    }
    return BITFRAME_OK;
}

/** A node begins, @p depth nodes deep: 0 is the root. */
static void begin_node(struct import *import, uint32_t depth, const struct fdt_item *node)
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

/** Remember a property of the node at place, if it matters; the first of a name counts. */
static enum bitframe_status import_property(struct import *import, const struct fdt_item *property)
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

/** Read the structure block from its beginning to its end. */
static enum bitframe_status read_nodes(struct import *import)
{
    uint32_t depth = 0; /* open nodes */
    bool rooted = false;
    uint32_t offset = 0;
    for (;;) {
        struct fdt_item item;
        enum fdt_token token = bitframe_fdt_next(&import->reader, &offset, &item);
        enum bitframe_status status = BITFRAME_OK;
        if (token == FDT_TOKEN_BAD) {
            return BITFRAME_MALFORMED;
        } else if (token == FDT_TOKEN_NODE) {
            status = settle(import);
            if (depth == 0 && rooted)
                return BITFRAME_MALFORMED;
            rooted = true;
            begin_node(import, depth++, &item);
        } else if (token == FDT_TOKEN_END_NODE) {
            status = settle(import);
            if (depth-- == 0)
                return BITFRAME_MALFORMED;
        } else if (token == FDT_TOKEN_PROPERTY && import->place != ELSEWHERE) {
            status = import_property(import, &item);
        } else if (token == FDT_TOKEN_END) {
            return rooted && depth == 0 ? BITFRAME_OK : BITFRAME_MALFORMED;
        }
        if (status != BITFRAME_OK)
            return status;
    }
}

/** Read the memory reservation block, which ends with an empty entry. */
static enum bitframe_status read_reservations(const struct import *import)
{
    for (uint32_t i = 0;; i++) {
        uint64_t first_pa;
        uint64_t bytes;
        if (!bitframe_fdt_reservation(&import->reader, i, &first_pa, &bytes))
            return BITFRAME_MALFORMED;
        if (bytes == 0)
            return BITFRAME_OK;
        import->found->memreserve_ranges++;
        enum bitframe_status status = add(import, BITFRAME_MAP_RESERVED, first_pa, bytes);
        if (status != BITFRAME_OK)
            return status;
    }
}

static void clear(struct bitframe_fdt_found *found)
{
    found->memory_nodes = 0;
    found->memory_ranges = 0;
    found->empty_ranges = 0;
    found->memreserve_ranges = 0;
    found->reserved_nodes = 0;
    found->no_map_nodes = 0;
    found->dynamic_nodes = 0;
    found->dynamic_bytes = 0;
    found->disabled_nodes = 0;
    found->initrd_first_pa = 0;
    found->initrd_bytes = 0;
    found->fdt_bytes = 0;
}

/** Read the whole tree into the map or, if that is null, to see whether the tree is good. */
static enum bitframe_status read_tree(struct import *import, struct bitframe_map *map, uint64_t fdt_pa)
{
    struct bitframe_fdt_found *found = import->found;
    import->map = map;
    import->root_cells.address = import->root_cells.bytes = 0;
    import->reserved_cells.address = import->reserved_cells.bytes = 0;
    import->in_reserved_memory = false;
    import->place = ELSEWHERE;
    clear(found);
    found->fdt_bytes = import->reader.tree_bytes;

    enum bitframe_status status = BITFRAME_OK;
    if (fdt_pa != 0)
        status = add(import, BITFRAME_MAP_RESERVED, fdt_pa, found->fdt_bytes);
    if (status == BITFRAME_OK)
        status = read_reservations(import);
    if (status == BITFRAME_OK)
        status = read_nodes(import);
    return status;
}

enum bitframe_status bitframe_map_import_fdt(struct bitframe_map *map, const void *fdt, uint64_t fdt_bytes,
                                             uint64_t fdt_pa, struct bitframe_fdt_found *found)
{
    struct bitframe_fdt_found unwanted;
    struct import import; /* filled in bit by bit: all of it at once would be a call to memset() */
    if (!map || !fdt || (uintptr_t)fdt % TREE_ALIGN != 0)
        return BITFRAME_INVALID;
    enum bitframe_status status = bitframe_fdt_open(&import.reader, fdt, fdt_bytes);
    if (status != BITFRAME_OK)
        return status;

    import.found = found ? found : &unwanted;
    status = read_tree(&import, NULL, fdt_pa);
    if (status == BITFRAME_OK)
        status = read_tree(&import, map, fdt_pa);
    return status;
}
