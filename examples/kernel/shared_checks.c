/* SPDX-License-Identifier: MIT */
/*
 * shared_checks.c - the pool of all memory, shared by all CPUs and by the interrupts on each of them
 *
 * Every CPU takes and gives back frames, one by one, many at once and in runs of 2 MiB, for a number of
 * rounds, and its timer interrupts it meanwhile, wherever it is: in the midst of a call on the pool, often.
 * The interrupt makes calls of its own, on the same pool. Nothing here masks interrupts or locks for that. A
 * CPU also keeps a small stack of frames for itself, frame_stack.h, and masks interrupts around the calls on
 * that. No other CPU and no interrupt uses it.
 *
 * Who holds a frame is in a table of owners, a byte for each frame, and in the frame's first word. An owner
 * puts its name there when it has got the frame and takes it away before it gives the frame back; whatever it
 * finds there instead of what must be there is a mistake of the pool. The table is changed by atomic
 * exchanges that order nothing: that what the last owner did is seen by the next is for the pool to see to.
 * Some frames go from owner to owner by a few words that all exchange frames in, and are given back by
 * another CPU than took them.
 */
#include "checks.h"

#include <bitframe/check.h>
#include <bitframe/page_alloc.h>
#include <bitframe/shared.h>

#include "arch.h"
#include "broken.h"
#include "console.h"
#include "cpus.h"
#include "frame_stack.h"
#include "interrupts.h"
#include "memory.h"
#include "mmu.h"
#include "platform.h"

/* clang-format off */
#define ROUNDS              16000                     /* with each policy */
#define HELD_MAX            64                        /* frames that a worker holds beside its run */
#define BULK_MAX            8
#define GIFTS               8
#define RUN_FRAMES          (BLOCK_BYTES / PAGE_SIZE)
#define WORKER_FRAMES       (HELD_MAX + RUN_FRAMES)
#define STEPS_MAX           4                         /* in an interrupt */
#define PERIOD_MICROSECONDS 500
#define INTERRUPTS_MIN      10                        /* of each CPU, with each policy */
#define WAIT_MILLISECONDS   8000                      /* for interrupts that do not come */
#define END_MILLISECONDS    20000                     /* for CPUs that do not come to an end */
/* clang-format on */

/* In the table of owners. Workers have names from 1 on. */
#define NOBODY 0
#define GIVEN  0xFF /* in one of the words that frames are exchanged in */

/** What can go wrong for a worker. */
enum mishap {
    NO_MISHAP,
    FRAME_TWICE,
    FRAME_STRANGE,
    FRAME_CHANGED,
    CALL_REFUSED,
    NO_FRAMES,
};

/** Who takes and gives back: a CPU, or the interrupts on one. */
struct worker {
    enum mishap mishap; /* the first; a worker that met one does nothing more */
    uint64_t mishap_pa;
    uint64_t random;
    uint64_t operations; /* calls on the pool */
    uint64_t run_pa;     /* of the 2 MiB that it holds; 0 if none */
    uint32_t held;
    uint8_t name;
    bool inside; /* in a call on the pool */
    uint64_t pas[HELD_MAX];
};

struct load {
    struct worker cpu;
    struct worker interrupt;
    uint64_t interrupts;
    uint64_t amid; /* interrupts that came in the midst of a call on the pool */
    struct frame_stack stack;
} __attribute__((aligned(128)));

static struct load loads[CPUS_MAX];
static uint64_t gifts[GIFTS];

static struct piece table;   /* of owners */
static struct piece storage; /* what the pool needs to be shared */
static struct bitframe_shared *shared;
static uint8_t *owners;
static uint64_t owners_first_pa;
static uint64_t owners_frames;
static bool scarce; /* all may be taken at times, so requests may fail */

static uint64_t free_at_first;
static bool finished;

static bool fail(struct worker *worker, enum mishap mishap, uint64_t pa)
{
    if (worker->mishap == NO_MISHAP) {
        worker->mishap = mishap;
        worker->mishap_pa = pa;
    }
    return false;
}

