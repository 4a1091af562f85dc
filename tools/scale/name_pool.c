/* SPDX-License-Identifier: MIT */
/* name_pool.c - which lines of a pool's metadata are what. */
#include "name_pool.h"

#include <stddef.h>

#include "contender.h"
#include "layout/levels.h"
#include "machine.h"
#include "shared/slots.h"

static void name_levels(struct machine *machine, const struct bitframe *pool,
                        const struct bitframe_levels *levels, unsigned bottom, unsigned above)
{
    uint64_t words = levels->words;
    for (uint64_t k = 0; k < levels->count; k++) {
        machine_name(machine, levels_at(pool, levels, k), words * sizeof(uint64_t), k == 0 ? bottom : above);
        words = words_above(words);
    }
}

/* In ascending importance, for lines that hold two kinds. */
void name_pool(struct machine *machine, const struct bitframe *pool)
{
    name_levels(machine, pool, &pool->huge, AREA_HUGE, AREA_HUGE);
    name_levels(machine, pool, &pool->frames, AREA_BITMAP, AREA_INDEX);
}

void name_slots(struct machine *machine, const struct bitframe_shared *shared)
{
    machine_name(machine, shared, offsetof(struct bitframe_shared, refusals), AREA_POOL);
    machine_name(machine, shared->slot, shared->cpus * sizeof(struct slot), AREA_SLOTS);
}
