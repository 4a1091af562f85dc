/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <stddef.h>

/* clang-format off */
#define HEADER_STRUCTURE     8  /* in the header, where the blocks are: */
#define HEADER_STRINGS       12
#define HEADER_STRINGS_BYTES 32
#define TOKEN_NODE           1
#define TOKEN_END_NODE       2
#define TOKEN_PROPERTY       3
#define TOKEN_NOP            4
#define TOKEN_END            9
#define CELL_BYTES           4
#define PROPERTY_BYTES       12 /* token, length of the value, offset of the name */
/* clang-format on */

struct value {
    const uint8_t *data; /* null: the node has no such property */
    uint32_t bytes;
};

static uint32_t read_cell(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static const uint8_t *token_at(const void *fdt, uint32_t offset)
{
    const uint8_t *header = fdt;
    return header + read_cell(header + HEADER_STRUCTURE) + offset;
}

static uint32_t kind_of(const void *fdt, uint32_t offset)
{
    return read_cell(token_at(fdt, offset));
}

/** The offset of the token behind this one. */
static uint32_t next_token(const void *fdt, uint32_t offset)
{
    const uint8_t *at = token_at(fdt, offset);
    uint32_t bytes = CELL_BYTES;
    if (read_cell(at) == TOKEN_PROPERTY)
        bytes = PROPERTY_BYTES + read_cell(at + CELL_BYTES);
    else if (read_cell(at) == TOKEN_NODE)
        while (at[bytes++] != 0) /* the name */
            ;
    return offset + (bytes + CELL_BYTES - 1) / CELL_BYTES * CELL_BYTES;
}

/** Is @p text, which ends within @p room bytes or is not equal, @p expected? */
static bool is_text(const uint8_t *text, uint32_t room, const char *expected)
{
    for (uint32_t i = 0; i < room; i++) {
        if (text[i] != (uint8_t)expected[i])
            return false;
        if (text[i] == 0)
            return true;
    }
    return false;
}

/** Is this the name of a property, by its offset in the strings? The importer has not looked at every name.
 */
static bool is_name(const void *fdt, uint32_t offset, const char *expected)
{
    const uint8_t *header = fdt;
    uint32_t strings_bytes = read_cell(header + HEADER_STRINGS_BYTES);
    return offset < strings_bytes &&
           is_text(header + read_cell(header + HEADER_STRINGS) + offset, strings_bytes - offset, expected);
}

/** Properties stand before the children. */
static struct value find_property(const void *fdt, uint32_t node, const char *name)
{
    uint32_t offset = next_token(fdt, node);
    for (; kind_of(fdt, offset) == TOKEN_PROPERTY || kind_of(fdt, offset) == TOKEN_NOP;
         offset = next_token(fdt, offset)) {
        const uint8_t *at = token_at(fdt, offset);
        if (read_cell(at) == TOKEN_PROPERTY && is_name(fdt, read_cell(at + 2 * CELL_BYTES), name))
            return (struct value){at + PROPERTY_BYTES, read_cell(at + CELL_BYTES)};
    }
    return (struct value){NULL, 0};
}

uint32_t tree_next_child(const void *fdt, uint32_t parent, uint32_t previous)
{
    uint32_t depth = previous == TREE_NONE ? 0 : 1; /* open nodes below the parent */
    uint32_t offset = next_token(fdt, previous == TREE_NONE ? parent : previous);
    for (;; offset = next_token(fdt, offset)) {
        uint32_t kind = kind_of(fdt, offset);
        if (depth == 0 && kind == TOKEN_NODE)
            return offset;
        if (depth == 0 && kind == TOKEN_END_NODE)
            return TREE_NONE;
        if (kind == TOKEN_NODE)
            depth++;
        else if (kind == TOKEN_END_NODE)
            depth--;
    }
}

uint32_t tree_find_child(const void *fdt, uint32_t parent, const char *name)
{
    uint32_t child = TREE_NONE;
    do
        child = tree_next_child(fdt, parent, child);
    while (child != TREE_NONE && !is_text(token_at(fdt, child) + CELL_BYTES, UINT32_MAX, name));
    return child;
}

uint32_t tree_find_compatible(const void *fdt, const char *compatible)
{
    for (uint32_t offset = 0; kind_of(fdt, offset) != TOKEN_END; offset = next_token(fdt, offset)) {
        if (kind_of(fdt, offset) == TOKEN_NODE && tree_has_text(fdt, offset, "compatible", compatible))
            return offset;
    }
    return TREE_NONE;
}

bool tree_has_text(const void *fdt, uint32_t node, const char *property, const char *text)
{
    struct value value = find_property(fdt, node, property);
    uint32_t at = 0;
    while (at < value.bytes) {
        if (is_text(value.data + at, value.bytes - at, text))
            return true;
        while (at < value.bytes && value.data[at] != 0)
            at++;
        at++;
    }
    return false;
}

bool tree_number(const void *fdt, uint32_t node, const char *property, uint32_t cell, uint32_t cells,
                 uint64_t *value)
{
    struct value found = find_property(fdt, node, property);
    if (!found.data || cells < 1 || cells > 2 || found.bytes < ((uint64_t)cell + cells) * CELL_BYTES)
        return false;
    *value = 0;
    for (uint32_t i = cell; i < cell + cells; i++)
        *value = *value << 32 | read_cell(found.data + i * CELL_BYTES);
    return true;
}
