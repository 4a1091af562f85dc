/* SPDX-License-Identifier: MIT */
/*
 * nothing.c - calls that return at once
 *
 * Written as assembly, since C would set the returned register: a second instruction. "ret" is a return on
 * AArch64, on x86-64 and on RISC-V.
 */
#include "nothing.h"

#define NOTHING(name)                                                                                        \
    __asm__(".text\n"                                                                                        \
            ".p2align 4\n"                                                                                   \
            ".globl " #name "\n"                                                                             \
            ".type " #name ", %function\n" #name ":\n"                                                       \
            "ret\n"                                                                                          \
            ".size " #name ", . - " #name "\n")

NOTHING(nothing_take);
NOTHING(nothing_free);
NOTHING(nothing_count);
NOTHING(nothing_reserve);
NOTHING(nothing_init);
NOTHING(nothing_take_huge);
NOTHING(nothing_free_huge);
NOTHING(nothing_take_bulk);
NOTHING(nothing_free_bulk);
NOTHING(nothing_take_on);
NOTHING(nothing_free_on);
NOTHING(nothing_take_page);
NOTHING(nothing_free_page);
NOTHING(nothing_count_pages);
NOTHING(nothing_reserve_pages);
NOTHING(nothing_init_pages);
NOTHING(nothing_zero);
