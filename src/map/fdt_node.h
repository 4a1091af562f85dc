/* SPDX-License-Identifier: MIT */
/* fdt_node.h - the nodes of a device tree that describe memory. */
#ifndef BITFRAME_MAP_FDT_NODE_H
#define BITFRAME_MAP_FDT_NODE_H

#include "map/fdt_reader.h"
#include "map/import.h"

/** The properties that the importer reads, of any node. */
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
    USABLE_MEMORY,
    USABLE_MEMORY_RANGE,
    ELFCOREHDR,
    HOTPLUGGABLE,
    ALIGNMENT,
    ALLOC_RANGES,
    PROPERTIES
};

/** The node whose properties the importer reads. */
enum place {
    ELSEWHERE,
    ROOT,
    ROOT_CHILD, /* memory, perhaps */
    CHOSEN,
    RESERVED_MEMORY,
    REGION, /* a child of RESERVED_MEMORY */
};

/** The width of the numbers of a `reg`, in cells of 32 bits. */
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
    bool with_memory;        /* RAM is wanted, not only what is reserved */
    bool in_reserved_memory; /* the child of the root that is being read is that */
    uint32_t structure;      /* where the tree has its structure block */
    uint32_t node;           /* where the tree has the node that is being read */
    const char *name;        /* its name */
    /* What to do with a child of /reserved-memory that has no `reg` but a `size`; null: nothing. */
    enum bitframe_status (*place_region)(const struct import *import, uint64_t bytes);
    struct regions *regions; /* of that (fdt_regions.c) */
    enum place place;
    struct value values[PROPERTIES]; /* of the node at place */
};

/** Read the whole tree into the map or, if that is null, to see whether the tree is good. */
enum bitframe_status bitframe_fdt_read_tree(struct import *import, struct bitframe_map *map, uint64_t fdt_pa);

/** Begin an import of a tree: check its place and its header. */
enum bitframe_status bitframe_fdt_begin(struct import *import, const struct bitframe_map *map,
                                        const void *fdt, uint64_t fdt_bytes,
                                        struct bitframe_fdt_found *found);

/** Add a range to the map, unless the tree is only checked. */
static inline enum bitframe_status fdt_add(const struct import *import, enum bitframe_map_kind kind,
                                           uint64_t first_pa, uint64_t bytes)
{
    return import->map ? import_range(import->map, kind, first_pa, bytes) : BITFRAME_OK;
}

/** A property cannot be read, and nothing depends on it but what it says itself: count it, and go on. */
static inline void fdt_skip_property(const struct import *import)
{
    import->found->bad_properties++;
    import->found->bad_node = import->node;
}

/** A number of @p cells cells, at most 2. */
static inline uint64_t cells_number(const uint8_t *data, uint32_t cells)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < cells * CELL_BYTES; i++)
        number = number << 8 | data[i];
    return number;
}

/** Bytes of an address and a length, or 0 if the library reads no numbers so wide, or so narrow. */
static inline uint32_t cells_bytes(struct cells cells)
{
    return cells.address - 1 > 1 || cells.bytes - 1 > 1 ? 0 : (cells.address + cells.bytes) * CELL_BYTES;
}

/** A property that holds one number of 1 or 2 cells. */
static inline bool read_number(struct value value, uint64_t *number)
{
    if (value.bytes != CELL_BYTES && value.bytes != 2 * CELL_BYTES)
        return false;
    *number = cells_number(value.data, value.bytes / CELL_BYTES);
    return true;
}

/** A node begins at @p offset, @p depth nodes deep: 0 is the root. */
void bitframe_fdt_begin_node(struct import *import, uint32_t offset, uint32_t depth,
                             const struct fdt_item *node);

/**
 * Remember a property of the node at place, if the importer uses it. Of two with one name the first counts.
 */
enum bitframe_status bitframe_fdt_read_property(struct import *import, const struct fdt_item *property);

/** All properties of /chosen are known (fdt_chosen.c). */
enum bitframe_status bitframe_fdt_finish_chosen(const struct import *import);

/** All properties of the node at place are known: do what it asks for. */
enum bitframe_status bitframe_fdt_finish_node(struct import *import);

#endif
