/* SPDX-License-Identifier: MIT */
/* memory.c - virt's firmware, QEMU, tells of memory in the device tree and nowhere else. */
#include "memory.h"

bool board_ask_memory(struct bitframe_map *map)
{
    (void)map;
    return false;
}
