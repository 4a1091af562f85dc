/* SPDX-License-Identifier: MIT */
/* fdt_reader_test.c - the reader of device trees does what libfdt does, the differences of fdt_compare.h
 * aside. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "fdt_battery.h"
#include "random.h"

Test(fdt_reader, agrees_with_libfdt)
{
    struct fdt_compared sum = {0};
    const char *wrong = fdt_battery(&fdt_shipped, &sum);
    cr_assert_null(wrong, "input %llu: %s", (unsigned long long)sum.inputs, wrong);
    fdt_compared_print("battery", &sum);
    cr_expect(sum.malformed && sum.unsupported && sum.broken && sum.nodes && sum.properties &&
              sum.reservations);
}

Test(fdt_reader, bad_token_stays_where_it_is)
{
    static const uint8_t structure[8] = {0, 0, 0, 4, 0, 0, 0, 7};
    struct fdt_reader reader = {.structure = structure, .structure_bytes = sizeof(structure)};
    struct fdt_item item;
    uint32_t offset = 0;
    cr_expect_eq(bitframe_fdt_next(&reader, &offset, &item), FDT_TOKEN_NOP);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(bitframe_fdt_next(&reader, &offset, &item), FDT_TOKEN_BAD);
        cr_expect_eq(offset, 4);
    }
    offset = UINT32_MAX; /* from elsewhere */
    cr_expect_eq(bitframe_fdt_next(&reader, &offset, &item), FDT_TOKEN_BAD);
}
