/* SPDX-License-Identifier: MIT */
/* cases.c - every subject on every contender at every size that makes sense. */
#include <stdio.h>
#include <stdlib.h>

#include <bitframe/page_alloc.h>

#include "bench.h"

/* As many pages as the zeroing benchmarks clear, and the sizes of memory of all the others. */
enum { ZEROED_PAGES = 64 };

struct size {
    char name[16];
    uint64_t frames;
    bool worst_only; /* there to show what a level of the index adds */
};

struct list {
    struct bench_case *cases;
    size_t count;
};

static const struct contender *const contenders[] = {
    &bench_empty, &bench_bitframe, &bench_buddy, &bench_flat, &bench_flat_hint, &bench_bytemap, &bench_memset,
};

/* A call costs the same at any size, but in the worst case. */
static const struct contender *const sharers[] = {&bench_shared_local, &bench_shared_lowest};

static const struct contender *const zeroers[] = {
    &bench_empty,
    &bench_memzero,
    &bench_memzero_device,
    &bench_zero_c,
};

static const struct subject *const subjects[] = {
    &bench_fill,
    &bench_drain,
    &bench_churn50,
    &bench_churn99,
    &bench_scatter50,
    &bench_scatter99,
    &bench_adversarial,
    &bench_worst_take,
    &bench_worst_free,
    &bench_worst_line,
    &bench_worst_open,
    &bench_worst_below,
    &bench_worst_gib,
    &bench_count,
    &bench_reserve,
    &bench_take_range,
    &bench_init,
    &bench_huge_take,
    &bench_huge_free,
    &bench_huge_churn,
    &bench_huge_nibbled_take,
    &bench_huge_nibbled_free,
    &bench_huge_scattered,
    &bench_worst_huge_take,
    &bench_worst_huge_free,
    &bench_loose_huge_take,
    &bench_loose_huge_free,
    &bench_bulk_take,
    &bench_bulk_free,
    &bench_search,
    &bench_refused_take,
    &bench_refused_take_again,
    &bench_refused_pair,
    &bench_refused_pair_again,
    &bench_refused_huge,
    &bench_refused_huge_again,
    &bench_refused_bulk,
    &bench_refused_bulk_again,
    &bench_left_pair,
    &bench_left_bulk,
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void add(struct list *list, const struct subject *subject, const struct contender *on,
                const struct size *size)
{
    struct stage stage = {
        .on = on,
        .first_pa = MALLOC_START,
        .frames = size->frames,
        .percent = subject->percent,
    };
    stage.operations = subject->operations(&stage);
    if (stage.operations == 0)
        return;
    list->cases = realloc(list->cases, (list->count + 1) * sizeof(*list->cases));
    if (!list->cases)
        abort();
    struct bench_case *new_case = &list->cases[list->count++];
    new_case->subject = subject;
    new_case->stage = stage;
    snprintf(new_case->name, sizeof(new_case->name), "%s/%s/%s", subject->name, on->name, size->name);
}

static void add_all(struct list *list, const struct contender *on, const struct size *size)
{
    if (on->granule && size->frames % on->granule != 0)
        return;
    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        if (subjects[i]->count_only || !size->worst_only)
            add(list, subjects[i], on, size);
    }
}

struct bench_case *bench_cases(size_t *count)
{
    static const struct size sizes[] = {
        {.name = "3008MiB", .frames = (UINT64_C(3008) << 20) / BITFRAME_FRAME_BYTES},
        {.name = "16MiB", .frames = (UINT64_C(16) << 20) / BITFRAME_FRAME_BYTES, .worst_only = true},
        {.name = "1GiB", .frames = (UINT64_C(1) << 30) / BITFRAME_FRAME_BYTES, .worst_only = true},
        {.name = "64GiB", .frames = (UINT64_C(64) << 30) / BITFRAME_FRAME_BYTES},
        {.name = "1TiB", .frames = (UINT64_C(1) << 40) / BITFRAME_FRAME_BYTES},
    };
    struct size contract = {.frames = MALLOC_PAGES};
    struct size pages = {.name = "page", .frames = ZEROED_PAGES};
    struct list list = {0};

    snprintf(contract.name, sizeof(contract.name), "%lluMiB", (unsigned long long)(MALLOC_SIZE >> 20));
    add_all(&list, &bench_contract, &contract);
    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        for (size_t c = 0; c < COUNT_OF(contenders); c++)
            add_all(&list, contenders[c], &sizes[s]);
        for (const struct contender *const *on = bench_arch_contenders; *on; on++)
            add_all(&list, *on, &sizes[s]);
        struct size of_sharers = sizes[s];
        of_sharers.worst_only |= s != 0;
        for (size_t c = 0; BITFRAME_SHARED && c < COUNT_OF(sharers); c++)
            add_all(&list, sharers[c], &of_sharers);
    }
    for (size_t c = 0; c < COUNT_OF(zeroers); c++)
        add(&list, &bench_zero, zeroers[c], &pages);
    if (bench_arch_kinds)
        add(&list, &bench_count, bench_arch_kinds, &pages);
    *count = list.count;
    return list.cases;
}
