/* SPDX-License-Identifier: MIT */
/*
 * bitframe/counts.h - an element per frame: reference counts, owners, or anything of 1, 2, 4 or 8 bytes
 *
 * The kernel provides the memory, the array finds the element of a frame by its PA. Frames of the pool have
 * elements; holes between spans have none and cost nothing.
 *
 *     static struct bitframe_array counts;
 *     uint64_t bytes;
 *     bitframe_array_get_bytes(&pool, sizeof(uint32_t), &bytes);
 *     bitframe_array_init(&counts, &pool, sizeof(uint32_t), memory, bytes);
 *
 *     uint64_t pa = bitframe_alloc_counted(&pool, &counts);   one reference
 *     bitframe_ref_get(bitframe_array_at(&counts, pa));       two: a page is mapped twice
 *     bitframe_put_counted(&pool, &counts, pa);               one
 *     bitframe_put_counted(&pool, &counts, pa);               none: the frame is free
 *
 * A reference count that overflows is a use after free. So these counts saturate: a count that reaches 2^31
 * stays there, and its frame is never freed. (The idea and the way to do it without a compare-and-swap are
 * those of Linux's refcount_t, include/linux/refcount.h.)
 *
 * Safety: an array is only read once it is made, so any CPU may look up elements at any time. An array knows
 * the spans that the pool had when it was made: after bitframe_extend(), new frames have no elements until
 * the kernel makes another array. What elements hold is the kernel's: the calls whose names say "shared" may
 * change one count from several CPUs at once, the others may not. Every call works with the MMU off; calls
 * that say "shared" need what a shared pool needs (<bitframe/shared.h>).
 */
#ifndef BITFRAME_COUNTS_H
#define BITFRAME_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/shared.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Alignment of the memory of an array. */
#define BITFRAME_ARRAY_ALIGN 8

/** A count that stays. Every count from here on does. */
#define BITFRAME_REF_SATURATED UINT32_C(0x80000000)

/**
 * An array. The caller provides the storage; the members are bitframe's. Like a pool it holds no pointers:
 * array and memory may be seen at other virtual addresses later, if both move by the same amount.
 */
struct bitframe_array {
    uint64_t first;         /* frame number of the first frame of the longest span */
    uint64_t frames;        /* how many that span has */
    uint64_t elements;      /* distance of its first element from this structure */
    uint64_t first_element; /* elements of lower spans */
    uint64_t spans;         /* distance of the table of the spans */
    uint64_t span_count;    /* how many */
    uint64_t shift;         /* an element has 2^shift bytes */
};

/**
 * How much memory an array needs: @p element_bytes for each frame of the pool, and 24 for each span.
 *
 * @param pool           The pool.
 * @param element_bytes  1, 2, 4 or 8.
 * @param bytes          Becomes the number of bytes.
 *
 * @retval BITFRAME_OK       Done.
 * @retval BITFRAME_INVALID  A null pointer, or another @p element_bytes.
 *
 * @par Cost  O(1).
 */
enum bitframe_status bitframe_array_get_bytes(const struct bitframe *pool, uint64_t element_bytes,
                                              uint64_t *bytes);

/**
 * Make an array for all frames of a pool, reserved and offline ones too. Every element is 0.
 *
 * @param array          Filled in.
 * @param pool           The pool. It is only read, and not needed afterwards. A pool that all CPUs share must
 *                       be in exclusive use (bitframe_shared_begin_exclusive()).
 * @param element_bytes  1, 2, 4 or 8.
 * @param memory         Memory of the array, BITFRAME_ARRAY_ALIGN-aligned, the array's as long as it lives.
 * @param bytes          Its length, at least what bitframe_array_get_bytes() says.
 *
 * @retval BITFRAME_OK       The array is ready.
 * @retval BITFRAME_INVALID  A null pointer, misaligned memory, or another @p element_bytes.
 * @retval BITFRAME_NO_ROOM  @p bytes is too small.
 *
 * @par Cost  One store per 8 bytes of @p memory, and O(spans).
 */
enum bitframe_status bitframe_array_init(struct bitframe_array *array, const struct bitframe *pool,
                                         uint64_t element_bytes, void *memory, uint64_t bytes);

/** bitframe_array_at() for a frame that is not in the longest span. */
void *bitframe_array_at_other(const struct bitframe_array *array, uint64_t pa);

/**
 * The element of the frame that contains @p pa, aligned to its size; null if that frame has none.
 *
 * @par Cost  O(1) in the longest span of the pool, O(log(spans)) in another.
 */
