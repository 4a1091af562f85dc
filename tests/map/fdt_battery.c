/* SPDX-License-Identifier: MIT */
#include "fdt_battery.h"

#include <string.h>

#include "fdt_damage.h"
#include "libfdt_quiet.h"

#define TREE_BYTES 1024

/** A field of the header, by its place. */
enum {
    TREE_SIZE = 4,
    STRUCTURE = 8,
    STRINGS = 12,
    VERSION = 20,
    COMPATIBLE = 24,
    STRINGS_SIZE = 32,
    STRUCTURE_SIZE = 36
};

/** A tree, with room for what is said to follow it. */
struct tree {
    uint8_t bytes[TREE_BYTES];
    uint32_t count;
};

struct battery {
    const struct fdt_subject *subject;
    struct fdt_compared *sum;
    struct tree tree;
    const char *wrong; /* the first that differs */
};

static uint32_t get(const struct tree *tree, uint32_t at)
{
    fdt32_t cell;
    memcpy(&cell, tree->bytes + at, sizeof(cell));
    return fdt32_to_cpu(cell);
}

static void set(struct tree *tree, uint32_t at, uint32_t value)
{
    fdt32_t cell = cpu_to_fdt32(value);
    memcpy(tree->bytes + at, &cell, sizeof(cell));
}

/* The tree: names of 0 to 4 bytes, values of 0 to 8, and a name that does not end within the strings. */

enum { ONE = 0, TWO = 4, ENDLESS = 8 };
static const char strings[11] = "one\0two\0end";

/* clang-format off */
static const uint32_t structure[] = {
    FDT_BEGIN_NODE, 0,
    FDT_PROP, 4, ONE, 0x01020304,
    FDT_NOP,
    FDT_BEGIN_NODE, 0x61000000, /* "a" */
    FDT_PROP, 0, TWO,
    FDT_PROP, 1, TWO + 1, 0x61000000,
    FDT_END_NODE,
    FDT_BEGIN_NODE, 0x61626300, /* "abc" */
    FDT_PROP, 3, ENDLESS, 0x61626300,
    FDT_END_NODE,
    FDT_BEGIN_NODE, 0x61626364, 0, /* "abcd" */
    FDT_PROP, 8, ONE, 0, 0x40000000,
    FDT_END_NODE,
    FDT_END_NODE,
    FDT_END,
};
/* clang-format on */

static void append(struct tree *tree, const void *bytes, size_t count)
{
    memcpy(tree->bytes + tree->count, bytes, count);
    tree->count += (uint32_t)count;
}

static void append_structure(struct tree *tree)
{
    set(tree, STRUCTURE, tree->count);
    for (size_t i = 0; i < sizeof(structure) / sizeof(*structure); i++, tree->count += 4)
        set(tree, tree->count, structure[i]);
}

static void append_strings(struct tree *tree)
{
    set(tree, STRINGS, tree->count);
    append(tree, strings, sizeof(strings));
}

static void make(struct tree *tree, uint32_t version, bool structure_last)
{
    static const uint32_t header[10] = {0xD00DFEED,       0, 0, 0, 40, 0, 16, 0, sizeof(strings),
                                        sizeof(structure)};
    static const uint32_t reservations[12] = {0, 0x1000, 0, 0x2000, 1, 2, 3, 4}; /* and an empty one */
    memset(tree, 0, sizeof(*tree));
    for (uint32_t i = 0; i < 10; i++)
        set(tree, 4 * i, header[i]);
    for (uint32_t i = 0; i < 12; i++)
        set(tree, 40 + 4 * i, reservations[i]);
    tree->count = 40 + sizeof(reservations);
    if (structure_last) {
        append_strings(tree);
        tree->count += 1; /* to a whole cell */
        append_structure(tree);
    } else {
        append_structure(tree);
        append_strings(tree);
    }
    set(tree, TREE_SIZE, tree->count);
    set(tree, VERSION, version);
    if (version < 17)
        set(tree, STRUCTURE_SIZE, UINT32_MAX); /* which version 16 does not have */
}

/* What is done to it. */

static void compare(struct battery *battery, const struct tree *tree)
{
    if (!battery->wrong)
        battery->wrong = fdt_compare(battery->subject, tree->bytes, tree->count, battery->sum);
}

