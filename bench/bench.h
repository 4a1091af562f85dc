/* SPDX-License-Identifier: MIT */
/*
 * bench.h - what is measured: workloads, on contenders, at sizes of memory
 *
 * A workload is a pattern of calls, such as allocating every frame in order. A contender is an allocator. A
 * case is a workload on a contender at one size of memory. Each contender instantiates the loops of loops.h
 * around direct calls of its own functions, so a case measures the call that a kernel would make and no
 * indirection. The contenders called "empty" return at once: their time and their instructions are the loop's
 * share, and the least that a call costs.
 *
 * Three programs share the contenders. timed.c has Google Benchmark take the time of each case. counted.c
 * brackets each case for the plugin icount.c, which counts instructions. threads.c takes the time of several
 * threads, with workloads of its own.
 */
#ifndef BITFRAME_BENCH_BENCH_H
#define BITFRAME_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bitframe/bitframe.h>

/* Frames that a bulk call asks for, that 2 MiB have, and that a burst of a thread allocates and frees. */
enum { BULK = 512, HUGE_FRAMES = 512, BURST = 128 };
#define HUGE_BYTES (HUGE_FRAMES * BITFRAME_FRAME_BYTES)
#define GIB_BYTES  (UINT64_C(1) << 30)

/* The CPU that counts are of, how many there are, and the most threads of one measurement. */
enum { BENCH_CPU = 0, BENCH_CPUS = 4, THREADS_MAX = 8 };

/** On cache lines that no two CPUs write to. */
#define ALONE __attribute__((aligned(128)))

/** A thread, with the frames that it holds. */
struct worker {
    uint64_t *held; /* PAs */
    uint64_t count; /* how many */
    uint64_t burst; /* how many it allocates before it frees them */
    uint64_t random;
    uint64_t refused; /* bits of the statuses of all frees: 0 if none was refused */
    uint32_t cpu;     /* its number */
} ALONE;

/** The loops of unit_loops.h, of frames or of 2 MiB. Null where the contender has no such call. */
struct unit_loops {
    uint64_t (*fill)(uint64_t calls);                               /* allocate, allocate, ... */
    void (*drain)(uint64_t pa, uint64_t step, uint64_t calls);      /* free what begins every step bytes */
    void (*churn)(uint64_t *held, uint64_t pairs);                  /* free one that is held, allocate one */
    void (*bursts)(uint64_t *held, uint64_t size, uint64_t bursts); /* free size of them, allocate as many */
    void (*edges)(uint64_t a, uint64_t b, uint64_t rounds);         /* allocate both, free both */
    void (*hold)(struct worker *self, uint64_t count);              /* of a thread: allocate, allocate, ... */
    void (*release)(struct worker *self);                           /* free what it holds */
    void (*cycle)(struct worker *self, uint64_t pairs);             /* allocate a burst, free it */
    void (*replace)(struct worker *self, uint64_t pairs);           /* free a random one, allocate one */
};

/** The loops of loops.h around the calls of one contender. Null where it has no such call. */
struct loops {
    struct unit_loops frames, huge;
    uint64_t (*fill_pair)(uint64_t calls);                         /* runs of 2 frames */
    uint64_t (*fill_aligned)(uint64_t calls);                      /* runs of 3 from even frames on */
    uint64_t (*fill_gib)(uint64_t calls);                          /* 1 GiB, aligned */
    uint64_t (*search)(uint64_t calls);                            /* look through all of memory in vain */
    uint64_t (*count)(uint64_t calls);                             /* how many frames are free? */
    void (*reserve)(uint64_t pa, uint64_t bytes, uint64_t ranges); /* one range after the other */
    void (*alloc_range)(uint64_t pa, uint64_t bytes, uint64_t ranges);
    void (*init)(uint64_t calls);                             /* every frame free, again */
    void (*fill_bulk)(uint64_t *pas, uint64_t calls);         /* allocate BULK single frames */
    void (*drain_bulk)(const uint64_t *pas, uint64_t calls);  /* free BULK of them */
    void (*zero)(void *pages, uint64_t mask, uint64_t calls); /* clear a page */
};

/** What a search of a contender walks over. */
enum walk {
    WALK_NOTHING = 0, /* bounded cost: no limit on the calls measured */
    WALK_WORDS = 64,  /* a word of 64 frames a step */
    WALK_BYTES = 1,   /* a byte a frame */
};

/** Where a contender is measured on one thread. */
enum places {
    IN_MEMORY = 1,   /* at every size of memory */
    IN_CONTRACT = 2, /* where <bitframe/page_alloc.h> has its pool */
    IN_PAGES = 4,    /* on a few pages that it clears */
};

/** What a contender is opened with. */
struct bench_memory {
    void *metadata; /* 64-byte aligned, as many bytes as the contender asked for */
    uint64_t first_pa;
    uint64_t frames; /* from there, all of them free */
    uint32_t cpus;
};

struct contender {
    const char *name;
    unsigned places;           /* none: only several threads use it */
    const struct loops *loops; /* around its own calls */
    const struct loops *empty; /* the same around calls of a function that returns at once */
    /** Bytes of metadata for @p frames frames and THREADS_MAX CPUs. */
    uint64_t (*bytes)(uint64_t frames);
    /** Use that memory. Did it work? */
    bool (*open)(const struct bench_memory *memory);
    /** Allocate the lowest @p frames of a fresh pool, a multiple of granule. */
    void (*occupy)(uint64_t frames);
    /** Free frames, all threads having stopped. No call follows. Null: not for several threads. */
    uint64_t (*close)(void);
    enum walk walk;
    uint64_t granule; /* frames must be a multiple of it; 0: any number */
    bool count_only;  /* its time on one thread is not measured */
    bool shared;      /* a shared pool */
    bool indexed;     /* worst single calls are those of bitframe's index */
    bool allocates;   /* a measurement of several threads looks for frames held twice or lost */
};

