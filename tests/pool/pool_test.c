/* SPDX-License-Identifier: MIT */
/* pool_test.c - what a pool accepts, refuses, and looks like inside. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/platform.h>

#include "bytemap.h"
#include "core/cursor.h"
#include "core/frame.h"
#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/metadata.h"
#include "layout/window.h"
#include "random.h"
#include "test_pool.h"

static struct bitframe pool;
static struct guarded metadata;

/** A pool of @p frames frames from frame @p first on, all free. */
static void make_pool(uint64_t first, uint64_t frames)
{
    guarded_plain_pool(&pool, &metadata, first * FRAME, frames * FRAME);
}

/* init */

Test(pool_init, refuses_bad_arguments)
{
    const struct {
        uint64_t first_pa, bytes;
    } ranges[] = {
        {0x1000, 0},                              /* nothing */
        {0x1000, 0xFFF},                          /* no whole frame */
        {0x1800, 0x1000},                         /* none between two cuts either */
        {0, 0x1000},                              /* only frame 0 */
        {0, 0x1FFF},                              /* and part of the next */
        {UINT64_MAX, 2},                          /* wraps */
        {UINT64_MAX - 0xFFE, 0x2000},             /* wraps over whole frames */
        {0x1000, UINT64_MAX},                     /* wraps to itself */
        {0x1000, (BITFRAME_FRAMES_MAX + 1) << 12} /* one too many */
    };
    memset(&pool, 0xA5, sizeof(pool));
    struct bitframe before = pool;
    char *memory = guarded_renew(&metadata, BITFRAME_METADATA_ALIGN, BITFRAME_METADATA_ALIGN);
    for (size_t i = 0; i < COUNT(ranges); i++)
        cr_expect_eq(bitframe_init(&pool, ranges[i].first_pa, ranges[i].bytes, memory, UINT64_MAX),
                     BITFRAME_INVALID, "range %zu", i);
    cr_expect_eq(bitframe_init(NULL, 0x1000, 0x1000, memory, UINT64_MAX), BITFRAME_INVALID);
    cr_expect_eq(bitframe_init(&pool, 0x1000, 0x1000, NULL, UINT64_MAX), BITFRAME_INVALID);
    for (uintptr_t off = 1; off < BITFRAME_METADATA_ALIGN; off++)
        cr_expect_eq(bitframe_init(&pool, 0x1000, 0x1000, memory + off, UINT64_MAX - off), BITFRAME_INVALID,
                     "misaligned by %zu", (size_t)off);
    cr_expect_eq(memcmp(&before, &pool, sizeof(pool)), 0, "a refusal changes nothing");
}

Test(pool_init, refuses_too_little_metadata)
{
    const uint64_t frames[] = {1, 63, 64, 65, 512, 513, 70000, (UINT64_C(1) << 39) + 1, BITFRAME_FRAMES_MAX};
    memset(&pool, 0xA5, sizeof(pool));
    struct bitframe before = pool;
    char *memory = guarded_renew(&metadata, BITFRAME_METADATA_ALIGN, BITFRAME_METADATA_ALIGN);
    for (size_t i = 0; i < COUNT(frames); i++) {
        struct bitframe_map map;
        struct bitframe_map_range range;
        uint64_t needed = 0;
        bitframe_map_init(&map, &range, 1);
        bitframe_map_add(&map, BITFRAME_MAP_RAM, FRAME, frames[i] * FRAME);
        cr_assert_eq(bitframe_map_get_metadata_bytes(&map, &needed), BITFRAME_OK);
        cr_expect_leq(needed, BITFRAME_METADATA_BYTES(FRAME, frames[i] * FRAME));
        cr_expect_eq(bitframe_init(&pool, 0x1000, frames[i] * FRAME, memory, needed - 1), BITFRAME_NO_ROOM);
        cr_expect_eq(bitframe_init(&pool, 0x1000, frames[i] * FRAME, memory, 0), BITFRAME_NO_ROOM);
    }
    cr_expect_eq(memcmp(&before, &pool, sizeof(pool)), 0, "a refusal changes nothing");
}

