/* SPDX-License-Identifier: MIT */
/*
 * stress.c - many threads on a small pool, so that they meet all the time
 *
 * Each thread takes and gives back frames in every way there is, at random. An owner table, one entry per
 * frame, is changed by an exchange at each take and free: it catches a frame that two hold. Tickets catch a
 * false "none": who has a ticket has one free frame coming to it at every instant, so a take that answers
 * "none" has lied. At the end everything is given back: counts must be exact, the pool sound, and every frame
 * to be had.
 *
 *     stress [OPTION=VALUE]...   threads, calls (of each thread), frames, seed, policy, flags, mix
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitframe/core.h>
#include <bitframe/map.h>

#include "../random.h"

#define FRAME BITFRAME_FRAME_BYTES
#define BASE  (UINT64_C(0x40000000) / FRAME)

enum { THREADS_MAX = 64, LIVE_MAX = 4096, FRAMES_MAX = 1 << 18, BULK = 100 };

enum mix { SINGLE, TICKETS, EVERYTHING, CACHES, MIXES };
static const char *const mix_names[MIXES] = {"single", "tickets", "everything", "caches"};

static struct {
    uint64_t threads, calls, frames, seed, policy, flags, mix;
} set = {.threads = 4, .calls = 200000, .frames = 3 * 512 + 100, .policy = BITFRAME_LOCAL, .mix = EVERYTHING};

static struct bitframe pool;
static _Atomic(uint8_t) owner[FRAMES_MAX]; /* thread + 1; 0: nobody */
static _Atomic(int64_t) tickets;
static _Atomic(uint64_t) nones, helds;

struct piece {
    uint64_t pa, frames;
};

static uint64_t random_below(uint64_t *state, uint64_t end)
{
    return next_random(state) % end;
}

struct worker {
    uint32_t number;
    uint64_t random;
    uint64_t live_count;
    struct piece live[LIVE_MAX];
    struct bitframe_core cache;
    uint64_t taken, refused;
};

_Noreturn static void fail(const char *what, uint64_t pa, uint64_t number)
{
    fprintf(stderr, "stress: %s: PA %#" PRIx64 ", %" PRIu64 " (mix %s, seed %" PRIu64 ")\n", what, pa, number,
            mix_names[set.mix], set.seed);
    exit(1);
}

static void own(struct worker *worker, uint64_t pa, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++) {
        uint64_t frame = pa / FRAME + i - BASE;
        if (pa == 0 || pa % FRAME != 0 || frame >= set.frames)
            fail("not a frame of the pool", pa, frame);
        uint8_t before =
            atomic_exchange_explicit(&owner[frame], (uint8_t)(worker->number + 1), memory_order_relaxed);
        if (before != 0)
            fail("held twice, the other one by thread", pa + i * FRAME, before - 1u);
    }
    worker->live[worker->live_count++] = (struct piece){.pa = pa, .frames = frames};
    worker->taken += frames;
}

static void disown(struct worker *worker, uint64_t pa, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++) {
        uint8_t before = atomic_exchange_explicit(&owner[pa / FRAME + i - BASE], 0, memory_order_relaxed);
        if (before != worker->number + 1)
            fail("not held any more, but by thread", pa + i * FRAME, before - 1u);
    }
}

static void must(enum bitframe_status status, const char *what, uint64_t pa)
{
    if (status != BITFRAME_OK)
        fail(what, pa, (uint64_t)status);
}

static struct piece forget(struct worker *worker)
{
    uint64_t i = random_below(&worker->random, worker->live_count);
    struct piece piece = worker->live[i];
    worker->live[i] = worker->live[--worker->live_count];
    disown(worker, piece.pa, piece.frames);
    return piece;
}

/** May a request for frames fail? One that has a ticket may not. */
static void none(struct worker *worker, enum bitframe_status status)
{
    if (status == BITFRAME_HELD)
        atomic_fetch_add(&helds, 1);
    else if (status == BITFRAME_NONE)
        atomic_fetch_add(&nones, 1);
    else
        fail("refused with a status that is not due", 0, (uint64_t)status);
    worker->refused++;
}

static void take_one(struct worker *worker)
{
    if (set.mix == TICKETS && atomic_fetch_sub(&tickets, 1) <= 0) {
        atomic_fetch_add(&tickets, 1);
        /* Nobody owes it a frame, but it may ask. */
        uint64_t left = bitframe_free_frames(&pool);
        if (left > set.frames)
            fail("more free frames than there are", 0, left);
        return;
    }
    uint64_t pa = bitframe_take_on(&pool, worker->number);
    if (pa != 0)
        own(worker, pa, 1);
    else if (set.mix == TICKETS)
        fail("a false \"none\"", 0, bitframe_free_frames(&pool));
    else
        none(worker, BITFRAME_NONE);
}

