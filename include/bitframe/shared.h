/* SPDX-License-Identifier: MIT */
/*
 * bitframe/shared.h - one pool for all CPUs
 *
 * A pool begins with one owner. Once memory is Normal and cacheable, and before other CPUs start, the owner
 * calls bitframe_share(). From then on every CPU allocates and frees through struct bitframe_shared, in any
 * context, interrupts and NMIs included. No call locks, waits or masks anything. No frame is kept back for a
 * CPU: any CPU can allocate the last free frame of the pool.
 *
 *     static _Alignas(BITFRAME_SHARE_ALIGN) char storage[BITFRAME_SHARE_BYTES(4, WORDS)];
 *     struct bitframe_share_options options = {.policy = BITFRAME_LOCAL, .cpus = 4};
 *     struct bitframe_shared *shared;
 *     if (bitframe_share(&shared, &pool, &options, storage, sizeof(storage)) != BITFRAME_OK)
 *         panic("share");
 *     uint64_t pa = bitframe_shared_alloc(shared, cpu);
 *     enum bitframe_status status = bitframe_shared_free(shared, cpu, pa);
 *
 * A call that needs the number of the calling CPU takes it as cpu, from 0 to cpus - 1. A wrong number costs
 * only speed. docs/concurrency.md says why the calls are right.
 *
 * Safety: "any context" means that a call may overlap in any way with others on the same pool, on the same
 * CPU too: one call may interrupt another at any instruction. "Exclusive access" means that no other call on
 * the pool may be running.
 *
 * The owner's calls: while a pool is shared, calls of the other headers that change it panic with a sentence.
 * Calls that change tables (reserve, unreserve, offline, online), audit (bitframe_check()) or count
 * (<bitframe/stats.h>) need bitframe_shared_begin_exclusive() before and bitframe_shared_end_exclusive()
 * after. Three calls are for any context: bitframe_get_total_frames(), bitframe_get_reserved_frames() and
 * bitframe_get_offline_in_use().
 *
 * Refusals: a call cannot undo a free once another CPU may have allocated the frame. So
 * bitframe_shared_free_bulk() without BITFRAME_PARTIAL and bitframe_shared_free_run() look at all frames
 * first, and change nothing if they must refuse one. They notice too late that the list has a frame twice, or
 * that another CPU frees one meanwhile: then the other frames are free, *freed says how many, and the status
 * is BITFRAME_DOUBLE_FREE. A refused bitframe_shared_alloc_bulk() may have written to pas.
 *
 * "None": BITFRAME_NONE was true at some instant of the call: no frame, no run, or not so many frames were
 * free then. Before a call returns it, it looks at the whole bitmap. If another CPU frees frames meanwhile,
 * it looks once more. If that happens again, the answer is BITFRAME_BUSY: there may be such frames, and the
 * caller may ask again. A refusal is remembered: until a CPU frees a frame, a request for no less is refused
 * without a look.
 *
 * Bounds: every call ends after a number of steps that depends only on the pool, the request and the number
 * of CPUs. docs/concurrency.md has the numbers.
 *
 * Lists of free pages per CPU: a pool under BITFRAME_LOCAL needs none; docs/all-cpus.md has times. A kernel
 * that wants a stack of frames per CPU keeps it itself, as examples/kernel/frame_stack.c does.
 *
 * Differences from a pool with one owner: bitframe_shared_alloc_huge() follows the policy, as single frames do. The
 * frames of a bulk request may be in no order while other CPUs free. bitframe_shared_alloc_bulk() with
 * BITFRAME_PARTIAL allocates only frames that the index knows. A call in flight, or one that stopped for
 * ever, may hide others, which are left to the next request.
 */
#ifndef BITFRAME_SHARED_H
#define BITFRAME_SHARED_H

#include <bitframe/bitframe.h>
#include <bitframe/check.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Most CPUs that can share a pool. */
#define BITFRAME_CPUS_MAX 4096

