/* SPDX-License-Identifier: MIT */
/* platform.c - FP/SIMD on, and bitframe_set_platform(). */
#include "platform.h"

#include <bitframe/page_alloc.h>
#include <bitframe/platform.h>

#include "arch.h"
#include "console.h"
#include "kernel.h"

#define CPACR_FPEN (UINT64_C(3) << 20)

static bool simd_busy;
static uint64_t simd_uses;

/*
 * May bitframe use vector registers here? This kernel never does itself and runs no user code, so nobody's
 * are lost. A kernel with users saves the current one's FP state first, or marks it to be reloaded, and masks
 * preemption until simd_end(); where it cannot, say in an interrupt that came while they were in use, it
 * returns false, and bitframe works with general registers.
 */
static bool simd_begin(void)
{
    if (simd_busy)
        return false;
    simd_busy = true;
    simd_uses++;
    return true;
}

static void simd_end(void)
{
    simd_busy = false;
}

static void bitframe_is_broken(const char *what)
{
    console_string("bitframe: ");
    panic(what);
}

void platform_init(void)
{
    write_register(cpacr_el1, CPACR_FPEN);
    isb();

    /* One core runs. With more, zva_block_bytes is the smallest that any of them reports, 0 included. */
    struct bitframe_platform platform = {
        .zva_block_bytes = bitframe_zva_block_bytes(),
        .linear_map_base = LINEAR_MAP_BASE,
        .simd_begin = simd_begin,
        .simd_end = simd_end,
        .panic = bitframe_is_broken,
    };
    if (bitframe_set_platform(&platform) != BITFRAME_OK)
        panic("bitframe_set_platform()");
    console_string("platform: DC ZVA clears ");
    console_decimal(platform.zva_block_bytes);
    console_string(" bytes, SIMD on\n");
}

uint64_t platform_simd_uses(void)
{
    return simd_uses;
}
