/* SPDX-License-Identifier: MIT */
/* none.c - the looks that precede every "none", and the refusals, read and written without waiting. */
#include "shared/none.h"
#include "shared/index.h"
#include "shared/look.h"

/* Refusals. */

/** What is compared of a request. */
struct demand {
    uint64_t frames;
    uint64_t align; /* 0: of frames that need not be in a row; plus the code of the boundary */
    uint64_t first;
    uint64_t end;
};

/** The bits of a difference of two such sums that are set if a part of it was negative. */
#define BORROWS (UINT64_C(1) << 63 | UINT64_C(1) << (BOUNDARY_SHIFT - 1))

/** One frame anywhere is as good as a run of one. */
static struct demand demand_of(const struct wanted *wanted)
{
    return (struct demand){
        .frames = wanted->frames,
        .align = wanted->boundary + (wanted->frames == 1 && wanted->align == 1 ? 0 : wanted->align),
        .first = wanted->first,
        .end = wanted->end,
    };
}

/** That of @p record, which may be in the middle of a change. */
static struct demand read_demand(const struct refusal *record)
{
    return (struct demand){
        .frames = atomic_load_word(&record->frames),
        .align = atomic_load_word(&record->align),
        .first = atomic_load_word(&record->first),
        .end = atomic_load_word(&record->end),
    };
}

/**
 * Does @p more ask for all that @p less asks for? Then who refuses @p less refuses @p more. Of two boundaries
 * the lower asks for more, for the higher is a multiple of it. One difference compares alignment and boundary.
 */
static bool includes(const struct demand *more, const struct demand *less)
{
    return more->frames >= less->frames && more->first >= less->first && more->end <= less->end &&
           ((more->align - less->align) & BORROWS) == 0;
}

bool bitframe_is_refused(struct bitframe_shared *shared, const struct wanted *wanted, uint64_t sum)
{
    struct refusals *refusals = &shared->refusals;
    struct demand demand = demand_of(wanted);
    for (uint64_t live = atomic_load_word(&refusals->live); live != 0; live &= live - 1) {
        const struct refusal *record = refusals->record + lowest_bit(live);
        uint64_t turn = atomic_load_word(&record->turn);
        if (turn % 2 != 0)
            continue;
        if (atomic_load_word(&record->sum) != sum) {
            (void)atomic_clear_bits(&refusals->live, live & -live); /* sums do not come back */
            continue;
        }
        struct demand refused = read_demand(record);
        if (includes(&demand, &refused) && atomic_load_word(&record->turn) == turn)
            return true;
    }
    return false;
}

/** The record to write: one that the new one replaces, or that is not live, or else each in turn. What else
 * it replaces is live no more. */
static uint64_t place_for(struct refusals *refusals, const struct demand *demand)
{
    uint64_t live = atomic_load_word(&refusals->live);
    uint64_t replaced = 0;
    for (uint64_t left = live; left != 0; left &= left - 1) {
        struct demand refused = read_demand(refusals->record + lowest_bit(left));
        if (includes(&refused, demand))
            replaced |= left & -left;
    }
    if (replaced != 0) {
        (void)atomic_clear_bits(&refusals->live, replaced);
        return lowest_bit(replaced);
    }
    if (live != mask_to(REFUSALS - 1))
        return lowest_bit(~live);
    uint64_t next = atomic_load_relaxed(&refusals->next);
    atomic_store_relaxed(&refusals->next, next + 1);
    return next;
}

/** Begin to write a record. Null if other calls write them all. */
static struct refusal *begin(struct refusals *refusals, const struct demand *demand)
{
    uint64_t first = place_for(refusals, demand);
    for (uint64_t i = 0; i < REFUSALS; i++) {
        struct refusal *record = refusals->record + (first + i) % REFUSALS;
        uint64_t turn = atomic_load_word(&record->turn);
        if (turn % 2 == 0 && atomic_replace(&record->turn, &turn, turn + 1))
            return record;
    }
    return 0;
}

void bitframe_refuse(struct bitframe_shared *shared, const struct wanted *wanted, uint64_t sum)
{
    struct refusals *refusals = &shared->refusals;
    struct demand demand = demand_of(wanted);
    struct refusal *record = begin(refusals, &demand);
    if (!record)
        return;
    /* Each store comes after that of the turn, which is a plain store's privilege nowhere: hence releases. */
    atomic_store_release(&record->sum, sum);
    atomic_store_release(&record->frames, demand.frames);
    atomic_store_release(&record->align, demand.align);
    atomic_store_release(&record->first, demand.first);
    atomic_store_release(&record->end, demand.end);
    atomic_store_release(&record->turn, atomic_load_relaxed(&record->turn) + 1);
    (void)atomic_set_bits(&refusals->live, bit_mask((uint64_t)(record - refusals->record)));
}

/* Looks. */

void bitframe_mend(struct bitframe *pool, uint64_t pa, uint64_t frames)
{
    uint64_t first = pool_bit(pool, frame_number(pa)) / WORD_BITS;
    uint64_t last = pool_bit(pool, frame_number(pa) + frames - 1) / WORD_BITS;
    for (uint64_t word = first; word < last; word = (word / WORD_BITS + 1) * WORD_BITS) {
        bitframe_index_mend(pool, &pool->frames, word);
        bitframe_index_mend(pool, &pool->huge, word / HUGE_WORDS / WORD_BITS);
    }
    bitframe_index_mend(pool, &pool->frames, last);
    bitframe_index_mend(pool, &pool->huge, last / HUGE_WORDS / WORD_BITS);
}

enum bitframe_status bitframe_alloc_by_scan(struct bitframe_shared *shared, struct slot *slot,
                                            const struct wanted *wanted, uint64_t *pa)
{
    for (int i = 0; i < LOOKS; i++) {
        uint64_t sum = bitframe_sum_of_frees(shared);
        if (bitframe_is_refused(shared, wanted, sum))
            return BITFRAME_NONE;
        /* The loads of the look must come between those of the two sums. Only if no free was counted
           meanwhile is all that was seen to be allocated allocated still. */
        atomic_fence();
        bool is_allocated = bitframe_look(shared, slot, wanted, BY_BITMAP, pa);
        atomic_fence();
        if (is_allocated) {
            bitframe_mend(shared_pool(shared), *pa, wanted->frames);
            return BITFRAME_OK;
        }
        if (bitframe_sum_of_frees(shared) == sum) {
            bitframe_refuse(shared, wanted, sum);
            return BITFRAME_NONE;
        }
    }
    return BITFRAME_BUSY;
}

enum bitframe_status bitframe_alloc_wanted(struct bitframe_shared *shared, struct slot *slot,
                                           const struct wanted *wanted, uint64_t *pa)
{
    /* By the index a search may be as long as one without it. */
    if (is_refused_still(shared, wanted))
        return BITFRAME_NONE;
    if (bitframe_look(shared, slot, wanted, is_of_huge(wanted) ? BY_HUGE : BY_FRAMES, pa))
        return BITFRAME_OK;
    return bitframe_alloc_by_scan(shared, slot, wanted, pa);
}
