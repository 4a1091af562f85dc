/* SPDX-License-Identifier: MIT */
/* check_levels.c - the audit of a bitmap's levels. */
#include "optional/check_levels.h"
#include "base/kernels.h"

bool bitframe_is_clear(const uint64_t *words, uint64_t first, uint64_t end)
{
    return kernel_find(words, first, end) == end;
}

/**
 * Is the bit of each of the @p words words of @p below set in @p level exactly if the word is not 0?
 *
 * @param outside  The first word of the huge frame that is to count as empty, or OUTSIDE_NONE.
 */
static bool level_agrees(const uint64_t *level, const uint64_t *below, uint64_t words, uint64_t outside)
{
    uint64_t word = 0;
    while (word < words) {
        /* A scan may enter SIMD, which costs the kernel something. So no scan for a word that is not 0. */
        uint64_t used = below[word] != 0 ? word : word + kernel_scan(below + word, words - word);
        bool is_outside = used - outside < HUGE_WORDS;
        if (!bitframe_is_clear(level, word, is_outside ? used + 1 : used))
            return false;
        if (used < words && !is_outside && bitframe_is_clear(level, used, used + 1))
            return false;
        word = used + 1;
    }
    return bitframe_is_clear(level, words, words_above(words) * WORD_BITS);
}

bool bitframe_levels_agree(const struct bitframe *pool, const struct bitframe_levels *levels,
                           uint64_t outside)
{
    uint64_t words = levels->words;
    for (uint64_t k = 1; k < levels->count; k++) {
        if (!level_agrees(levels_at(pool, levels, k), levels_at(pool, levels, k - 1), words, outside))
            return false;
        words = words_above(words);
        outside = OUTSIDE_NONE;
    }
    return words == 1 && (levels->stop & 2) != 0;
}
