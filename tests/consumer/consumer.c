/* SPDX-License-Identifier: MIT */
/*
 * consumer.c - what a kernel does with an installed bitframe, as C11 and as C++11
 *
 * Includes every public header, provides what a kernel provides, uses a pool of its own and the page_alloc
 * contract, and exits with 1 at the first answer that is wrong.
 */
#include <bitframe/bitframe.h>
#include <bitframe/bulk.h>
#include <bitframe/check.h>
#include <bitframe/debug.h>
#include <bitframe/import.h>
#include <bitframe/page_alloc.h>
#include <bitframe/platform.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char printed[64];
static uint64_t zeroed_kva;

#ifdef __cplusplus
extern "C" {
#endif

void main_output(int32_t interface, const char *str)
{
    if (interface == MU)
        strncat(printed, str, sizeof(printed) - strlen(printed) - 1);
}

void main_output_u64(int32_t interface, uint64_t value)
{
    char digits[17];
    snprintf(digits, sizeof(digits), "%016" PRIx64, value);
    main_output(interface, digits);
}

/* Before the library's own: no memory stands behind the pool of a program. */
void memzero(uint64_t start, uint64_t size)
{
    zeroed_kva = size == PAGE_SIZE ? start : 0;
}

#ifdef __cplusplus
}
#endif

#define REQUIRE(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                          \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

#define POOL_PA    UINT64_C(0x80000000)
#define POOL_BYTES (64 * BITFRAME_FRAME_BYTES)

static uint64_t metadata[BITFRAME_METADATA_BYTES(POOL_PA, POOL_BYTES) / 8]
    __attribute__((aligned(BITFRAME_METADATA_ALIGN)));

static void use_pool(void)
{
    struct bitframe pool;
    REQUIRE(bitframe_init(&pool, POOL_PA, POOL_BYTES, metadata, sizeof(metadata)) == BITFRAME_OK);
    REQUIRE(bitframe_alloc_range(&pool, 0, POOL_PA + 1) == 1);
    uint64_t pa = bitframe_alloc(&pool);
    REQUIRE(pa == POOL_PA + BITFRAME_FRAME_BYTES);
    REQUIRE(bitframe_free(&pool, pa + 1) == BITFRAME_MISALIGNED);
    REQUIRE(bitframe_free(&pool, pa) == BITFRAME_OK);
    REQUIRE(bitframe_free(&pool, pa) == BITFRAME_DOUBLE_FREE);
    REQUIRE(bitframe_get_free_frames(&pool) == 63 && bitframe_get_total_frames(&pool) == 64);
    REQUIRE(bitframe_check(&pool) == BITFRAME_SOUND);
    REQUIRE(strcmp(bitframe_get_status_name(BITFRAME_OK), "") != 0);
}

/* A kernel's tags, in a library that has them or not: until debugging begins nothing happens. */
static void use_debug(void)
{
    struct bitframe pool;
    struct bitframe_debug debug;
    struct bitframe_tagged_run run;
    struct bitframe_tag_total total;
    uint64_t frame = 0;
    uint32_t tag = 0;
    memset(&debug, 0, sizeof(debug));
    REQUIRE(bitframe_init(&pool, POOL_PA, POOL_BYTES, metadata, sizeof(metadata)) == BITFRAME_OK);
    uint64_t bytes = bitframe_get_debug_bytes(&pool);
    REQUIRE(bytes == (BITFRAME_DEBUG_FRAMES ? 4096 * 4 : 0));
    enum bitframe_status expected = BITFRAME_DEBUG_FRAMES ? BITFRAME_INVALID : BITFRAME_UNSUPPORTED;
    REQUIRE(bitframe_debug_start(&pool, &debug, NULL, bytes, BITFRAME_DEBUG_TAGS) == expected);
    REQUIRE(bitframe_set_current_tag(&pool, 7) == 0 && bitframe_set_current_tag(&pool, 7) == 0);
    uint64_t pa = bitframe_alloc(&pool);
    REQUIRE(bitframe_set_tag(&pool, pa, 1, 7) == BITFRAME_OK && bitframe_get_tag(&pool, pa) == 0);
    REQUIRE(!bitframe_leaks_next(&pool, BITFRAME_TAG_ANY, &frame, &run));
    REQUIRE(!bitframe_tags_next(&pool, &tag, &total));
    REQUIRE(bitframe_debug_sweep(&pool) == 0);
    bitframe_debug_stop(&pool);
    REQUIRE(bitframe_free(&pool, pa) == BITFRAME_OK);
}

/* Every importer is in the library, and it needs no other. */
static void use_import(void)
{
    struct bitframe_map map;
    struct bitframe_map_range ranges[4];
    uint64_t no_tree[8];
    memset(no_tree, 0, sizeof(no_tree));
    REQUIRE(bitframe_map_init(&map, ranges, 4) == BITFRAME_OK);
    REQUIRE(bitframe_map_import_fdt(&map, no_tree, sizeof(no_tree), 0, NULL) == BITFRAME_MALFORMED);
    REQUIRE(bitframe_map_import_uefi(&map, no_tree, 0, 40, 1) == BITFRAME_OK);
    REQUIRE(bitframe_map_import_limine(&map, NULL, 0) == BITFRAME_INVALID);
    REQUIRE(bitframe_map_import_e820(&map, no_tree, 0, 20) == BITFRAME_OK);
    REQUIRE(bitframe_map_import_multiboot2(&map, no_tree, sizeof(no_tree), 0, NULL) == BITFRAME_MALFORMED);
    REQUIRE(bitframe_map_import_ranges(&map, NULL, 1) == BITFRAME_INVALID);
}

static void use_page_alloc(void)
{
    struct bitframe_platform platform;
    memset(&platform, 0, sizeof(platform));
    REQUIRE(bitframe_set_platform(&platform) == BITFRAME_OK);

    mem_map_init();
    mem_map_reserve_below(MALLOC_START + 2 * PAGE_SIZE);
    REQUIRE(mem_total_count() == MALLOC_PAGES - 2);
    uint64_t pa = get_free_page();
    REQUIRE(pa == MALLOC_START + 2 * PAGE_SIZE);
    REQUIRE(zeroed_kva == pa_to_kva(pa));
    uint64_t kva = get_kernel_page();
    REQUIRE(kva_to_pa(kva) == pa + PAGE_SIZE);
    free_page(pa);
    free_kernel_page(kva);

    char expected[64];
    snprintf(expected, sizeof(expected), "free_pages: %016" PRIx64 "\n", (uint64_t)(MALLOC_PAGES - 2));
    REQUIRE(dump_free_count() == MALLOC_PAGES - 2);
    REQUIRE(strcmp(printed, expected) == 0);
}

int main(void)
{
    use_pool();
    use_debug();
    use_import();
    use_page_alloc();
    return 0;
}
