/* SPDX-License-Identifier: MIT */
/*
 * slots.h - a shared pool: what lies in the storage that bitframe_share() was given
 *
 *     struct bitframe_shared   what every call reads and none writes
 *     struct refusals          requests that were refused and would be again (none.h)
 *     struct slot, one per CPU what the CPU counts, and where it took from last
 *     a bit per group          some CPU takes from the group (policy.h)
 *
 * Like pool and metadata the parts hold no pointers. The shared pool knows its pool and the bitmap by their
 * distance from itself.
 *
 * While a pool is shared it is parked: its cursor leads to always_zero, its window is empty and its count is
 * FRAMES_LENT. The calls of its owner then end where they ask about that, and panic (pool_check_owner()).
 */
#ifndef BITFRAME_SHARED_SLOTS_H
#define BITFRAME_SHARED_SLOTS_H

#include <bitframe/shared.h>

#include "base/atomic.h"
#include "layout/tables.h"

/** What belongs to one CPU, on cache lines of its own. Others only read it, but for a wrong CPU number. */
struct slot {
    uint64_t allocated; /* frames, ever */
    uint64_t freed;     /* frames, ever */
    uint64_t leaf;  /* distance of the word where the last frame came from, a hint; of one that is always 0 if
                       the policy has no use for it */
    uint64_t group; /* that the CPU takes from: a hint */
    uint64_t huge_word; /* of huge frames, where the last huge frame came from: a hint */
    uint64_t unused[11];
};

/** A request and the sum of frees that it was refused for, on a cache line of its own. */
struct refusal {
    uint64_t turn; /* odd while the record is written */
    uint64_t sum;
    uint64_t frames;
    uint64_t align; /* and boundary: see struct demand of none.c */
    uint64_t first;
    uint64_t end;
    uint64_t unused[2];
};

enum { REFUSALS = 8 };

struct refusals {
    uint64_t live; /* a bit per record: its sum may be the present one */
    uint64_t next; /* the record, modulo their number, to be written where all are live: a hint */
    uint64_t unused[14];
    struct refusal record[REFUSALS];
};

/** All distances are from here, in bytes modulo 2^64. Only refusals, slots and claims change meanwhile. */
struct bitframe_shared {
    uint64_t pool;            /* distance of the pool */
    uint64_t bitmap;          /* distance of word 0 of its bitmap */
    uint32_t cpus;            /* how many */
    uint32_t policy;          /* enum bitframe_policy */
    uint64_t always_zero;     /* where the pool's cursor leads */
    uint64_t first_leaf;      /* distance of the largest segment's first word */
    uint64_t leaf_bytes;      /* bytes of bitmap that it has */
    uint64_t zero_leaf_pa;    /* PA of the first frame of a word at distance 0, were it of that segment */
    uint64_t window_pa;       /* the longest range between reservations and offline ranges: where it begins */
    uint64_t window_frames;   /* how long it is */
    uint64_t window_zero_bit; /* bit of PA 0, were it of the window's segment: a multiple of 64 */
    uint64_t base_frames;     /* free when sharing began */
    uint64_t claims;          /* distance of a bit per group: some CPU takes from it */
    uint64_t unused[4];
    struct refusals refusals;
    struct slot slot[];
};

_Static_assert(sizeof(struct slot) == 128, "BITFRAME_SHARE_BYTES() says so");
_Static_assert(sizeof(struct bitframe_shared) == 768, "BITFRAME_SHARE_BYTES() says so");

/** The pool that @p shared shares. */
static inline struct bitframe *shared_pool(const struct bitframe_shared *shared)
{
    return (struct bitframe *)((uintptr_t)shared + (uintptr_t)shared->pool);
}

/** The word at @p distance. */
static inline uint64_t *shared_word(const struct bitframe_shared *shared, uint64_t distance)
{
    return (uint64_t *)((uintptr_t)shared + (uintptr_t)distance);
}

/** The slot of @p cpu. A number that is out of range is as wrong as any other. */
static inline struct slot *slot_of(struct bitframe_shared *shared, uint32_t cpu)
{
    if (cpu >= shared->cpus)
        cpu %= shared->cpus;
    return shared->slot + cpu;
}

/** @p frames frames were allocated and freed, by a call that failed. */
static inline void count_rollback(struct slot *slot, uint64_t frames)
{
    atomic_count_release(&slot->allocated, frames);
    atomic_count_release(&slot->freed, frames);
}

