# SPDX-License-Identifier: MIT
"""How far a long run is, for the program that started it."""

import os
import sys


class Progress:
    """Lines "progress DONE/TOTAL" on standard error, one per measurement done, if BITFRAME_PROGRESS is 1."""

    def __init__(self, total, done=0):
        self.total = total
        self.done = done
        self.is_wanted = os.environ.get("BITFRAME_PROGRESS") == "1"

    def step(self, steps=1):
        self.done += steps
        if self.is_wanted:
            print(f"progress {self.done}/{self.total}", file=sys.stderr, flush=True)