Test(pool_init, rounds_inward)
{
    const struct {
        uint64_t first_pa, bytes, lowest, frames;
    } cases[] = {
        {0, 0x2000, 0x1000, 1}, /* frame 0 is never handed out */
        {1, 0x2FFF, 0x1000, 2},
        {0x1001, 0x2FFF, 0x2000, 2},
        {0x1FFF, 0x1001, 0x2000, 1},
        {0x200000, 0x200000, 0x200000, 512},
        {0x1FF000, 0x2000, 0x1FF000, 2},                                 /* across two lines */
        {UINT64_C(0x100000000000), 0x5000, UINT64_C(0x100000000000), 5}, /* frame numbers beyond 32 bits */
        {UINT64_MAX - 0x2FFF, 0x3000, UINT64_MAX - 0x2FFF, 3},           /* up to 2^64 */
        {UINT64_MAX - 0x2FFE, 0x2FFF, UINT64_MAX - 0x1FFF, 2},           /* and cut at its start */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        guarded_plain_pool(&pool, &metadata, cases[i].first_pa, cases[i].bytes);
        cr_expect_eq(bitframe_get_total_frames(&pool), cases[i].frames, "case %zu", i);
        cr_expect_eq(bitframe_get_free_frames(&pool), cases[i].frames, "case %zu", i);
        for (uint64_t f = 0; f < cases[i].frames; f++)
            cr_expect_eq(bitframe_alloc(&pool), cases[i].lowest + f * FRAME, "case %zu", i);
        cr_expect_eq(bitframe_alloc(&pool), 0);
        for (uint64_t f = cases[i].frames; f-- != 0;)
            cr_expect_eq(bitframe_free(&pool, cases[i].lowest + f * FRAME), BITFRAME_OK, "case %zu", i);
        ASSERT_SOUND(&pool);
    }
}

Test(pool_init, stays_within_its_metadata)
{
    for (uint64_t first = 1; first < 1200; first += 97) {
        for (uint64_t frames = 1; frames < 150000; frames = frames * 5 / 3 + 1) {
            make_pool(first, frames);
            cr_assert_eq(bitframe_alloc_range(&pool, 0, UINT64_MAX), frames);
            ASSERT_SOUND(&pool);
        }
    }
}

Test(pool_init, metadata_is_small)
{
    for (uint64_t frames = 1; frames <= BITFRAME_FRAMES_MAX; frames *= 2) {
        uint64_t bytes = BITFRAME_METADATA_BYTES(FRAME * 511, frames * FRAME);
        cr_expect_leq((double)bytes, 0.13 * (double)frames + 1152, "%" PRIu64 " frames", frames);
    }
}

/* free */

Test(pool_free, classifies_and_refuses_without_effect)
{
    make_pool(1000, 3000);
    for (int i = 0; i < 200; i++)
        bitframe_alloc(&pool);
    const struct {
        uint64_t pa;
        enum bitframe_status status;
    } cases[] = {
        {1200 * FRAME, BITFRAME_DOUBLE_FREE},
        {3999 * FRAME, BITFRAME_DOUBLE_FREE},
        {999 * FRAME, BITFRAME_UNMANAGED},  /* one below, though its line is the pool's */
        {4000 * FRAME, BITFRAME_UNMANAGED}, /* one above, likewise */
        {0, BITFRAME_UNMANAGED},
        {UINT64_MAX, BITFRAME_UNMANAGED},
        {1000 * FRAME - 1, BITFRAME_UNMANAGED},
        {4000 * FRAME + 1, BITFRAME_UNMANAGED},
        {1000 * FRAME + (UINT64_C(1) << 32), BITFRAME_UNMANAGED},
        {1000 * FRAME + (UINT64_C(1) << 44), BITFRAME_UNMANAGED},
        {1000 * FRAME + UINT64_C(0xFFFF000000000000), BITFRAME_UNMANAGED}, /* a virtual address */
        {1000 * FRAME + 1, BITFRAME_MISALIGNED},
        {1200 * FRAME + 8, BITFRAME_MISALIGNED},
        {3999 * FRAME + FRAME - 1, BITFRAME_MISALIGNED},
    };
    struct bitframe before = pool;
    char metadata_before[4096];
    cr_assert_leq(metadata.bytes, sizeof(metadata_before));
    memcpy(metadata_before, metadata.memory, metadata.bytes);
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(bitframe_free(&pool, cases[i].pa), cases[i].status, "case %zu", i);
        cr_expect_eq(memcmp(&before, &pool, sizeof(pool)), 0, "case %zu", i);
        cr_expect_eq(memcmp(metadata_before, metadata.memory, metadata.bytes), 0, "case %zu", i);
    }
    cr_expect_eq(bitframe_free(&pool, 1100 * FRAME), BITFRAME_OK);
    cr_expect_eq(bitframe_free(&pool, 1100 * FRAME), BITFRAME_DOUBLE_FREE);
    cr_expect_eq(bitframe_alloc(&pool), 1100 * FRAME);
}

