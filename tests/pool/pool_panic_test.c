/* SPDX-License-Identifier: MIT */
/* pool_panic_test.c - what a pool does when it finds itself corrupted */
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>

#include <bitframe/platform.h>

#include "pool_states.h"

static jmp_buf caught;
static const char *panic_text;

static void catch_panic(const char *what)
{
    panic_text = what;
    longjmp(caught, 1);
}

/** Does an allocation panic, and say that it is about the count? */
static bool alloc_panics(void)
{
    panic_text = NULL;
    if (setjmp(caught) == 0)
        bitframe_alloc(&pool);
    return panic_text && strstr(panic_text, "free_frames");
}

Test(pool, panics_on_corruption)
{
    const struct bitframe_platform platform = {.panic = catch_panic};
    cr_assert_eq(bitframe_set_platform(&platform), BITFRAME_OK);
    make_pool(1000, 1);
    pool.free_frames = 2;
    cr_assert_eq(bitframe_alloc(&pool), 1000 * FRAME);
    cr_expect(alloc_panics(), "the index has no frame left and the count says there is one");

    for (uint64_t frames = 1; frames < 10000; frames = frames * 7 + 1) {
        make_pool(1000, frames);
        while (bitframe_alloc(&pool) != 0) {
        }
        pool.free_frames = 1;
        cr_expect(alloc_panics(), "nothing of %" PRIu64 " frames is left and the count says there is",
                  frames);
    }
}

#ifdef __aarch64__
#define TRAP SIGTRAP
#else
#define TRAP SIGILL
#endif

Test(pool, traps_without_a_panic_hook, .signal = TRAP)
{
    make_pool(1000, 1);
    pool.free_frames = 2;
    bitframe_alloc(&pool);
    bitframe_alloc(&pool);
}

static void return_from_panic(const char *what)
{
    (void)what;
}

Test(pool, traps_if_the_panic_hook_returns, .signal = TRAP)
{
    const struct bitframe_platform platform = {.panic = return_from_panic};
    bitframe_set_platform(&platform);
    make_pool(1000, 1);
    pool.free_frames = 2;
    bitframe_alloc(&pool);
    bitframe_alloc(&pool);
}
