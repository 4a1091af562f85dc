/* SPDX-License-Identifier: MIT */
/* space.h - user address spaces: a program's code, a stack, and the tables that map them. */
#ifndef SPACE_H
#define SPACE_H

#include <stdbool.h>
#include <stdint.h>

struct space {
    uint64_t root_pa;     /* 0: this space does not exist */
    uint64_t asid;        /* 1 to 255, no two the same */
    uint64_t stack_pages; /* pages mapped below SPACE_STACK_TOP */
    uint64_t stack_owner; /* whose pattern the stack holds: its own, or from fork to write the parent's */
};

/** Make a space from nothing: the program's code, and a stack of @p stack_pages pages. */
void space_make(struct space *space, uint64_t asid, uint64_t stack_pages);

/** Make @p child a copy of @p parent, page for page, as fork() does without copy-on-write. */
void space_fork(struct space *child, uint64_t asid, const struct space *parent);

/** Map one more page below the stack, and write the space's own pattern over all of it, as its user would. */
void space_run(struct space *space);

/** Are the pages of a space what was written to them, read as its user would, and its rights in force? */
bool space_check(const struct space *space);

/** Give back all pages of a space. */
void space_destroy(struct space *space);

#endif
