/* SPDX-License-Identifier: MIT */
/*
 * bitframe/options.h - the options of a build, and their defaults
 *
 * Every option has the name, the values and the default of meson's option: -Dmalloc_start= there is
 * BITFRAME_MALLOC_START here. All files of a kernel, bitframe's and its own, must see the same values. Give
 * them to the compiler by -D, or put them in <bitframe/config.h>, which this file includes if it exists. A
 * value that does not exist is an error.
 */
#ifndef BITFRAME_OPTIONS_H
#define BITFRAME_OPTIONS_H

#include <stdint.h>

#ifdef __has_include
#if __has_include(<bitframe/config.h>)
#include <bitframe/config.h>
#endif
#endif

#define BITFRAME_VERSION "0.1.0"

/** Bytes in a frame, and PAGE_SIZE: the translation granule of the kernel, 4096, 16384 or 65536. */
#ifndef BITFRAME_PAGE_SIZE
#define BITFRAME_PAGE_SIZE 4096
#endif

/** MALLOC_START: the first physical address of the page_alloc pool. */
#ifndef BITFRAME_MALLOC_START
#define BITFRAME_MALLOC_START 0x40000000
#endif

/** MALLOC_END: one past the last physical address of the page_alloc pool. */
#ifndef BITFRAME_MALLOC_END
#define BITFRAME_MALLOC_END 0xFC000000
#endif

/** LINEAR_MAP_BASE: the virtual address of physical address 0. */
#ifndef BITFRAME_LINEAR_MAP_BASE
#define BITFRAME_LINEAR_MAP_BASE 0xFFFF000000000000
#endif

/** The one that defines memzero(): library or kernel. */
#ifndef BITFRAME_MEMZERO
#define BITFRAME_MEMZERO library
#endif

/**
 * For the three files. 1: with the calls of the page_alloc contract, whose names have no prefix. 2: a kernel
 * can also share their pool. The built library ignores this option, and has these calls in a header of their
 * own, <bitframe/page_alloc.h>.
 */
#ifndef BITFRAME_PAGE_ALLOC
#define BITFRAME_PAGE_ALLOC 0
#endif

/** Atomics of shared pools on AArch64. compiler: those that -march allows. lse or llsc: only these. */
#ifndef BITFRAME_ATOMICS
#define BITFRAME_ATOMICS compiler
#endif

/** 1: a pool can ask for tags and poison (<bitframe/debug.h>). 0: it cannot. */
#ifndef BITFRAME_DEBUG_FRAMES
#define BITFRAME_DEBUG_FRAMES 0
#endif

/** Kernels in assembly: aarch64, none (generic), or those of this machine, if it has any (auto). */
#ifndef BITFRAME_ARCH
#define BITFRAME_ARCH auto
#endif

/*
 * Kernels that are in assembly, if the machine has any. The others are C. meson:
 * -Dasm=scan,count,find,range,zero.
 */
#ifndef BITFRAME_ASM_SCAN
#define BITFRAME_ASM_SCAN 1
#endif
#ifndef BITFRAME_ASM_COUNT
#define BITFRAME_ASM_COUNT 1
#endif
#ifndef BITFRAME_ASM_FIND
#define BITFRAME_ASM_FIND 1
#endif
#ifndef BITFRAME_ASM_RANGE
#define BITFRAME_ASM_RANGE 1
#endif
#ifndef BITFRAME_ASM_ZERO
#define BITFRAME_ASM_ZERO 1
#endif

/** The shortest scan that enters SIMD, in 64-bit words. */
#ifndef BITFRAME_SIMD_SCAN_WORDS
#define BITFRAME_SIMD_SCAN_WORDS 512
#endif

/** The shortest count that enters SIMD, in 64-bit words. */
#ifndef BITFRAME_SIMD_COUNT_WORDS
#define BITFRAME_SIMD_COUNT_WORDS 64
#endif