/* Against the byte map */

static uint8_t bytes[300000];

/** Random calls on a pool of @p frames frames from frame @p first on and on a byte map. Returns calls
 * compared. */
static uint64_t compare_with_bytemap(uint64_t first, uint64_t frames, uint64_t *random, uint64_t calls)
{
    struct bytemap map;
    make_pool(first, frames);
    bytemap_init(&map, first * FRAME, frames, bytes);
    uint64_t end = first + frames;
    for (uint64_t i = 0; i < calls; i++) {
        uint64_t choice = next_random(random) % 64;
        uint64_t pa = (first + next_random(random) % frames) * FRAME;
        if (choice < 30) {
            cr_assert_eq(bitframe_alloc(&pool), bytemap_alloc(&map));
        } else if (choice < 60) {
            uint64_t before = bytemap_count(&map);
            bytemap_free_page(&map, pa);
            bool was_allocated = bytemap_count(&map) != before;
            cr_assert_eq(bitframe_free(&pool, pa), was_allocated ? BITFRAME_OK : BITFRAME_DOUBLE_FREE);
        } else {
            /* A range that begins below or in the pool and ends in or above it, cut anywhere. */
            uint64_t low = choice % 2 ? pa + next_random(random) % FRAME : 0;
            uint64_t high = low + next_random(random) % (frames * FRAME / 8 + 2);
            uint64_t allocated = 0;
            for (uint64_t f = first; f < end; f++) {
                if (f * FRAME < high && (f + 1) * FRAME > low && low < high && !bytes[f - first]) {
                    bytes[f - first] = 1;
                    allocated++;
                }
            }
            cr_assert_eq(bitframe_alloc_range(&pool, low, high), allocated, "[%#" PRIx64 ", %#" PRIx64 ")",
                         low, high);
        }
        cr_assert_eq(bitframe_get_free_frames(&pool), bytemap_count(&map));
    }
    ASSERT_SOUND(&pool);
    return calls;
}

Test(pool, equals_bytemap_on_any_geometry)
{
    uint64_t random = setting("BITFRAME_SEED", 4711);
    uint64_t pools = amount("BITFRAME_POOLS", 300);
    uint64_t compared = 0;
    printf("pool: seed %" PRIu64 "\n", random);
    for (uint64_t i = 0; i < pools; i++) {
        uint64_t first = 1 + next_random(&random) % (UINT64_C(1) << (next_random(&random) % 50));
        uint64_t frames = 1 + next_random(&random) % (UINT64_C(1) << (next_random(&random) % 14));
        compared += compare_with_bytemap(first, frames, &random, 400);
    }
    compared += compare_with_bytemap(77, 200000, &random, 100);
    printf("pool: %" PRIu64 " calls compared\n", compared);
}

Test(pool_alloc_range, edges)
{
    make_pool(1000, 3000);
    cr_expect_eq(bitframe_alloc_range(&pool, 0, 0), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, UINT64_MAX, 0), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, 1100 * FRAME, 1100 * FRAME), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, 1100 * FRAME + 5, 1100 * FRAME + 5), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, 0, 1000 * FRAME), 0);
    cr_expect_eq(bitframe_alloc_range(&pool, 4000 * FRAME, UINT64_MAX), 0);
    cr_expect_eq(bitframe_get_free_frames(&pool), 3000);
    cr_expect_eq(bitframe_alloc_range(&pool, 1100 * FRAME + 5, 1100 * FRAME + 6), 1);
    cr_expect_eq(bitframe_alloc_range(&pool, 1100 * FRAME, 1101 * FRAME), 0, "taken already");
    cr_expect_eq(bitframe_alloc_range(&pool, 1099 * FRAME + 4095, 1101 * FRAME + 1), 2, "two cut frames");
    cr_expect_eq(bitframe_alloc_range(&pool, 0, UINT64_MAX), 2997);
    cr_expect_eq(bitframe_alloc(&pool), 0);
    ASSERT_SOUND(&pool);
}

/* Large pools. Guarded memory that is not touched costs nothing. */

