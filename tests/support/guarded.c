/* SPDX-License-Identifier: MIT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#endif
#include "guarded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "random.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, bytes)   ((void)(memory), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(memory, bytes) ((void)(memory), (void)(bytes))
#endif

#define PAGE UINT64_C(65536) /* or a smaller one, of which this is a multiple */

/** The memory of a pool of any size is on fewer bytes, and more would be too many for an emulator. */
#define MOST_GUARD_BYTES (UINT64_C(1) << 32)

#define PATTERN       0x5A
#define PATTERN_BYTES 64

/** What cannot be touched at either end: an index that is wrong by a level leads that far. */
static uint64_t guard_of(uint64_t bytes)
{
    uint64_t guard = (bytes + PAGE) / PAGE * PAGE * 64;
    return guard < MOST_GUARD_BYTES ? guard : MOST_GUARD_BYTES;
}

static uint64_t pages_of(uint64_t bytes)
{
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

/** How many bytes next behind the last one hold the pattern. */
static uint64_t pattern_bytes(const void *memory, uint64_t bytes)
{
    uint64_t left = PAGE - ((uintptr_t)memory + bytes - 1) % PAGE - 1;
    return left < PATTERN_BYTES ? left : PATTERN_BYTES;
}

static void seal(char *memory, uint64_t bytes)
{
    memset(memory + bytes, PATTERN, pattern_bytes(memory, bytes));
    ASAN_POISON_MEMORY_REGION(memory + bytes, pattern_bytes(memory, bytes));
}

static void unseal(char *memory, uint64_t bytes)
{
    ASAN_UNPOISON_MEMORY_REGION(memory + bytes, pattern_bytes(memory, bytes));
    for (uint64_t i = 0; i < pattern_bytes(memory, bytes); i++) {
        if (memory[bytes + i] != PATTERN) {
            fprintf(stderr, "guarded memory: byte %llu behind the last was written\n", (unsigned long long)i);
            abort();
        }
    }
}

static void require(int holds)
{
    if (!holds) {
        perror("guarded memory");
        abort();
    }
}

void *guarded_open(uint64_t bytes, uint64_t align, enum guarded_end end)
{
    uint64_t pages = pages_of(bytes);
    uint64_t guard = guard_of(bytes);
    uint64_t room = guard + pages + guard;
    char *all = mmap(NULL, room + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    require(all != MAP_FAILED);
    /* The kernel's pages may be smaller than PAGE: what is over at the ends goes back. */
    char *first = (char *)(((uintptr_t)all + PAGE - 1) / PAGE * PAGE);
    char *memory = first + guard;
    require((first == all || munmap(all, (size_t)(first - all)) == 0) &&
            munmap(first + room, (size_t)(all + PAGE - first)) == 0 &&
            (pages == 0 || mprotect(memory, pages, PROT_READ | PROT_WRITE) == 0));
    if (end == GUARDED_ABOVE)
        memory += (pages - bytes) / align * align;
    seal(memory, bytes);
    return memory;
}

void guarded_close(void *memory, uint64_t bytes)
{
    char *first = (char *)((uintptr_t)memory / PAGE * PAGE); /* at either end */
    uint64_t guard = guard_of(bytes);
    unseal(memory, bytes);
    require(munmap(first - guard, guard + pages_of(bytes) + guard) == 0);
}

void guarded_open_twice(char *at[2], uint64_t bytes, uint64_t align)
{
    FILE *file = tmpfile();
    require(file && ftruncate(fileno(file), (off_t)pages_of(bytes)) == 0);
    for (int i = 0; i < 2; i++) {
        at[i] = guarded_open(bytes, align, GUARDED_ABOVE);
        unseal(at[i], bytes);
        char *pages = (char *)((uintptr_t)at[i] / PAGE * PAGE);
        require(mmap(pages, pages_of(bytes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fileno(file),
                     0) != MAP_FAILED);
    }
    seal(at[0], bytes);
    seal(at[1], bytes);
    fclose(file);
}

void *guarded_renew(struct guarded *guarded, uint64_t bytes, uint64_t align)
{
    static uint64_t turn, first = UINT64_MAX;
    if (first == UINT64_MAX)
        first = setting("BITFRAME_GUARDED", 0);
    enum guarded_end end = (enum guarded_end)((turn >> 63) ^ (first & 1));
    turn += UINT64_C(0x9E3779B97F4A7C15); /* both ends in any order, also for every second call */
    if (guarded->memory)
        guarded_close(guarded->memory, guarded->bytes);
    guarded->bytes = bytes;
    guarded->memory = guarded_open(bytes, align, end);
    memset(guarded->memory, GARBAGE, bytes);
    return guarded->memory;
}

void *guarded_at(struct guarded *room, uint64_t bytes, uint64_t align, enum guarded_end end)
{
    require(bytes <= GUARDED_COPY_BYTES);
    if (room->room)
        unseal(room->memory, room->bytes);
    else
        room->room = guarded_open(GUARDED_COPY_BYTES, PAGE, GUARDED_ABOVE);
    room->bytes = bytes;
    room->memory = room->room;
    if (end == GUARDED_ABOVE)
        room->memory += (GUARDED_COPY_BYTES - bytes) / align * align;
    seal(room->memory, bytes);
    return room->memory;
}

void *guarded_copy(const void *bytes, uint64_t count, uint64_t align, enum guarded_end end)
{
    static struct guarded room;
    return memcpy(guarded_at(&room, count, align, end), bytes, count);
}
