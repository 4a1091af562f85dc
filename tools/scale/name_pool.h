/* SPDX-License-Identifier: MIT */
/* name_pool.h - which lines of a pool's metadata are what. */
#ifndef BITFRAME_SCALE_NAME_POOL_H
#define BITFRAME_SCALE_NAME_POOL_H

struct bitframe;
struct bitframe_shared;
struct machine;

void name_pool(struct machine *machine, const struct bitframe *pool);

/** And which of a shared pool's storage all calls read, and which are slots. */
void name_slots(struct machine *machine, const struct bitframe_shared *shared);

#endif
