/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* sigaction() */
#include "harness.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guarded.h"
#include "random.h"
#include "trampoline.h"

#define TWIN(kernel, type, parameters) {KERNEL_##kernel, "c", (void (*)(void))bitframe_##kernel##_c},
#define OTHER(kernel, impl)            {KERNEL_##kernel, #impl, (void (*)(void))bitframe_##kernel##_##impl},

const struct implementation implementations[] = {BITFRAME_KERNELS(TWIN) BITFRAME_ARCH_KERNELS(OTHER)};
const size_t implementation_count = sizeof(implementations) / sizeof(implementations[0]);

static const char *const kernel_names[] = {
#define KERNEL_NAME(kernel, type, parameters) [KERNEL_##kernel] = #kernel,
    BITFRAME_KERNELS(KERNEL_NAME)
#undef KERNEL_NAME
};

const struct implementation *find_implementation(enum kernel kernel, const char *name)
{
    for (size_t i = 0; i < implementation_count; i++) {
        if (implementations[i].kernel == kernel && strcmp(implementations[i].name, name) == 0)
            return &implementations[i];
    }
    return NULL;
}

/* The wrappers in kernels.h ask for leave before these two; whatever else there is must do without. */
bool may_use_vectors(const struct implementation *impl)
{
    return (impl->kernel == KERNEL_scan || impl->kernel == KERNEL_count) && strcmp(impl->name, "c") != 0;
}

bool uses_zva(const struct implementation *impl)
{
    return impl->kernel == KERNEL_zero_frames && strncmp(impl->name, "zva", 3) == 0;
}

uint64_t seed(void)
{
    return setting("BITFRAME_SEED", UINT64_C(0x6269746672616D65));
}

/* Memory. */

struct arena arena(void)
{
    static struct arena mapped;
    if (!mapped.start) { /* whole pages: both ends are exact */
        mapped.start = guarded_open(ARENA_WORDS * sizeof(uint64_t), sizeof(uint64_t), GUARDED_BELOW);
        mapped.end = mapped.start + ARENA_WORDS;
    }
    return mapped;
}

/* Verdicts. */

/* The call under way, or the last. */
static struct {
    const struct implementation *impl;
    const void *words;
    uint64_t second;
    uint64_t third;
} current;

/* A word of the arena, by the nearest landmark. */
static const char *place(char text[40], const uint64_t *word)
{
    struct arena a = arena();
    const uint64_t *middle = a.start + ARENA_WORDS / 2;
    if (word < a.start + ARENA_WORDS / 4)
        snprintf(text, 40, "start + %td words", word - a.start);
    else if (word < a.end - ARENA_WORDS / 4)
        snprintf(text, 40, "middle + %td words", word - middle);
    else
        snprintf(text, 40, "end - %td words", a.end - word);
    return text;
}

bool refute(struct verdict *verdict, enum fault fault, const char *format, ...)
{
    if (verdict->fault)
        return false;
    verdict->fault = fault;
    char where[40];
    int chars = snprintf(verdict->what, sizeof(verdict->what),
                         "%s_%s(%s, %" PRIu64 ", %" PRIu64 "): ", kernel_names[current.impl->kernel],
                         current.impl->name, place(where, current.words), current.second, current.third);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict->what + chars, sizeof(verdict->what) - (size_t)chars, format, arguments);
    va_end(arguments);
    return false;
}

bool expect(struct verdict *verdict, uint64_t got, uint64_t want)
{
    if (verdict->fault)
        return false;
    if (got != want)
        return refute(verdict, WRONG_RESULT, "returned %" PRIu64 ", not %" PRIu64, got, want);
    return true;
}

bool expect_words(struct verdict *verdict, const uint64_t *got, const uint64_t *want, uint64_t count)
{
    if (verdict->fault)
        return false;
    if (memcmp(got, want, count * sizeof(*got)) == 0)
        return true;
    while (*got == *want)
        got++, want++;
    char where[40];
    return refute(verdict, WRONG_MEMORY, "left 0x%016" PRIx64 " at %s, not 0x%016" PRIx64, *got,
                  place(where, got), *want);
}

/* Calls. */

/* Of the registers in mask, the lowest that differs; 32 if none does. */
static unsigned first_changed(const struct registers *before, const struct registers *after, uint32_t mask)
{
    for (; mask != 0; mask &= mask - 1) {
        unsigned number = (unsigned)__builtin_ctz(mask);
        if (before->general[number] != after->general[number])
            return number;
    }
    return 32;
}

static unsigned first_changed_vector(const struct registers *before, const struct registers *after,
                                     uint32_t mask)
{
    for (; mask != 0; mask &= mask - 1) {
        unsigned number = (unsigned)__builtin_ctz(mask);
        if (before->vector[number][0] != after->vector[number][0] ||
            before->vector[number][1] != after->vector[number][1])
            return number;
    }
    return 32;
}

uint64_t call(struct verdict *verdict, const struct implementation *impl, const void *words, uint64_t second,
              uint64_t third)
{
    static struct trampoline frame;
    static unsigned uses;
    if (uses++ % 16 == 0) {
        uint64_t *fill = (uint64_t *)&frame.before;
        for (size_t i = 0; i < sizeof(frame.before) / sizeof(*fill); i++)
            fill[i] = (uint64_t)uses * UINT64_C(0xD1342543DE82EF95) + i * UINT64_C(0x9E3779B97F4A7C15);
    }
    frame.function = impl->function;
    frame.before.general[convention.argument[0]] = (uintptr_t)words;
    frame.before.general[convention.argument[1]] = second;
    frame.before.general[convention.argument[2]] = third;

    current.impl = impl;
    current.words = words;
    current.second = second;
    current.third = third;
    trampoline(&frame);
    verdict->cases++;

    unsigned number = first_changed(&frame.before, &frame.after, convention.kept_general);
    if (number < 32)
        refute(verdict, WRONG_REGISTER, "changed %s", convention.general_names[number]);
    uint32_t kept = may_use_vectors(impl) ? convention.kept_vector : convention.all_vector;
    number = first_changed_vector(&frame.before, &frame.after, kept);
    if (number < 32)
        refute(verdict, WRONG_REGISTER, "changed %s%u", convention.vector_name, number);
    return frame.after.general[convention.result];
}

/* Checks. */

static sigjmp_buf crash;

/* SA_NODEFER: the jump out of the handler leaves no signal blocked. */
static void on_crash(int signal)
{
    siglongjmp(crash, signal);
}

struct verdict run_check(const struct check *check, const struct implementation *impl)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL};
    static struct verdict verdict;
    struct sigaction old[3];
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_NODEFER};
    for (int i = 0; i < 3; i++)
        sigaction(signals[i], &action, &old[i]);

    memset(&verdict, 0, sizeof(verdict));
    begin_random(seed());
    int signal = sigsetjmp(crash, 0);
    if (signal == 0)
        check->run(&verdict, impl);
    else
        refute(&verdict, CRASHED, "signal %d", signal);

    for (int i = 0; i < 3; i++)
        sigaction(signals[i], &old[i], NULL);
    return verdict;
}
