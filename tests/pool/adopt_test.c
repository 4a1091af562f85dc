/* SPDX-License-Identifier: MIT */
/*
 * adopt_test.c - pools made again of their metadata, and metadata that no pool is made of
 *
 * The seed is printed; BITFRAME_SEED repeats a run, BITFRAME_ADOPT_ROUNDS sets its length.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/extend.h>
#include <bitframe/map.h>

#include "adopt_check.h"
#include "core/cursor.h"
#include "huge_calls.h"
#include "layout/header.h"
#include "random.h"
#include "test_pool.h"

enum { RANGES = 64, MOST_BYTES = 1 << 20 /* of metadata */ };

static struct bitframe pool;
static struct bitframe adopted;
static struct guarded metadata_room, copy_room;
static char *metadata, *copy; /* as long as the pool asks for, both of them */
static uint64_t metadata_bytes;

/** The frames that random pools and calls are about. */
static uint64_t window_first, window_frames;

static void make_of(const struct bitframe_map *map)
{
    guarded_pool(&pool, &metadata_room, map);
    metadata = metadata_room.memory;
    metadata_bytes = metadata_room.bytes;
    cr_assert_leq(metadata_bytes, MOST_BYTES);
    copy = guarded_renew(&copy_room, metadata_bytes, BITFRAME_METADATA_ALIGN);
}

/** A pool over random memory of the window. */
static void make_random_pool(uint64_t first, uint64_t frames)
{
    static struct bitframe_map_range ranges[RANGES];
    struct bitframe_map map;
    window_first = first;
    window_frames = frames;
    bitframe_map_init(&map, ranges, RANGES);
    uint64_t pieces = 1 + below(6);
    for (uint64_t i = 0; i < pieces; i++)
        cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, (first + below(frames)) * FRAME,
                                      (1 + skewed(frames)) * FRAME),
                     BITFRAME_OK);
    pieces = below(6);
    for (uint64_t i = 0; i < pieces; i++)
        cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, (first + below(frames)) * FRAME,
                                      (1 + skewed(frames / 8 + 1)) * FRAME),
                     BITFRAME_OK);
    make_of(&map);
}

/** Two segments, the second of more than 1 GiB, and three reservations. */
static void make_plain_pool(void)
{
    static struct bitframe_map_range ranges[RANGES];
    struct bitframe_map map;
    bitframe_map_init(&map, ranges, RANGES);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, 16 * MIB + 3 * FRAME, 5 * MIB);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, 22 * MIB, 3 * FRAME);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, GIB - 4 * MIB, GIB + 8 * MIB);
    bitframe_map_add(&map, BITFRAME_MAP_RESERVED, 17 * MIB, MIB);
    bitframe_map_add(&map, BITFRAME_MAP_RESERVED, GIB, 100 * FRAME);
    make_of(&map);
    cr_assert_eq(bitframe_reserve(&pool, GIB + MIB, FRAME), BITFRAME_OK);
    cr_assert_neq(bitframe_alloc(&pool), 0);
    cr_assert_eq(bitframe_alloc_at(&pool, GIB + 10 * MIB, 1000), BITFRAME_OK);
    ASSERT_SOUND(&pool);
}

/* One call on any pool */

enum kind { ALLOC, FREE, ALLOC_RUN, CLAIM, FREE_RUN, ALLOC_RANGE, RESERVE, UNRESERVE, KINDS };

struct call {
    enum kind kind;
    uint64_t pa, frames;
    struct bitframe_request request;
};

struct answer {
    uint64_t status, value, free_frames, reserved_frames;
};

static struct call random_call(void)
{
    struct call call = {
        .kind = (enum kind)below(KINDS),
        .pa = (window_first + below(window_frames + 2)) * FRAME - (below(8) == 0 ? FRAME / 2 : 0),
        .frames = 1 + skewed(window_frames / 4 + 1),
    };
    if (call.kind == ALLOC_RANGE && below(4) != 0)
        call.kind = FREE;
    if (call.kind == FREE_RUN || call.kind == CLAIM || call.kind == UNRESERVE)
        call.frames = 1 + skewed(8);
    if (call.kind == UNRESERVE && pool.reserved_count != 0 && below(4) != 0) {
        const struct span *span = pool_reserved(&pool) + below(pool.reserved_count);
        call.pa = (span->first + below(span->end - span->first)) * FRAME;
        call.frames = 4 * (1 + below(4));
    }
    call.request = (struct bitframe_request){
        .frames = below(4) == 0 ? BITFRAME_HUGE_FRAMES : call.frames,
        .align = below(4) == 0 ? BITFRAME_HUGE_FRAMES * FRAME : 0,
        .min_pa = below(4) == 0 ? call.pa : 0,
        .flags = (uint32_t)below(2),
    };
    return call;
}