/** Alignment of the storage of a shared pool, bytes: two cache lines, since some machines fetch pairs. */
#define BITFRAME_SHARE_ALIGN 128

/** The free frame that a request for one frame gets. */
enum bitframe_policy {
    BITFRAME_LOWEST, /**< The lowest. Exact while calls do not overlap. */
    /**
     * One near the last frame of the CPU, and away from those of other CPUs while there is room. The same
     * holds for bitframe_shared_alloc_bulk() without limits; its frames are then in no order.
     */
    BITFRAME_LOCAL,
};

/** The choices of bitframe_share(). */
struct bitframe_share_options {
    enum bitframe_policy policy; /**< The frame that a request for one frame gets. */
    uint32_t cpus;               /**< CPU numbers are 0 to this - 1; 1 to BITFRAME_CPUS_MAX. */
};

/**
 * A shared pool. It lies in the storage of bitframe_share(), and refers to its pool by distance. Pool,
 * metadata and storage may be at other virtual addresses later, if all three move by the same amount.
 */
struct bitframe_shared;

/** Bytes that bitframe_share() needs for a pool whose bitmap has @p words words, as a constant expression. */
#define BITFRAME_SHARE_BYTES(cpus, words) ((uint64_t)(cpus)*128 + ((uint64_t)(words) / 4096 + 1) * 64 + 768)

/** Bytes that bitframe_share() needs for @p pool and @p cpus CPUs: 128 for each, 64 a GiB, and 832. */
uint64_t bitframe_get_share_bytes(const struct bitframe *pool, uint32_t cpus);

/**
 * Share a pool among all CPUs.
 *
 * @param shared   Becomes the shared pool: the start of @p storage.
 * @param pool     The pool. The owner's calls panic on it from now on.
 * @param storage  Memory for the data of each CPU, BITFRAME_SHARE_ALIGN-aligned, the shared pool's as long as
 *                 it lives.
 * @param bytes    Its length, at least bitframe_get_share_bytes(pool, options->cpus).
 *
 * @retval BITFRAME_OK           From now on any CPU may call.
 * @retval BITFRAME_INVALID      A null pointer, misaligned storage, a number of CPUs or policy out of range,
 *                               or a pool that is shared already; nothing changed.
 * @retval BITFRAME_NO_ROOM      @p bytes is too small; nothing changed.
 * @retval BITFRAME_UNSUPPORTED  The pool is debugged (<bitframe/debug.h>); nothing changed.
 *
 * @par Safety  The pool's owner, before any other CPU knows of it. Memory of pool, metadata and storage must
 *              be Normal, Inner Shareable and cacheable for every CPU: exclusives and LSE atomics need that.
 * @par Cost    Writes the storage.
 */
enum bitframe_status bitframe_share(struct bitframe_shared **shared, struct bitframe *pool,
                                    const struct bitframe_share_options *options, void *storage,
                                    uint64_t bytes);

/**
 * Give the pool to the caller alone. Until bitframe_shared_end_exclusive() the owner's calls work on it, and
 * no call of a shared pool may be made. A caller that never calls bitframe_shared_end_exclusive() ends the
 * sharing: the pool is its owner's again, and the storage is the caller's.
 *
 * The call makes index and counts again from the bitmap. So it also repairs the index after a CPU that
 * stopped for ever inside a call. Frames that this CPU was moving stay allocated.
 *
 * @return  The pool.
 *
 * @par Safety  Exclusive access, until the end.
 * @par Cost    Reads the bitmap and writes the index.
 */
struct bitframe *bitframe_shared_begin_exclusive(struct bitframe_shared *shared);

/**
 * Share the pool again, after bitframe_shared_begin_exclusive(). Panics if the pool is debugged, or was
 * extended meanwhile: an extended pool needs new storage, and bitframe_share().
 *
 * @par Safety  Exclusive access. From now on any CPU may call.
 * @par Cost    Reads the tables and each CPU's counts.
 */
