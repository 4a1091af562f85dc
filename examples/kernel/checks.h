/* SPDX-License-Identifier: MIT */
/* checks.h - the page_alloc contract, checked on the machine itself. */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdint.h>

/**
 * Run every check and print a line for each. What the pool held is forgotten: use it no more afterwards.
 *
 * @return  How many failed.
 */
uint64_t checks_run(void);

#endif
