/* SPDX-License-Identifier: MIT */
/*
 * guarded_contract.c - the contract with its metadata in guarded memory
 *
 * The metadata of the contract are an array of page_alloc.c. Tests compile this in its place: as many bytes
 * between pages that cannot be touched. The array is never touched.
 */
#include <bitframe/bitframe.h>

#include "guarded.h"

static enum bitframe_status init_guarded(struct bitframe *pool, uint64_t first_pa, uint64_t bytes,
                                         const void *array, uint64_t metadata_bytes)
{
    static struct guarded metadata;
    (void)array;
    guarded_renew(&metadata, metadata_bytes, BITFRAME_METADATA_ALIGN);
    return bitframe_init(pool, first_pa, bytes, metadata.memory, metadata_bytes);
}

#define bitframe_init init_guarded
#include "contract/page_alloc.c"
