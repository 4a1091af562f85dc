/* SPDX-License-Identifier: MIT */
/* stage.c - memory for the contender, and what the preparations share. */
#include <stdio.h>
#include <stdlib.h>

#include <bitframe/platform.h>

#include "bench.h"

enum { STEPS = 1 << 26 }; /* that one run may search */

uint64_t bench_held[HELD_MAX];
uint64_t stage_built;

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
        .zva_block_bytes = bitframe_zva_block_bytes(),
        .simd_begin = always,
        .simd_end = nothing_to_do,
    };
    (void)bitframe_set_platform(&platform);
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

void *stage_memory(const struct stage *stage)
{
    return memory_of(stage->on->bytes(stage->frames));
}

void stage_open(const struct stage *stage)
{
    stage_built++;
    stage->on->open(stage_memory(stage), stage->first_pa, stage->frames);
}

void stage_occupy(const struct stage *stage, uint64_t frames)
{
    stage_open(stage);
    stage->on->occupy(frames);
}

uint64_t stage_limit(const struct stage *stage, uint64_t wanted, uint64_t frames)
{
    if (stage->on->walk == WALK_NOTHING)
        return wanted;
    uint64_t limit = (uint64_t)STEPS * (uint64_t)stage->on->walk / (frames + 1);
    if (limit == 0)
        limit = 1;
    return wanted < limit ? wanted : limit;
}

void stage_churn(const struct stage *stage, const struct loops *loops)
{
    loops->churn(bench_held, stage->operations);
}

unsigned stage_bits(uint64_t frames)
{
    unsigned bits = 0;
    while (UINT64_C(1) << bits < frames)
        bits++;
    return bits;
}

uint64_t stage_shuffle(uint64_t i, unsigned bits)
{
    /* Each step can be undone within the low bits: an odd factor, and a shift by half of them. */
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    for (unsigned round = 0; round < 3; round++) {
        i = (i * UINT64_C(0x9E3779B97F4A7C15) + round) & mask;
        i ^= i >> (bits / 2 + 1);
    }
    return i;
}
