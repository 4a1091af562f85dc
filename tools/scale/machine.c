/* SPDX-License-Identifier: MIT */
/* machine.c - coroutines, clocks and a directory of cache lines. */
#include "machine.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "accesses.h"
#include "random.h"

enum {
    STACK_BYTES = 64 << 10,
    PATIENCE = 8, /* loads of one word in a row that make a CPU one that waits */
};

const struct machine_costs machine_usual_costs = {
    .hit = 500,
    .update = 5000,
    .near = 30000,
    .far = 100000,
    .cold = 100000,
    .serve = 5000,
    .cluster_cpus = 8,
};

/** Sharers, if any, are all who have the line; an owner is the only one. All zeros: untouched. */
struct line {
    uint64_t sharers[MACHINE_CPUS_MAX / 64];
    uint64_t busy_until;
    uint64_t busy;   /* for who is going to write it, within the window */
    uint32_t window; /* in which it was */
    uint8_t owner;   /* 1 + who may write it */
    bool is_modified;
    uint8_t area;
    uint8_t sleepers;
};

struct cpu {
    uint64_t time;
    uint64_t key; /* who goes first of those whose clocks agree */
    uint64_t number;
    uint64_t cluster[MACHINE_CPUS_MAX / 64]; /* who is near, itself included */
    bool has_begun;
    struct line *slept_at; /* the line that it waits for, or NULL */
    const volatile void *last_load;
    unsigned loads; /* of the same word, in a row */
    ucontext_t first;
    jmp_buf here;
    void *stack;
};

struct machine {
    struct machine_costs costs;
    struct machine_counts counts;
    uint64_t cpus;
    uint64_t random;
    uint64_t began;  /* when counting did */
    uint64_t window; /* since then */
    uint64_t busy;   /* that the busiest line of the window was */
    uint64_t goal;
    bool is_counting;
    bool is_done;

    char *arena;
    uint64_t arena_bytes;
    uint64_t used_bytes;
    struct line *lines;
    uint64_t latest; /* the clock that is ahead of all */

    /* Those that could go on, but for the one that runs: a heap, the earliest first. */
    struct cpu *waiting[MACHINE_CPUS_MAX];
    uint64_t waiting_count;
    struct cpu *running;
    struct cpu cpu[MACHINE_CPUS_MAX];
    jmp_buf outside;
    machine_cpu_fn *cpu_main;
    void *context;
};

/* Hooks and coroutines have no arguments: there is one machine at a time. */
static struct machine *the_machine;

static void *map_bytes(uint64_t bytes)
{
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        perror("scale: mmap");
        exit(1);
    }
    return memory;
}

/* Who is next. */

static bool is_before(const struct cpu *a, const struct cpu *b)
{
    return a->time != b->time ? a->time < b->time : a->key < b->key;
}

static void wait_in_line(struct machine *machine, struct cpu *cpu)
{
    uint64_t at = machine->waiting_count++;
    for (; at != 0 && is_before(cpu, machine->waiting[(at - 1) / 2]); at = (at - 1) / 2)
        machine->waiting[at] = machine->waiting[(at - 1) / 2];
    machine->waiting[at] = cpu;
}

/** Put @p cpu in the place of the first, which is returned. */
static struct cpu *replace_first(struct machine *machine, struct cpu *cpu)
{
    struct cpu *first = machine->waiting[0];
    uint64_t at = 0;
    for (;;) {
        uint64_t next = 2 * at + 1;
        if (next >= machine->waiting_count)
            break;
        if (next + 1 < machine->waiting_count &&
            is_before(machine->waiting[next + 1], machine->waiting[next]))
            next++;
        if (is_before(cpu, machine->waiting[next]))
            break;
        machine->waiting[at] = machine->waiting[next];
        at = next;
    }
    machine->waiting[at] = cpu;
    return first;
}

static struct cpu *alloc_first(struct machine *machine)
{
    if (machine->waiting_count == 0) {
        fprintf(stderr, "scale: every CPU waits for another\n");
        exit(1);
    }
    struct cpu *last = machine->waiting[--machine->waiting_count];
    return machine->waiting_count == 0 ? last : replace_first(machine, last);
}

/* Coroutines: made by makecontext(), switched by longjmp(), which makes no system call. */

static void cpu_begin(void)
{
    struct machine *machine = the_machine;
    machine->cpu_main(machine->context, (unsigned)machine->running->number);
    /* Done for good. The last one goes back to machine_run(). */
    struct cpu *self = machine->running;
    if (self->time > machine->latest)
        machine->latest = self->time;
    self->has_begun = false;
    bool others_sleep = false;
    for (uint64_t i = 0; i < machine->cpus; i++)
        others_sleep |= machine->cpu[i].slept_at != NULL;
    if (machine->waiting_count == 0 && !others_sleep)
        _longjmp(machine->outside, 1);
    machine->running = alloc_first(machine);
    if (machine->running->has_begun)
        _longjmp(machine->running->here, 1);
    machine->running->has_begun = true;
    setcontext(&machine->running->first);
}

