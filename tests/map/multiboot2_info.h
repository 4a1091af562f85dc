/* SPDX-License-Identifier: MIT */
/* multiboot2_info.h - boot information of Multiboot2, written tag by tag */
#ifndef BITFRAME_TESTS_MULTIBOOT2_INFO_H
#define BITFRAME_TESTS_MULTIBOOT2_INFO_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { END, COMMAND_LINE, MODULE = 3, BASIC, MEMORY_MAP = 6, FRAMEBUFFER = 8, UEFI_MAP = 17, BOOT_SERVICES };

static _Alignas(8) uint8_t info[2048];
static size_t used;

static inline void put(uint64_t number, size_t bytes)
{
    memcpy(info + used, &number, bytes); /* the tests run where that is little-endian */
    used += bytes;
}

static inline void begin_info(void)
{
    memset(info, 0xFF, sizeof(info));
    used = 0;
    put(0, 8);
}

static inline size_t begin_tag(uint32_t type)
{
    used = (used + 7) / 8 * 8;
    put(type, 4);
    put(0, 4);
    return used - 8;
}

static inline void end_tag(size_t tag)
{
    uint32_t bytes = (uint32_t)(used - tag);
    memcpy(info + tag + 4, &bytes, 4);
}

static inline void end_info(void)
{
    end_tag(begin_tag(END));
    uint32_t bytes = (uint32_t)used;
    memcpy(info, &bytes, 4);
}

static inline void put_module(uint32_t first_pa, uint32_t end_pa, const char *text)
{
    size_t tag = begin_tag(MODULE);
    put(first_pa, 4);
    put(end_pa, 4);
    memcpy(info + used, text, strlen(text) + 1);
    used += strlen(text) + 1;
    end_tag(tag);
}

static inline size_t begin_table(uint32_t type, uint32_t entry_bytes, uint32_t version)
{
    size_t tag = begin_tag(type);
    put(entry_bytes, 4);
    put(version, 4);
    return tag;
}

static inline void put_entry(uint64_t first_pa, uint64_t bytes, uint32_t type)
{
    put(first_pa, 8);
    put(bytes, 8);
    put(type, 4);
    put(0, 4);
}

static inline void put_descriptor(uint32_t type, uint64_t first_pa, uint64_t pages)
{
    put(type, 8);
    put(first_pa, 8);
    put(0, 8);
    put(pages, 8);
    put(0xF, 8);
    put(0, 8); /* 48 bytes, as edk2 has it */
}

static inline void put_memory_map(void)
{
    size_t tag = begin_table(MEMORY_MAP, 24, 0);
    put_entry(0, 0x9FC00, 1);
    put_entry(0x100000, 0x7FF00000, 1);
    put_entry(0x7FFE0000, 0x10000, 3);
    put_entry(0x7FFF0000, 0x10000, 4);
    put_entry(0xFD000000, 0x1000000, 2);
    put_entry(0x100000000, 0x40000000, 1);
    end_tag(tag);
}

static inline void put_uefi_map(void)
{
    size_t tag = begin_table(UEFI_MAP, 48, 1);
    put_descriptor(7, 0x100000, 0x1000);
    put_descriptor(2, 0x2000000, 0x10);
    put_descriptor(4, 0x3000000, 0x10);
    end_tag(tag);
}

static inline void make_full_info(void)
{
    begin_info();
    size_t tag = begin_tag(COMMAND_LINE);
    put('x', 2);
    end_tag(tag);
    put_uefi_map();
    put_module(0x4000000, 0x4012345, "initrd");
    tag = begin_tag(BASIC);
    put(639, 4);
    put(0x7FBFF, 4);
    end_tag(tag);
    put_memory_map();
    put_module(0x5000000, 0x5001000, "");
    end_info();
}

#endif
