/* SPDX-License-Identifier: MIT */
/*
 * interrupts.c - GICv2 and GICv3, of which the device tree says which it is and where
 *
 * One interrupt per CPU, private to it: that of the virtual timer. It is put in group 1, which a GICv3
 * signals as IRQ. A GICv2 with one security state, or seen from the non-secure side, needs no telling.
 */
#include "interrupts.h"

#include "arch.h"
#include "console.h"
#include "cpus.h"
#include "gic.h"
#include "kernel.h"
#include "tree.h"

/* clang-format off */
#define GICD_CTLR          0x000
#define GICD_CTLR_ENABLE   (1U << 0)     /* GICv2 */
#define GICD_CTLR_GROUP1   (1U << 1)     /* GICv3 with one security state, and affinity routing: */
#define GICD_CTLR_ARE      (1U << 4)
#define GICD_CTLR_RWP      (1U << 31)    /* a write is not through yet */
#define GIC_IGROUPR0       0x080         /* in the distributor, or in a redistributor's second half: */
#define GIC_ISENABLER0     0x100
#define GIC_IPRIORITYR     0x400         /* a byte each */

#define GICC_CTLR          0x000         /* GICv2's interface of the CPU that asks */
#define GICC_PMR           0x004
#define GICC_IAR           0x00C
#define GICC_EOIR          0x010

#define GICR_BYTES         0x20000       /* a redistributor */
#define GICR_TYPER         0x008         /* the upper half is the affinity of its CPU */
#define GICR_TYPER_LAST    (1U << 4)
#define GICR_WAKER         0x014
#define GICR_WAKER_SLEEP   (1U << 1)
#define GICR_WAKER_ASLEEP  (1U << 2)
#define GICR_PRIVATE       0x10000       /* the second half */


#define ID_MASK            0x3FFU
#define ID_NONE            1020U         /* from here on: no interrupt */
#define PPI                16U           /* the first of those that are private to a CPU */
#define TREE_PPI           1U            /* how `interrupts` calls them */
#define TREE_VIRTUAL       2             /* which of a timer's interrupts is the virtual one's */
#define PRIORITY           0x80U
#define PRIORITY_ANY       0xFFU
/* clang-format on */

static unsigned version; /* 2 or 3; 0 if there is none that this file knows */
static uint64_t distributor_pa;
static uint64_t distributor_bytes;
static uint64_t cpus_pa; /* of version 2 the interface, of 3 the redistributors */
static uint64_t cpus_bytes;
static uint32_t timer_id;

static uint32_t find(const void *fdt)
{
    uint32_t node = tree_find_compatible(fdt, "arm,gic-v3");
    version = 3;
    if (node != TREE_NONE)
        return node;
    node = tree_find_compatible(fdt, "arm,cortex-a15-gic");
    if (node == TREE_NONE)
        node = tree_find_compatible(fdt, "arm,gic-400");
    version = node != TREE_NONE ? 2 : 0;
    return node;
}

void gic_find(const void *fdt)
{
    uint64_t address_cells;
    uint64_t bytes_cells;
    uint64_t kind;
    uint64_t number;
    uint32_t gic = find(fdt);
    uint32_t timer = tree_find_compatible(fdt, "arm,armv8-timer");
    if (version == 0 || !tree_number(fdt, 0, "#address-cells", 0, 1, &address_cells) ||
        !tree_number(fdt, 0, "#size-cells", 0, 1, &bytes_cells))
        return;
    uint32_t address = (uint32_t)address_cells;
    uint32_t bytes = (uint32_t)bytes_cells;
    if (!tree_number(fdt, gic, "reg", 0, address, &distributor_pa) ||
        !tree_number(fdt, gic, "reg", address, bytes, &distributor_bytes) ||
        !tree_number(fdt, gic, "reg", address + bytes, address, &cpus_pa) ||
        !tree_number(fdt, gic, "reg", 2 * address + bytes, bytes, &cpus_bytes) || timer == TREE_NONE ||
        !tree_number(fdt, timer, "interrupts", 3 * TREE_VIRTUAL, 1, &kind) || kind != TREE_PPI ||
        !tree_number(fdt, timer, "interrupts", 3 * TREE_VIRTUAL + 1, 1, &number)) {
        version = 0;
        return;
    }
    timer_id = PPI + (uint32_t)number;
}

