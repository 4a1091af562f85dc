/* SPDX-License-Identifier: MIT */
/* trees.h - the device trees of a folder */
#ifndef BITFRAME_TESTS_TREES_H
#define BITFRAME_TESTS_TREES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Call @p visit with the path of every *.dtb below @p folder, until it returns false. Returns whether none
 * did. */
bool trees_visit(const char *folder, bool (*visit)(const char *path));

/** The bytes of a file, at most IMPORT_CHECK_BYTES, 8-byte aligned and good until the next; or null. */
const uint8_t *tree_read(const char *path, size_t *count);

#endif