/** A number in [0, @p limit). */
static uint64_t pick(struct worker *worker, uint64_t limit)
{
    worker->random ^= worker->random << 13;
    worker->random ^= worker->random >> 7;
    worker->random ^= worker->random << 17;
    return worker->random % limit;
}

/** Make the frame at @p pa, which is @p from's, @p to's. */
static bool change_owner(struct worker *worker, uint64_t pa, uint8_t from, uint8_t to)
{
    uint64_t frame = (pa - owners_first_pa) / PAGE_SIZE;
    if (pa % PAGE_SIZE != 0 || frame >= owners_frames)
        return fail(worker, FRAME_STRANGE, pa);
    if (__atomic_exchange_n(&owners[frame], to, __ATOMIC_RELAXED) != from)
        return fail(worker, FRAME_TWICE, pa);
    uint64_t *word = frame_words(pa);
    if (from != NOBODY && *word != (pa | from))
        return fail(worker, FRAME_CHANGED, pa);
    *word = pa | to;
    return true;
}

static bool own(struct worker *worker, uint64_t pa, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++)
        if (!change_owner(worker, pa + i * PAGE_SIZE, NOBODY, worker->name))
            return false;
    return true;
}

static bool disown(struct worker *worker, uint64_t pa, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++)
        if (!change_owner(worker, pa + i * PAGE_SIZE, worker->name, NOBODY))
            return false;
    return true;
}

/* Around each call on the pool. An interrupt on this CPU looks at it, nobody else. */

static void enter(struct worker *worker)
{
    worker->operations++;
    __atomic_store_n(&worker->inside, true, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void leave(struct worker *worker)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&worker->inside, false, __ATOMIC_RELAXED);
}

/** A request was not answered: there may be nothing left, where memory is small. */
static void go_without(struct worker *worker, enum bitframe_status status)
{
    bool is_none = status == BITFRAME_NONE || status == BITFRAME_BUSY;
    if (!is_none || !scarce)
        fail(worker, is_none ? NO_FRAMES : CALL_REFUSED, 0);
}

static void keep(struct worker *worker, uint64_t pa)
{
    if (own(worker, pa, 1))
        worker->pas[worker->held++] = pa;
}

static void alloc_one(struct worker *worker)
{
    enter(worker);
    uint64_t pa = bitframe_shared_alloc(shared, cpu_number());
    leave(worker);
    if (pa == 0)
        go_without(worker, BITFRAME_NONE);
    else
        keep(worker, pa);
}

/* By the CPU's stack: its owner is the CPU, interrupts masked. */

static void alloc_from_stack(struct worker *worker)
{
    interrupts_mask();
    enter(worker);
    uint64_t pa = frame_stack_alloc(&loads[cpu_number()].stack, shared, cpu_number());
    leave(worker);
    interrupts_unmask();
    if (pa == 0)
        go_without(worker, BITFRAME_NONE);
    else
        keep(worker, pa);
}

static void give_to_stack(struct worker *worker)
{
    uint64_t pa = worker->pas[--worker->held];
    if (!disown(worker, pa, 1))
        return;
    interrupts_mask();
    enter(worker);
    enum bitframe_status status = frame_stack_free(&loads[cpu_number()].stack, shared, cpu_number(), pa);
    leave(worker);
    interrupts_unmask();
    if (status != BITFRAME_OK)
        fail(worker, CALL_REFUSED, pa);
}

static void alloc_many(struct worker *worker, uint64_t frames)
{
    struct bitframe_request request = {.frames = frames};
    uint64_t pas[BULK_MAX];
    uint64_t allocated;
    enter(worker);
    enum bitframe_status status = bitframe_shared_alloc_bulk(shared, cpu_number(), &request, pas, &allocated);
    leave(worker);
    if (status != BITFRAME_OK) {
        go_without(worker, status);
        return;
    }
    for (uint64_t i = 0; i < allocated; i++)
        keep(worker, pas[i]);
}

