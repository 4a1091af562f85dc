/* SPDX-License-Identifier: MIT */
/*
 * harness.h - how a kernel is called and judged
 *
 * A check feeds one implementation of one kernel with inputs and compares what it does with what an obviously
 * right model says. It never fails a test by itself: it leaves a verdict, so that the same check can be shown
 * to find fault with kernels that are broken on purpose. Every implementation of a kernel sees the same
 * inputs, its C twin too: those that pass agree with the model and with each other.
 */
#ifndef BITFRAME_TESTS_HARNESS_H
#define BITFRAME_TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/kernels.h"

enum kernel {
#define KERNEL_NUMBER(kernel, type, parameters) KERNEL_##kernel,
    BITFRAME_KERNELS(KERNEL_NUMBER)
#undef KERNEL_NUMBER
};

struct implementation {
    enum kernel kernel;
    const char *name;
    void (*function)(void);
};

/** May it use the vector registers that a platform lends (v0-v7 and v16-v31 on AArch64)? */
bool may_use_vectors(const struct implementation *impl);

/** Does it clear by DC ZVA, so that the step counts? */
bool uses_zva(const struct implementation *impl);

/** All there are: the C twins, then those of the architecture. */
extern const struct implementation implementations[];
extern const size_t implementation_count;

/** One of them by name, or null. */
const struct implementation *find_implementation(enum kernel kernel, const char *name);

enum fault {
    PASSED = 0,
    WRONG_RESULT = 1,   /* returned something else than the model */
    WRONG_MEMORY = 2,   /* left other bytes than the model, inside its range or outside */
    WRONG_REGISTER = 4, /* changed a register that it must keep */
    CRASHED = 8,        /* touched what is not mapped */
};

struct verdict {
    enum fault fault;
    uint64_t cases; /* calls made and judged */
    char what[240];
};

/** Record a fault, unless there is one already. Always false. */
bool refute(struct verdict *verdict, enum fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * Call an implementation with all registers known, and check those that it must keep.
 *
 * @return  What it returned; without meaning if the kernel returns void.
 */
uint64_t call(struct verdict *verdict, const struct implementation *impl, const void *words, uint64_t second,
              uint64_t third);

/** Compare a result. False if the verdict is a fault now or was one before: give up then. */
bool expect(struct verdict *verdict, uint64_t got, uint64_t want);

/** Compare words, described by where they are. Returns as expect() does. */
bool expect_words(struct verdict *verdict, const uint64_t *got, const uint64_t *want, uint64_t count);

/** A stretch of words on both sides of which nothing is mapped: the same one in each call. */
struct arena {
    uint64_t *start;
    uint64_t *end;
};
struct arena arena(void);
enum { ARENA_WORDS = 512 * 1024 };

/** What random inputs begin with: BITFRAME_SEED in the environment, or always the same. */
uint64_t seed(void);

struct check {
    enum kernel kernel;
    const char *name;
    void (*run)(struct verdict *verdict, const struct implementation *impl);
};

/* clang-format off */
#define CHECKS(X)             \
    X(scan, sentinels)        \
    X(scan, guards)           \
    X(count, sentinels)       \
    X(count, guards)          \
    X(count, lanes)           \
    X(find, sentinels)        \
    X(find, guards)           \
    X(fill, sentinels)        \
    X(fill, guards)           \
    X(clear, sentinels)       \
    X(clear, guards)          \
    X(clear_count, sentinels)        \
    X(clear_count, guards)           \
    X(zero_frames, sentinels) \
    X(zero_frames, guards)
/* clang-format on */

extern const struct check checks[];
extern const size_t check_count;

/** One of them by name, or null. */
const struct check *find_check(enum kernel kernel, const char *name);

/** Run one check on one implementation; a crash ends it with a fault. */
struct verdict run_check(const struct check *check, const struct implementation *impl);

/** A kernel that is broken on purpose, the check that must not let it pass, and the faults it may find. */
struct mutant {
    struct implementation broken;
    const char *check;
    unsigned faults;
};

extern const struct mutant mutants[];
extern const size_t mutant_count;

/** Mutants that change registers: those of the trampoline's machine. */
extern const struct mutant register_mutants[];
extern const size_t register_mutant_count;

#endif