static __attribute__((noinline)) void switch_to(struct machine *machine, struct cpu *next)
{
    struct cpu *self = machine->running;
    machine->running = next;
    if (_setjmp(self->here) != 0)
        return;
    if (next->has_begun)
        _longjmp(next->here, 1);
    next->has_begun = true;
    setcontext(&next->first);
}

/** Let everybody else come as far as the CPU that runs. */
static void yield(struct machine *machine)
{
    struct cpu *self = machine->running;
    if (machine->waiting_count == 0 || is_before(self, machine->waiting[0]))
        return;
    switch_to(machine, replace_first(machine, self));
}

static void wake_sleepers(struct machine *machine, struct line *line, uint64_t time)
{
    for (uint64_t i = 0; line->sleepers != 0 && i < machine->cpus; i++) {
        struct cpu *cpu = &machine->cpu[i];
        if (cpu->slept_at != line)
            continue;
        cpu->slept_at = NULL;
        line->sleepers--;
        if (cpu->time < time) {
            if (machine->is_counting)
                machine->counts.slept += time - cpu->time;
            cpu->time = time;
        }
        cpu->key = next_random(&machine->random);
        wait_in_line(machine, cpu);
    }
}

/* What an access costs. */

static bool has_line(const struct line *line, uint64_t cpu)
{
    return line->owner == cpu + 1 || (line->sharers[cpu / 64] >> cpu % 64 & 1) != 0;
}

/** From the nearest of those who have it, or from the farthest. @p is_cold becomes whether nobody else has.
 */
static uint64_t distance(const struct machine *machine, const struct line *line, const struct cpu *cpu,
                         bool farthest, bool *is_cold)
{
    uint64_t near = 0;
    uint64_t far = 0;
    for (unsigned i = 0; i < MACHINE_CPUS_MAX / 64; i++) {
        uint64_t others = line->sharers[i];
        if (line->owner != 0 && (line->owner - 1U) / 64 == i)
            others |= UINT64_C(1) << (line->owner - 1U) % 64;
        if (cpu->number / 64 == i)
            others &= ~(UINT64_C(1) << cpu->number % 64);
        near |= others & cpu->cluster[i];
        far |= others & ~cpu->cluster[i];
    }
    *is_cold = (near | far) == 0;
    if (*is_cold)
        return machine->costs.cold;
    return far != 0 && (farthest || near == 0) ? machine->costs.far : machine->costs.near;
}

static void count_move(struct machine *machine, const struct line *line, enum machine_move move,
                       uint64_t queued, uint64_t moved)
{
    if (!machine->is_counting)
        return;
    machine->counts.moves[line->area][move]++;
    if (move == MOVE_LOOK) {
        machine->counts.slept += queued + moved;
        return;
    }
    machine->counts.queued += queued;
    machine->counts.moved += moved;
}

/** From @p start on the line is busy for @p time. */
static void count_busy(struct machine *machine, struct line *line, uint64_t start, uint64_t time)
{
    if (!machine->is_counting)
        return;
    uint64_t window = (start - machine->began) / MACHINE_WINDOW + 1;
    if (window > machine->window) {
        machine->window = window;
        machine->counts.busiest += machine->busy;
        machine->busy = 0;
    }
    if (line->window != window) {
        line->window = (uint32_t)window;
        line->busy = 0;
    }
    line->busy += time;
    if (line->busy > machine->busy)
        machine->busy = line->busy;
}

/** Make the line readable for @p cpu. Returns when it is. */
static uint64_t fetch_to_read(struct machine *machine, struct line *line, struct cpu *cpu, bool is_look)
{
    if (has_line(line, cpu->number))
        return cpu->time;
    bool is_cold;
    uint64_t cost = distance(machine, line, cpu, false, &is_cold);
    uint64_t start = cpu->time > line->busy_until ? cpu->time : line->busy_until;
    count_move(machine, line, is_cold ? MOVE_COLD : is_look ? MOVE_LOOK : MOVE_READ, start - cpu->time, cost);
    if (is_cold || (line->is_modified && machine->costs.migrates)) {
        line->owner = (uint8_t)(cpu->number + 1);
        line->is_modified = false;
        line->busy_until = start + cost;
        if (!is_cold)
            count_busy(machine, line, start, cost);
        return start + cost;
    }
    line->is_modified = false;
    if (line->owner != 0)
        line->sharers[(line->owner - 1U) / 64] |= UINT64_C(1) << (line->owner - 1U) % 64;
    line->owner = 0;
    line->sharers[cpu->number / 64] |= UINT64_C(1) << cpu->number % 64;
    line->busy_until = start + machine->costs.serve;
    return start + cost;
}

