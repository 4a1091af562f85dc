/* SPDX-License-Identifier: MIT */
/*
 * kernels.h - the loops over many words, and the implementation of each that this build calls
 *
 * Every kernel has a portable C twin, bitframe_<kernel>_c, in src/generic/. It may have others in
 * src/arch/<arch>/, in a file of the same base name. That folder's arch_kernels.h names the ones that this
 * build uses: a plain implementation, legal in any context, and for some kernels a fast one that needs the
 * platform's permission (vector registers, DC ZVA). Calls are direct. Only tests have tables of function
 * pointers.
 */
#ifndef BITFRAME_BASE_KERNELS_H
#define BITFRAME_BASE_KERNELS_H

#include <stdint.h>

#include <bitframe/options.h>

#include "arch_kernels.h"
#include "base/platform.h"

/* clang-format off */
/*
 * scan         Index of the first of count words that is not 0; count if all are.
 * count        Number of set bits in count words.
 * find         Position of the lowest set bit in [first, end) of the bitmap at words; end if there is none.
 * fill, clear  Set or clear bits [first, first + bits) of the bitmap at words.
 * clear_count  Clear bits [first, first + bits) of the bitmap at words, and return how many were set.
 * zero_frames  Clear bytes bytes at dst, both multiples of 4096, bytes not 0. step is the ZVA block of the
 *              machine, at least 64, for the implementation that uses it; the others ignore it.
 *
 * Words are 8-byte aligned. No implementation reads or writes a word outside the given ones. A call for no
 * words or bits touches none.
 */
#define BITFRAME_KERNELS(X)                                                                  \
    X(scan,        uint64_t, (const uint64_t *words, uint64_t count))                        \
    X(count,       uint64_t, (const uint64_t *words, uint64_t count))                        \
    X(find,        uint64_t, (const uint64_t *words, uint64_t first, uint64_t end))          \
    X(fill,        void,     (uint64_t *words, uint64_t first, uint64_t bits))               \
    X(clear,       void,     (uint64_t *words, uint64_t first, uint64_t bits))               \
    X(clear_count, uint64_t, (uint64_t *words, uint64_t first, uint64_t bits))               \
    X(zero_frames, void,     (void *dst, uint64_t bytes, uint64_t step))
/* clang-format on */

#define BITFRAME_DECLARE_TWIN(kernel, type, parameters)                                                      \
    typedef type bitframe_##kernel##_fn parameters;                                                          \
    bitframe_##kernel##_fn bitframe_##kernel##_c;
#define BITFRAME_DECLARE(kernel, impl) bitframe_##kernel##_fn bitframe_##kernel##_##impl;

BITFRAME_KERNELS(BITFRAME_DECLARE_TWIN)
BITFRAME_ARCH_KERNELS(BITFRAME_DECLARE)

/* The C twin, where the folder of this machine has no implementation. */
#ifndef BITFRAME_PLAIN_SCAN
#define BITFRAME_PLAIN_SCAN bitframe_scan_c
#endif
#ifndef BITFRAME_PLAIN_COUNT
#define BITFRAME_PLAIN_COUNT bitframe_count_c
#endif
#ifndef BITFRAME_PLAIN_FIND
#define BITFRAME_PLAIN_FIND bitframe_find_c
#endif
#ifndef BITFRAME_PLAIN_FILL
#define BITFRAME_PLAIN_FILL bitframe_fill_c
#endif
#ifndef BITFRAME_PLAIN_CLEAR
#define BITFRAME_PLAIN_CLEAR bitframe_clear_c
#endif
#ifndef BITFRAME_PLAIN_CLEAR_COUNT
#define BITFRAME_PLAIN_CLEAR_COUNT bitframe_clear_count_c
#endif
#ifndef BITFRAME_PLAIN_ZERO_FRAMES
#define BITFRAME_PLAIN_ZERO_FRAMES bitframe_zero_frames_c
#endif

static inline uint64_t kernel_scan(const uint64_t *words, uint64_t count)
{
#ifdef BITFRAME_FAST_SCAN
    if (count >= BITFRAME_SIMD_SCAN_WORDS && simd_begin()) {
        uint64_t first = BITFRAME_FAST_SCAN(words, count);
        simd_end();
        return first;
    }
#endif
    return BITFRAME_PLAIN_SCAN(words, count);
}

static inline uint64_t kernel_count(const uint64_t *words, uint64_t count)
{
#ifdef BITFRAME_FAST_COUNT
    if (count >= BITFRAME_SIMD_COUNT_WORDS && simd_begin()) {
        uint64_t bits = BITFRAME_FAST_COUNT(words, count);
        simd_end();
        return bits;
    }
#endif
    return BITFRAME_PLAIN_COUNT(words, count);
}

static inline uint64_t kernel_find(const uint64_t *words, uint64_t first, uint64_t end)
{
    return BITFRAME_PLAIN_FIND(words, first, end);
}

static inline void kernel_fill(uint64_t *words, uint64_t first, uint64_t bits)
{
    BITFRAME_PLAIN_FILL(words, first, bits);
}

static inline void kernel_clear(uint64_t *words, uint64_t first, uint64_t bits)
{
    BITFRAME_PLAIN_CLEAR(words, first, bits);
}

static inline uint64_t kernel_clear_count(uint64_t *words, uint64_t first, uint64_t bits)
{
    return BITFRAME_PLAIN_CLEAR_COUNT(words, first, bits);
}

static inline void kernel_zero_frames(void *dst, uint64_t bytes)
{
#ifdef BITFRAME_FAST_ZERO_FRAMES
    uint64_t step = zva_step();
    if (step != 0) {
        BITFRAME_FAST_ZERO_FRAMES(dst, bytes, step);
        return;
    }
#endif
    BITFRAME_PLAIN_ZERO_FRAMES(dst, bytes, 0);
}

#endif
