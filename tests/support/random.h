/* SPDX-License-Identifier: MIT */
/* random.h - the same random numbers everywhere, and the settings that a test takes from outside */
#ifndef BITFRAME_TESTS_RANDOM_H
#define BITFRAME_TESTS_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

/** The next number; @p state is not 0. xorshift64* (Vigna, 2016). */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* The generator of a test that needs one: these have one state together. */

/** Begin with @p seed, not 0. */
void begin_random(uint64_t seed);

/** Begin with @p seed, or with BITFRAME_SEED if that is set; not 0. Prints it with the name of the test. */
void seed_random(const char *test, uint64_t seed);

uint64_t random_number(void);

/** A number below @p bound, which is not 0. */
uint64_t below(uint64_t bound);

/** The same, small as a rule. */
uint64_t skewed(uint64_t bound);

/** The number in environment variable @p name, or @p otherwise. */
static inline uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

/** Tests of so many random calls, or more, expect that these meet all that can happen. */
#define LONG_CALLS 50000

/**
 * How many random calls, inputs or pools a test makes: setting(), or a part of that where there is little
 * time, but no less than LONG_CALLS of it. `./dev test` makes a fifth, `./dev test --all` all.
 */
static inline uint64_t amount(const char *name, uint64_t otherwise)
{
    uint64_t all = setting(name, otherwise);
    uint64_t part = all / setting("BITFRAME_DIVIDE", 1);
    if (part >= LONG_CALLS)
        return part;
    return all < LONG_CALLS ? all : LONG_CALLS;
}

#endif