Test(pool_large, first_and_last_of_1_tib)
{
    const uint64_t frames = UINT64_C(1) << 28;
    make_pool(1, frames);
    cr_assert_eq(bitframe_alloc_range(&pool, 2 * FRAME, frames * FRAME), frames - 2);
    ASSERT_SOUND(&pool);
    for (int round = 0; round < 3; round++) {
        cr_assert_eq(bitframe_alloc(&pool), FRAME);
        cr_assert_eq(bitframe_alloc(&pool), frames * FRAME);
        cr_assert_eq(bitframe_alloc(&pool), 0);
        ASSERT_SOUND(&pool);
        cr_assert_eq(bitframe_free(&pool, frames * FRAME), BITFRAME_OK);
        cr_assert_eq(bitframe_free(&pool, FRAME), BITFRAME_OK);
        ASSERT_SOUND(&pool);
    }
}

/**
 * The largest pool there can be, 4 PiB: of 140 GB of metadata only the words are touched that stand for the
 * frames freed here, one at every power of two from either end.
 */
Test(pool_large, sparse_2_to_the_40_frames)
{
    const uint64_t first = 300, end = first + BITFRAME_FRAMES_MAX;
    uint64_t size = BITFRAME_METADATA_BYTES(first * FRAME, BITFRAME_FRAMES_MAX * FRAME);
    uint64_t *words = guarded_open(size, BITFRAME_METADATA_ALIGN, GUARDED_ABOVE);
    struct bitframe_map map;
    struct bitframe_map_range range;
    cr_assert_eq(bitframe_map_init(&map, &range, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, first * FRAME, BITFRAME_FRAMES_MAX * FRAME),
                 BITFRAME_OK);
    bitframe_lay_out(&pool, &map, words);
    pool.cursor = pool.frames.level[0] + pool.frames.words * 8; /* what nothing free looks like */
    pool.cursor_pa = 0;
    pool.cursor_words = 0;
    bitframe_window_move(&pool, first);
    cr_assert_eq(pool.frames.count, BITFRAME_LEVELS_MAX);
    cr_assert_leq((uint64_t)((uint64_t *)(void *)pool_reserved(&pool) - words) * 8, size);

    uint64_t freed = 0;
    for (unsigned bit = 0; bit < 40; bit++) {
        cr_assert_eq(bitframe_free(&pool, (end - (UINT64_C(1) << bit)) * FRAME), BITFRAME_OK);
        if (bit < 39)
            cr_assert_eq(bitframe_free(&pool, (first + (UINT64_C(1) << bit)) * FRAME), BITFRAME_OK);
        freed += bit < 39 ? 2 : 1;
        cr_assert_eq(bitframe_get_free_frames(&pool), freed);
    }
    cr_assert_eq(bitframe_free(&pool, first * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_free(&pool, end * FRAME), BITFRAME_UNMANAGED);
    cr_assert_eq(bitframe_alloc(&pool), first * FRAME);
    for (unsigned bit = 0; bit < 39; bit++)
        cr_assert_eq(bitframe_alloc(&pool), (first + (UINT64_C(1) << bit)) * FRAME);
    for (unsigned bit = 40; bit-- != 0;)
        cr_assert_eq(bitframe_alloc(&pool), (end - (UINT64_C(1) << bit)) * FRAME);
    cr_assert_eq(bitframe_alloc(&pool), 0);
    guarded_close(words, size);
}

/* A line that is given back below all that is free is loose until something else meets it. */

enum { PENDING_HUGES = 5000 }; /* more than a word of lines, of level 1 and of level 2 stand for */

#define HUGE (BITFRAME_HUGE_FRAMES * FRAME)

/** A pool of which all is taken but, far above, one frame. */
static void make_full_pool(void)
{
    guarded_plain_pool(&pool, &metadata, HUGE, PENDING_HUGES * HUGE);
    bitframe_alloc_range(&pool, 0, UINT64_MAX);
    cr_assert_eq(bitframe_free(&pool, PENDING_HUGES * HUGE), BITFRAME_OK);
}

static uint64_t alloc_huge(void)
{
    return bitframe_alloc_huge(&pool);
}

Test(pool_pending, huge_freed_and_allocated_leaves_the_levels_alone)
{
    make_full_pool();
    for (uint64_t huge_frame = 1; huge_frame < PENDING_HUGES; huge_frame += 97) {
        cr_assert_eq(bitframe_free_huge(&pool, huge_frame * HUGE), BITFRAME_OK);
        cr_expect_eq(pool.pending, 1);
        ASSERT_SOUND(&pool);
        cr_assert_eq(bitframe_free_huge(&pool, huge_frame * HUGE), BITFRAME_DOUBLE_FREE);
        cr_assert_eq(alloc_huge(), huge_frame * HUGE);
        cr_expect_eq(pool.pending, 0);
        ASSERT_SOUND(&pool);
    }
    cr_assert_eq(bitframe_alloc(&pool), PENDING_HUGES * HUGE);
    cr_assert_eq(bitframe_free_huge(&pool, 77 * HUGE), BITFRAME_OK);
    ASSERT_SOUND(&pool);
    cr_assert_eq(alloc_huge(), 77 * HUGE, "with nothing else free");
    ASSERT_SOUND(&pool);
    cr_assert_eq(alloc_huge(), 0);
}

Test(pool_pending, frames_of_it_are_allocated_and_come_back)
{
    make_full_pool();
    cr_assert_eq(bitframe_free_huge(&pool, 700 * HUGE), BITFRAME_OK);
    cr_assert_eq(bitframe_alloc(&pool), 700 * HUGE);
    ASSERT_SOUND(&pool);
    cr_assert_eq(bitframe_free(&pool, 700 * HUGE), BITFRAME_OK);
    cr_expect_eq(pool.pending, 1, "it is whole again");
    ASSERT_SOUND(&pool);
    for (uint64_t i = 0; i < BITFRAME_HUGE_FRAMES; i++) {
        cr_assert_eq(bitframe_alloc(&pool), 700 * HUGE + i * FRAME);
        ASSERT_SOUND(&pool);
    }
    cr_assert_eq(bitframe_alloc(&pool), PENDING_HUGES * HUGE);
    cr_assert_eq(bitframe_free_huge(&pool, 700 * HUGE), BITFRAME_OK);
    cr_assert_eq(bitframe_alloc(&pool), 700 * HUGE);
    cr_assert_eq(alloc_huge(), 0, "the only line is not whole");
    ASSERT_SOUND(&pool);
}

/** The lowest free frame by the bitmap alone: its PA, or 0. */
static uint64_t lowest_frame(void)
{
    const uint64_t *bitmap = levels_at(&pool, &pool.frames, 0);
    for (uint64_t word = 0; word < pool.frames.words; word++) {
        if (bitmap[word] != 0)
            return HUGE + (word * 64 + lowest_bit(bitmap[word])) * FRAME;
    }
    return 0;
}

/** Likewise the lowest whole line. */
static uint64_t lowest_huge(void)
{
    const uint64_t *bitmap = levels_at(&pool, &pool.frames, 0);
    for (uint64_t word = 0; word < pool.frames.words; word += 8) {
        unsigned i = 0;
        while (i < 8 && bitmap[word + i] == UINT64_MAX)
            i++;
        if (i == 8)
            return HUGE + word * 64 * FRAME;
    }
    return 0;
}

/** Few lines are free, so that they meet in words of every level or have them to themselves. */
Test(pool_pending, any_calls_among_few_free_huges)
{
    static const uint64_t places[] = {1, 2, 8, 9, 63, 64, 65, 70, 128, 513, 520, 600, 4000, 4097, 4100};
    const uint64_t calls = amount("BITFRAME_LOOSE_CALLS", 6000);
    uint64_t random = setting("BITFRAME_SEED", 0x100E5);
    printf("seed %" PRIu64 "\n", random);
    make_full_pool();
    uint64_t pending = 0;
    for (uint64_t i = 0; i < calls; i++) {
        uint64_t number = next_random(&random);
        uint64_t pa = places[number % COUNT(places)] * HUGE;
        uint64_t frame = pa + (number >> 8) % BITFRAME_HUGE_FRAMES * FRAME;
        switch (number >> 32 & 15) {
        case 0:
        case 1:
        case 2:
        case 3: (void)bitframe_free_huge(&pool, pa); break;
        case 4:
        case 5:
        case 6: {
            uint64_t expected = lowest_huge();
            cr_assert_eq(alloc_huge(), expected, "call %" PRIu64, i);
            break;
        }
        case 7:
        case 8:
            for (uint64_t frames = (number >> 16) % 200; frames != 0 && bitframe_get_free_frames(&pool) > 0;
                 frames--) {
                uint64_t expected = lowest_frame();
                cr_assert_eq(bitframe_alloc(&pool), expected, "call %" PRIu64, i);
            }
            break;
        case 9:
        case 10: (void)bitframe_free(&pool, frame); break;
        case 11: (void)bitframe_alloc_range(&pool, pa, pa + HUGE); break;
        case 12: (void)bitframe_alloc_range(&pool, frame, frame + (number >> 20) % 2000 * FRAME); break;
        case 13:
            if (bitframe_reserve(&pool, frame, FRAME) == BITFRAME_OK)
                cr_assert_eq(bitframe_unreserve(&pool, frame, FRAME), BITFRAME_OK);
            break;
        case 14: {
            uint64_t pas[100];
            uint64_t allocated, freed;
            const struct bitframe_request request = {.frames = 100,
                                                     .flags = BITFRAME_PARTIAL | (number >> 40 & 1)};
            (void)bitframe_alloc_bulk(&pool, &request, pas, &allocated);
            cr_assert_eq(bitframe_free_bulk(&pool, pas, allocated, 0, &freed), BITFRAME_OK);
            break;
        }
        default: {
            const struct bitframe_request request = {.frames = 1 + number % 600,
                                                     .flags = number >> 40 & BITFRAME_HIGHEST};
            (void)bitframe_alloc_run(&pool, &request, &pa);
            break;
        }
        }
        enum bitframe_invariant broken = bitframe_check(&pool);
        cr_assert_eq(broken, BITFRAME_SOUND, "call %" PRIu64 ": %s", i, bitframe_get_invariant_name(broken));
        pending += pool.pending;
    }
    printf("a line was loose after %" PRIu64 " calls of %" PRIu64 "\n", pending, calls);
    cr_assert_geq(pending, calls / 50);
}

/* A pool and its metadata are one thing that may be seen at another address. */

Test(pool, works_at_another_address)
{
    /* One block of memory, mapped twice: as an identity map and a linear map show the same frames. */
    const uint64_t metadata_bytes = BITFRAME_METADATA_BYTES(FRAME, 100000 * FRAME);
    const uint64_t size = 4096 + metadata_bytes;
    char *at[2];
    guarded_open_twice(at, size, BITFRAME_METADATA_ALIGN);
    struct bitframe *before = (struct bitframe *)(void *)at[0];
    struct bitframe *after = (struct bitframe *)(void *)at[1];
    cr_assert_eq(bitframe_init(before, FRAME, 100000 * FRAME, at[0] + 4096, metadata_bytes), BITFRAME_OK);
    cr_assert_eq(bitframe_alloc(before), FRAME);
    guarded_close(at[0], size);
    cr_assert_eq(bitframe_check(after), BITFRAME_SOUND);
    for (uint64_t frame = 2; frame <= 5000; frame++)
        cr_assert_eq(bitframe_alloc(after), frame * FRAME);
    for (uint64_t frame = 1; frame <= 5000; frame++)
        cr_assert_eq(bitframe_free(after, frame * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_check(after), BITFRAME_SOUND);
    cr_assert_eq(bitframe_get_free_frames(after), 100000);
    guarded_close(at[1], size);
}

/* check: every invariant fires when it is broken, and only then. */

/** A pool of three levels with a taken part, so that no word is trivially right. */
static void make_checked_pool(void)
{
    make_pool(1000, 100000);
    bitframe_alloc_range(&pool, 1000 * FRAME, 3000 * FRAME);
    bitframe_alloc_range(&pool, 50000 * FRAME, 90000 * FRAME);
    ASSERT_SOUND(&pool);
}

Test(pool_check, padding)
{
    uint64_t lead = 1000 % BITFRAME_HUGE_FRAMES;
    make_checked_pool();
    const uint64_t bits[] = {0, lead - 1, lead + 100000, pool.frames.words * 64 - 1};
    for (size_t i = 0; i < COUNT(bits); i++) {
        make_checked_pool();
        levels_at(&pool, &pool.frames, 0)[bits[i] / 64] |= UINT64_C(1) << bits[i] % 64;
        cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_PADDING, "bit %" PRIu64, bits[i]);
    }
}

Test(pool_check, index)
{
    make_checked_pool();
    cr_assert_eq(pool.frames.count, 3);
    for (uint64_t level = 1, words = pool.frames.words; level < pool.frames.count;
         level++, words = words_above(words)) {
        for (uint64_t bit = 0; bit < words_above(words) * 64; bit++) {
            uint64_t mask = UINT64_C(1) << bit % 64;
            levels_at(&pool, &pool.frames, level)[bit / 64] ^= mask;
            cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_INDEX, "level %" PRIu64 " bit %" PRIu64, level,
                         bit);
            levels_at(&pool, &pool.frames, level)[bit / 64] ^= mask;
        }
    }
    ASSERT_SOUND(&pool);
}

