/* SPDX-License-Identifier: MIT */
/* test_map.h - maps of tests, in guarded storage, and their frames as text */
#ifndef BITFRAME_TESTS_TEST_MAP_H
#define BITFRAME_TESTS_TEST_MAP_H

#include <bitframe/map.h>

/**
 * Begin @p map with room for @p ranges ranges, between pages that cannot be touched: now behind one, now
 * before one. The storage is full of garbage, and good until the next call.
 */
enum bitframe_status guarded_map(struct bitframe_map *map, uint64_t ranges);

/** The runs of a view: "0x1000+2 0x8000+1" is two frames and one. Good until eight calls later. */
const char *map_text(const struct bitframe_map *map, enum bitframe_map_view view);

#endif
