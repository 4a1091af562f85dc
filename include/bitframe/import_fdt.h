/* SPDX-License-Identifier: MIT */
/*
 * bitframe/import_fdt.h - memory in a flattened device tree
 *
 * What holds for every importer is at the head of bitframe/import.h, which includes this.
 */
#ifndef BITFRAME_IMPORT_FDT_H
#define BITFRAME_IMPORT_FDT_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/map.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What a device tree said of memory. Nodes that are not available by their `status` count as disabled only.
 *
 * Bad properties make no sense, and only what they say themselves is lost: they are skipped. These are an
 * initrd that ends below its start, and an initrd, a linux,elfcorehdr or a `size` of the wrong length.
 */
struct bitframe_fdt_found {
    /** Children of the root with device_type "memory". */
    uint64_t memory_nodes;
    /** Of these with `hotpluggable`. */
    uint64_t hotpluggable_nodes;
    /** Ranges of memory that are not empty. */
    uint64_t memory_ranges;
    /** Ranges of memory that are: a boot loader was to fill them in. */
    uint64_t empty_ranges;
    /** Entries of the memory reservation block that are not empty. */
    uint64_t memreserve_ranges;
    /** Children of /reserved-memory with `reg`, without `no-map`. */
    uint64_t reserved_nodes;
    /** Children of /reserved-memory with `reg` and `no-map`. */
    uint64_t no_map_nodes;
    /** Children of /reserved-memory with `size` and no `reg`: see bitframe_map_place_fdt_regions(). */
    uint64_t dynamic_nodes;
    /** What those ask for, modulo 2^64. */
    uint64_t dynamic_bytes;
    /** Memory and children of /reserved-memory whose `status` is not "okay". */
    uint64_t disabled_nodes;
    /** First byte of /chosen's initrd, and its length: 0 if there is none. */
    uint64_t initrd_first_pa;
    uint64_t initrd_bytes;
    /** Length of the device tree itself. */
    uint64_t fdt_bytes;
    /** First byte of /chosen's linux,elfcorehdr, and its length: 0 if there is none. */
    uint64_t core_header_first_pa;
    uint64_t core_header_bytes;
    /** Ranges of /chosen's linux,usable-memory-range: 0 if the kernel is not confined. */
    uint64_t usable_ranges;
    /** Bad properties, as above. */
    uint64_t bad_properties;
    /** Bytes from the tree's first byte to the node that was refused, or else to the last node with a bad
        property; 0 if there is none. */
    uint64_t bad_node;
};

/**
 * Import a flattened device tree (version 16, 17, or later ones that are compatible with 17).
 *
 * RAM: every child of the root whose device_type is "memory", all ranges of its `linux,usable-memory` or,
 * where there is none, of its `reg`; hotpluggable, too, if it has that property. Reserved: the memory
 * reservation block up to the entry that is all zeros, /reserved-memory's children with `reg`, the initrd
 * and the linux,elfcorehdr of /chosen, and the tree itself. Holes: /reserved-memory's children with `reg`
 * and `no-map`; and all memory outside the linux,usable-memory-range of /chosen, by which a crashed kernel
 * confines its successor. Skipped: nodes whose `status` is neither "okay" nor "ok", and children of
 * /reserved-memory without `reg`, which ask the kernel to choose a place.
 *
 * /chosen and /reserved-memory may have unit addresses, as in "chosen@0".
 *
 * @param map        The map to add to.
 * @param fdt        The tree, 8-byte aligned.
 * @param fdt_bytes  Bytes that may be read there: the tree's length or more. 2 MiB is what AArch64's boot
 *                   protocol grants where the length is not known.
 * @param fdt_pa     Physical address of the tree, which is reserved; 0 reserves nothing (a tree in .rodata).
 * @param found      Filled in. If the tree is refused only bad_node says something. May be null.
 *
 * @retval BITFRAME_OK           Imported. No memory at all is no error here: the map's figures tell.
 * @retval BITFRAME_INVALID      A null pointer or a misaligned tree; nothing changed.
 * @retval BITFRAME_MALFORMED    Not a device tree, one that is damaged or longer than @p fdt_bytes, or a
 *                               `reg`, a linux,usable-memory, a linux,usable-memory-range or a cell width of
 *                               the wrong length; nothing changed.
 * @retval BITFRAME_UNSUPPORTED  A version older than 16 or not compatible with 17; #address-cells or
 *                               #size-cells that are neither 1 nor 2; a /reserved-memory whose `ranges`
 *                               translates, or whose cell widths are not the root's; more than 8 ranges in
 *                               linux,usable-memory-range. Nothing changed.
 * @retval BITFRAME_NO_ROOM      The map's storage is too small; the map is incomplete.
 *
 * @par Safety  With the MMU off, too: the tree is read byte by byte, and never outside @p fdt_bytes.
 * @par Cost    Reads the tree twice.
 */