/** Frames ever freed: it grows before any call that gives some back returns. */
uint64_t bitframe_sum_of_frees(const struct bitframe_shared *shared);

/** Frames that were ever allocated less those that were ever freed, modulo 2^64. */
uint64_t bitframe_net_allocated(const struct bitframe_shared *shared);

/** The word with the bit that says that group @p group is some CPU's: 64 groups to a cache line. */
static inline uint64_t *claims_of(const struct bitframe_shared *shared, uint64_t group)
{
    return shared_word(shared, shared->claims) + group / WORD_BITS * 8;
}

/*
 * How long a request goes on while other CPUs change what it looks at. Each of its loops ends by one of
 * these, or goes over the pool once and never turns back.
 */
enum {
    TRIES = 16, /* by the index, at what another CPU takes first */
    LOOKS = 2   /* at the whole bitmap, while other CPUs give frames back */
};

/* Leaves: words of the bitmap, by number or by distance. */

/** Word @p word. */
static inline uint64_t *leaf_at(const struct bitframe_shared *shared, uint64_t word)
{
    return shared_word(shared, shared->bitmap) + word;
}

/** The free frames of word @p word, for calls that only look. */
static inline uint64_t load_leaf(const struct bitframe_shared *shared, uint64_t word)
{
    return atomic_load_relaxed(leaf_at(shared, word));
}

/** load_leaf() as the word_reader of a walk (layout/walk.h), whose bitmap is @p shared. */
static inline uint64_t read_leaf(const void *shared, uint64_t word)
{
    return load_leaf((const struct bitframe_shared *)shared, word);
}

/** The distance of word @p word. */
static inline uint64_t leaf_distance(const struct bitframe_shared *shared, uint64_t word)
{
    return shared->bitmap + word * sizeof(uint64_t);
}

/** The number of the word at @p distance. */
static inline uint64_t leaf_number(const struct bitframe_shared *shared, uint64_t distance)
{
    return (distance - shared->bitmap) / sizeof(uint64_t);
}

/** Is the word at @p distance one of the largest segment? */
static inline bool leaf_is_near(const struct bitframe_shared *shared, uint64_t distance)
{
    return distance - shared->first_leaf < shared->leaf_bytes;
}

/** Then this is the PA of its first frame. */
static inline uint64_t near_leaf_pa(const struct bitframe_shared *shared, uint64_t distance)
{
    return shared->zero_leaf_pa + (distance << (BITFRAME_FRAME_SHIFT + WORD_SHIFT - 3));
}

/** The PA of the first frame of the word at @p distance, of whatever segment. */
uint64_t bitframe_leaf_pa(const struct bitframe_shared *shared, uint64_t distance);

static inline uint64_t leaf_pa(const struct bitframe_shared *shared, uint64_t distance)
{
    return leaf_is_near(shared, distance) ? near_leaf_pa(shared, distance)
                                          : bitframe_leaf_pa(shared, distance);
}

/** The PA of the frame of @p bit. */
static inline uint64_t pa_of_bit(const struct bitframe_shared *shared, uint64_t bit)
{
    return leaf_pa(shared, leaf_distance(shared, bit / WORD_BITS)) +
           (bit % WORD_BITS << BITFRAME_FRAME_SHIFT);
}

/* The window. */

/** The frame at @p pa counted from the window's first; beyond any pool if @p pa is not the start of one. */
static inline uint64_t window_frame(const struct bitframe_shared *shared, uint64_t pa)
{
    /* Rotated right, a misaligned offset is a number beyond any pool: one comparison refuses both. */
    uint64_t offset = pa - shared->window_pa;
    return offset >> BITFRAME_FRAME_SHIFT | offset << (64 - BITFRAME_FRAME_SHIFT);
}

/** Is @p pa the start of a frame of the window? Then the bit of its frame is window_bit(). */
static inline bool window_has(const struct bitframe_shared *shared, uint64_t pa)
{
    return window_frame(shared, pa) < shared->window_frames;
}

/** Are @p frames frames from the one at @p pa on, at least one, in the window? */
static inline bool window_has_run(const struct bitframe_shared *shared, uint64_t pa, uint64_t frames)
{
    uint64_t frame = window_frame(shared, pa);
    return frames <= shared->window_frames && frame <= shared->window_frames - frames;
}

static inline uint64_t window_bit(const struct bitframe_shared *shared, uint64_t pa)
{
    return shared->window_zero_bit + frame_number(pa);
}

#endif
