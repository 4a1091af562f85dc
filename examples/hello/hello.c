/* SPDX-License-Identifier: MIT */
/* hello.c - a whole kernel for QEMU's virt: a pool of 128 MiB, of which it allocates one frame */
#include <bitframe/bitframe.h>

__asm__(".globl _start\n_start: ldr x0, =stack_end\n mov sp, x0\n b hello\n");
__asm__(".bss\n.balign 16\n.skip 16384\nstack_end:\n.text\n");

enum { RAM = 0x40000000, RAM_BYTES = 0x8000000, KERNEL_BYTES = 0x200000, UART = 0x9000000 };

static struct bitframe pool;
static _Alignas(64) char metadata[BITFRAME_METADATA_BYTES(RAM, RAM_BYTES)];

static void print(const char *text, uint64_t number)
{
    while (*text)
        *(volatile uint8_t *)UART = (uint8_t)*text++;
    for (int shift = 60; shift >= 0; shift -= 4)
        *(volatile uint8_t *)UART = (uint8_t) "0123456789abcdef"[number >> shift & 15];
    *(volatile uint8_t *)UART = '\n';
}

void hello(void);
void hello(void)
{
    if (bitframe_init(&pool, RAM, RAM_BYTES, metadata, sizeof(metadata)) == BITFRAME_OK &&
        bitframe_reserve(&pool, RAM, KERNEL_BYTES) == BITFRAME_OK) {
        print("free frames: ", bitframe_get_free_frames(&pool));
        print("a frame at:  ", bitframe_alloc(&pool));
    }
    register uint64_t off __asm__("x0") = 0x84000008; /* PSCI: the machine ends */
    __asm__ volatile("hvc #0" : : "r"(off));
}
