/* SPDX-License-Identifier: MIT */
/*
 * bitframe/accept.h - memory that is accepted when it is first needed
 *
 * In a confidential guest (TDX, SEV-SNP) UEFI may leave most memory unaccepted: touching it is fatal until
 * the guest has accepted it, and to accept all of it at boot takes seconds. An acceptor keeps such frames
 * allocated, as its own, and gives them to the pool a unit at a time: a frame, or 2 MiB.
 *
 *     bitframe_map_import_uefi(&map, ...);
 *     bitframe_acceptor_init(&acceptor, &map, runs, 64, BITFRAME_HUGE_FRAMES, accept_memory, 0);
 *     bitframe_place(&map, &pa, &bytes);
 *     bitframe_init_map(&pool, &map, metadata, bytes);
 *     bitframe_acceptor_start(&acceptor, &pool);
 *     ...
 *     uint64_t frame = bitframe_accepting_alloc(&acceptor, &pool);
 *
 * For a run, ask the pool first and accept while it says that it has none.
 *
 * Safety: the calls with a pool are its owner's (bitframe/bitframe.h). Those with a shared pool are for any
 * CPU in any context in which the callback may run; none waits for another.
 */
#ifndef BITFRAME_ACCEPT_H
#define BITFRAME_ACCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/map.h>
#include <bitframe/shared.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Accept the memory [@p pa, @p pa + @p bytes): whole frames of one unit. It is called once for each.
 *
 * @return  Whether it may be touched now. If not, its frames stay allocated for good.
 */
typedef bool bitframe_accept_function(void *context, uint64_t pa, uint64_t bytes);

/** An acceptor. The caller provides the storage; the members are bitframe's. */
struct bitframe_acceptor {
    struct bitframe_map_run *runs; /* the caller's: what was unaccepted, ascending */
    uint64_t count;                /* runs */
    uint64_t unit_frames;          /* a power of two */
    bitframe_accept_function *accept;
    void *context;
    uint64_t units;           /* in all runs */
    uint64_t next_unit;       /* units before it are accepted, refused, or on the way */
    uint64_t total_frames;    /* in all units */
    uint64_t accepted_frames; /* given to the pool */
    uint64_t refused_frames;  /* refused by the callback */
};

/**
 * Take over the unaccepted memory of a map: it becomes RAM, reserved, so that the pool manages it and
 * nothing is placed there. Memory that is also reserved in another way stays so, and is never accepted: the
 * kernel must do that itself before it makes use of it.
 *
 * Call it when the map knows all that is in use, and before bitframe_place().
 *
 * @param acceptor     Filled in.
 * @param map          The map.
 * @param runs         Room for what is unaccepted, the acceptor's as long as it lives.
 * @param room         How many runs that is.
 * @param unit_frames  Frames to accept at a time, a power of two: 1, BITFRAME_HUGE_FRAMES for 2 MiB. Units
 *                     are aligned to their length; at the ends of memory they may be shorter.
 * @param accept       What accepts memory.
 * @param context      Given to it.
 *
 * @retval BITFRAME_OK       Done. There may be nothing to accept.
 * @retval BITFRAME_INVALID  A null pointer, or unit_frames is no power of two; nothing changed.
 * @retval BITFRAME_NO_ROOM  There are more than @p room runs, or the map's storage is too small: the map is
 *                           incomplete.
 *
 * @par Cost  O(ranges^2) for each run.
 */
enum bitframe_status bitframe_acceptor_init(struct bitframe_acceptor *acceptor, struct bitframe_map *map,
                                            struct bitframe_map_run *runs, uint64_t room,
                                            uint64_t unit_frames, bitframe_accept_function *accept,
                                            void *context);

/**
 * Make the unaccepted frames of a new pool the acceptor's: they are allocated instead of reserved.
 *
 * @param pool  Made of the map of bitframe_acceptor_init(), and neither shared nor debugged yet.
 *
 * @return  BITFRAME_OK; BITFRAME_INVALID for a null pointer; else that of the first bitframe_unreserve() or
 *          bitframe_alloc_at() that was refused: that run and those above stay reserved.
 */
enum bitframe_status bitframe_acceptor_start(struct bitframe_acceptor *acceptor, struct bitframe *pool);

/**
 * Accept the next unit, the lowest that is left, and free its frames. A unit that the callback refuses is
 * skipped.
 *
 * @return  Frames that are free now and were not; 0 if nothing is left to accept.
 */
uint64_t bitframe_accept(struct bitframe_acceptor *acceptor, struct bitframe *pool);

/** Allocate the lowest free frame; if there is none, accept some first. 0 if nothing is left to accept. */
uint64_t bitframe_accepting_alloc(struct bitframe_acceptor *acceptor, struct bitframe *pool);

/** bitframe_accept() of a shared pool, on CPU @p cpu. Two CPUs never accept the same unit. */
uint64_t bitframe_shared_accept(struct bitframe_acceptor *acceptor, struct bitframe_shared *shared,
                                uint32_t cpu);

/**
 * bitframe_accepting_alloc() of a shared pool, on CPU @p cpu. It may return 0 while another CPU accepts the
 * last units: those are free when that call returns.
 */
uint64_t bitframe_shared_accepting_alloc(struct bitframe_acceptor *acceptor, struct bitframe_shared *shared,
                                         uint32_t cpu);

/** Frames that nothing has accepted or refused yet. While other CPUs accept it is a little too high or low.
 * */
static inline uint64_t bitframe_get_unaccepted_frames(const struct bitframe_acceptor *acceptor)
{
    return acceptor->total_frames - __atomic_load_n(&acceptor->accepted_frames, __ATOMIC_RELAXED) -
           __atomic_load_n(&acceptor->refused_frames, __ATOMIC_RELAXED);
}

#ifdef __cplusplus
}
#endif

#endif
