/* SPDX-License-Identifier: MIT */
/* scale_broken.h - allocators that simulated CPUs must not share: what a simulation has to find out. */
#ifndef BITFRAME_TESTS_SCALE_BROKEN_H
#define BITFRAME_TESTS_SCALE_BROKEN_H

#include "contender.h"

/** A bitmap in which bits are changed by loads and stores: right for one CPU. */
extern const struct contender contender_unlocked;

/** A counter without a lock that is right as long as nobody frees: every frame is another one. */
extern const struct contender contender_lost_frees;

#endif
