# SPDX-License-Identifier: MIT
"""What bench-counted and the plugin icount print, put together: exact counts per operation."""

import os
import subprocess
import tempfile


# The kinds of atomic read-modify-writes that the plugin tells apart.
KINDS = ("exclusive", "compare", "swap", "clear", "set", "other")


class Count:
    """What one operation executes, the calls' returns included, the loop's taken off.

    Instructions; of these loads, stores, atomic read-modify-writes (of kinds), barriers.
    """

    def __init__(self, name, operation, operations, calls, whole, empty):
        self.name = name
        self.operation = operation
        self.operations = operations
        # An empty call is one instruction, its return: the part of it that is not the loop's.
        self.instructions = (whole[0] - empty[0]) / operations + calls
        self.loads = (whole[1] - empty[1]) / operations
        self.stores = (whole[2] - empty[2]) / operations
        self.kinds = {kind: (whole[3 + i] - empty[3 + i]) / operations for i, kind in enumerate(KINDS)}
        self.atomics = sum(self.kinds.values())
        self.barriers = (whole[9] - empty[9]) / operations


def run(qemu, plugin, program, patterns=(), cpu="neoverse-n1", step=lambda: None):
    """Count the cases that the patterns name, on a CPU with LSE. step is called after each. Returns {name: Count}."""
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "regions")
        command = [qemu, "-cpu", cpu, "-plugin", f"{os.path.abspath(plugin)},out={out}", program, *patterns]
        cases = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as counted:
            for line in counted.stdout:
                cases.append(line.rstrip("\n"))
                step()
        if counted.returncode != 0:
            raise subprocess.CalledProcessError(counted.returncode, command)
        with open(out, encoding="ascii") as file:
            regions = [tuple(int(field) for field in line.split()[1:]) for line in file]
    if len(regions) != 2 * len(cases):
        raise RuntimeError(f"{len(cases)} cases but {len(regions)} regions")
    counts = {}
    for number, line in enumerate(cases):
        name, operation, operations, calls = line.split("\t")
        whole, empty = regions[2 * number], regions[2 * number + 1]
        counts[name] = Count(name, operation, int(operations), int(calls), whole, empty)
    return counts