/** A pool of more than a word of lines, with a reservation. */
static void make_large_pool(void)
{
    make_pool(1000, 400000);
    cr_assert_eq(bitframe_reserve(&pool, 2000 * FRAME, 10 * FRAME), BITFRAME_OK);
    bitframe_alloc(&pool);
    ASSERT_SOUND(&pool);
}

Test(pool_check, tables)
{
    make_large_pool();
    pool_spans(&pool)[0].end--;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_TABLES);
    make_large_pool();
    pool_reserved(&pool)[0].first = pool_reserved(&pool)[0].end;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_TABLES);
    make_large_pool();
    pool.reserved_count = pool.reserved_room + 1;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_TABLES);
    make_large_pool();
    pool_segments(&pool)[0].end += BITFRAME_HUGE_FRAMES * 100;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_TABLES);
}

Test(pool_check, reserved)
{
    make_large_pool();
    pool.reserved_frames++;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_RESERVED);
    make_large_pool();
    pool_reserved(&pool)[0].end++; /* over a free frame */
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_RESERVED);
}

Test(pool_check, huges)
{
    make_large_pool();
    for (uint64_t huge_frame = 0; huge_frame < pool.huge.words * 64; huge_frame++) {
        uint64_t *word = levels_at(&pool, &pool.huge, 0) + huge_frame / 64;
        *word ^= UINT64_C(1) << huge_frame % 64;
        cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_HUGE, "line %" PRIu64, huge_frame);
        *word ^= UINT64_C(1) << huge_frame % 64;
    }
    ASSERT_SOUND(&pool);
}