/** Make it the CPU's alone, to be used for @p use more. Returns when that is over. */
static uint64_t fetch_to_write(struct machine *machine, struct line *line, struct cpu *cpu, uint64_t use)
{
    line->is_modified = true;
    if (line->owner == cpu->number + 1) {
        uint64_t end = cpu->time + use;
        if (line->busy_until < end)
            line->busy_until = end;
        return end;
    }
    bool is_cold;
    uint64_t cost = distance(machine, line, cpu, true, &is_cold);
    if (is_cold && has_line(line, cpu->number)) /* the only sharer that is left */
        cost = machine->costs.near;
    uint64_t start = cpu->time > line->busy_until ? cpu->time : line->busy_until;
    bool was_untouched = is_cold && !has_line(line, cpu->number);
    count_move(machine, line, was_untouched ? MOVE_COLD : MOVE_WRITE, start - cpu->time, cost);
    memset(line->sharers, 0, sizeof line->sharers);
    line->owner = (uint8_t)(cpu->number + 1);
    line->busy_until = start + cost + use;
    if (!was_untouched)
        count_busy(machine, line, start, cost + use);
    return line->busy_until;
}

/** @p is_look: the CPU read the same word just before, and nothing since. */
static void charge(struct machine *machine, struct cpu *cpu, struct line *line, enum access_kind kind,
                   bool is_look)
{
    uint64_t use = kind == ACCESS_ATOMIC_UPDATE ? machine->costs.update : machine->costs.hit;
    bool is_read = kind == ACCESS_READ || kind == ACCESS_ATOMIC_READ;
    if (is_read)
        cpu->time = fetch_to_read(machine, line, cpu, is_look) + use;
    else
        cpu->time = fetch_to_write(machine, line, cpu, use);
    if (machine->is_counting)
        *(is_look ? &machine->counts.slept : &machine->counts.worked) += use;
    if (!is_read && line->sleepers != 0)
        wake_sleepers(machine, line, cpu->time);
}

/** Has the CPU nothing to do but wait for somebody to write what it reads? */
static bool is_waiting(struct cpu *cpu, const struct line *line, const volatile void *address,
                       enum access_kind kind)
{
    if (kind != ACCESS_ATOMIC_READ || address != cpu->last_load || !has_line(line, cpu->number)) {
        cpu->last_load = kind == ACCESS_ATOMIC_READ ? address : NULL;
        cpu->loads = 0;
        return false;
    }
    return ++cpu->loads >= PATIENCE;
}

static void on_access(const volatile void *address, unsigned bytes, enum access_kind kind)
{
    struct machine *machine = the_machine;
    struct cpu *cpu = machine->running;
    uint64_t offset = (uint64_t)((uintptr_t)address - (uintptr_t)machine->arena);
    if (machine->is_counting)
        machine->counts.accesses++;
    if (kind == ACCESS_FENCE || offset >= machine->arena_bytes) {
        uint64_t cost = kind == ACCESS_FENCE ? machine->costs.update : machine->costs.hit;
        cpu->time += cost;
        if (machine->is_counting)
            machine->counts.worked += cost;
        return;
    }
    struct line *line = machine->lines + offset / MACHINE_LINE_BYTES;
    const struct line *last = machine->lines + (offset + bytes - 1) / MACHINE_LINE_BYTES;
    for (; line <= last; line++) {
        bool is_look = kind == ACCESS_ATOMIC_READ && address == cpu->last_load;
        yield(machine);
        if (is_waiting(cpu, line, address, kind)) {
            cpu->slept_at = line;
            line->sleepers++;
            switch_to(machine, alloc_first(machine));
            yield(machine);
        }
        charge(machine, cpu, line, kind, is_look);
    }
    /* The access itself is made now: whoever asks for the line later will see it. */
}

/* The machine. */

struct machine *machine_open(unsigned cpus, const struct machine_costs *costs, uint64_t bytes, uint64_t seed)
{
    if (cpus == 0 || cpus > MACHINE_CPUS_MAX || the_machine) {
        fprintf(stderr, "scale: 1 to %d CPUs, and one machine at a time\n", MACHINE_CPUS_MAX);
        exit(1);
    }
    struct machine *machine = map_bytes(sizeof *machine);
    machine->costs = *costs;
    machine->cpus = cpus;
    machine->random = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
    machine->arena_bytes = (bytes + 4095) / 4096 * 4096;
    machine->arena = map_bytes(machine->arena_bytes);
    machine->lines = map_bytes(machine->arena_bytes / MACHINE_LINE_BYTES * sizeof *machine->lines);
    for (uint64_t i = 0; i < cpus; i++) {
        machine->cpu[i].number = i;
        for (uint64_t other = 0; other < cpus; other++) {
            if (other / costs->cluster_cpus == i / costs->cluster_cpus)
                machine->cpu[i].cluster[other / 64] |= UINT64_C(1) << other % 64;
        }
        machine->cpu[i].stack = map_bytes(STACK_BYTES);
    }
    the_machine = machine;
    return machine;
}

