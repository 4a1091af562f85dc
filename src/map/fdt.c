/* SPDX-License-Identifier: MIT */
/*
 * fdt.c - memory in a flattened device tree (Devicetree specification 0.4, chapters 3 and 5)
 *
 * The importer reads the tree twice as one string of tokens: once to check it, once to add its memory. A
 * node's properties stand before its children. So the importer finishes a node when its first child begins,
 * or when the node ends. Of the nodes around it, it remembers only cell widths and the place. It needs no
 * search and no recursion.
 *
 * fdt_reader.h bounds every access. fdt_node.h interprets the nodes.
 */
#include <stddef.h>

#include "map/fdt_node.h"

enum { TREE_ALIGN = 8 };

/** Read the structure block from its beginning to its end. */
static enum bitframe_status read_nodes(struct import *import)
{
    uint32_t depth = 0; /* open nodes */
    bool rooted = false;
    uint32_t offset = 0;
    for (;;) {
        struct fdt_item item;
        uint32_t at = offset;
        enum fdt_token token = bitframe_fdt_next(&import->reader, &offset, &item);
        enum bitframe_status status = BITFRAME_OK;
        if (token == FDT_TOKEN_BAD) {
            return BITFRAME_MALFORMED;
        } else if (token == FDT_TOKEN_NODE) {
            status = bitframe_fdt_finish_node(import);
            if (status != BITFRAME_OK)
                return status;
            if (depth == 0 && rooted)
                return BITFRAME_MALFORMED;
            rooted = true;
            bitframe_fdt_begin_node(import, at, depth++, &item);
        } else if (token == FDT_TOKEN_END_NODE) {
            status = bitframe_fdt_finish_node(import);
            if (depth-- == 0)
                return BITFRAME_MALFORMED;
        } else if (token == FDT_TOKEN_PROPERTY && import->place != ELSEWHERE) {
            status = bitframe_fdt_read_property(import, &item);
        } else if (token == FDT_TOKEN_END) {
            return rooted && depth == 0 ? BITFRAME_OK : BITFRAME_MALFORMED;
        }
        if (status != BITFRAME_OK)
            return status;
    }
}

/** Read the memory reservation block, which ends with an entry of zeros: bytes of 0 alone end nothing. */
static enum bitframe_status read_reservations(const struct import *import)
{
    for (uint32_t i = 0;; i++) {
        uint64_t first_pa;
        uint64_t bytes;
        if (!bitframe_fdt_reservation(&import->reader, i, &first_pa, &bytes))
            return BITFRAME_MALFORMED;
        if (bytes == 0 && first_pa == 0)
            return BITFRAME_OK;
        import->found->memreserve_ranges += bytes != 0;
        enum bitframe_status status = fdt_add(import, BITFRAME_MAP_RESERVED, first_pa, bytes);
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
    found->hotpluggable_nodes = 0;
    found->core_header_first_pa = 0;
    found->core_header_bytes = 0;
    found->usable_ranges = 0;
    found->bad_properties = 0;
    found->bad_node = 0;
}

enum bitframe_status bitframe_fdt_read_tree(struct import *import, struct bitframe_map *map, uint64_t fdt_pa)
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
        status = fdt_add(import, BITFRAME_MAP_RESERVED, fdt_pa, found->fdt_bytes);
    if (status == BITFRAME_OK)
        status = read_reservations(import);
    if (status == BITFRAME_OK)
        status = read_nodes(import);
    return status;
}

enum bitframe_status bitframe_fdt_begin(struct import *import, const struct bitframe_map *map,
                                        const void *fdt, uint64_t fdt_bytes, struct bitframe_fdt_found *found)
{
    import->found = found;
    import->place_region = NULL;
    clear(found);
    if (!map || !fdt || (uintptr_t)fdt % TREE_ALIGN != 0)
        return BITFRAME_INVALID;
    enum bitframe_status status = bitframe_fdt_open(&import->reader, fdt, fdt_bytes);
    if (status == BITFRAME_OK)
        import->structure = (uint32_t)(import->reader.structure - (const uint8_t *)fdt);
    return status;
}

static enum bitframe_status import_tree(struct bitframe_map *map, const void *fdt, uint64_t fdt_bytes,
                                        uint64_t fdt_pa, bool with_memory, struct bitframe_fdt_found *found)
{
    struct bitframe_fdt_found unwanted;
    struct import import; /* filled in bit by bit: all of it at once would be a call to memset() */
    enum bitframe_status status = bitframe_fdt_begin(&import, map, fdt, fdt_bytes, found ? found : &unwanted);
    import.with_memory = with_memory;
    if (status == BITFRAME_OK)
        status = bitframe_fdt_read_tree(&import, NULL, fdt_pa);
    if (status == BITFRAME_OK)
        status = bitframe_fdt_read_tree(&import, map, fdt_pa);
    return status;
}

enum bitframe_status bitframe_map_import_fdt(struct bitframe_map *map, const void *fdt, uint64_t fdt_bytes,
                                             uint64_t fdt_pa, struct bitframe_fdt_found *found)
{
    return import_tree(map, fdt, fdt_bytes, fdt_pa, true, found);
}

enum bitframe_status bitframe_map_import_fdt_reservations(struct bitframe_map *map, const void *fdt,
                                                          uint64_t fdt_bytes, uint64_t fdt_pa,
                                                          struct bitframe_fdt_found *found)
{
    return import_tree(map, fdt, fdt_bytes, fdt_pa, false, found);
}