Test(pool_check, what_the_single_steps_rely_on)
{
    make_large_pool();
    pool.zero_word += 8;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_WINDOW);
    uint64_t *const fields[] = {&pool.cursor_first, &pool.cursor_words, &pool.cursor_base_pa};
    for (size_t i = 0; i < COUNT(fields); i++) {
        make_large_pool();
        *fields[i] += 8;
        cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR, "%zu", i);
    }
}

Test(pool_check, window)
{
    make_large_pool();
    pool.window_pa = 1000 * FRAME;
    pool.window_frames = 1001; /* into the reservation */
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_WINDOW);
    pool.window_pa = 999 * FRAME; /* begins below the pool */
    pool.window_frames = 2;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_WINDOW);
}

Test(pool_check, count)
{
    make_checked_pool();
    pool.free_frames++;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_COUNT);
    pool.free_frames -= 2;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_COUNT);
}

Test(pool_check, cursor)
{
    make_checked_pool();
    pool.cursor += 8;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.cursor -= 16;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.cursor += 8;
    ASSERT_SOUND(&pool);
    pool.cursor_pa += FRAME;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
}

Test(pool_check, pending)
{
    make_checked_pool();
    pool.pending = 1;
    cr_expect_neq(bitframe_check(&pool), BITFRAME_SOUND, "its line is not");
    make_full_pool();
    cr_assert_eq(bitframe_free_huge(&pool, 700 * HUGE), BITFRAME_OK);
    ASSERT_SOUND(&pool);
    pool.pending = 0;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_INDEX);
    pool.pending = 2;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.pending = 1;
    *levels_at(&pool, &pool.frames, 1) ^= 1;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_INDEX, "another word's bit may not be missing");
    *levels_at(&pool, &pool.frames, 1) ^= 1;
    uint64_t *upper = levels_at(&pool, &pool.huge, 1);
    upper[0] ^= 1;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_HUGE);
    upper[0] ^= 1;
    ASSERT_SOUND(&pool);
    bitframe_flush_pending(&pool);
    cr_expect_eq(pool.pending, 0);
    ASSERT_SOUND(&pool);
}

