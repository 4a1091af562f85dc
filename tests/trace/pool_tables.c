/* SPDX-License-Identifier: MIT */
/* pool_tables.c - operations that change what a pool is: its reservations, its owner, who may call */
#include "pool_trace.h"

#include <string.h>

static bool reserve_range(struct trace *t, uint64_t pa, uint64_t bytes)
{
    struct answer got = {.status = pool_calls(t)->reserve(&world.pool, pa, bytes)};
    struct answer expected = {.status = model_reserve(&world.model, pa, bytes)};
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){pa, bytes}, got, expected);
    return is_ok(expected);
}

static uint64_t choose_reserved_bytes(struct trace *t)
{
    uint64_t cut = choose_below(t, 3) == 0 ? choose_below(t, FRAME) : 0;
    return cut + choose_skewed(t, world.model.frames / 8 + 2) * FRAME;
}

/** A length that may reach 2^64 and pass it, @p bytes as a rule. */
static uint64_t or_to_the_end(struct trace *t, uint64_t pa, uint64_t bytes)
{
    return one_in(t, 12) ? 0 - pa + choose_below(t, 4) - 1 : bytes;
}

void trace_reserve(struct trace *t)
{
    uint64_t pa = choose_pa(t);
    reserve_range(t, pa, or_to_the_end(t, pa, choose_reserved_bytes(t)));
}

/** A few frames here and a few there, until the table is full. */
void trace_reserve_many(struct trace *t)
{
    uint64_t most = 1 + choose_below(t, 4), apart = 1 + choose_below(t, 3);
    uint64_t i = choose_below(t, world.model.frames);
    for (int calls = 0; calls < 40 && i < world.model.frames && !trace_is_over(t);
         calls++, i += most + apart) {
        if (!reserve_range(t, world.model.number[i] * FRAME, (1 + choose_below(t, most)) * FRAME) &&
            world.model.state[i] == MODEL_FREE)
            return;
    }
}

void trace_unreserve(struct trace *t)
{
    uint64_t pa = choose_pa(t), bytes = choose_reserved_bytes(t), first, frames;
    if (!one_in(t, 4) && choose_piece(t, MODEL_RESERVED, &first, &frames)) {
        uint64_t skipped = 0;
        if (frames > 2 && one_in(t, 2)) { /* some that leave a rest on both sides */
            skipped = 1 + choose_below(t, frames - 2);
            frames--;
        } else if (one_in(t, 2)) {
            skipped = choose_below(t, frames);
        }
        pa = world.model.number[first + skipped] * FRAME;
        frames -= skipped;
        bytes = (one_in(t, 2) ? frames : 1 + choose_below(t, frames)) * FRAME;
    }
    bytes = or_to_the_end(t, pa, bytes);
    struct answer got = {.status = pool_calls(t)->unreserve(&world.pool, pa, bytes)};
    struct answer expected = {.status = model_unreserve(&world.model, pa, bytes)};
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){pa, bytes}, got, expected);
}

static enum bitframe_status expected_of_share(const struct bitframe_share_options *options,
                                              const void *storage, uint64_t bytes)
{
    if (!storage || (uintptr_t)storage % BITFRAME_SHARE_ALIGN != 0 || options->cpus == 0 ||
        options->cpus > BITFRAME_CPUS_MAX ||
        (options->policy != BITFRAME_LOWEST && options->policy != BITFRAME_LOCAL) || world.model.is_shared)
        return BITFRAME_INVALID;
    return bytes < bitframe_get_share_bytes(&world.pool, options->cpus) ? BITFRAME_NO_ROOM : BITFRAME_OK;
}

/** Share the pool, or try what is refused. Which CPU calls does not matter here: it is always CPU 0. */
void trace_share(struct trace *t)
{
    struct bitframe_share_options options = {.policy = BITFRAME_LOWEST, .cpus = 1};
    if (one_in(t, 4))
        options.cpus += (uint32_t)choose_below(t, 8);
    uint64_t bytes = bitframe_get_share_bytes(&world.pool, options.cpus), skipped = 0;
    struct guarded next = {0};
    char *storage = guarded_renew(&next, bytes, BITFRAME_SHARE_ALIGN);
    switch (choose_bytes(t, 1) % 64) {
    case 0: options.policy = (enum bitframe_policy)(2 + choose_below(t, 8)); break;
    case 1: options.cpus = one_in(t, 2) ? 0 : BITFRAME_CPUS_MAX + 1; break;
    case 2: skipped = 8 + 8 * choose_below(t, 15); break;
    case 3: bytes -= 1 + choose_below(t, bytes); break;
    default: break;
    }
    struct answer expected = {.status = expected_of_share(&options, storage + skipped, bytes)};
    struct answer got = {.status = pool_calls(t)->share(&world.pool, &options, storage + skipped, bytes)};
    if (is_ok(expected)) {
        if (world.storage.memory)
            guarded_close(world.storage.memory, world.storage.bytes);
        world.storage = next;
        world.model.is_shared = true;
    } else {
        guarded_close(next.memory, next.bytes);
    }
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){options.cpus, options.policy, skipped, bytes}, got, expected);
}

void trace_unshare(struct trace *t)
{
    const struct answer done = {.status = BITFRAME_OK};
    pool_calls(t)->unshare(&world.pool);
    world.model.is_shared = false;
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){0}, done, done);
}

/** The pool is lost, its metadata are not. It has one owner then. */
void trace_adopt(struct trace *t)
{
    memset(&world.pool, GARBAGE, sizeof(world.pool));
    model_adopt(&world.model);
    memset(world.records, 0, sizeof(world.records));
    struct answer got = {.status =
                             pool_calls(t)->adopt(&world.pool, world.metadata.memory, world.metadata.bytes)};
    pool_compare(t, (uint64_t[TRACE_ARGUMENTS]){world.metadata.bytes}, got,
                 (struct answer){.status = BITFRAME_OK});
    if (is_ok(got))
        pool_compare_all(t);
}
