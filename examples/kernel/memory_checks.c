/* SPDX-License-Identifier: MIT */
/*
 * memory_checks.c - the pool of all memory, used as a kernel uses it
 *
 * Runs after everything else, so that it also sees what the contract's pages and the address spaces have done
 * to memory that is not theirs. Whatever a check takes it gives back, and the last one sees to that.
 */
#include "checks.h"

#include <bitframe/check.h>
#include <bitframe/page_alloc.h>

#include "arch.h"
#include "board.h"
#include "console.h"
#include "kernel.h"
#include "memory.h"
#include "mmu.h"
#include "pages.h"
#include "platform.h"

/* clang-format off */
#define BUFFERS       8
#define BUFFER_BYTES  UINT64_C(20480)
#define BUFFER_ALIGN  UINT64_C(65536)                /* more than its length: not aligned by chance */
#define BUFFER_FRAMES (BUFFER_BYTES / PAGE_SIZE)
#define BLOCK_FRAMES  (BLOCK_BYTES / PAGE_SIZE)
#define ENDS          64                             /* of stretches of free memory that are tried */
#define SIMD_USES_MAX 16                             /* of an audit */
#define FRESH_VA      UINT64_C(0xFFFF800000000000)   /* far above the linear map */
/* clang-format on */

static uint64_t pattern(uint64_t pa)
{
    return (pa ^ UINT64_C(0x5555555555555555)) * UINT64_C(0x9E3779B97F4A7C15);
}

static void write_pattern(uint64_t pa, uint64_t bytes)
{
    for (uint64_t at = pa; at < pa + bytes; at += sizeof(uint64_t))
        *frame_words(at) = pattern(at);
}

static bool has_pattern(uint64_t pa, uint64_t bytes)
{
    for (uint64_t at = pa; at < pa + bytes; at += sizeof(uint64_t))
        if (*frame_words(at) != pattern(at))
            return false;
    return true;
}

static bool counts_are_the_maps(void)
{
    const struct bitframe_map_stats *stats = memory_stats();
    const struct bitframe *pool = memory_pool();
    REQUIRE(bitframe_get_total_frames(pool) == stats->managed_frames);
    REQUIRE(bitframe_get_reserved_frames(pool) == stats->reserved_frames);
    REQUIRE(bitframe_get_free_frames(pool) == stats->free_frames - frames_held());
    REQUIRE(stats->ram_bytes == stats->managed_frames * PAGE_SIZE + stats->hole_bytes + stats->frame_0_bytes +
                                    stats->rounding_bytes);
    REQUIRE(stats->no_room_bytes == 0 && stats->wrapped_bytes == 0);
    /* The audit may use SIMD for long stretches of memory that is not free, of which there are few. */
    uint64_t simd_uses = platform_simd_uses();
    REQUIRE(bitframe_check(pool) == BITFRAME_SOUND);
    REQUIRE(platform_simd_uses() - simd_uses <= SIMD_USES_MAX);
    return true;
}

static bool is_in_image(const void *address)
{
    struct piece image = memory_resident(RESIDENT_IMAGE);
    return image_pa(address) - image.pa < image.bytes;
}

/** A free of a reserved frame is refused; a free of a frame that was not reserved is not, or says otherwise.
 */
static bool what_was_there_is_reserved(void)
{
    char on_the_stack;
    REQUIRE(is_in_image(_image_start) && is_in_image(&check_failure) && is_in_image(&on_the_stack));
    for (unsigned i = 0; i < RESIDENTS; i++) {
        struct piece it = memory_resident((enum resident)i);
        uint64_t first_pa = it.pa / PAGE_SIZE * PAGE_SIZE;
        for (uint64_t pa = first_pa; it.bytes != 0 && pa < it.pa + it.bytes; pa += PAGE_SIZE)
            REQUIRE(bitframe_free(memory_pool(), pa) == BITFRAME_RESERVED);
        for (unsigned k = 0; k < i; k++) {
            struct piece other = memory_resident((enum resident)k);
            REQUIRE(it.pa + it.bytes <= other.pa || other.pa + other.bytes <= it.pa);
        }
    }
    return true;
}

/** The first and the last free frame of each stretch that was free at boot: other addresses are other memory.
 */
static bool memory_is_where_the_map_says(void)
{
    static uint64_t ends[ENDS];
    unsigned count = 0;
    struct piece it;
    for (unsigned i = 0; (it = memory_free_at_boot(i)).bytes != 0 && count + 2 <= ENDS; i++) {
        struct bitframe_request request = {.frames = 1, .min_pa = it.pa, .max_pa = it.pa + it.bytes};
        uint64_t pa;
        for (unsigned k = 0; k < 2; k++, request.flags = BITFRAME_HIGHEST) {
            if (bitframe_alloc_run(memory_pool(), &request, &pa) == BITFRAME_OK)
                ends[count++] = pa;
        }
    }
    REQUIRE(count >= 2);
    for (unsigned i = 0; i < count; i++)
        write_pattern(ends[i], PAGE_SIZE);
    for (unsigned i = 0; i < count; i++)
        REQUIRE(has_pattern(ends[i], PAGE_SIZE));
    for (unsigned i = 0; i < count; i++)
        REQUIRE(bitframe_free(memory_pool(), ends[i]) == BITFRAME_OK);
    return true;
}

