/* SPDX-License-Identifier: MIT */
/* adopt_check.h - any bytes as metadata: what must hold of bitframe_adopt() whatever they are */
#ifndef BITFRAME_TESTS_ADOPT_CHECK_H
#define BITFRAME_TESTS_ADOPT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Adopt the @p count - 1 bytes behind the first, in memory of exactly that length. If the first is odd both
 * checksums are made right before, so that what they guard is met; with 2 added, the length in the header,
 * too. What is refused must not have changed; what is accepted must be sound, and stay so in use.
 *
 * @param accepted  Becomes whether it was.
 *
 * @return  What is wrong, or null.
 */
const char *adopt_check(const uint8_t *bytes, size_t count, bool *accepted);

/** Make the checksums of metadata right, as far as header and tables lie within @p bytes bytes. */
void adopt_check_seal(void *metadata, uint64_t bytes);

/** MurmurHash64A, of bytes: a twin of the library's, written from its description. */
uint64_t adopt_check_hash(const void *bytes, uint64_t count, uint64_t seed);

#endif