static struct answer apply(struct bitframe *to, const struct call *call)
{
    struct answer answer = {0};
    uint64_t pa = 0;
    switch (call->kind) {
    case ALLOC: answer.value = bitframe_alloc(to); break;
    case FREE: answer.status = bitframe_free(to, call->pa); break;
    case ALLOC_RUN:
        answer.status = alloc_run_or_huge(to, &call->request, &pa);
        answer.value = pa;
        break;
    case CLAIM: answer.status = bitframe_alloc_at(to, call->pa, call->frames); break;
    case FREE_RUN: answer.status = free_run_or_huge(to, call->pa, call->frames); break;
    case ALLOC_RANGE:
        answer.value = bitframe_alloc_range(to, call->pa, call->pa + call->frames * (FRAME / 4));
        break;
    case RESERVE: answer.status = bitframe_reserve(to, call->pa, call->frames * (FRAME / 4)); break;
    case UNRESERVE: answer.status = bitframe_unreserve(to, call->pa, call->frames * (FRAME / 4)); break;
    case KINDS: break;
    }
    answer.free_frames = bitframe_get_free_frames(to);
    answer.reserved_frames = bitframe_get_reserved_frames(to);
    return answer;
}

static void run_calls(uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++) {
        struct call call = random_call();
        (void)apply(&pool, &call);
    }
}

/** Offset in the metadata of a part of the pool. */
static uint64_t offset_of(const void *part)
{
    return (uint64_t)((const char *)part - metadata);
}

/** Copy the metadata, with garbage in place of all that follows from the rest. */
static void copy_what_counts(void)
{
    memcpy(copy, metadata, metadata_bytes);
    uint64_t index = offset_of(levels_at(&pool, &pool.frames, 1));
    uint64_t tables = offset_of(pool_segments(&pool));
    for (uint64_t i = index; i < tables; i++)
        copy[i] = (char)below(256);
}

/** Is the adopted pool the same as the other, to the last bit of its metadata? */
static void assert_same(void)
{
    ASSERT_SOUND(&adopted);
    bitframe_flush_pending(&pool);
    cr_assert_eq(memcmp(metadata, copy, metadata_bytes), 0);
    cr_assert_eq(adopted.free_frames, pool.free_frames);
    cr_assert_eq(adopted.total_frames, pool.total_frames);
    cr_assert_eq(adopted.reserved_frames, pool.reserved_frames);
    cr_assert_eq(adopted.reserved_count, pool.reserved_count);
    cr_assert_eq(adopted.reserved_room, pool.reserved_room);
    cr_assert_eq(adopted.cursor_pa, pool.cursor_pa);
}

Test(adopt, equals_the_pool_after_any_history)
{
    seed_random("adopt", 20240607);
    uint64_t rounds = amount("BITFRAME_ADOPT_ROUNDS", 1000);
    uint64_t answers[KINDS][2] = {{0}};
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t frames = i % 100 == 99 ? 600000 + below(600000) : 1 + skewed(20000);
        make_random_pool(1 + below(UINT64_C(1) << (10 + below(40))), frames);
        run_calls(below(200));
        memset(&adopted, 0xA5, sizeof(adopted));
        copy_what_counts();
        cr_assert_eq(bitframe_adopt(&adopted, copy, metadata_bytes), BITFRAME_OK);
        assert_same();
        for (uint64_t k = 0; k < 100; k++) {
            struct call call = random_call();
            struct answer answer = apply(&pool, &call);
            struct answer other = apply(&adopted, &call);
            cr_assert_eq(memcmp(&answer, &other, sizeof(answer)), 0, "round %" PRIu64 " call %" PRIu64, i, k);
            answers[call.kind][answer.status == BITFRAME_OK]++;
        }
        bitframe_flush_pending(&adopted);
        assert_same();
    }
    for (int kind = 0; kind < KINDS; kind++) {
        cr_expect_gt(answers[kind][1], rounds / 4, "kind %d rarely succeeds", kind);
        if (kind != ALLOC && kind != ALLOC_RANGE)
            cr_expect_gt(answers[kind][0], rounds / 4, "kind %d rarely fails", kind);
        printf("adopt: kind %d: %" PRIu64 " done, %" PRIu64 " refused\n", kind, answers[kind][1],
               answers[kind][0]);
    }
}

Test(adopt, where_it_is_and_elsewhere)
{
    make_plain_pool();
    memcpy(copy, metadata, metadata_bytes);
    cr_assert_eq(bitframe_adopt(&pool, metadata, metadata_bytes), BITFRAME_OK, "in its own place");
    cr_assert_eq(bitframe_adopt(&adopted, copy, UINT64_MAX), BITFRAME_OK, "in another, with room to spare");
    assert_same();
    cr_expect_eq(bitframe_free(&adopted, 17 * MIB), BITFRAME_RESERVED);
    cr_expect_eq(bitframe_free(&adopted, 16 * MIB + 3 * FRAME), BITFRAME_OK, "the one that was taken");
    cr_expect_eq(bitframe_alloc(&adopted), 16 * MIB + 3 * FRAME);
}