/** The files of contenders/ that have rows: each defines bench_FILE[], whose last row has no name. */
#define CONTENDER_FILES(X)                                                                                   \
    X(contract) X(empty) X(bitframe) X(buddy) X(flat) X(bytemap) X(shared) X(zero) X(locked) X(yardstick)
/** And those of workloads/. */
#define WORKLOAD_FILES(X) X(sequence) X(churn) X(huge) X(worst) X(refused)

/** A contender of several threads that hands out frames again, and must be caught. */
extern const struct contender bench_wrong;

/** A workload on a contender at one size of memory. */
struct bench_case {
    char name[64]; /* workload/contender/size */
    const struct workload *workload;
    const struct contender *contender;
    uint64_t first_pa;
    uint64_t frames;
    uint64_t operations; /* that one run makes */
};

/** Sizes of memory at which a workload is measured. More of them make the points of a plot. */
enum sizes { MAIN_SIZES = 0, FIRST_SIZE, EVERY_SIZE };

struct workload {
    const char *name;
    const char *operation; /* what one operation is */
    unsigned calls;        /* calls of the contender in one operation */
    /** Operations of one run, 0 if the contender has no such call. */
    uint64_t (*operations)(const struct bench_case *of);
    /** Bring the contender into the state that is measured. */
    void (*prepare)(const struct bench_case *of);
    /** Make the operations by @p loops, the contender's or the empty ones. */
    void (*run)(const struct bench_case *of, const struct loops *loops);
    unsigned percent; /* of the frames that are held, where a row differs by that */
    enum sizes sizes; /* at which it is measured */
    bool count_only;  /* one call: too short to time */
    bool pages;       /* for contenders of IN_PAGES, and for no others */
};

#define BENCH_DECLARE(file) extern const struct contender bench_##file[];
CONTENDER_FILES(BENCH_DECLARE)
#undef BENCH_DECLARE
#define BENCH_DECLARE(file) extern const struct workload bench_##file##_work[];
WORKLOAD_FILES(BENCH_DECLARE)
#undef BENCH_DECLARE

/* The files' rows, in that order. Each list ends with null. */
extern const struct contender *const bench_contenders[];
extern const struct workload *const bench_workloads[];

/* Loops around calls that return at once: told the pool, told nothing, told the pool and the CPU. */
extern const struct loops loops_of_empty, loops_of_empty_page, loops_of_empty_shared;

/** Every case, allocated. */
struct bench_case *bench_cases(size_t *count);

/* --- For workloads. */

enum { HELD_MAX = 1 << 16 };
/** Frames that a workload frees and allocates; a preparation draws new ones. */
extern uint64_t bench_held[HELD_MAX];

/** How many times bench_open() was called. */
extern uint64_t bench_opened;

/** The contender's metadata, or what it clears. */
void *bench_memory(const struct bench_case *of);

/** Give the contender its metadata and make every frame free. */
void bench_open(const struct bench_case *of);

/** bench_open(), then allocate the lowest @p frames frames, or as many of them as the granule allows. */
void bench_occupy(const struct bench_case *of, uint64_t frames);

/* The same with the lower half, and with all of them. */
void bench_hold_half(const struct bench_case *of);
void bench_hold_all(const struct bench_case *of);

/** bench_open(), then allocate frame @p frame and every one that is a multiple of @p step above it. */
void bench_nibble(const struct bench_case *of, uint64_t frame, uint64_t step);

/* Runs: allocate frames, or 2 MiB, one after the other. */
void bench_fill(const struct bench_case *of, const struct loops *loops);
void bench_fill_huge(const struct bench_case *of, const struct loops *loops);

/** @p frames, or the next lower multiple of the contender's granule. */
uint64_t bench_whole(const struct bench_case *of, uint64_t frames);

/** @p wanted operations, or fewer if a search of @p frames frames each would take too long. */
uint64_t bench_limit(const struct bench_case *of, uint64_t wanted, uint64_t frames);

/** Number @p i of a permutation of those below 2^@p bits, which looks random: frames are drawn without a list. */
uint64_t bench_shuffle(uint64_t i, unsigned bits);

/** The next number below @p limit of a permutation of them. @p next begins at 0. */
uint64_t bench_draw(uint64_t *next, uint64_t limit);

/** Physical address of frame @p frame of the pool. */
static inline uint64_t bench_pa(const struct bench_case *of, uint64_t frame)
{
    return of->first_pa + frame * BITFRAME_FRAME_BYTES;
}

/* --- For contenders. */

/** Tell bitframe that it runs in a booted kernel: Normal memory, vector registers at hand. */
void bench_declare_platform(void);

/** Between two looks at what another thread is to change. Lets others run after bench_patience looks. */
void bench_relax(void);
extern unsigned bench_patience;

/** A random number below @p limit, at most 2^32. */
static inline uint64_t worker_random(struct worker *self, uint64_t limit)
{
    uint64_t next = self->random;
    next ^= next << 13;
    next ^= next >> 7;
    next ^= next << 17;
    self->random = next;
    return (next >> 32) * limit >> 32;
}

#endif
