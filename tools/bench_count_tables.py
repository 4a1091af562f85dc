# SPDX-License-Identifier: MIT
"""Tables of exact counts."""

from bench_rows import CONTENDERS, WORKLOADS
from tables import Table, duration


def count_cell(count, atomics=False):
    if not count:
        return ""
    # A whole number to the digit; "+ 0" makes -0.0 a plain 0.
    three = [round(n, 1) + 0 for n in (count.instructions, count.loads, count.stores)]
    cell = " / ".join(f"{n:,.0f}" if n >= 1000 or n == int(n) else f"{n:.1f}" for n in three)
    return f"{cell} / {round(count.atomics, 2) + 0:g}" if atomics else cell


def counts_table(counts, size):
    present = [c for c in CONTENDERS if f"fill/{c}/{size}" in counts]
    rows = []
    for workload in WORKLOADS:
        found = [counts.get(f"{workload}/{c}/{size}") for c in present]
        if found[0]:
            rows.append([f"{workload} ({found[0].operation})"] + [count_cell(count) for count in found])
    return Table([""] + present, rows)


def shared_counts_table(counts, size):
    """What one CPU executes that shares a pool, and for comparison a pool's only owner."""
    columns = ["bitframe", "shared-local", "shared-lowest"]
    rows = []
    for workload in WORKLOADS:
        found = [counts.get(f"{workload}/{c}/{size}") for c in columns]
        if found[0] and found[1]:
            rows.append([f"{workload} ({found[0].operation})"] + [count_cell(count, atomics=True) for count in found])
    return Table([""] + columns, rows)


def worst_table(counts, contender):
    calls = {
        "alloc": "allocate",
        "alloc-open": "allocate, of the cursor's 2 MiB",
        "alloc-elsewhere": "allocate, a frame of each 16 MiB is free",
        "free": "free",
        "free-below": "free below free 2 MiB",
        "complete": "free that completes 2 MiB",
        "huge-alloc": "allocate 2 MiB",
        "huge-alloc-above": "allocate 2 MiB above others that have lost a frame",
        "huge-free": "free 2 MiB",
        "huge-free-beside": "free 2 MiB beside others",
    }
    rows = []
    for size, levels in (("16MiB", 2), ("1GiB", 3), ("3008MiB", 4), ("64GiB", 4), ("1TiB", 5)):
        found = [counts.get(f"worst-{call}/{contender}/{size}") for call in calls]
        rows.append([size, str(levels)] + [count_cell(count, atomics=contender != "bitframe") for count in found])
    return Table(["memory", "levels", *calls.values()], rows, labels=["levels"])


def zero_table(times, counts):
    rows = []
    for name, what in (
        ("memzero", "memzero(), DC ZVA of 64 bytes"),
        ("memzero-device", "memzero() with the MMU off: STP"),
        ("zero-c", "the portable kernel"),
    ):
        count, time = counts.get(f"zero/{name}/page"), times.get(f"zero/{name}/page")
        native = duration(time.median) if time and name == "zero-c" else ""
        rows.append([what, count_cell(count), native])
    return Table(["one page", "AArch64: instructions / loads / stores", "native"], rows)
