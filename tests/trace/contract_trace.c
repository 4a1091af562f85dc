/* SPDX-License-Identifier: MIT */
/*
 * contract_trace.c - the adapter of the contract
 *
 * Compared are return values, the free count, the total, the printed bytes, what was zeroed, and now and then
 * the invariants of the core's pool.
 */
#include "contract.h"
#include "engine.h"

#include <string.h>

#include <bitframe/check.h>
#include <bitframe/page_alloc.h>

#include "host.h"
#include "units.h"

/* Pages remembered to be freed later; calls between two audits of the pool. */
enum { HELD_MAX = 8192, CHECK_CALLS = 512 };

/** Steps of the byte map that exhausting a pool may cost: each page takes a pass. */
#define EXHAUST_STEPS (UINT64_C(1) << 22)

/** Counting costs the byte map a pass over all pages: large pools are counted now and then only. */
#define COUNT_CALLS (MALLOC_PAGES <= 8192 ? 1u : 64u)

enum call {
    CALL_INIT,
    CALL_RESERVE_BELOW,
    CALL_RESERVE_ABOVE,
    CALL_GET_FREE_PAGE,
    CALL_FREE_PAGE,
    CALL_GET_KERNEL_PAGE,
    CALL_FREE_KERNEL_PAGE,
    CALL_DUMP_FREE_COUNT,
    CALL_TOTAL_COUNT,
    CALL_PA_TO_KVA,
    CALL_KVA_TO_PA,
};

static const char *const call_name[] = {
    [CALL_INIT] = "mem_map_init",
    [CALL_RESERVE_BELOW] = "mem_map_reserve_below",
    [CALL_RESERVE_ABOVE] = "mem_map_reserve_above",
    [CALL_GET_FREE_PAGE] = "get_free_page",
    [CALL_FREE_PAGE] = "free_page",
    [CALL_GET_KERNEL_PAGE] = "get_kernel_page",
    [CALL_FREE_KERNEL_PAGE] = "free_kernel_page",
    [CALL_DUMP_FREE_COUNT] = "dump_free_count",
    [CALL_TOTAL_COUNT] = "mem_total_count",
    [CALL_PA_TO_KVA] = "pa_to_kva",
    [CALL_KVA_TO_PA] = "kva_to_pa",
};

static struct {
    uint64_t free_pages; /* by the last count */
    uint64_t last_freed;
    uint64_t held[HELD_MAX];
    size_t held_count;
} world;

/* Choices. */

static uint64_t choose_page(struct trace *t)
{
    return MALLOC_START + choose_below(t, MALLOC_PAGES) * PAGE_SIZE;
}

/** Any address: in a page, at the edges of the pool, far off, or one that a careless kernel might pass. */
static uint64_t choose_address(struct trace *t)
{
    const uint64_t odd[] = {
        0,
        1,
        UINT64_MAX,
        MALLOC_START - 1,
        MALLOC_END - 1,
        MALLOC_END,
        MALLOC_START + LINEAR_MAP_BASE,     /* a KVA */
        MALLOC_START - LINEAR_MAP_BASE,     /* and the other way round */
        MALLOC_START + (UINT64_C(1) << 32), /* equal when cut to 32 bits */
        MALLOC_START + (UINT64_C(1) << 44), /* and frame numbers cut to 32 bits */
        MALLOC_START - MALLOC_PAGES,        /* wraps */
        MALLOC_END + MALLOC_SIZE,
        world.last_freed,
        world.last_freed + 8,
    };
    switch (choose_bytes(t, 1) % 8) {
    case 0:
    case 1:
    case 2: return choose_page(t);
    case 3: return choose_page(t) + choose_bytes(t, 2) % PAGE_SIZE;
    case 4: return MALLOC_START - 3 * PAGE_SIZE + choose_bytes(t, 4) % (6 * PAGE_SIZE);
    case 5: return MALLOC_END - 3 * PAGE_SIZE + choose_bytes(t, 4) % (6 * PAGE_SIZE);
    case 6: return choose_bytes(t, 8);
    default: return odd[choose_below(t, COUNT(odd))];
    }
}

