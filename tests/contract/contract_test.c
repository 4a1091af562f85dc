/* SPDX-License-Identifier: MIT */
/*
 * contract_test.c - the checks that the original's tests made, against the library and against the byte map
 *
 * The numbers are those of the default pool, [0x40000000, 0xFC000000): this program is built for it whatever
 * the options say. Traces (tests/trace) cover other pools.
 */
#include <criterion/criterion.h>

#include <bitframe/check.h>
#include <bitframe/offline.h>
#include <bitframe/page_alloc.h>

#include "contract.h"
#include "host.h"

#define CHECK_CORE(check)                                                                                    \
    static void check(const struct contract *c);                                                             \
    Test(contract_core, check)                                                                               \
    {                                                                                                        \
        contract_core.mem_map_init();                                                                        \
        check(&contract_core);                                                                               \
    }

#ifdef BITFRAME_TESTS_SHARED /* the byte map has been checked by then */
#define CHECK(check)                                                                                         \
    CHECK_CORE(check)                                                                                        \
    static void check(const struct contract *c)
#else
#define CHECK(check)                                                                                         \
    CHECK_CORE(check)                                                                                        \
    Test(contract_bytemap, check)                                                                            \
    {                                                                                                        \
        contract_bytemap.mem_map_init();                                                                     \
        check(&contract_bytemap);                                                                            \
    }                                                                                                        \
    static void check(const struct contract *c)
#endif

static const uint64_t start = UINT64_C(0x40000000);
static const uint64_t pages = 770048;

/** Allocate every page; returns how many there were, and the last in @p last if not null. */
static uint64_t exhaust(const struct contract *c, uint64_t *last)
{
    uint64_t allocated = 0;
    for (uint64_t pa; (pa = c->get_free_page()) != 0; allocated++) {
        if (last)
            *last = pa;
    }
    return allocated;
}

/** A byte map takes 770048^2 / 2 steps to exhaust: leave the last @p left pages only. */
static void leave_last(const struct contract *c, uint64_t left)
{
    c->mem_map_reserve_below(start + (pages - left) * 4096);
}

Test(contract, constants)
{
    cr_assert_eq(PAGE_SIZE, 4096);
    cr_assert_eq(MALLOC_START, UINT64_C(0x40000000));
    cr_assert_eq(MALLOC_END, UINT64_C(0xFC000000));
    cr_assert_eq(MALLOC_SIZE, UINT64_C(3008) << 20);
    cr_assert_eq(MALLOC_PAGES, 770048);
    cr_assert_eq(LINEAR_MAP_BASE, UINT64_C(0xFFFF000000000000));
    cr_assert_eq(MU, 0);
}

Test(contract, calls_before_init_do_nothing)
{
    free_page(0x40000000);
    free_page(0xFBFFF000);
    free_page(UINT64_MAX);
    cr_assert_eq(get_free_page(), 0);
    cr_assert_eq(get_kernel_page(), 0);
    cr_assert_eq(dump_free_count(), 0);
    contract_core.mem_map_init();
    cr_assert_eq(dump_free_count(), pages);
    cr_assert_eq(bitframe_check(contract_begin_exclusive()), BITFRAME_SOUND);
}

CHECK(addresses_round_trip)
{
    cr_assert_eq(c->pa_to_kva(0x40001000), UINT64_C(0xFFFF000040001000));
    cr_assert_eq(c->kva_to_pa(UINT64_C(0xFFFF000040001000)), 0x40001000);
    for (uint64_t pa = 1; pa != 0; pa <<= 1) {
        cr_assert_eq(c->kva_to_pa(c->pa_to_kva(pa)), pa);
        cr_assert_eq(c->pa_to_kva(c->kva_to_pa(pa)), pa);
    }
    cr_assert_eq(c->kva_to_pa(0), UINT64_C(0x0001000000000000), "modulo 2^64");
}

CHECK(init_frees_everything)
{
    for (int i = 0; i < 100; i++)
        c->get_free_page();
    c->mem_map_reserve_above(0x80000000);
    c->mem_map_init();
    cr_assert_eq(c->dump_free_count(), pages);
    cr_assert_eq(c->mem_total_count(), pages);
    cr_assert_eq(c->get_free_page(), start);
}

CHECK(first_pages_in_sequence)
{
    for (uint64_t i = 0; i < 200; i++) {
        host_forget();
        uint64_t pa = c->get_free_page();
        cr_assert_eq(pa, start + i * 4096);
        cr_assert_eq(host_record.zero_calls, 1);
        cr_assert_eq(host_record.zero_start, pa + UINT64_C(0xFFFF000000000000));
        cr_assert_eq(host_record.zero_bytes, 4096);
    }
}

