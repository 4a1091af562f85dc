/* SPDX-License-Identifier: MIT */
/* cases.c - every workload on every contender at every size that makes sense. */
#include <stdio.h>
#include <stdlib.h>

#include <bitframe/page_alloc.h>

#include "bench.h"

/* MAIN and FIRST sizes have tables, a LEVEL shows what a level of the index adds, a POINT is one of a plot. */
enum role { MAIN = 0, FIRST, LEVEL, POINT };

struct size {
    char name[16];
    enum places place;
    uint64_t frames;
    enum role role;
};

struct list {
    struct bench_case *cases;
    size_t count;
};

static bool is_for(const struct workload *workload, const struct contender *contender,
                   const struct size *size)
{
    if (workload->pages != (size->place == IN_PAGES))
        return false;
    if (workload->sizes == EVERY_SIZE || size->role == FIRST)
        return true;
    if (workload->sizes == FIRST_SIZE || size->role == POINT)
        return false;
    /* A call of a shared pool costs the same at any size, but in the worst case. */
    return workload->count_only || (size->role == MAIN && !contender->shared);
}

static void add(struct list *list, const struct workload *workload, const struct contender *contender,
                const struct size *size)
{
    struct bench_case new_case = {
        .workload = workload,
        .contender = contender,
        .first_pa = MALLOC_START,
        .frames = size->frames,
    };
    new_case.operations = workload->operations(&new_case);
    if (new_case.operations == 0)
        return;
    snprintf(new_case.name, sizeof(new_case.name), "%s/%s/%.15s", workload->name, contender->name,
             size->name);
    list->cases = realloc(list->cases, (list->count + 1) * sizeof(*list->cases));
    if (!list->cases)
        abort();
    list->cases[list->count++] = new_case;
}

static void add_all(struct list *list, const struct contender *contender, const struct size *size)
{
    if (!(contender->places & size->place) || (contender->granule && size->frames % contender->granule != 0))
        return;
    for (const struct workload *const *workload = bench_workloads; *workload; workload++) {
        for (const struct workload *row = *workload; row->name; row++) {
            if (is_for(row, contender, size))
                add(list, row, contender, size);
        }
    }
}

#define MIB(count) (((uint64_t)(count) << 20) / BITFRAME_FRAME_BYTES)

struct bench_case *bench_cases(size_t *count)
{
    struct size sizes[] = {
        {.place = IN_CONTRACT, .frames = MALLOC_PAGES, .role = FIRST},
        {"3008MiB", IN_MEMORY, MIB(3008), FIRST},
        {"16MiB", IN_MEMORY, MIB(16), LEVEL},
        {"128MiB", IN_MEMORY, MIB(128), POINT},
        {"1GiB", IN_MEMORY, MIB(1 << 10), LEVEL},
        {"16GiB", IN_MEMORY, MIB(16 << 10), POINT},
        {"64GiB", IN_MEMORY, MIB(64 << 10), MAIN},
        {"256GiB", IN_MEMORY, MIB(256 << 10), POINT},
        {"1TiB", IN_MEMORY, MIB(1 << 20), MAIN},
        {"page", IN_PAGES, 64, FIRST},
    };
    struct list list = {0};

    snprintf(sizes[0].name, sizeof(sizes[0].name), "%lluMiB", (unsigned long long)(MALLOC_SIZE >> 20));
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        for (const struct contender *const *file = bench_contenders; *file; file++) {
            for (const struct contender *row = *file; row->name; row++)
                add_all(&list, row, &sizes[s]);
        }
    }
    *count = list.count;
    return list.cases;
}

#define BENCH_FILE(file) bench_##file,
const struct contender *const bench_contenders[] = {CONTENDER_FILES(BENCH_FILE) NULL};
#undef BENCH_FILE
#define BENCH_FILE(file) bench_##file##_work,
const struct workload *const bench_workloads[] = {WORKLOAD_FILES(BENCH_FILE) NULL};
