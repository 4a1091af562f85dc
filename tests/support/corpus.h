/* SPDX-License-Identifier: MIT */
/* corpus.h - the inputs that a fuzzer found worth keeping */
#ifndef BITFRAME_TESTS_CORPUS_H
#define BITFRAME_TESTS_CORPUS_H

#include <stddef.h>
#include <stdint.h>

/**
 * Call @p replay with each input of @p target: the files of $BITFRAME_CORPUS/target.
 *
 * The test fails unless there are as many as $BITFRAME_CORPUS/target.count says, at least one, and each is
 * shorter than 64 KiB.
 *
 * @return  How many there were.
 */
uint64_t corpus_replay(const char *target,
                       void (*replay)(const char *path, const uint8_t *bytes, size_t count));

#endif
