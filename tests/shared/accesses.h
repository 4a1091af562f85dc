/* SPDX-License-Identifier: MIT */
/*
 * accesses.h - a hook that sees every access to memory of code that is compiled for it
 *
 * Code compiled with -fsanitize=thread calls a function of ThreadSanitizer's runtime ahead of each plain
 * access, and in place of each atomic one. Linked with accesses.c instead of that runtime it calls the hook.
 * What the hook may do is anything: charge the access to a simulated CPU, switch to another one, or never
 * return.
 *
 * What it does not see: accesses to locals that nobody else can know of, assembly, and functions of other
 * libraries; clang leaves out a read that a write of the same object follows without a call or a branch
 * between. The order of what it does see is that of the compiled code, and atomics are sequentially
 * consistent whatever order they ask for: what is found with it is found among interleavings.
 */
#ifndef BITFRAME_TESTS_ACCESSES_H
#define BITFRAME_TESTS_ACCESSES_H

#ifdef __cplusplus
extern "C" {
#endif

enum access_kind {
    ACCESS_READ,
    ACCESS_WRITE,
    ACCESS_ATOMIC_READ,
    ACCESS_ATOMIC_WRITE,
    ACCESS_ATOMIC_UPDATE, /**< A read-modify-write, compare-exchanges that are going to fail among them. */
    ACCESS_FENCE,         /**< Between threads; of no address and no bytes. */
    ACCESS_KINDS,
};

typedef void accesses_fn(const volatile void *address, unsigned bytes, enum access_kind kind);

/** Called before each access, which is made when it returns; NULL, as at first, for nothing. */
extern accesses_fn *accesses_hook;

#ifdef __cplusplus
}
#endif

#endif
