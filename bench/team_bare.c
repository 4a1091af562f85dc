/* SPDX-License-Identifier: MIT */
/*
 * team_bare.c - what one atomic access a call costs by itself: a bitmap, and nothing on top of it
 *
 * A take clears the lowest bit of a word by a compare-and-swap; a free sets a bit by a fetch-and-or, which on
 * x86-64 is another, and looks whether it was set. There is no index, no count, no policy, and no question
 * whether the frame is the pool's. A take begins at the word that this worker freed into last, so it never
 * has to search.
 */
#include "threads.h"

enum { WORD_BITS = 64 };

static struct own {
    uint64_t word; /* where to take from */
} ALONE owns[THREADS_MAX];
static uint64_t *words;
static uint64_t word_count;
static uint64_t base_pa;

__attribute__((noinline)) static uint64_t take(struct own *own)
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

__attribute__((noinline)) static uint64_t give_back(struct own *own, uint64_t pa)
{
    uint64_t frame = (pa - base_pa) / BITFRAME_FRAME_BYTES;
    uint64_t word = frame / WORD_BITS;
    uint64_t bit = UINT64_C(1) << frame % WORD_BITS;
    own->word = word;
    return __atomic_fetch_or(words + word, bit, __ATOMIC_ACQ_REL) & bit;
}

#define TAKE(self)     take(&owns[(self)->core])
#define FREE(self, pa) give_back(&owns[(self)->core], pa)
#include "thread_loops.h"

static uint64_t bytes(uint64_t frames, uint32_t cores)
{
    (void)cores;
    return frames / WORD_BITS * sizeof(uint64_t);
}

static bool open_words(void *memory, uint64_t first_pa, uint64_t frames, uint32_t cores)
{
    words = memory;
    word_count = frames / WORD_BITS;
    base_pa = first_pa;
    for (uint64_t i = 0; i < word_count; i++)
        words[i] = UINT64_MAX;
    for (uint32_t core = 0; core < cores; core++)
        owns[core].word = word_count / cores * core;
    return true;
}

static uint64_t close_words(void)
{
    uint64_t frames = 0;
    for (uint64_t i = 0; i < word_count; i++)
        frames += (unsigned)__builtin_popcountll(words[i]);
    return frames;
}

const struct team team_bare = {
    .name = "bare",
    .allocates = true,
    .loops = LOOPS,
    .bytes = bytes,
    .open = open_words,
    .close = close_words,
};
