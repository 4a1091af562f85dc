/* SPDX-License-Identifier: MIT */
/*
 * boards.c - import the device tree of every board in a folder, and tell of some of them
 *
 * usage: boards FOLDER MINIMUM
 *
 * Each tree must be imported, and the map must be the one that a lookup by path gives. Prints docs/boards.md.
 * Fails if a tree fails, or if there are fewer than MINIMUM.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_check.h"
#include "libfdt_quiet.h"
#include "naive_fdt.h"
#include "test_map.h"
#include "trees.h"

#define RANGES 128
#define FDT_PA UINT64_C(0x7F00000000)

/* Boards that readers may have on their desks. */
static const char *const known[] = {
    "broadcom/bcm2711-rpi-4-b.dtb",
    "broadcom/bcm2711-rpi-400.dtb",
    "broadcom/bcm2837-rpi-3-b-plus.dtb",
    "broadcom/bcm2837-rpi-zero-2-w.dtb",
    "rockchip/rk3399-rockpro64.dtb",
    "rockchip/rk3566-quartz64-a.dtb",
    "allwinner/sun50i-a64-pine64-plus.dtb",
    "amlogic/meson-g12b-odroid-n2.dtb",
    "nvidia/tegra210-p3450-0000.dtb",
    "freescale/imx8mq-librem5-r4.dtb",
    "qcom/apq8016-sbc.dtb",
    "qcom/sc8280xp-lenovo-thinkpad-x13s.dtb",
    "marvell/armada-8040-mcbin.dtb",
    "arm/juno-r2.dtb",
    "hisilicon/hi6220-hikey.dtb",
    "amd/amd-overdrive-rev-b1.dtb",
    "xilinx/zynqmp-zcu102-revA.dtb",
    "qemu/virt-128M.dtb",
    "qemu/virt-1G.dtb",
    "qemu/virt-3G.dtb",
    "qemu/virt-8G.dtb",
};

static struct {
    uint64_t trees, bytes, failed;
    uint64_t with_memory, placeholder, without_node;
    uint64_t with_memreserve, with_reserved, with_no_map, with_dynamic, with_disabled;
    uint64_t ranges_most;
} sum;

static size_t folder_bytes;
static struct bitframe_map map;
static struct bitframe_fdt_found found;
static struct bitframe_map_stats stats;

/** The tree in @p path where a read too far is noticed, or null. */
static const void *read_tree(const char *path, size_t *count)
{
    const uint8_t *bytes = tree_read(path, count);
    return bytes ? import_guarded(bytes, *count) : NULL;
}

static uint64_t ranges_of(const struct bitframe_map *of)
{
    return of->counts[0] + of->counts[1] + of->counts[2] + of->counts[3];
}

/** Import the tree in @p path and compare; returns what is wrong, or null. */
static const char *import(const char *path)
{
    static struct guarded expected_room;
    struct bitframe_map expected;
    size_t count = 0;
    const void *fdt = read_tree(path, &count);
    if (!fdt)
        return "cannot be read";
    guarded_map(&map, RANGES);
    const uint64_t bytes = RANGES * sizeof(*expected.ranges);
    bitframe_map_init(&expected, guarded_at(&expected_room, bytes, 8, GUARDED_ABOVE), RANGES);
    enum bitframe_status status = bitframe_map_import_fdt(&map, fdt, count, FDT_PA, &found);
    if (status != BITFRAME_OK)
        return bitframe_get_status_name(status);
    naive_import_fdt(&expected, fdt, FDT_PA);
    if (memcmp(map.counts, expected.counts, sizeof(map.counts)) != 0 ||
        memcmp(map.ranges, expected.ranges, ranges_of(&map) * sizeof(*expected.ranges)) != 0)
        return "not the map that a lookup by path gives";
    bitframe_map_get_stats(&map, &stats);
    return NULL;
}

static bool visit(const char *path)
{
    sum.trees++;
    const char *wrong = import(path);
    if (wrong) {
        fprintf(stderr, "%s: %s\n", path + folder_bytes, wrong);
        sum.failed++;
        return true;
    }
    sum.bytes += found.fdt_bytes;
    sum.with_memory += found.memory_ranges != 0;
    sum.placeholder += found.memory_ranges == 0 && found.memory_nodes != 0;
    sum.without_node += found.memory_nodes == 0;
    sum.with_memreserve += found.memreserve_ranges != 0;
    sum.with_reserved += found.reserved_nodes != 0;
    sum.with_no_map += found.no_map_nodes != 0;
    sum.with_dynamic += found.dynamic_nodes != 0;
    sum.with_disabled += found.disabled_nodes != 0;
    if (ranges_of(&map) > sum.ranges_most)
        sum.ranges_most = ranges_of(&map);
    return true;
}

