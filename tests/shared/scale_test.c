/* SPDX-License-Identifier: MIT */
/* scale_test.c - does the simulated machine charge what it says, and does a simulation notice what is wrong?
 */
#include <criterion/criterion.h>

#include <string.h>

#include "accesses_subject.h"
#include "machine.h"
#include "scale_broken.h"
#include "work.h"

enum {
    WORDS = 8 * MACHINE_CPUS_MAX,
    GOAL = 1000,
    ALONE = 16, /* steps that a CPU may have made before another begins */
};

/* One CPU's step, on word `cpu * stride` of the shared words. */
static struct {
    struct machine *machine;
    uint64_t *words;
    unsigned stride;
    void (*step)(uint64_t *word);
} play;

static void play_on(void *context, unsigned cpu)
{
    (void)context;
    do
        play.step(play.words + (uint64_t)cpu * play.stride);
    while (machine_step(play.machine));
}

/** What GOAL steps of @p cpus CPUs come to once every line is where it is going to be. */
static struct machine_counts counts_of(unsigned cpus, unsigned stride, void (*step)(uint64_t *word),
                                       const struct machine_costs *costs)
{
    play.machine = machine_open(cpus, costs, WORDS * sizeof(uint64_t), 1);
    play.words = machine_memory(play.machine, WORDS * sizeof(uint64_t), 1);
    play.stride = stride;
    play.step = step;
    for (int i = 0; i < 2; i++) {
        machine_count(play.machine, GOAL);
        machine_run(play.machine, play_on, NULL);
    }
    struct machine_counts counts = *machine_counts(play.machine);
    machine_close(play.machine);
    return counts;
}

static uint64_t moves_of(const struct machine_counts *counts)
{
    uint64_t moves = 0;
    for (unsigned area = 0; area < MACHINE_AREAS_MAX; area++) {
        for (unsigned move = 0; move < MOVES; move++)
            moves += counts->moves[area][move];
    }
    return moves;
}

static void read_one(uint64_t *word)
{
    (void)access_read64(word);
}

static void write_one(uint64_t *word)
{
    access_write64(word, 1);
}

static void add_one(uint64_t *word)
{
    (void)access_add64(word, 1);
}

static const struct machine_costs costs = {
    .hit = 1,
    .update = 10,
    .near = 100,
    .far = 1000,
    .cold = 5000,
    .serve = 7,
    .cluster_cpus = 2,
};

static void expect_near(uint64_t found, uint64_t expected, uint64_t slack)
{
    cr_assert(found + slack >= expected && found <= expected + slack, "%llu is not %llu +- %llu",
              (unsigned long long)found, (unsigned long long)expected, (unsigned long long)slack);
}

Test(scale, a_cpu_alone_pays_for_hits_and_updates)
{
    struct machine_counts counts = counts_of(1, 8, write_one, &costs);
    cr_assert_eq(counts.steps, GOAL);
    cr_assert_eq(counts.accesses, GOAL);
    cr_assert_eq(counts.worked, GOAL);
    cr_assert_eq(moves_of(&counts), 0);
    counts = counts_of(1, 8, add_one, &costs);
    cr_assert_eq(counts.worked, GOAL * costs.update);
}

Test(scale, huges_of_their_own_stay)
{
    for (unsigned cpus = 2; cpus <= MACHINE_CPUS_MAX; cpus *= 4) {
        struct machine_counts counts = counts_of(cpus, 8, write_one, &costs);
        cr_assert_eq(moves_of(&counts), 0);
        cr_assert_eq(counts.moved + counts.queued + counts.slept, 0);
        cr_assert_leq(counts.time, (GOAL / cpus + 2 + ALONE) * costs.hit);
    }
}

/* The same for one word and for words of one line: who is near pays `near` each time, and nobody goes ahead.
 */
Test(scale, a_huge_that_two_write_moves_each_time)
{
    for (unsigned stride = 0; stride <= 1; stride++) {
        struct machine_counts counts = counts_of(2, stride, write_one, &costs);
        expect_near(moves_of(&counts), GOAL, ALONE);
        expect_near(counts.moves[1][MOVE_WRITE], GOAL, ALONE);
        expect_near(counts.time, GOAL * (costs.near + costs.hit), ALONE * costs.near);
        expect_near(counts.busiest, GOAL * (costs.near + costs.hit), ALONE * costs.near);
    }
}

/* CPUs of other clusters: of four in a row three come from afar, as it happens, or all do. */
Test(scale, other_clusters_are_far)
{
    struct machine_costs apart = costs;
    apart.cluster_cpus = 1;
    struct machine_counts counts = counts_of(2, 0, add_one, &apart);
    expect_near(counts.time, GOAL * (costs.far + costs.update), ALONE * costs.far);
    expect_near(counts.moved, GOAL * costs.far, ALONE * costs.far);
}

Test(scale, a_huge_that_all_read_is_everywhere)
{
    struct machine_counts counts = counts_of(MACHINE_CPUS_MAX, 0, read_one, &costs);
    cr_assert_eq(moves_of(&counts), 0);
}

/* The more CPUs want one line, the longer each waits: together they are as quick as two. */
Test(scale, one_huge_is_no_faster_with_more_cpus)
{
    struct machine_costs flat = costs;
    flat.far = flat.near;
    struct machine_counts two = counts_of(2, 0, add_one, &flat);
    struct machine_counts many = counts_of(64, 0, add_one, &flat);
    expect_near(many.time, two.time, two.time / 10);
    cr_assert_gt(many.queued, 50 * two.queued);
}

/* Work at home, so that seldom both want it at once, and then read and change a word of both. */
static void read_and_add(uint64_t *word)
{
    for (int i = 0; i < 100; i++)
        (void)access_add64(word, 1);
    (void)access_read64(play.words + WORDS - 8);
    (void)access_add64(play.words + WORDS - 8, 1);
}

