/* SPDX-License-Identifier: MIT */
/* costs.h - the accesses of one call after another, and what they may be at most */
#ifndef BITFRAME_TESTS_COSTS_H
#define BITFRAME_TESTS_COSTS_H

#include "beside.h"

#define POOL   (&beside->pool)
#define SHARED (beside->shared)

/** What a call was answered. */
extern enum bitframe_status status;
extern uint64_t got_pa, got_frames, pas[64];

/** These are calls: a run that is described, and one of so many frames. */
void request_run(const struct bitframe_request *request);
void run_of(uint64_t frames, uint64_t align, uint64_t max_pa);

/** @p what took @p accesses accesses, and may take @p most. */
void check(const char *what, uint64_t accesses, uint64_t most);

/** @p call is granted at a small cost, again and again. */
void granted(const char *what, void (*call)(void), bool is_bulk);

/** @p call is refused: at first by a look at @p words words, then at a small cost. */
void refused_by(const char *what, void (*call)(void), uint64_t words);

/** The same by @p passes passes over the bitmap. */
void refused(const char *what, void (*call)(void), uint64_t passes);

void must_free(uint64_t first, uint64_t frames);
void must_claim(uint64_t first, uint64_t frames);

/** Requests for a part of memory (costs_zones.c), and for all of it (costs_search.c). */
void costs_of_zones(void);
void costs_of_searches(void);

#endif
