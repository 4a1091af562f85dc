/* SPDX-License-Identifier: MIT */
/* fdt_damage.h - a tree of any origin, cut and damaged, through fdt_compare(). */
#ifndef BITFRAME_TESTS_FDT_DAMAGE_H
#define BITFRAME_TESTS_FDT_DAMAGE_H

#include "fdt_compare.h"

/** Most bytes of a tree. */
#define FDT_DAMAGE_BYTES (UINT64_C(2) << 20)

/**
 * Compare @p inputs copies of a tree with random damage: bits, words of header and structure, lengths and
 * cuts.
 *
 * @param seed  State of next_random().
 *
 * @return  What differs, or null.
 */
const char *fdt_damage(const uint8_t *tree, size_t count, uint64_t inputs, uint64_t *seed,
                       struct fdt_compared *sum);

/**
 * Compare a tree that is cut at every multiple of @p step bytes: the bytes only; the tree's length, too; and
 * the length of what is left of each block.
 */
const char *fdt_cut(const struct fdt_subject *subject, const uint8_t *tree, size_t count, size_t step,
                    struct fdt_compared *sum);

#endif
