/* SPDX-License-Identifier: MIT */
/* steps_test.c - runs of many whole lines, aligned to 64 lines and more, compared with a search of line by
 * line. */
#include <criterion/criterion.h>

#include <inttypes.h>

#include <bitframe/bitframe.h>

#include "random.h"
#include "test_pool.h"

#define LINE (BITFRAME_LINE_FRAMES * FRAME)

enum { LINES = 3000, SMALLEST_STEP = 64 };

static struct bitframe pool;
static struct guarded metadata;
static uint64_t first_line; /* of the pool, by number */
static bool is_free[LINES];

/** A pool of whole lines, a frame taken of some: few of them, many, or one next to a multiple of 1 GiB. */
static void make_pool(void)
{
    uint64_t rarity = UINT64_C(1) << below(11);
    first_line = 1 + below(1024);
    guarded_plain_pool(&pool, &metadata, first_line * LINE, LINES * LINE);
    for (uint64_t line = 0; line < LINES; line++) {
        is_free[line] = below(rarity) != 0 && ((first_line + line + 1) % 512 > 1 || below(4) != 0);
        if (!is_free[line])
            cr_assert_eq(bitframe_claim(&pool, (first_line + line) * LINE + below(512) * FRAME, 1),
                         BITFRAME_OK);
    }
}

/** Whether @p lines lines from line @p first on, by number, are free. */
static bool are_free(uint64_t first, uint64_t lines)
{
    for (uint64_t line = first; line < first + lines; line++) {
        if (line < first_line || line >= first_line + LINES || !is_free[line - first_line])
            return false;
    }
    return true;
}

/** The PA that a request for @p lines lines must be given, or 0. */
static uint64_t find(const struct bitframe_request *request, uint64_t lines)
{
    uint64_t align = request->align / LINE;
    uint64_t found = 0;
    for (uint64_t line = 0; line < first_line + LINES; line += align) {
        if (line * LINE < request->min_pa ||
            (request->max_pa != 0 && (line + lines) * LINE > request->max_pa) || !are_free(line, lines))
            continue;
        found = line * LINE;
        if ((request->flags & BITFRAME_HIGHEST) == 0)
            break;
    }
    return found;
}

static struct bitframe_request choose_request(uint64_t *lines)
{
    *lines = SMALLEST_STEP * (1 + below(12));
    struct bitframe_request request = {
        .frames = *lines * BITFRAME_LINE_FRAMES,
        .align = (SMALLEST_STEP << below(5)) * LINE,
        .flags = below(2) == 0 ? BITFRAME_HIGHEST : 0,
    };
    if (below(4) == 0)
        request.min_pa = below(first_line + LINES) * LINE + below(LINE);
    if (below(4) == 0)
        request.max_pa = 1 + below(first_line + LINES) * LINE + below(LINE);
    return request;
}

Test(steps, find_what_a_search_of_each_line_finds)
{
    uint64_t met[2] = {0};
    seed_random("steps", 1);
    for (uint64_t i = 0; i < 300; i++) {
        make_pool();
        for (int k = 0; k < 60; k++) {
            uint64_t lines, pa = 0;
            struct bitframe_request request = choose_request(&lines);
            uint64_t expected = find(&request, lines);
            enum bitframe_status status = bitframe_take_run(&pool, &request, &pa);
            cr_assert_eq(status, expected != 0 ? BITFRAME_OK : BITFRAME_NONE, "pool %" PRIu64 " call %d", i,
                         k);
            cr_assert_eq(pa, expected, "pool %" PRIu64 " call %d", i, k);
            met[status == BITFRAME_OK]++;
            if (status == BITFRAME_OK)
                cr_assert_eq(bitframe_free_run(&pool, pa, request.frames), BITFRAME_OK);
        }
        cr_assert_eq(bitframe_check(&pool), BITFRAME_SOUND);
    }
    cr_expect_gt(met[0], 1000);
    cr_expect_gt(met[1], 1000);
}
