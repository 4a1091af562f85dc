/* SPDX-License-Identifier: MIT */
/* platform.c - FP/SIMD on, and bitframe_set_platform(). */
#include "platform.h"

#include <bitframe/page_alloc.h>
#include <bitframe/platform.h>

#include "arch.h"
#include "console.h"
#include "cpus.h"
#include "kernel.h"

#define CPACR_FPEN (UINT64_C(3) << 20)

/*
 * May bitframe use vector registers here? This kernel never does itself and runs no user code, so nobody's
 * are lost; but a CPU that uses them may be interrupted, and vectors.S does not save them: not in an
 * interrupt. bitframe then works with general registers. A kernel with users saves the current one's FP state
 * first, or marks it to be reloaded, and masks preemption until simd_end().
 */
static bool simd_begin(void)
{
    struct cpu *cpu = cpu_self();
    if (cpu->in_interrupt)
        return false;
    cpu->simd_uses++;
    return true;
}

static void simd_end(void)
{
}

static void bitframe_is_broken(const char *what)
{
    console_string("bitframe: ");
    panic(what);
}

/** Declare the machine, its CPUs known by then to clear @p zva_block_bytes bytes by one DC ZVA. */
static void declare(uint32_t zva_block_bytes)
{
    struct bitframe_platform platform = {
        .zva_block_bytes = zva_block_bytes,
        .linear_map_base = LINEAR_MAP_BASE,
        .simd_begin = simd_begin,
        .simd_end = simd_end,
        .panic = bitframe_is_broken,
    };
    if (bitframe_set_platform(&platform) != BITFRAME_OK)
        panic("bitframe_set_platform()");
}

void platform_enable_simd(void)
{
    write_register(cpacr_el1, CPACR_FPEN);
    isb();
}

void platform_init(void)
{
    platform_enable_simd();
    declare(bitframe_get_zva_block_bytes());
    console_string("platform: DC ZVA clears ");
    console_decimal(bitframe_get_zva_block_bytes());
    console_string(" bytes, SIMD on\n");
}

void platform_declare_cpus(void)
{
    declare(cpus_zva_block_bytes());
}

uint64_t platform_simd_uses(void)
{
    uint64_t uses = 0;
    for (uint32_t i = 0; i < CPUS_MAX; i++)
        uses += cpu_at(i)->simd_uses;
    return uses;
}