/* Values that are words, or 0 and 1, as numbers. A word that is no value is the number 0. */
#define BITFRAME_VALUE(option)   BITFRAME_VALUE_OF(option)
#define BITFRAME_VALUE_OF(value) (BITFRAME_VALUE_##value + 0)
#define BITFRAME_IS_BOOL(option) (BITFRAME_VALUE(option) == 1 || BITFRAME_VALUE(option) == 2)
#define BITFRAME_VALUE_0         1
#define BITFRAME_VALUE_1         2
#define BITFRAME_VALUE_library   3
#define BITFRAME_VALUE_kernel    4
#define BITFRAME_VALUE_compiler  5
#define BITFRAME_VALUE_lse       6
#define BITFRAME_VALUE_llsc      7
#define BITFRAME_VALUE_auto      8
#define BITFRAME_VALUE_generic   9
#define BITFRAME_VALUE_aarch64   10
#define BITFRAME_VALUE_2         11

#ifdef BITFRAME_FRAME_SHIFT
/* A test chooses its own, such as frames of 8 bytes. */
#elif BITFRAME_PAGE_SIZE == 4096
#define BITFRAME_FRAME_SHIFT 12
#elif BITFRAME_PAGE_SIZE == 16384
#define BITFRAME_FRAME_SHIFT 14
#elif BITFRAME_PAGE_SIZE == 65536
#define BITFRAME_FRAME_SHIFT 16
#else
#error "BITFRAME_PAGE_SIZE is 4096, 16384 or 65536"
#endif

#if BITFRAME_VALUE(BITFRAME_MEMZERO) == BITFRAME_VALUE_library
#define BITFRAME_MEMZERO_IS_LIBRARY 1
#elif BITFRAME_VALUE(BITFRAME_MEMZERO) == BITFRAME_VALUE_kernel
#define BITFRAME_MEMZERO_IS_LIBRARY 0
#else
#error "BITFRAME_MEMZERO is library or kernel"
#endif

/* The folder of kernels in assembly is that of the machine, if it has one. */
#if BITFRAME_VALUE(BITFRAME_ARCH) == BITFRAME_VALUE_generic
#define BITFRAME_ARCH_IS_AARCH64 0
#elif BITFRAME_VALUE(BITFRAME_ARCH) == BITFRAME_VALUE_aarch64 && defined(__aarch64__)
#define BITFRAME_ARCH_IS_AARCH64 1
#elif BITFRAME_VALUE(BITFRAME_ARCH) == BITFRAME_VALUE_auto && defined(__aarch64__)
#define BITFRAME_ARCH_IS_AARCH64 1
#elif BITFRAME_VALUE(BITFRAME_ARCH) == BITFRAME_VALUE_auto
#define BITFRAME_ARCH_IS_AARCH64 0
#else
#error "BITFRAME_ARCH is auto, generic or, on that machine, aarch64"
#endif

#if BITFRAME_VALUE(BITFRAME_ATOMICS) < 5 || BITFRAME_VALUE(BITFRAME_ATOMICS) > 7
#error "BITFRAME_ATOMICS is compiler, lse or llsc"
#endif
#if !BITFRAME_IS_BOOL(BITFRAME_DEBUG_FRAMES)
#error "BITFRAME_DEBUG_FRAMES is 0 or 1"
#endif
#if !BITFRAME_IS_BOOL(BITFRAME_PAGE_ALLOC) && BITFRAME_VALUE(BITFRAME_PAGE_ALLOC) != BITFRAME_VALUE_2
#error "BITFRAME_PAGE_ALLOC is 0, 1 or 2"
#endif
#if !BITFRAME_IS_BOOL(BITFRAME_ASM_SCAN) || !BITFRAME_IS_BOOL(BITFRAME_ASM_COUNT) ||                         \
    !BITFRAME_IS_BOOL(BITFRAME_ASM_FIND) || !BITFRAME_IS_BOOL(BITFRAME_ASM_RANGE) ||                         \
    !BITFRAME_IS_BOOL(BITFRAME_ASM_ZERO)
#error "BITFRAME_ASM_SCAN, _COUNT, _FIND, _RANGE and _ZERO are 0 or 1"
#endif
#if BITFRAME_SIMD_SCAN_WORDS < 1 || BITFRAME_SIMD_COUNT_WORDS < 1
#error "BITFRAME_SIMD_SCAN_WORDS and BITFRAME_SIMD_COUNT_WORDS are at least 1"
#endif

#endif