/** Frames next to each other, which are given back as single ones. */
static void alloc_small_run(struct worker *worker, uint64_t frames)
{
    struct bitframe_request request = {.frames = frames, .align = PAGE_SIZE << pick(worker, 4)};
    uint64_t pa;
    enter(worker);
    enum bitframe_status status = bitframe_shared_alloc_run(shared, cpu_number(), &request, &pa);
    leave(worker);
    if (status != BITFRAME_OK) {
        go_without(worker, status);
        return;
    }
    for (uint64_t i = 0; i < frames; i++)
        keep(worker, pa + i * PAGE_SIZE);
}

static void alloc_block(struct worker *worker)
{
    enter(worker);
    uint64_t pa = bitframe_shared_alloc_huge(shared, cpu_number());
    leave(worker);
    if (pa == 0)
        go_without(worker, BITFRAME_NONE);
    else if (own(worker, pa, RUN_FRAMES))
        worker->run_pa = pa;
}

static enum bitframe_status free_frames(uint64_t pa, uint64_t frames)
{
    if (frames == 1)
        return bitframe_shared_free(shared, cpu_number(), pa);
    if (frames == RUN_FRAMES)
        return bitframe_shared_free_huge(shared, cpu_number(), pa);
    return bitframe_shared_free_run(shared, cpu_number(), pa, frames);
}

static void give(struct worker *worker, uint64_t pa, uint64_t frames)
{
    if (!disown(worker, pa, frames))
        return;
    enter(worker);
    enum bitframe_status status = free_frames(pa, frames);
    leave(worker);
    if (status != BITFRAME_OK)
        fail(worker, CALL_REFUSED, pa);
}

static void give_run(struct worker *worker)
{
    uint64_t pa = worker->run_pa;
    uint64_t first_frames = pick(worker, 2) ? RUN_FRAMES : RUN_FRAMES / 2;
    worker->run_pa = 0;
    give(worker, pa, first_frames);
    if (first_frames < RUN_FRAMES)
        give(worker, pa + first_frames * PAGE_SIZE, RUN_FRAMES - first_frames);
}

static void give_one(struct worker *worker)
{
    uint64_t i = pick(worker, worker->held);
    uint64_t pa = worker->pas[i];
    worker->pas[i] = worker->pas[--worker->held];
    give(worker, pa, 1);
}

static void give_many(struct worker *worker, uint32_t frames)
{
    uint64_t freed;
    worker->held -= frames;
    uint64_t *pas = &worker->pas[worker->held];
    for (uint32_t i = 0; i < frames; i++)
        if (!disown(worker, pas[i], 1))
            return;
    enter(worker);
    enum bitframe_status status = bitframe_shared_free_bulk(shared, cpu_number(), pas, frames, 0, &freed);
    leave(worker);
    if (status != BITFRAME_OK || freed != frames)
        fail(worker, CALL_REFUSED, pas[0]);
}

/** Exchange a frame for one that somebody else took. */
static void exchange_one(struct worker *worker)
{
    uint64_t *mine = &worker->pas[pick(worker, worker->held)];
    if (!change_owner(worker, *mine, worker->name, GIVEN))
        return;
    *mine = __atomic_exchange_n(&gifts[pick(worker, GIFTS)], *mine, __ATOMIC_ACQ_REL);
    (void)change_owner(worker, *mine, GIVEN, worker->name);
}

/** Half of a CPU's single frames come from its stack, and go there. Interrupts have none. */
static bool uses_stack(struct worker *worker)
{
    return worker == &loads[cpu_number()].cpu && pick(worker, 2) != 0;
}

static void alloc_single(struct worker *worker)
{
    if (uses_stack(worker))
        alloc_from_stack(worker);
    else
        alloc_one(worker);
}

static void give_single(struct worker *worker)
{
    if (uses_stack(worker))
        give_to_stack(worker);
    else
        give_one(worker);
}

