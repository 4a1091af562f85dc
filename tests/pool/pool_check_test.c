/* SPDX-License-Identifier: MIT */
/* pool_check_test.c - bitframe_check(): every invariant fires when it is broken, and only then */
#include <inttypes.h>

#include <bitframe/bulk.h>

#include "core/cursor.h"
#include "layout/levels.h"
#include "layout/tables.h"
#include "pool_states.h"

/** A pool of three levels with an allocated part, so that no word is trivially right. */
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

/** A pool of more than a word of huge frames, with a reservation. */
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
        cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_HUGE, "huge frame %" PRIu64, huge_frame);
        *word ^= UINT64_C(1) << huge_frame % 64;
    }
    ASSERT_SOUND(&pool);
}

Test(pool_check, what_the_single_steps_rely_on)
{
    make_large_pool();
    pool.zero_word += 8;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_WINDOW);
    uint64_t *const fields[] = {&pool.segment_first, &pool.segment_words, &pool.segment_base_pa};
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
    cr_assert_neq(bitframe_alloc(&pool), 0); /* the cursor has a huge frame now */
    ASSERT_SOUND(&pool);
    pool.cursor += 8;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.cursor -= 16;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.cursor += 8;
    ASSERT_SOUND(&pool);
    pool.cursor_pa += FRAME;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.cursor_pa -= FRAME;
    pool.rest ^= 2;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.rest ^= 2;
    pool.next += 64;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.next -= 64;
    bitframe_flush_cursor(&pool);
    ASSERT_SOUND(&pool);
    pool.next += 64;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.next -= 64;
    pool.rest = 1;
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_CURSOR);
    pool.rest = 0;
    pool.none = 1;
    cr_expect_neq(bitframe_check(&pool), BITFRAME_SOUND);
}

/* What the index says of the cursor's huge frame is as wrong as what it does not say of another. */
Test(pool_check, outside)
{
    make_full_pool();
    cr_assert_eq(bitframe_free_huge(&pool, 700 * HUGE), BITFRAME_OK);
    ASSERT_SOUND(&pool);
    uint64_t *any = levels_at(&pool, &pool.frames, 1);
    uint64_t *huge = levels_at(&pool, &pool.huge, 0);
    uint64_t word = 699 * HUGE_WORDS; /* the pool begins at huge frame 1 */
    for (unsigned i = 0; i < HUGE_WORDS; i++) {
        any[word / WORD_BITS] ^= bit_mask(word + i);
        cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_INDEX, "word %u", i);
        any[word / WORD_BITS] ^= bit_mask(word + i);
    }
    huge[699 / WORD_BITS] ^= bit_mask(699);
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_HUGE);
    huge[699 / WORD_BITS] ^= bit_mask(699);
    ASSERT_SOUND(&pool);
    bitframe_flush_cursor(&pool);
    ASSERT_SOUND(&pool);
    any[word / WORD_BITS] ^= bit_mask(word);
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_INDEX);
    any[word / WORD_BITS] ^= bit_mask(word);
    huge[699 / WORD_BITS] ^= bit_mask(699);
    cr_expect_eq(bitframe_check(&pool), BITFRAME_BAD_HUGE);
}
