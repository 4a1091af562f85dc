# SPDX-License-Identifier: MIT
"""What bench-timed and bench-threads measured: times of cases, and races of threads."""

import collections
import csv
import json
import re
import statistics

UNDISTURBED_LEAST = 3

Time = collections.namedtuple("Time", "median spread")


def read_times(path):
    """Median and spread, half the distance between the quartiles as a part of the median, of every case."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    samples = collections.defaultdict(list)
    for row in report["benchmarks"]:
        if row["run_type"] == "iteration":
            # CPU time: it does not run on while another program has the core.
            samples[re.sub(r"/iterations:\d+$", "", row["run_name"])].append(row["cpu_time"])
    times = {}
    for name, values in samples.items():
        median = statistics.median(values)
        quartiles = statistics.quantiles(values, n=4)
        times[name] = Time(median, (quartiles[2] - quartiles[0]) / 2 / median if median else 0)
    return report["context"], times


class Race:
    """A workload of a contender on some threads. Repetitions that were disturbed count only if there are no others."""

    def __init__(self):
        self.all = {}  # repetition: ns per pair and thread, pairs per us of all threads
        self.undisturbed = {}

    def add(self, repetition, ns, rate, disturbed):
        self.all[repetition] = (ns, rate)
        if not disturbed:
            self.undisturbed[repetition] = (ns, rate)

    def is_undisturbed(self):
        return len(self.undisturbed) >= UNDISTURBED_LEAST

    def figures(self, which):
        chosen = self.undisturbed if self.is_undisturbed() else self.all
        return {repetition: pair[which] for repetition, pair in chosen.items()}


NS, RATE = 0, 1
Ratio = collections.namedtuple("Ratio", "median best")


def read_threads(path):
    """What bench-threads says of itself, and {(workload, contender, threads): Race}"""
    races = collections.defaultdict(Race)
    with open(path, encoding="ascii", newline="") as file:
        lines = csv.reader(file, delimiter="\t")
        context = next(lines)[1:]
        for workload, contender, threads, repetition, ns, rate, disturbed in lines:
            races[workload, contender, int(threads)].add(int(repetition), float(ns), float(rate), disturbed == "1")
    return context, races


def race_ratio(races, over, under, which, less=None):
    """The median of the ratios of what the same repetitions measured, and the ratio of the best of all: a Ratio.

    Of what is over, what is less is taken off first. None if something was not measured. There is no best of disturbed ones.
    """
    keys = [key for key in (over, under, less) if key]
    if not all(key in races for key in keys):
        return None
    figures = [races[key].figures(which) for key in keys]
    common = sorted(set.intersection(*(set(of) for of in figures)))
    if not common:  # each was disturbed when another was not
        figures = [{0: statistics.median(of.values())} for of in figures]
        common = [0]
    off = figures[2] if less else dict.fromkeys(common, 0)
    median = statistics.median((figures[0][i] - off[i]) / figures[1][i] for i in common)
    best = [(min if which == NS else max)(of.values()) for of in (figures[0], figures[1], off)]
    undisturbed = all(races[key].is_undisturbed() for key in keys)
    return Ratio(median, (best[0] - best[2]) / best[1] if undisturbed else None)
