/* SPDX-License-Identifier: MIT */
/* refusals.c - what a shared pool has refused, read and written without waiting. */
#include "refusals.h"

/** What a request comes to: one frame anywhere is as good as a run of one. */
static uint64_t row_align(const struct wanted *wanted)
{
    return wanted->frames == 1 && wanted->align == 1 ? 0 : wanted->align;
}

/** Does what @p record refuses have to be there for @p wanted? The record may be in the middle of a change.
 */
static bool covers(const struct refusal *record, const struct wanted *wanted)
{
    uint64_t align = atomic_load_word(&record->align);
    return wanted->frames >= atomic_load_word(&record->frames) && row_align(wanted) >= align &&
           wanted->first >= atomic_load_word(&record->first) && wanted->end <= atomic_load_word(&record->end);
}

bool bitframe_is_refused(struct bitframe *pool, const struct wanted *wanted, uint64_t sum)
{
    struct refusals *refusals = pool_refusals(pool);
    for (uint64_t live = atomic_load_word(&refusals->live); live != 0; live &= live - 1) {
        const struct refusal *record = refusals->record + lowest_bit(live);
        uint64_t turn = atomic_load_word(&record->turn);
        if (turn % 2 != 0)
            continue;
        if (atomic_load_word(&record->sum) != sum)
            (void)atomic_clear_bits(&refusals->live, live & -live); /* sums do not come back */
        else if (covers(record, wanted) && atomic_load_word(&record->turn) == turn)
            return true;
    }
    return false;
}

/** Does a record of @p wanted refuse all that @p record does? */
static bool replaces(const struct wanted *wanted, const struct refusal *record)
{
    return atomic_load_word(&record->frames) >= wanted->frames &&
           atomic_load_word(&record->align) >= row_align(wanted) &&
           atomic_load_word(&record->first) >= wanted->first && atomic_load_word(&record->end) <= wanted->end;
}

/** The record to write: one that the new one replaces, or that is not live, or else each in turn. What else
 * it replaces is live no more. */
static uint64_t place_for(struct refusals *refusals, const struct wanted *wanted)
{
    uint64_t live = atomic_load_word(&refusals->live);
    uint64_t replaced = 0;
    for (uint64_t left = live; left != 0; left &= left - 1) {
        if (replaces(wanted, refusals->record + lowest_bit(left)))
            replaced |= left & -left;
    }
    if (replaced != 0) {
        (void)atomic_clear_bits(&refusals->live, replaced);
        return lowest_bit(replaced);
    }
    if (live != mask_to(REFUSALS - 1))
        return lowest_bit(~live);
    uint64_t next = atomic_peek(&refusals->next);
    atomic_poke(&refusals->next, next + 1);
    return next;
}

/** Begin to write a record. Null if other calls write them all. */
static struct refusal *begin_record(struct refusals *refusals, const struct wanted *wanted)
{
    uint64_t first = place_for(refusals, wanted);
    for (uint64_t i = 0; i < REFUSALS; i++) {
        struct refusal *record = refusals->record + (first + i) % REFUSALS;
        uint64_t turn = atomic_load_word(&record->turn);
        if (turn % 2 == 0 && atomic_replace(&record->turn, &turn, turn + 1))
            return record;
    }
    return 0;
}

void bitframe_refuse(struct bitframe *pool, const struct wanted *wanted, uint64_t sum)
{
    struct refusals *refusals = pool_refusals(pool);
    struct refusal *record = begin_record(refusals, wanted);
    if (!record)
        return;
    /* Each store comes after that of the turn, which is a plain store's privilege nowhere: hence releases. */
    atomic_store_release(&record->sum, sum);
    atomic_store_release(&record->frames, wanted->frames);
    atomic_store_release(&record->align, row_align(wanted));
    atomic_store_release(&record->first, wanted->first);
    atomic_store_release(&record->end, wanted->end);
    atomic_store_release(&record->turn, atomic_peek(&record->turn) + 1);
    (void)atomic_set_bits(&refusals->live, bit_mask((uint64_t)(record - refusals->record)));
}
