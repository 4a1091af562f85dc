/* SPDX-License-Identifier: MIT */
/*
 * yardstick.c - what a shared pool is measured by on several threads, and a contender that is wrong
 *
 * "atomic": one atomic read-modify-write after the other of a word that no other thread touches, which is
 * what the others call a pair. "handover": all threads add to one word in turn, so a cache line goes from CPU
 * to CPU; a pair is one turn of each. "bare": a bitmap and nothing on top of it, no index, no count, no
 * policy, and no question whether the frame is the pool's. It allocates by a compare-and-swap, from the word
 * that this worker freed into last, so it never has to search; it frees by a fetch-and-or.
 */
#include "bench.h"

enum { WORD_BITS = 64, AGAIN = 100 };

static struct own {
    uint64_t word; /* for atomic accesses, where to allocate next, or how often it did */
} ALONE owns[THREADS_MAX];
static uint64_t turn ALONE;
static uint32_t workers;
static uint64_t *words;
static uint64_t word_count;
static uint64_t base_pa;

__attribute__((noinline)) static void add(struct worker *self, uint64_t pairs)
{
    uint64_t *word = &owns[self->cpu].word;
    uint64_t seen = 0;
    for (uint64_t i = 0; i < pairs; i++)
        seen |= __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
    self->random ^= seen; /* as an allocation looks at the old value */
}

/* All make as many, so the next attempt begins where this one did. */
__attribute__((noinline)) static void alloc_turns(struct worker *self, uint64_t pairs)
{
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);
        while (now % workers != self->cpu) {
            bench_relax();
            now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);
        }
        __atomic_store_n(&turn, now + 1, __ATOMIC_RELEASE);
    }
}

static void hold_nothing(struct worker *self, uint64_t count)
{
    (void)self;
    (void)count;
}

static void release_nothing(struct worker *self)
{
    (void)self;
}

#define ALL_BY(pairs)                                                                                        \
    {                                                                                                        \
        .hold = hold_nothing, .release = release_nothing, .cycle = pairs, .replace = pairs                   \
    }
static const struct loops loops_of_atomic = {.frames = ALL_BY(add), .huge = ALL_BY(add)};
static const struct loops loops_of_handover = {.frames = ALL_BY(alloc_turns), .huge = ALL_BY(alloc_turns)};

__attribute__((noinline)) static uint64_t alloc_bare(struct own *own)
{
    uint64_t word = own->word;
    uint64_t bits = __atomic_load_n(words + word, __ATOMIC_RELAXED);
    for (;;) {
        while (bits == 0) {
            word = word + 1 == word_count ? 0 : word + 1;
            own->word = word;
            bits = __atomic_load_n(words + word, __ATOMIC_RELAXED);
        }
        if (__atomic_compare_exchange_n(words + word, &bits, bits & (bits - 1), false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED))
            return base_pa + (word * WORD_BITS + (unsigned)__builtin_ctzll(bits)) * BITFRAME_FRAME_BYTES;
    }
}

__attribute__((noinline)) static uint64_t free_bare(struct own *own, uint64_t pa)
{
    uint64_t frame = (pa - base_pa) / BITFRAME_FRAME_BYTES;
    uint64_t word = frame / WORD_BITS;
    uint64_t bit = UINT64_C(1) << frame % WORD_BITS;
    own->word = word;
    return __atomic_fetch_or(words + word, bit, __ATOMIC_ACQ_REL) & bit;
}

#define CONTENDER     bare
#define ALLOC(cpu)    alloc_bare(&owns[cpu])
#define FREE(pa, cpu) free_bare(&owns[cpu], pa)
#include "loops.h"
#include "no_calls.h"

/* After a while it hands out every frame again. */
static inline uint64_t alloc_wrong(uint32_t cpu)
{
    return base_pa + (cpu * AGAIN + owns[cpu].word++ % AGAIN) * HUGE_BYTES;
}

#define CONTENDER     wrong
#define ALLOC(cpu)    alloc_wrong(cpu)
#define FREE(pa, cpu) ((void)(pa), 0)
#include "loops.h"

static uint64_t bytes(uint64_t frames)
{
    return frames / WORD_BITS * sizeof(uint64_t);
}

static bool open_words(const struct bench_memory *memory)
{
    turn = 0;
    workers = memory->cpus;
    words = memory->metadata;
    word_count = memory->frames / WORD_BITS;
    base_pa = memory->first_pa;
    for (uint64_t i = 0; i < word_count; i++)
        words[i] = UINT64_MAX;
    for (uint32_t cpu = 0; cpu < workers; cpu++)
        owns[cpu].word = word_count / workers * cpu;
    return true;
}

static uint64_t close_words(void)
{
    uint64_t frames = 0;
    for (uint64_t i = 0; i < word_count; i++)
        frames += (unsigned)__builtin_popcountll(words[i]);
    return frames;
}

#define ROW(text, of, does)                                                                                  \
    {                                                                                                        \
        text, 0, &loops_of_##of, NULL, bytes, open_words, NULL, close_words, .allocates = does               \
    }

const struct contender bench_yardstick[] = {
    ROW("atomic", atomic, false),
    ROW("handover", handover, false),
    ROW("bare", bare, true),
    {0},
};
const struct contender bench_wrong = ROW("wrong", wrong, true);
