/* SPDX-License-Identifier: MIT */
/* naive_fdt.h - what the importer should find in a good device tree, looked up by path the way a person would
 */
#ifndef BITFRAME_TESTS_NAIVE_FDT_H
#define BITFRAME_TESTS_NAIVE_FDT_H

#include <bitframe/map.h>

/** Tell @p map what @p fdt says of memory. Trusts the tree. */
void naive_import_fdt(struct bitframe_map *map, const void *fdt, uint64_t fdt_pa);

#endif
