/* SPDX-License-Identifier: MIT */
/*
 * memory.c - a pool of all memory that the firmware tells of
 *
 * memory_init() runs at the kernel's PA with the MMU off, where a PA is an address; the rest runs anywhere.
 * Pool and metadata are both seen in the linear map later, so they move by the same amount, and the pool,
 * which holds no pointers, does not notice. The map does hold one, to its storage, and is not used again.
 */
#include "memory.h"

#include <bitframe/import.h>
#include <bitframe/page_alloc.h>

#include "arch.h"
#include "console.h"
#include "kernel.h"
#include "pages.h"

/* clang-format off */
#define RANGES          128               /* the largest tree of docs/boards.md needs 12 */
#define FREE_NOTED      32
#define FDT_BYTES_MAX   (UINT64_C(2) << 20) /* by the boot protocol */
/* clang-format on */

static struct bitframe_map_range ranges[RANGES];
static struct bitframe_map map;
static struct bitframe_map_stats stats;
static struct bitframe pool;

static struct piece residents[RESIDENTS];
static struct piece free_at_boot[FREE_NOTED];
static uint64_t tree_sum;
static uint64_t held;

/* A chain, not a table: the strings in a table would have addresses that are wrong while the MMU is off. */
static const char *resident_name(enum resident resident)
{
    if (resident == RESIDENT_IMAGE)
        return "the kernel: code, data, stacks";
    if (resident == RESIDENT_TREE)
        return "the device tree";
    if (resident == RESIDENT_INITRD)
        return "the initial RAM disk";
    if (resident == RESIDENT_SCRATCH)
        return "scratch pages of the contract's checks";
    return "the pool's metadata";
}

static void must(enum bitframe_status status, const char *what)
{
    if (status == BITFRAME_OK)
        return;
    console_string("panic: ");
    console_string(what);
    console_string(": ");
    console_string(bitframe_get_status_name(status));
    console_string("\n");
    kernel_exit(EXIT_PANIC);
}

static uint64_t sum(struct piece piece)
{
    const uint64_t *words = frame_words(piece.pa);
    uint64_t value = 0;
    for (uint64_t i = 0; i < piece.bytes / sizeof(uint64_t); i++)
        value = (value ^ words[i]) * UINT64_C(0x100000001B3);
    return value;
}

/** Fill the map with what the tree says, or what the board's firmware does. */
static void learn(uint64_t fdt_pa)
{
    struct bitframe_fdt_found found;
    enum bitframe_status status = BITFRAME_INVALID;
    if (fdt_pa != 0)
        status = bitframe_map_import_fdt(&map, (const void *)fdt_pa, FDT_BYTES_MAX, fdt_pa, &found);
    console_string("x0 ");
    console_hex(fdt_pa);
    if (status == BITFRAME_OK) {
        console_string(": a device tree, nodes of memory: ");
        console_decimal(found.memory_nodes);
        console_string("\n");
        residents[RESIDENT_TREE] = (struct piece){fdt_pa, found.fdt_bytes};
        residents[RESIDENT_INITRD] = (struct piece){found.initrd_first_pa, found.initrd_bytes};
        tree_sum = sum(residents[RESIDENT_TREE]);
        if (found.dynamic_nodes != 0) {
            console_string("it asks for memory anywhere, which is not reserved, bytes: ");
            console_decimal(found.dynamic_bytes);
            console_string("\n");
        }
        if (found.memory_ranges != 0)
            return;
    } else {
        console_string(": no device tree: ");
        console_string(bitframe_get_status_name(status));
        console_string("\n");
    }
    if (!board_ask_memory(&map))
        panic("nothing tells where memory is: boot the flat image, which gets a device tree in x0");
}

/** Reserve what neither firmware nor boot loader knows of. */
static void reserve_own(void)
{
    residents[RESIDENT_IMAGE] = (struct piece){IMAGE_PA, image_pa(_image_end) - IMAGE_PA};
    residents[RESIDENT_SCRATCH] = (struct piece){MALLOC_START, PAGES_SCRATCH * PAGE_SIZE};
    must(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, residents[RESIDENT_IMAGE].pa,
                          residents[RESIDENT_IMAGE].bytes),
         "reserving the image");
    must(bitframe_map_add(&map, BITFRAME_MAP_RESERVED, residents[RESIDENT_SCRATCH].pa,
                          residents[RESIDENT_SCRATCH].bytes),
         "reserving scratch pages");
}

static void make_pool(void)
{
    const struct piece *metadata = &residents[RESIDENT_METADATA];
    cache_drop(metadata->pa, metadata->pa + metadata->bytes);
    must(bitframe_init_map(&pool, &map, (void *)metadata->pa, metadata->bytes), "bitframe_init_map()");
}

static void note_free(void)
{
    struct bitframe_map_run run;
    uint64_t frame = 0;
    unsigned i = 0;
    while (i < FREE_NOTED && bitframe_map_next(&map, BITFRAME_MAP_VIEW_FREE, &frame, &run))
        free_at_boot[i++] = (struct piece){run.first_pa, run.frames * PAGE_SIZE};
}

static void print_line(uint64_t first_pa, uint64_t end_pa, const char *kind, const char *what)
{
    console_string("  ");
    console_hex(first_pa);
    console_string("  ");
    console_hex(end_pa);
    console_decimal_in(10, (end_pa - first_pa) / PAGE_SIZE);
    console_string(kind);
    console_string(what);
    console_string("\n");
}