void bitframe_shared_end_exclusive(struct bitframe_shared *shared);

/*
 * The calls of every CPU, in any context. None waits, and each ends within a bound. cpu is the number of the
 * calling CPU.
 */

/**
 * Allocate a frame. The call does not touch it.
 *
 * @return  The frame's PA. 0: at some instant of the call no frame was free; or the call does not know, since
 *          other CPUs freed frames during each of two looks at the whole bitmap.
 *          (bitframe_shared_alloc_run() for one frame tells the two apart.)
 *
 * @par Cost    One atomic read-modify-write on the bitmap and one on the CPU's own line, as a rule.
 */
uint64_t bitframe_shared_alloc(struct bitframe_shared *shared, uint32_t cpu);

/**
 * Free a frame. Any CPU may have allocated it.
 *
 * @return  The statuses of bitframe_free().
 *
 * @par Cost    As bitframe_shared_alloc().
 */
enum bitframe_status bitframe_shared_free(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa);

/**
 * Allocate a huge frame: BITFRAME_HUGE_FRAMES frames aligned to their size, 2 MiB with 4 KiB frames.
 *
 * @return  Its PA, or 0 as of bitframe_shared_alloc().
 *
 * @par Cost    An atomic read-modify-write per 64 frames, and the index over them. A refusal as
 *              bitframe_shared_alloc_run().
 */
uint64_t bitframe_shared_alloc_huge(struct bitframe_shared *shared, uint32_t cpu);

/**
 * Free a huge frame, as bitframe_shared_free_run() does. But BITFRAME_MISALIGNED comes first of all statuses,
 * and says that @p pa is no multiple of the size of a huge frame.
 */
enum bitframe_status bitframe_shared_free_huge(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa);

/**
 * Allocate a block of 2^@p order frames, aligned to its size. Order 0 is bitframe_shared_alloc(), the order of
 * a huge frame (9) bitframe_shared_alloc_huge(), every other bitframe_shared_alloc_run().
 *
 * @return  Its PA, or 0 as of bitframe_shared_alloc(). 0 also if the block would have 2^64 bytes or more.
 */
uint64_t bitframe_shared_alloc_order(struct bitframe_shared *shared, uint32_t cpu, unsigned order);

/** Free a block. Statuses are those of bitframe_free_order(); cost as of the call for a run of that length. */
enum bitframe_status bitframe_shared_free_order(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa,
                                                unsigned order);

/**
 * Allocate the lowest run that answers the request, or the highest if it says so.
 *
 * @param request  As of bitframe_alloc_run().
 * @param pa       Becomes the PA of its first frame.
 *
 * @retval BITFRAME_OK       The run is the caller's.
 * @retval BITFRAME_NONE     At some instant of the call no run of free frames answered; nothing changed.
 * @retval BITFRAME_BUSY     The call does not know whether one answers, since other CPUs freed frames during
 *                           each look for it; nothing changed.
 * @retval BITFRAME_INVALID  A null pointer, no frames, an align or a boundary that is no power of two, or
 *                           unknown flags; nothing changed.
 *
 * @par Cost    A search as that of bitframe_alloc_run(), and an atomic read-modify-write per 64 frames. A
 *              refusal passes over the whole bitmap. Until a CPU frees a frame, the same request is then
 *              refused for a read of each CPU's count.
 */
enum bitframe_status bitframe_shared_alloc_run(struct bitframe_shared *shared, uint32_t cpu,
                                               const struct bitframe_request *request, uint64_t *pa);

/**
 * Free a run of frames, or any part of one.
 *
 * @return  The statuses of bitframe_free_run(). BITFRAME_DOUBLE_FREE may come late: see "Refusals" above.
 *
 * @par Cost    One atomic read-modify-write per 64 frames, and the index over them.
 */
