/* SPDX-License-Identifier: MIT */
/*
 * boot.S - from the entry point to kernel_main() in the linear map, and of the other CPUs to cpu_main()
 *
 * Entered as Linux is (its Documentation/arm64/booting): at IMAGE_PA, at EL2 or EL1, MMU and data cache off,
 * the PA of a device tree in x0, on one CPU or on all. Addresses come from ADRP, which is PC-relative: they
 * are physical here, and KVAs once the kernel runs where it was linked.
 * Until the MMU is on all memory is Device: aligned accesses only, no vector registers, no exclusives and no
 * DC ZVA. That holds for each CPU by itself, so each turns its MMU on before it meets the others' data.
 *
 * TPIDR_EL1 is the CPU's number from the first instructions on: stacks and vectors go by it.
 */
#include "stacks.h"

#define SCTLR_M    (1 << 0)         /* MMU */
#define SCTLR_A    (1 << 1)         /* an access that is not naturally aligned faults */
#define SCTLR_C    (1 << 2)         /* data cache */
#define SCTLR_SA   (1 << 3)         /* a misaligned stack pointer faults */
#define SCTLR_I    (1 << 12)        /* instruction cache */
#define SCTLR_WXN  (1 << 19)        /* what can be written cannot be executed */
#define SCTLR_RES1 0x30d00800       /* bits that Armv8.0 wants set */
#define SCTLR_OFF  (SCTLR_RES1 | SCTLR_SA | SCTLR_A)
#define SCTLR_ON   (SCTLR_WXN | SCTLR_I | SCTLR_C | SCTLR_M)

#define HCR_RW     (1 << 31)        /* EL1 is AArch64 */
#define CPTR_NONE  0x33ff           /* RES1 bits; FP and SIMD do not trap to EL2 */
#define SPSR_EL1H  0x3c5            /* EL1 with its own stack pointer, interrupts masked */
#define CNTHCTL_EL1 3               /* EL1 may use counter and timer */
#define PFR0_GIC   24               /* ID_AA64PFR0_EL1: the CPU's interrupt controller has system registers */
#define ICC_SRE    0xf              /* they are in use, at EL1 too */

#define LINEAR_MAP_BASE 0xffff000000000000
#define MPIDR_AFFINITY  0xff00ffffff

/* Attribute 0: Device-nGnRE. Attribute 1: Normal, write-back. mmu.c names them. */
#define MAIR       0xff04
/* Each half: 48-bit addresses, 4 KiB granule, tables in write-back shared memory. */
#define TCR_LOW    (16 | 1 << 8 | 1 << 10 | 3 << 12)
#define TCR_HIGH   (16 << 16 | 1 << 24 | 1 << 26 | 3 << 28 | 2 << 30)
#define TCR        (TCR_LOW | TCR_HIGH)
#define TCR_IPS    32               /* PAs are as wide as the CPU's, but no wider than 48 bits */
#define IPS_48     5

    .section .text.boot, "ax"

    .globl _start
    .type _start, %function
_start:
    /* The header by which boot loaders know an image: how far above a multiple of 2 MiB it wants to be, and
     * how much memory it needs there, .bss and stacks included, where nothing else may be put. */
    b       entry
    .long   0
    .quad   _image_offset
    .quad   _image_bytes
    .quad   0x2                     /* little-endian, 4 KiB pages, as near the start of RAM as may be */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

entry:
    /* One CPU boots, and starts the others when it wants them. Affinity 0.0.0.0 is the first. */
    msr     daifset, #0xf
    mov     x21, x0                 /* the device tree */
    mrs     x0, mpidr_el1
    ldr     x1, =MPIDR_AFFINITY
    tst     x0, x1
    b.ne    park
    msr     tpidr_el1, xzr
    bl      to_el1
    adrp    x0, _stack_top
    mov     sp, x0

    /*
     * What is written from here on goes past the data cache to memory. A dirty line that the firmware left
     * could be written back over it at any time: drop such lines first. (.data came from the loader, which
     * must have cleaned it.)
     */
    adrp    x0, _data_end
    adrp    x1, _image_end
    bl      cache_drop

    adrp    x0, _data_end
    adrp    x1, _bss_end
2:  stp     xzr, xzr, [x0], #16
    cmp     x0, x1
    b.lo    2b

    /* The memory map, the pool and the tables, in C, with the MMU off. */
    mov     x0, x20
    mov     x1, x21
    bl      kernel_boot
    mov     x19, x0

    /*
     * Clean lines may have been loaded meanwhile, by speculation, from before the writes above. Caches on,
     * they would hide them: drop everything that was written. (kernel_boot() has done so for what it wrote
     * outside the image.)
     */
    adrp    x0, _rodata_end
    adrp    x1, _image_end
    bl      cache_drop

    bl      mmu_on
    adrp    x0, _stack_top
    mov     sp, x0
    mov     x29, xzr
    mov     x30, xzr
    bl      kernel_main
    b       park
    .size _start, . - _start