/* Panic */

static jmp_buf caught;
static const char *panic_text;

static void catch_panic(const char *what)
{
    panic_text = what;
    longjmp(caught, 1);
}

/** Does a take panic, and say that it is about the count? */
static bool alloc_panics(void)
{
    panic_text = NULL;
    if (setjmp(caught) == 0)
        bitframe_alloc(&pool);
    return panic_text && strstr(panic_text, "free_frames");
}

Test(pool, panics_on_corruption)
{
    const struct bitframe_platform platform = {.panic = catch_panic};
    cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
    make_pool(1000, 1);
    pool.free_frames = 2;
    cr_expect(alloc_panics(), "the index has no frame left and the count says there is one");

    for (uint64_t frames = 1; frames < 10000; frames = frames * 7 + 1) {
        make_pool(1000, frames);
        while (bitframe_alloc(&pool) != 0) {
        }
        pool.free_frames = 1;
        cr_expect(alloc_panics(), "nothing of %" PRIu64 " frames is left and the count says there is",
                  frames);
    }
}

#ifdef __aarch64__
#define TRAP SIGTRAP
#else
#define TRAP SIGILL
#endif

Test(pool, traps_without_a_panic_hook, .signal = TRAP)
{
    make_pool(1000, 1);
    pool.free_frames = 2;
    bitframe_alloc(&pool);
}

