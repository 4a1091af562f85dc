/* SPDX-License-Identifier: MIT */
/*
 * fdt_tree.h - device trees of tests, written with libfdt
 *
 * The reservations come first, then the root, then nodes; a node's properties before its children.
 */
#ifndef BITFRAME_TESTS_FDT_TREE_H
#define BITFRAME_TESTS_FDT_TREE_H

#include <stdint.h>

#define TREE_BYTES 8192
#define TREE_PA    UINT64_C(0x48000000)

/** The tree that is written. */
extern uint8_t tree[TREE_BYTES];

void begin_tree(void);
/** An entry of the memory reservation block. */
void reserve(uint64_t first_pa, uint64_t bytes);
/** The root, with its cell widths; 0 leaves them out. */
void begin_root(uint32_t address_cells, uint32_t size_cells);
void begin(const char *name);
void end(void);
/** The root ends. */
void end_tree(void);

void text(const char *name, const char *value);
/** A property of @p count cells of 32 bits. */
void cells(const char *name, unsigned count, ...);
/** A property without a value. */
void flag(const char *name);

/** A root with one node of memory in it: 0x40000000, 1 GiB. For what is said beside it. */
void begin_usual_tree(void);
/** The node, with its cell widths and an empty `ranges`. */
void begin_reserved_memory(uint32_t address_cells, uint32_t size_cells);

#endif
