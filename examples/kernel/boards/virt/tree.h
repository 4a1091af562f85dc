/* SPDX-License-Identifier: MIT */
/* tree.h - values in the device tree, of which QEMU virt's cores and interrupts are found. Runs with the MMU
 * off. */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stdint.h>

/** Is there a property of this node that is, or begins with, this text? */
bool tree_has_text(const void *fdt, int node, const char *property, const char *text);

/**
 * A number in a property.
 *
 * @param cell   Which of its cells of 32 bits it begins with.
 * @param cells  How many it has, 1 or 2.
 * @param value  Becomes the number.
 *
 * @return  False if the node has no such property, or it is shorter than that.
 */
bool tree_number(const void *fdt, int node, const char *property, uint32_t cell, uint32_t cells,
                 uint64_t *value);

#endif