/** One thing or another that is possible. Runs of 2 MiB are rare: their owners' names take long. */
static void step(struct worker *worker)
{
    uint32_t room = HELD_MAX - worker->held;
    uint64_t frames = 1 + pick(worker, BULK_MAX);
    uint64_t choice = pick(worker, 64);
    if (choice < 12 && room >= 1)
        alloc_single(worker);
    else if (choice < 22 && room >= frames)
        alloc_many(worker, frames);
    else if (choice < 30 && room >= frames)
        alloc_small_run(worker, frames);
    else if (choice < 31 && worker->run_pa == 0)
        alloc_block(worker);
    else if (choice < 32 && worker->run_pa != 0)
        give_run(worker);
    else if (choice < 38 && worker->held >= 1)
        exchange_one(worker);
    else if (choice < 52 && worker->held >= frames)
        give_many(worker, (uint32_t)frames);
    else if (worker->held >= 1)
        give_single(worker);
    else
        alloc_one(worker);
}

static void give_all(struct worker *worker)
{
    if (worker->run_pa != 0)
        give_run(worker);
    while (worker->held >= 1 && worker->mishap == NO_MISHAP)
        give_one(worker);
}

/** What every interrupt does. */
static void interrupt_work_of_load(void)
{
    struct load *load = &loads[cpu_number()];
    load->amid += __atomic_load_n(&load->cpu.inside, __ATOMIC_RELAXED);
    for (uint64_t steps = 1 + pick(&load->interrupt, STEPS_MAX); steps > 0; steps--)
        if (load->interrupt.mishap == NO_MISHAP)
            step(&load->interrupt);
    __atomic_store_n(&load->interrupts, load->interrupts + 1, __ATOMIC_RELAXED);
}

/** Is this the CPU that a broken kernel is broken on? */
static bool is_broken_cpu(void)
{
    return cpu_number() == cpus_found() - 1;
}

/** A mistake in round @p round, in a kernel that is broken so. */
static void make_mistake(struct worker *worker, uint64_t round)
{
    if (round != ROUNDS / 2 || !is_broken_cpu() || worker->held == 0)
        return;
    if (BROKEN == BROKEN_FRAME_LOST && disown(worker, worker->pas[worker->held - 1], 1))
        worker->held--;
    if (BROKEN == BROKEN_FRAME_TWICE)
        (void)bitframe_shared_free(shared, cpu_number(), worker->pas[0]);
    if (BROKEN == BROKEN_STRAY_CALL)
        (void)bitframe_alloc(memory_pool());
    if (BROKEN == BROKEN_FRAME_CHANGED)
        *frame_words(__atomic_load_n(&gifts[0], __ATOMIC_RELAXED)) = 0;
}

/** All of the CPU's stack goes back to the pool. Interrupts are masked. */
static void drain_stack(struct load *load)
{
    if (BROKEN == BROKEN_STACK_KEPT && is_broken_cpu())
        return;
    if (frame_stack_spill(&load->stack, shared, cpu_number(), load->stack.frames) != BITFRAME_OK)
        fail(&load->cpu, CALL_REFUSED, 0);
}

/** The work of a CPU. */
static void work_of_load(void)
{
    struct load *load = &loads[cpu_number()];
    uint64_t enough = load->interrupts + INTERRUPTS_MIN;
    interrupts_start(PERIOD_MICROSECONDS);
    interrupts_unmask();
    for (uint64_t round = 0; round < ROUNDS && load->cpu.mishap == NO_MISHAP; round++) {
        make_mistake(&load->cpu, round);
        step(&load->cpu);
    }
    uint64_t deadline = clock_after(WAIT_MILLISECONDS);
    while (__atomic_load_n(&load->interrupts, __ATOMIC_RELAXED) < enough && clock_now() < deadline)
        ;
    interrupts_mask();
    interrupts_stop();
    give_all(&load->cpu);
    give_all(&load->interrupt);
    drain_stack(load);
}

