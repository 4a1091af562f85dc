/* SPDX-License-Identifier: MIT */
/*
 * bench.h - what is measured: subjects, on contenders, at sizes of memory
 *
 * A subject is a pattern of calls, such as taking every frame in order; a contender is an allocator; a case
 * is a subject on a contender at one size of memory. Each contender instantiates the loops of loops.h around
 * direct calls of its own functions, so a case measures the call that a kernel would make and no
 * indirection. The contenders called "empty" answer at once: what their loops cost is what the others owe
 * to the loop, and what a call costs at least.
 *
 * Two programs are made of the same objects and differ in how they measure a case: timed.cc has Google
 * Benchmark take its time, counted.c brackets it for the plugin icount.c, which counts instructions.
 */
#ifndef BITFRAME_BENCH_BENCH_H
#define BITFRAME_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bitframe/shared.h>

/** The patterns of calls, as loops.h makes them for one contender. Null where it has no such call. */
struct loops {
    uint64_t (*fill)(uint64_t calls);                               /* take, take, ... */
    void (*drain)(uint64_t pa, uint64_t calls);                     /* free from pa upwards */
    void (*churn)(uint64_t *held, uint64_t pairs);                  /* free one that is held, take one */
    void (*edges)(uint64_t a, uint64_t b, uint64_t rounds);         /* take both, free both */
    uint64_t (*count)(uint64_t calls);                              /* how many frames are free? */
    void (*reserve)(uint64_t pa, uint64_t bytes, uint64_t n);       /* reserve one range after the other */
    void (*take_range)(uint64_t pa, uint64_t bytes, uint64_t n);    /* take one range after the other */
    void (*init)(uint64_t calls);                                   /* every frame free, again */
    uint64_t (*fill_huge)(uint64_t calls);                          /* take 2 MiB, aligned, again and again */
    void (*drain_huge)(uint64_t pa, uint64_t step, uint64_t calls); /* free 2 MiB every step bytes */
    void (*churn_huge)(uint64_t *held, uint64_t pairs);             /* free 2 MiB that are held, take 2 MiB */
    uint64_t (*fill_pair)(uint64_t calls);                          /* take runs of 2 frames */
    void (*fill_bulk)(uint64_t *pas, uint64_t calls);         /* take BULK single frames, again and again */
    void (*drain_bulk)(const uint64_t *pas, uint64_t calls);  /* free BULK of them, again and again */
    uint64_t (*search)(uint64_t calls);                       /* look through all of memory in vain */
    uint64_t (*fill_gib)(uint64_t calls);                     /* take runs of 1 GiB, aligned */
    void (*zero)(void *pages, uint64_t mask, uint64_t calls); /* zero a page */
};

/** What a search of a contender walks over. */
enum walk {
    WALK_NOTHING = 0, /* bounded cost: no limit on the calls measured */
    WALK_WORDS = 64,  /* a word of 64 frames a step */
    WALK_BYTES = 1,   /* a byte a frame */
};

struct contender {
    const char *name;
    enum walk walk;
    bool count_only;           /* nobody asks how long */
    bool indexed;              /* worst single calls are those of bitframe's index */
    uint64_t granule;          /* frames must be a multiple of it; 0: any number */
    struct loops loops;        /* around its own calls */
    const struct loops *empty; /* the same around calls of a function that returns at once */

    /** Bytes of metadata, 64-byte aligned, for @p frames frames. */
    uint64_t (*bytes)(uint64_t frames);
    /** Use @p memory from now on, for @p frames frames from @p first_pa, all of them free. */
    void (*open)(void *memory, uint64_t first_pa, uint64_t frames);
    /** Take the lowest @p frames of a fresh pool, a multiple of granule. */
    void (*occupy)(uint64_t frames);
};

/** A case being measured. */
struct stage {
    const struct contender *on;
    uint64_t first_pa;
    uint64_t frames;
    uint64_t operations; /* that one run makes */
    unsigned percent;    /* the subject's */
};

/* Frames that a bulk call asks for, and that a run of 2 MiB has. */
enum { BULK = 512, HUGE_FRAMES = 512 };

#define GIB (UINT64_C(1) << 30)

enum { HELD_MAX = 1 << 16 };
/** Frames that churn frees, by address; drawn afresh by each preparation. */
extern uint64_t bench_held[HELD_MAX];

