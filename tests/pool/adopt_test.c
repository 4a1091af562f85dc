/* SPDX-License-Identifier: MIT */
/*
 * adopt_test.c - pools made again of their metadata
 *
 * The seed is printed; BITFRAME_SEED repeats a run, BITFRAME_ADOPT_ROUNDS sets its length.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adopt_check.h"
#include "adopt_pools.h"
#include "core/cursor.h"
#include "layout/header.h"
#include "layout/levels.h"
#include "layout/locate.h"
#include "layout/tables.h"
#include "random.h"

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
        bitframe_flush_cursor(&adopted);
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
    cr_expect_eq(bitframe_free(&adopted, 16 * MIB + 3 * FRAME), BITFRAME_OK, "the one that was allocated");
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

/* What check names, adopt repairs, but for what it believes. */

Test(adopt_regression, repairs_all_but_header_tables_and_bitmap)
{
    make_plain_pool();
    bitframe_flush_cursor(&pool);
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
