/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <inttypes.h>
#include <stdio.h>

static uint64_t state = 1;

void begin_random(uint64_t seed)
{
    state = seed;
}

void seed_random(const char *test, uint64_t seed)
{
    begin_random(setting("BITFRAME_SEED", seed));
    printf("%s: seed %" PRIu64 "\n", test, state);
}

uint64_t random_number(void)
{
    return next_random(&state);
}

uint64_t below(uint64_t bound)
{
    return random_number() % bound;
}

uint64_t skewed(uint64_t bound)
{
    return below(bound) >> below(16);
}