enum bitframe_status bitframe_map_import_fdt(struct bitframe_map *map, const void *fdt, uint64_t fdt_bytes,
                                             uint64_t fdt_pa, struct bitframe_fdt_found *found);

/**
 * Import all of a device tree but its memory nodes.
 *
 * For a kernel that has the memory map of UEFI and a device tree. UEFI says what is RAM. EBBR requires that
 * the kernel ignores the memory nodes. What the tree reserves still counts. Call this function and
 * bitframe_map_import_uefi() in either order. Of the memory nodes only memory_nodes and disabled_nodes are
 * counted. A bad `reg` in one is no reason to refuse the tree.
 *
 * Parameters, statuses, safety and cost are those of bitframe_map_import_fdt().
 */
enum bitframe_status bitframe_map_import_fdt_reservations(struct bitframe_map *map, const void *fdt,
                                                          uint64_t fdt_bytes, uint64_t fdt_pa,
                                                          struct bitframe_fdt_found *found);

/** A child of /reserved-memory with `size` and no `reg`: memory whose place the kernel is to choose. */
struct bitframe_fdt_region {
    /** The node's name, unit address and all, in the tree; ends with a zero byte. */
    const char *name;
    /** Bytes from the tree's first byte to the node. */
    uint64_t node;
    /** PA of the region's first byte; 0 if it has no place. */
    uint64_t first_pa;
    /** Its `size`. */
    uint64_t bytes;
    /** Whether it has `no-map`: then it is a hole of the map, and reserved otherwise. */
    bool no_map;
    /** BITFRAME_OK, or why it has no place. BITFRAME_NONE: no free memory answers. BITFRAME_MALFORMED: a
     * size of 0, an
        `alignment` that is no power of two, or one of these or `alloc-ranges` of the wrong length.
        BITFRAME_UNSUPPORTED: `alloc-ranges` with other cell widths than the root's. */
    enum bitframe_status status;
};

/**
 * Choose a place for each region of a device tree that leaves it to the kernel, and reserve it in the map.
 *
 * A place is free memory of the map, aligned to `alignment` or to a frame, and in whole frames. It is the
 * highest in the first of the `alloc-ranges` that has one, or the highest of all if there are no ranges.
 * Regions with ranges are placed first. Hotpluggable memory is used only if there is no other.
 *
 * Call it once, when the map knows all that is in use and before bitframe_place(). A region without a place
 * does not fail the call: see its status.
 *
 * @param map        The map, complete or not.
 * @param fdt        The tree, as for bitframe_map_import_fdt().
 * @param fdt_bytes  Bytes that the call may read, as for bitframe_map_import_fdt().
 * @param regions    Filled in, in the order of the tree.
 * @param room       How many it has room for.
 * @param count      Becomes how many there are, for BITFRAME_NO_ROOM too.
 *
 * @retval BITFRAME_OK           Each region has a place, or a status that says why not.
 * @retval BITFRAME_NO_ROOM      There are more than @p room regions, and nothing changed; or the map's
 *                               storage is too small, and the map is incomplete.
 * @retval BITFRAME_INVALID, BITFRAME_MALFORMED, BITFRAME_UNSUPPORTED  As of
 *                               bitframe_map_import_fdt_reservations(); nothing changed.
 *
 * @par Cost  Reads the tree three times, and O(ranges * log(ranges)) for each range of `alloc-ranges`.
 */
enum bitframe_status bitframe_map_place_fdt_regions(struct bitframe_map *map, const void *fdt,
                                                    uint64_t fdt_bytes, struct bitframe_fdt_region *regions,
                                                    uint64_t room, uint64_t *count);

#ifdef __cplusplus
}
#endif

#endif
