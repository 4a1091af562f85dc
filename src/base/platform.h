/* SPDX-License-Identifier: MIT */
/* platform.h - what the platform declared, as the library asks for it. */
#ifndef BITFRAME_BASE_PLATFORM_H
#define BITFRAME_BASE_PLATFORM_H

#include <bitframe/platform.h>

/**
 * The last bitframe_set_platform(), or all zero. Hidden, because a compiler that makes position-independent
 * code by default would find it through a table of link addresses, which are wrong before the MMU is on.
 */
extern struct bitframe_platform bitframe_machine __attribute__((visibility("hidden")));

/** May the library use vector registers? If so, simd_end() must follow. */
static inline bool simd_begin(void)
{
    return bitframe_machine.simd_begin && bitframe_machine.simd_begin();
}

static inline void simd_end(void)
{
    bitframe_machine.simd_end();
}

/** Bytes per DC ZVA, or 0 if it is not allowed. Blocks under 64 bytes are not worth it: STP is as fast. */
static inline uint64_t zva_step(void)
{
    uint64_t bytes = bitframe_machine.zva_block_bytes;
    return bytes < 64 ? 0 : bytes;
}

/** Report a broken invariant to the platform, or trap. */
_Noreturn void bitframe_panic(const char *what);

/** Checked in every build. The compiler is never told to assume the condition. */
#define BITFRAME_ASSERT(condition)                                                                           \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            bitframe_panic(#condition);                                                                      \
    } while (0)

#endif
