/* SPDX-License-Identifier: MIT */
/*
 * buddy.h - a plain binary buddy allocator with free lists, to compare with
 *
 * Orders 0 to 10, as kernels have them. A free block is on the doubly linked list of its order; links are
 * frame numbers of 32 bits in arrays beside the memory, never in it, and a byte for each frame says whether a
 * free block begins there, and of which order. An allocation splits the first block of the smallest order that has
 * one; a free merges with the buddy as long as that is free and whole. 9 bytes a frame.
 */
#ifndef BITFRAME_BENCH_BUDDY_H
#define BITFRAME_BENCH_BUDDY_H

#include <stdbool.h>
#include <stdint.h>

enum { BUDDY_ORDERS = 11, BUDDY_LARGEST = 1 << (BUDDY_ORDERS - 1) };

struct buddy {
    uint32_t *next;
    uint32_t *prev;
    uint8_t *order; /* 1 + order of the free block that begins here, or 0 */
    uint64_t first_pa;
    uint64_t frames;
    uint64_t free_frames;
    uint32_t head[BUDDY_ORDERS];
};

/** Bytes of lists for @p frames frames. */
uint64_t buddy_bytes(uint64_t frames);

/** Every frame free, in the largest blocks, ascending. @p frames a multiple of BUDDY_LARGEST below 2^32. */
void buddy_init(struct buddy *buddy, void *memory, uint64_t first_pa, uint64_t frames);

/** A free frame, or 0. */
uint64_t buddy_alloc(struct buddy *buddy);

/** 2^@p order frames, or 0. Each may be freed by itself. */
uint64_t buddy_alloc_order(struct buddy *buddy, unsigned order);

/** Free one frame. */
void buddy_free(struct buddy *buddy, uint64_t pa);

/** Free 2^@p order frames, aligned to that. */
void buddy_free_order(struct buddy *buddy, uint64_t pa, unsigned order);

/** Do the lists, the bytes and the count agree, and is no free block beside its free buddy? */
bool buddy_is_sound(const struct buddy *buddy);

#endif