static inline void *bitframe_array_at(const struct bitframe_array *array, uint64_t pa)
{
    uint64_t index = (pa >> BITFRAME_FRAME_SHIFT) - array->first;
    if (index >= array->frames)
        return bitframe_array_at_other(array, pa);
    return (void *)((uintptr_t)array + (uintptr_t)(array->elements + (index << array->shift)));
}

/**
 * Add a reference to a frame that has one.
 *
 * @return  Whether it had one. If not, the count is still 0: the frame may be free.
 */
static inline bool bitframe_ref_get(uint32_t *count)
{
    uint32_t before = *count;
    if (before == 0)
        return false;
    *count = before + (before < BITFRAME_REF_SATURATED);
    return true;
}

/** Drop a reference. Returns whether it was the last one. A count of 0 and one that is saturated stay. */
static inline bool bitframe_ref_put(uint32_t *count)
{
    uint32_t before = *count;
    if (before == 0 || before >= BITFRAME_REF_SATURATED)
        return false;
    *count = before - 1;
    return before == 1;
}

/** What saturates a count that several CPUs change: far from both ends of the range that is saturated. */
#define BITFRAME_REF_MIDDLE (BITFRAME_REF_SATURATED + BITFRAME_REF_SATURATED / 2)

/**
 * bitframe_ref_get() of a count that other CPUs change. The caller knows that the frame has a reference: its
 * own, or one that cannot be dropped meanwhile.
 *
 * A count that saturates is put into the middle of the saturated range. It could leave that range only if
 * 2^30 CPUs were inside these calls at once.
 *
 * @return  Whether the frame had a reference. If not, the caller is wrong: the count is saturated now, so
 *          that the frame is lost rather than freed under its next owner.
 */
static inline bool bitframe_shared_ref_get(uint32_t *count)
{
    uint32_t before = __atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
    if (before == 0 || before >= BITFRAME_REF_SATURATED - 1)
        __atomic_store_n(count, BITFRAME_REF_MIDDLE, __ATOMIC_RELAXED);
    return before != 0;
}

/**
 * bitframe_ref_put() of a count that other CPUs change. The caller has a reference. If it has none, the count
 * saturates.
 *
 * What other CPUs did with the frame before they dropped their references happens before what the caller does
 * after it dropped the last one (release, acquire).
 */
static inline bool bitframe_shared_ref_put(uint32_t *count)
{
    uint32_t before = __atomic_fetch_sub(count, 1, __ATOMIC_ACQ_REL);
    if (before == 0 || before >= BITFRAME_REF_SATURATED)
        __atomic_store_n(count, BITFRAME_REF_MIDDLE, __ATOMIC_RELAXED);
    return before == 1;
}

/**
 * Allocate the lowest free frame and give it one reference.
 *
 * @param pool    The pool.
 * @param counts  An array of 4-byte elements that has all frames of the pool.
 *
 * @return  Its PA; 0 if no frame is free, or if it has no element of 4 bytes: then no frame is allocated.
 *
 * @par Cost  That of bitframe_alloc() and of bitframe_array_at().
 */
uint64_t bitframe_alloc_counted(struct bitframe *pool, struct bitframe_array *counts);

/**
 * Drop a reference to a frame, and free the frame if it was the last one.
 *
 * @param pool    The pool.
 * @param counts  As above.
 * @param pa      PA of the frame.
 *
 * @retval BITFRAME_OK           Done. A saturated count stays, and the frame is not freed.
 * @retval BITFRAME_INVALID      The elements do not have 4 bytes.
 * @retval BITFRAME_UNMANAGED    The frame has no element.
 * @retval BITFRAME_MISALIGNED   @p pa is inside a frame.
 * @retval BITFRAME_DOUBLE_FREE  The frame has no reference.
 *
 * Otherwise the status by which bitframe_free() refuses the frame. After any refusal nothing has changed.
 *
 * @par Cost  That of bitframe_array_at(), and of bitframe_free() for the last reference.
 */
enum bitframe_status bitframe_put_counted(struct bitframe *pool, struct bitframe_array *counts, uint64_t pa);

/** bitframe_alloc_counted() from a shared pool, on CPU @p cpu. */
uint64_t bitframe_shared_alloc_counted(struct bitframe_shared *shared, uint32_t cpu,
                                       struct bitframe_array *counts);

/**
 * bitframe_put_counted() to a shared pool, on CPU @p cpu. Any number of CPUs may drop references to one frame
 * at once. One of them frees it. None waits for another.
 *
 * If two CPUs drop the only reference, one of them is wrong: it gets BITFRAME_DOUBLE_FREE, or the count
 * saturates and the frame is lost.
 */
enum bitframe_status bitframe_shared_put_counted(struct bitframe_shared *shared, uint32_t cpu,
                                                 struct bitframe_array *counts, uint64_t pa);

#ifdef __cplusplus
}
#endif

#endif
