/* SPDX-License-Identifier: MIT */
/*
 * frame_stack.h - a few free frames that one CPU keeps for itself, before a pool that all CPUs share
 *
 * The rule: a stack has one owner, and no two calls on it overlap. Here the owner is a CPU, which masks its
 * interrupts around each call. An interrupt handler calls the pool itself, or has a stack of its own.
 *
 * To the pool the frames on a stack are taken. Two things follow. The stack does not see that a frame is
 * freed twice: it may hand the frame out twice, and at best the pool refuses the second one when it is
 * spilled. And a CPU that finds the pool empty may have to ask the other CPUs to drain their stacks.
 */
#ifndef FRAME_STACK_H
#define FRAME_STACK_H

#include <stdint.h>

#include <bitframe/shared.h>

#define FRAME_STACK_MAX  32
#define FRAME_STACK_HALF (FRAME_STACK_MAX / 2)

/** All zero is an empty stack. No two share a cache line. */
struct frame_stack {
    uint64_t frames;
    uint64_t pas[FRAME_STACK_MAX];
} __attribute__((aligned(128)));

/** Take a frame, as CPU @p cpu: the one that was freed last. An empty stack is refilled by half. 0: the pool
 * gave none. */
uint64_t frame_stack_alloc(struct frame_stack *stack, struct bitframe_shared *shared, uint32_t cpu);

/** Give back a frame, which the stack keeps in any case. If it was full, its older half is freed first, and
 * the status is that call's. */
enum bitframe_status frame_stack_free(struct frame_stack *stack, struct bitframe_shared *shared, uint32_t cpu,
                                      uint64_t pa);

/** Give the lowest @p frames frames of the stack, those that have lain longest, to the pool: no more than
 * there are. */
enum bitframe_status frame_stack_spill(struct frame_stack *stack, struct bitframe_shared *shared,
                                       uint32_t cpu, uint64_t frames);

#endif
