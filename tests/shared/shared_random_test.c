/* SPDX-License-Identifier: MIT */
/* shared_random_test.c - random calls of four CPUs, one at a time, against an owner for each frame. */
#include <inttypes.h>
#include <string.h>

#include "random.h"
#include "shared_pool.h"

enum { FRAMES = 1500 };

static uint8_t allocated[FRAMES];
static uint64_t free_frames;

static void alloc(uint32_t cpu)
{
    uint64_t pa = bitframe_shared_alloc(shared, cpu);
    if (pa == 0) {
        cr_assert_eq(free_frames, 0, "a false none");
        return;
    }
    cr_assert(pa % FRAME == 0 && pa >= BASE && pa < pa_of(FRAMES), "PA %#" PRIx64, pa);
    cr_assert_eq(allocated[(pa - BASE) / FRAME]++, 0, "PA %#" PRIx64 " twice", pa);
    free_frames--;
}

static void give(uint64_t frame, uint32_t cpu)
{
    ASSERT_STATUS(bitframe_shared_free(shared, cpu, pa_of(frame)),
                  allocated[frame] ? BITFRAME_OK : BITFRAME_DOUBLE_FREE);
    free_frames += allocated[frame];
    allocated[frame] = 0;
}

Test(shared, random_calls)
{
    uint64_t random = setting("BITFRAME_SEED", 20261122), calls = amount("BITFRAME_SHARED_CALLS", 200000);
    for (int policy = BITFRAME_LOWEST; policy <= BITFRAME_LOCAL; policy++) {
        free_frames = FRAMES;
        make_shared(FRAMES, (enum bitframe_policy)policy);
        memset(allocated, 0, sizeof(allocated));
        for (uint64_t call = 0; call < calls; call++) {
            uint64_t choice = next_random(&random) >> 16;
            uint64_t towards = call / 3000 % 2; /* fill up, then run down */
            uint32_t cpu = (uint32_t)(choice >> 8) % CPUS;
            if (choice % 8 < 3 + 2 * towards)
                alloc(cpu);
            else
                give((choice >> 16) % FRAMES, cpu);
            cr_assert_eq(bitframe_shared_get_free_frames(shared), free_frames, "call %" PRIu64, call);
            if (call % 64 == 0)
                ASSERT_SOUND();
        }
        cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
        cr_assert_eq(bitframe_get_free_frames(&pool), free_frames);
        ASSERT_SOUND();
    }
}
