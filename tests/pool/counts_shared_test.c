/* SPDX-License-Identifier: MIT */
/* counts_shared_test.c - references that every CPU gets and drops */
#include <criterion/criterion.h>

#include <pthread.h>

#include <bitframe/counts.h>

#include "test_pool.h"

enum { CPUS = 4, ROUNDS = 200, HELD = 32 };

#define BASE GIB

static struct bitframe pool;
static struct guarded metadata, memory, slots;
static struct bitframe_array array;
static struct bitframe_shared *shared;
static uint64_t held[HELD];
static uint64_t last_ones;
static pthread_barrier_t barrier;

static void make_array(uint64_t element_bytes)
{
    uint64_t bytes = 0;
    cr_assert_eq(bitframe_array_get_bytes(&pool, element_bytes, &bytes), BITFRAME_OK);
    guarded_renew(&memory, bytes, BITFRAME_ARRAY_ALIGN);
    cr_assert_eq(bitframe_array_init(&array, &pool, element_bytes, memory.memory, bytes), BITFRAME_OK);
}

static uint32_t *count_at(uint64_t pa)
{
    return bitframe_array_at(&array, pa);
}

/** Each frame that a CPU allocates gets a reference for each of the others, and each CPU drops one. */
static void *drop_references(void *argument)
{
    uint32_t cpu = *(const uint32_t *)argument;
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (cpu == 0) {
            for (unsigned i = 0; i < HELD; i++) {
                held[i] = bitframe_shared_alloc_counted(shared, cpu, &array);
                cr_assert_neq(held[i], 0);
                cr_assert_eq(*count_at(held[i]), 1);
                for (unsigned other = 1; other < CPUS; other++)
                    cr_assert(bitframe_shared_ref_get(count_at(held[i])));
            }
        }
        pthread_barrier_wait(&barrier);
        for (unsigned i = 0; i < HELD; i++) {
            cr_assert(bitframe_shared_ref_get(count_at(held[i])));
            cr_assert_eq(bitframe_shared_put_counted(shared, cpu, &array, held[i]), BITFRAME_OK);
            if (bitframe_shared_ref_put(count_at(held[i]))) {
                cr_assert_eq(bitframe_shared_free(shared, cpu, held[i]), BITFRAME_OK);
                __atomic_fetch_add(&last_ones, 1, __ATOMIC_RELAXED);
            }
        }
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

Test(counts_shared, one_cpu_of_many_drops_the_last)
{
    guarded_plain_pool(&pool, &metadata, BASE, 1000 * FRAME);
    make_array(4);
    shared = guarded_share(&pool, &slots, BITFRAME_LOWEST, CPUS);
    cr_assert_eq(pthread_barrier_init(&barrier, NULL, CPUS), 0);
    pthread_t threads[CPUS];
    uint32_t cpus[CPUS];
    for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
        cpus[cpu] = cpu;
        cr_assert_eq(pthread_create(&threads[cpu], NULL, drop_references, &cpus[cpu]), 0);
    }
    for (uint32_t cpu = 0; cpu < CPUS; cpu++)
        cr_assert_eq(pthread_join(threads[cpu], NULL), 0);
    cr_expect_eq(last_ones, ROUNDS * HELD);
    cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
    cr_expect_eq(bitframe_get_free_frames(&pool), 1000);
    ASSERT_SOUND(&pool);
}

Test(counts_shared, refusals)
{
    guarded_plain_pool(&pool, &metadata, BASE, 2 * FRAME);
    make_array(8);
    shared = guarded_share(&pool, &slots, BITFRAME_LOWEST, CPUS);
    cr_expect_eq(bitframe_shared_alloc_counted(shared, 0, &array), 0);
    cr_expect_eq(bitframe_shared_put_counted(shared, 0, &array, BASE), BITFRAME_INVALID);
    cr_assert_eq(bitframe_shared_begin_exclusive(shared), &pool);
    cr_expect_eq(bitframe_get_free_frames(&pool), 2);
    make_array(4);
    bitframe_shared_end_exclusive(shared);
    cr_expect_eq(bitframe_shared_alloc_counted(shared, 0, &array), BASE);
    cr_expect_eq(bitframe_shared_alloc_counted(shared, 1, &array), BASE + FRAME);
    cr_expect_eq(bitframe_shared_alloc_counted(shared, 2, &array), 0);
    cr_expect_eq(bitframe_shared_put_counted(shared, 1, &array, BASE + 2 * FRAME), BITFRAME_UNMANAGED);
    cr_expect_eq(bitframe_shared_put_counted(shared, 1, &array, BASE + 1), BITFRAME_MISALIGNED);
    cr_expect_eq(bitframe_shared_put_counted(shared, 1, &array, BASE), BITFRAME_OK);
    cr_expect_eq(bitframe_shared_put_counted(shared, 1, &array, BASE), BITFRAME_DOUBLE_FREE);
    *count_at(BASE) = 1; /* which the kernel says of a free frame */
    cr_expect_eq(bitframe_shared_put_counted(shared, 1, &array, BASE), BITFRAME_DOUBLE_FREE);
    cr_expect_eq(*count_at(BASE), 1);
    *count_at(BASE + FRAME) = BITFRAME_REF_SATURATED;
    cr_expect_eq(bitframe_shared_put_counted(shared, 1, &array, BASE + FRAME), BITFRAME_OK);
    cr_expect_eq(bitframe_shared_get_free_frames(shared), 1, "a saturated frame is never free");
}
