/* SPDX-License-Identifier: MIT */
/*
 * histories.c - what threads get out of a tiny pool, and whether a set of free frames could have said the
 * same
 *
 * Two to four threads make a few calls each on a pool of 2 to 6 frames, which are in one word, in two, in
 * words of their own or in groups of their own. Each call takes a stamp before and after. Then linear.c looks
 * for an order of the calls that explains all answers and what is free in the end. A thread may free any
 * frame, whoever allocated it: the pool answers for that too.
 *
 *     histories [HISTORIES [SEED [THREADS]]]
 */
#include <bitframe/check.h>

#include <inttypes.h>
#include <stdio.h>

#include "cpu.h"
#include "guarded.h"
#include "huge_calls.h"
#include "layout/levels.h"
#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"
#include "linear.h"
#include "shared/slots.h"
#include "stress.h"

enum {
    THREADS = 4,
    CALLS_MAX = 8,  /* of a thread */
    TINY_MAX = 6,   /* frames */
    PER_POOL = 500, /* histories */
    OVERLAPS_PER_MILLE =
        10, /* histories in a thousand that must have calls that overlap, or nothing was shown */
};

static struct bitframe tiny;
struct bitframe_shared *shared;        /* of it */
static uint64_t frames;                /* of the pool */
static uint64_t numbers[TINY_MAX];     /* of its frames, ascending */
static bool is_next_in_word[TINY_MAX]; /* is the one behind next to it, in the same word? */
static struct worker workers[THREADS]; /* for their random numbers, and for shake.c */
static struct linear_call calls[THREADS][CALLS_MAX];
static uint64_t call_counts[THREADS]; /* in the history under way */
static _Atomic(uint64_t) stamp, busy;
static bool is_over;
static bool is_begun;
static uint64_t thread_count = THREADS, seed = 1, set_histories;

_Noreturn void fail(const char *what, uint64_t pa, uint64_t number)
{
    fprintf(stderr, "histories: %s: PA %#" PRIx64 ", %" PRIu64 " (seed %" PRIu64 ")\n", what, pa, number,
            seed);
    exit(1);
}

/* A pool. */

static void make_tiny(uint64_t *random)
{
    static struct bitframe_map_range ranges[TINY_MAX];
    static void *metadata, *storage;
    static uint64_t metadata_bytes, storage_bytes, times;
    struct bitframe_map map;
    static const uint64_t distances[] = {1, 1, 64, 4096};
    uint64_t layout = random_below(random, 4);
    uint64_t first = layout == 1 ? 61 : 0;
    frames = 2 + random_below(random, TINY_MAX - 1);
    must(bitframe_map_init(&map, ranges, TINY_MAX), "a map", 0);
    for (uint64_t i = 0; i < frames; i++) {
        numbers[i] = BASE + first + i * distances[layout];
        is_next_in_word[i] = i + 1 < frames && distances[layout] == 1 && (numbers[i] + 1) % 64 != 0;
        must(bitframe_map_add(&map, BITFRAME_MAP_RAM, numbers[i] * FRAME, FRAME), "a map", 0);
    }
    enum guarded_end end = times++ % 2 == 0 ? GUARDED_ABOVE : GUARDED_BELOW;
    if (metadata) {
        guarded_close(metadata, metadata_bytes);
        guarded_close(storage, storage_bytes);
    }
    must(bitframe_map_get_metadata_bytes(&map, &metadata_bytes), "a map", 0);
    metadata = guarded_open(metadata_bytes, BITFRAME_METADATA_ALIGN, end);
    must(bitframe_init_map(&tiny, &map, metadata, metadata_bytes), "init", 0);
    storage_bytes = bitframe_get_share_bytes(&tiny, THREADS);
    storage = guarded_open(storage_bytes, BITFRAME_SHARE_ALIGN, end);
    struct bitframe_share_options options = {.policy = (enum bitframe_policy)random_below(random, 2),
                                             .cpus = THREADS};
    must(bitframe_share(&shared, &tiny, &options, storage, storage_bytes), "share", 0);
}

/** The free frames, a bit each, while nobody calls. */
static uint32_t free_set(void)
{
    uint32_t free = 0;
    for (uint64_t i = 0; i < frames; i++) {
        if (levels_test(&tiny, &tiny.frames, pool_bit(&tiny, numbers[i])))
            free |= UINT32_C(1) << i;
    }
    return free;
}