/*
 * Where the other CPUs begin: by PSCI or from a spin table, as the first began. Who it is a CPU finds in
 * the list that the first has made. Nothing is written here and nothing but that list is read, which was
 * written with the caches off and not since: so it is in memory.
 */
    .globl secondary_entry
    .type secondary_entry, %function
secondary_entry:
    msr     daifset, #0xf
    mrs     x0, mpidr_el1
    ldr     x1, =MPIDR_AFFINITY
    and     x0, x0, x1
    adrp    x1, cpu_list
    add     x1, x1, :lo12:cpu_list
    ldr     x19, [x1], #8           /* the tables */
    mov     x22, #0                 /* the CPU's number */
1:  ldr     x2, [x1, x22, lsl #3]
    cmp     x2, x0
    b.eq    2f
    add     x22, x22, #1
    cmp     x22, #CPUS_MAX
    b.lo    1b
    b       park

2:  msr     tpidr_el1, x22
    bl      to_el1
    bl      mmu_on
    adrp    x0, _stack_top
    add     x0, x0, x22, lsl #CPU_STACKS_SHIFT
    mov     sp, x0
    mov     x29, xzr
    mov     x30, xzr
    bl      cpu_main

    /* For ever. WFI, unlike WFE, lets an emulator's host do something else. */
    .globl park
park:
    msr     daifset, #0xf
    wfi
    b       park
    .size secondary_entry, . - secondary_entry

/*
 * to_el1 - go on at EL1, the MMU off
 * Returns:  in x20 the exception level before. EL2 hands over to EL1; EL3 is the firmware's and not supported.
 * Clobbers: x0-x2.  Stack: none.
 */
    .type to_el1, %function
to_el1:
    ldr     x2, =SCTLR_OFF
    mrs     x20, CurrentEL
    lsr     x20, x20, #2
    cmp     x20, #2
    b.hi    park
    b.lo    2f
    mov     x0, #HCR_RW
    msr     hcr_el2, x0
    mov     x0, #CPTR_NONE
    msr     cptr_el2, x0
    mrs     x0, midr_el1            /* what EL1 reads in their place */
    msr     vpidr_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0
    mov     x0, #CNTHCTL_EL1
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr
    mrs     x0, id_aa64pfr0_el1
    ubfx    x0, x0, #PFR0_GIC, #4
    cbz     x0, 1f
    mov     x0, #ICC_SRE
    msr     icc_sre_el2, x0
1:  msr     sctlr_el1, x2
    mov     x0, #SPSR_EL1H
    msr     spsr_el2, x0
    adr     x0, 2f
    msr     elr_el2, x0
    eret
2:  msr     sctlr_el1, x2
    b       set_vectors
    .size to_el1, . - to_el1

/*
 * mmu_on - turn the MMU and the caches on, and go on where the kernel was linked
 * Requires: in x19 the PA of the tables; nothing in the caches that hides what was written past them.
 * Clobbers: x0-x2.  Stack: none, and the stack pointer must be set anew.
 * The same tables serve twice: at its PA (TTBR0), where this code runs, and in the linear map.
 */
    .type mmu_on, %function
mmu_on:
    ic      iallu
    tlbi    vmalle1
    dsb     sy
    ldr     x0, =MAIR
    msr     mair_el1, x0
    ldr     x0, =TCR
    mrs     x1, id_aa64mmfr0_el1
    and     x1, x1, #0xf
    mov     x2, #IPS_48
    cmp     x1, x2
    csel    x1, x1, x2, lo
    bfi     x0, x1, #TCR_IPS, #3
    msr     tcr_el1, x0
    msr     ttbr0_el1, x19
    msr     ttbr1_el1, x19
    isb
    mrs     x0, sctlr_el1
    ldr     x1, =SCTLR_ON
    orr     x0, x0, x1
    msr     sctlr_el1, x0
    isb

    /* From here on the kernel runs where it was linked: at its KVA. */
    orr     x30, x30, #LINEAR_MAP_BASE
    adr     x0, set_vectors
    orr     x0, x0, #LINEAR_MAP_BASE
    br      x0

set_vectors:
    adrp    x0, vectors
    add     x0, x0, :lo12:vectors
    msr     vbar_el1, x0
    isb
    ret
    .size mmu_on, . - mmu_on

    .text

/*
 * cache_drop - drop the data cache lines over a range that is written past the cache
 * C:        void cache_drop(uint64_t first, uint64_t end);
 * Requires: MMU off; both ends on a cache line, or the neighbours' data is dropped too.
 * Clobbers: x0, x2, x3.  Stack: none.
 */
    .globl cache_drop
    .type cache_drop, %function
cache_drop:
    mrs     x2, ctr_el0
    ubfx    x2, x2, #16, #4         /* log2 of the words in the smallest line */
    mov     x3, #4
    lsl     x2, x3, x2
1:  dc      ivac, x0
    add     x0, x0, x2
    cmp     x0, x1
    b.lo    1b
    dsb     sy
    ret
    .size cache_drop, . - cache_drop

    .section .note.GNU-stack, "", %progbits
