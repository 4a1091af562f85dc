/* SPDX-License-Identifier: MIT */
/*
 * bitframe/platform.h - what a kernel tells bitframe about the machine
 *
 * Everything works without it. Until a kernel calls bitframe_set_platform(), bitframe assumes that the MMU is
 * off and memory is Device, so it uses no DC ZVA and no vector registers.
 */
#ifndef BITFRAME_PLATFORM_H
#define BITFRAME_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The machine. All zero is an unknown machine, and always right. */
struct bitframe_platform {
    /**
     * Bytes that one DC ZVA clears: the smallest bitframe_get_zva_block_bytes() of all CPUs, or 0 if any CPU
     * forbids it. Another value than 0 declares that all memory that bitframe zeroes is mapped Normal: on
     * Device memory DC ZVA faults.
     */
    uint32_t zva_block_bytes;

    /**
     * Virtual address of PA 0 in the linear map. bitframe clears BITFRAME_ZEROED runs there, and a pool that
     * is debugged (<bitframe/debug.h>) fills and compares free frames there.
     */
    uint64_t linear_map_base;

    /**
     * Called before bitframe uses vector registers v0-v7 and v16-v31, once per long scan or count. Returns
     * true if it may; then simd_end follows in the same context. False, and null, mean general registers
     * only.
     */
    bool (*simd_begin)(void);

    /** Called when bitframe no longer needs the vector registers. Not null if simd_begin is not. */
    void (*simd_end)(void);

    /**
     * Called when bitframe finds that an invariant of its own is broken: memory corruption, or a bug. It
     * should not return. If it does, or is null, bitframe executes a trapping instruction.
     *
     * @param what  The broken invariant, static storage.
     */
    void (*panic)(const char *what);
};

/**
 * Declare the machine. A kernel may call this again when it knows more; the last call counts.
 *
 * @param platform  Copied. Null is the same as all zero.
 *
 * @retval BITFRAME_OK       Declared.
 * @retval BITFRAME_INVALID  zva_block_bytes is neither 0 nor a power of two from 16 to 2048, or simd_begin
 *                           came without simd_end; nothing changed.
 *
 * @par Safety  While no other call is in flight on any pool.
 */
enum bitframe_status bitframe_set_platform(const struct bitframe_platform *platform);

/**
 * Bytes that one DC ZVA clears on the calling CPU; 0 if the CPU forbids it (DCZID_EL0), or has no such
 * instruction.
 */
uint32_t bitframe_get_zva_block_bytes(void);

#ifdef __cplusplus
}
#endif

#endif
