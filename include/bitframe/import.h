/* SPDX-License-Identifier: MIT */
/*
 * bitframe/import.h - memory maps from what a boot loader or firmware hands over
 *
 * Each importer reads one format and tells a map what it found. Input is not trusted: whatever the bytes are,
 * an importer reads nothing outside them, ends in a time that is linear in their number (times the ranges of
 * the map), and answers with a status. A whole input is checked before any of it is added:
 *
 *  - BITFRAME_INVALID, BITFRAME_MALFORMED and BITFRAME_UNSUPPORTED leave the map as it was.
 *  - BITFRAME_NO_ROOM leaves it incomplete (bitframe/map.h): begin again with more storage.
 *  - A range that passes 2^64 does not fail an import. It is treated as bitframe_map_add() does and counted
 *    in wrapped_bytes: RAM is not believed, anything else holds up to the end.
 *
 * What the formats do not say, the kernel adds: its own image, if the boot loader does not list it.
 *
 * Safety: as in bitframe/map.h. MMU off is fine: accesses are aligned, to what the input must be aligned to.
 */
#ifndef BITFRAME_IMPORT_H
#define BITFRAME_IMPORT_H

#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/map.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a device tree said of memory. Nodes that are not available by their `status` count as disabled only.
 */
struct bitframe_fdt_found {
    uint64_t memory_nodes;      /**< Children of the root with device_type "memory". */
    uint64_t memory_ranges;     /**< Ranges in their `reg` that are not empty. */
    uint64_t empty_ranges;      /**< Ranges in their `reg` that are: a boot loader was to fill them in. */
    uint64_t memreserve_ranges; /**< Entries of the memory reservation block. */
    uint64_t reserved_nodes;    /**< Children of /reserved-memory with `reg`, without `no-map`. */
    uint64_t no_map_nodes;      /**< Children of /reserved-memory with `reg` and `no-map`. */
    uint64_t dynamic_nodes;   /**< Children of /reserved-memory with `size` and no `reg`: nothing is reserved
                                   for them, the kernel takes what they ask for from its pool. */
    uint64_t dynamic_bytes;   /**< What those ask for, modulo 2^64. */
    uint64_t disabled_nodes;  /**< Memory and children of /reserved-memory whose `status` is not "okay". */
    uint64_t initrd_first_pa; /**< /chosen: first byte of the initrd. */
    uint64_t initrd_bytes;    /**< /chosen: its length, 0 if there is none. */
    uint64_t fdt_bytes;       /**< Length of the device tree itself. */
};

/**
 * Import a flattened device tree (version 16, 17, or later ones that are compatible with 17).
 *
 * RAM: every child of the root whose device_type is "memory", all ranges of its `reg`. Reserved: the memory
 * reservation block, /reserved-memory's children with `reg`, the initrd of /chosen, and the tree itself.
 * Holes: /reserved-memory's children with `reg` and `no-map`. Skipped: nodes whose `status` is neither "okay"
 * nor "ok", and children of /reserved-memory without `reg`, which ask the kernel to choose a place.
 *
 * @param map        The map to add to.
 * @param fdt        The tree, 8-byte aligned.
 * @param fdt_bytes  Bytes that may be read there: the tree's length or more. 2 MiB is what AArch64's boot
 *                   protocol grants where the length is not known.
 * @param fdt_pa     Physical address of the tree, which is reserved; 0 reserves nothing (a tree in .rodata).
 * @param found      Filled in; says something only if BITFRAME_OK is returned. May be null.
 *
 * @retval BITFRAME_OK           Imported. No memory at all is no error here: the map's figures tell.
 * @retval BITFRAME_INVALID      A null pointer or a misaligned tree; nothing changed.
 * @retval BITFRAME_MALFORMED    Not a device tree, one that is damaged or longer than @p fdt_bytes, or a
 *                               property of the wrong length; nothing changed.
 * @retval BITFRAME_UNSUPPORTED  A version older than 16 or not compatible with 17, #address-cells or
 *                               #size-cells that are neither 1 nor 2, or a /reserved-memory whose `ranges`
 *                               translates; nothing changed.
 * @retval BITFRAME_NO_ROOM      The map's storage is too small; the map is incomplete.
 *
 * @par Safety  With the MMU off, too: the tree is read byte by byte, and never outside @p fdt_bytes.
 * @par Cost    Reads the tree twice.
 */