static const char *mishap_name(enum mishap mishap)
{
    if (mishap == FRAME_TWICE)
        return "a frame that is somebody else's";
    if (mishap == FRAME_STRANGE)
        return "no frame of the pool";
    if (mishap == FRAME_CHANGED)
        return "a frame that has changed";
    if (mishap == CALL_REFUSED)
        return "a call was refused";
    return "no frames, although there are";
}

/** Has something from @p first to @p last happened to a worker? Prints what. */
static bool has_happened(enum mishap first, enum mishap last)
{
    bool found = false;
    for (uint32_t i = 0; i < 2 * CPUS_MAX; i++) {
        const struct worker *worker = i % 2 == 0 ? &loads[i / 2].cpu : &loads[i / 2].interrupt;
        if (worker->mishap < first || worker->mishap > last)
            continue;
        found = true;
        console_string("CPU ");
        console_decimal(i / 2);
        console_string(i % 2 == 0 ? ": " : ", in an interrupt: ");
        console_string(mishap_name(worker->mishap));
        console_string(", ");
        console_hex(worker->mishap_pa);
        console_string("\n");
    }
    return found;
}

/** Frames for the kernel's own use, zeroed, from the top of memory. */
static struct piece alloc_bytes(uint64_t bytes)
{
    struct bitframe_request request = {.frames = (bytes + PAGE_SIZE - 1) / PAGE_SIZE,
                                       .flags = BITFRAME_HIGHEST | BITFRAME_ZEROED};
    return (struct piece){run_alloc(&request), request.frames * PAGE_SIZE};
}

/** A table of owners for all frames between the lowest and the highest that were free at boot. */
static void make_owners(void)
{
    struct piece it;
    owners_first_pa = memory_free_at_boot(0).pa;
    for (unsigned i = 0; (it = memory_free_at_boot(i)).bytes != 0; i++)
        owners_frames = (it.pa + it.bytes - owners_first_pa) / PAGE_SIZE;
    table = alloc_bytes(owners_frames);
    owners = (uint8_t *)frame_words(table.pa);
}

/** Frames to exchange for others. */
static bool make_gifts(struct worker *worker)
{
    for (unsigned i = 0; i < GIFTS; i++) {
        alloc_one(worker);
        REQUIRE(worker->held == 1 && change_owner(worker, worker->pas[0], worker->name, GIVEN));
        worker->held = 0;
        gifts[i] = worker->pas[0];
    }
    worker->operations = 0;
    return true;
}

static bool share(enum bitframe_policy policy)
{
    const struct bitframe_share_options options = {.policy = policy, .cpus = cpus_found()};
    return bitframe_share(&shared, memory_pool(), &options, frame_words(storage.pa), storage.bytes) ==
           BITFRAME_OK;
}

static bool the_pool_is_shared(void)
{
    struct bitframe *pool = memory_pool();
    make_owners();
    storage = alloc_bytes(bitframe_get_share_bytes(pool, cpus_found()));

    free_at_first = bitframe_get_free_frames(pool);
    scarce = free_at_first < cpus_found() * (2 * WORKER_FRAMES + FRAME_STACK_MAX) + GIFTS;
    REQUIRE(share(BITFRAME_LOCAL));
    REQUIRE(bitframe_shared_get_free_frames(shared) == free_at_first);

    for (uint32_t i = 0; i < CPUS_MAX; i++) {
        loads[i].cpu.name = (uint8_t)(2 * i + 1);
        loads[i].interrupt.name = (uint8_t)(2 * i + 2);
        loads[i].cpu.random = UINT64_C(0x9E3779B97F4A7C15) * loads[i].cpu.name;
        loads[i].interrupt.random = UINT64_C(0x9E3779B97F4A7C15) * loads[i].interrupt.name;
    }
    interrupts_init(interrupt_work_of_load);
    return make_gifts(&loads[0].cpu);
}

