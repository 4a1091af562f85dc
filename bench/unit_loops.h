/* SPDX-License-Identifier: MIT */
/*
 * unit_loops.h - the loops of one unit of memory, a frame or 2 MiB; loops.h includes it for each
 *
 * and defines UNIT, the beginning of the loops' names, ALLOC_ONE(cpu) and FREE_ONE(pa, cpu).
 */
LOOP uint64_t OF_UNIT(fill)(uint64_t calls)
{
    uint64_t sum = 0; /* keeps the answers */
    for (uint64_t i = 0; i < calls; i++)
        sum += ALLOC_ONE(BENCH_CPU);
    return sum;
}

LOOP void OF_UNIT(drain)(uint64_t pa, uint64_t step, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++) {
        (void)FREE_ONE(pa, BENCH_CPU);
        pa += step;
    }
}

LOOP void OF_UNIT(churn)(uint64_t *held, uint64_t pairs)
{
    for (uint64_t i = 0; i < pairs; i++) {
        (void)FREE_ONE(held[i], BENCH_CPU);
        held[i] = ALLOC_ONE(BENCH_CPU);
    }
}

LOOP void OF_UNIT(bursts)(uint64_t *held, uint64_t size, uint64_t bursts)
{
    for (; bursts != 0; bursts--, held += size) {
        for (uint64_t i = 0; i < size; i++)
            (void)FREE_ONE(held[i], BENCH_CPU);
        for (uint64_t i = 0; i < size; i++)
            held[i] = ALLOC_ONE(BENCH_CPU);
    }
}

LOOP void OF_UNIT(edges)(uint64_t a, uint64_t b, uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds; i++) {
        (void)ALLOC_ONE(BENCH_CPU);
        (void)ALLOC_ONE(BENCH_CPU);
        (void)FREE_ONE(a, BENCH_CPU);
        (void)FREE_ONE(b, BENCH_CPU);
    }
}

/* Those of several threads. */

LOOP void OF_UNIT(hold)(struct worker *self, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        self->held[i] = ALLOC_ONE(self->cpu);
    self->count = count;
}

LOOP void OF_UNIT(release)(struct worker *self)
{
    for (uint64_t i = 0; i < self->count; i++)
        self->refused |= (uint64_t)FREE_ONE(self->held[i], self->cpu);
    self->count = 0;
}

LOOP void OF_UNIT(cycle)(struct worker *self, uint64_t pairs)
{
    uint64_t burst = self->burst;
    uint64_t refused = 0;
    for (uint64_t done = 0; done < pairs; done += burst) {
        for (uint64_t i = 0; i < burst; i++)
            self->held[i] = ALLOC_ONE(self->cpu);
        for (uint64_t i = 0; i < burst; i++)
            refused |= (uint64_t)FREE_ONE(self->held[i], self->cpu);
    }
    self->refused |= refused;
}

LOOP void OF_UNIT(replace)(struct worker *self, uint64_t pairs)
{
    uint64_t refused = 0;
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t *which = &self->held[worker_random(self, self->count)];
        refused |= (uint64_t)FREE_ONE(*which, self->cpu);
        *which = ALLOC_ONE(self->cpu);
    }
    self->refused |= refused;
}

#undef UNIT
#undef ALLOC_ONE
#undef FREE_ONE