CHECK(freed_page_is_next)
{
    for (int i = 0; i < 200; i++)
        c->get_free_page();
    c->free_page(start + 150 * 4096);
    c->free_page(start + 3 * 4096);
    cr_assert_eq(c->get_free_page(), start + 3 * 4096);
    cr_assert_eq(c->get_free_page(), start + 150 * 4096);
    cr_assert_eq(c->get_free_page(), start + 200 * 4096);
}

CHECK(count_follows_and_prints)
{
    host_forget();
    cr_assert_eq(c->dump_free_count(), pages);
    cr_assert_str_eq(host_record.printed, "free_pages: 00000000000bc000\n");
    cr_assert_eq(host_record.output_calls, 3);
    uint64_t first = c->get_free_page();
    c->get_free_page();
    host_forget();
    cr_assert_eq(c->dump_free_count(), pages - 2);
    cr_assert_str_eq(host_record.printed, "free_pages: 00000000000bbffe\n");
    c->free_page(first);
    cr_assert_eq(c->dump_free_count(), pages - 1);
}

CHECK(free_outside_changes_nothing)
{
    for (int i = 0; i < 10; i++)
        c->get_free_page();
    const uint64_t outside[] = {0xFC000000,
                                0xFC000001,
                                0x3FFFFFFF,
                                0,
                                1,
                                UINT64_MAX,
                                UINT64_C(0xFFFF000040000000),
                                UINT64_C(0x0001000040000000)};
    for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++) {
        c->free_page(outside[i]);
        cr_assert_eq(c->dump_free_count(), pages - 10);
    }
    cr_assert_eq(c->get_free_page(), start + 10 * 4096);
}

CHECK(kernel_page_in_linear_map)
{
    uint64_t before = c->dump_free_count();
    uint64_t kva = c->get_kernel_page();
    cr_assert_eq(kva, start + UINT64_C(0xFFFF000000000000));
    cr_assert_eq(c->dump_free_count(), before - 1);
    c->free_kernel_page(kva);
    cr_assert_eq(c->dump_free_count(), before);
}

CHECK(exhausted_page_is_0)
{
    leave_last(c, 300);
    uint64_t last = 0;
    cr_assert_eq(exhaust(c, &last), 300);
    cr_assert_eq(last, 0xFBFFF000);
    host_forget();
    cr_assert_eq(c->get_free_page(), 0);
    cr_assert_eq(host_record.zero_calls, 0, "nothing was handed out, so nothing is zeroed");
    cr_assert_eq(c->dump_free_count(), 0);
}

CHECK(exhausted_kernel_page_is_0)
{
    leave_last(c, 1);
    cr_assert_eq(c->get_kernel_page(), UINT64_C(0xFFFF0000FBFFF000));
    cr_assert_eq(c->get_kernel_page(), 0);
    cr_assert_eq(c->get_kernel_page(), 0);
}

CHECK(reserve_below_five)
{
    c->mem_map_reserve_below(start + 5 * 4096);
    cr_assert_eq(c->dump_free_count(), pages - 5);
    cr_assert_eq(c->get_free_page(), start + 5 * 4096);
}

CHECK(reserve_below_the_pool)
{
    c->mem_map_reserve_below(0x80000);
    c->mem_map_reserve_below(0x40000000);
    c->mem_map_reserve_below(0);
    cr_assert_eq(c->dump_free_count(), pages);
    cr_assert_eq(c->mem_total_count(), pages);
    cr_assert_eq(c->get_free_page(), start);
}

CHECK(reserve_above_1g)
{
    c->mem_map_reserve_above(0x80000000);
    cr_assert_eq(c->dump_free_count(), 262144);
    c->mem_map_reserve_below(0x80000000 - 100 * 4096); /* spare the byte map the rest */
    uint64_t last = 0;
    cr_assert_eq(exhaust(c, &last), 100);
    cr_assert_eq(last, 0x7FFFF000);
    cr_assert_eq(c->get_free_page(), 0);
}

CHECK(total_ignores_allocations)
{
    c->mem_map_reserve_above(0x80000000);
    c->mem_map_reserve_below(start + 16 * 4096);
    cr_assert_eq(c->mem_total_count(), 262128);
    uint64_t pa = c->get_free_page();
    cr_assert_eq(c->mem_total_count(), 262128);
    c->free_page(pa);
    c->free_page(start); /* a reserved page becomes allocatable and the total stays */
    cr_assert_eq(c->mem_total_count(), 262128);
    cr_assert_eq(c->dump_free_count(), 262129);
    cr_assert_eq(c->get_free_page(), start);
}

CHECK(overlapping_reservations)
{
    c->mem_map_reserve_above(start + 100 * 4096);
    c->mem_map_reserve_below(start + 120 * 4096);
    cr_assert_eq(c->mem_total_count(), 0);
    cr_assert_eq(c->dump_free_count(), 0);
    c->mem_map_init();
    c->get_free_page();
    c->mem_map_reserve_below(start + 10 * 4096);
    c->mem_map_reserve_below(start + 10 * 4096);
    cr_assert_eq(c->mem_total_count(), pages - 9, "the page allocated_pages before was not free");
}

