/* SPDX-License-Identifier: MIT */
/*
 * bitframe/import.h - memory maps from the data of a boot loader or firmware
 *
 * Each importer reads one format and adds what it finds to a map. It does not trust its input: for any bytes
 * it reads nothing outside them, ends in a time linear in their number (times the ranges of the map), and
 * returns a status. It checks the whole input before it adds any of it:
 *
 * - BITFRAME_INVALID, BITFRAME_MALFORMED and BITFRAME_UNSUPPORTED leave the map as it was.
 * - BITFRAME_NO_ROOM leaves it incomplete (bitframe/map.h): begin again with more storage.
 * - A range that passes 2^64 does not fail an import. As in bitframe_map_add(), RAM is refused, any other
 *   kind is added up to 2^64, and wrapped_bytes counts the rest.
 *
 * The kernel adds what the formats lack: its own image, if the boot loader does not list it.
 *
 * Safety: as in bitframe/map.h. With the MMU off, too: accesses are aligned as the input must be aligned.
 */
#ifndef BITFRAME_IMPORT_H
#define BITFRAME_IMPORT_H

#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/import_fdt.h>
#include <bitframe/import_pc.h>
#include <bitframe/map.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Import a UEFI memory map, as GetMemoryMap() returned it, after ExitBootServices().
 *
 * | EFI memory type                               | becomes                                            |
 * | --------------------------------------------- | -------------------------------------------------- |
 * | Conventional                                  | RAM                                                |
 * | LoaderCode, LoaderData                        | RAM, reserved: the kernel itself may be there      |
 * | BootServicesCode, BootServicesData            | RAM, reclaimable: see below                        |
 * | ACPIReclaimMemory                             | RAM, reclaimable: free once the tables are read    |
 * | Unaccepted                                    | unaccepted                                         |
 * | everything else, and types not yet invented   | a hole                                             |
 *
 * Boot services memory is not free at the moment of ExitBootServices(): the boot CPU's stack, its page
 * tables and GDT, and the image that the BGRT shows lie there. Free it when the kernel runs on a stack and
 * page tables of its own and has copied what it wants. By EBBR regions of the device tree's /reserved-memory
 * lie there too: import those as well (bitframe_map_import_fdt_reservations()), and they stay reserved.
 *
 * Whatever its type, memory without the attribute EFI_MEMORY_WB cannot be mapped as ordinary memory and
 * memory with EFI_MEMORY_RUNTIME is the firmware's: holes. Memory with EFI_MEMORY_SP is set aside for a
 * purpose (high bandwidth memory, say): reserved, and never reclaimable. Memory with
 * EFI_MEMORY_HOT_PLUGGABLE is hotpluggable beside what it is by its type.
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

/** Types of UEFI memory that have a figure of their own: 0, Reserved, to 15, Unaccepted. */
#define BITFRAME_UEFI_TYPES 16

/** How much memory a UEFI memory map has, in UEFI's pages of 4096 bytes. Figures stop at 2^64 - 1. */
struct bitframe_uefi_stats {
    uint64_t pages[BITFRAME_UEFI_TYPES + 1]; /**< By EFI memory type; the last is of all other types. */
    uint64_t special_pages;                  /**< Of all these, with EFI_MEMORY_SP. */
    uint64_t hotpluggable_pages;             /**< Of all these, with EFI_MEMORY_HOT_PLUGGABLE. */
};

/**
 * Count a UEFI memory map by type: for a boot log that shows what became of all memory.
 *
 * Parameters and statuses are those of bitframe_map_import_uefi(); @p stats is filled in only for
 * BITFRAME_OK.
 *
 * @par Cost  Reads the descriptors once.
 */
enum bitframe_status bitframe_uefi_get_stats(const void *descriptors, uint64_t bytes,
                                             uint64_t descriptor_bytes, uint32_t descriptor_version,
                                             struct bitframe_uefi_stats *stats);

/** An entry of the Limine boot protocol's memory map: struct limine_memmap_entry. */
struct bitframe_limine_entry {
    uint64_t base;   /**< PA of its first byte. */
    uint64_t length; /**< Bytes. */
    uint64_t type;   /**< LIMINE_MEMMAP_*. */
};

/**
 * Import the memory map of the Limine boot protocol.
 *
 * | Limine memory type               | becomes                                                              |
 * | -------------------------------- | -------------------------------------------------------------------- |
 * | USABLE                           | RAM                                                                  |
 * | EXECUTABLE_AND_MODULES           | RAM, reserved                                                        |
 * | BOOTLOADER_RECLAIMABLE           | RAM, reclaimable: once its page tables, stack and responses are left |
 * | ACPI_RECLAIMABLE                 | RAM, reclaimable: once the tables are read                           |
 * | everything else, and types later | a hole                                                               |
 *
 * @param map      The map to add to.
 * @param entries  The response's array of pointers, each 8-byte aligned, as the boot loader wrote it.
 *                 The importer follows the pointers: it trusts them, and nothing else.
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

/** An entry of an array of ranges. */
struct bitframe_map_entry {
    uint64_t first_pa; /**< PA of its first byte. */
    uint64_t bytes;    /**< Its length; 0 adds nothing. */
    uint64_t kind;     /**< Of enum bitframe_map_kind. */
};

/**
 * Import an array of ranges: what a board's table says, a boot loader of the kernel's own, a hypervisor.
 *
 * Each entry is added as by bitframe_map_add(). A reservation is no RAM by itself: say both.
 *
 * @param map      The map to add to.
 * @param entries  The entries, 8-byte aligned.
 * @param count    Entries; may be 0.
 *
 * @retval BITFRAME_OK         Imported.
 * @retval BITFRAME_INVALID    A null pointer or misaligned entries; nothing changed.
 * @retval BITFRAME_MALFORMED  There is no such kind; nothing changed.
 * @retval BITFRAME_NO_ROOM    The map's storage is too small; the map is incomplete.
 *
 * @par Cost  Reads the entries twice.
 */
enum bitframe_status bitframe_map_import_ranges(struct bitframe_map *map,
                                                const struct bitframe_map_entry *entries, uint64_t count);

#ifdef __cplusplus
}
#endif

#endif
