/* SPDX-License-Identifier: MIT */
/* memory.h - all of the machine's memory: from what the firmware says of it to a pool. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include <bitframe/bitframe.h>
#include <bitframe/map.h>

/** What is in memory before the pool is, and must not be handed out. */
enum resident {
    RESIDENT_IMAGE,    /**< The kernel. */
    RESIDENT_TREE,     /**< The device tree. */
    RESIDENT_INITRD,   /**< What the boot loader loaded beside the kernel. */
    RESIDENT_SCRATCH,  /**< Pages that the contract's checks write. */
    RESIDENT_METADATA, /**< The pool's own. */
    RESIDENTS
};

/** A stretch of memory; no bytes if there is none. */
struct piece {
    uint64_t pa;
    uint64_t bytes;
};

/**
 * Find out what memory there is, make a pool of it and print the map. Runs with the MMU off.
 *
 * @param fdt_pa  PA of a device tree, or anything else: it is looked at with suspicion, and the board's own
 *                way to learn its memory is used where it is not one.
 */
void memory_init(uint64_t fdt_pa);

/** Map what the pool was made from: only while the MMU is off, for it holds a pointer. */
const struct bitframe_map *memory_map(void);

/** Drop cache lines over what memory_init() wrote: before the MMU and the caches are turned on. */
void memory_flush(void);

/** The pool. */
struct bitframe *memory_pool(void);

/** What the map came to. */
const struct bitframe_map_stats *memory_stats(void);

/** Where something is that was there before the pool. */
struct piece memory_resident(enum resident resident);

/** Stretch @p i of what the pool began with as free memory, ascending, as far as there was room to note it.
 */
struct piece memory_free_at_boot(unsigned i);

/** Is the device tree as it was at boot, byte for byte? True if there is none. */
bool memory_tree_is_intact(void);

/** Take the lowest free frame, zeroed. Panics when there is none. Works with the MMU off, too. */
uint64_t frame_alloc(void);

/** Give a frame back; panics if the pool refuses it. */
void frame_give(uint64_t pa);

/** Take a run. Panics when there is none, and when it is not what was asked for. */
uint64_t run_alloc(const struct bitframe_request *request);

/** Give a run back; panics if the pool refuses it. */
void run_give(uint64_t pa, uint64_t frames);

/** Frames that were taken and not given back. */
uint64_t frames_held(void);

/** The words of a frame or page: at its PA while the MMU is off, through the linear map then. */
uint64_t *frame_words(uint64_t pa);

/**
 * Add the board's memory to a map, as its firmware tells it, and say so on the console. Each board has this,
 * in boards/. Runs with the MMU off.
 *
 * @return  False if the board has no way to tell.
 */
bool board_ask_memory(struct bitframe_map *map);

#endif