enum bitframe_status bitframe_shared_free_run(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa,
                                              uint64_t frames);

/**
 * Allocate exactly the @p frames frames from the one at @p pa on.
 *
 * @return  The statuses of bitframe_alloc_at().
 *
 * @par Cost    One atomic read-modify-write per 64 frames, and the index over them.
 */
enum bitframe_status bitframe_shared_alloc_at(struct bitframe_shared *shared, uint32_t cpu, uint64_t pa,
                                              uint64_t frames);

/**
 * Allocate every free frame that [@p first_pa, @p end_pa) touches, as bitframe_alloc_range() does.
 *
 * @return  How many frames the call allocated.
 *
 * @par Cost    One load per 64 frames, an atomic read-modify-write where any are free, and the index over
 *              them.
 */
uint64_t bitframe_shared_alloc_range(struct bitframe_shared *shared, uint32_t cpu, uint64_t first_pa,
                                     uint64_t end_pa);

/**
 * Allocate many single frames at once.
 *
 * @param request    As of bitframe_alloc_bulk().
 * @param pas        Room for as many addresses as the request has frames.
 * @param allocated  Becomes how many were allocated.
 *
 * @retval BITFRAME_OK       The frames are the caller's; at least one.
 * @retval BITFRAME_NONE     At some instant of the call fewer frames were free within the limits, or none;
 *                           nothing changed but *allocated, which is 0, and pas.
 * @retval BITFRAME_BUSY     The call does not know whether as many are free, since other CPUs allocated or
 *                           freed frames during each look; nothing changed but *allocated and pas.
 * @retval BITFRAME_INVALID  A null pointer, no frames, an align above a frame, a boundary, or unknown flags;
 *                           nothing changed.
 *
 * @par Cost    One atomic read-modify-write per word of 64 frames that gives any, its index bits, and a store
 *              per address. Without BITFRAME_PARTIAL frames are counted first, up to the number wanted, and a
 *              refusal costs as that of bitframe_shared_alloc_run().
 */
enum bitframe_status bitframe_shared_alloc_bulk(struct bitframe_shared *shared, uint32_t cpu,
                                                const struct bitframe_request *request, uint64_t *pas,
                                                uint64_t *allocated);

/**
 * Free many single frames at once, in any order, as bitframe_free_bulk() does. But this call cannot undo a
 * free. So it finds a frame that @p pas has twice only as it frees it. Then all frames are free, and *freed
 * says how many.
 *
 * @param flags  0: all or none. BITFRAME_PARTIAL: all that can be, the others skipped.
 * @param freed  Becomes how many were freed.
 *
 * @return  The statuses of bitframe_free_bulk().
 *
 * @par Cost    One atomic read-modify-write per run of frames within a word, and its index bits.
 */
enum bitframe_status bitframe_shared_free_bulk(struct bitframe_shared *shared, uint32_t cpu,
                                               const uint64_t *pas, uint64_t frames, uint32_t flags,
                                               uint64_t *freed);

/**
 * Free frames, as a sum over all CPUs: exact while no call is in flight.
 *
 * @par Cost    Two loads for each CPU.
 */
uint64_t bitframe_shared_get_free_frames(const struct bitframe_shared *shared);

/**
 * Verify a shared pool as its calls have left it. Checks tables and bitmap as bitframe_check() does, that no
 * bit is missing in the index, and that the counts agree with the bitmap. (bitframe_check() cannot do this:
 * bitframe_shared_begin_exclusive() makes the index again before it.)
 *
 * @return  BITFRAME_SOUND, or the first invariant found broken.
 *
 * @par Safety  Exclusive access, and no CPU has stopped in the middle of a call.
 * @par Cost    Reads the bitmap four times and the index once.
 */
enum bitframe_invariant bitframe_shared_check(const struct bitframe_shared *shared);

#ifdef __cplusplus
}
#endif

#endif