/** How much to reserve: a little as a rule, for what is reserved is not there to be allocated. */
static uint64_t choose_reserved_bytes(struct trace *t)
{
    uint64_t pages = choose_below(t, MALLOC_PAGES / 16 + 2);
    uint64_t offset = choose_bytes(t, 2) % PAGE_SIZE;
    return pages * PAGE_SIZE + (offset % 2 ? offset : 0);
}

/* Calls. */

static uint64_t invoke(const struct contract *c, enum call call, uint64_t argument)
{
    switch (call) {
    case CALL_INIT: c->mem_map_init(); return 0;
    case CALL_RESERVE_BELOW: c->mem_map_reserve_below(argument); return 0;
    case CALL_RESERVE_ABOVE: c->mem_map_reserve_above(argument); return 0;
    case CALL_GET_FREE_PAGE: return c->get_free_page();
    case CALL_FREE_PAGE: c->free_page(argument); return 0;
    case CALL_GET_KERNEL_PAGE: return c->get_kernel_page();
    case CALL_FREE_KERNEL_PAGE: c->free_kernel_page(argument); return 0;
    case CALL_DUMP_FREE_COUNT: return c->dump_free_count();
    case CALL_TOTAL_COUNT: return c->mem_total_count();
    case CALL_PA_TO_KVA: return c->pa_to_kva(argument);
    case CALL_KVA_TO_PA: return c->kva_to_pa(argument);
    }
    return 0;
}

static bool same_record(const struct host_record *a, const struct host_record *b)
{
    return a->zero_calls == b->zero_calls && a->zero_start == b->zero_start &&
           a->zero_bytes == b->zero_bytes && a->output_calls == b->output_calls &&
           a->printed_bytes == b->printed_bytes && memcmp(a->printed, b->printed, a->printed_bytes) == 0;
}

/** One call on both sides. Returns what the reference returned. */
static uint64_t compare(struct trace *t, enum call call, uint64_t argument)
{
    const struct contract *subject = t->subject;
    host_forget();
    struct answer expected = {.value = invoke(&contract_bytemap, call, argument)};
    struct host_record expected_record = host_record;
    host_forget();
    struct answer got = {.value = invoke(subject, call, argument)};
    const uint64_t arguments[TRACE_ARGUMENTS] = {argument};
    if (!trace_compare(t, call_name[call], arguments, got, expected))
        return expected.value;
    if (!same_record(&host_record, &expected_record))
        trace_differ(t, "zeroed or printed something else");
    return expected.value;
}

/** One step of the trace, and the state behind it compared too. */
static uint64_t step(struct trace *t, enum call call, uint64_t argument)
{
    if (trace_is_over(t))
        return 0;
    uint64_t result = compare(t, call, argument);
    uint64_t steps = t->report->calls;
    compare(t, CALL_TOTAL_COUNT, 0);
    if (steps % COUNT_CALLS == 0)
        world.free_pages = compare(t, CALL_DUMP_FREE_COUNT, 0);
    if (steps % CHECK_CALLS < 3) { /* a step is up to three calls */
        enum bitframe_invariant broken = bitframe_check(bitframe_get_page_alloc_pool());
        if (broken != BITFRAME_SOUND)
            trace_differ(t, "broken: %s", bitframe_get_invariant_name(broken));
    }
    return result;
}

/* Operations. */

static void alloc(struct trace *t, enum call call)
{
    uint64_t page = step(t, call, 0);
    if (page != 0 && call == CALL_GET_KERNEL_PAGE)
        page -= LINEAR_MAP_BASE;
    if (page != 0 && world.held_count < HELD_MAX)
        world.held[world.held_count++] = page;
}

static void free_address(struct trace *t, enum call call, uint64_t pa)
{
    world.last_freed = pa;
    step(t, call, call == CALL_FREE_KERNEL_PAGE ? pa + LINEAR_MAP_BASE : pa);
}

static void free_held(struct trace *t, enum call call)
{
    if (world.held_count == 0) {
        alloc(t, CALL_GET_FREE_PAGE);
        return;
    }
    size_t i = choose_below(t, world.held_count);
    uint64_t page = world.held[i];
    world.held[i] = world.held[--world.held_count];
    free_address(t, call, page);
}

#define OPERATION(name, action)                                                                              \
    static void name(struct trace *t)                                                                        \
    {                                                                                                        \
        action;                                                                                              \
    }

