# SPDX-License-Identifier: MIT
"""Tables of what several threads did."""

import statistics

from bench_rows import THREAD_CONTENDERS, THREAD_WORKLOADS
from bench_times import NS, RATE, race_ratio
from tables import Table, figure


def race_cell(races, workload, contender, threads):
    if (workload, contender, threads) not in races:
        return ""
    race = races[workload, contender, threads]
    ns = race.figures(NS).values()
    together = ""
    if threads > 1:
        ratio = race_ratio(races, (workload, contender, threads), (workload, contender, 1), RATE)
        together = f"; × {figure(ratio.median)}" if ratio else ""
    least = f" ({figure(min(ns))})" if race.is_undisturbed() else " ~"
    return f"{figure(statistics.median(ns))}{least}{together}"


def races_table(races):
    contenders = [contender for contender in THREAD_CONTENDERS if any(contender == key[1] for key in races)]
    rows = []
    for workload, name in THREAD_WORKLOADS.items():
        for threads in sorted({key[2] for key in races}):
            cells = [race_cell(races, workload, contender, threads) for contender in contenders]
            rows.append([f"{name}, {threads} thread{'s' if threads > 1 else ''}"] + cells)
    return Table(["ns a pair"] + contenders, rows)


def goals_table(races):
    """The figures that were asked for, with what was asked: on one thread and on two, measured on all."""
    rows = []

    def row(what, asked, ratio):
        ratios = [ratio(workload) for workload in THREAD_WORKLOADS]
        if any(ratios):
            rows.append([what] + [ratio_cell(r) for r in ratios] + [asked])

    def ratio_cell(ratio):
        if not ratio:
            return ""
        return f"{figure(ratio.median)} ({figure(ratio.best)})" if ratio.best else f"{figure(ratio.median)} ~"

    def pair_in_atomics(contender, threads, less=None):
        def ratio(workload):
            if workload == "2MiB":
                return None  # counted, not timed in atomic operations
            over, atomic, empty = ((workload, t, threads) if t else None for t in (contender, "atomic", less))
            return race_ratio(races, over, atomic, NS, empty)

        return ratio

    def to_local(contender, threads):
        return lambda w: race_ratio(races, (w, contender, threads), (w, "shared-local", threads), NS)

    counts = sorted({key[2] for key in races})
    for contender, asked in (("bare", ""), ("shared-local", "≤ 3")):
        row(f"{contender}, 1 thread, in atomic operations", asked, pair_in_atomics(contender, 1))
        row("the same less the empty loop", "", pair_in_atomics(contender, 1, "empty"))
    for n in counts[1:]:
        together = lambda w, n=n: race_ratio(races, (w, "shared-local", n), (w, "shared-local", 1), RATE)  # noqa: E731
        row(f"shared-local, {n} threads to 1 thread, pairs of all", "≥ 1.8" if n == 2 else "", together)
    for n in counts[1:]:
        row(f"locked to shared-local, {n} threads, ns a pair", "≥ 2" if n == 2 else "", to_local("locked", n))
        row(f"locked-buddy to shared-local, {n} threads, ns a pair", "≥ 4" if n == 2 else "", to_local("locked-buddy", n))
    return Table([""] + list(THREAD_WORKLOADS.values()) + ["asked"], rows, labels=["asked"])
