/* SPDX-License-Identifier: MIT */
/* uefi_stats.c - how much memory of each type a UEFI memory map has */
#include "map/uefi.h"

/** Add @p pages to a figure that stops at 2^64 - 1. */
static void count_pages(uint64_t *figure, uint64_t pages)
{
    *figure = pages > UINT64_MAX - *figure ? UINT64_MAX : *figure + pages;
}

enum bitframe_status bitframe_uefi_get_stats(const void *descriptors, uint64_t bytes,
                                             uint64_t descriptor_bytes, uint32_t descriptor_version,
                                             struct bitframe_uefi_stats *stats)
{
    if (!stats)
        return BITFRAME_INVALID;
    enum bitframe_status status = uefi_check(descriptors, bytes, descriptor_bytes, descriptor_version);
    if (status != BITFRAME_OK)
        return status;
    stats->special_pages = 0;
    stats->hotpluggable_pages = 0;
    for (unsigned type = 0; type <= BITFRAME_UEFI_TYPES; type++)
        stats->pages[type] = 0;
    const unsigned char *at = descriptors;
    for (uint64_t left = bytes; left != 0; left -= descriptor_bytes, at += descriptor_bytes) {
        const struct uefi_descriptor *descriptor = (const void *)at;
        uint32_t type = descriptor->type;
        count_pages(&stats->pages[type < BITFRAME_UEFI_TYPES ? type : BITFRAME_UEFI_TYPES],
                    descriptor->pages);
        if (descriptor->attributes & EFI_MEMORY_SP)
            count_pages(&stats->special_pages, descriptor->pages);
        if (descriptor->attributes & EFI_MEMORY_HOT_PLUGGABLE)
            count_pages(&stats->hotpluggable_pages, descriptor->pages);
    }
    return BITFRAME_OK;
}
