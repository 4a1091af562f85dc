/* SPDX-License-Identifier: MIT */
/*
 * fdt_reader.h - the blocks of a flattened device tree (Devicetree specification 0.4, chapter 5)
 *
 * bitframe_fdt_open() checks the header and notes where each block begins and how long it is. Every other
 * call stays inside those bounds, for any bytes. The reader loads byte by byte: that needs no alignment, no
 * byte order of the machine and no MMU. It copies nothing, and changes nothing in the tree.
 *
 * A walk over the tree is a loop around bitframe_fdt_next(), which returns one token after the other. The
 * reader does not check that nodes are nested correctly; its caller counts them.
 */
#ifndef BITFRAME_MAP_FDT_READER_H
#define BITFRAME_MAP_FDT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>

/** A number of a tree has one or more cells. */
enum { CELL_BYTES = 4 };

/** The tokens of the structure block, by their numbers there. */
enum fdt_token {
    FDT_TOKEN_BAD = 0, /**< Not a number of the block: no whole token, or an unknown one. */
    FDT_TOKEN_NODE = 1,
    FDT_TOKEN_END_NODE = 2,
    FDT_TOKEN_PROPERTY = 3,
    FDT_TOKEN_NOP = 4,
    FDT_TOKEN_END = 9,
};

/** A tree with a good header. */
struct fdt_reader {
    const uint8_t *reservations;
    const uint8_t *structure;
    const uint8_t *strings;
    uint32_t reservations_bytes; /**< To the end of the tree: the header has no length for this block. */
    uint32_t structure_bytes;    /**< In version 16 to the end of the tree: its header has no length. */
    uint32_t strings_bytes;
    uint32_t tree_bytes;
};

/** A node's name, or a property with its name and value. Other tokens have neither. */
struct fdt_item {
    const char *name;    /**< Null if a property's name lies outside the strings block. */
    uint32_t name_bytes; /**< Bytes that may be read there. A node's name ends within them, with a zero
                            byte; a property's name may not. */
    const uint8_t *value;
    uint32_t value_bytes;
};

/**
 * Check the header of a tree.
 *
 * @param reader     Filled in, unless the tree is refused.
 * @param fdt        The tree, 8-byte aligned.
 * @param fdt_bytes  Bytes that may be read there.
 *
 * @retval BITFRAME_OK           The header is good.
 * @retval BITFRAME_MALFORMED    Not a device tree; longer than @p fdt_bytes; or a block is misaligned or
 *                               outside the tree.
 * @retval BITFRAME_UNSUPPORTED  Older than version 16, or not compatible with version 17.
 */
enum bitframe_status bitframe_fdt_open(struct fdt_reader *reader, const void *fdt, uint64_t fdt_bytes);

/**
 * Entry @p i of the memory reservation block; false if it lies outside the tree. The last entry has 0 bytes.
 */
bool bitframe_fdt_reservation(const struct fdt_reader *reader, uint32_t i, uint64_t *first_pa,
                              uint64_t *bytes);

/**
 * Read the token at @p offset of the structure block.
 *
 * @param offset  0 for the first. Becomes the offset of the next token; unchanged if this one is bad.
 * @param item    Filled in if the token is a node or a property.
 */
enum fdt_token bitframe_fdt_next(const struct fdt_reader *reader, uint32_t *offset, struct fdt_item *item);

#endif
