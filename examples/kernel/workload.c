/* SPDX-License-Identifier: MIT */
/*
 * workload.c - a hundred address spaces come and go
 *
 * Each is forked from any that lives, writes its stack, and dies in another order, when half are gone some
 * new ones being born into the holes. After every step the allocator's free count must be exactly the pages
 * at boot less those held; contents are checked when all live, and of each space before it dies.
 */
#include "workload.h"

#include "console.h"
#include "kernel.h"
#include "pages.h"
#include "space.h"

#define SPACES 100
#define REBORN 25

static struct space spaces[SPACES];
static uint64_t living;

/** A number in [0, @p limit): xorshift, the same in every boot. */
static uint64_t pick(uint64_t limit)
{
    static uint64_t state;
    if (state == 0)
        state = UINT64_C(0x2545F4914F6CDD1D);
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % limit;
}

static void say(const char *what)
{
    console_string("spaces: ");
    console_decimal(living);
    console_string(what);
    pages_audit(true);
}

static void check(const struct space *space)
{
    if (!space_check(space))
        panic("the pages of an address space changed");
}

static void be_born(uint64_t i)
{
    const struct space *parent;
    do
        parent = &spaces[pick(SPACES)];
    while (parent->root_pa == 0);
    space_fork(&spaces[i], i + 1, parent);
    living++;
    pages_audit(false);
    space_run(&spaces[i]);
    pages_audit(false);
}

static void die(uint64_t i)
{
    check(&spaces[i]);
    space_destroy(&spaces[i]);
    living--;
    pages_audit(false);
}

static void shuffle(uint64_t *order)
{
    for (uint64_t i = 0; i < SPACES; i++)
        order[i] = i;
    for (uint64_t i = SPACES - 1; i > 0; i--) {
        uint64_t j = pick(i + 1);
        uint64_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

void workload_run(void)
{
    uint64_t order[SPACES];

    say(" at first, ");
    space_make(&spaces[0], 1, 1);
    living = 1;
    pages_audit(false);
    for (uint64_t i = 1; i < SPACES; i++)
        be_born(i);
    say(" forked, ");
    for (uint64_t i = 0; i < SPACES; i++)
        check(&spaces[i]);

    shuffle(order);
    for (uint64_t i = 0; i < SPACES / 2; i++)
        die(order[i]);
    say(" left, ");
    for (uint64_t i = 0; i < REBORN; i++)
        be_born(order[i]);
    say(" with new ones, ");

    shuffle(order);
    for (uint64_t i = 0; i < SPACES; i++)
        if (spaces[order[i]].root_pa != 0)
            die(order[i]);
    say(" in the end, ");
}