Test(adopt, bits_of_no_frame_and_of_reserved_frames_are_cleared)
{
    make_plain_pool();
    uint64_t free_frames = bitframe_get_free_frames(&pool);
    copy_what_counts();
    uint64_t *bitmap = (uint64_t *)(void *)(copy + sizeof(struct header));
    for (uint64_t bit = 0; bit < pool.frames.words * 64; bit++) {
        const struct segment *segment = bitframe_segment_of_bit(&pool, bit);
        uint64_t frame = frame_of_bit(segment, bit);
        if (!frame_is_managed(&pool, frame) || frame_is_reserved(&pool, frame))
            bitmap[bit / 64] |= bit_mask(bit);
    }
    cr_assert_eq(bitframe_adopt(&adopted, copy, metadata_bytes), BITFRAME_OK);
    cr_expect_eq(bitframe_get_free_frames(&adopted), free_frames);
    assert_same();
}

Test(adopt, full_and_empty_pools)
{
    make_plain_pool();
    copy_what_counts();
    uint64_t *bitmap = (uint64_t *)(void *)(copy + sizeof(struct header));
    for (uint64_t i = 0; i < pool.frames.words; i++)
        bitmap[i] = UINT64_MAX;
    cr_assert_eq(bitframe_adopt(&adopted, copy, metadata_bytes), BITFRAME_OK);
    ASSERT_SOUND(&adopted);
    cr_expect_eq(bitframe_get_free_frames(&adopted) + bitframe_get_reserved_frames(&adopted),
                 bitframe_get_total_frames(&adopted));

    (void)bitframe_alloc_range(&pool, 0, UINT64_MAX);
    copy_what_counts();
    cr_assert_eq(bitframe_adopt(&adopted, copy, metadata_bytes), BITFRAME_OK);
    assert_same();
    cr_expect_eq(bitframe_alloc(&adopted), 0);
    cr_expect_eq(bitframe_free(&adopted, GIB + 10 * MIB), BITFRAME_OK);
    cr_expect_eq(bitframe_alloc(&adopted), GIB + 10 * MIB);
}

Test(adopt, levels_of_huges)
{
    guarded_plain_pool(&pool, &metadata_room, GIB, 200 * GIB);
    cr_assert_eq(pool.huge.count, 3);
    cr_assert_eq(bitframe_alloc_at(&pool, 77 * GIB, 100 * GIB / FRAME), BITFRAME_OK);
    char *index = (char *)levels_at(&pool, &pool.frames, 1);
    memset(index, 0xA5, (size_t)((char *)pool_segments(&pool) - index));
    cr_assert_eq(bitframe_adopt(&adopted, metadata_room.memory, metadata_room.bytes), BITFRAME_OK);
    ASSERT_SOUND(&adopted);
    const struct bitframe_request request = {.frames = GIB / FRAME, .align = GIB, .min_pa = 77 * GIB};
    uint64_t pa;
    cr_assert_eq(bitframe_alloc_run(&adopted, &request, &pa), BITFRAME_OK);
    cr_expect_eq(pa, 177 * GIB);
}

/* Refusals. Each must leave pool and metadata as they were. */

static enum bitframe_status adopt_copy(uint64_t bytes)
{
    static char before[MOST_BYTES];
    struct bitframe pool_before;
    memset(&adopted, 0xA5, sizeof(adopted));
    memcpy(&pool_before, &adopted, sizeof(adopted));
    memcpy(before, copy, metadata_bytes);
    enum bitframe_status status = bitframe_adopt(&adopted, copy, bytes);
    if (status != BITFRAME_OK) {
        cr_assert_eq(memcmp(before, copy, metadata_bytes), 0, "%s", bitframe_get_status_name(status));
        cr_assert_eq(memcmp(&pool_before, &adopted, sizeof(adopted)), 0);
    }
    return status;
}

Test(adopt, refuses_bad_arguments)
{
    make_plain_pool();
    memcpy(copy, metadata, metadata_bytes);
    cr_expect_eq(bitframe_adopt(NULL, copy, metadata_bytes), BITFRAME_INVALID);
    cr_expect_eq(bitframe_adopt(&adopted, NULL, metadata_bytes), BITFRAME_INVALID);
    for (int i = 1; i < BITFRAME_METADATA_ALIGN; i++)
        cr_expect_eq(bitframe_adopt(&adopted, copy + i, metadata_bytes), BITFRAME_INVALID);
}