/** With @p value at @p at. */
static void compare_with(struct battery *battery, uint32_t at, uint32_t value)
{
    struct tree tree = battery->tree;
    set(&tree, at, value);
    compare(battery, &tree);
}

/** With every value at @p at that may matter: small ones, those around @p middle, those around the ends of 31
 * and 32 bits. */
static void compare_values(struct battery *battery, uint32_t at, uint32_t middle)
{
    const uint32_t middles[] = {battery->tree.count, middle, UINT32_C(1) << 31, 0};
    for (uint32_t value = 0; value <= 64; value++)
        compare_with(battery, at, value);
    for (size_t i = 0; i < sizeof(middles) / sizeof(*middles); i++) {
        for (uint32_t k = 0; k < 40; k++)
            compare_with(battery, at, middles[i] - 32 + k);
    }
}

/** With a block, whose place and length are at these fields, here and there. */
static void compare_block(struct battery *battery, uint32_t first_at, uint32_t bytes_at)
{
    uint32_t count = battery->tree.count;
    const uint32_t firsts[] = {0,  32,        35,        36,    37,        39,         40,        41,
                               44, count - 4, count - 1, count, count + 1, 0x7FFFFFFC, 0xFFFFFFFC};
    for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
        struct tree tree = battery->tree;
        set(&tree, first_at, firsts[i]);
        for (uint32_t k = 0; k < 8; k++) {
            const uint32_t sizes[] = {k, count - firsts[i] - 4 + k, 0 - firsts[i] - 4 + k, 0x7FFFFFFC + k};
            for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
                set(&tree, bytes_at, sizes[s]);
                compare(battery, &tree);
            }
        }
    }
}

/** With every pair of versions: what it is, and what a reader must know. */
static void compare_versions(struct battery *battery)
{
    for (uint32_t version = 0; version <= 20; version++) {
        for (uint32_t compatible = 0; compatible <= 20; compatible++) {
            struct tree tree = battery->tree;
            set(&tree, VERSION, version);
            set(&tree, COMPATIBLE, compatible);
            compare(battery, &tree);
        }
    }
}

/** A tree that says it is longer, with bytes that may be read behind it and without. */
static void compare_longer(struct battery *battery)
{
    for (uint32_t more = 1; more <= 32; more++) {
        struct tree tree = battery->tree;
        set(&tree, TREE_SIZE, tree.count + more);
        compare(battery, &tree);
        memset(tree.bytes + tree.count, more % 2 ? 0xFF : 0, more);
        tree.count += more;
        compare(battery, &tree);
    }
}

/** Headers of trees that are too long to be made, as if all of it could be read. */
static void compare_huge(struct battery *battery)
{
    for (uint32_t k = 0; k < 8 && !battery->wrong; k++) {
        const uint32_t sizes[] = {0x7FFFFFFB + k, 0xFFFFFFF8 + k};
        for (int i = 0; i < 2 && !battery->wrong; i++) {
            struct tree tree = battery->tree;
            set(&tree, TREE_SIZE, sizes[i]);
            battery->wrong = fdt_compare_header(battery->subject, tree.bytes, UINT64_MAX);
        }
    }
}

static void compare_form(struct battery *battery)
{
    struct tree *tree = &battery->tree;
    compare(battery, tree);
    if (!battery->wrong)
        battery->wrong = fdt_cut(battery->subject, tree->bytes, tree->count, 1, battery->sum);
    compare_longer(battery);
    compare_huge(battery);
    compare_versions(battery);
    for (uint32_t field = 0; field < 40; field += 4)
        compare_values(battery, field, get(tree, field));
    compare_block(battery, STRUCTURE, STRUCTURE_SIZE);
    compare_block(battery, STRINGS, STRINGS_SIZE);
    uint32_t first = get(tree, STRUCTURE);
    for (uint32_t word = 0; word < sizeof(structure); word += 4)
        compare_values(battery, first + word, (uint32_t)sizeof(structure) - word);
}

const char *fdt_battery(const struct fdt_subject *subject, struct fdt_compared *sum)
{
    struct battery battery = {.subject = subject, .sum = sum, .wrong = NULL};
    for (int form = 0; form < 4; form++) {
        make(&battery.tree, form % 2 ? 17 : 16, form >= 2);
        compare_form(&battery);
    }
    return battery.wrong;
}