/* Beyond the original's list: the corners that the contract spells out. */

CHECK(reservations_cut_through_pages)
{
    c->mem_map_reserve_below(start + 5 * 4096 + 1);
    cr_assert_eq(c->mem_total_count(), pages - 6, "a partly covered page is below");
    c->mem_map_reserve_above(start + 10 * 4096 + 1);
    cr_assert_eq(c->mem_total_count(), 5, "a page that begins below stays: 6 to 10 are left");
    c->mem_map_reserve_above(start + 10 * 4096);
    cr_assert_eq(c->mem_total_count(), 4);
}

CHECK(reservations_of_everything)
{
    const uint64_t ends[] = {0xFC000000, UINT64_MAX, UINT64_C(0xFFFF000040080000)};
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
        c->mem_map_init();
        c->mem_map_reserve_below(ends[i]);
        cr_assert_eq(c->mem_total_count(), 0);
    }
    const uint64_t starts[] = {0x40000000, 1, 0};
    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        c->mem_map_init();
        c->mem_map_reserve_above(starts[i]);
        cr_assert_eq(c->mem_total_count(), 0);
        cr_assert_eq(c->get_free_page(), 0);
    }
}

CHECK(reservations_of_nothing)
{
    c->mem_map_reserve_above(0xFC000000);
    c->mem_map_reserve_above(UINT64_MAX);
    c->mem_map_reserve_above(0xFBFFF001);
    cr_assert_eq(c->mem_total_count(), pages);
}

CHECK(frees_that_pass_silently)
{
    for (int i = 0; i < 4; i++)
        c->get_free_page();
    c->free_page(start + 4096 + 123);
    cr_assert_eq(c->dump_free_count(), pages - 3, "an address inside a page frees that page");
    c->free_page(start + 4096);
    cr_assert_eq(c->dump_free_count(), pages - 3, "freeing a free page changes nothing");
    cr_assert_eq(c->get_free_page(), start + 4096);
}

/* The pool behind the contract may be reserved from; then it is no longer one gap. */

Test(contract, frees_beside_reservations_of_the_pool)
{
    contract_core.mem_map_init();
    struct bitframe *pool = contract_begin_exclusive();
    cr_assert_eq(bitframe_reserve(pool, start, 3 * 4096), BITFRAME_OK);
    cr_assert_eq(bitframe_reserve(pool, start + 6 * 4096, 4096), BITFRAME_OK);
    contract_end_exclusive();
    for (int i = 0; i < 6; i++)
        (void)get_free_page();
    cr_assert_eq(dump_free_count(), pages - 10);
    for (uint64_t i = 0; i < 10; i++)
        free_page(start + i * 4096 + 1);
    cr_expect_eq(dump_free_count(), pages - 4, "all that were allocated, and none of the reserved");
    cr_expect_eq(get_free_page(), start + 3 * 4096);
    cr_expect_eq(bitframe_check(contract_begin_exclusive()), BITFRAME_SOUND);
    /* With exclusive access these calls are the owner's, those that miss the gap too. */
    for (int i = 4; i < 8; i++) {
        if (i != 6)
            cr_expect_eq(get_free_page(), start + (uint64_t)i * 4096);
    }
    free_page(start + 7 * 4096);
    cr_expect_eq(bitframe_get_free_frames(pool), pages - 7);
    cr_expect_eq(bitframe_check(pool), BITFRAME_SOUND);
    contract_end_exclusive();
    cr_expect_eq(dump_free_count(), pages - 7);
}

Test(contract, frees_into_a_range_out_of_use)
{
    struct bitframe_offline_range record;
    uint64_t words[1];
    contract_core.mem_map_init();
    for (int i = 0; i < 4; i++)
        (void)get_free_page();
    struct bitframe *pool = contract_begin_exclusive();
    cr_assert_eq(bitframe_set_offline(pool, &record, start + 2 * 4096, 4 * 4096, words, 1), BITFRAME_OK);
    contract_end_exclusive();
    for (uint64_t i = 0; i < 8; i++)
        free_page(start + i * 4096);
    cr_expect_eq(dump_free_count(), pages - 4);
    cr_expect_eq(bitframe_get_offline_frames(pool), 4);
    for (uint64_t i = 0; i < 2; i++)
        cr_expect_eq(get_free_page(), start + i * 4096);
    cr_expect_eq(get_free_page(), start + 6 * 4096);
    (void)contract_begin_exclusive();
    cr_expect_eq(bitframe_set_online(pool, &record), BITFRAME_OK);
    cr_expect_eq(get_free_page(), start + 2 * 4096, "with exclusive access as without");
    cr_expect_eq(bitframe_check(pool), BITFRAME_SOUND);
    contract_end_exclusive();
    cr_expect_eq(get_free_page(), start + 3 * 4096);
}
