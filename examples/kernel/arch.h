/* SPDX-License-Identifier: MIT */
/* arch.h - AArch64 as C sees it: system registers, barriers, and where the kernel runs. */
#ifndef ARCH_H
#define ARCH_H

#include <stdint.h>

#include <bitframe/page_alloc.h>

#define read_register(name)                                                                                  \
    __extension__({                                                                                          \
        uint64_t value_;                                                                                     \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory");                                         \
        value_;                                                                                              \
    })
#define write_register(name, value) __asm__ volatile("msr " #name ", %0" ::"r"((uint64_t)(value)) : "memory")
#define isb()                       __asm__ volatile("isb" ::: "memory")
#define dsb(domain)                 __asm__ volatile("dsb " #domain ::: "memory")

#define interrupts_unmask() __asm__ volatile("msr daifclr, #2" ::: "memory")
#define interrupts_mask()   __asm__ volatile("msr daifset, #2" ::: "memory")

/** The bits of MPIDR_EL1 that tell CPUs apart. */
#define MPIDR_AFFINITY UINT64_C(0xFF00FFFFFF)

/** Drop the data cache lines over [@p first, @p end), both on a cache line: boot.S. MMU off. */
void cache_drop(uint64_t first, uint64_t end);

/** LINEAR_MAP_BASE once the kernel runs in the linear map, 0 while it runs at its PA with the MMU off. */
static inline uint64_t running_base(void)
{
    uint64_t pc;
    __asm__ volatile("adr %0, ." : "=r"(pc));
    return pc >= LINEAR_MAP_BASE ? LINEAR_MAP_BASE : 0;
}

/** A 32-bit device register, with the MMU on or off. */
static inline volatile uint32_t *device_register(uint64_t pa)
{
    return (volatile uint32_t *)(running_base() + pa);
}

#endif
