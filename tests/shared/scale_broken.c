/* SPDX-License-Identifier: MIT */
/* scale_broken.c - allocators that simulated CPUs must not share. */
#include "scale_broken.h"

#include <bitframe/bitframe.h>

#include "machine.h"

static uint64_t *words; /* bit 1 = free */
static uint64_t word_count;
static uint64_t pa_of_words;
static uint64_t *next_pa;

static uint64_t bytes(uint64_t frames, unsigned cpus)
{
    (void)cpus;
    return frames / 8 + 4096;
}

static void open_bitmap(struct machine *machine, uint64_t first_pa, uint64_t frames, unsigned cpus)
{
    (void)cpus;
    word_count = frames / 64;
    pa_of_words = first_pa;
    words = machine_memory(machine, frames / 8, AREA_BITMAP);
    for (uint64_t i = 0; i < word_count; i++)
        words[i] = UINT64_MAX;
}

static uint64_t alloc(unsigned cpu)
{
    (void)cpu;
    for (uint64_t i = 0; i < word_count; i++) {
        uint64_t word = __atomic_load_n(&words[i], __ATOMIC_RELAXED);
        if (word == 0)
            continue;
        uint64_t bit = (uint64_t)__builtin_ctzll(word);
        __atomic_store_n(&words[i], word & (word - 1), __ATOMIC_RELAXED);
        return pa_of_words + (i * 64 + bit) * BITFRAME_FRAME_BYTES;
    }
    return 0;
}

static bool give_back(uint64_t pa, unsigned cpu)
{
    (void)cpu;
    uint64_t frame = (pa - pa_of_words) / BITFRAME_FRAME_BYTES;
    uint64_t word = __atomic_load_n(&words[frame / 64], __ATOMIC_RELAXED);
    if ((word >> frame % 64 & 1) != 0)
        return false;
    __atomic_store_n(&words[frame / 64], word | UINT64_C(1) << frame % 64, __ATOMIC_RELAXED);
    return true;
}

static bool close_bitmap(uint64_t free_frames)
{
    uint64_t found = 0;
    for (uint64_t i = 0; i < word_count; i++)
        found += (uint64_t)__builtin_popcountll(words[i]);
    return found == free_frames;
}

const struct contender contender_unlocked = {
    .name = "unlocked",
    .bytes = bytes,
    .open = open_bitmap,
    .alloc = alloc,
    .give_back = give_back,
    .close = close_bitmap,
};

static void open_counter(struct machine *machine, uint64_t first_pa, uint64_t frames, unsigned cpus)
{
    (void)frames, (void)cpus;
    next_pa = machine_memory(machine, sizeof *next_pa, AREA_POOL);
    *next_pa = first_pa;
}

static uint64_t count_up(unsigned cpu)
{
    (void)cpu;
    return __atomic_fetch_add(next_pa, BITFRAME_FRAME_BYTES, __ATOMIC_RELAXED);
}

static bool forget(uint64_t pa, unsigned cpu)
{
    (void)pa, (void)cpu;
    return true;
}

static bool close_counter(uint64_t free_frames)
{
    return free_frames == 0;
}

const struct contender contender_lost_frees = {
    .name = "lost frees",
    .bytes = bytes,
    .open = open_counter,
    .alloc = count_up,
    .give_back = forget,
    .close = close_counter,
};
