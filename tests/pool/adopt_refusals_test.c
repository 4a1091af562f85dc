/* SPDX-License-Identifier: MIT */
/* adopt_refusals_test.c - metadata that no pool is made of; each refusal leaves pool and metadata as they were */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adopt_check.h"
#include "adopt_pools.h"
#include "layout/header.h"
#include "layout/metadata.h"
#include "layout/tables.h"
#include "random.h"

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