void gic_serve(uint32_t cpus)
{
    /* There is room for more redistributors than there are. */
    if (version == 3 && cpus_bytes > (uint64_t)cpus * GICR_BYTES)
        cpus_bytes = (uint64_t)cpus * GICR_BYTES;
}

void gic_describe(void)
{
    if (version == 0) {
        console_string("no interrupt controller known here");
        return;
    }
    console_string("GICv");
    console_decimal(version);
    console_string(", the timer is interrupt ");
    console_decimal(timer_id);
}

struct piece board_device(unsigned i)
{
    if (version == 0 || i > 1)
        return (struct piece){0, 0};
    return i == 0 ? (struct piece){distributor_pa, distributor_bytes} : (struct piece){cpus_pa, cpus_bytes};
}

void board_interrupts_init(void)
{
    if (version == 2)
        *device_register(distributor_pa + GICD_CTLR) = GICD_CTLR_ENABLE;
    if (version != 3)
        return;
    *device_register(distributor_pa + GICD_CTLR) = GICD_CTLR_ARE;
    while (*device_register(distributor_pa + GICD_CTLR) & GICD_CTLR_RWP)
        ;
    *device_register(distributor_pa + GICD_CTLR) = GICD_CTLR_ARE | GICD_CTLR_GROUP1;
    while (*device_register(distributor_pa + GICD_CTLR) & GICD_CTLR_RWP)
        ;
}

/** The redistributor of the CPU that runs. */
static uint64_t redistributor_pa(void)
{
    uint64_t mpidr = read_register(mpidr_el1);
    uint32_t affinity = (uint32_t)(mpidr & 0xFFFFFF) | (uint32_t)(mpidr >> 32 & 0xFF) << 24;
    for (uint64_t pa = cpus_pa; pa < cpus_pa + cpus_bytes; pa += GICR_BYTES) {
        if (*device_register(pa + GICR_TYPER + 4) == affinity)
            return pa;
        if (*device_register(pa + GICR_TYPER) & GICR_TYPER_LAST)
            break;
    }
    panic("this CPU has no redistributor");
}

/** Let the timer's interrupt through: the registers are the CPU's own, wherever they are. */
static void enable_timer(uint64_t pa)
{
    uint32_t shift = timer_id % 4 * 8;
    volatile uint32_t *priority = device_register(pa + GIC_IPRIORITYR + timer_id / 4 * 4);
    *priority = (*priority & ~(0xFFU << shift)) | PRIORITY << shift;
    *device_register(pa + GIC_ISENABLER0) = 1U << timer_id;
}

void board_interrupts_start(void)
{
    if (version == 2) {
        enable_timer(distributor_pa);
        *device_register(cpus_pa + GICC_PMR) = PRIORITY_ANY;
        *device_register(cpus_pa + GICC_CTLR) = GICD_CTLR_ENABLE;
    }
    if (version != 3)
        return;
    uint64_t pa = redistributor_pa();
    *device_register(pa + GICR_WAKER) &= ~GICR_WAKER_SLEEP;
    while (*device_register(pa + GICR_WAKER) & GICR_WAKER_ASLEEP)
        ;
    *device_register(pa + GICR_PRIVATE + GIC_IGROUPR0) = ~0U;
    enable_timer(pa + GICR_PRIVATE);
    write_register(icc_sre_el1, read_register(icc_sre_el1) | 1);
    isb();
    write_register(icc_pmr_el1, PRIORITY_ANY);
    write_register(icc_igrpen1_el1, 1);
    isb();
}

bool board_interrupt_begin(uint32_t *token)
{
    if (version == 3) {
        *token = (uint32_t)read_register(icc_iar1_el1);
        dsb(sy); /* acknowledged before the device is dealt with */
    } else {
        *token = *device_register(cpus_pa + GICC_IAR);
    }
    return (*token & ID_MASK) < ID_NONE;
}

void board_interrupt_end(uint32_t token)
{
    if (version == 3) {
        write_register(icc_eoir1_el1, token);
        isb();
    } else {
        *device_register(cpus_pa + GICC_EOIR) = token;
    }
}
