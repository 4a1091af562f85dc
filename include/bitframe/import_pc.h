/* SPDX-License-Identifier: MIT */
/*
 * bitframe/import_pc.h - memory maps of PCs: E820 tables and Multiboot2
 *
 * What holds for every importer is at the head of bitframe/import.h, which includes this.
 */
#ifndef BITFRAME_IMPORT_PC_H
#define BITFRAME_IMPORT_PC_H

#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/map.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Import an E820 table: Linux's boot parameters (e820_table), PVH's memory map (hvm_memmap_table_entry), or
 * what a kernel collected by INT 15h, AX = E820h.
 *
 * | E820 type                                       | becomes                                    |
 * | ----------------------------------------------- | ------------------------------------------ |
 * | 1, RAM                                          | RAM                                        |
 * | 3, ACPI                                         | RAM, reclaimable: once the tables are read |
 * | 128, setup data; 0xEFFFFFFF, special purpose    | RAM, reserved (both are Linux's)           |
 * | all others: reserved, NVS, unusable, persistent | a hole                                     |
 *
 * Only the first 20 bytes of an entry are read. The extended attributes of ACPI 3 behind them are not: PVH
 * has zeros there, and firmware has been seen to have anything.
 *
 * @param map          The map to add to.
 * @param table        The entries, at any address.
 * @param bytes        Their length in all, a multiple of @p entry_bytes; may be 0.
 * @param entry_bytes  The length of one, at least 20: 20 in Linux's boot parameters, 24 in PVH.
 *
 * @retval BITFRAME_OK         Imported.
 * @retval BITFRAME_INVALID    A null pointer; nothing changed.
 * @retval BITFRAME_MALFORMED  The lengths are not as above; nothing changed.
 * @retval BITFRAME_NO_ROOM    The map's storage is too small; the map is incomplete.
 *
 * @par Cost  Reads the entries once, byte by byte.
 */
enum bitframe_status bitframe_map_import_e820(struct bitframe_map *map, const void *table, uint64_t bytes,
                                              uint64_t entry_bytes);

/** What Multiboot2's boot information said of memory. */
struct bitframe_multiboot2_found {
    uint64_t info_bytes;       /**< Length of the boot information itself. */
    uint64_t memory_entries;   /**< Entries of the memory map. */
    uint64_t uefi_descriptors; /**< Descriptors of UEFI's memory map: used if there are no memory maps of the
                                    other form. */
    uint64_t modules;          /**< Modules. */
    uint64_t module_bytes;     /**< Their lengths, added up. */
    uint64_t bad_modules;      /**< Modules that end below their start: they are skipped. */
    uint64_t in_boot_services; /**< 1 if the boot loader has not called ExitBootServices(): the memory map may
                                    change until the kernel does. */
};

/**
 * Import the boot information of Multiboot2.
 *
 * RAM, and what else there is: the memory map, whose types are those of E820. If there is none, UEFI's
 * memory map, as bitframe_map_import_uefi() has it. Reserved: modules and the boot information itself. The
 * kernel's own image is not in it: add it.
 *
 * @param map         The map to add to.
 * @param info        The boot information, 8-byte aligned.
 * @param info_bytes  Bytes that may be read there: its length or more.
 * @param info_pa     Its physical address, which is reserved; 0 reserves nothing.
 * @param found       Filled in; says something only if BITFRAME_OK is returned. May be null.
 *
 * @retval BITFRAME_OK           Imported. No memory at all is no error here: the map's figures tell.
 * @retval BITFRAME_INVALID      A null pointer or misaligned information; nothing changed.
 * @retval BITFRAME_MALFORMED    Longer than @p info_bytes or than 2 GiB, a tag that reaches beyond the end,
 *                               no end tag, or a tag of the wrong length; nothing changed.
 * @retval BITFRAME_UNSUPPORTED  A memory map of a version that is not 0, or UEFI's of one that is not 1;
 *                               nothing changed.
 * @retval BITFRAME_NO_ROOM      The map's storage is too small; the map is incomplete.
 *
 * @par Cost  Reads the tags twice.
 */
enum bitframe_status bitframe_map_import_multiboot2(struct bitframe_map *map, const void *info,
                                                    uint64_t info_bytes, uint64_t info_pa,
                                                    struct bitframe_multiboot2_found *found);

#ifdef __cplusplus
}
#endif

#endif
