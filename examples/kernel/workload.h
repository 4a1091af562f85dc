/* SPDX-License-Identifier: MIT */
/* workload.h - a day in the life of a kernel, in some milliseconds. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

/** Fork and destroy about a hundred address spaces. Panics at the first page that is wrong or missing. */
void workload_run(void);

#endif
