/* SPDX-License-Identifier: MIT */
/*
 * cpus.c - finding CPUs, starting them, and giving them work
 *
 * A CPU comes up as the first one did, with its MMU off: boot.S takes it from there to cpu_main() with the
 * first one's tables, on stacks of its own. Only then does it touch what others write.
 */
#include "cpus.h"

#include <bitframe/platform.h>

#include "interrupts.h"
#include "kernel.h"
#include "mmu.h"
#include "platform.h"

#define START_MILLISECONDS 2000

void cpu_main(void);
extern const char secondary_entry[];

/** What boot.S reads on a CPU whose caches are off. Written while the first CPU's were off, and never
 * after. */
struct cpu_list {
    uint64_t root_pa;
    uint64_t mpidrs[CPUS_MAX];
};
extern struct cpu_list cpu_list;

struct cpu_list cpu_list __attribute__((aligned(128)));
static struct cpu cpus[CPUS_MAX];
static uint32_t found;

/* The work at hand, and how often there has been some. */
static void (*job)(void);
static uint32_t jobs;

struct cpu *cpu_at(uint32_t number)
{
    return &cpus[number];
}

void cpus_find(void)
{
    struct piece tree = memory_resident(RESIDENT_TREE);
    cpu_list.mpidrs[0] = read_register(mpidr_el1) & MPIDR_AFFINITY;
    found = board_find_cpus(tree.bytes != 0 ? (const void *)tree.pa : 0, cpu_list.mpidrs, CPUS_MAX);
}

void cpus_use_tables(uint64_t root_pa)
{
    cpu_list.root_pa = root_pa;
}

uint32_t cpus_found(void)
{
    return found;
}

bool cpu_runs(uint32_t number)
{
    return number == 0 || __atomic_load_n(&cpus[number].started, __ATOMIC_ACQUIRE);
}

uint32_t cpus_start(void)
{
    cpus[0].zva_block_bytes = bitframe_get_zva_block_bytes();
    uint64_t deadline = clock_after(START_MILLISECONDS);
    uint32_t running = 1;
    for (uint32_t i = 1; i < found; i++)
        (void)board_start_cpu(cpu_list.mpidrs[i], image_pa(secondary_entry));
    for (uint32_t i = 1; i < found; i++) {
        while (!cpu_runs(i) && clock_now() < deadline)
            ;
        running += cpu_runs(i);
    }
    return running;
}

/** Called by boot.S on every CPU but the first, in the linear map. */
void cpu_main(void)
{
    struct cpu *cpu = cpu_self();
    mmu_leave_identity();
    platform_enable_simd();
    cpu->zva_block_bytes = bitframe_get_zva_block_bytes();
    __atomic_store_n(&cpu->started, true, __ATOMIC_RELEASE);
    for (;;) {
        while (__atomic_load_n(&jobs, __ATOMIC_ACQUIRE) == cpu->jobs)
            __asm__ volatile("wfe");
        job();
        __atomic_store_n(&cpu->jobs, cpu->jobs + 1, __ATOMIC_RELEASE);
    }
}

bool cpus_run(void (*work)(void), uint64_t milliseconds)
{
    job = work;
    uint32_t number = __atomic_add_fetch(&jobs, 1, __ATOMIC_RELEASE);
    dsb(ish);
    __asm__ volatile("sev");
    work();

    uint64_t deadline = clock_after(milliseconds);
    for (uint32_t i = 1; i < found; i++) {
        if (!cpu_runs(i))
            continue;
        while (__atomic_load_n(&cpus[i].jobs, __ATOMIC_ACQUIRE) != number)
            if (clock_now() >= deadline)
                return false;
    }
    return true;
}

uint32_t cpus_zva_block_bytes(void)
{
    uint32_t smallest = cpus[0].zva_block_bytes;
    for (uint32_t i = 1; i < found; i++)
        if (cpu_runs(i) && cpus[i].zva_block_bytes < smallest)
            smallest = cpus[i].zva_block_bytes;
    return smallest;
}
