/* SPDX-License-Identifier: MIT */
/* adopt_torn_test.c - metadata of a pool that crashed amid a call */
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bitframe/extend.h>

#include "adopt_pools.h"
#include "layout/header.h"
#include "layout/tables.h"

static sigjmp_buf crashed;

static void crash(int signal)
{
    (void)signal;
    siglongjmp(crashed, 1);
}

/** Do @p act, and crash at the first store to the @p bytes bytes at @p first. */
static bool crashes(void (*act)(const struct call *), const struct call *call, char *first, uint64_t bytes)
{
    cr_assert_eq(mprotect(first, bytes, PROT_READ), 0);
    struct sigaction action = {.sa_handler = crash};
    sigaction(SIGSEGV, &action, NULL);
    bool has = sigsetjmp(crashed, 1) != 0;
    if (!has)
        act(call);
    cr_assert_eq(mprotect(first, bytes, PROT_READ | PROT_WRITE), 0);
    return has;
}

static void act_apply(const struct call *call)
{
    (void)apply(&pool, call);
}

Test(adopt, torn_reservations)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    static struct bitframe_map_range ranges[RANGES];
    struct bitframe_map map;
    bitframe_map_init(&map, ranges, RANGES);
    for (uint64_t i = 1; i <= 4; i++)
        bitframe_map_add(&map, BITFRAME_MAP_RAM, i * GIB, page * 8 * FRAME);
    for (uint64_t i = 1; i <= 3; i++)
        bitframe_map_add(&map, BITFRAME_MAP_RESERVED, i * GIB + MIB, 10 * FRAME);
    cr_assert_eq(bitframe_map_get_metadata_bytes(&map, &metadata_bytes), BITFRAME_OK);
    uint64_t room = (metadata_bytes / page + 3) * page;
    char *memory = guarded_open(room, page, GUARDED_ABOVE);

    /* So that a page begins inside the tables, behind all other parts and in front of the reservations. */
    cr_assert_eq(bitframe_init_map(&pool, &map, memory, room), BITFRAME_OK);
    uint64_t tables = ((uint64_t)((char *)pool_segments(&pool) - memory) + 63) / 64 * 64;
    cr_assert_leq(tables, (uint64_t)((char *)pool_reserved(&pool) - memory));
    cr_assert_gt(tables, 2 * page);
    char *at = memory + (page - tables % page);

    /* In the second span, whose bitmap is not on the header's page. */
    const struct call calls[] = {
        {.kind = RESERVE, .pa = 2 * GIB + 8 * MIB, .frames = 4},           /* one more */
        {.kind = RESERVE, .pa = 2 * GIB + MIB + 10 * FRAME, .frames = 4},  /* a longer one */
        {.kind = UNRESERVE, .pa = 2 * GIB + MIB, .frames = 4 * 10},        /* one less */
        {.kind = UNRESERVE, .pa = 2 * GIB + MIB + FRAME, .frames = 4 * 2}, /* two for one */
    };
    enum place { AT_MARK, IN_TABLE, IN_BITMAP, PLACES };
    for (size_t i = 0; i < COUNT(calls); i++) {
        for (int place = 0; place < PLACES; place++) {
            cr_assert_eq(bitframe_init_map(&pool, &map, at, metadata_bytes), BITFRAME_OK);
            uint64_t free_frames = bitframe_get_free_frames(&pool);
            char *pages[] = {[AT_MARK] = memory, [IN_TABLE] = at + tables, [IN_BITMAP] = memory + page};
            cr_assert(crashes(act_apply, &calls[i], pages[place], page), "call %zu place %d", i, place);
            enum bitframe_status status = bitframe_adopt(&adopted, at, metadata_bytes);
            cr_assert_eq(status, place == IN_TABLE ? BITFRAME_MALFORMED : BITFRAME_OK, "call %zu: %s", i,
                         bitframe_get_status_name(status));
            if (place == IN_TABLE)
                continue;
            /* All or nothing, whatever the bitmap has of it: the table comes first for a reservation and last
             * for its end. */
            bool has_happened = place == IN_BITMAP && calls[i].kind == RESERVE;
            ASSERT_SOUND(&adopted);
            cr_expect_eq(bitframe_get_reserved_frames(&adopted), 30u + has_happened, "call %zu place %d", i,
                         place);
            cr_expect_eq(bitframe_get_free_frames(&adopted), free_frames - has_happened);
        }
    }
    guarded_close(memory, room);
}

