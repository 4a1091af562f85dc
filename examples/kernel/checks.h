/* SPDX-License-Identifier: MIT */
/* checks.h - the page_alloc contract and the pool of all memory, checked on the machine itself. */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>
#include <stdint.h>

struct check {
    const char *name;
    bool (*holds)(void);
};

/** In a check: end it, failed, unless @p condition holds. */
#define REQUIRE(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            check_failure = #condition;                                                                      \
            return false;                                                                                    \
        }                                                                                                    \
    } while (0)

/** What the check that failed last required. */
extern const char *check_failure;

/**
 * Run checks and print a line for each.
 *
 * @param before  Called before each; may be null.
 *
 * @return  How many failed.
 */
uint64_t checks_run(const struct check *checks, unsigned count, void (*before)(void));

/** Check the page_alloc contract. What its pool held is forgotten: use it no more afterwards. Returns how
 * many failed. */
uint64_t checks_of_contract(void);

/** Check the pool of all memory, and use it in ways that the contract has no calls for. Returns how many
 * failed. */
uint64_t checks_of_memory(void);

/** Start all CPUs, and interrupt them. Returns how many checks failed. */
uint64_t checks_of_cpus(void);

/** Share the pool of all memory among all CPUs and their interrupts. Returns how many checks failed. */
uint64_t checks_of_sharing(void);

#endif
