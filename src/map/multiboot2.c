/* SPDX-License-Identifier: MIT */
/*
 * multiboot2.c - memory in the boot information of Multiboot2 (specification 2.0, 3.4 and 3.6)
 *
 * The information is a list of tags, each with its length, up to a tag of type 0. The list is read once to
 * check it and once to add what it says.
 */
#include "map/e820.h"
#include "map/uefi.h"

enum {
    INFO_ALIGN = 8,
    INFO_HEADER_BYTES = 8, /* length of all, and 4 bytes that are reserved */
    TAG_HEADER_BYTES = 8,  /* type, and length without the bytes up to the next tag */
    TABLE_BYTES = 16,      /* the head of a tag, length of an entry, version */

    TAG_END = 0,
    TAG_MODULE = 3,
    TAG_MEMORY_MAP = 6,
    TAG_UEFI_MAP = 17,
    TAG_BOOT_SERVICES = 18,
};

struct multiboot2 {
    struct bitframe_map *map; /* null while the information is only checked */
    struct bitframe_multiboot2_found *found;
    bool has_memory_map; /* the tag, which counts rather than UEFI's map */
};

static void clear_found(struct bitframe_multiboot2_found *found)
{
    found->info_bytes = 0;
    found->memory_entries = 0;
    found->uefi_descriptors = 0;
    found->modules = 0;
    found->module_bytes = 0;
    found->bad_modules = 0;
    found->in_boot_services = 0;
}

/** A module that ends below its start is none. */
static enum bitframe_status read_module(const struct multiboot2 *info, const uint8_t *tag, uint32_t bytes)
{
    if (bytes < 16)
        return BITFRAME_MALFORMED;
    uint32_t first_pa = read_u32(tag + 8);
    uint32_t end_pa = read_u32(tag + 12);
    if (end_pa < first_pa) {
        info->found->bad_modules++;
        return BITFRAME_OK;
    }
    info->found->modules++;
    info->found->module_bytes += end_pa - first_pa;
    return info->map ? import_range(info->map, BITFRAME_MAP_RESERVED, first_pa, end_pa - first_pa)
                     : BITFRAME_OK;
}

static enum bitframe_status read_memory_map(struct multiboot2 *info, const uint8_t *tag, uint32_t bytes)
{
    if (bytes < TABLE_BYTES)
        return BITFRAME_MALFORMED;
    uint32_t entry_bytes = read_u32(tag + 8);
    if (read_u32(tag + 12) != 0)
        return BITFRAME_UNSUPPORTED;
    if (entry_bytes < E820_ENTRY_BYTES || (bytes - TABLE_BYTES) % entry_bytes != 0)
        return BITFRAME_MALFORMED;
    info->has_memory_map = true;
    info->found->memory_entries += (bytes - TABLE_BYTES) / entry_bytes;
    for (uint32_t at = TABLE_BYTES; info->map && at < bytes; at += entry_bytes) {
        enum bitframe_status status = bitframe_e820_add(info->map, tag + at);
        if (status != BITFRAME_OK)
            return status;
    }
    return BITFRAME_OK;
}

static enum bitframe_status read_uefi_map(const struct multiboot2 *info, const uint8_t *tag, uint32_t bytes)
{
    if (bytes < TABLE_BYTES)
        return BITFRAME_MALFORMED;
    const uint8_t *descriptors = tag + TABLE_BYTES;
    uint32_t descriptor_bytes = read_u32(tag + 8);
    uint32_t version = read_u32(tag + 12);
    enum bitframe_status status = uefi_check(descriptors, bytes - TABLE_BYTES, descriptor_bytes, version);
    if (status != BITFRAME_OK)
        return status;
    info->found->uefi_descriptors += (bytes - TABLE_BYTES) / descriptor_bytes;
    if (!info->map || info->has_memory_map)
        return BITFRAME_OK;
    return bitframe_map_import_uefi(info->map, descriptors, bytes - TABLE_BYTES, descriptor_bytes, version);
}

/** Read all tags of @p bytes bytes of information, which are there. */
static enum bitframe_status read_tags(struct multiboot2 *info, const uint8_t *first, uint32_t bytes)
{
    for (uint32_t at = INFO_HEADER_BYTES;;) {
        if (at > bytes || bytes - at < TAG_HEADER_BYTES)
            return BITFRAME_MALFORMED;
        const uint8_t *tag = first + at;
        uint32_t type = read_u32(tag);
        uint32_t tag_bytes = read_u32(tag + 4);
        if (tag_bytes < TAG_HEADER_BYTES || tag_bytes > bytes - at)
            return BITFRAME_MALFORMED;
        enum bitframe_status status = BITFRAME_OK;
        if (type == TAG_END)
            return BITFRAME_OK;
        if (type == TAG_MODULE)
            status = read_module(info, tag, tag_bytes);
        else if (type == TAG_MEMORY_MAP)
            status = read_memory_map(info, tag, tag_bytes);
        else if (type == TAG_UEFI_MAP)
            status = read_uefi_map(info, tag, tag_bytes);
        else if (type == TAG_BOOT_SERVICES)
            info->found->in_boot_services = 1;
        if (status != BITFRAME_OK)
            return status;
        at += (tag_bytes + INFO_ALIGN - 1) / INFO_ALIGN * INFO_ALIGN;
    }
}

enum bitframe_status bitframe_map_import_multiboot2(struct bitframe_map *map, const void *info,
                                                    uint64_t info_bytes, uint64_t info_pa,
                                                    struct bitframe_multiboot2_found *found)
{
    struct bitframe_multiboot2_found unwanted;
    const uint8_t *first = info;
    if (!map || !info || (uintptr_t)info % INFO_ALIGN != 0)
        return BITFRAME_INVALID;
    if (info_bytes < INFO_HEADER_BYTES)
        return BITFRAME_MALFORMED;
    uint32_t bytes = read_u32(first);
    if (bytes > info_bytes || bytes > INT32_MAX) /* so that no tag's end overflows 32 bits */
        return BITFRAME_MALFORMED;

    struct multiboot2 reader = {.map = 0, .found = found ? found : &unwanted, .has_memory_map = false};
    clear_found(reader.found);
    enum bitframe_status status = read_tags(&reader, first, bytes);
    if (status != BITFRAME_OK)
        return status;
    reader.map = map;
    clear_found(reader.found);
    reader.found->info_bytes = bytes;
    if (info_pa != 0)
        status = import_range(map, BITFRAME_MAP_RESERVED, info_pa, bytes);
    return status == BITFRAME_OK ? read_tags(&reader, first, bytes) : status;
}
