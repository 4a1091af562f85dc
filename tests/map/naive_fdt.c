/* SPDX-License-Identifier: MIT */
#include "naive_fdt.h"

#include <string.h>

#include "libfdt_quiet.h"

static uint64_t number(const fdt32_t *cells, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++)
        value = value << 32 | fdt32_to_cpu(cells[i]);
    return value;
}

static void add_reg(struct bitframe_map *map, const void *fdt, int parent, int node,
                    enum bitframe_map_kind kind)
{
    int address_cells = fdt_address_cells(fdt, parent);
    int size_cells = fdt_size_cells(fdt, parent);
    int bytes;
    const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &bytes);
    for (int at = 0; reg && at < bytes / 4; at += address_cells + size_cells)
        bitframe_map_add(map, kind, number(reg + at, address_cells),
                         number(reg + at + address_cells, size_cells));
}

static bool has_text(const void *fdt, int node, const char *name, const char *text)
{
    const char *value = fdt_getprop(fdt, node, name, NULL);
    return value && strcmp(value, text) == 0;
}

static bool is_off(const void *fdt, int node)
{
    return fdt_getprop(fdt, node, "status", NULL) && !has_text(fdt, node, "status", "okay") &&
           !has_text(fdt, node, "status", "ok");
}

void naive_import_fdt(struct bitframe_map *map, const void *fdt, uint64_t fdt_pa)
{
    int root = fdt_path_offset(fdt, "/");
    int node;
    fdt_for_each_subnode(node, fdt, root)
    {
        if (has_text(fdt, node, "device_type", "memory") && !is_off(fdt, node))
            add_reg(map, fdt, root, node, BITFRAME_MAP_RAM);
    }

    int regions = fdt_path_offset(fdt, "/reserved-memory");
    fdt_for_each_subnode(node, fdt, regions)
    {
        if (!is_off(fdt, node))
            add_reg(map, fdt, regions, node,
                    fdt_getprop(fdt, node, "no-map", NULL) ? BITFRAME_MAP_HOLE : BITFRAME_MAP_RESERVED);
    }

    uint64_t first_reserved = 1;
    uint64_t reserved_bytes = 1;
    for (int i = 0; first_reserved != 0 || reserved_bytes != 0;
         i++) { /* fdt_num_mem_rsv() ends at any size 0 */
        fdt_get_mem_rsv(fdt, i, &first_reserved, &reserved_bytes);
        bitframe_map_add(map, BITFRAME_MAP_RESERVED, first_reserved, reserved_bytes);
    }

    int chosen = fdt_path_offset(fdt, "/chosen");
    int start_bytes;
    int end_bytes;
    const fdt32_t *start = fdt_getprop(fdt, chosen, "linux,initrd-start", &start_bytes);
    const fdt32_t *end = fdt_getprop(fdt, chosen, "linux,initrd-end", &end_bytes);
    if (start && end) {
        uint64_t first_pa = number(start, start_bytes / 4);
        bitframe_map_add(map, BITFRAME_MAP_RESERVED, first_pa, number(end, end_bytes / 4) - first_pa);
    }
    bitframe_map_add(map, BITFRAME_MAP_RESERVED, fdt_pa, fdt_totalsize(fdt));
}