/* Calls. */

static uint32_t index_of(uint64_t pa)
{
    for (uint64_t i = 0; i < frames; i++) {
        if (numbers[i] * FRAME == pa)
            return (uint32_t)i;
    }
    fail("not a frame of the pool", pa, 0);
}

/**
 * Allocate a frame. "Busy" says nothing and is no call: take again then. So is a 0, which does not say which it
 * is, if that many frames came back meanwhile.
 */
static enum linear_kind alloc(struct worker *worker, struct linear_call *call)
{
    struct bitframe_request request = {.frames = 1};
    uint64_t pa = 0, allocated, sum;
    enum bitframe_status status;
    uint64_t way = random_below(&worker->random, 8);
    if (way == 0)
        request.flags = BITFRAME_HIGHEST;
    do {
        call->begin = atomic_fetch_add(&stamp, 1);
        sum = bitframe_sum_of_frees(shared);
        if (way < 2)
            status = shared_alloc_run(shared, worker->cpu, &request, &pa);
        else if (way == 2)
            status = bitframe_shared_alloc_bulk(shared, worker->cpu, &request, &pa, &allocated);
        else if ((pa = bitframe_shared_alloc(shared, worker->cpu)) != 0)
            status = BITFRAME_OK;
        else
            status = bitframe_sum_of_frees(shared) - sum < LOOKS ? BITFRAME_NONE : BITFRAME_BUSY;
        busy += status == BITFRAME_BUSY;
    } while (status == BITFRAME_BUSY);
    if (status == BITFRAME_NONE)
        return LINEAR_NONE;
    call->frame = index_of(pa);
    return LINEAR_ALLOC;
}

static enum linear_kind give_back(struct worker *worker, uint32_t frame)
{
    uint64_t pa = numbers[frame] * FRAME;
    uint64_t freed;
    enum bitframe_status status;
    switch (random_below(&worker->random, 8)) {
    case 0: status = shared_free_run(shared, worker->cpu, pa, 1); break;
    case 1: status = bitframe_shared_free_bulk(shared, worker->cpu, &pa, 1, 0, &freed); break;
    default: status = bitframe_shared_free(shared, worker->cpu, pa); break;
    }
    if (status != BITFRAME_OK && status != BITFRAME_DOUBLE_FREE)
        fail("a free was refused with a status that is not due", pa, (uint64_t)status);
    return status == BITFRAME_OK ? LINEAR_FREE : LINEAR_DOUBLE_FREE;
}

static enum linear_kind claim(struct worker *worker, uint32_t frame)
{
    enum bitframe_status status = bitframe_shared_alloc_at(shared, worker->cpu, numbers[frame] * FRAME, 2);
    if (status != BITFRAME_OK && status != BITFRAME_IN_USE)
        fail("a claim was refused with a status that is not due", numbers[frame] * FRAME, (uint64_t)status);
    return status == BITFRAME_OK ? LINEAR_CLAIM : LINEAR_IN_USE;
}

static void make_call(struct worker *worker, struct linear_call *call)
{
    uint64_t choice = random_below(&worker->random, 100);
    call->frame = (uint32_t)random_below(&worker->random, frames);
    call->begin = atomic_fetch_add(&stamp, 1);
    if (choice < 10 && is_next_in_word[call->frame])
        call->kind = claim(worker, call->frame);
    else if (choice < 55)
        call->kind = alloc(worker, call);
    else
        call->kind = give_back(worker, call->frame);
    call->end = atomic_fetch_add(&stamp, 1);
}

/* Histories. */

static uint64_t histories, overlapping, deferred, nones;

static void print_history(const struct linear_call *all, uint64_t count, uint32_t before, uint32_t after)
{
    static const char *const names[] = {"alloc", "none", "free", "double free", "claim", "in use"};
    fprintf(stderr, "free before %#x, after %#x\n", (unsigned)before, (unsigned)after);
    for (uint64_t i = 0; i < count; i++)
        fprintf(stderr, "%6" PRIu64 " %6" PRIu64 "  %s %u\n", all[i].begin, all[i].end, names[all[i].kind],
                (unsigned)all[i].frame);
}