void machine_close(struct machine *machine)
{
    for (uint64_t i = 0; i < machine->cpus; i++)
        munmap(machine->cpu[i].stack, STACK_BYTES);
    munmap(machine->lines, machine->arena_bytes / MACHINE_LINE_BYTES * sizeof *machine->lines);
    munmap(machine->arena, machine->arena_bytes);
    munmap(machine, sizeof *machine);
    the_machine = NULL;
}

void *machine_memory(struct machine *machine, uint64_t bytes, unsigned area)
{
    char *memory = machine->arena + machine->used_bytes;
    bytes = (bytes + 127) / 128 * 128;
    if (bytes > machine->arena_bytes - machine->used_bytes) {
        fprintf(stderr, "scale: no shared memory left\n");
        exit(1);
    }
    machine->used_bytes += bytes;
    if (area != 0) /* untouched lines stay untouched in the host's memory, too */
        machine_name(machine, memory, bytes, area);
    return memory;
}

void machine_name(struct machine *machine, const void *memory, uint64_t bytes, unsigned area)
{
    uint64_t offset = (uint64_t)((uintptr_t)memory - (uintptr_t)machine->arena);
    for (uint64_t line = offset / MACHINE_LINE_BYTES; line * MACHINE_LINE_BYTES < offset + bytes; line++)
        machine->lines[line].area = (uint8_t)area;
}

/** Run what waits; back when cpu_begin() says that all is done. */
static __attribute__((noinline)) void enter(struct machine *machine)
{
    if (_setjmp(machine->outside) != 0)
        return;
    machine->running = alloc_first(machine);
    machine->running->has_begun = true;
    setcontext(&machine->running->first);
}

void machine_run(struct machine *machine, machine_cpu_fn *cpu_main, void *context)
{
    machine->cpu_main = cpu_main;
    machine->context = context;
    machine->is_done = false;
    machine->waiting_count = 0;
    for (uint64_t i = 0; i < machine->cpus; i++) {
        struct cpu *cpu = &machine->cpu[i];
        cpu->time = machine->latest + next_random(&machine->random) % (16 * machine->costs.hit + 1);
        cpu->key = next_random(&machine->random);
        cpu->has_begun = false;
        cpu->slept_at = NULL;
        cpu->last_load = NULL;
        getcontext(&cpu->first);
        cpu->first.uc_stack.ss_sp = cpu->stack;
        cpu->first.uc_stack.ss_size = STACK_BYTES;
        cpu->first.uc_link = NULL;
        makecontext(&cpu->first, cpu_begin, 0);
        wait_in_line(machine, cpu);
    }
    accesses_hook = on_access;
    enter(machine);
    accesses_hook = NULL;
    machine->running = NULL;
    machine->is_counting = false;
}

void machine_become(struct machine *machine, unsigned cpu)
{
    machine->running = &machine->cpu[cpu];
    machine->running->time = machine->latest;
    machine->waiting_count = 0;
    accesses_hook = on_access;
}

void machine_rest(struct machine *machine)
{
    machine->latest = machine->running->time;
    machine->running = NULL;
    accesses_hook = NULL;
}

void machine_count(struct machine *machine, uint64_t goal)
{
    memset(&machine->counts, 0, sizeof machine->counts);
    for (uint64_t i = 0; i < machine->used_bytes / MACHINE_LINE_BYTES; i++) {
        if (machine->lines[i].window != 0)
            machine->lines[i].window = 0;
    }
    machine->began = machine->latest;
    machine->window = 0;
    machine->busy = 0;
    machine->goal = goal;
    machine->is_counting = true;
}

static void stop_counting(struct machine *machine)
{
    struct machine_counts *counts = &machine->counts;
    machine->is_counting = false;
    machine->is_done = true;
    counts->time = machine->running->time - machine->began;
    counts->busiest += machine->busy;
}

bool machine_step(struct machine *machine)
{
    if (machine->is_counting && ++machine->counts.steps >= machine->goal)
        stop_counting(machine);
    return !machine->is_done;
}

const struct machine_counts *machine_counts(const struct machine *machine)
{
    return &machine->counts;
}

uint64_t machine_time(const struct machine *machine)
{
    return machine->running ? machine->running->time : machine->latest;
}
