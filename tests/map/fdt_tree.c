/* SPDX-License-Identifier: MIT */
#include "fdt_tree.h"

#include <criterion/criterion.h>
#include <libfdt.h>
#include <stdarg.h>

_Alignas(8) uint8_t tree[TREE_BYTES];

static void good(int error)
{
    cr_assert_geq(error, 0, "libfdt: %s", fdt_strerror(error));
}

void begin_tree(void)
{
    good(fdt_create(tree, sizeof(tree)));
}

void reserve(uint64_t first_pa, uint64_t bytes)
{
    good(fdt_add_reservemap_entry(tree, first_pa, bytes));
}

void begin(const char *name)
{
    good(fdt_begin_node(tree, name));
}

void end(void)
{
    good(fdt_end_node(tree));
}

void text(const char *name, const char *value)
{
    good(fdt_property_string(tree, name, value));
}

void cells(const char *name, unsigned count, ...)
{
    uint32_t values[32];
    va_list arguments;
    va_start(arguments, count);
    for (unsigned i = 0; i < count; i++)
        values[i] = cpu_to_fdt32(va_arg(arguments, uint32_t));
    va_end(arguments);
    good(fdt_property(tree, name, values, (int)(count * sizeof(*values))));
}

void flag(const char *name)
{
    good(fdt_property(tree, name, NULL, 0));
}

void begin_root(uint32_t address_cells, uint32_t size_cells)
{
    good(fdt_finish_reservemap(tree));
    begin("");
    if (address_cells != 0)
        cells("#address-cells", 1, address_cells);
    if (size_cells != 0)
        cells("#size-cells", 1, size_cells);
}

void end_tree(void)
{
    end();
    good(fdt_finish(tree));
}

void begin_usual_tree(void)
{
    begin_tree();
    begin_root(2, 2);
    begin("memory@40000000");
    text("device_type", "memory");
    cells("reg", 4, 0, 0x40000000, 0, 0x40000000);
    end();
}

void begin_reserved_memory(uint32_t address_cells, uint32_t size_cells)
{
    begin("reserved-memory");
    cells("#address-cells", 1, address_cells);
    cells("#size-cells", 1, size_cells);
    flag("ranges");
}
