/* SPDX-License-Identifier: MIT */
/*
 * cores.c - finding cores, starting them, and giving them work
 *
 * A core comes up as the first one did, with its MMU off: boot.S takes it from there to core_main() with the
 * first one's tables, on stacks of its own. Only then does it touch what others write.
 */
#include "cores.h"

#include <bitframe/platform.h>

#include "interrupts.h"
#include "kernel.h"
#include "mmu.h"
#include "platform.h"

#define START_MILLISECONDS 2000

void core_main(void);
extern const char secondary_entry[];

/** What boot.S reads on a core whose caches are off. Written while the first core's were off, and never
 * after. */
struct core_list {
    uint64_t root_pa;
    uint64_t mpidrs[CORES_MAX];
};
extern struct core_list core_list;

struct core_list core_list __attribute__((aligned(128)));
static struct core cores[CORES_MAX];
static uint32_t found;

/* The work at hand, and how often there has been some. */
static void (*job)(void);
static uint32_t jobs;

struct core *core_at(uint32_t number)
{
    return &cores[number];
}

void cores_find(void)
{
    struct stretch tree = memory_resident(RESIDENT_TREE);
    core_list.mpidrs[0] = read_register(mpidr_el1) & MPIDR_AFFINITY;
    found = board_find_cores(tree.bytes != 0 ? (const void *)tree.pa : 0, core_list.mpidrs, CORES_MAX);
}

void cores_use_tables(uint64_t root_pa)
{
    core_list.root_pa = root_pa;
}

uint32_t cores_found(void)
{
    return found;
}

bool core_runs(uint32_t number)
{
    return number == 0 || __atomic_load_n(&cores[number].started, __ATOMIC_ACQUIRE);
}

uint32_t cores_start(void)
{
    cores[0].zva_block_bytes = bitframe_zva_block_bytes();
    uint64_t deadline = clock_after(START_MILLISECONDS);
    uint32_t running = 1;
    for (uint32_t i = 1; i < found; i++)
        (void)board_start_core(core_list.mpidrs[i], image_pa(secondary_entry));
    for (uint32_t i = 1; i < found; i++) {
        while (!core_runs(i) && clock_now() < deadline)
            ;
        running += core_runs(i);
    }
    return running;
}

/** Called by boot.S on every core but the first, in the linear map. */
void core_main(void)
{
    struct core *core = core_self();
    mmu_leave_identity();
    platform_enable_simd();
    core->zva_block_bytes = bitframe_zva_block_bytes();
    __atomic_store_n(&core->started, true, __ATOMIC_RELEASE);
    for (;;) {
        while (__atomic_load_n(&jobs, __ATOMIC_ACQUIRE) == core->jobs)
            __asm__ volatile("wfe");
        job();
        __atomic_store_n(&core->jobs, core->jobs + 1, __ATOMIC_RELEASE);
    }
}

bool cores_run(void (*work)(void), uint64_t milliseconds)
{
    job = work;
    uint32_t number = __atomic_add_fetch(&jobs, 1, __ATOMIC_RELEASE);
    dsb(ish);
    __asm__ volatile("sev");
    work();

    uint64_t deadline = clock_after(milliseconds);
    for (uint32_t i = 1; i < found; i++) {
        if (!core_runs(i))
            continue;
        while (__atomic_load_n(&cores[i].jobs, __ATOMIC_ACQUIRE) != number)
            if (clock_now() >= deadline)
                return false;
    }
    return true;
}

uint32_t cores_zva_block_bytes(void)
{
    uint32_t smallest = cores[0].zva_block_bytes;
    for (uint32_t i = 1; i < found; i++)
        if (core_runs(i) && cores[i].zva_block_bytes < smallest)
            smallest = cores[i].zva_block_bytes;
    return smallest;
}
