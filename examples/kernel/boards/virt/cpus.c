/* SPDX-License-Identifier: MIT */
/* cpus.c - CPUs by /cpus of the device tree, started by PSCI in the way that /psci says. */
#include "cpus.h"

#include "console.h"
#include "gic.h"
#include "tree.h"

/* clang-format off */
#define PSCI_CPU_ON UINT64_C(0xC4000003) /* of 64-bit callers */
#define PSCI_OK     0
/* clang-format on */

enum conduit { CONDUIT_NONE, CONDUIT_HVC, CONDUIT_SMC };

static enum conduit conduit;

static enum conduit find_conduit(const void *fdt)
{
    uint32_t psci = tree_find_child(fdt, 0, "psci");
    if (psci != TREE_NONE && tree_has_text(fdt, psci, "method", "hvc"))
        return CONDUIT_HVC;
    if (psci != TREE_NONE && tree_has_text(fdt, psci, "method", "smc"))
        return CONDUIT_SMC;
    return CONDUIT_NONE;
}

uint32_t board_find_cpus(const void *fdt, uint64_t *mpidrs, uint32_t room)
{
    uint32_t count = 1;
    if (!fdt)
        return count;
    conduit = find_conduit(fdt);
    gic_find(fdt);
    uint32_t cpus = tree_find_child(fdt, 0, "cpus");
    uint64_t cells;
    if (cpus == TREE_NONE || conduit == CONDUIT_NONE ||
        !tree_number(fdt, cpus, "#address-cells", 0, 1, &cells))
        return count;
    for (uint32_t node = tree_next_child(fdt, cpus, TREE_NONE); node != TREE_NONE && count < room;
         node = tree_next_child(fdt, cpus, node)) {
        uint64_t mpidr;
        if (tree_has_text(fdt, node, "device_type", "cpu") &&
            tree_has_text(fdt, node, "enable-method", "psci") &&
            tree_number(fdt, node, "reg", 0, (uint32_t)cells, &mpidr) && mpidr != mpidrs[0])
            mpidrs[count++] = mpidr;
    }
    gic_serve(count);
    return count;
}

bool board_start_cpu(uint64_t mpidr, uint64_t entry_pa)
{
    register uint64_t x0 __asm__("x0") = PSCI_CPU_ON;
    register uint64_t x1 __asm__("x1") = mpidr;
    register uint64_t x2 __asm__("x2") = entry_pa;
    register uint64_t x3 __asm__("x3") = 0; /* what the CPU would find in x0 */
#define CALL(instruction)                                                                                    \
    __asm__ volatile(instruction                                                                             \
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                                                \
                     :                                                                                       \
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",  \
                       "x17", "memory")
    if (conduit == CONDUIT_HVC)
        CALL("hvc #0");
    else
        CALL("smc #0");
#undef CALL
    return x0 == PSCI_OK;
}

void board_describe_cpus(void)
{
    console_string("started by PSCI, ");
    console_string(conduit == CONDUIT_HVC ? "HVC" : conduit == CONDUIT_SMC ? "SMC" : "which is not there");
    console_string("; ");
    gic_describe();
}
