/* SPDX-License-Identifier: MIT */
/* bulk_free.c - giving many single frames back in one call, of a pool that every CPU uses. */
#include "core/bulk.h"
#include "layout/locate.h"
#include "shared/claim.h"
#include "shared/look.h"

/** Could the frame at @p pa be freed? */
static enum bitframe_status try_free(const struct bitframe_shared *shared, uint64_t pa)
{
    uint64_t bit;
    enum bitframe_status status = bitframe_locate_run(shared_pool(shared), pa, 1, &bit);
    if (status != BITFRAME_OK)
        return status;
    bool is_free = (atomic_load_relaxed(leaf_at(shared, bit / WORD_BITS)) & bit_mask(bit)) != 0;
    return is_free ? BITFRAME_DOUBLE_FREE : BITFRAME_OK;
}

/** Are @p run frames of one word from @p pa on all in the window, and in use? */
static bool are_in_use(const struct bitframe_shared *shared, uint64_t pa, uint64_t run)
{
    if (!window_has_run(shared, pa, run))
        return false;
    uint64_t bit = window_bit(shared, pa);
    uint64_t word = bit / WORD_BITS;
    return (atomic_load_relaxed(leaf_at(shared, word)) & mask_within(word, bit, bit + run)) == 0;
}

/** Could all of these frames be freed, as far as can be told beforehand? Else the first refusal. */
static enum bitframe_status try_free_all(const struct bitframe_shared *shared, const uint64_t *pas,
                                         uint64_t frames)
{
    for (uint64_t i = 0; i < frames;) {
        uint64_t run = run_in_word(pas + i, frames - i);
        if (!are_in_use(shared, pas[i], run)) {
            enum bitframe_status status = try_free(shared, pas[i]);
            if (status != BITFRAME_OK)
                return status;
            run = 1;
        }
        i += run;
    }
    return BITFRAME_OK;
}

enum bitframe_status bitframe_shared_free_bulk(struct bitframe_shared *shared, uint32_t cpu,
                                               const uint64_t *pas, uint64_t frames, uint32_t flags,
                                               uint64_t *freed)
{
    if (!shared || !pas || !freed || (flags & ~(uint32_t)BITFRAME_PARTIAL) != 0)
        return BITFRAME_INVALID;
    *freed = 0;
    enum bitframe_status first_refusal = BITFRAME_OK;
    if ((flags & BITFRAME_PARTIAL) == 0)
        first_refusal = try_free_all(shared, pas, frames);
    if (first_refusal != BITFRAME_OK)
        return first_refusal;
    for (uint64_t i = 0; i < frames;) {
        uint64_t run = run_in_word(pas + i, frames - i);
        enum bitframe_status status = BITFRAME_OK;
        uint64_t done;
        if (run > 1 && window_has_run(shared, pas[i], run)) {
            uint64_t bit = window_bit(shared, pas[i]);
            done = bitframe_set_range(shared, slot_of(shared, cpu), bit, bit + run);
            if (done != run)
                status = BITFRAME_DOUBLE_FREE;
        } else {
            run = 1;
            status = bitframe_shared_free(shared, cpu, pas[i]);
            done = status == BITFRAME_OK;
        }
        *freed += done;
        if (first_refusal == BITFRAME_OK)
            first_refusal = status;
        i += run;
    }
    return first_refusal;
}