static void free_piece(struct worker *worker)
{
    struct piece piece = forget(worker);
    if (piece.frames == 1)
        must(bitframe_free_on(&pool, piece.pa, worker->number), "a free was refused", piece.pa);
    else
        must(bitframe_free_run(&pool, piece.pa, piece.frames), "a run's free was refused", piece.pa);
    if (set.mix == TICKETS)
        atomic_fetch_add(&tickets, 1);
}

static void take_run(struct worker *worker)
{
    static const uint64_t lengths[] = {1, 2, 7, 64, 65, 200, 512, 512, 512, 1024};
    struct bitframe_request request = {
        .frames = lengths[random_below(&worker->random, sizeof(lengths) / sizeof(lengths[0]))],
        .flags = random_below(&worker->random, 4) == 0 ? BITFRAME_HIGHEST : 0,
    };
    if (request.frames % 512 == 0 && random_below(&worker->random, 2) == 0)
        request.align = 512 * FRAME;
    uint64_t pa;
    enum bitframe_status status = bitframe_take_run(&pool, &request, &pa);
    if (status == BITFRAME_OK)
        own(worker, pa, request.frames);
    else
        none(worker, status);
}

static void claim(struct worker *worker)
{
    uint64_t frames = 1 + random_below(&worker->random, 130);
    uint64_t first = random_below(&worker->random, set.frames);
    enum bitframe_status status = bitframe_claim(&pool, (BASE + first) * FRAME, frames);
    if (status == BITFRAME_OK)
        own(worker, (BASE + first) * FRAME, frames);
    else if (status == BITFRAME_UNMANAGED ? first + frames <= set.frames
                                          : status != BITFRAME_IN_USE && status != BITFRAME_HELD)
        fail("a claim was refused with a status that is not due", (BASE + first) * FRAME, (uint64_t)status);
}

static void bulk(struct worker *worker)
{
    uint64_t pas[BULK], taken, freed;
    struct bitframe_request request = {
        .frames = 1 + random_below(&worker->random, BULK),
        .flags = (random_below(&worker->random, 2) == 0 ? BITFRAME_PARTIAL : 0u) |
                 (random_below(&worker->random, 4) == 0 ? BITFRAME_HIGHEST : 0u),
    };
    enum bitframe_status status = bitframe_take_bulk(&pool, &request, pas, &taken);
    if (status != BITFRAME_OK) {
        none(worker, status);
        return;
    }
    for (uint64_t i = 0; i < taken; i++) {
        own(worker, pas[i], 1);
        worker->live_count--;
    }
    for (uint64_t i = 0; i < taken; i++)
        disown(worker, pas[i], 1);
    must(bitframe_free_bulk(&pool, pas, taken, random_below(&worker->random, 2) ? BITFRAME_PARTIAL : 0,
                            &freed),
         "a bulk free was refused", pas[0]);
    if (freed != taken)
        fail("a bulk free freed fewer", pas[0], freed);
}

static void by_cache(struct worker *worker)
{
    uint64_t choice = random_below(&worker->random, 100);
    if (choice == 0) {
        bitframe_core_drain(&pool, &worker->cache);
    } else if (choice < 50 && worker->live_count < LIVE_MAX) {
        uint64_t pa;
        enum bitframe_status status = bitframe_core_take(&pool, &worker->cache, &pa);
        if (status == BITFRAME_OK)
            own(worker, pa, 1);
        else
            none(worker, status);
    } else if (worker->live_count != 0) {
        struct piece piece = forget(worker);
        if (piece.frames == 1)
            must(bitframe_core_free(&pool, &worker->cache, piece.pa), "a free was refused", piece.pa);
        else
            must(bitframe_free_run(&pool, piece.pa, piece.frames), "a run's free was refused", piece.pa);
    }
}