Test(adopt, refuses_each_flipped_bit)
{
    make_plain_pool();
    memcpy(copy, metadata, metadata_bytes);
    uint64_t tables = offset_of(pool_segments(&pool));
    uint64_t end = offset_of(pool_reserved(&pool) + pool.reserved_count);
    uint64_t refused = 0;
    for (uint64_t i = 0; i < end; i++) {
        if (i == sizeof(struct header))
            i = tables;
        for (int bit = 0; bit < 8; bit++) {
            copy[i] = (char)(copy[i] ^ 1 << bit);
            enum bitframe_status status = adopt_copy(metadata_bytes);
            cr_assert_neq(status, BITFRAME_OK, "bit %d of byte %" PRIu64, bit, i);
            bool of_format = i >= 8 && i < 24; /* version and frame size come before the checksum */
            cr_assert_eq(status, of_format ? BITFRAME_UNSUPPORTED : BITFRAME_MALFORMED,
                         "bit %d of byte %" PRIu64 ": %s", bit, i, bitframe_get_status_name(status));
            copy[i] = (char)(copy[i] ^ 1 << bit);
            refused++;
        }
    }
    printf("adopt: %" PRIu64 " flipped bits refused\n", refused);
    cr_assert_eq(refused, 8 * (sizeof(struct header) + (2 * 3 + 3 * 2 + 3 * 2) * sizeof(uint64_t)));
    cr_assert_eq(adopt_copy(metadata_bytes), BITFRAME_OK, "and nothing else was wrong");
}

Test(adopt, refuses_what_is_cut_short)
{
    seed_random("adopt", 5);
    make_random_pool(1000, 3000);
    for (uint64_t bytes = 0; bytes < metadata_bytes; bytes++) {
        char *at = guarded_open(bytes, BITFRAME_METADATA_ALIGN, GUARDED_ABOVE);
        memcpy(at, metadata, bytes);
        cr_assert_eq(bitframe_adopt(&adopted, at, bytes), BITFRAME_NO_ROOM, "%" PRIu64 " bytes", bytes);
        guarded_close(at, bytes);
    }
}

Test(adopt, refuses_foreign_bytes)
{
    seed_random("adopt", 99);
    make_plain_pool();
    const char fills[] = {0, (char)0xFF, 'b'};
    for (size_t i = 0; i < COUNT(fills); i++) {
        memset(copy, fills[i], metadata_bytes);
        cr_expect_eq(adopt_copy(metadata_bytes), BITFRAME_MALFORMED);
    }
    for (int i = 0; i < 2000; i++) {
        for (uint64_t k = 0; k < 4096; k++)
            copy[k] = (char)below(256);
        cr_assert_eq(adopt_copy(4096), BITFRAME_MALFORMED);
        memcpy(copy, metadata, 24); /* magic, version and frame size */
        cr_assert_eq(adopt_copy(4096), BITFRAME_MALFORMED);
    }
}

Test(adopt, refuses_other_versions_and_frame_sizes)
{
    make_plain_pool();
    memcpy(copy, metadata, metadata_bytes);
    struct header *header = (struct header *)(void *)copy;
    header->version = HEADER_VERSION + 1;
    cr_expect_eq(adopt_copy(metadata_bytes), BITFRAME_UNSUPPORTED);
    adopt_check_seal(copy, metadata_bytes);
    cr_expect_eq(adopt_copy(metadata_bytes), BITFRAME_UNSUPPORTED);
    header->version = HEADER_VERSION;
    header->frame_shift = 16;
    adopt_check_seal(copy, metadata_bytes);
    cr_expect_eq(adopt_copy(metadata_bytes), BITFRAME_UNSUPPORTED);
    header->frame_shift = BITFRAME_FRAME_SHIFT;
    adopt_check_seal(copy, metadata_bytes);
    cr_expect_eq(adopt_copy(metadata_bytes), BITFRAME_OK);
}

/** A value that is likely to be on one side of some limit. */
static uint64_t wild(uint64_t word)
{
    switch (below(8)) {
    case 0: return word + 1;
    case 1: return word - 1;
    case 2: return word ^ UINT64_C(1) << below(64);
    case 3: return (UINT64_C(1) << below(64)) - below(3);
    case 4: return below(64);
    case 5: return word + BITFRAME_HUGE_FRAMES * (below(17) - 8);
    case 6: return UINT64_MAX - below(64);
    default: return random_number();
    }
}

