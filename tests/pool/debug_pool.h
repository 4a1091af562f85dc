/* SPDX-License-Identifier: MIT */
/*
 * debug_pool.h - the pool of the tests of debugging, and the ways in which its frames become allocated and free
 *
 * The frames of these pools are memory of this process: frame FIRST of every pool is the first of memory[].
 * Random histories are in trace/pool_watch.c.
 */
#ifndef BITFRAME_TESTS_DEBUG_POOL_H
#define BITFRAME_TESTS_DEBUG_POOL_H

#include <bitframe/page_alloc.h>

#include "test_pool.h"

#define FIRST (MALLOC_START / FRAME)
#define BOTH  (BITFRAME_DEBUG_POISON | BITFRAME_DEBUG_TAGS)

enum { FRAMES = 1200, MEMORY_FRAMES = 1536, BITS = 4096, TASKS = 7, TABLES = 8 };

extern struct bitframe pool;
extern struct bitframe_debug debug;
extern struct guarded metadata, storage;
extern unsigned char memory[MEMORY_FRAMES * 4096];

/* What the hook was told, the last of it, and how often. */
extern struct bitframe_corruption report;
extern unsigned reports;

uint64_t pa_of(uint64_t i);
unsigned char *frame_at(uint64_t pa);

/** The byte at @p offset of a frame that holds the pattern. */
uint8_t pattern_at(uint64_t offset);

bool holds_pattern(uint64_t pa);

void declare_memory(void);
void start(struct bitframe *of, uint32_t flags);

/** A pool of FRAMES frames, all free, not debugged. */
void make_plain_pool(void);

/** The same, debugged. */
void make_pool(uint32_t flags);

/** What debugging has written, for comparing. */
void copy_storage(uint32_t entries[BITS]);
void expect_storage(const uint32_t entries[BITS]);

/* The ways in which frames become allocated, of those at @p pa: each must look at all of them. */
enum { WAYS_TO_ALLOC = 6, WAYS_TO_FREE = 3 };

void by_alloc(uint64_t pa, uint64_t frames);
void by_alloc_run(uint64_t pa, uint64_t frames);
void by_alloc_run_zeroed(uint64_t pa, uint64_t frames);
void by_claim(uint64_t pa, uint64_t frames);
void by_alloc_range(uint64_t pa, uint64_t frames);
void by_reserve(uint64_t pa, uint64_t frames);

extern void (*const ways_to_alloc[WAYS_TO_ALLOC])(uint64_t pa, uint64_t frames);

/* And those in which they become free. */
void by_free(uint64_t pa, uint64_t frames);
void by_free_run(uint64_t pa, uint64_t frames);
void by_unreserve(uint64_t pa, uint64_t frames);

extern const struct way_to_free {
    void (*go)(uint64_t pa, uint64_t frames);
    uint32_t tag; /* whose a frame is in the report */
} ways_to_free[WAYS_TO_FREE];

/** The next run that has @p tag, or any, is this one; or there is none. */
void expect_run(uint32_t tag, uint64_t *frame, uint64_t first, uint64_t frames, uint32_t owner);
void expect_no_run(uint32_t tag, uint64_t *frame);

#endif