static void step(struct worker *worker)
{
    uint64_t choice = random_below(&worker->random, 100);
    bool has_room = worker->live_count < LIVE_MAX - 1;
    if (set.mix == CACHES && choice < 80) {
        by_cache(worker);
        return;
    }
    if (set.mix >= EVERYTHING && choice < 8 && has_room)
        take_run(worker);
    else if (set.mix >= EVERYTHING && choice < 10 && has_room)
        claim(worker);
    else if (set.mix >= EVERYTHING && choice < 14 && has_room)
        bulk(worker);
    else if (choice < 57 && has_room)
        take_one(worker);
    else if (worker->live_count != 0)
        free_piece(worker);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    if (set.mix == CACHES)
        must(bitframe_core_join(&pool, &worker->cache, worker->number), "a cache could not join", 0);
    for (uint64_t i = 0; i < set.calls; i++)
        step(worker);
    while (worker->live_count != 0)
        free_piece(worker);
    if (set.mix == CACHES)
        bitframe_core_leave(&pool, &worker->cache);
    return 0;
}

static void read_option(const char *argument)
{
    const struct {
        const char *name;
        uint64_t *value;
    } options[] = {{"threads", &set.threads}, {"calls", &set.calls},   {"frames", &set.frames},
                   {"seed", &set.seed},       {"policy", &set.policy}, {"flags", &set.flags}};
    const char *value = strchr(argument, '=');
    size_t length = value ? (size_t)(value - argument) : 0;
    for (size_t i = 0; value && i < sizeof(options) / sizeof(options[0]); i++) {
        if (strlen(options[i].name) == length && memcmp(argument, options[i].name, length) == 0) {
            *options[i].value = strtoull(value + 1, 0, 0);
            return;
        }
    }
    for (uint64_t i = 0; value && length == 3 && memcmp(argument, "mix", 3) == 0 && i < MIXES; i++) {
        if (strcmp(value + 1, mix_names[i]) == 0) {
            set.mix = i;
            return;
        }
    }
    fprintf(stderr, "stress: what is %s?\n", argument);
    exit(2);
}

static void *aligned(uint64_t bytes, uint64_t alignment)
{
    void *memory = aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (!memory)
        fail("no memory", 0, bytes);
    return memset(memory, 0xA5, bytes);
}

int main(int argc, char **argv)
{
    static struct worker workers[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    for (int i = 1; i < argc; i++)
        read_option(argv[i]);
    if (set.threads == 0 || set.threads > THREADS_MAX || set.frames == 0 || set.frames > FRAMES_MAX)
        fail("an option is out of range", 0, 0);

    uint64_t bytes = BITFRAME_METADATA_BYTES(BASE * FRAME, set.frames * FRAME);
    must(bitframe_init(&pool, BASE * FRAME, set.frames * FRAME, aligned(bytes, 64), bytes), "init", 0);
    struct bitframe_share_options options = {.policy = (enum bitframe_policy)set.policy,
                                             .cores = (uint32_t)set.threads,
                                             .flags = (uint32_t)set.flags};
    bytes = bitframe_share_bytes(&pool, options.cores);
    must(bitframe_share(&pool, &options, aligned(bytes, BITFRAME_SHARE_ALIGN), bytes), "share", 0);
    atomic_store(&tickets, (int64_t)set.frames);

    for (uint64_t i = 0; i < set.threads; i++) {
        workers[i].number = (uint32_t)i;
        workers[i].random = set.seed * THREADS_MAX + i + 1;
        if (pthread_create(&threads[i], 0, work, &workers[i]) != 0)
            fail("no thread", 0, i);
    }
    uint64_t taken = 0;
    for (uint64_t i = 0; i < set.threads; i++) {
        pthread_join(threads[i], 0);
        taken += workers[i].taken;
    }

    if (bitframe_free_frames(&pool) != set.frames)
        fail("the count is wrong at the end", 0, bitframe_free_frames(&pool));
    enum bitframe_invariant broken = bitframe_check(&pool);
    if (broken != BITFRAME_SOUND)
        fail(bitframe_invariant_name(broken), 0, 0);
    must(bitframe_unshare(&pool), "unshare", 0);
    broken = bitframe_check(&pool);
    if (broken != BITFRAME_SOUND)
        fail(bitframe_invariant_name(broken), 0, 1);
    for (uint64_t i = 0; i < set.frames; i++) {
        if (bitframe_take(&pool) != (BASE + i) * FRAME)
            fail("lost", (BASE + i) * FRAME, i);
    }
    printf("%s: %" PRIu64 " threads, %" PRIu64 " calls, %" PRIu64 " frames taken, %" PRIu64
           " times none, %" PRIu64 " times held\n",
           mix_names[set.mix], set.threads, set.threads * set.calls, taken, atomic_load(&nones),
           atomic_load(&helds));
    return 0;
}