static struct bitframe_map torn_map;
static char *torn_at;
static uint64_t torn_bytes;

static void act_make(const struct call *call)
{
    (void)call;
    (void)bitframe_init_map(&adopted, &torn_map, torn_at, torn_bytes);
}

static void act_extend(const struct call *call)
{
    (void)call;
    (void)bitframe_extend(&pool, &torn_map, torn_at, torn_bytes);
}

Test(adopt, torn_making)
{
    /* Metadata that still hold another pool, and the making of a new one that gets no further than a page. */
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    static struct bitframe_map_range ranges[1];
    void (*const acts[])(const struct call *) = {act_make, act_extend};
    make_plain_pool();
    bitframe_map_init(&torn_map, ranges, 1);
    bitframe_map_add(&torn_map, BITFRAME_MAP_RAM, MIB, 4 * GIB);
    cr_assert_eq(bitframe_get_extend_bytes(&pool, &torn_map, &torn_bytes), BITFRAME_OK);
    torn_bytes = (torn_bytes + page - 1) / page * page;
    torn_at = guarded_open(torn_bytes, page, GUARDED_ABOVE);
    memcpy(torn_at, metadata, metadata_bytes);
    cr_assert_eq(bitframe_adopt(&adopted, torn_at, torn_bytes), BITFRAME_OK);
    for (size_t i = 0; i < COUNT(acts); i++) {
        memcpy(torn_at, metadata, metadata_bytes);
        cr_assert(crashes(acts[i], NULL, torn_at + page, torn_bytes - page));
        cr_expect_eq(bitframe_adopt(&adopted, torn_at, torn_bytes), BITFRAME_MALFORMED, "act %zu", i);
    }
    cr_expect_eq(bitframe_adopt(&adopted, metadata, metadata_bytes), BITFRAME_OK,
                 "what was to be extended is as it was");
    guarded_close(torn_at, torn_bytes);
}

Test(adopt, torn_at_any_word)
{
    make_plain_pool();
    static char after[MOST_BYTES];
    static char before[MOST_BYTES];
    memcpy(before, metadata, metadata_bytes);
    cr_assert_eq(bitframe_reserve(&pool, 18 * MIB + 9 * FRAME, FRAME), BITFRAME_OK);
    memcpy(after, metadata, metadata_bytes);
    cr_assert_eq(pool.reserved_count, 4);

    /* Old and new words in any mixture: before the mark, after it, and after it has been taken away. */
    uint64_t offsets[16];
    unsigned changed = 0;
    for (uint64_t at = 0; at < metadata_bytes; at += 8) {
        if (at == sizeof(struct header))
            at = offset_of(pool_segments(&pool));
        if (memcmp(before + at, after + at, 8) != 0) {
            cr_assert_lt(changed, COUNT(offsets));
            offsets[changed++] = at;
        }
    }
    cr_assert_geq(changed, 2 + 2, "count, sum and an entry");
    struct header *header = (struct header *)(void *)copy;
    uint64_t mixtures = UINT64_C(1) << changed;
    for (uint64_t mixture = 0; mixture < mixtures; mixture++) {
        memcpy(copy, before, metadata_bytes);
        for (unsigned i = 0; i < changed; i++) {
            if (mixture >> i & 1)
                memcpy(copy + offsets[i], after + offsets[i], 8);
        }
        bool is_whole = mixture == 0 || mixture == mixtures - 1;
        /* The new entry of the table counts only with the new count, so some mixtures are as before. */
        uint64_t count = header->reserved;
        bool is_before = count == 3 && memcmp(before, copy, sizeof(struct header)) == 0 &&
                         memcmp(before + offset_of(pool_reserved(&pool)),
                                copy + offset_of(pool_reserved(&pool)), count * sizeof(struct span)) == 0;
        cr_assert_eq(adopt_copy(metadata_bytes), is_whole || is_before ? BITFRAME_OK : BITFRAME_MALFORMED);
        memcpy(copy, before, metadata_bytes);
        for (unsigned i = 0; i < changed; i++) {
            if (mixture >> i & 1)
                memcpy(copy + offsets[i], after + offsets[i], 8);
        }
        header->state = HEADER_CHANGING;
        cr_assert_eq(adopt_copy(metadata_bytes), BITFRAME_MALFORMED);
    }
}
