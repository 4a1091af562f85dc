/* SPDX-License-Identifier: MIT */
/* e820.h - entries of an E820 table, which Multiboot2 has too. */
#ifndef BITFRAME_MAP_E820_H
#define BITFRAME_MAP_E820_H

#include "map/import.h"
#include "map/little_endian.h"

/** Bytes of an entry that are read: first byte, length, type. */
enum { E820_ENTRY_BYTES = 20 };

/** Add the entry at @p entry. */
enum bitframe_status bitframe_e820_add(struct bitframe_map *map, const uint8_t *entry);

#endif