struct subject {
    const char *name;
    const char *operation; /* what one operation is */
    unsigned calls;        /* calls of the contender in one operation */
    unsigned percent;      /* of the frames that are held, if it is made of several such states */
    bool count_only;       /* one call: too short to time */
    /** Operations of one run, 0 if the contender has no such call. */
    uint64_t (*operations)(const struct stage *stage);
    /** Bring the contender into the state that is measured. */
    void (*prepare)(const struct stage *stage);
    /** Make the operations by @p loops, the contender's or the empty ones. */
    void (*run)(const struct stage *stage, const struct loops *loops);
};

struct bench_case {
    char name[64]; /* subject/contender/size */
    const struct subject *subject;
    struct stage stage;
};

/* Contenders. Those of the architecture end with null. */
extern const struct contender bench_bitframe, bench_contract, bench_bytemap, bench_buddy, bench_flat,
    bench_flat_hint, bench_shared_local, bench_shared_lowest, bench_empty, bench_memset, bench_memzero,
    bench_memzero_device, bench_zero_c;
extern const struct contender *const bench_arch_contenders[];
extern const struct contender *const bench_arch_kinds; /* atomic accesses, see on_kinds.c; or null */
extern const struct loops bench_empty_loops, bench_empty_page_loops, bench_empty_shared_loops;

/* Subjects. */
extern const struct subject bench_fill, bench_drain, bench_churn50, bench_churn99, bench_scatter50,
    bench_scatter99, bench_adversarial, bench_worst_take, bench_worst_free, bench_worst_line,
    bench_worst_open, bench_worst_below, bench_worst_gib, bench_count, bench_reserve, bench_take_range,
    bench_init, bench_huge_take, bench_huge_free, bench_huge_churn, bench_huge_nibbled_take,
    bench_huge_nibbled_free, bench_huge_scattered, bench_worst_huge_take, bench_worst_huge_free,
    bench_loose_huge_take, bench_loose_huge_free, bench_bulk_take, bench_bulk_free, bench_search, bench_zero,
    bench_refused_take, bench_refused_take_again, bench_refused_pair, bench_refused_pair_again,
    bench_refused_huge, bench_refused_huge_again, bench_refused_bulk, bench_refused_bulk_again,
    bench_left_pair, bench_left_bulk;

/** How many times stage_open() was called. */
extern uint64_t stage_built;

/** The contender's metadata, or what it zeroes. */
void *stage_memory(const struct stage *stage);

/** Give the contender its metadata and make every frame free. */
void stage_open(const struct stage *stage);

/** stage_open(), then take the lowest @p frames frames. */
void stage_occupy(const struct stage *stage, uint64_t frames);

/** @p wanted operations, or fewer if a search of @p frames frames each would take too long. */
uint64_t stage_limit(const struct stage *stage, uint64_t wanted, uint64_t frames);

/** What churn.c and scatter.c measure, each in its own state: free a frame of bench_held and take one. */
void stage_churn(const struct stage *stage, const struct loops *loops);

/** Bits of the smallest power of two that is not below @p frames. */
unsigned stage_bits(uint64_t frames);

/** A permutation of the numbers below 2^@p bits that looks random: how frames are drawn without a list. */
uint64_t stage_shuffle(uint64_t i, unsigned bits);

/** Physical address of frame @p frame of the pool. */
static inline uint64_t stage_pa(const struct stage *stage, uint64_t frame)
{
    return stage->first_pa + frame * BITFRAME_FRAME_BYTES;
}

/** Tell bitframe that it runs in a booted kernel: Normal memory, vector registers at hand. */
void bench_declare_platform(void);

/* The core that counts are of, and how many there are. */
enum { BENCH_CORE = 0, BENCH_CORES = 4 };

/** The number of the core that runs, for calls that are not told: the platform's hook asks for it. */
extern _Thread_local uint32_t bench_running_core;

/** Bytes of metadata and storage of a shared pool. */
uint64_t bench_shared_bytes(uint64_t frames, uint32_t cores);

/** Make a shared pool of @p frames frames, all free, in memory of so many bytes. */
bool bench_open_shared(struct bitframe *pool, void *memory, uint64_t first_pa, uint64_t frames,
                       const struct bitframe_share_options *options);

/** Every case, allocated. */
struct bench_case *bench_cases(size_t *count);

#endif
