/* SPDX-License-Identifier: MIT */
/* bench.c - memory for a contender, the platform, and what the preparations of workloads share. */
#include "bench.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include <bitframe/platform.h>

enum { STEPS = 1 << 26 }; /* that one run may search */

uint64_t bench_held[HELD_MAX];
uint64_t bench_opened;
unsigned bench_patience = 4096;

static bool always(void)
{
    return true;
}

static void nothing_to_do(void)
{
}

void bench_declare_platform(void)
{
    struct bitframe_platform platform = {
        .zva_block_bytes = bitframe_get_zva_block_bytes(),
        .simd_begin = always,
        .simd_end = nothing_to_do,
    };
    (void)bitframe_set_platform(&platform);
}

void bench_relax(void)
{
    static _Thread_local unsigned looks;
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
    if (++looks % bench_patience == 0)
        (void)sched_yield();
}

/** 64-byte aligned memory; the last one is let go when another length is asked for. */
static void *memory_of(uint64_t bytes)
{
    static void *memory;
    static uint64_t held_bytes;
    bytes = (bytes + 63) / 64 * 64;
    if (bytes != held_bytes) {
        free(memory);
        memory = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
        held_bytes = bytes;
        if (!memory) {
            fprintf(stderr, "no %llu bytes of memory\n", (unsigned long long)bytes);
            exit(2);
        }
    }
    return memory;
}

void *bench_memory(const struct bench_case *of)
{
    return memory_of(of->contender->bytes(of->frames));
}

void bench_open(const struct bench_case *of)
{
    struct bench_memory memory = {bench_memory(of), of->first_pa, of->frames, BENCH_CPUS};
    bench_opened++;
    if (!of->contender->open(&memory))
        abort();
}

uint64_t bench_whole(const struct bench_case *of, uint64_t frames)
{
    uint64_t granule = of->contender->granule;
    return granule ? frames / granule * granule : frames;
}

void bench_occupy(const struct bench_case *of, uint64_t frames)
{
    bench_open(of);
    of->contender->occupy(bench_whole(of, frames));
}

void bench_hold_half(const struct bench_case *of)
{
    bench_occupy(of, of->frames / 2);
}

void bench_hold_all(const struct bench_case *of)
{
    bench_occupy(of, of->frames);
}

void bench_nibble(const struct bench_case *of, uint64_t frame, uint64_t step)
{
    bench_open(of);
    for (; frame < of->frames; frame += step)
        of->contender->loops->alloc_range(bench_pa(of, frame), BITFRAME_FRAME_BYTES, 1);
}

void bench_fill(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->frames.fill(of->operations);
}

void bench_fill_huge(const struct bench_case *of, const struct loops *loops)
{
    (void)loops->huge.fill(of->operations);
}

uint64_t bench_limit(const struct bench_case *of, uint64_t wanted, uint64_t frames)
{
    if (of->contender->walk == WALK_NOTHING)
        return wanted;
    uint64_t limit = (uint64_t)STEPS * (uint64_t)of->contender->walk / (frames + 1);
    if (limit == 0)
        limit = 1;
    return wanted < limit ? wanted : limit;
}

uint64_t bench_shuffle(uint64_t i, unsigned bits)
{
    /* Each step can be undone within the low bits: an odd factor, and a shift by half of them. */
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    for (unsigned round = 0; round < 3; round++) {
        i = (i * UINT64_C(0x9E3779B97F4A7C15) + round) & mask;
        i ^= i >> (bits / 2 + 1);
    }
    return i;
}

uint64_t bench_draw(uint64_t *next, uint64_t limit)
{
    unsigned bits = 0;
    while (UINT64_C(1) << bits < limit)
        bits++;
    uint64_t number;
    do
        number = bench_shuffle((*next)++, bits);
    while (number >= limit);
    return number;
}