enum bitframe_status bitframe_map_import_fdt(struct bitframe_map *map, const void *fdt, uint64_t fdt_bytes,
                                             uint64_t fdt_pa, struct bitframe_fdt_found *found);

/**
 * Import a UEFI memory map, as GetMemoryMap() returned it, for after ExitBootServices().
 *
 * | EFI memory type                               | becomes                                       |
 * | --------------------------------------------- | --------------------------------------------- |
 * | Conventional                                  | RAM                                           |
 * | LoaderCode, LoaderData                        | RAM, reserved: the kernel itself may be there |
 * | BootServicesCode, BootServicesData            | RAM, reclaimable: free from now on            |
 * | ACPIReclaimMemory                             | RAM, reclaimable: free once the tables are read |
 * | everything else, and types not yet invented   | a hole                                        |
 *
 * Whatever its type, memory without the attribute EFI_MEMORY_WB cannot be mapped as ordinary memory and
 * memory with EFI_MEMORY_RUNTIME is the firmware's: holes. Memory with EFI_MEMORY_SP is set aside for a
 * purpose (high bandwidth memory, say): reserved.
 *
 * @param map                 The map to add to.
 * @param descriptors         The descriptors, 8-byte aligned.
 * @param bytes               Their length in all, a multiple of @p descriptor_bytes; may be 0.
 * @param descriptor_bytes    The size of one, by GetMemoryMap(): at least 40 and a multiple of 8. It is not
 *                            sizeof(EFI_MEMORY_DESCRIPTOR) on most machines.
 * @param descriptor_version  By GetMemoryMap().
 *
 * @retval BITFRAME_OK           Imported.
 * @retval BITFRAME_INVALID      A null pointer or misaligned descriptors; nothing changed.
 * @retval BITFRAME_MALFORMED    The sizes are not as above; nothing changed.
 * @retval BITFRAME_UNSUPPORTED  @p descriptor_version is not 1; nothing changed.
 * @retval BITFRAME_NO_ROOM      The map's storage is too small; the map is incomplete.
 *
 * @par Cost  Reads the descriptors once.
 */
enum bitframe_status bitframe_map_import_uefi(struct bitframe_map *map, const void *descriptors,
                                              uint64_t bytes, uint64_t descriptor_bytes,
                                              uint32_t descriptor_version);

/** An entry of the Limine boot protocol's memory map: struct limine_memmap_entry. */
struct bitframe_limine_entry {
    uint64_t base;   /**< PA of its first byte. */
    uint64_t length; /**< Bytes. */
    uint64_t type;   /**< LIMINE_MEMMAP_*. */
};

/**
 * Import the memory map of the Limine boot protocol.
 *
 * | Limine memory type                     | becomes                                           |
 * | -------------------------------------- | ------------------------------------------------- |
 * | USABLE                                 | RAM                                               |
 * | EXECUTABLE_AND_MODULES                 | RAM, reserved                                     |
 * | BOOTLOADER_RECLAIMABLE                 | RAM, reclaimable: once its page tables, stack and responses are
 * left | | ACPI_RECLAIMABLE                       | RAM, reclaimable: once the tables are read        | |
 * everything else, and types to come     | a hole                                            |
 *
 * @param map      The map to add to.
 * @param entries  The response's array of pointers, each 8-byte aligned, as the boot loader wrote it. The
 * pointers are followed: they are the one thing that is trusted.
 * @param count    Entries; may be 0.
 *
 * @retval BITFRAME_OK       Imported.
 * @retval BITFRAME_INVALID  A null or misaligned pointer, among the entries too; nothing changed.
 * @retval BITFRAME_NO_ROOM  The map's storage is too small; the map is incomplete.
 *
 * @par Cost  Reads the pointers twice and the entries once.
 */
enum bitframe_status bitframe_map_import_limine(struct bitframe_map *map,
                                                const struct bitframe_limine_entry *const *entries,
                                                uint64_t count);

#ifdef __cplusplus
}
#endif

#endif