static void return_from_panic(const char *what)
{
    (void)what;
}

Test(pool, traps_if_the_panic_hook_returns, .signal = TRAP)
{
    const struct bitframe_platform platform = {.panic = return_from_panic};
    bitframe_set_platform(&platform);
    make_pool(1000, 1);
    pool.free_frames = 2;
    bitframe_alloc(&pool);
}

Test(pool, names)
{
    for (int i = 0; i <= BITFRAME_OFFLINE; i++) {
        for (int j = 0; j < i; j++)
            cr_expect_str_neq(bitframe_get_status_name((enum bitframe_status)i),
                              bitframe_get_status_name((enum bitframe_status)j));
    }
    for (int i = 0; i <= BITFRAME_BAD_OFFLINE; i++) {
        for (int j = 0; j < i; j++)
            cr_expect_str_neq(bitframe_get_invariant_name((enum bitframe_invariant)i),
                              bitframe_get_invariant_name((enum bitframe_invariant)j));
    }
    cr_expect_str_eq(bitframe_get_status_name((enum bitframe_status)99), "unknown status");
    cr_expect_str_eq(bitframe_get_invariant_name((enum bitframe_invariant)99), "unknown invariant");
}

/* Huge frames */

Test(pool_huge, refusals_change_nothing)
{
    guarded_plain_pool(&pool, &metadata, HUGE + FRAME, 4 * HUGE);
    cr_expect_eq(bitframe_free_huge(&pool, 2 * HUGE + FRAME), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_free_huge(&pool, 2 * HUGE), BITFRAME_DOUBLE_FREE);
    cr_expect_eq(bitframe_free_huge(&pool, HUGE), BITFRAME_UNMANAGED, "its first frame is not the pool's");
    cr_expect_eq(bitframe_free_huge(&pool, 100 * HUGE), BITFRAME_UNMANAGED);
    cr_assert_eq(bitframe_alloc_huge(&pool), 2 * HUGE);
    cr_assert_eq(bitframe_reserve(&pool, 3 * HUGE, FRAME), BITFRAME_OK);
    cr_expect_eq(bitframe_free_huge(&pool, 3 * HUGE), BITFRAME_RESERVED);
    cr_assert_eq(bitframe_free(&pool, 2 * HUGE + 5 * FRAME), BITFRAME_OK);
    cr_expect_eq(bitframe_free_huge(&pool, 2 * HUGE), BITFRAME_DOUBLE_FREE, "one of its frames is free");
    ASSERT_SOUND(&pool);
    cr_assert_eq(bitframe_alloc_huge(&pool), 4 * HUGE);
    cr_expect_eq(bitframe_alloc_huge(&pool), 0, "the others lack a frame");
    cr_assert_eq(bitframe_free_huge(&pool, 4 * HUGE), BITFRAME_OK);
    ASSERT_SOUND(&pool);
}

Test(pool_huge, a_free_moves_the_window)
{
    struct bitframe_map_range ranges[4];
    struct bitframe_map map;
    cr_assert_eq(bitframe_map_init(&map, ranges, 4), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, HUGE, HUGE), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, 100 * HUGE, HUGE), BITFRAME_OK);
    guarded_pool(&pool, &metadata, &map);
    cr_assert_eq(bitframe_alloc_huge(&pool), HUGE);
    cr_assert_eq(bitframe_alloc_huge(&pool), 100 * HUGE);
    cr_expect_eq(bitframe_free_huge(&pool, 100 * HUGE), BITFRAME_OK);
    cr_expect_eq(bitframe_free_huge(&pool, HUGE), BITFRAME_OK);
    ASSERT_SOUND(&pool);
    cr_expect_eq(bitframe_alloc_huge(&pool), HUGE, "the lowest");
}
