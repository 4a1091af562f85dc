/* SPDX-License-Identifier: MIT */
/*
 * selfcheck.c - are the contenders right, and do the benchmarks start from where they say?
 *
 * A benchmark of a wrong allocator is worth nothing. The flat searches from the start must answer exactly as
 * bitframe does; the buddy and the searches from a hint must never hand out a frame twice, or one that they
 * do not have. A contender that is wrong on purpose must be caught.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "buddy.h"
#include "flat.h"

enum { FRAMES = 32 * BUDDY_LARGEST, FIRST_PA = 0x40000000 };

typedef uint64_t alloc_fn(void *);
typedef void free_fn(void *, uint64_t);

struct checked {
    const char *name;
    alloc_fn *alloc;
    free_fn *give_back;
    void *of;
};

static uint64_t random_state = 1;

static uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

/** Allocate and free at random, mostly the one or mostly the other for a while. Is every answer possible? */
static bool hands_out_once(const struct checked *allocator)
{
    static uint64_t held[FRAMES];
    static uint8_t is_held[FRAMES];
    uint64_t count = 0;
    for (uint64_t i = 0; i < FRAMES; i++)
        is_held[i] = 0;
    for (uint64_t i = 0; i < 40 * (uint64_t)FRAMES; i++) {
        bool mostly_alloc = i / FRAMES % 2 == 0;
        if (random_below(4) != 0 ? mostly_alloc : !mostly_alloc) {
            uint64_t pa = allocator->alloc(allocator->of);
            if (pa == 0 && count == FRAMES)
                continue;
            uint64_t frame = (pa - FIRST_PA) / BITFRAME_FRAME_BYTES;
            if (pa % BITFRAME_FRAME_BYTES != 0 || frame >= FRAMES || is_held[frame])
                return false;
            is_held[frame] = 1;
            held[count++] = pa;
        } else if (count != 0) {
            uint64_t which = random_below(count);
            uint64_t pa = held[which];
            held[which] = held[--count];
            is_held[(pa - FIRST_PA) / BITFRAME_FRAME_BYTES] = 0;
            allocator->give_back(allocator->of, pa);
        }
    }
    while (count != 0)
        allocator->give_back(allocator->of, held[--count]);
    return true;
}

static uint64_t alloc_buddy(void *of)
{
    return buddy_alloc(of);
}

static void free_buddy(void *of, uint64_t pa)
{
    buddy_free(of, pa);
}

/* Frees the neighbour as well, now and then. */
static void free_too_much(void *of, uint64_t pa)
{
    buddy_free(of, pa);
    if (pa % (64 * BITFRAME_FRAME_BYTES) == 0)
        buddy_free(of, pa + BITFRAME_FRAME_BYTES);
}

static uint64_t alloc_flat_hint(void *of)
{
    return flat_hint_alloc_c(of);
}

static void free_flat(void *of, uint64_t pa)
{
    flat_free(of, pa);
}

/* What alloc_flat_both() asks: a flat map and the pool beside it. */
struct both {
    struct flat flat;
    struct bitframe pool;
};

static uint64_t alloc_both(void *of)
{
    struct both *both = of;
    uint64_t pa = flat_alloc_c(&both->flat);
    return pa == bitframe_alloc(&both->pool) ? pa : 1;
}

static void free_both(void *of, uint64_t pa)
{
    struct both *both = of;
    flat_free(&both->flat, pa);
    (void)bitframe_free(&both->pool, pa);
}

static void *memory(uint64_t bytes)
{
    void *at = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!at)
        exit(2);
    return at;
}