Test(adopt, wild_values_with_right_checksums)
{
    seed_random("adopt", 31);
    uint64_t inputs = 200 * amount("BITFRAME_ADOPT_ROUNDS", 1000);
    static uint8_t input[1 + MOST_BYTES];
    uint64_t met[2] = {0};
    for (uint64_t i = 0; i < inputs; i++) {
        if (i % 100 == 0) {
            make_random_pool(1 + below(UINT64_C(1) << (10 + below(40))), 1 + skewed(2500));
            run_calls(20);
        }
        memcpy(input + 1, metadata, metadata_bytes);
        input[0] = (uint8_t)(1 + 2 * below(2));
        uint64_t tables = offset_of(pool_segments(&pool));
        uint64_t table_words = (metadata_bytes - tables) / 8;
        for (uint64_t k = 1 + below(3); k-- != 0;) {
            uint64_t word;
            uint64_t at = below(3) == 0 ? (3 + below(HEADER_WORDS - 3)) * 8
                                        : tables + below(below(2) == 0 ? 12 : table_words) * 8;
            memcpy(&word, input + 1 + at, 8);
            word = wild(word);
            memcpy(input + 1 + at, &word, 8);
        }
        bool accepted;
        const char *wrong = adopt_check(input, 1 + metadata_bytes, &accepted);
        cr_assert_null(wrong, "input %" PRIu64 ": %s", i, wrong);
        met[accepted]++;
    }
    printf("adopt: %" PRIu64 " of %" PRIu64 " wild inputs accepted\n", met[1], inputs);
    cr_expect_gt(met[0], inputs / 2);
    cr_expect_gt(met[1], inputs / 100, "spare entries, and what makes another pool");
}

/** Seal metadata that say what cannot be, and have them refused, in memory of exactly their length. */
static void refuse_lie(const char *lie)
{
    struct header *header = (struct header *)(void *)copy;
    const struct extent extent = {.bits = header->bits, .segments = header->segments, .spans = header->spans};
    static uint8_t input[1 + MOST_BYTES];
    header->bytes = bitframe_extent_bytes(&extent, header->reserved_room);
    uint64_t bytes = header->bytes < copy_room.bytes ? header->bytes : copy_room.bytes;
    adopt_check_seal(copy, bytes);
    cr_assert_eq(adopt_copy(copy_room.bytes), BITFRAME_MALFORMED, "%s", lie);
    bool accepted;
    memcpy(input + 1, copy, bytes);
    const char *wrong = adopt_check(input, 1 + bytes, &accepted);
    cr_assert_null(wrong, "%s: %s", lie, wrong);
    cr_assert_not(accepted, "%s", lie);
    memcpy(copy, metadata, metadata_bytes);
}

Test(adopt, refuses_lies_with_right_checksums)
{
    make_plain_pool();
    copy = guarded_renew(&copy_room, MOST_BYTES, BITFRAME_METADATA_ALIGN); /* for lies about the length */
    memcpy(copy, metadata, metadata_bytes);
    struct header *header = (struct header *)(void *)copy;
    struct segment *segments = (struct segment *)(void *)(copy + offset_of(pool_segments(&pool)));
    struct span *spans = (struct span *)(void *)(copy + offset_of(pool_spans(&pool)));
    struct span *reserved = (struct span *)(void *)(copy + offset_of(pool_reserved(&pool)));
    const uint64_t tables = offset_of(pool_segments(&pool));
    adopt_check_seal(copy, metadata_bytes);
    cr_assert_eq(memcmp(copy, metadata, metadata_bytes), 0, "sealed they are as the pool sealed them");

    spans[0].first = 0;
    header->frames += pool_spans(&pool)[0].first;
    refuse_lie("frame 0");
    spans[1].first = spans[0].end;
    header->frames += pool_spans(&pool)[1].first - spans[0].end;
    refuse_lie("spans that touch");
    spans[1].end = spans[1].first;
    header->frames -= 3;
    refuse_lie("an empty span");
    spans[2].end++;
    refuse_lie("one frame more than counted");
    segments[1].end += BITFRAME_HUGE_FRAMES;
    refuse_lie("a segment longer than its spans");
    segments[0].first_bit += 64;
    refuse_lie("a segment that does not begin with the bitmap");
    reserved[1].first = reserved[0].end;
    refuse_lie("reservations that touch");
    reserved[2] = reserved[1];
    refuse_lie("a reservation twice");
    reserved[0].first -= 5 * 256;
    refuse_lie("a reservation that begins below the pool");
    reserved[2].end += 2 * GIB / FRAME;
    refuse_lie("a reservation that ends above the pool");
    header->reserved_room = 2;
    refuse_lie("more reservations than there is room for");
    header->reserved = header->reserved_room + 1;
    refuse_lie("more reservations than that");
    header->bits += UINT64_C(4096) * 64; /* with the tables where that puts them */
    const struct extent longer = {.bits = header->bits, .segments = header->segments, .spans = header->spans};
    memcpy(copy + bitframe_extent_bytes(&longer, header->reserved_room) - (metadata_bytes - tables),
           metadata + tables, metadata_bytes - tables);
    refuse_lie("a bitmap longer than its segments");
    header->bits = UINT64_C(1) << 60;
    refuse_lie("a bitmap longer than any");
    header->segments = 1;
    header->reserved_room = header->reserved = 0;
    refuse_lie("fewer segments than the spans make");
    header->segments++; /* with the spans behind it */
    memcpy(copy + tables + 3 * sizeof(struct segment), metadata + tables + 2 * sizeof(struct segment),
           metadata_bytes - tables - 2 * sizeof(struct segment));
    refuse_lie("more segments than the spans make");
    header->segments = UINT64_C(1) << 59;
    refuse_lie("segments of 2^64 bytes");
    header->spans = UINT64_C(1) << 60;
    refuse_lie("spans of 2^64 bytes");
    header->reserved_room = header->reserved = UINT64_C(1) << 60;
    refuse_lie("reservations of 2^64 bytes");
    for (size_t i = 0; i < COUNT(header->spare); i++) {
        header->spare[i] = 1;
        refuse_lie("a word that this version does not use");
    }

    /* Frames from 2^64 on, which are at the end of a pool that ends there. */
    static struct bitframe_map_range ranges[1];
    struct bitframe_map map;
    bitframe_map_init(&map, ranges, 1);
    bitframe_map_add(&map, BITFRAME_MAP_RAM, 0 - MIB, MIB);
    make_of(&map);
    header = (struct header *)(void *)copy;
    memcpy(copy, metadata, metadata_bytes);
    adopt_check_seal(copy, metadata_bytes);
    cr_assert_eq(adopt_copy(metadata_bytes), BITFRAME_OK);
    spans = (struct span *)(void *)(copy + offset_of(pool_spans(&pool)));
    segments = (struct segment *)(void *)(copy + offset_of(pool_segments(&pool)));
    memcpy(copy, metadata, metadata_bytes);
    spans[0].end++;
    segments[0].end += BITFRAME_HUGE_FRAMES;
    header->frames++;
    refuse_lie("a frame that begins at 2^64");
}

