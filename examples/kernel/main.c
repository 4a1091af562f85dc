/* SPDX-License-Identifier: MIT */
/* main.c - the order of boot. */
#include "board.h"
#include "checks.h"
#include "console.h"
#include "cpus.h"
#include "kernel.h"
#include "memory.h"
#include "mmu.h"
#include "pages.h"
#include "platform.h"
#include "workload.h"

uint64_t kernel_boot(uint64_t exception_level, uint64_t fdt_pa);
_Noreturn void kernel_main(void);

/**
 * Called by boot.S with the MMU off.
 *
 * @param exception_level  The one that the kernel was entered at.
 * @param fdt_pa           PA of the device tree, by the boot loader; anything if it passes none.
 *
 * @return  PA of the tables to turn it on with.
 */
uint64_t kernel_boot(uint64_t exception_level, uint64_t fdt_pa)
{
    uart_init();
    console_string("bitframe kernel on " BOARD_NAME ", entered at EL");
    console_decimal(exception_level);
    console_string("\n");
    memory_init(fdt_pa);
    cpus_find();
    pages_init();
    console_string("MMU off, ");
    pages_audit(true);
    uint64_t root_pa = mmu_make_tables();
    cpus_use_tables(root_pa);
    memory_flush();
    return root_pa;
}

/** Called by boot.S with the MMU on, in the linear map. */
_Noreturn void kernel_main(void)
{
    /* The pools were made at their PAs and are used at their KVAs from here on: they hold distances, no
     * addresses. */
    console_string("MMU on, ");
    pages_audit(true);
    mmu_leave_identity();
    platform_init();

    workload_run();
    uint64_t failures = checks_of_contract();
    failures += checks_of_memory();
    failures += checks_of_cpus();
    if (failures == 0)
        failures += checks_of_sharing();

    console_string("bitframe used SIMD ");
    console_decimal(platform_simd_uses());
    console_string(" times\n");
    console_string(failures == 0 ? "all is well\n" : "FAILED\n");
    kernel_exit(failures == 0 ? EXIT_OK : EXIT_FAILED);
}
