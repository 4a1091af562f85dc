/* SPDX-License-Identifier: MIT */
#include "beside.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accesses.h"
#include "guarded.h"
#include "layout/metadata.h"
#include "layout/tables.h"
#include "layout/window.h"

static struct beside here;
struct beside *beside = &here;
const char *beside_scene = "setup";

static void (*other_call)(void);
static uint64_t accesses, other_at, accesses_most;

_Noreturn void beside_failed(const char *what, uint64_t value)
{
    accesses_hook = NULL;
    fprintf(stderr, "%s, %" PRIu64 " frames, access %" PRIu64 ": %s: %" PRIu64 "\n", beside_scene,
            here.frames, accesses, what, value);
    exit(1);
}

/** An access that is not allowed: say where, relative to the metadata. */
static void outside(int signal, siginfo_t *info, void *context)
{
    char text[200];
    long distance = (long)((uintptr_t)info->si_addr - (uintptr_t)here.metadata);
    int length = snprintf(text, sizeof(text),
                          "%s, %" PRIu64 " frames, access %" PRIu64 ": touches byte %ld of %" PRIu64
                          " bytes of metadata\n",
                          beside_scene, here.frames, accesses, distance, here.metadata_bytes);
    (void)signal, (void)context;
    (void)!write(STDERR_FILENO, text, (size_t)length);
    _exit(1);
}

static void must(enum bitframe_status status, const char *what)
{
    if (status != BITFRAME_OK)
        beside_failed(what, (uint64_t)status);
}

/** Make the pool of @p map, and take all of it. */
static void open_map(const struct bitframe_map *map, uint32_t cpus, enum bitframe_policy policy,
                     int guarded_end)
{
    const struct bitframe_share_options options = {.policy = policy, .cpus = cpus};
    struct sigaction action = {.sa_sigaction = outside, .sa_flags = SA_SIGINFO};
    (void)sigaction(SIGSEGV, &action, NULL);
    (void)sigaction(SIGBUS, &action, NULL);
    here.held_count = 0;
    here.cpus = cpus;
    must(bitframe_map_get_metadata_bytes(map, &here.metadata_bytes), "setup: map");
    here.metadata = guarded_open(here.metadata_bytes, BITFRAME_METADATA_ALIGN, (enum guarded_end)guarded_end);
    must(bitframe_init_map(&here.pool, map, here.metadata, here.metadata_bytes), "setup: init");
    here.words = here.pool.frames.words;
    here.storage_bytes = bitframe_get_share_bytes(&here.pool, cpus);
    here.storage = guarded_open(here.storage_bytes, BITFRAME_SHARE_ALIGN, (enum guarded_end)guarded_end);
    must(bitframe_share(&here.shared, &here.pool, &options, here.storage, here.storage_bytes),
         "setup: share");
    if (bitframe_shared_alloc_range(here.shared, 1, 0, UINT64_MAX) != here.frames)
        beside_failed("setup: frames", here.frames);
}

void beside_open(uint64_t frames, enum bitframe_policy policy, int guarded_end)
{
    static struct bitframe_map_range range;
    struct bitframe_map map;
    here.frames = frames;
    must(bitframe_map_init(&map, &range, 1), "setup: map");
    must(bitframe_map_add(&map, BITFRAME_MAP_RAM, BASE, frames * FRAME), "setup: map");
    open_map(&map, CPUS, policy, guarded_end);
}

void beside_open_spans(uint64_t segments, uint32_t cpus, enum bitframe_policy policy)
{
    static struct bitframe_map_range ranges[SPANS_MAX];
    struct bitframe_map map;
    here.frames = 0;
    must(bitframe_map_init(&map, ranges, SPANS_MAX), "setup: map");
    for (uint64_t i = 0; i < segments; i++) {
        must(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(span_first(i)), span_frames(i) * FRAME),
             "setup: map");
        here.frames += span_frames(i);
    }
    open_map(&map, cpus, policy, GUARDED_ABOVE);
    if (here.pool.segment_count != segments)
        beside_failed("setup: segments", here.pool.segment_count);
}

void beside_close(void)
{
    guarded_close(here.metadata, here.metadata_bytes);
    guarded_close(here.storage, here.storage_bytes);
}

bool beside_holds(uint64_t frame)
{
    for (uint64_t i = 0; i < here.held_count; i++) {
        if (here.held[i] == frame)
            return true;
    }
    return false;
}

void beside_own(uint64_t pa, uint64_t frames)
{
    uint64_t first = (pa - BASE) / FRAME;
    if (pa < BASE || pa % FRAME != 0 || first + frames > here.frames)
        beside_failed("handed out what is no frame", pa);
    if (here.held_count + frames > HELD_MAX)
        beside_failed("handed out too many", frames);
    for (uint64_t frame = first; frame < first + frames; frame++) {
        if (beside_holds(frame))
            beside_failed("handed out twice", frame);
    }
    for (uint64_t frame = first; frame < first + frames; frame++)
        here.held[here.held_count++] = frame;
}

void beside_give_back(void)
{
    accesses_hook = NULL;
    while (here.held_count != 0) {
        uint64_t frame = here.held[--here.held_count];
        if (frame - here.free_first < here.free_frames)
            must(bitframe_shared_free(here.shared, 1, pa_of(frame)), "cannot be given back");
    }
}

static void accessed(const volatile void *address, unsigned bytes, enum access_kind kind)
{
    (void)address, (void)bytes;
    if (kind != ACCESS_ATOMIC_READ && kind != ACCESS_ATOMIC_WRITE && kind != ACCESS_ATOMIC_UPDATE)
        return;
    accesses++;
    if (accesses > accesses_most)
        beside_failed("does not come to an end within its bound", accesses_most);
    if (other_at != UINT64_MAX && accesses - 1 != other_at)
        return;
    if (!other_call)
        return;
    accesses_hook = NULL;
    other_call();
    accesses_hook = accessed;
}

static void run(void (*call)(void), void (*other)(void), uint64_t at, uint64_t most)
{
    other_call = other;
    other_at = at;
    accesses = 0;
    accesses_most = most;
    accesses_hook = accessed;
    call();
    accesses_hook = NULL;
}

bool beside_run_once(void (*call)(void), void (*other)(void), uint64_t at)
{
    run(call, other, at, UINT64_MAX);
    return accesses > at;
}

uint64_t beside_run_each(void (*call)(void), void (*other)(void), uint64_t most)
{
    run(call, other, UINT64_MAX, most);
    return accesses;
}
