/* SPDX-License-Identifier: MIT */
/* libfdt_quiet.h - libfdt's header as a system header: it is not written for -Wpedantic -Werror. */
#ifndef BITFRAME_TESTS_LIBFDT_QUIET_H
#define BITFRAME_TESTS_LIBFDT_QUIET_H

#pragma GCC system_header

#include <libfdt.h>

#endif