/* What is possible is refused by the checksum alone. */
Test(adopt, refuses_possible_tables_with_wrong_checksums)
{
    make_plain_pool();
    memcpy(copy, metadata, metadata_bytes);
    struct span *spans = (struct span *)(void *)(copy + offset_of(pool_spans(&pool)));
    struct span *reserved = (struct span *)(void *)(copy + offset_of(pool_reserved(&pool)));
    struct header *header = (struct header *)(void *)copy;
    spans[0].first++;
    spans[0].end++;
    cr_expect_eq(adopt_copy(metadata_bytes), BITFRAME_MALFORMED);
    spans[0].first--;
    spans[0].end--;
    reserved[0].end++;
    cr_expect_eq(adopt_copy(metadata_bytes), BITFRAME_MALFORMED);
    reserved[0].end--;
    header->reserved--;
    cr_expect_eq(adopt_copy(metadata_bytes), BITFRAME_MALFORMED);
    header->reserved++;
    cr_expect_eq(adopt_copy(metadata_bytes), BITFRAME_OK);
}

/* Crashes */

static sigjmp_buf crashed;

static void crash(int signal)
{
    (void)signal;
    siglongjmp(crashed, 1);
}

/** Do @p act, and crash at the first store to the @p bytes bytes at @p first. */
static bool crashes(void (*act)(const struct call *), const struct call *call, char *first, uint64_t bytes)
{
    cr_assert_eq(mprotect(first, bytes, PROT_READ), 0);
    struct sigaction action = {.sa_handler = crash};
    sigaction(SIGSEGV, &action, NULL);
    bool has = sigsetjmp(crashed, 1) != 0;
    if (!has)
        act(call);
    cr_assert_eq(mprotect(first, bytes, PROT_READ | PROT_WRITE), 0);
    return has;
}

static void act_apply(const struct call *call)
{
    (void)apply(&pool, call);
}

