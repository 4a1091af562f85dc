/* SPDX-License-Identifier: MIT */
/* offline_check_test.c - bitframe_check() on pools with offline ranges */
#include <inttypes.h>
#include <string.h>

#include "core/range.h"
#include "layout/offline_records.h"
#include "layout/tables.h"
#include "offline_pools.h"

static uint64_t *bits_of(size_t i)
{
    return (uint64_t *)(void *)words[i].memory;
}

/** Two ranges out of use, the first with 5 frames in use, a reservation and a hole. */
static void make_checked_pool(void)
{
    make_pool();
    cr_assert_eq(bitframe_alloc_at(pool, (BASE + 100) * FRAME, 10), BITFRAME_OK);
    for (size_t i = 0; i < 2; i++) { /* as many words as records that are wrong may say */
        const uint64_t first[] = {BASE + 105, END - 100}, frames[] = {END - BASE - 4096, 50},
                       count = (END - BASE) / 64;
        cr_assert_eq(bitframe_set_offline(pool, record + i, first[i] * FRAME, frames[i] * FRAME,
                                          make_words(i, count), count),
                     BITFRAME_OK);
    }
    ASSERT_SOUND(pool);
    cr_assert_eq(bitframe_get_offline_in_use(record), 5);
}

#define EXPECT_BAD_OFFLINE(corruption)                                                                       \
    do {                                                                                                     \
        make_checked_pool();                                                                                 \
        corruption;                                                                                          \
        cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE, "%s", #corruption);                         \
    } while (0)

Test(offline_check, records)
{
    EXPECT_BAD_OFFLINE(pool->offline_frames++);
    EXPECT_BAD_OFFLINE(pool->offline_frames--);
    EXPECT_BAD_OFFLINE(pool->offline = 0);
    EXPECT_BAD_OFFLINE(record[0].next = 0);
    EXPECT_BAD_OFFLINE(record[1].next = pool->offline); /* a ring */
    EXPECT_BAD_OFFLINE(record[0].in_use++);
    EXPECT_BAD_OFFLINE(record[0].in_use--);
    EXPECT_BAD_OFFLINE(
        record[0].first--); /* bits stand for other frames then, but for that a frame is free */
    EXPECT_BAD_OFFLINE(record[1].first++);
    EXPECT_BAD_OFFLINE(record[1].end++);
    EXPECT_BAD_OFFLINE(record[1].end = record[1].first);
    EXPECT_BAD_OFFLINE(record[1].end = END + 1);
    EXPECT_BAD_OFFLINE(record[0].first = HOLE + 1);
    EXPECT_BAD_OFFLINE(record[0].end = record[1].first + 1);
}

Test(offline_check, ends)
{
    /* Nothing is lost or gained by the frames of a hole: only that an end is one of the pool's is wrong. */
    make_pool();
    uint64_t *bits = make_words(0, 2); /* one more than it needs */
    bits[1] = 0;
    cr_assert_eq(bitframe_set_offline(pool, record, (HOLE - 10) * FRAME, 10 * FRAME, bits, 2), BITFRAME_OK);
    record->end++;
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE);
    make_pool();
    bits = make_words(0, 2);
    cr_assert_eq(bitframe_set_offline(pool, record, BEHIND * FRAME, 10 * FRAME, bits, 2), BITFRAME_OK);
    record->first--; /* the words begin lower then: give it those */
    memset(bits, 0, 16);
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE);
    make_pool();
    cr_assert_eq(offline(0, RESERVED, RESERVED_FRAMES), BITFRAME_OK);
    record->end = record->first;
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE, "empty, and nothing is lost by it");
}

Test(offline_check, bits)
{
    make_checked_pool();
    for (uint64_t bit = 0; bit < offline_word_count(record->first, record->end) * 64; bit++) {
        bits_of(0)[bit / 64] ^= UINT64_C(1) << bit % 64;
        cr_assert_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE, "bit %" PRIu64, bit);
        bits_of(0)[bit / 64] ^= UINT64_C(1) << bit % 64;
    }
    ASSERT_SOUND(pool);

    /* A bit that moves to where there is no frame, with the count of offline frames put right. */
    EXPECT_BAD_OFFLINE((bits_of(0)[0] ^= UINT64_C(1) << (BASE + 105) % 64 | 1, pool->offline_frames++));
    /* And one that moves to a reserved frame. */
    EXPECT_BAD_OFFLINE((bits_of(0)[offline_bit(record, RESERVED) / 64] |= UINT64_C(1) << RESERVED % 64,
                        bits_of(0)[0] ^= UINT64_C(1) << (BASE + 105) % 64, pool->offline_frames++));
}

Test(offline_check, a_free_frame)
{
    make_checked_pool();
    uint64_t bit = pool_bit(pool, BASE + 105);
    bitframe_set_frames(pool, bit, bit + 1); /* all else stays in step */
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE);
    make_checked_pool();
    bit = pool_bit(pool, END - 100);
    bitframe_set_frames(pool, bit, bit + 1);
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_OFFLINE);
}

Test(offline_check, window)
{
    make_checked_pool();
    cr_assert_eq(bitframe_free(pool, (BASE + 100) * FRAME), BITFRAME_OK);
    ASSERT_SOUND(pool);
    cr_expect_eq(pool->window_pa, BASE * FRAME);
    cr_expect_eq(pool->window_frames, 105);
    pool->window_frames++;
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_WINDOW);
    make_checked_pool();
    cr_assert_eq(bitframe_alloc_at(pool, (END - 1) * FRAME, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_free(pool, (END - 1) * FRAME), BITFRAME_OK);
    ASSERT_SOUND(pool);
    cr_expect_eq(pool->window_pa, (END - 50) * FRAME);
    cr_expect_eq(pool->window_frames, 50);
    pool->window_pa -= FRAME;
    cr_expect_eq(bitframe_check(pool), BITFRAME_BAD_WINDOW);
}
