/* SPDX-License-Identifier: MIT */
/* frame_stack.c - refill from the pool and spill to it, half a stack at a time. */
#include "frame_stack.h"

uint64_t frame_stack_alloc(struct frame_stack *stack, struct bitframe_shared *shared, uint32_t cpu)
{
    struct bitframe_request request = {.frames = FRAME_STACK_HALF, .flags = BITFRAME_PARTIAL};
    if (stack->frames == 0)
        (void)bitframe_shared_alloc_bulk(shared, cpu, &request, stack->pas, &stack->frames);
    return stack->frames == 0 ? 0 : stack->pas[--stack->frames];
}

enum bitframe_status frame_stack_spill(struct frame_stack *stack, struct bitframe_shared *shared,
                                       uint32_t cpu, uint64_t frames)
{
    uint64_t freed;
    enum bitframe_status status =
        bitframe_shared_free_bulk(shared, cpu, stack->pas, frames, BITFRAME_PARTIAL, &freed);
    stack->frames -= frames;
    for (uint64_t i = 0; i < stack->frames; i++)
        stack->pas[i] = stack->pas[frames + i];
    return status;
}

enum bitframe_status frame_stack_free(struct frame_stack *stack, struct bitframe_shared *shared, uint32_t cpu,
                                      uint64_t pa)
{
    enum bitframe_status status = BITFRAME_OK;
    if (stack->frames == FRAME_STACK_MAX)
        status = frame_stack_spill(stack, shared, cpu, FRAME_STACK_HALF);
    stack->pas[stack->frames++] = pa;
    return status;
}