/** Do two calls of different threads overlap? */
static bool has_overlap(void)
{
    for (int a = 0; a < THREADS; a++) {
        for (int b = 0; b < a; b++) {
            uint64_t i = 0, j = 0;
            while (i < call_counts[a] && j < call_counts[b]) {
                if (calls[a][i].end < calls[b][j].begin)
                    i++;
                else if (calls[b][j].end < calls[a][i].begin)
                    j++;
                else
                    return true;
            }
        }
    }
    return false;
}

static void check_history(uint32_t before)
{
    struct linear_call all[THREADS * CALLS_MAX];
    uint64_t count = 0;
    uint32_t after = free_set();
    for (int i = 0; i < THREADS; i++) {
        for (uint64_t j = 0; j < call_counts[i]; j++) {
            nones += calls[i][j].kind == LINEAR_NONE;
            all[count++] = calls[i][j];
        }
    }
    histories++;
    overlapping += has_overlap();
    if (linear_check(all, count, before, after, LINEAR_STRICT))
        return;
    deferred++;
    if (linear_check(all, count, before, after, LINEAR_DEFERRED))
        return;
    print_history(all, count, before, after);
    fail("no order of these calls explains their answers", 0, histories);
}

/** How many calls each thread is to make: two to four of them, 4 to 8 each. */
static void plan(uint64_t *random)
{
    uint64_t threads = 2 + random_below(random, thread_count - 1);
    for (uint64_t i = 0; i < THREADS; i++)
        call_counts[i] = i < threads ? 4 + random_below(random, CALLS_MAX - 3) : 0;
}

/** What the first thread does between histories, while the others wait. */
static void prepare(uint64_t *random)
{
    static uint32_t before;
    if (histories != 0 || is_begun)
        check_history(before);
    is_begun = true;
    is_over = histories == set_histories;
    if (histories % PER_POOL == 0) {
        enum bitframe_invariant broken = histories != 0 ? bitframe_shared_check(shared) : BITFRAME_SOUND;
        if (broken != BITFRAME_SOUND)
            fail(bitframe_get_invariant_name(broken), 0, histories);
        make_tiny(random);
    }
    plan(random);
    before = free_set();
}

static void work(uint64_t self)
{
    static uint64_t paths[THREADS][SHAKEN_PATHS];
    struct worker *worker = &workers[self];
    uint64_t random = seed * 2 + 1;
    shake_join(paths[self]);
    for (;;) {
        team_meet();
        if (self == 0)
            prepare(&random);
        team_meet();
        if (is_over)
            return;
        for (uint64_t i = 0; i < call_counts[self]; i++)
            make_call(worker, &calls[self][i]);
    }
}

int main(int argc, char **argv)
{
    int status;
    if (is_question_for_lse(argc, argv, &status))
        return status;
    set_histories = argc > 1 ? strtoull(argv[1], 0, 0) : 10000;
    seed = argc > 2 ? strtoull(argv[2], 0, 0) : 1;
    thread_count = argc > 3 ? strtoull(argv[3], 0, 0) : THREADS;
    if (thread_count < 2 || thread_count > THREADS)
        fail("2 to 4 threads", 0, thread_count);
    shake_begin(is_scheduled ? 3 : 16, seed); /* one access in so many */
    for (uint32_t i = 0; i < THREADS; i++)
        workers[i] = (struct worker){.id = i, .cpu = i, .random = seed * THREADS + i + 1};
    team_run(thread_count, work);
    printf("histories%s: " INSTRUCTIONS ", seed %" PRIu64 ": %" PRIu64 " histories, %" PRIu64
           " with calls that overlap, %" PRIu64 " times none, %" PRIu64 " times busy, %" PRIu64
           " explained by a deferred free only\n",
           is_scheduled ? ", scheduled"
           : is_shaken  ? ", shaken"
                        : "",
           seed, histories, overlapping, nones, atomic_load(&busy), deferred);
    /* Calls that nothing holds up may be over before the next thread has begun. */
    if ((is_shaken && overlapping * 1000 < histories * OVERLAPS_PER_MILLE) || nones == 0)
        fail("too little has met", 0, overlapping);
    return 0;
}
