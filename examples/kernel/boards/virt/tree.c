/* SPDX-License-Identifier: MIT */
/* tree.c - values in the device tree, by libfdt. */
#include "tree.h"

#include <libfdt.h>

bool tree_has_text(const void *fdt, int node, const char *property, const char *text)
{
    int bytes;
    const char *value = fdt_getprop(fdt, node, property, &bytes);
    for (int i = 0; value && i < bytes; i++) {
        if (value[i] != text[i])
            return false;
        if (text[i] == 0)
            return true;
    }
    return false;
}

bool tree_number(const void *fdt, int node, const char *property, uint32_t cell, uint32_t cells,
                 uint64_t *value)
{
    int bytes;
    const uint8_t *data = fdt_getprop(fdt, node, property, &bytes);
    if (!data || cells < 1 || cells > 2 || (uint64_t)bytes < ((uint64_t)cell + cells) * 4)
        return false;
    *value = 0;
    for (uint32_t i = 4 * cell; i < 4 * (cell + cells); i++)
        *value = *value << 8 | data[i];
    return true;
}
