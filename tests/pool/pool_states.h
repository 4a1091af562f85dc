/* SPDX-License-Identifier: MIT */
/* pool_states.h - the pool of these tests, and states that they begin in */
#ifndef BITFRAME_TESTS_POOL_STATES_H
#define BITFRAME_TESTS_POOL_STATES_H

#include "test_pool.h"

#define HUGE (BITFRAME_HUGE_FRAMES * FRAME)

enum { PENDING_HUGES = 5000 }; /* more than a word of huge frames, of level 1 and of level 2 stand for */

extern struct bitframe pool;
extern struct guarded metadata;

/** A pool of @p frames frames from frame @p first on, all free. */
void make_pool(uint64_t first, uint64_t frames);

/** A pool of PENDING_HUGES huge frames, all of them allocated but for one frame, the last. */
void make_full_pool(void);

#endif