static void print_loads(void)
{
    console_string("  CPU  operations  interrupts  operations in them  amid an operation\n");
    for (uint32_t i = 0; i < cpus_found(); i++) {
        console_decimal_in(6, i);
        console_decimal_in(12, loads[i].cpu.operations);
        console_decimal_in(12, loads[i].interrupts);
        console_decimal_in(20, loads[i].interrupt.operations);
        console_decimal_in(19, loads[i].amid);
        console_string("\n");
    }
}

/** Half of the rounds on frames that lie apart, and half where all want the same one: the lowest. */
static bool every_cpu_finishes(void)
{
    finished = cpus_run(work_of_load, END_MILLISECONDS) && bitframe_shared_check(shared) == BITFRAME_SOUND &&
               bitframe_check(bitframe_shared_begin_exclusive(shared)) == BITFRAME_SOUND &&
               share(BITFRAME_LOWEST) && cpus_run(work_of_load, END_MILLISECONDS);
    print_loads();
    REQUIRE(finished);
    return true;
}

static bool interrupts_come_amid_operations(void)
{
    uint64_t amid = 0;
    for (uint32_t i = 0; i < cpus_found(); i++) {
        REQUIRE(loads[i].interrupts >= 2 * INTERRUPTS_MIN);
        amid += loads[i].amid;
    }
    REQUIRE(amid != 0);
    return true;
}

static bool no_frame_is_held_twice(void)
{
    REQUIRE(!has_happened(FRAME_TWICE, FRAME_TWICE));
    return true;
}

static bool frames_are_what_their_owners_left(void)
{
    REQUIRE(!has_happened(FRAME_STRANGE, FRAME_CHANGED));
    return true;
}

static bool no_call_fails(void)
{
    REQUIRE(!has_happened(CALL_REFUSED, NO_FRAMES));
    return true;
}

/** All have given back what they had; what is left is in the words that frames were exchanged in. */
static bool no_frame_is_lost(void)
{
    REQUIRE(finished);
    for (unsigned i = 0; i < GIFTS; i++) {
        struct worker *worker = &loads[0].cpu;
        REQUIRE(change_owner(worker, gifts[i], GIVEN, worker->name));
        give(worker, gifts[i], 1);
    }
    for (uint64_t i = 0; i < owners_frames; i++)
        REQUIRE(owners[i] == NOBODY);
    REQUIRE(bitframe_shared_get_free_frames(shared) == free_at_first);
    return true;
}

static bool one_owner_finds_it_sound(void)
{
    REQUIRE(finished);
    const struct bitframe *pool = bitframe_shared_begin_exclusive(shared);
    REQUIRE(bitframe_check(pool) == BITFRAME_SOUND);
    REQUIRE(bitframe_get_free_frames(pool) == free_at_first);
    run_give(storage.pa, storage.bytes / PAGE_SIZE);
    run_give(table.pa, table.bytes / PAGE_SIZE);
    REQUIRE(bitframe_get_free_frames(pool) == memory_stats()->free_frames - frames_held());
    REQUIRE(frames_held() == mmu_table_frames());
    console_string("frames: ");
    console_decimal(bitframe_get_free_frames(pool));
    console_string(" free, as before\n");
    return true;
}

static const struct check checks[] = {
    {"the_pool_is_shared", the_pool_is_shared},
    {"every_cpu_finishes", every_cpu_finishes},
    {"interrupts_come_amid_operations", interrupts_come_amid_operations},
    {"no_frame_is_held_twice", no_frame_is_held_twice},
    {"frames_are_what_their_owners_left", frames_are_what_their_owners_left},
    {"no_call_fails", no_call_fails},
    {"no_frame_is_lost", no_frame_is_lost},
    {"one_owner_finds_it_sound", one_owner_finds_it_sound},
};

uint64_t checks_of_sharing(void)
{
    return checks_run(checks, sizeof(checks) / sizeof(checks[0]), 0);
}
