/* SPDX-License-Identifier: MIT */
/*
 * zero.c - ways to clear a page, and on AArch64 "kinds", which makes one atomic access of each kind instead
 *
 * tools/bench-bounds asks for "kinds" to know that icount.c counts atomic accesses at all. A CPU without LSE
 * cannot run it.
 */
#include "base/kernels.h"

#include <bitframe/platform.h>

#include "bench.h"

/* src/contract/memzero.c under another name, since contract.c has a memzero() that does nothing. */
void library_memzero(uint64_t start, uint64_t size);

#define CONTENDER  memzero
#define ZERO(page) library_memzero((uintptr_t)(page), BITFRAME_FRAME_BYTES)
#include "loops.h"
#include "no_calls.h"

#define CONTENDER  zero_c
#define ZERO(page) bitframe_zero_frames_c(page, BITFRAME_FRAME_BYTES, 0)
#include "loops.h"
#include "no_calls.h"

#ifdef __aarch64__
__attribute__((noinline)) static void one_of_each(uint64_t *word)
{
    uint64_t old;
    uint32_t failed;
    __asm__ volatile(".arch_extension lse\n"
                     "ldxr %0, [%2]\n"
                     "stxr %w1, %0, [%2]\n"
                     "cas %0, %0, [%2]\n"
                     "swp %0, %0, [%2]\n"
                     "ldclr %0, %0, [%2]\n"
                     "ldset %0, %0, [%2]\n"
                     "ldadd %0, %0, [%2]\n"
                     "dmb ish\n"
                     : "=&r"(old), "=&r"(failed)
                     : "r"(word)
                     : "memory");
}

#define CONTENDER  kinds
#define ZERO(page) one_of_each((uint64_t *)(void *)(page))
#include "loops.h"
#endif

static uint64_t bytes(uint64_t frames)
{
    return frames * BITFRAME_FRAME_BYTES;
}

static bool open_pages(const struct bench_memory *memory)
{
    (void)memory;
    bench_declare_platform();
    return true;
}

/* With the MMU off, before the platform is declared. */
static bool open_device_pages(const struct bench_memory *memory)
{
    (void)memory;
    (void)bitframe_set_platform(NULL);
    return true;
}

#define ROW(text, of, open, uncounted)                                                                       \
    {                                                                                                        \
        text, IN_PAGES, &loops_of_##of, &loops_of_empty, bytes, open, .count_only = uncounted                \
    }

const struct contender bench_zero[] = {
    ROW("memzero", memzero, open_pages, false),
    ROW("memzero-device", memzero, open_device_pages, false),
    ROW("zero-c", zero_c, open_pages, false),
#ifdef __aarch64__
    ROW("kinds", kinds, open_pages, true),
#endif
    {0},
};
