/* SPDX-License-Identifier: MIT */
/*
 * wide.c - accesses of calls on pools of many segments, for many CPUs
 *
 * 1 to 4096 segments, ragged at both ends, for 2 to 4096 CPUs, under both policies: with nothing free, with a
 * frame of the last segment, with a frame of each, and with all of it. Each call is counted, granted and
 * refused, and compared with the bounds of docs/concurrency.md.
 *
 *     wide [quick]   quick: fewer segments and CPUs
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "beside.h"
#include "bounds.h"
#include "guarded.h"

#define SHARED (beside->shared)

enum { MANY = 4096 };

static enum bitframe_status status;
static uint64_t pas[MANY + 1], frames_got, run_frames;

/* The calls. */

static void alloc(void)
{
    pas[0] = bitframe_shared_alloc(SHARED, 0);
    frames_got = run_frames = pas[0] != 0;
    status = pas[0] != 0 ? BITFRAME_OK : BITFRAME_NONE;
}

static void alloc_run(uint64_t frames, uint64_t align, uint32_t flags)
{
    const struct bitframe_request request = {
        .frames = frames, .align = align, .max_pa = pa_of(SPANS_MAX * APART), .flags = flags};
    status = bitframe_shared_alloc_run(SHARED, 0, &request, pas);
    run_frames = frames;
    frames_got = status == BITFRAME_OK;
}

static void lowest(void)
{
    alloc_run(1, 0, 0);
}

static void highest(void)
{
    alloc_run(1, 0, BITFRAME_HIGHEST);
}

static void run_of_3(void)
{
    alloc_run(3, 2 * FRAME, 0);
}

static void run_of_200(void)
{
    alloc_run(200, 0, BITFRAME_HIGHEST);
}

static void huges(void)
{
    alloc_run(2 * HUGE, HUGE * FRAME, 0);
}

static void alloc_2_mib(void)
{
    const struct bitframe_request request = {.frames = HUGE, .align = HUGE * FRAME};
    status = bitframe_shared_alloc_run(SHARED, 0, &request, pas);
    run_frames = HUGE;
    frames_got = status == BITFRAME_OK;
}

static void bulk(uint64_t frames, uint32_t flags)
{
    const struct bitframe_request request = {.frames = frames, .flags = flags};
    status = bitframe_shared_alloc_bulk(SHARED, 0, &request, pas, &frames_got);
    run_frames = 1;
}

static void bulk_64(void)
{
    bulk(64, 0);
}

static void bulk_many(void)
{
    bulk(MANY, 0);
}

static void bulk_more(void)
{
    bulk(MANY + 1, 0);
}

static void up_to_64(void)
{
    bulk(64, BITFRAME_PARTIAL);
}

static void highest_64(void)
{
    bulk(64, BITFRAME_PARTIAL | BITFRAME_HIGHEST);
}

static const struct {
    const char *name;
    void (*call)(void);
    enum bounded kind;
} calls[] = {
    {"alloc", alloc, BOUNDED_ALLOC},
    {"the lowest below a limit", lowest, BOUNDED_RUN},
    {"the highest", highest, BOUNDED_RUN},
    {"a run of 3, aligned", run_of_3, BOUNDED_RUN},
    {"a run of 200", run_of_200, BOUNDED_LONG_RUN},
    {"2 huge frames", huges, BOUNDED_RUN},
    {"2 MiB", alloc_2_mib, BOUNDED_HUGE},
    {"a bulk alloc of 64", bulk_64, BOUNDED_BULK},
    {"a bulk alloc of 4096", bulk_many, BOUNDED_BULK},
    {"a bulk alloc of 4097", bulk_more, BOUNDED_BULK_MORE},
    {"up to 64", up_to_64, BOUNDED_PARTIAL},
    {"up to 64, the highest", highest_64, BOUNDED_PARTIAL},
};
enum { CALLS = sizeof(calls) / sizeof(*calls) };

/* Of each call and outcome the one that came nearest to its bound. */
static struct {
    uint64_t accesses, bound, segments, cpus;
} nearest[CALLS][OUTCOMES];

/** Words that the frames lie in which the last call got. */
static uint64_t words_got(void)
{
    uint64_t words = 0;
    for (uint64_t i = 0; i < frames_got; i++)
        words += i == 0 || pas[i] / FRAME / 64 != pas[i - 1] / FRAME / 64;
    return run_frames == 1 ? words : run_frames / 64 + 2;
}

