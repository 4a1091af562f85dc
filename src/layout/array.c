/* SPDX-License-Identifier: MIT */
/*
 * array.c - an element for each frame of a pool
 *
 * The elements of all spans lie one behind the other. Behind them is a table for frames outside the longest
 * span: the spans, and then for each the number of its first element.
 */
#include <bitframe/counts.h>

#include "layout/tables.h"

/** Memory of a kernel's, whose elements may have any type. */
typedef uint64_t __attribute__((may_alias)) blank_word;

static inline uint64_t elements_bytes(const struct bitframe *pool, uint64_t shift)
{
    return ((pool->total_frames << shift) + 7) / 8 * 8;
}

/** What element bytes are 1 shifted by; 64 if they are none of an array's. */
static uint64_t shift_of(uint64_t element_bytes)
{
    for (uint64_t shift = 0; shift < 4; shift++) {
        if (element_bytes == UINT64_C(1) << shift)
            return shift;
    }
    return 64;
}

static inline uint64_t distance_to(const struct bitframe_array *array, const void *at)
{
    return (uint64_t)(uintptr_t)at - (uint64_t)(uintptr_t)array;
}

static inline void *at_distance(const struct bitframe_array *array, uint64_t distance)
{
    return (void *)((uintptr_t)array + (uintptr_t)distance);
}

enum bitframe_status bitframe_array_get_bytes(const struct bitframe *pool, uint64_t element_bytes,
                                              uint64_t *bytes)
{
    uint64_t shift = shift_of(element_bytes);
    if (!pool || !bytes || shift == 64)
        return BITFRAME_INVALID;
    *bytes = elements_bytes(pool, shift) + pool->span_count * (sizeof(struct span) + sizeof(uint64_t));
    return BITFRAME_OK;
}

enum bitframe_status bitframe_array_init(struct bitframe_array *array, const struct bitframe *pool,
                                         uint64_t element_bytes, void *memory, uint64_t bytes)
{
    uint64_t needed;
    if (!array || !memory || (uintptr_t)memory % BITFRAME_ARRAY_ALIGN != 0 ||
        bitframe_array_get_bytes(pool, element_bytes, &needed) != BITFRAME_OK)
        return BITFRAME_INVALID;
    if (bytes < needed)
        return BITFRAME_NO_ROOM;

    blank_word *words = memory;
    array->shift = shift_of(element_bytes);
    uint64_t word_count = elements_bytes(pool, array->shift) / 8;
    for (uint64_t i = 0; i < word_count; i++)
        words[i] = 0;

    array->spans = distance_to(array, words + word_count);
    array->span_count = pool->span_count;
    array->frames = 0;
    struct span *spans = at_distance(array, array->spans);
    uint64_t *elements = (uint64_t *)(void *)(spans + array->span_count);
    uint64_t element = 0;
    for (uint64_t i = 0; i < array->span_count; i++) {
        spans[i] = pool_spans(pool)[i];
        elements[i] = element;
        uint64_t frames = spans[i].end - spans[i].first;
        if (frames > array->frames) {
            array->first = spans[i].first;
            array->first_element = element;
            array->frames = frames;
            array->elements = distance_to(array, memory) + (element << array->shift);
        }
        element += frames;
    }
    return BITFRAME_OK;
}

void *bitframe_array_at_other(const struct bitframe_array *array, uint64_t pa)
{
    uint64_t frame = frame_number(pa);
    const struct span *spans = at_distance(array, array->spans);
    const uint64_t *elements = (const uint64_t *)(const void *)(spans + array->span_count);
    uint64_t i = bitframe_span_above(spans, array->span_count, frame);
    if (i == array->span_count || frame < spans[i].first)
        return 0;
    uint64_t element = elements[i] + (frame - spans[i].first);
    return at_distance(array, array->elements + ((element - array->first_element) << array->shift));
}
