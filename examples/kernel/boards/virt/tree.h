/* SPDX-License-Identifier: MIT */
/*
 * tree.h - nodes and values of the device tree: QEMU virt's CPUs and interrupts are found with it
 *
 * For trees that bitframe_map_import_fdt() has imported: it has read the structure from one end to the other,
 * and a walk that follows its tokens stays inside. A node is the offset of its token in the structure block;
 * 0 is the root. Every value is read byte by byte, which is legal with the MMU off.
 */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stdint.h>

/** There is no such node. */
#define TREE_NONE UINT32_MAX

/** The child of @p parent that follows @p previous, or the first if that is TREE_NONE. */
uint32_t tree_next_child(const void *fdt, uint32_t parent, uint32_t previous);

/** The child of @p parent with this name. */
uint32_t tree_find_child(const void *fdt, uint32_t parent, const char *name);

/** The first node, anywhere, that is compatible with this. */
uint32_t tree_find_compatible(const void *fdt, const char *compatible);

/** Does this node have a property in which this text stands, alone or as one of several? */
bool tree_has_text(const void *fdt, uint32_t node, const char *property, const char *text);

/**
 * A number in a property.
 *
 * @param cell   Which of its cells of 32 bits it begins with.
 * @param cells  How many it has, 1 or 2.
 * @param value  Becomes the number.
 *
 * @return  False if the node has no such property, or it is shorter than that.
 */
bool tree_number(const void *fdt, uint32_t node, const char *property, uint32_t cell, uint32_t cells,
                 uint64_t *value);

#endif
