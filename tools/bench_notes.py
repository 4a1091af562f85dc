# SPDX-License-Identifier: MIT
"""Titles of the parts that bench-table makes, and in which unit their figures are."""

SPREAD_NOTED = 0.10

# What the figures of a part are, and in which unit, for those who see no page around them.
COUNTED = "AArch64 instructions / loads / stores"
NOTES = {
    "summary": (
        "In short: {}",
        f"Time of one operation. bitframe, with one owner, ± its spread; the others as multiples of bitframe's time, their own "
        f"in parentheses. ~: a spread of more than {100 * SPREAD_NOTED:.0f} %.",
    ),
    "ahead": ("Where another is ahead of bitframe with one owner", "Its time as a part of bitframe's, of one run."),
    "head": ("Times: how they were measured", ""),
    "times": (
        "Times of one owner's calls: {}",
        f"Time of one operation. bitframe ± its spread; the others as multiples of bitframe's time, their own in "
        f"parentheses. "
        f"~: a spread of more than {100 * SPREAD_NOTED:.0f} %.",
    ),
    "asked": ("What was asked of one owner", "Ratios of times, but where a unit is named."),
    "shared times": (
        "Times of a shared pool's calls on one thread: 3008 MiB",
        f"Time of one operation. bitframe, with one owner, ± its spread; the others as multiples of bitframe's time, their own "
        f"in parentheses. ~: a spread of more than {100 * SPREAD_NOTED:.0f} %.",
    ),
    "threads head": ("Threads: how they were measured", ""),
    "threads": (
        "Times on several threads",
        "ns for a pair, an allocation and a free, in each thread: the median (the least); × pairs of all threads, as multiples of "
        "those of one thread. ~: disturbed.",
    ),
    "goals": (
        "What was asked of several threads",
        "Ratios: the median of all repetitions (of the best). In atomic operations: a pair's time, in times of an atomic "
        "addition. ~: disturbed.",
    ),
    "counts": ("Counts of one owner's calls: {}", f"{COUNTED} of one operation, which is in parentheses."),
    "worst": ("Counts of the dearest known single calls", f"{COUNTED} of one call."),
    "shared": ("Counts of a shared pool's calls: 3008 MiB", f"{COUNTED} / atomic accesses of one operation."),
    "shared worst": ("Counts of a shared pool's dearest known single calls", f"{COUNTED} / atomic accesses of one call."),
    "zero": ("Zeroing one page of 4 KiB", ""),
}