static void print_size(uint64_t bytes)
{
    if (bytes == 0)
        printf("-");
    else if (bytes % (UINT64_C(1) << 30) == 0)
        printf("%" PRIu64 " GiB", bytes >> 30);
    else if (bytes % (UINT64_C(1) << 20) == 0)
        printf("%" PRIu64 " MiB", bytes >> 20);
    else
        printf("%" PRIu64 " KiB", bytes >> 10);
}

/** Bytes that the ranges of @p kind add up to, as they are in the map. */
static uint64_t bytes_of(enum bitframe_map_kind kind)
{
    uint64_t bytes = 0;
    const struct bitframe_map_range *range = map.ranges;
    for (int k = 0; k < (int)kind; k++)
        range += map.counts[k];
    for (uint64_t i = 0; i < map.counts[kind]; i++)
        bytes += range[i].last_pa - range[i].first_pa + 1;
    return bytes;
}

static void print_board(const char *folder, const char *name)
{
    char path[4096];
    size_t count = 0;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    const char *wrong = import(path);
    if (wrong) {
        fprintf(stderr, "%s: %s\n", name, wrong);
        sum.failed++;
        return;
    }
    const void *fdt = read_tree(path, &count);
    const char *model = fdt_getprop(fdt, 0, "model", NULL);
    printf("| %s | `%.*s` | ", model ? model : "?", (int)(strlen(name) - 4), name);
    if (found.memory_ranges != 0) {
        print_size(stats.ram_bytes);
        printf(" in %" PRIu64, found.memory_ranges);
    } else {
        printf(found.memory_nodes != 0 ? "to be filled in" : "no node");
    }
    printf(" | %" PRIu64 " | %" PRIu64 " | %" PRIu64 " | ", found.memreserve_ranges, found.reserved_nodes,
           found.no_map_nodes);
    print_size(bytes_of(BITFRAME_MAP_RESERVED) - found.fdt_bytes);
    printf(" | ");
    print_size(bytes_of(BITFRAME_MAP_HOLE));
    printf(" | ");
    print_size(found.dynamic_bytes);
    printf(" | %" PRIu64 " |\n", stats.spans);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: boards FOLDER MINIMUM\n");
        return 2;
    }
    const char *folder = arguments[1];
    folder_bytes = strlen(folder) + 1;
    trees_visit(folder, visit);

    printf("# Device trees of real boards\n\n"
           "What `bitframe_map_import_fdt()` finds in the device trees of Debian's arm64 kernel and of "
           "QEMU's `virt`;\n"
           "written by the test `boards`, which also compares each map with a lookup by path:\n\n"
           "    tools/board-trees build/boards\n"
           "    meson setup -Dboards=$PWD/build/boards build/native && meson compile -C build/native\n"
           "    build/native/tests/map/boards build/boards 500 >docs/boards.md\n\n"
           "%" PRIu64 " trees, %" PRIu64 " KiB: %" PRIu64 " imported, %" PRIu64 " failed. %" PRIu64
           " name memory, %" PRIu64 " have a memory node with nothing in it\nand %" PRIu64
           " have none: there a boot loader writes what it found. %" PRIu64
           " use the memory reservation block, %" PRIu64 " reserve\nregions by node, %" PRIu64
           " with `no-map`, %" PRIu64 " ask for memory anywhere (`size` without `reg`), %" PRIu64
           " have such nodes or memory\nthat is disabled. The largest map is of %" PRIu64 " ranges.\n\n",
           sum.trees, sum.bytes >> 10, sum.trees - sum.failed, sum.failed, sum.with_memory, sum.placeholder,
           sum.without_node, sum.with_memreserve, sum.with_reserved, sum.with_no_map, sum.with_dynamic,
           sum.with_disabled, sum.ranges_most);
    printf("| board | tree | RAM | `/memreserve/` | reserved nodes | `no-map` nodes | reserved | holes | "
           "asked for | "
           "spans |\n| --- | --- | --- | --: | --: | --: | --: | --: | --: | --: |\n");
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        print_board(folder, known[i]);
    printf("\nReserved is beside the tree itself, which was imported as if it lay at %#" PRIx64
           ". Asked for is memory that\n"
           "the kernel is to choose a place for; none of it is reserved.\n",
           FDT_PA);
    fprintf(stderr, "boards: %" PRIu64 " device trees, %" PRIu64 " imported\n", sum.trees,
            sum.trees - sum.failed);
    return sum.failed == 0 && sum.trees >= strtoull(arguments[2], NULL, 0) ? 0 : 1;
}
