/* SPDX-License-Identifier: MIT */
/* kernel.h - where the image lies, and how the kernel ends. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdint.h>

/* From kernel.ld; only the addresses mean something. */
extern const char _image_start[], _text_end[], _rodata_end[], _image_end[];
extern const char _stacks[], _exception_stack[], _exception_stack_top[], _stack[], _stack_top[];

/**
 * Physical address of something in the image.
 *
 * `(uint64_t)symbol` is a KVA once the MMU is on, and handed to the allocator as a PA it would reserve the
 * whole pool. The distance from the start of the image is the same wherever the kernel runs.
 */
static inline uint64_t image_pa(const void *address)
{
    return (uint64_t)address - (uint64_t)_image_start + IMAGE_PA;
}

/** What the kernel ends with. */
enum exit_status {
    EXIT_OK = 0,        /**< All is well. */
    EXIT_FAILED = 1,    /**< A check failed. */
    EXIT_PANIC = 2,     /**< The kernel found something impossible. */
    EXIT_EXCEPTION = 3, /**< The processor did. */
};

/** End with a status: QEMU exits with it, whichever CPU calls. Without semihosting the CPU parks. */
_Noreturn void kernel_exit(enum exit_status status);

/** Say why, and end with EXIT_PANIC. Any CPU: the first one to do so speaks. */
_Noreturn void panic(const char *why);

/** Do nothing any more: boot.S. */
_Noreturn void park(void);

#endif