/** Print a stretch of reserved frames, each part with who is there. */
static void print_reserved(uint64_t pa, uint64_t end_pa)
{
    while (pa < end_pa) {
        uint64_t part_end_pa = end_pa;
        const char *what = "the firmware's";
        for (unsigned i = 0; i < RESIDENTS; i++) {
            uint64_t first_pa = residents[i].pa / PAGE_SIZE * PAGE_SIZE;
            uint64_t last_end_pa =
                (residents[i].pa + residents[i].bytes + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
            if (residents[i].bytes == 0 || last_end_pa <= pa)
                continue;
            if (first_pa <= pa) {
                what = resident_name((enum resident)i);
                part_end_pa = last_end_pa < end_pa ? last_end_pa : end_pa;
                break;
            }
            if (first_pa < part_end_pa)
                part_end_pa = first_pa;
        }
        print_line(pa, part_end_pa, "    reserved  ", what);
        pa = part_end_pa;
    }
}

static void print_map(void)
{
    console_string("memory: ");
    console_decimal(stats.ram_bytes >> 20);
    console_string(" MiB of RAM\n  from              up to                frames\n");
    struct bitframe_map_run span;
    struct bitframe_map_run run;
    uint64_t frame = 0;
    uint64_t reserved_frame = 0;
    bool more = bitframe_map_next(&map, BITFRAME_MAP_VIEW_RESERVED, &reserved_frame, &run);
    while (bitframe_map_next(&map, BITFRAME_MAP_VIEW_SPANS, &frame, &span)) {
        uint64_t end_pa = span.first_pa + span.frames * PAGE_SIZE;
        print_line(span.first_pa, end_pa, "  RAM", "");
        for (; more && run.first_pa < end_pa;
             more = bitframe_map_next(&map, BITFRAME_MAP_VIEW_RESERVED, &reserved_frame, &run))
            print_reserved(run.first_pa, run.first_pa + run.frames * PAGE_SIZE);
    }
    console_string("frames: ");
    console_decimal(stats.managed_frames);
    console_string(" for the pool, ");
    console_decimal(stats.free_frames);
    console_string(" free, ");
    console_decimal(stats.reserved_frames);
    console_string(" reserved\nlost: ");
    console_decimal(stats.hole_bytes);
    console_string(" bytes of RAM under holes, ");
    console_decimal(stats.frame_0_bytes);
    console_string(" in frame 0, ");
    console_decimal(stats.rounding_bytes);
    console_string(" in frames that are RAM in part\n");
}

void memory_init(uint64_t fdt_pa)
{
    must(bitframe_map_init(&map, ranges, RANGES), "bitframe_map_init()");
    learn(fdt_pa);
    reserve_own();
    must(bitframe_place(&map, &residents[RESIDENT_METADATA].pa, &residents[RESIDENT_METADATA].bytes),
         "bitframe_place()");
    bitframe_map_get_stats(&map, &stats);
    note_free();
    print_map(); /* before any of that memory is used: a map that is wrong shows here first */
    make_pool();
}

void memory_flush(void)
{
    cache_drop(residents[RESIDENT_METADATA].pa,
               residents[RESIDENT_METADATA].pa + residents[RESIDENT_METADATA].bytes);
}

const struct bitframe_map *memory_map(void)
{
    return &map;
}

struct bitframe *memory_pool(void)
{
    return &pool;
}

const struct bitframe_map_stats *memory_stats(void)
{
    return &stats;
}

struct piece memory_resident(enum resident resident)
{
    return residents[resident];
}

struct piece memory_free_at_boot(unsigned i)
{
    return i < FREE_NOTED ? free_at_boot[i] : (struct piece){0, 0};
}

bool memory_tree_is_intact(void)
{
    return sum(residents[RESIDENT_TREE]) == tree_sum;
}

uint64_t *frame_words(uint64_t pa)
{
    return (uint64_t *)(running_base() + pa);
}

uint64_t frame_alloc(void)
{
    uint64_t pa = bitframe_alloc(&pool);
    if (pa == 0)
        panic("out of frames");
    held++;
    /* What is written with the caches off must have no line in them that could be written back over it. */
    if (running_base() == 0)
        cache_drop(pa, pa + PAGE_SIZE);
    memzero((uint64_t)frame_words(pa), PAGE_SIZE);
    return pa;
}

void frame_give(uint64_t pa)
{
    must(bitframe_free(&pool, pa), "bitframe_free()");
    held--;
}

uint64_t run_alloc(const struct bitframe_request *request)
{
    uint64_t pa;
    must(bitframe_alloc_run(&pool, request, &pa), "bitframe_alloc_run()");
    uint64_t end_pa = pa + request->frames * PAGE_SIZE;
    if (pa == 0 || pa % PAGE_SIZE != 0 || (request->align != 0 && pa % request->align != 0) ||
        pa < request->min_pa || (request->max_pa != 0 && end_pa > request->max_pa))
        panic("bitframe_alloc_run() returned what was not asked for");
    held += request->frames;
    return pa;
}

void run_give(uint64_t pa, uint64_t frames)
{
    must(bitframe_free_run(&pool, pa, frames), "bitframe_free_run()");
    held -= frames;
}

uint64_t frames_held(void)
{
    return held;
}
