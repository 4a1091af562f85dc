/* SPDX-License-Identifier: MIT */
/* offline_pools.h - a pool with records of offline ranges, and what these tests ask of it */
#ifndef BITFRAME_TESTS_OFFLINE_POOLS_H
#define BITFRAME_TESTS_OFFLINE_POOLS_H

#include <bitframe/offline.h>

#include "test_pool.h"

/* The pool and the records of offline ranges; their memory is guarded. */
extern struct world {
    struct bitframe pool;
    struct bitframe_offline_range records[3];
} world;

extern struct guarded metadata, words[3];
extern struct bitframe *const pool;
extern struct bitframe_offline_range *const record;

/* What make_pool() makes, in frames: two spans, and a reservation in the first. */
enum {
    BASE = 16 * 256,
    HOLE = 40 * 256,
    BEHIND = 41 * 256,
    END = 80 * 256,
    RESERVED = 20 * 256,
    RESERVED_FRAMES = 5,
    TOTAL = END - BASE - 256,
};

void make_pool(void);

/** Words for record @p i, which is not in use. */
uint64_t *make_words(size_t i, uint64_t count);

/** Take frames offline, with as many words as the frames take that are the pool's. */
enum bitframe_status offline(size_t i, uint64_t first, uint64_t frames);

/** Everything that a call may change: pool, records, and what they were given. */
struct contents {
    struct world world;
    char first_bytes[1 << 14], word_bytes[3][1 << 12];
};

extern struct contents before;

void copy_contents(struct contents *to);

/** Nothing has changed since copy_contents(&before). */
void expect_unchanged(void);

enum bitframe_status free_frame(uint64_t frame);

/** @p in_use is the first record's. */
void assert_counts(uint64_t free_frames, uint64_t offline_frames, uint64_t in_use);

/** Allocate all there is. Returns how many; none may be in [@p first, @p end). */
uint64_t exhaust(uint64_t first, uint64_t end);

#endif