Test(scale, reading_first_costs_a_second_move_unless_huges_migrate)
{
    struct machine_counts counts = counts_of(2, 8, read_and_add, &costs);
    expect_near(counts.moves[1][MOVE_READ], GOAL, GOAL / 10);
    expect_near(counts.moves[1][MOVE_WRITE], GOAL, GOAL / 10);
    struct machine_costs migrating = costs;
    migrating.migrates = 1;
    counts = counts_of(2, 8, read_and_add, &migrating);
    expect_near(moves_of(&counts), GOAL, GOAL / 10);
}

/* No update is lost: accesses are made one after the other. And with reads and writes instead some are. */
static void add_slowly(uint64_t *word)
{
    access_write64(word, access_read64(word) + 1);
}

Test(scale, updates_are_atomic_and_nothing_else_is)
{
    for (int is_atomic = 0; is_atomic < 2; is_atomic++) {
        play.machine = machine_open(16, &costs, 4096, 1);
        play.words = machine_memory(play.machine, 64, 1);
        play.stride = 0;
        play.step = is_atomic ? add_one : add_slowly;
        machine_count(play.machine, GOAL);
        machine_run(play.machine, play_on, NULL);
        if (is_atomic) /* and a step each by those who were at it when the goal was reached */
            cr_assert_eq(*play.words, GOAL + 15);
        else
            cr_assert_lt(*play.words, GOAL);
        machine_close(play.machine);
    }
}

/* CPU 0 writes after a while; the others look again and again, which costs the simulation next to nothing.
 */
static void wait_for_cpu_0(void *context, unsigned cpu)
{
    (void)context;
    if (cpu == 0) {
        for (int i = 0; i < 100000; i++)
            (void)access_add64(play.words + 8, 1);
        access_atomic_write64(play.words, 1);
    } else {
        while (access_atomic_read64(play.words) == 0)
            continue;
        (void)access_add64(play.words + 16, 1);
    }
}

Test(scale, who_waits_sleeps_until_somebody_writes)
{
    play.machine = machine_open(32, &costs, 4096, 1);
    play.words = machine_memory(play.machine, 4096, 1);
    machine_count(play.machine, UINT64_MAX);
    machine_run(play.machine, wait_for_cpu_0, NULL);
    const struct machine_counts *counts = machine_counts(play.machine);
    cr_assert_eq(play.words[16], 31);
    cr_assert_lt(counts->accesses, 100000 + 31 * 20);
    cr_assert_gt(counts->slept, 31 * 99000 * costs.update);
    cr_assert_eq(counts->moves[1][MOVE_LOOK], 31);
    machine_close(play.machine);
}

static const struct contender *const contenders[] = {
    &contender_lowest,
    &contender_local,
    &contender_locked_pool,
    &contender_locked_buddy,
};

enum { CONTENDERS = sizeof contenders / sizeof *contenders };

static struct work_settings small_settings(enum work work, unsigned cpus)
{
    struct work_settings settings = work_usual_settings;
    settings.costs = machine_usual_costs;
    settings.work = work;
    settings.cpus = cpus;
    settings.frames = 1 << 16;
    settings.live_frames = 4096;
    settings.pairs = 2048;
    return settings;
}

/* Every frame is somebody's or free, nobody's frame is handed out, and the allocator is sound: see
 * work_run(). */
Test(scale, everybody_gets_frames_of_their_own)
{
    static const unsigned cpus[] = {1, 2, 5, 32};
    for (unsigned i = 0; i < CONTENDERS; i++) {
        for (unsigned work = 0; work < WORKS; work++) {
            for (unsigned k = 0; k < sizeof cpus / sizeof *cpus; k++) {
                struct work_settings settings = small_settings(work, cpus[k]);
                struct machine_counts counts;
                enum work_result result = work_run(&settings, contenders[i], &counts);
                cr_assert_eq(result, WORK_OK, "%s, %s, %u CPUs: %s", contenders[i]->name, work_names[work],
                             cpus[k], work_result_names[result]);
                cr_assert_gt(counts.accesses, counts.steps);
                cr_assert(cpus[k] != 1 || counts.queued + counts.slept == 0);
            }
        }
    }
}

Test(scale, runs_repeat_themselves)
{
    struct work_settings settings = small_settings(WORK_CHURN, 8);
    for (unsigned i = 0; i < CONTENDERS; i++) {
        struct machine_counts first;
        struct machine_counts second;
        settings.seed = 7;
        cr_assert_eq(work_run(&settings, contenders[i], &first), WORK_OK);
        cr_assert_eq(work_run(&settings, contenders[i], &second), WORK_OK);
        cr_assert_eq(memcmp(&first, &second, sizeof first), 0);
        settings.seed = 8;
        cr_assert_eq(work_run(&settings, contenders[i], &second), WORK_OK);
        cr_assert_neq(memcmp(&first, &second, sizeof first), 0);
    }
}

/* What is for one CPU is right for one. For more it goes wrong, in whatever way. */
Test(scale, races_are_found)
{
    struct machine_counts counts;
    struct work_settings settings = small_settings(WORK_BURST, 1);
    cr_assert_eq(work_run(&settings, &contender_unlocked, &counts), WORK_OK);
    for (unsigned work = 0; work < WORKS; work++) {
        settings = small_settings(work, 4);
        cr_assert_neq(work_run(&settings, &contender_unlocked, &counts), WORK_OK);
    }
}

Test(scale, lost_frees_are_found)
{
    struct machine_counts counts;
    struct work_settings settings = small_settings(WORK_BURST, 2);
    cr_assert_eq(work_run(&settings, &contender_lost_frees, &counts), WORK_UNSOUND);
}
