/* SPDX-License-Identifier: MIT */
/* unshared_test.c - what a library without atomics answers: it cannot share, and all else is as ever. */
#include <criterion/criterion.h>

#include <bitframe/shared.h>

#define FRAME BITFRAME_FRAME_BYTES
#define BASE  UINT64_C(0x40000000)

static struct bitframe pool;
static _Alignas(BITFRAME_METADATA_ALIGN) uint64_t metadata[BITFRAME_METADATA_BYTES(BASE, 100 * FRAME) / 8];
static _Alignas(BITFRAME_SHARE_ALIGN) uint8_t storage[BITFRAME_SHARE_BYTES(4, 64)];

Test(unshared, cannot_share)
{
    const struct bitframe_share_options options = {.policy = BITFRAME_LOWEST, .cores = 4};
    cr_assert_eq(BITFRAME_SHARED, 0);
    cr_assert_eq(bitframe_init(&pool, BASE, 100 * FRAME, metadata, sizeof(metadata)), BITFRAME_OK);
    cr_assert_eq(bitframe_share_bytes(&pool, 4), sizeof(storage));
    cr_assert_eq(bitframe_share(&pool, &options, storage, sizeof(storage)), BITFRAME_UNSUPPORTED);
    cr_assert_eq(bitframe_share(NULL, &options, storage, sizeof(storage)), BITFRAME_INVALID);
    cr_assert_eq(bitframe_share(&pool, NULL, storage, sizeof(storage)), BITFRAME_INVALID);
    cr_assert_eq(bitframe_share(&pool, &options, NULL, sizeof(storage)), BITFRAME_INVALID);
    cr_assert_eq(bitframe_unshare(&pool), BITFRAME_INVALID);
    cr_assert_eq(bitframe_check(&pool), BITFRAME_SOUND);
}

Test(unshared, calls_that_name_a_core_are_the_plain_ones)
{
    cr_assert_eq(bitframe_init(&pool, BASE, 100 * FRAME, metadata, sizeof(metadata)), BITFRAME_OK);
    cr_assert_eq(bitframe_take_on(&pool, 3), BASE);
    cr_assert_eq(bitframe_take_on(&pool, 0), BASE + FRAME);
    cr_assert_eq(bitframe_free_on(&pool, BASE + FRAME, 2), BITFRAME_OK);
    cr_assert_eq(bitframe_free_on(&pool, BASE + FRAME, 1), BITFRAME_DOUBLE_FREE);
    cr_assert_eq(bitframe_free_frames(&pool), 99);
    cr_assert_eq(bitframe_shared_free_frames(&pool), 99);
    while (bitframe_take_on(&pool, 1) != 0) {
    }
    cr_assert_eq(bitframe_free_frames(&pool), 0);
    cr_assert_eq(bitframe_check(&pool), BITFRAME_SOUND);
}
