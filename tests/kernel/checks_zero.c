/* SPDX-License-Identifier: MIT */
/* checks_zero.c - what zero_frames is fed with */
#include <string.h>

#include "checks.h"
#include "random.h"

/*
 * zero_frames: frames of 4096 bytes, by DC ZVA with every step that a platform may declare. A step up to the
 * block of this CPU clears everything. A longer one is no mistake of the kernel: it must clear the block at
 * each step and nothing in between, which takes the loop for long steps through its paces on any CPU.
 */

enum { FRAME_WORDS = 512, MAX_FRAMES = 5 };

static bool try_step(struct verdict *verdict, const struct implementation *impl, uint64_t *dst,
                     uint64_t frames, uint64_t step, uint64_t *all, uint64_t all_words)
{
    static uint64_t want[(MAX_FRAMES + 4) * FRAME_WORDS];
    uint64_t words = frames * FRAME_WORDS;
    uint64_t block_words = bitframe_get_zva_block_bytes() / sizeof(*dst);
    if (impl->kernel == KERNEL_clear_count && below(2) == 0) {
        set_words(all, UINT64_MAX, all_words); /* whole lines, but for a bit perhaps */
        put_bit(all, below(64 * all_words), below(2) == 0);
    } else {
        randomize(all, all_words);
    }
    memcpy(want, all, all_words * sizeof(*want));
    if (!uses_zva(impl) || step <= bitframe_get_zva_block_bytes())
        set_words(want + (dst - all), 0, words);
    else
        for (uint64_t i = 0; i < words; i += step / sizeof(*dst))
            set_words(want + (dst - all) + i, 0, block_words);
    call(verdict, impl, dst, words * sizeof(*dst), step);
    return expect_words(verdict, all, want, all_words);
}

static bool try_frames(struct verdict *verdict, const struct implementation *impl, uint64_t *dst,
                       uint64_t frames, uint64_t *all, uint64_t all_words)
{
    if (!uses_zva(impl))
        return try_step(verdict, impl, dst, frames, random_number(), all, all_words);
    for (uint64_t step = 64; step <= 2048; step *= 2) {
        if (!try_step(verdict, impl, dst, frames, step, all, all_words))
            return false;
    }
    return true;
}

void zero_frames_sentinels(struct verdict *verdict, const struct implementation *impl)
{
    for (uint64_t start = 1; start <= 3; start++) {
        for (uint64_t frames = 1; frames <= MAX_FRAMES; frames++) {
            if (!try_frames(verdict, impl, tape() + start * FRAME_WORDS, frames, tape(),
                            (frames + 4) * FRAME_WORDS))
                return;
        }
    }
}

void zero_frames_guards(struct verdict *verdict, const struct implementation *impl)
{
    struct arena a = arena();
    for (uint64_t frames = 1; frames <= MAX_FRAMES; frames++) {
        uint64_t words = frames * FRAME_WORDS;
        if (!try_frames(verdict, impl, a.start, frames, a.start, words + FRAME_WORDS) ||
            !try_frames(verdict, impl, a.end - words, frames, a.end - words - FRAME_WORDS,
                        words + FRAME_WORDS))
            return;
    }
}
