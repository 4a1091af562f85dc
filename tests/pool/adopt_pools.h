/* SPDX-License-Identifier: MIT */
/* adopt_pools.h - a pool, a copy of its metadata, the pool that is made of that, and random calls on both */
#ifndef BITFRAME_TESTS_ADOPT_POOLS_H
#define BITFRAME_TESTS_ADOPT_POOLS_H

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>

#include "test_pool.h"

enum { RANGES = 64, MOST_BYTES = 1 << 20 /* of metadata */ };

extern struct bitframe pool, adopted;
extern char *metadata, *copy; /* as long as the pool asks for, both of them */
extern uint64_t metadata_bytes;
extern struct guarded metadata_room, copy_room;

/** A pool over @p map, over random memory of a window, and over two segments. */
void make_of(const struct bitframe_map *map);
void make_random_pool(uint64_t first, uint64_t frames);
void make_plain_pool(void); /* the second segment is of more than 1 GiB, and there are three reservations */

/* One call on any pool. */

enum kind { ALLOC, FREE, ALLOC_RUN, CLAIM, FREE_RUN, ALLOC_RANGE, RESERVE, UNRESERVE, KINDS };

struct call {
    enum kind kind;
    uint64_t pa, frames;
    struct bitframe_request request;
};

struct answer {
    uint64_t status, value, free_frames, reserved_frames;
};

/** About the frames that the random pool is made of. */
struct call random_call(void);
struct answer apply(struct bitframe *to, const struct call *call);
void run_calls(uint64_t calls);

/** Offset in the metadata of a part of the pool. */
uint64_t offset_of(const void *part);

/** Copy the metadata, with garbage in place of all that follows from the rest. */
void copy_what_counts(void);

/** Is the adopted pool the same as the other, to the last bit of its metadata? */
void assert_same(void);

/** Adopt the copy; a refusal must leave pool and metadata as they were. */
enum bitframe_status adopt_copy(uint64_t bytes);

#endif