Test(adopt, torn_reservations)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    static struct bitframe_map_range ranges[RANGES];
    struct bitframe_map map;
    bitframe_map_init(&map, ranges, RANGES);
    for (uint64_t i = 1; i <= 4; i++)
        bitframe_map_add(&map, BITFRAME_MAP_RAM, i * GIB, page * 8 * FRAME);
    for (uint64_t i = 1; i <= 3; i++)
        bitframe_map_add(&map, BITFRAME_MAP_RESERVED, i * GIB + MIB, 10 * FRAME);
    cr_assert_eq(bitframe_map_get_metadata_bytes(&map, &metadata_bytes), BITFRAME_OK);
    uint64_t room = (metadata_bytes / page + 3) * page;
    char *memory = guarded_open(room, page, GUARDED_ABOVE);

    /* So that a page begins inside the tables, behind all other parts and in front of the reservations. */
    cr_assert_eq(bitframe_init_map(&pool, &map, memory, room), BITFRAME_OK);
    uint64_t tables = ((uint64_t)((char *)pool_segments(&pool) - memory) + 63) / 64 * 64;
    cr_assert_leq(tables, (uint64_t)((char *)pool_reserved(&pool) - memory));
    cr_assert_gt(tables, 2 * page);
    char *at = memory + (page - tables % page);

    /* In the second span, whose bitmap is not on the header's page. */
    const struct call calls[] = {
        {.kind = RESERVE, .pa = 2 * GIB + 8 * MIB, .frames = 4},           /* one more */
        {.kind = RESERVE, .pa = 2 * GIB + MIB + 10 * FRAME, .frames = 4},  /* a longer one */
        {.kind = UNRESERVE, .pa = 2 * GIB + MIB, .frames = 4 * 10},        /* one less */
        {.kind = UNRESERVE, .pa = 2 * GIB + MIB + FRAME, .frames = 4 * 2}, /* two for one */
    };
    enum place { AT_MARK, IN_TABLE, IN_BITMAP, PLACES };
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (int place = 0; place < PLACES; place++) {
            cr_assert_eq(bitframe_init_map(&pool, &map, at, metadata_bytes), BITFRAME_OK);
            uint64_t free_frames = bitframe_get_free_frames(&pool);
            char *pages[] = {[AT_MARK] = memory, [IN_TABLE] = at + tables, [IN_BITMAP] = memory + page};
            cr_assert(crashes(act_apply, &calls[i], pages[place], page), "call %zu place %d", i, place);
            enum bitframe_status status = bitframe_adopt(&adopted, at, metadata_bytes);
            cr_assert_eq(status, place == IN_TABLE ? BITFRAME_MALFORMED : BITFRAME_OK, "call %zu: %s", i,
                         bitframe_get_status_name(status));
            if (place == IN_TABLE)
                continue;
            /* All or nothing, whatever the bitmap has of it: the table comes first for a reservation and last
             * for its end. */
            bool has_happened = place == IN_BITMAP && calls[i].kind == RESERVE;
            ASSERT_SOUND(&adopted);
            cr_expect_eq(bitframe_get_reserved_frames(&adopted), 30u + has_happened, "call %zu place %d", i,
                         place);
            cr_expect_eq(bitframe_get_free_frames(&adopted), free_frames - has_happened);
        }
    }
    guarded_close(memory, room);
}

static struct bitframe_map torn_map;
static char *torn_at;
static uint64_t torn_bytes;

static void act_make(const struct call *call)
{
    (void)call;
    (void)bitframe_init_map(&adopted, &torn_map, torn_at, torn_bytes);
}

static void act_extend(const struct call *call)
{
    (void)call;
    (void)bitframe_extend(&pool, &torn_map, torn_at, torn_bytes);
}

Test(adopt, torn_making)
{
    /* Metadata that still hold another pool, and the making of a new one that gets no further than a page. */
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    static struct bitframe_map_range ranges[1];
    void (*const acts[])(const struct call *) = {act_make, act_extend};
    make_plain_pool();
    bitframe_map_init(&torn_map, ranges, 1);
    bitframe_map_add(&torn_map, BITFRAME_MAP_RAM, MIB, 4 * GIB);
    cr_assert_eq(bitframe_get_extend_bytes(&pool, &torn_map, &torn_bytes), BITFRAME_OK);
    torn_bytes = (torn_bytes + page - 1) / page * page;
    torn_at = guarded_open(torn_bytes, page, GUARDED_ABOVE);
    memcpy(torn_at, metadata, metadata_bytes);
    cr_assert_eq(bitframe_adopt(&adopted, torn_at, torn_bytes), BITFRAME_OK);
    for (size_t i = 0; i < COUNT(acts); i++) {
        memcpy(torn_at, metadata, metadata_bytes);
        cr_assert(crashes(acts[i], NULL, torn_at + page, torn_bytes - page));
        cr_expect_eq(bitframe_adopt(&adopted, torn_at, torn_bytes), BITFRAME_MALFORMED, "act %zu", i);
    }
    cr_expect_eq(bitframe_adopt(&adopted, metadata, metadata_bytes), BITFRAME_OK,
                 "what was to be extended is as it was");
    guarded_close(torn_at, torn_bytes);
}

