/* SPDX-License-Identifier: MIT */
/* no_calls.h - after it no call of loops.h is defined, so that a file can name those of another contender. */
#undef ALLOC
#undef FREE
#undef ALLOC_HUGE
#undef FREE_HUGE
#undef ALLOC_RUN
#undef ALLOC_BULK
#undef FREE_BULK
#undef ALLOC_RANGE
#undef RESERVE
#undef COUNT
#undef SEARCH
#undef INIT
#undef ZERO
