/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the VideoCore's property mailbox: how memory is split between it and the ARM CPUs
 *
 * A message is a list of tags in memory, each with room for the answer; its address goes into mailbox 1, and
 * comes back by mailbox 0 when it has been answered. The MMU is off, so both sides see memory itself.
 */
#include "memory.h"

#include "arch.h"
#include "board.h"
#include "console.h"
#include "kernel.h"

/* clang-format off */
#define MAIL0_READ     0x00
#define MAIL0_STATUS   0x18
#define MAIL1_WRITE    0x20
#define MAIL1_STATUS   0x38
#define STATUS_FULL    (1U << 31)
#define STATUS_EMPTY   (1U << 30)

#define CHANNEL_TAGS   8U          /* in the low 4 bits of what is sent: messages are 16-byte aligned */
#define UNCACHED       0xC0000000U /* where the VideoCore sees memory past its caches */
#define ANSWERED       0x80000000U
#define GET_ARM_MEMORY 0x00010005U
#define GET_VC_MEMORY  0x00010006U
/* clang-format on */

struct memory_tag {
    uint32_t tag;
    uint32_t room;   /* bytes */
    uint32_t answer; /* ANSWERED and its bytes */
    uint32_t base;
    uint32_t bytes;
};

static volatile struct {
    uint32_t bytes;
    uint32_t answer;
    struct memory_tag arm;
    struct memory_tag vc;
    uint32_t end;
} message __attribute__((aligned(16)));

static void ask(volatile struct memory_tag *tag, uint32_t what)
{
    tag->tag = what;
    tag->room = 2 * sizeof(uint32_t);
    tag->answer = 0;
    tag->base = 0;
    tag->bytes = 0;
}

static bool is_answered(const volatile struct memory_tag *tag)
{
    return tag->answer == (ANSWERED | 2 * sizeof(uint32_t));
}

/** Add what a tag answered, and say so. */
static void add(struct bitframe_map *map, enum bitframe_map_kind kind, const char *what,
                const volatile struct memory_tag *tag)
{
    console_string(what);
    console_hex(tag->base);
    console_string(", ");
    console_decimal(tag->bytes >> 20);
    console_string(" MiB\n");
    if (bitframe_map_add(map, kind, tag->base, tag->bytes) != BITFRAME_OK)
        panic("the VideoCore's answer does not fit the map");
}

bool board_ask_memory(struct bitframe_map *map)
{
    message.bytes = sizeof(message);
    message.answer = 0;
    ask(&message.arm, GET_ARM_MEMORY);
    ask(&message.vc, GET_VC_MEMORY);
    message.end = 0;

    uint32_t mail = (uint32_t)image_pa((const void *)&message) | UNCACHED | CHANNEL_TAGS;
    dsb(sy);
    while (*device_register(MAILBOX_PA + MAIL1_STATUS) & STATUS_FULL)
        ;
    *device_register(MAILBOX_PA + MAIL1_WRITE) = mail;
    do
        while (*device_register(MAILBOX_PA + MAIL0_STATUS) & STATUS_EMPTY)
            ;
    while (*device_register(MAILBOX_PA + MAIL0_READ) != mail);
    dsb(sy);

    if (message.answer != ANSWERED || !is_answered(&message.arm) || !is_answered(&message.vc))
        return false;
    add(map, BITFRAME_MAP_RAM, "mailbox GET_ARM_MEMORY: at ", &message.arm);
    add(map, BITFRAME_MAP_HOLE, "mailbox GET_VC_MEMORY: at ", &message.vc);
    return true;
}
