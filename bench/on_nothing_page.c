/* SPDX-License-Identifier: MIT */
/* on_nothing_page.c - the loops around calls without a pool argument that return at once. */
#include "nothing.h"

#define TAKE()           nothing_take_page()
#define FREE(pa)         nothing_free_page(pa)
#define COUNT()          nothing_count_pages()
#define RESERVE(pa, end) nothing_reserve_pages(end)
#define INIT()           nothing_init_pages()
#include "loops.h"

const struct loops bench_empty_page_loops = LOOPS;