Test(adopt, torn_at_any_word)
{
    make_plain_pool();
    static char after[MOST_BYTES];
    static char before[MOST_BYTES];
    memcpy(before, metadata, metadata_bytes);
    cr_assert_eq(bitframe_reserve(&pool, 18 * MIB + 9 * FRAME, FRAME), BITFRAME_OK);
    memcpy(after, metadata, metadata_bytes);
    cr_assert_eq(pool.reserved_count, 4);

    /* Old and new words in any mixture: before the mark, after it, and after it has been taken away. */
    uint64_t offsets[16];
    unsigned changed = 0;
    for (uint64_t at = 0; at < metadata_bytes; at += 8) {
        if (at == sizeof(struct header))
            at = offset_of(pool_segments(&pool));
        if (memcmp(before + at, after + at, 8) != 0) {
            cr_assert_lt(changed, COUNT(offsets));
            offsets[changed++] = at;
        }
    }
    cr_assert_geq(changed, 2 + 2, "count, sum and an entry");
    struct header *header = (struct header *)(void *)copy;
    uint64_t mixtures = UINT64_C(1) << changed;
    for (uint64_t mixture = 0; mixture < mixtures; mixture++) {
        memcpy(copy, before, metadata_bytes);
        for (unsigned i = 0; i < changed; i++) {
            if (mixture >> i & 1)
                memcpy(copy + offsets[i], after + offsets[i], 8);
        }
        bool is_whole = mixture == 0 || mixture == mixtures - 1;
        /* The new entry of the table counts only with the new count, so some mixtures are as before. */
        uint64_t count = header->reserved;
        bool is_before = count == 3 && memcmp(before, copy, sizeof(struct header)) == 0 &&
                         memcmp(before + offset_of(pool_reserved(&pool)),
                                copy + offset_of(pool_reserved(&pool)), count * sizeof(struct span)) == 0;
        cr_assert_eq(adopt_copy(metadata_bytes), is_whole || is_before ? BITFRAME_OK : BITFRAME_MALFORMED);
        memcpy(copy, before, metadata_bytes);
        for (unsigned i = 0; i < changed; i++) {
            if (mixture >> i & 1)
                memcpy(copy + offsets[i], after + offsets[i], 8);
        }
        header->state = HEADER_CHANGING;
        cr_assert_eq(adopt_copy(metadata_bytes), BITFRAME_MALFORMED);
    }
}

/* What check names, adopt repairs, but for what it believes. */

Test(adopt_regression, repairs_all_but_header_tables_and_bitmap)
{
    make_plain_pool();
    bitframe_flush_pending(&pool);
    memcpy(copy, metadata, metadata_bytes);
    uint64_t index = offset_of(levels_at(&pool, &pool.frames, 1));
    uint64_t tables = offset_of(pool_segments(&pool));
    uint64_t named[BITFRAME_BAD_HEADER + 1] = {0};
    for (uint64_t at = index; at < tables; at += 8) {
        uint64_t word;
        memcpy(&word, metadata + at, 8);
        word = ~word;
        memcpy(metadata + at, &word, 8);
        named[bitframe_check(&pool)]++;
        cr_assert_eq(bitframe_adopt(&pool, metadata, metadata_bytes), BITFRAME_OK);
        cr_assert_eq(memcmp(metadata, copy, metadata_bytes), 0, "word at %" PRIu64, at);
    }
    cr_expect_gt(named[BITFRAME_BAD_INDEX], 0);
    cr_expect_gt(named[BITFRAME_BAD_HUGE], 0);
    cr_expect_eq(named[BITFRAME_SOUND], 0);

    struct bitframe right = pool;
    for (size_t i = 0; i < sizeof(pool) / 8; i++) {
        uint64_t word;
        memcpy(&word, (char *)&pool + 8 * i, 8);
        word += 8;
        memcpy((char *)&pool + 8 * i, &word, 8);
        cr_assert_eq(bitframe_adopt(&pool, metadata, metadata_bytes), BITFRAME_OK);
        ASSERT_SOUND(&pool);
        memcpy(&word, (char *)&pool + 8 * i, 8);
    }
    cr_expect_eq(memcmp(&right.free_frames, &pool.free_frames, sizeof(right.free_frames)), 0);
    cr_expect_eq(memcmp(metadata, copy, metadata_bytes), 0);

    /* And what adopt believes, check does not take on trust. */
    struct header *header = pool_header(&pool);
    for (int i = 0; i < HEADER_WORDS; i++) {
        uint64_t *word = &header->magic + i;
        *word ^= 1;
        cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_HEADER, "word %d", i);
        *word ^= 1;
    }
    ASSERT_SOUND(&pool);
}

Test(adopt, hash_is_the_published_one)
{
    /* The value by which SMHasher knows MurmurHash64A: of keys 0, 1, ... of every length, and of the hashes.
     */
    uint8_t key[256];
    uint64_t hashes[256];
    for (unsigned i = 0; i < 256; i++) {
        key[i] = (uint8_t)i;
        hashes[i] = adopt_check_hash(key, i, 256 - i);
    }
    cr_assert_eq((uint32_t)adopt_check_hash(hashes, sizeof(hashes), 0), UINT32_C(0x1F0D3804));
    for (uint64_t words = 0; words <= 256; words++)
        cr_assert_eq(bitframe_hash(words, hashes, words), adopt_check_hash(hashes, words * 8, words));
}
