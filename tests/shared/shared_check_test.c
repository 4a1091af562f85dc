/* SPDX-License-Identifier: MIT */
/* shared_check_test.c - what bitframe_shared_check() finds: every corruption by its name. */
#include <bitframe/check.h>
#include <bitframe/offline.h>

#include "shared_pool.h"

static void make_checked(void)
{
    static struct bitframe_offline_range record;
    static uint64_t words[2];
    make_spans();
    share_as(BITFRAME_LOCAL, CPUS);
    ASSERT_STATUS(bitframe_set_offline(bitframe_shared_begin_exclusive(shared), &record, pa_of(3700),
                                       20 * FRAME, words, 2),
                  BITFRAME_OK);
    bitframe_shared_end_exclusive(shared);
    for (int i = 0; i < 100; i++)
        (void)bitframe_shared_alloc(shared, 1);
    for (int i = 0; i < 70; i++)
        (void)bitframe_shared_alloc(shared, 0);
    ASSERT_SOUND();
}

/** @p corruption of a pool that is fresh each time must be found, and be the one that is named. */
#define EXPECT_BAD(invariant, corruption)                                                                    \
    do {                                                                                                     \
        make_checked();                                                                                      \
        corruption;                                                                                          \
        enum bitframe_invariant broken_ = bitframe_shared_check(shared);                                     \
        cr_expect_eq(broken_, BITFRAME_BAD_##invariant, "%s: %s", #corruption,                               \
                     bitframe_get_invariant_name(broken_));                                                  \
    } while (0)

static uint64_t *word_of(uint64_t frame)
{
    return levels_at(&pool, &pool.frames, 0) + pool_bit(&pool, frame) / 64;
}

Test(shared_check, index)
{
    EXPECT_BAD(INDEX, levels_at(&pool, &pool.frames, 1)[0] &= levels_at(&pool, &pool.frames, 1)[0] - 1);
    EXPECT_BAD(INDEX, levels_at(&pool, &pool.frames, 2)[0] = 0);
    EXPECT_BAD(INDEX, pool.frames.stop = 0);
    /* A bit over a word that is 0 does no harm, and who comes by clears it. */
    make_pool(2 * GROUP);
    ASSERT_STATUS(bitframe_alloc_at(&pool, BASE, 2 * 64), BITFRAME_OK);
    share_as(BITFRAME_LOWEST, 1);
    uint64_t *above = levels_at(&pool, &pool.frames, 1);
    *above |= 2;
    ASSERT_SOUND();
    cr_expect_eq(bitframe_shared_alloc(shared, 0), pa_of(2 * 64));
    cr_expect_eq(*above & 2, 0);
    ASSERT_SOUND();
}

Test(shared_check, huges)
{
    EXPECT_BAD(HUGE, levels_at(&pool, &pool.huge, 0)[0] &= levels_at(&pool, &pool.huge, 0)[0] - 1);
    EXPECT_BAD(HUGE, levels_at(&pool, &pool.huge, 0)[pool.huge.words - 1] |= UINT64_C(1) << 63);
    EXPECT_BAD(HUGE, pool.huge.stop = 0);
    if (pool.huge.count > 1)
        EXPECT_BAD(HUGE, levels_at(&pool, &pool.huge, pool.huge.count - 1)[0] = 0);
    /* A bit of a huge frame that is not whole does no harm: who asks for a huge frame clears it. */
    make_pool(2 * GROUP);
    ASSERT_STATUS(bitframe_alloc_at(&pool, BASE, 64), BITFRAME_OK);
    share_as(BITFRAME_LOWEST, 1);
    levels_at(&pool, &pool.huge, 0)[0] |= 1;
    ASSERT_SOUND();
    struct bitframe_request request = {.frames = HUGE, .align = HUGE * FRAME};
    uint64_t pa;
    ASSERT_STATUS(bitframe_shared_alloc_run(shared, 0, &request, &pa), BITFRAME_OK);
    cr_expect_eq(pa, pa_of(HUGE));
    cr_expect_eq(levels_at(&pool, &pool.huge, 0)[0] & 1, 0);
    ASSERT_SOUND();
}

Test(shared_check, cursor)
{
    EXPECT_BAD(CURSOR, shared->always_zero = 1);
    EXPECT_BAD(CURSOR, pool.free_frames = 1);
    EXPECT_BAD(CURSOR, pool.window_frames = 1);
    EXPECT_BAD(CURSOR, pool.cursor += 8);
    EXPECT_BAD(CURSOR, pool.cursor = pool.frames.level[0]);
}

Test(shared_check, count)
{
    EXPECT_BAD(COUNT, slot_of(shared, 1)->allocated++);
    EXPECT_BAD(COUNT, slot_of(shared, 2)->freed++);
    EXPECT_BAD(COUNT, shared->base_frames--);
    EXPECT_BAD(COUNT, *word_of(BASE / FRAME + 2000) ^= bit_mask(pool_bit(&pool, BASE / FRAME + 2000)));
}

Test(shared_check, window)
{
    EXPECT_BAD(WINDOW, shared->window_frames++);
    EXPECT_BAD(WINDOW, shared->window_pa -= FRAME);
    EXPECT_BAD(WINDOW, shared->window_zero_bit++);
}

Test(shared_check, tables_padding_reserved_offline_header)
{
    EXPECT_BAD(TABLES, pool_spans(&pool)[0].end++);
    EXPECT_BAD(TABLES, pool.total_frames++);
    EXPECT_BAD(TABLES, pool_segments(&pool)[1].first_bit++);
    EXPECT_BAD(PADDING, *word_of(BASE / FRAME + 299) |= UINT64_C(1) << 63);
    EXPECT_BAD(RESERVED, *word_of(BASE / FRAME + 100) |= bit_mask(pool_bit(&pool, BASE / FRAME + 100)));
    EXPECT_BAD(RESERVED, pool.reserved_frames--);
    EXPECT_BAD(OFFLINE, pool.offline_frames++);
    EXPECT_BAD(OFFLINE, *word_of(BASE / FRAME + 3705) |= bit_mask(pool_bit(&pool, BASE / FRAME + 3705)));
    EXPECT_BAD(HEADER, metadata[0]++);
}
