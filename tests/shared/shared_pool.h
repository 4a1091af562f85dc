/* SPDX-License-Identifier: MIT */
/* shared_pool.h - the pool that shared_test.c and its like share among four CPUs, and ways to make it. */
#ifndef BITFRAME_TESTS_SHARED_POOL_H
#define BITFRAME_TESTS_SHARED_POOL_H

#include <criterion/criterion.h>

#include <bitframe/check.h>
#include <bitframe/map.h>
#include <bitframe/shared.h>

#include "core/owner.h"
#include "shared/slots.h"

#define FRAME  BITFRAME_FRAME_BYTES
#define BASE   UINT64_C(0x40000000)
#define CANARY 0xC5

enum { HUGE = BITFRAME_HUGE_FRAMES, GROUP = WORD_BITS * WORD_BITS, MOST = 80 * GROUP, CPUS = 4 };

extern struct bitframe pool;
extern struct bitframe_shared *shared; /* of it */
extern uint64_t *metadata;
extern uint64_t metadata_bytes;

static inline uint64_t pa_of(uint64_t frame)
{
    return BASE + frame * FRAME;
}

/**
 * Make the pool over a map, in as much metadata as that needs. Metadata, and the storage of share_as(), lie
 * between pages that cannot be touched: now behind one, now before one.
 */
void make_mapped(struct bitframe_map *map);

/** One span of @p frames frames from BASE. */
void make_pool(uint64_t frames);

/** Two spans, the smaller one first, so that frames are in the gap and outside it. */
void make_spans(void);

void share_as(enum bitframe_policy policy, uint32_t cpus);

/** make_pool(), shared by CPUS CPUs. */
void make_shared(uint64_t frames, enum bitframe_policy policy);

/** Find out whether the pool is sound, as a shared one or as its owner's. */
static inline enum bitframe_invariant audit(void)
{
    return pool_is_lent(&pool) ? bitframe_shared_check(shared) : bitframe_check(&pool);
}

#define ASSERT_SOUND()                                                                                       \
    do {                                                                                                     \
        enum bitframe_invariant broken_ = audit();                                                           \
        cr_assert_eq(broken_, BITFRAME_SOUND, "%s", bitframe_get_invariant_name(broken_));                   \
    } while (0)

#define ASSERT_STATUS(call, status)                                                                          \
    do {                                                                                                     \
        enum bitframe_status got_ = (call);                                                                  \
        cr_assert_eq(got_, status, "%s: %s", #call, bitframe_get_status_name(got_));                         \
    } while (0)

#endif
