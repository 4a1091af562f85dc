/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bitframe/check.h>
#include <bitframe/page_alloc.h>

#include "host.h"
#include "random.h"

enum {
    HELD_MAX = 8192,    /* pages remembered to be freed later */
    HISTORY_CALLS = 24, /* shown when something differs */
    CHECK_CALLS = 512,  /* calls between two audits of the pool */
};

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

struct trace {
    const struct contract *subject;
    const struct contract *reference;
    struct trace_input input;
    struct trace_report *report;
    uint64_t limit;
    uint64_t free_pages; /* by the last count */
    uint64_t last_freed;
    uint64_t held[HELD_MAX];
    size_t held_count;
    struct {
        enum call call;
        uint64_t argument;
        uint64_t result;
    } history[HISTORY_CALLS];
};

/* Choices. */

static bool is_over(const struct trace *t)
{
    return t->report->difference[0] != 0 || t->report->calls >= t->limit ||
           (t->input.left == 0 && t->input.seed == 0);
}

/** The next @p bytes bytes, 1 to 8, as a number; zeros once the input has ended. */
static uint64_t choose_bytes(struct trace *t, size_t bytes)
{
    if (t->input.left == 0 && t->input.seed != 0)
        return next_random(&t->input.seed) >> (64 - 8 * bytes);
    uint64_t value = 0;
    if (bytes > t->input.left)
        bytes = t->input.left;
    memcpy(&value, t->input.bytes, bytes);
    t->input.bytes += bytes;
    t->input.left -= bytes;
    return value;
}

static uint64_t choose_below(struct trace *t, uint64_t bound)
{
    return choose_bytes(t, bound <= 256 ? 1 : 4) % bound;
}

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
        t->last_freed,
        t->last_freed + 8,
    };
    switch (choose_bytes(t, 1) % 8) {
    case 0:
    case 1:
    case 2: return choose_page(t);
    case 3: return choose_page(t) + choose_bytes(t, 2) % PAGE_SIZE;
    case 4: return MALLOC_START - 3 * PAGE_SIZE + choose_bytes(t, 4) % (6 * PAGE_SIZE);
    case 5: return MALLOC_END - 3 * PAGE_SIZE + choose_bytes(t, 4) % (6 * PAGE_SIZE);
    case 6: return choose_bytes(t, 8);
    default: return odd[choose_below(t, sizeof(odd) / sizeof(*odd))];
    }
}

/** How much to reserve: a little as a rule, for what is reserved is not there to be taken. */
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

static void report_difference(struct trace *t, const char *what, uint64_t got, uint64_t expected)
{
    char *text = t->report->difference;
    size_t room = sizeof(t->report->difference);
    int used = snprintf(text, room,
                        "call %" PRIu64 ": %s: %s has %#" PRIx64 ", %s has %#" PRIx64 "; the calls before:",
                        t->report->calls, what, t->subject->name, got, t->reference->name, expected);
    uint64_t first = t->report->calls > HISTORY_CALLS ? t->report->calls - HISTORY_CALLS : 0;
    for (uint64_t i = first; i < t->report->calls && (size_t)used < room; i++) {
        uint64_t at = i % HISTORY_CALLS;
        used += snprintf(text + used, room - (size_t)used, "\n  %s(%#" PRIx64 ") = %#" PRIx64,
                         call_name[t->history[at].call], t->history[at].argument, t->history[at].result);
    }
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
    host_forget();
    uint64_t expected = invoke(t->reference, call, argument);
    struct host_record expected_record = host_record;
    host_forget();
    uint64_t got = invoke(t->subject, call, argument);

    uint64_t at = t->report->calls++ % HISTORY_CALLS;
    t->history[at].call = call;
    t->history[at].argument = argument;
    t->history[at].result = expected;

    if (got != expected)
        report_difference(t, "return value", got, expected);
    else if (host_record.zero_start != expected_record.zero_start ||
             host_record.zero_bytes != expected_record.zero_bytes ||
             host_record.zero_calls != expected_record.zero_calls)
        report_difference(t, "zeroed address", host_record.zero_start, expected_record.zero_start);
    else if (!same_record(&host_record, &expected_record))
        report_difference(t, "printed bytes", host_record.printed_bytes, expected_record.printed_bytes);
    return expected;
}

