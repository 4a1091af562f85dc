/* SPDX-License-Identifier: MIT */
#include "map/fdt_reader.h"

#include <stddef.h>

#define MAGIC 0xD00DFEEDU

enum {
    HEADER_BYTES_16 = 36, /* version 17 added the length of the structure block */
    HEADER_BYTES = 40,
    OLDEST_VERSION = 16, /* older ones align properties to 8 bytes */
    COMPATIBLE_VERSION = 17,
    PROPERTY_BYTES = 12, /* token, length of the value, offset of the name */
    RESERVATION_BYTES = 16,
    RESERVATION_ALIGN = 8,
};

/** Offsets of the header's fields. */
enum field {
    FIELD_MAGIC = 0,
    FIELD_TREE_BYTES = 4,
    FIELD_STRUCTURE = 8,
    FIELD_STRINGS = 12,
    FIELD_RESERVATIONS = 16,
    FIELD_VERSION = 20,
    FIELD_COMPATIBLE = 24, /* a reader of this version can read the tree */
    FIELD_STRINGS_BYTES = 32,
    FIELD_STRUCTURE_BYTES = 36,
};

static uint32_t read_cell(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t read_two_cells(const uint8_t *at)
{
    return (uint64_t)read_cell(at) << 32 | read_cell(at + CELL_BYTES);
}

static bool is_supported(const uint8_t *header)
{
    uint32_t version = read_cell(header + FIELD_VERSION);
    uint32_t compatible = read_cell(header + FIELD_COMPATIBLE);
    if (version < OLDEST_VERSION)
        return false;
    if (compatible > COMPATIBLE_VERSION)
        return false;
    return version >= compatible;
}

/** Does a block of this offset and length lie between the header and the end of the tree? */
static bool is_inside(uint32_t header_bytes, uint32_t tree_bytes, uint32_t first, uint32_t bytes)
{
    if (first < header_bytes)
        return false;
    if (first > tree_bytes)
        return false;
    return bytes <= tree_bytes - first;
}

enum bitframe_status bitframe_fdt_open(struct fdt_reader *reader, const void *fdt, uint64_t fdt_bytes)
{
    const uint8_t *header = fdt;
    if (fdt_bytes < HEADER_BYTES)
        return BITFRAME_MALFORMED;
    if (read_cell(header + FIELD_MAGIC) != MAGIC)
        return BITFRAME_MALFORMED;
    if (!is_supported(header))
        return BITFRAME_UNSUPPORTED;

    /* Below 2 GiB no sum of an offset and a length overflows 32 bits. */
    uint32_t tree_bytes = read_cell(header + FIELD_TREE_BYTES);
    if (tree_bytes > fdt_bytes)
        return BITFRAME_MALFORMED;
    if (tree_bytes >= INT32_MAX)
        return BITFRAME_MALFORMED;

    bool is_16 = read_cell(header + FIELD_VERSION) < COMPATIBLE_VERSION;
    uint32_t header_bytes = is_16 ? HEADER_BYTES_16 : HEADER_BYTES;
    uint32_t reservations = read_cell(header + FIELD_RESERVATIONS);
    uint32_t structure = read_cell(header + FIELD_STRUCTURE);
    uint32_t strings = read_cell(header + FIELD_STRINGS);
    uint32_t strings_bytes = read_cell(header + FIELD_STRINGS_BYTES);
    uint32_t structure_bytes = is_16 ? 0 : read_cell(header + FIELD_STRUCTURE_BYTES);
    if (!is_inside(header_bytes, tree_bytes, reservations, 0))
        return BITFRAME_MALFORMED;
    if (!is_inside(header_bytes, tree_bytes, structure, structure_bytes))
        return BITFRAME_MALFORMED;
    if (!is_inside(header_bytes, tree_bytes, strings, strings_bytes))
        return BITFRAME_MALFORMED;
    if (structure % CELL_BYTES != 0)
        return BITFRAME_MALFORMED;
    if (reservations % RESERVATION_ALIGN != 0)
        return BITFRAME_MALFORMED;

    reader->reservations = header + reservations;
    reader->structure = header + structure;
    reader->strings = header + strings;
    reader->reservations_bytes = tree_bytes - reservations;
    reader->structure_bytes = is_16 ? tree_bytes - structure : structure_bytes;
    reader->strings_bytes = strings_bytes;
    reader->tree_bytes = tree_bytes;
    return BITFRAME_OK;
}

bool bitframe_fdt_reservation(const struct fdt_reader *reader, uint32_t i, uint64_t *first_pa,
                              uint64_t *bytes)
{
    if (i >= reader->reservations_bytes / RESERVATION_BYTES)
        return false;
    const uint8_t *entry = reader->reservations + i * RESERVATION_BYTES;
    *first_pa = read_two_cells(entry);
    *bytes = read_two_cells(entry + RESERVATION_BYTES / 2);
    return true;
}

/**
 * Read a node at @p at, with @p room bytes left in the block. Returns the bytes it takes, or 0 if it is bad.
 */
static uint32_t read_node(const uint8_t *at, uint32_t room, struct fdt_item *item)
{
    uint32_t end = CELL_BYTES;
    while (end < room && at[end] != 0)
        end++;
    if (end == room)
        return 0;
    item->name = (const char *)at + CELL_BYTES;
    item->name_bytes = end + 1 - CELL_BYTES;
    item->value = NULL;
    item->value_bytes = 0;
    return end + 1;
}

/** Read a property, likewise. */
static uint32_t read_property(const struct fdt_reader *reader, const uint8_t *at, uint32_t room,
                              struct fdt_item *item)
{
    if (room < PROPERTY_BYTES)
        return 0;
    uint32_t bytes = read_cell(at + CELL_BYTES);
    if (bytes > room - PROPERTY_BYTES)
        return 0;
    uint32_t name = read_cell(at + 2 * CELL_BYTES);
    bool is_named = name < reader->strings_bytes;
    item->name = is_named ? (const char *)reader->strings + name : NULL;
    item->name_bytes = is_named ? reader->strings_bytes - name : 0;
    item->value = at + PROPERTY_BYTES;
    item->value_bytes = bytes;
    return PROPERTY_BYTES + bytes;
}

enum fdt_token bitframe_fdt_next(const struct fdt_reader *reader, uint32_t *offset, struct fdt_item *item)
{
    /* The end of the last token was rounded up to a whole cell, so it may lie behind the block. */
    if (*offset > reader->structure_bytes)
        return FDT_TOKEN_BAD;
    const uint8_t *at = reader->structure + *offset;
    uint32_t room = reader->structure_bytes - *offset;
    if (room < CELL_BYTES)
        return FDT_TOKEN_BAD;

    uint32_t token = read_cell(at);
    uint32_t bytes = 0;
    if (token == FDT_TOKEN_NODE)
        bytes = read_node(at, room, item);
    else if (token == FDT_TOKEN_PROPERTY)
        bytes = read_property(reader, at, room, item);
    else if (token == FDT_TOKEN_END_NODE || token == FDT_TOKEN_NOP || token == FDT_TOKEN_END)
        bytes = CELL_BYTES;
    if (bytes == 0)
        return FDT_TOKEN_BAD;
    *offset += (bytes + CELL_BYTES - 1) / CELL_BYTES * CELL_BYTES;
    return (enum fdt_token)token;
}
