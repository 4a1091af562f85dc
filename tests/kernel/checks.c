/* SPDX-License-Identifier: MIT */
/*
 * checks.c - what each kernel is fed with, and the models that say what must come of it
 *
 * sentinels: alignments, lengths and patterns, between neighbours that would change the answer if they were
 *            read and must be found as they were if they might be written.
 * guards:    lengths again, up to the edge of what is mapped, so that not even a harmless look beyond passes.
 */
#include <string.h>

#include "checks.h"
#include "random.h"

uint64_t *tape(void)
{
    return arena().start + ARENA_WORDS / 2;
}

void set_words(uint64_t *words, uint64_t value, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        words[i] = value;
}

void randomize(uint64_t *words, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        words[i] = random_number();
}

void randomize_sparse(uint64_t *words, uint64_t count, uint64_t rarity)
{
    for (uint64_t i = 0; i < count; i++) {
        bool hit = below(rarity) == 0;
        words[i] = !hit ? 0 : below(2) ? random_number() : UINT64_C(1) << below(64);
    }
}

/* The models: a bit at a time, nothing skipped. */

bool get_bit(const uint64_t *words, uint64_t position)
{
    return words[position / 64] >> position % 64 & 1;
}

void put_bit(uint64_t *words, uint64_t position, bool value)
{
    if (value)
        words[position / 64] |= UINT64_C(1) << position % 64;
    else
        words[position / 64] &= ~(UINT64_C(1) << position % 64);
}

uint64_t model_find(const uint64_t *words, uint64_t first, uint64_t end)
{
    for (uint64_t position = first; position < end; position++) {
        if (get_bit(words, position))
            return position;
    }
    return end;
}

uint64_t model_scan(const uint64_t *words, uint64_t count)
{
    for (uint64_t position = 0; position < 64 * count; position++) {
        if (get_bit(words, position))
            return position / 64;
    }
    return count;
}

uint64_t model_count(const uint64_t *words, uint64_t count)
{
    uint64_t bits = 0;
    for (uint64_t position = 0; position < 64 * count; position++)
        bits += get_bit(words, position);
    return bits;
}

#define CHECK(kernel, check) {KERNEL_##kernel, #check, kernel##_##check},

const struct check checks[] = {CHECKS(CHECK)};
const size_t check_count = sizeof(checks) / sizeof(checks[0]);

const struct check *find_check(enum kernel kernel, const char *name)
{
    for (size_t i = 0; i < check_count; i++) {
        if (checks[i].kernel == kernel && strcmp(checks[i].name, name) == 0)
            return &checks[i];
    }
    return NULL;
}
