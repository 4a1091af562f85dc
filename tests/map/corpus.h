/* SPDX-License-Identifier: MIT */
/* corpus.h - the inputs that a fuzzer found worth keeping */
#ifndef BITFRAME_TESTS_CORPUS_H
#define BITFRAME_TESTS_CORPUS_H

#include <stddef.h>
#include <stdint.h>

/**
 * Call @p replay with each input of @p target: the files of $BITFRAME_CORPUS/target, 64 KiB of each at most.
 *
 * @return  How many there were.
 */
uint64_t corpus_replay(const char *target,
                       void (*replay)(const char *path, const uint8_t *bytes, size_t count));

#endif
