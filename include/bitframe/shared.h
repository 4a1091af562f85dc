/* SPDX-License-Identifier: MIT */
/*
 * bitframe/shared.h - one pool for all cores
 *
 * A pool begins with one owner. Once memory is Normal and cacheable and other cores are about to start,
 * bitframe_share() makes it everybody's: from then on frames are taken and given back by any core, in any
 * context, interrupts and NMIs included, and nobody locks, waits or masks anything. Nothing is held back for
 * a core either: the last free frame of the pool is any core's.
 *
 * The calls are those of <bitframe/bitframe.h>, and here two that name the core. docs/concurrency.md says why
 * they are right.
 *
 * Safety: "any context" means that a call may overlap in any way with others on the same pool, also on the
 * same core, where it may be interrupted by another call at any instruction. Any context: bitframe_take(),
 * bitframe_free(), bitframe_take_run(), bitframe_claim(), bitframe_free_run(), bitframe_take_bulk(),
 * bitframe_free_bulk(), bitframe_take_range(), bitframe_free_frames(), and what is marked so here. Every
 * other call needs exclusive access: no other call on the pool may be running. These are the calls that
 * change tables (reserve, unreserve, offline, online), bitframe_check() and the figures of
 * <bitframe/figures.h>. They leave a shared pool shared; the first four rebuild the index each time.
 * bitframe_offline_in_use() is for any context. bitframe_extend() wants an unshared pool.
 *
 * Refusals: what others may have taken cannot be undone, nor what they free be known beforehand. So on a
 * shared pool bitframe_free_bulk() without BITFRAME_PARTIAL and bitframe_free_run() look at all frames first
 * and change nothing if they have to refuse one; but a frame that the list holds twice, or that somebody else
 * frees meanwhile, they find out late: then the others are free, *freed says how many, and the status is
 * BITFRAME_DOUBLE_FREE. And a bitframe_take_bulk() that is refused may have written to pas.
 *
 * "None": BITFRAME_NONE is true of some instant of the call, whatever was asked for: no frame, no run, or not
 * so many frames were free then. Before it says so a call looks at the whole bitmap. If another CPU gives
 * frames back meanwhile it looks once more, and if another CPU does so again, the answer is BITFRAME_BUSY:
 * there may be what was asked for, and the caller may ask again. bitframe_take() and bitframe_take_on()
 * answer 0 in both cases; bitframe_take_run() for one frame tells them apart. A refusal is remembered: until
 * the next frame is given back, a request that asks for no less is refused without a look.
 *
 * Bounds: every call ends after a number of steps that depends on the pool, the request and the number of
 * CPUs alone, whatever other CPUs do. docs/concurrency.md has the numbers.
 *
 * Lists of free pages per CPU: a pool under BITFRAME_LOCAL needs none; docs/porting.md has the figures. A
 * kernel that wants a stack of frames per CPU keeps it itself, as examples/kernel/frame_stack.c does.
 *
 * Not quite as with one owner: a request for 2 MiB follows the policy as single frames do. Of bulk takes
 * while others free, the frames may be in no order. And a bitframe_take_bulk() with BITFRAME_PARTIAL takes
 * what the index knows of: frames that a call in flight, or one that stopped for ever, hides are left to the
 * next request.
 */
#ifndef BITFRAME_SHARED_H
#define BITFRAME_SHARED_H

#include <bitframe/bitframe.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Most cores that a pool is shared by. */
#define BITFRAME_CORES_MAX 4096

/** Alignment of the storage of a shared pool, bytes: two cache lines, since some machines fetch pairs. */
#define BITFRAME_SHARE_ALIGN 128

/** Which free frame a single-frame request gets. */
enum bitframe_policy {
    BITFRAME_LOWEST, /**< The lowest: exactly so as long as calls do not overlap. */
    /**
     * One near the last that the core got, apart from other cores' as long as can be. So with
     * bitframe_take_bulk() without limits; its frames are in no order then.
     */
    BITFRAME_LOCAL,
};

/** How a pool is to be shared. */
struct bitframe_share_options {
    enum bitframe_policy policy; /**< Which frame a single-frame request gets. */
    uint32_t cores;              /**< Core numbers are 0 to this - 1; 1 to BITFRAME_CORES_MAX. */
};

/** Bytes that bitframe_share() needs for a pool whose bitmap has @p words words, as a constant expression. */
#define BITFRAME_SHARE_BYTES(cores, words) ((uint64_t)(cores)*128 + ((uint64_t)(words) / 4096 + 1) * 64 + 640)

/** Bytes that bitframe_share() needs for @p pool and @p cores cores: 128 for each, and 64 a GiB. */
uint64_t bitframe_share_bytes(const struct bitframe *pool, uint32_t cores);

/**
 * Make a pool everybody's.
 *
 * @param storage  Memory for what belongs to each core, BITFRAME_SHARE_ALIGN-aligned, the pool's until
 *                 bitframe_unshare(). It is found by its distance from the pool, as metadata are.
 * @param bytes    Its length, at least bitframe_share_bytes(pool, cores).
 *
 * @retval BITFRAME_OK           From now on any core may call.
 * @retval BITFRAME_INVALID      A null pointer, misaligned storage, a number of cores or policy out of range,
 *                               or a pool that is shared already; nothing changed.
 * @retval BITFRAME_NO_ROOM      @p bytes is too small; nothing changed.
 * @retval BITFRAME_UNSUPPORTED  The library was built without atomics (-Dshared=false), or the pool is
 *                               debugged (<bitframe/debug.h>); nothing changed.
 *
 * @par Safety  The pool's owner, before any other core knows of it. Memory of pool, metadata and storage is
 * Normal, Inner Shareable and cacheable for all of them: exclusives and LSE atomics do not work elsewhere.
 * @par Cost    Writes the storage.
 */
enum bitframe_status bitframe_share(struct bitframe *pool, const struct bitframe_share_options *options,
                                    void *storage, uint64_t bytes);

/**
 * Give a shared pool back to one owner, the caller. Index and counts are made again from the bitmap, so this
 * also repairs what a core that stopped for ever in the middle of a call has left: what it was moving stays
 * taken.
 *
 * @retval BITFRAME_OK       The pool has one owner.
 * @retval BITFRAME_INVALID  A null pointer, or the pool was not shared; nothing changed.
 *
 * @par Safety  No other call in flight.
 * @par Cost    Reads the bitmap and writes the index.
 */
enum bitframe_status bitframe_unshare(struct bitframe *pool);

/**
 * Take a frame, as core @p core. bitframe_take() is the same as the core that runs, if the platform has a
 * hook for its number (<bitframe/platform.h>), else as core 0.
 *
 * @param pool  Shared, or with one owner: then this is bitframe_take().
 * @param core  Which core asks. A wrong number costs speed only.
 *
 * @return  The frame's PA. 0: at some instant of the call no frame was free, or it is not known whether one
 * was, since other CPUs gave frames back during each of two looks at the whole bitmap.
 *
 * @par Safety  Any context. Never waits, and ends within a bound.
 * @par Cost    One atomic read-modify-write on the bitmap and one on the core's own line, as a rule.
 */
uint64_t bitframe_take_on(struct bitframe *pool, uint32_t core);

/**
 * Give back a frame, as core @p core, whoever took it. Statuses are those of bitframe_free().
 *
 * @par Safety  Any context. Never waits, and ends within a bound.
 * @par Cost    As bitframe_take_on().
 */
enum bitframe_status bitframe_free_on(struct bitframe *pool, uint64_t pa, uint32_t core);

#ifdef __cplusplus
}
#endif

#endif