static enum outcome play(size_t i, enum outcome refused_as)
{
    beside_scene = calls[i].name;
    uint64_t accesses = beside_run_each(calls[i].call, NULL, UINT64_MAX);
    enum outcome outcome = status == BITFRAME_OK ? GRANTED : refused_as;
    if (status != BITFRAME_OK && status != BITFRAME_NONE)
        beside_failed("refused otherwise", (uint64_t)status);
    uint64_t bound = bound_of(calls[i].kind, outcome, words_got());
    if (accesses * nearest[i][outcome].bound >= nearest[i][outcome].accesses * bound) {
        nearest[i][outcome].accesses = accesses;
        nearest[i][outcome].bound = bound;
        nearest[i][outcome].segments = beside->pool.segment_count;
        nearest[i][outcome].cpus = beside->cpus;
    }
    if (accesses > bound)
        beside_failed("accesses, too many", accesses);
    return outcome;
}

static void give_back(void)
{
    for (uint64_t i = 0; i < frames_got; i++) {
        if (bitframe_shared_free_run(SHARED, 0, pas[i], run_frames) != BITFRAME_OK)
            beside_failed("cannot be given back", pas[i]);
    }
}

/** A frame comes and goes that is held, so that no refusal holds. */
static void refusals_lapse(void)
{
    uint64_t held = pa_of(span_first(0));
    if (bitframe_shared_free(SHARED, 1, held) != BITFRAME_OK ||
        bitframe_shared_alloc_at(SHARED, 0, held, 1) != BITFRAME_OK)
        beside_failed("setup: the first frame", held);
}

/** Each call in the state that there is: the first time, and again if it was refused. */
static void play_all(bool is_allocated)
{
    for (size_t i = 0; i < CALLS; i++) {
        if (is_allocated)
            refusals_lapse();
        if (play(i, REFUSED) == GRANTED)
            give_back();
        else if (play(i, REFUSED_AGAIN) == GRANTED)
            beside_failed("granted the second time", 0);
    }
    /* Beside many refusals, and by what takes turn by turn until there is nothing. */
    uint64_t allocs = 0;
    while (play(0, REFUSED) == GRANTED && ++allocs < 3 * beside->pool.segment_count) {
    }
    (void)bitframe_shared_alloc_range(SHARED, 0, 0, UINT64_MAX);
}

static void must_free(uint64_t first, uint64_t frames)
{
    if (bitframe_shared_free_run(SHARED, 0, pa_of(first), frames) != BITFRAME_OK)
        beside_failed("setup: cannot free", first);
}

static void play_pool(uint64_t segments, uint32_t cpus, enum bitframe_policy policy)
{
    beside_open_spans(segments, cpus, policy);
    play_all(true);
    must_free(span_first(segments - 1) + span_frames(segments - 1) - 1, 1);
    play_all(segments > 1);
    for (uint64_t i = 1; i < segments; i++)
        must_free(span_first(i) + span_frames(i) / 2, 1);
    play_all(true);
    for (uint64_t i = 0; i < segments; i++)
        must_free(span_first(i), span_frames(i));
    play_all(false);
    beside_close();
}

int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    static const uint64_t segments[] = {1, 3, 64, 500, SPANS_MAX};
    static const uint32_t cpus[] = {2, 64, 256, 4096};
    for (int policy = BITFRAME_LOWEST; policy <= BITFRAME_LOCAL; policy++) {
        memset(nearest, 0, sizeof(nearest));
        for (size_t s = 0; s < sizeof(segments) / sizeof(*segments) - quick; s++) {
            for (size_t c = 0; c < sizeof(cpus) / sizeof(*cpus); c += quick ? 3 : 1)
                play_pool(segments[s], cpus[c], (enum bitframe_policy)policy);
        }
        for (size_t i = 0; i < CALLS; i++) {
            for (int o = 0; o < OUTCOMES; o++) {
                if (nearest[i][o].bound != 0)
                    printf("%-7s %-26s %-14s %9" PRIu64 " accesses, at most %9" PRIu64 ", %4" PRIu64
                           " segments, %4" PRIu64 " CPUs%s\n",
                           policy == BITFRAME_LOCAL ? "local" : "lowest", calls[i].name, outcome_names[o],
                           nearest[i][o].accesses, nearest[i][o].bound, nearest[i][o].segments,
                           nearest[i][o].cpus, nearest[i][o].accesses > nearest[i][o].bound ? " !!!!!!" : "");
            }
        }
    }
    return 0;
}
