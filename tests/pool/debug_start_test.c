/* SPDX-License-Identifier: MIT */
/* debug_start_test.c - where debugging begins and ends */
#include "debug_pool.h"

#include <setjmp.h>
#include <string.h>

#include <bitframe/adopt.h>
#include <bitframe/bulk.h>
#include <bitframe/extend.h>
#include <bitframe/platform.h>
#include <bitframe/shared.h>

/** Is nothing of debugging to be seen? */
static void expect_off(void)
{
    struct bitframe_tagged_run run;
    struct bitframe_tag_total total;
    uint64_t frame = 0;
    uint32_t tag = 0;
    static uint32_t before[BITS];
    copy_storage(before);
    memset(memory, 0x11, sizeof(memory));
    cr_expect_eq(bitframe_set_current_tag(&pool, TASKS), 0);
    cr_expect_eq(bitframe_set_current_tag(&pool, TASKS), 0);
    by_alloc(pa_of(0), 1);
    cr_expect_eq(bitframe_set_tag(&pool, pa_of(0), 1, TASKS), BITFRAME_OK);
    cr_expect_eq(bitframe_set_tag(&pool, pa_of(1), 0, BITFRAME_TAG_ANY), BITFRAME_OK, "nothing is looked at");
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(0)), 0);
    cr_expect(!bitframe_leaks_next(&pool, BITFRAME_TAG_ANY, &frame, &run));
    cr_expect(!bitframe_tags_next(&pool, &tag, &total));
    cr_expect_eq(bitframe_debug_sweep(&pool), 0);
    cr_expect_eq(bitframe_free(&pool, pa_of(0)), BITFRAME_OK);

    const struct bitframe_request huge_frame = {.frames = BITFRAME_HUGE_FRAMES,
                                                .align = BITFRAME_HUGE_FRAMES * FRAME};
    const struct bitframe_request many = {.frames = 70};
    uint64_t pa, pas[70], count;
    cr_expect_eq(bitframe_alloc_run(&pool, &huge_frame, &pa), BITFRAME_OK);
    cr_expect_eq(bitframe_alloc_bulk(&pool, &many, pas, &count), BITFRAME_OK);
    cr_expect_eq(bitframe_free_bulk(&pool, pas, 69, 0, &count), BITFRAME_OK);
    cr_expect_eq(bitframe_free_bulk(&pool, pas + 69, 1, BITFRAME_PARTIAL, &count), BITFRAME_OK);
    cr_expect_eq(bitframe_free_run(&pool, pa, huge_frame.frames), BITFRAME_OK);
    by_free(pa_of(0), 3);
    by_free_run(pa_of(0), 3);
    by_unreserve(pa_of(0), 3);
    for (uint64_t i = 0; i < sizeof(memory); i++)
        cr_assert_eq(memory[i], 0x11);
    cr_expect_eq(reports, 0);
    expect_storage(before);
    ASSERT_SOUND(&pool);
}

Test(debug_start, refuses_bad_arguments)
{
    make_plain_pool();
    uint64_t bytes = bitframe_get_debug_bytes(&pool);
    cr_assert_eq(bytes, BITS * sizeof(uint32_t));
    char *entries = guarded_renew(&storage, bytes, sizeof(uint32_t));
    static uint32_t entries_before[BITS];
    copy_storage(entries_before);
    struct bitframe_debug before = debug;
    cr_expect_eq(bitframe_debug_start(NULL, &debug, entries, bytes, BOTH), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, NULL, entries, bytes, BOTH), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, NULL, bytes, BOTH), BITFRAME_INVALID);
    for (int i = 1; i < 4; i++)
        cr_expect_eq(bitframe_debug_start(&pool, &debug, entries + i, bytes, BOTH), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, entries, bytes, 0), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, entries, bytes, 4), BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, entries, bytes, BOTH | UINT32_C(1) << 31),
                 BITFRAME_INVALID);
    cr_expect_eq(bitframe_debug_start(&pool, &debug, entries, bytes - 1, BOTH), BITFRAME_NO_ROOM);
    cr_expect_eq(memcmp(&before, &debug, sizeof(debug)), 0);
    expect_storage(entries_before);
    expect_off();
}

Test(debug_start, poison_alone_has_no_tags)
{
    make_pool(BITFRAME_DEBUG_POISON);
    struct bitframe_tagged_run run;
    uint64_t frame = 0;
    cr_expect_eq(bitframe_set_current_tag(&pool, TASKS), 0);
    by_alloc(pa_of(0), 1);
    cr_expect_eq(bitframe_set_tag(&pool, pa_of(0), 1, TASKS), BITFRAME_OK);
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(0)), 0);
    cr_expect(!bitframe_leaks_next(&pool, BITFRAME_TAG_ANY, &frame, &run));
}

Test(debug_start, anew_forgets)
{
    make_pool(BOTH);
    bitframe_set_current_tag(&pool, TASKS);
    by_alloc(pa_of(0), 3);
    debug.corruptions = 9;
    start(&pool, BOTH);
    cr_expect_eq(debug.corruptions, 0);
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(0)), 0);
    cr_expect_eq(bitframe_alloc(&pool), pa_of(3));
    cr_expect_eq(bitframe_get_tag(&pool, pa_of(3)), 0);
    uint64_t frame = 0;
    expect_run(0, &frame, 0, 4, 0);
}