/** Of the pairs of the last round, how many got the frame just freed, after @p rounds of the held frames? */
static double settled(unsigned rounds)
{
    static struct bitframe pool;
    static uint64_t held[FRAMES];
    uint64_t bytes = BITFRAME_METADATA_BYTES(0, FRAMES * BITFRAME_FRAME_BYTES) + 64;
    void *metadata = memory(bytes);
    if (bitframe_init(&pool, FIRST_PA, FRAMES * BITFRAME_FRAME_BYTES, metadata, bytes) != BITFRAME_OK)
        return 0;
    for (uint64_t i = 0; i < FRAMES; i++)
        held[i] = bitframe_alloc(&pool);
    uint64_t count = FRAMES;
    while (count > FRAMES / 2) {
        uint64_t which = random_below(count);
        (void)bitframe_free(&pool, held[which]);
        held[which] = held[--count];
    }
    uint64_t same = 0;
    for (unsigned round = 0; round < rounds; round++) {
        same = 0;
        for (uint64_t i = 0; i < count; i++) {
            uint64_t which = random_below(count);
            uint64_t pa = held[which];
            (void)bitframe_free(&pool, pa);
            held[which] = bitframe_alloc(&pool);
            same += held[which] == pa;
        }
    }
    free(metadata);
    return (double)same / (double)count;
}

static unsigned failures;

static void expect(const char *what, bool is_so)
{
    printf("%s  %s\n", is_so ? "ok  " : "FAIL", what);
    failures += !is_so;
}

int main(void)
{
    static struct buddy buddy;
    static struct flat flat;
    static struct both both;

    buddy_init(&buddy, memory(buddy_bytes(FRAMES)), FIRST_PA, FRAMES);
    expect("a fresh buddy is sound", buddy_is_sound(&buddy));
    const struct checked buddies = {"buddy", alloc_buddy, free_buddy, &buddy};
    expect("the buddy hands out each frame once", hands_out_once(&buddies));
    expect("and merges all of them again",
           buddy_is_sound(&buddy) && buddy.head[BUDDY_ORDERS - 1] != UINT32_MAX &&
               buddy.free_frames == FRAMES && buddy_alloc_order(&buddy, BUDDY_ORDERS - 1) != 0);
    unsigned blocks = 1;
    while (buddy_alloc_order(&buddy, BUDDY_ORDERS - 1) != 0)
        blocks++;
    expect("into its largest blocks", blocks == FRAMES / BUDDY_LARGEST && buddy.free_frames == 0);

    buddy_init(&buddy, buddy.next, FIRST_PA, FRAMES);
    (void)buddy_alloc(&buddy);
    buddy.order[1] = 0;
    expect("a lost block is noticed", !buddy_is_sound(&buddy));
    buddy_init(&buddy, buddy.next, FIRST_PA, FRAMES);
    const struct checked wrong = {"wrong buddy", alloc_buddy, free_too_much, &buddy};
    expect("a buddy that frees too much is noticed", !hands_out_once(&wrong));

    flat_init(&flat, memory(flat_bytes(FRAMES)), FIRST_PA, FRAMES);
    const struct checked hinted = {"flat hint", alloc_flat_hint, free_flat, &flat};
    expect("the search from a hint hands out each frame once", hands_out_once(&hinted));
    expect("and finds all of them free", flat_count_c(&flat) == FRAMES);

    uint64_t bytes = BITFRAME_METADATA_BYTES(FIRST_PA, FRAMES * BITFRAME_FRAME_BYTES);
    flat_init(&both.flat, memory(flat_bytes(FRAMES)), FIRST_PA, FRAMES);
    (void)bitframe_init(&both.pool, FIRST_PA, FRAMES * BITFRAME_FRAME_BYTES, memory(bytes), bytes);
    const struct checked lowest = {"flat and bitframe", alloc_both, free_both, &both};
    expect("the flat search answers as bitframe does", hands_out_once(&lowest));

    double start = settled(1);
    double end = settled(12);
    printf(
        "      of the pairs, %.2f %% got the frame just freed in the first round, %.2f %% in the twelfth\n",
        100 * start, 100 * end);
    expect("churning packs the low memory", start < 0.6 && end > 0.99);
    return failures != 0;
}
