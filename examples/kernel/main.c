/* SPDX-License-Identifier: MIT */
/* main.c - the order of boot. */
#include <bitframe/page_alloc.h>

#include "board.h"
#include "checks.h"
#include "console.h"
#include "kernel.h"
#include "memory.h"
#include "mmu.h"
#include "platform.h"
#include "workload.h"

uint64_t kernel_boot(uint64_t exception_level);
_Noreturn void kernel_main(void);

/**
 * Called by boot.S with the MMU off.
 *
 * @param exception_level  The one that the kernel was entered at.
 *
 * @return  PA of the tables to turn it on with.
 */
uint64_t kernel_boot(uint64_t exception_level)
{
    uart_init();
    console_string("bitframe kernel on " BOARD_NAME ", entered at EL");
    console_decimal(exception_level);
    console_string("\nimage ");
    console_hex(IMAGE_PA);
    console_string(" to ");
    console_hex(image_pa(_image_end));
    console_string("\nMMU off, ");
    memory_init();
    memory_audit(true);
    return mmu_make_boot_tables();
}

/** Called by boot.S on the boot tables, in the linear map. */
_Noreturn void kernel_main(void)
{
    /* The pool was made at its PA and is used at its KVA from here on: it holds distances, no addresses. */
    console_string("MMU on, ");
    memory_audit(true);

    mmu_init();
    console_string("own tables, ");
    memory_audit(true);
    platform_init();

    workload_run();
    uint64_t failures = checks_run();

    console_string("bitframe used SIMD ");
    console_decimal(platform_simd_uses());
    console_string(" times\n");
    console_string(failures == 0 ? "all is well\n" : "FAILED\n");
    kernel_exit(failures == 0 ? EXIT_OK : EXIT_FAILED);
}
