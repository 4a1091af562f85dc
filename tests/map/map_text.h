/* SPDX-License-Identifier: MIT */
/* map_text.h - a map's frames as text, to compare and to print */
#ifndef BITFRAME_TESTS_MAP_TEXT_H
#define BITFRAME_TESTS_MAP_TEXT_H

#include <bitframe/map.h>

/** The runs of a view: "0x1000+2 0x8000+1" is two frames and one. Good until eight calls later. */
const char *map_text(const struct bitframe_map *map, enum bitframe_map_view view);

#endif