OPERATION(alloc_page, alloc(t, CALL_GET_FREE_PAGE))
OPERATION(alloc_kernel_page, alloc(t, CALL_GET_KERNEL_PAGE))
OPERATION(free_held_page, free_held(t, CALL_FREE_PAGE))
OPERATION(free_held_kernel_page, free_held(t, CALL_FREE_KERNEL_PAGE))
OPERATION(free_any_page, free_address(t, CALL_FREE_PAGE, choose_address(t)))
OPERATION(free_any_kernel_page, free_address(t, CALL_FREE_KERNEL_PAGE, choose_address(t)))
OPERATION(reserve_below, step(t, CALL_RESERVE_BELOW, MALLOC_START + choose_reserved_bytes(t)))
OPERATION(reserve_above, step(t, CALL_RESERVE_ABOVE, MALLOC_END - choose_reserved_bytes(t)))
OPERATION(reserve_below_any, step(t, CALL_RESERVE_BELOW, choose_address(t)))
OPERATION(reserve_above_any, step(t, CALL_RESERVE_ABOVE, choose_address(t)))
OPERATION(convert_pa, step(t, CALL_PA_TO_KVA, choose_bytes(t, 8)))
OPERATION(convert_kva, step(t, CALL_KVA_TO_PA, choose_bytes(t, 8)))

static void alloc_many(struct trace *t)
{
    for (uint64_t i = choose_bytes(t, 1); i != 0; i--)
        alloc(t, CALL_GET_FREE_PAGE);
}

static void free_many(struct trace *t)
{
    for (uint64_t i = choose_bytes(t, 1); i != 0; i--)
        free_held(t, CALL_FREE_PAGE);
}

/** Allocate pages until there is none, unless that is more than the byte map can do in reasonable time. */
static void exhaust(struct trace *t)
{
    world.free_pages = compare(t, CALL_DUMP_FREE_COUNT, 0);
    if (world.free_pages > EXHAUST_STEPS / MALLOC_PAGES)
        return;
    while (step(t, CALL_GET_FREE_PAGE, 0) != 0)
        continue;
    alloc(t, CALL_GET_KERNEL_PAGE);
}

static void free_all(struct trace *t)
{
    while (world.held_count != 0 && !trace_is_over(t))
        free_address(t, CALL_FREE_PAGE, world.held[--world.held_count]);
}

static void start_over(struct trace *t)
{
    trace_mark(t);
    world.held_count = 0;
    step(t, CALL_INIT, 0);
}

/* The order is that of the corpus, in which a byte chooses. */
static const struct trace_operation operations[] = {
    {"alloc", 80, alloc_page, NULL},
    {"alloc for the kernel", 16, alloc_kernel_page, NULL},
    {"free what is held", 64, free_held_page, NULL},
    {"free it by its KVA", 16, free_held_kernel_page, NULL},
    {"free any", 32, free_any_page, NULL},
    {"free any by KVA", 8, free_any_kernel_page, NULL},
    {"reserve below", 2, reserve_below, NULL},
    {"reserve above", 2, reserve_above, NULL},
    {"reserve above any", 1, reserve_above_any, NULL},
    {"reserve below any", 1, reserve_below_any, NULL},
    {"convert KVA", 1, convert_kva, NULL},
    {"convert PA", 1, convert_pa, NULL},
    {"convert another KVA", 1, convert_kva, NULL},
    {"convert another PA", 1, convert_pa, NULL},
    {"alloc in a row", 12, alloc_many, NULL},
    {"free in a row", 12, free_many, NULL},
    {"exhaust", 2, exhaust, NULL},
    {"free all", 2, free_all, NULL},
    {"start over", 2, start_over, NULL},
};

static void begin(struct trace *t)
{
    t->world_end = UINT64_MAX;
    world.last_freed = 0;
    if (trace_is_over(t))
        compare(t, CALL_INIT, 0); /* without a single choice, too */
    start_over(t);
}

static void finish(struct trace *t)
{
    compare(t, CALL_DUMP_FREE_COUNT, 0);
    compare(t, CALL_TOTAL_COUNT, 0);
}

const struct trace_adapter trace_adapter = {
    .name = "trace",
    .operations = operations,
    .operation_count = COUNT(operations),
    .subject = &contract_core,
    .begin = begin,
    .finish = finish,
};
