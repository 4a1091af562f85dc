/* SPDX-License-Identifier: MIT */
/*
 * fdt_battery.h - forms of a small tree, most of them damaged in one field, through fdt_compare()
 *
 * One small tree in four forms: version 16 or 17, and the strings or the structure at the end. Each form is
 * cut at every byte, claims other lengths, has every value at the edges in every field of the header and in
 * every word of the structure. Nothing is random. tests/map/fdt_mutants shows that it sees what it is there
 * to see.
 */
#ifndef BITFRAME_TESTS_FDT_BATTERY_H
#define BITFRAME_TESTS_FDT_BATTERY_H

#include "fdt_compare.h"

/** Compare all of it; returns what differs, or null. */
const char *fdt_battery(const struct fdt_subject *subject, struct fdt_compared *sum);

#endif