/** Buffers for a device that reaches memory below @p limit_pa only, the highest of it. */
static bool buffers_below(uint64_t limit_pa)
{
    struct bitframe_request request = {
        .frames = BUFFER_FRAMES, .align = BUFFER_ALIGN, .max_pa = limit_pa, .flags = BITFRAME_HIGHEST};
    uint64_t buffers[BUFFERS];
    for (unsigned i = 0; i < BUFFERS; i++) {
        buffers[i] = run_alloc(&request);
        REQUIRE(buffers[i] % BUFFER_ALIGN == 0);
        REQUIRE(buffers[i] + BUFFER_BYTES <= limit_pa);
        write_pattern(buffers[i], BUFFER_BYTES);
    }
    console_string("DMA below ");
    console_hex(limit_pa);
    console_string(": buffers of 20 KiB, aligned to 64 KiB, at ");
    console_hex(buffers[BUFFERS - 1]);
    console_string(" to ");
    console_hex(buffers[0]);
    console_string("\n");
    for (unsigned i = 0; i < BUFFERS; i++) {
        REQUIRE(has_pattern(buffers[i], BUFFER_BYTES));
        run_give(buffers[i], BUFFER_FRAMES);
    }
    return true;
}

/**
 * At the board's own limit, which may be above all of its memory, and at one in the midst of the longest
 * stretch of free memory, which never is.
 */
static bool dma_buffers_stay_below_their_limit(void)
{
    struct piece longest = {0, 0};
    struct piece it;
    for (unsigned i = 0; (it = memory_free_at_boot(i)).bytes != 0; i++)
        if (it.bytes > longest.bytes)
            longest = it;
    return buffers_below(DMA_END_PA) && buffers_below(longest.pa + longest.bytes / 2);
}

/** Ordinary memory comes from the top, so that the bottom is left to devices; zeroed if asked for. */
static bool ordinary_memory_is_the_highest(void)
{
    struct bitframe_request request = {.frames = 1, .flags = BITFRAME_HIGHEST | BITFRAME_ZEROED};
    uint64_t pa = run_alloc(&request);
    write_pattern(pa, PAGE_SIZE);
    run_give(pa, 1);
    REQUIRE(run_alloc(&request) == pa);
    for (uint64_t at = pa; at < pa + PAGE_SIZE; at += sizeof(uint64_t))
        REQUIRE(*frame_words(at) == 0);
    /* Nothing above it is free. */
    struct bitframe_request above = {.frames = 1, .min_pa = pa};
    uint64_t none;
    REQUIRE(bitframe_alloc_run(memory_pool(), &above, &none) == BITFRAME_NONE);
    uint64_t lowest_pa = frame_alloc();
    REQUIRE(lowest_pa < pa);
    console_string("ordinary frame at ");
    console_hex(pa);
    console_string(", the lowest is at ");
    console_hex(lowest_pa);
    console_string("\n");
    frame_give(lowest_pa);
    run_give(pa, 1);
    return true;
}

/**
 * Two runs of 2 MiB, one after the other, mapped at the same address. What is read there the second time
 * would be the first one's, had the TLB kept it.
 */
static bool a_2_mib_run_is_one_block(void)
{
    struct bitframe_request request = {.frames = BLOCK_FRAMES, .align = BLOCK_BYTES};
    uint64_t runs[2];
    for (unsigned i = 0; i < 2; i++) {
        runs[i] = run_alloc(&request);
        REQUIRE(runs[i] % BLOCK_BYTES == 0);
        write_pattern(runs[i], BLOCK_BYTES);
    }
    REQUIRE(!mmu_may_read(FRESH_VA));
    for (unsigned i = 0; i < 2; i++) {
        mmu_map_block(FRESH_VA, runs[i]);
        for (uint64_t at = 0; at < BLOCK_BYTES; at += sizeof(uint64_t)) {
            volatile uint64_t *word = (volatile uint64_t *)(FRESH_VA + at);
            REQUIRE(*word == pattern(runs[i] + at));
            *word = ~*word;
        }
        for (uint64_t at = 0; at < BLOCK_BYTES; at += sizeof(uint64_t))
            REQUIRE(*frame_words(runs[i] + at) == ~pattern(runs[i] + at));
        (void)*(volatile uint64_t *)FRESH_VA; /* now the TLB has it */
        mmu_unmap_block(FRESH_VA);
        REQUIRE(!mmu_may_read(FRESH_VA));
    }
    console_string("2 MiB at ");
    console_hex(runs[0]);
    console_string(" and ");
    console_hex(runs[1]);
    console_string(" were blocks at ");
    console_hex(FRESH_VA);
    console_string("\n");
    run_give(runs[0], BLOCK_FRAMES);
    run_give(runs[1], BLOCK_FRAMES);
    return true;
}

static bool the_tree_is_intact(void)
{
    REQUIRE(memory_tree_is_intact());
    return true;
}

/** All that is left in use is page tables. */
static bool everything_is_given_back(void)
{
    pages_finish();
    console_string("frames: ");
    console_decimal(frames_held());
    console_string(" hold the kernel's page tables, ");
    console_decimal(bitframe_get_free_frames(memory_pool()));
    console_string(" free\n");
    REQUIRE(frames_held() == mmu_table_frames());
    return counts_are_the_maps();
}

static const struct check checks[] = {
    {"counts_are_the_maps", counts_are_the_maps},
    {"what_was_there_is_reserved", what_was_there_is_reserved},
    {"memory_is_where_the_map_says", memory_is_where_the_map_says},
    {"dma_buffers_stay_below_their_limit", dma_buffers_stay_below_their_limit},
    {"ordinary_memory_is_the_highest", ordinary_memory_is_the_highest},
    {"a_2_mib_run_is_one_block", a_2_mib_run_is_one_block},
    {"the_tree_is_intact", the_tree_is_intact},
    {"everything_is_given_back", everything_is_given_back},
};

uint64_t checks_of_memory(void)
{
    return checks_run(checks, sizeof(checks) / sizeof(checks[0]), 0);
}
