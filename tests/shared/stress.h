/* SPDX-License-Identifier: MIT */
/* stress.h - what the parts of the stress program share. */
#ifndef BITFRAME_TESTS_STRESS_H
#define BITFRAME_TESTS_STRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <bitframe/map.h>
#include <bitframe/shared.h>

#include "random.h"
#include "team.h"

#define FRAME BITFRAME_FRAME_BYTES
#define BASE  (UINT64_C(0x40000000) / FRAME)

enum { THREADS_MAX = 64, WORKERS_MAX = 2 * THREADS_MAX, LIVE_MAX = 4096, FRAMES_MAX = 1 << 18, BULK = 100 };

/** What threads do. Each does what those above it do, and something more. */
enum mix {
    SINGLE,     /* single frames */
    ANY_WAY,    /* single frames by any call that takes some */
    EVERYTHING, /* runs, claims, bulk calls and ranges */
    MISTAKES,   /* what must be refused, and frames that several give back at once */
    MIXES
};

/** What may happen, and how often it did. A run in which something that must happen did not is a failure. */
enum event {
    NONE,        /* there was no free frame */
    MET_BUSY,    /* it is not known whether there was one */
    RUN,         /* a run was allocated */
    HUGE,        /* 2 MiB were allocated */
    NO_RUN,      /* no run was */
    CLAIMED,     /* certain frames were allocated */
    IN_USE,      /* certain frames were in use */
    FEWER,       /* a bulk call got some of what it asked for */
    SWEPT,       /* a range was allocated that had free frames */
    WRONG_CPU,   /* a call with another CPU's number */
    NO_CPU,      /* with nobody's */
    UNMANAGED,   /* frees refused, by status */
    MISALIGNED,  /* */
    RESERVED,    /* */
    DOUBLE_FREE, /* of frames that were free */
    SECOND_FREE, /* of frames that somebody else gave back at the same time */
    INTERRUPT,   /* a call was made in a signal handler */
    LOST_BIT,    /* inside of calls, in programs that are shaken: see shake.h */
    ROLLBACK,    /* */
    EVENTS
};

struct settings {
    uint64_t threads, calls, rounds, seconds, frames, seed, policy, mix;
    uint64_t map;     /* whether memory has holes and reservations */
    uint64_t wrong;   /* whether CPU numbers are random */
    uint64_t signals; /* whether calls are interrupted by calls */
    uint64_t shake;   /* one atomic access in so many takes longer */
    uint64_t
        tickets;   /* whether only as many frames are asked for as there are: no request for one may fail */
    uint64_t must; /* events, a bit each */
};

struct piece {
    uint64_t pa, frames;
};

/** A thread, or the interrupts of one: these have frames of their own. */
struct worker {
    uint32_t id;
    uint32_t cpu;
    uint64_t random;
    uint64_t bias; /* allocations in 100 calls that allocate or free */
    bool is_interrupt;
    uint64_t live_count;
    struct piece live[LIVE_MAX];
    uint64_t calls;
    uint64_t events[EVENTS];
};

enum kind { HOLE, IN_RESERVATION, USABLE };

extern struct settings set;
extern struct bitframe pool;
extern struct bitframe_shared *shared; /* of it */
extern uint8_t kinds[FRAMES_MAX];      /* enum kind of each frame */
extern uint64_t usable;                /* frames that can be allocated */
extern _Atomic(int64_t) tickets;       /* frames that nobody has and nobody is about to take */
extern _Atomic(uint64_t) swept;        /* frames that were allocated with a range, by nobody in particular */
extern _Atomic(uint64_t) given_back;   /* frames given back while several tried to */
extern const char *const mix_names[MIXES];

_Noreturn void fail(const char *what, uint64_t pa, uint64_t number);

static inline void must(enum bitframe_status status, const char *what, uint64_t pa)
{
    if (status != BITFRAME_OK)
        fail(what, pa, (uint64_t)status);
}

static inline uint64_t random_below(uint64_t *state, uint64_t end)
{
    return next_random(state) % end;
}

/* ledger.c: an owner for each frame. */

/** Take note that @p worker took these frames, which nobody may have. */
void own(struct worker *worker, uint64_t pa, uint64_t frames);

/** Take note that @p worker, and nobody else, has these frames and is about to give them back. */
void disown(struct worker *worker, uint64_t pa, uint64_t frames);

/** Who has frame @p frame of the pool: the worker's id + 1, or 0. */
unsigned owner_of(uint64_t frame);

/** While nobody calls: give back what was allocated by ranges, and see that it is as much as was said. */
void reclaim_swept(struct worker *worker);

/** Remember who has what. */
void ledger_freeze(void);

/** Who had frame @p frame when the ledger was frozen. */
unsigned frozen_owner(uint64_t frame);

/** Nobody has anything any more. */
void ledger_clear(void);

/* mixes.c: what a thread does. */

/** One call at random, or a few. */
void step(struct worker *worker);

/** The same in an interrupt, which may have come at any instruction of the thread's own call. */
void step_in_interrupt(struct worker *worker);

/** While nobody takes: frees of what is free, and with @p is_contest of what others have and free too. */
void give_back_only(struct worker *worker, bool is_contest, bool has_runs);

/** Give back everything. */
void give_back_all(struct worker *worker);

/* signals.c: interrupts. */

void signals_begin(uint64_t seed);
void signals_end(void);

/** The calling thread can be interrupted, by calls of @p interrupts, from signals_open() to signals_close().
 */
void signals_join(struct worker *interrupts);
void signals_open(void);
void signals_close(void);

#endif
