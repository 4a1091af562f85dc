/* SPDX-License-Identifier: MIT */
/* gic.h - QEMU virt's interrupt controller, GICv2 or GICv3, as the device tree has it. */
#ifndef GIC_H
#define GIC_H

#include <stdint.h>

/** Find it, and the virtual timer's interrupt. Runs with the MMU off. */
void gic_find(const void *fdt);

/** It is going to interrupt @p cpus CPUs: board_device() says what of it must be mapped for that. */
void gic_serve(uint32_t cpus);

/** Print which it is and what number the timer has, without an end of line. */
void gic_describe(void);

#endif
