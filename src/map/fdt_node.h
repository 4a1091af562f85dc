/* SPDX-License-Identifier: MIT */
/* fdt_node.h - the nodes of a device tree that speak of memory. */
#ifndef BITFRAME_MAP_FDT_NODE_H
#define BITFRAME_MAP_FDT_NODE_H

#include "map/fdt_reader.h"
#include "map/import.h"

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

/** Add a range to the map, unless the tree is only checked. */
enum bitframe_status bitframe_fdt_add(const struct import *import, enum bitframe_map_kind kind,
                                      uint64_t first_pa, uint64_t bytes);

/** A node begins, @p depth nodes deep: 0 is the root. */
void bitframe_fdt_begin_node(struct import *import, uint32_t depth, const struct fdt_item *node);

/** Remember a property of the node at place, if it matters. The first of a name counts. */
enum bitframe_status bitframe_fdt_read_property(struct import *import, const struct fdt_item *property);

/** All properties of the node at place are known: do what it asks for. */
enum bitframe_status bitframe_fdt_finish_node(struct import *import);

#endif
