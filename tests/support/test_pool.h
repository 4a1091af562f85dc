/* SPDX-License-Identifier: MIT */
/*
 * test_pool.h - pools of tests
 *
 * What these make lies in guarded memory (guarded.h), exactly as long as the pool asks for. A test that makes
 * its pools otherwise says why; tools/check-text finds arrays that hold metadata.
 *
 *     static struct bitframe pool;
 *     static struct guarded metadata;
 *
 *     Test(pool_alloc, lowest_first)
 *     {
 *         guarded_plain_pool(&pool, &metadata, GIB, 100 * FRAME);
 *         cr_assert_eq(bitframe_alloc(&pool), GIB);
 *         ASSERT_SOUND(&pool);
 *     }
 */
#ifndef BITFRAME_TESTS_TEST_POOL_H
#define BITFRAME_TESTS_TEST_POOL_H

#include <criterion/criterion.h>

#include <bitframe/check.h>
#include <bitframe/debug.h>
#include <bitframe/map.h>
#include <bitframe/shared.h>

#include "guarded.h"
#include "units.h"

#define ASSERT_SOUND(pool)                                                                                   \
    do {                                                                                                     \
        enum bitframe_invariant broken_ = bitframe_check(pool);                                              \
        cr_assert_eq(broken_, BITFRAME_SOUND, "%s", bitframe_get_invariant_name(broken_));                   \
    } while (0)

/** Make @p pool over @p map. The metadata it had is given back: for all of these, another call is another
 * pool. */
void guarded_pool(struct bitframe *pool, struct guarded *metadata, const struct bitframe_map *map);

/** Make @p pool over memory in one piece, all of it free, by bitframe_init(). */
void guarded_plain_pool(struct bitframe *pool, struct guarded *metadata, uint64_t first_pa, uint64_t bytes);

/** Share @p pool, in storage that is exactly as long as it must be. */
struct bitframe_shared *guarded_share(struct bitframe *pool, struct guarded *storage,
                                      enum bitframe_policy policy, uint32_t cpus);

/** Start debugging @p pool. */
void guarded_debug(struct bitframe *pool, struct bitframe_debug *debug, struct guarded *storage,
                   uint32_t flags);

/** Words for setting [@p pa, @p pa + @p bytes) offline. Returns them; @p count becomes how many they are.
 */
uint64_t *guarded_offline_words(struct guarded *words, uint64_t pa, uint64_t bytes, uint64_t *count);

#endif
