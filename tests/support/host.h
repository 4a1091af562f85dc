/* SPDX-License-Identifier: MIT */
/* host.h - the kernel's side of the contract, played by the tests: it remembers what it was asked to do. */
#ifndef BITFRAME_TESTS_HOST_H
#define BITFRAME_TESTS_HOST_H

#include <stdint.h>

/** What memzero() and main_output*() were called with since host_forget(). */
struct host_record {
    uint64_t zero_calls;
    uint64_t zero_start; /* of the last call */
    uint64_t zero_bytes; /* of the last call */
    uint64_t output_calls;
    uint64_t printed_bytes;
    char printed[64]; /* what came out, a terminating 0 behind it */
};

extern struct host_record host_record;

/** Forget what happened so far. */
void host_forget(void);

#endif
