/* SPDX-License-Identifier: MIT */
#include "fdt_damage.h"

#include <string.h>

#include "libfdt_quiet.h"
#include "random.h"

/** What is left of a block when @p count bytes of the tree are. */
static uint32_t left(uint32_t first, uint32_t bytes, size_t count)
{
    if (first >= count)
        return 0;
    return bytes < count - first ? bytes : (uint32_t)(count - first);
}

const char *fdt_cut(const struct fdt_subject *subject, const uint8_t *tree, size_t count, size_t step,
                    struct fdt_compared *sum)
{
    static _Alignas(8) uint8_t copy[FDT_DAMAGE_BYTES];
    const char *wrong = NULL;
    memcpy(copy, tree, count);
    for (size_t at = 0; at <= count && !wrong; at += step) {
        wrong = fdt_compare(subject, tree, at, sum);
        if (wrong || at < 40)
            continue;
        fdt_set_totalsize(copy, (uint32_t)at);
        wrong = fdt_compare(subject, copy, at, sum);
        if (wrong)
            break;
        uint32_t first = fdt_off_dt_struct(tree);
        uint32_t strings_first = fdt_off_dt_strings(tree);
        fdt_set_off_dt_struct(copy, first < at ? first : (uint32_t)at);
        fdt_set_size_dt_struct(copy, left(first, fdt_size_dt_struct(tree), at));
        fdt_set_off_dt_strings(copy, strings_first < at ? strings_first : (uint32_t)at);
        fdt_set_size_dt_strings(copy, left(strings_first, fdt_size_dt_strings(tree), at));
        wrong = fdt_compare(subject, copy, at, sum);
        memcpy(copy, tree, 40);
    }
    return wrong;
}

/** One thing that is wrong with a tree; returns how many bytes of it are left. */
static size_t damage(uint8_t *tree, size_t count, uint64_t *seed)
{
    static const uint32_t edges[] = {0, 1, 2, 3, 4, 9, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF};
    uint64_t random = next_random(seed);
    uint32_t value = edges[random % (sizeof(edges) / sizeof(*edges))];
    if (random >> 8 & 1)
        value = (uint32_t)(random >> 32) >> (random >> 16) % 32;
    fdt32_t cell = cpu_to_fdt32(value);
    size_t words = count / 4;
    size_t structure_word = fdt_off_dt_struct(tree) / 4;
    size_t word = next_random(seed);
    switch (random >> 24 & 7) {
    case 0: memcpy(tree + word % 10 * 4, &cell, sizeof(cell)); return count;
    case 1: return next_random(seed) % (count + 1);
    case 2: fdt_set_size_dt_struct(tree, (uint32_t)(next_random(seed) % (count + 1))); return count;
    case 3: tree[word % count] ^= (uint8_t)(1 << (random >> 12) % 8); return count;
    default: /* the structure, from anywhere on: the walk ends at what is wrong */
        if (structure_word >= words)
            return count;
        memcpy(tree + (structure_word + word % (words - structure_word)) * 4, &cell, sizeof(cell));
        return count;
    }
}

const char *fdt_damage(const uint8_t *tree, size_t count, uint64_t inputs, uint64_t *seed,
                       struct fdt_compared *sum)
{
    static _Alignas(8) uint8_t copy[FDT_DAMAGE_BYTES];
    const char *wrong = NULL;
    for (uint64_t i = 0; i < inputs && !wrong; i++) {
        size_t bytes = count;
        memcpy(copy, tree, count);
        for (uint64_t damages = 1 + next_random(seed) % 3; damages > 0 && bytes >= 40; damages--)
            bytes = damage(copy, bytes, seed);
        wrong = fdt_compare(&fdt_shipped, copy, bytes, sum);
    }
    return wrong;
}
