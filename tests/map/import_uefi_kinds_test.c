/* SPDX-License-Identifier: MIT */
/* import_uefi_kinds_test.c - types and attributes of UEFI memory, all of them */
#include <criterion/criterion.h>

#include <string.h>

#include "uefi_map.h"

/** How much use a kernel may make of memory: the more, the higher. */
enum use { NOT_MEMORY, KEPT, FREED_LATER, FREE };

static enum use use_of(uint32_t type, uint64_t attributes)
{
    const struct descriptor one = {type, 0, 0x10000, 0, 1, attributes};
    cr_assert_eq(import(&one, 1), BITFRAME_OK);
    if (map_text(&map, BITFRAME_MAP_VIEW_SPANS)[0] == 0)
        return NOT_MEMORY;
    if (map_text(&map, BITFRAME_MAP_VIEW_FREE)[0] != 0)
        return FREE;
    return map_text(&map, BITFRAME_MAP_VIEW_RECLAIMABLE)[0] != 0 ? FREED_LATER : KEPT;
}

Test(import_uefi, every_type_with_every_attribute)
{
    /* What an attribute says holds for every type: it only ever takes use away. */
    for (uint32_t type = 0; type < 20; type++) {
        enum use plain = use_of(type, WB);
        for (unsigned bit = 0; bit < 64; bit++) {
            uint64_t attribute = UINT64_C(1) << bit;
            enum use use = use_of(type, WB | attribute);
            enum use most = attribute == RUNTIME ? NOT_MEMORY : attribute == SP ? KEPT : FREE;
            cr_expect_eq(use, plain < most ? plain : most, "type %u, bit %u", type, bit);
            cr_expect_eq(use_of(type, attribute), attribute == 0x8 ? plain : NOT_MEMORY, "no WB: %u", type);
            cr_expect_eq(use_of(type, WB | SP | RUNTIME | attribute), NOT_MEMORY, "type %u", type);
        }
    }
}

Test(import_uefi, unaccepted_until_it_is_ram)
{
    const struct descriptor two[] = {{CONVENTIONAL, 0, 0x100000, 0, 0x1000, WB},
                                     {UNACCEPTED, 0, 0x100000000, 0, 0x40000, WB}};
    struct bitframe_map_stats stats;
    cr_assert_eq(import(two, 2), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x100000+4096");
    expect_view(BITFRAME_MAP_VIEW_UNACCEPTED, "0x100000000+262144");
    bitframe_map_get_stats(&map, &stats);
    cr_expect_eq(stats.unaccepted_frames, 0x40000);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, 0x100000000, 0x40000000), BITFRAME_OK);
    bitframe_map_get_stats(&map, &stats);
    cr_expect_eq(stats.managed_frames, 266240);
    cr_expect_eq(stats.unaccepted_frames, 0);

    /* What is special stays so when it has been accepted. */
    const struct descriptor special = {UNACCEPTED, 0, 0x100000, 0, 1, WB | SP};
    cr_assert_eq(import(&special, 1), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_UNACCEPTED, "0x100000+1");
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, 0x100000, 0x1000), BITFRAME_OK);
    expect_view(BITFRAME_MAP_VIEW_FREE, "");
}

Test(import_uefi, hotpluggable)
{
    for (uint32_t type = 0; type < 20; type++) {
        const struct descriptor two[] = {{CONVENTIONAL, 0, 0x10000, 0, 2, WB},
                                         {type, 0, 0x20000, 0, 3, WB | HOTPLUG}};
        cr_assert_eq(import(two, 2), BITFRAME_OK);
        uint64_t frame = 0x20;
        struct bitframe_map_run run;
        bool managed = bitframe_map_next(&map, BITFRAME_MAP_VIEW_SPANS, &frame, &run);
        expect_view(BITFRAME_MAP_VIEW_HOTPLUGGABLE, managed ? "0x20000+3" : "");
        expect_view(BITFRAME_MAP_VIEW_FIXED, "0x10000+2");
    }
}

Test(import_uefi, stats_by_type)
{
    struct descriptor all[40];
    for (uint32_t i = 0; i < 40; i++)
        all[i] = (struct descriptor){
            i % 20, 0, 0x100000 * (i + 1), 0, UINT64_C(1) << i, i == 7 ? SP : i == 8 ? HOTPLUG | SP : WB};
    struct bitframe_uefi_stats stats;
    const void *in = import_guarded(all, sizeof(all));
    cr_assert_eq(bitframe_uefi_get_stats(in, sizeof(all), sizeof(*all), 1, &stats), BITFRAME_OK);
    uint64_t pages = 0;
    for (uint32_t type = 0; type < BITFRAME_UEFI_TYPES; type++) {
        cr_expect_eq(stats.pages[type], UINT64_C(0x100001) << type, "type %u", type);
        pages += stats.pages[type];
    }
    cr_expect_eq(stats.pages[BITFRAME_UEFI_TYPES], (UINT64_C(1) << 40) - 1 - pages);
    cr_expect_eq(stats.special_pages, 0x180);
    cr_expect_eq(stats.hotpluggable_pages, 0x100);

    all[0].pages = all[20].pages = UINT64_MAX - 5;
    struct bitframe_uefi_stats before = stats;
    cr_expect_eq(bitframe_uefi_get_stats(all, sizeof(all), sizeof(*all), 2, &stats), BITFRAME_UNSUPPORTED);
    cr_expect_eq(bitframe_uefi_get_stats(all, sizeof(all) - 1, sizeof(*all), 1, &stats), BITFRAME_MALFORMED);
    cr_expect_eq(bitframe_uefi_get_stats(NULL, sizeof(all), sizeof(*all), 1, &stats), BITFRAME_INVALID);
    cr_expect_eq(bitframe_uefi_get_stats(all, sizeof(all), sizeof(*all), 1, NULL), BITFRAME_INVALID);
    cr_expect_eq(memcmp(&before, &stats, sizeof(stats)), 0);
    cr_assert_eq(bitframe_uefi_get_stats(all, sizeof(all), sizeof(*all), 1, &stats), BITFRAME_OK);
    cr_expect_eq(stats.pages[0], UINT64_MAX);
    cr_assert_eq(bitframe_uefi_get_stats(all, 0, sizeof(*all), 1, &stats), BITFRAME_OK, "no descriptors");
    cr_expect_eq(stats.pages[0], 0);
}

Test(import_uefi, memory_that_no_cpu_reaches)
{
    /* As firmware had it: beyond any address of the CPU. */
    const struct descriptor two[] = {
        {CONVENTIONAL, 0, UINT64_C(0x06b0000000000000), 0, UINT64_C(1) << 33, WB},
        {CONVENTIONAL, 0, 0x100000, 0, 0x1000, WB}};
    struct bitframe_map_stats stats;
    cr_assert_eq(import(two, 2), BITFRAME_OK);
    bitframe_map_set_end(&map, UINT64_C(1) << 48);
    expect_view(BITFRAME_MAP_VIEW_SPANS, "0x100000+4096");
    bitframe_map_get_stats(&map, &stats);
    cr_expect_eq(stats.beyond_bytes, UINT64_C(1) << 45);
    uint64_t bytes = 0;
    cr_assert_eq(bitframe_map_get_metadata_bytes(&map, &bytes), BITFRAME_OK);
    cr_expect_lt(bytes, 4096);
}