Test(debug_start, off_until_then_and_after_stop)
{
    make_plain_pool();
    guarded_renew(&storage, bitframe_get_debug_bytes(&pool), sizeof(uint32_t));
    expect_off();
    bitframe_debug_stop(&pool); /* of nothing */
    expect_off();
    start(&pool, BOTH);
    by_alloc(pa_of(0), 1);
    cr_assert_eq(bitframe_free(&pool, pa_of(0)), BITFRAME_OK);
    cr_assert(holds_pattern(pa_of(0)));
    bitframe_debug_stop(&pool);
    expect_off();

    make_pool(BOTH);
    make_plain_pool();
    expect_off();
}

Test(debug_start, a_pool_made_again_is_not_debugged)
{
    struct guarded more = {0};
    uint64_t bytes;
    struct bitframe_map_range range;
    struct bitframe_map map;
    make_pool(BOTH);
    pool.free_frames = 0; /* of no use to whoever adopts it */
    cr_assert_eq(bitframe_adopt(&pool, metadata.memory, metadata.bytes), BITFRAME_OK);
    expect_off();

    make_pool(BOTH);
    cr_assert_eq(bitframe_map_init(&map, &range, 1), BITFRAME_OK);
    cr_assert_eq(bitframe_map_add(&map, BITFRAME_MAP_RAM, pa_of(0), 2 * FRAMES * FRAME), BITFRAME_OK);
    cr_assert_eq(bitframe_get_extend_bytes(&pool, &map, &bytes), BITFRAME_OK);
    guarded_renew(&more, bytes, BITFRAME_METADATA_ALIGN);
    cr_assert_eq(bitframe_extend(&pool, &map, more.memory, bytes), BITFRAME_OK);
    expect_off();
}

/* Pool, record and entries, seen at another address. */

struct kernel_memory {
    struct bitframe pool;
    struct bitframe_debug debug;
    uint32_t entries[BITS];
    _Alignas(BITFRAME_METADATA_ALIGN) char metadata[];
};

Test(debug, works_at_another_address)
{
    const uint64_t metadata_bytes = BITFRAME_METADATA_BYTES(FIRST * FRAME, FRAMES * FRAME);
    const uint64_t bytes = sizeof(struct kernel_memory) + metadata_bytes;
    char *at[2];
    guarded_open_twice(at, bytes, BITFRAME_METADATA_ALIGN);
    struct kernel_memory *low = (struct kernel_memory *)(void *)at[0];
    struct kernel_memory *high = (struct kernel_memory *)(void *)at[1];
    declare_memory();
    cr_assert_eq(bitframe_init(&low->pool, pa_of(0), FRAMES * FRAME, low->metadata, metadata_bytes),
                 BITFRAME_OK);
    cr_assert_eq(bitframe_debug_start(&low->pool, &low->debug, low->entries, sizeof(low->entries), BOTH),
                 BITFRAME_OK);
    bitframe_set_current_tag(&low->pool, TASKS);
    cr_assert_eq(bitframe_alloc(&low->pool), pa_of(0));
    guarded_close(at[0], bytes);

    cr_assert_eq(bitframe_get_tag(&high->pool, pa_of(0)), TASKS);
    cr_assert_eq(bitframe_free(&high->pool, pa_of(0)), BITFRAME_OK);
    memory[3] ^= 1;
    cr_assert_eq(bitframe_alloc(&high->pool), pa_of(0));
    cr_assert_eq(high->debug.corruptions, 1);
    guarded_close(at[1], bytes);
}

/* Debugged and shared exclude each other. */

static jmp_buf out;
static const char *sentence;

static void panicked(const char *what)
{
    sentence = what;
    longjmp(out, 1);
}

Test(debug, a_pool_is_debugged_or_shared)
{
    struct guarded slots = {0};
    const struct bitframe_share_options options = {.policy = BITFRAME_LOWEST, .cpus = 1};
    struct bitframe_shared *shared;
    make_pool(BITFRAME_DEBUG_TAGS);
    guarded_renew(&slots, bitframe_get_share_bytes(&pool, 1), BITFRAME_SHARE_ALIGN);
    cr_assert_eq(bitframe_share(&shared, &pool, &options, slots.memory, slots.bytes), BITFRAME_UNSUPPORTED);
    ASSERT_SOUND(&pool);
    bitframe_debug_stop(&pool);
    cr_assert_eq(bitframe_share(&shared, &pool, &options, slots.memory, slots.bytes), BITFRAME_OK);
    cr_assert_eq(bitframe_shared_alloc(shared, 0), pa_of(0));
    cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
    start(&pool, BITFRAME_DEBUG_TAGS);
    ASSERT_SOUND(&pool);
    const struct bitframe_platform platform = {.panic = panicked};
    cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
    if (setjmp(out) == 0)
        bitframe_shared_end_exclusive(shared);
    cr_assert_not_null(sentence, "a pool that is debugged is shared again");
    ASSERT_SOUND(&pool);
}
