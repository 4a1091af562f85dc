/* SPDX-License-Identifier: MIT */
/*
 * fdt_mutants.c - fdt_battery() must see what it is there to see
 *
 * Readers that are broken on purpose, one step each (tests/map/fdt-mutants), and each must be caught: by a
 * difference, or by a read of a page that cannot be read. A script that no longer fits changes nothing, then
 * nothing is found, and the test fails. Each reader runs in a process of its own.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fdt_battery.h"

/* MUTANTS(M) is M(name) for each. */
#define DECLARE(name)                                                                                        \
    enum bitframe_status bitframe_fdt_open_##name(struct fdt_reader *, const void *, uint64_t);              \
    bool bitframe_fdt_reservation_##name(const struct fdt_reader *, uint32_t, uint64_t *, uint64_t *);       \
    enum fdt_token bitframe_fdt_next_##name(const struct fdt_reader *, uint32_t *, struct fdt_item *);
#define MUTANT(name)                                                                                         \
    {#name, {bitframe_fdt_open_##name, bitframe_fdt_reservation_##name, bitframe_fdt_next_##name}},

MUTANTS(DECLARE)

static const struct {
    const char *name;
    struct fdt_subject subject;
} mutants[] = {MUTANTS(MUTANT)};

enum { AGREES, DIFFERS, SIGNAL = -1 };

/** Run the battery in another process; returns its exit status, or SIGNAL. */
static int run(const struct fdt_subject *subject)
{
    pid_t child = fork();
    if (child == 0) {
        struct fdt_compared sum = {0};
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        alarm(60);                              /* a mutant that does not end is not caught */
        if (!freopen("/dev/null", "w", stderr)) /* what a sanitizer says of it */
            _exit(2);
        _exit(fdt_battery(subject, &sum) ? DIFFERS : AGREES);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("fdt_mutants");
        exit(2);
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    return WTERMSIG(status) == SIGALRM ? AGREES : SIGNAL;
}

int main(void)
{
    int failures = 0;
    if (run(&fdt_shipped) != AGREES) {
        printf("the reader of the library differs\n");
        failures++;
    }
    for (size_t i = 0; i < sizeof(mutants) / sizeof(*mutants); i++) {
        int result = run(&mutants[i].subject);
        bool caught = result == DIFFERS || result == SIGNAL;
        printf("%s: %s\n", mutants[i].name,
               !caught             ? "NOT CAUGHT"
               : result == DIFFERS ? "differs"
                                   : "ended by a signal");
        failures += !caught;
    }
    printf("%zu mutants, %d failures\n", sizeof(mutants) / sizeof(*mutants), failures);
    return failures != 0;
}