/** One step of the trace, and the state behind it compared too. */
static uint64_t step(struct trace *t, enum call call, uint64_t argument)
{
    if (is_over(t))
        return 0;
    uint64_t result = compare(t, call, argument);
    uint64_t steps = t->report->calls;
    compare(t, CALL_TOTAL_COUNT, 0);
    if (steps % COUNT_CALLS == 0)
        t->free_pages = compare(t, CALL_DUMP_FREE_COUNT, 0);
    if (steps % CHECK_CALLS < 3) { /* a step is up to three calls */
        enum bitframe_invariant broken = bitframe_check(bitframe_get_page_alloc_pool());
        if (broken != BITFRAME_SOUND)
            report_difference(t, bitframe_get_invariant_name(broken), broken, BITFRAME_SOUND);
    }
    return result;
}

/* Moves. */

static void alloc(struct trace *t, enum call call)
{
    uint64_t page = step(t, call, 0);
    if (page != 0 && call == CALL_GET_KERNEL_PAGE)
        page -= LINEAR_MAP_BASE;
    if (page != 0 && t->held_count < HELD_MAX)
        t->held[t->held_count++] = page;
}

static void free_address(struct trace *t, enum call call, uint64_t pa)
{
    t->last_freed = pa;
    step(t, call, call == CALL_FREE_KERNEL_PAGE ? pa + LINEAR_MAP_BASE : pa);
}

static void free_held(struct trace *t, enum call call)
{
    if (t->held_count == 0) {
        alloc(t, CALL_GET_FREE_PAGE);
        return;
    }
    size_t i = choose_below(t, t->held_count);
    uint64_t page = t->held[i];
    t->held[i] = t->held[--t->held_count];
    free_address(t, call, page);
}

/** Take pages until there is none, unless that is more than the byte map can do in reasonable time. */
static void exhaust(struct trace *t)
{
    t->free_pages = compare(t, CALL_DUMP_FREE_COUNT, 0);
    if (t->free_pages > EXHAUST_STEPS / MALLOC_PAGES)
        return;
    while (step(t, CALL_GET_FREE_PAGE, 0) != 0) {
    }
    alloc(t, CALL_GET_KERNEL_PAGE);
}

static void start_over(struct trace *t)
{
    t->held_count = 0;
    step(t, CALL_INIT, 0);
}

static void move(struct trace *t)
{
    uint64_t choice = choose_bytes(t, 1);
    if (choice < 80) {
        alloc(t, CALL_GET_FREE_PAGE);
    } else if (choice < 96) {
        alloc(t, CALL_GET_KERNEL_PAGE);
    } else if (choice < 160) {
        free_held(t, CALL_FREE_PAGE);
    } else if (choice < 176) {
        free_held(t, CALL_FREE_KERNEL_PAGE);
    } else if (choice < 208) {
        free_address(t, CALL_FREE_PAGE, choose_address(t));
    } else if (choice < 216) {
        free_address(t, CALL_FREE_KERNEL_PAGE, choose_address(t));
    } else if (choice < 218) {
        step(t, CALL_RESERVE_BELOW, MALLOC_START + choose_reserved_bytes(t));
    } else if (choice < 220) {
        step(t, CALL_RESERVE_ABOVE, MALLOC_END - choose_reserved_bytes(t));
    } else if (choice < 222) {
        step(t, choice % 2 ? CALL_RESERVE_BELOW : CALL_RESERVE_ABOVE, choose_address(t));
    } else if (choice < 226) {
        step(t, choice % 2 ? CALL_PA_TO_KVA : CALL_KVA_TO_PA, choose_bytes(t, 8));
    } else if (choice < 238) {
        for (uint64_t i = choose_bytes(t, 1); i != 0; i--)
            alloc(t, CALL_GET_FREE_PAGE);
    } else if (choice < 250) {
        for (uint64_t i = choose_bytes(t, 1); i != 0; i--)
            free_held(t, CALL_FREE_PAGE);
    } else if (choice < 252) {
        exhaust(t);
    } else if (choice < 254) {
        while (t->held_count != 0 && !is_over(t))
            free_address(t, CALL_FREE_PAGE, t->held[--t->held_count]);
    } else {
        start_over(t);
    }
}

bool trace_run(const struct contract *subject, const struct contract *reference, struct trace_input input,
               uint64_t calls, struct trace_report *report)
{
    static struct trace trace;
    struct trace *t = &trace;
    memset(t, 0, sizeof(*t));
    t->subject = subject;
    t->reference = reference;
    t->input = input;
    t->report = report;
    t->limit = calls;
    report->calls = 0;
    report->difference[0] = 0;

    start_over(t);
    while (!is_over(t))
        move(t);
    if (report->difference[0] == 0) {
        compare(t, CALL_DUMP_FREE_COUNT, 0);
        compare(t, CALL_TOTAL_COUNT, 0);
    }
    return report->difference[0] == 0;
}
