# SPDX-License-Identifier: MIT
"""Does bench-plot draw what was measured? No gnuplot is needed: a program in its place keeps what it is told."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOL = os.path.join(ROOT, "tools", "bench-plot")
RESULTS = os.path.join(ROOT, "docs", "results")
sys.path.insert(0, os.path.dirname(TOOL))
loader = importlib.machinery.SourceFileLoader("bench_plot", TOOL)
plot = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
loader.exec_module(plot)

# In place of gnuplot: as much of its answer as bench-plot looks at.
GNUPLOT = """#!/bin/sh
cat >>"$TOLD"
printf '%s\\n' '<svg>' '<title>Gnuplot</title>' '<desc>Produced' ' by</desc>' '<path stroke="rgb( 34,  34,  34)"/></svg>'
"""


def sample(name):
    return os.path.join(HERE, "samples", name)


class Drawn(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="plots ")
        self.addCleanup(scratch.cleanup)
        self.folder = os.path.join(scratch.name, "results")
        self.told = os.path.join(scratch.name, "told")
        self.programs = os.path.join(scratch.name, "programs")
        for folder in (self.folder, self.programs):
            os.mkdir(folder)
        path = os.path.join(self.programs, "gnuplot")
        with open(path, "w", encoding="ascii") as file:
            file.write(GNUPLOT)
        os.chmod(path, 0o755)

    def run_tool(self, *arguments, path=None):
        path = path or f"{self.programs}:{os.environ['PATH']}"
        return subprocess.run(
            [sys.executable, "-B", TOOL, *arguments, self.folder],
            env={**os.environ, "PATH": path, "TOLD": self.told},
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def test_what_was_measured_is_stored_and_drawn(self):
        done = self.run_tool("--times", sample("calm-times.json"), "--threads", sample("calm-threads.tsv"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(self.read("held.tsv"), r"\nheld\tbuddy\t50\t[\d.]+\n")
        self.assertRegex(self.read("size.tsv"), r"\nsize\tbuddy\t3008\t[\d.]+\n")
        rows = plot.read_rows(os.path.join(self.folder, "threads.tsv"))
        _, races = plot.read_threads(sample("calm-threads.tsv"))
        rates = sorted(races["bursts", "empty", 1].figures(plot.RATE).values())
        self.assertEqual(rows["bursts", "empty"][0], (1.0, float(f"{rates[len(rates) // 2]:.4g}")))
        with open(self.told, encoding="utf-8") as file:
            told = file.read()
        self.assertEqual(told.count("unset multiplot"), 3)
        for (_, contender), points in rows.items():
            self.assertIn(f'"{plot.STYLES[contender][0]}"', told)
            for x, y in points:
                self.assertIn(f"\n{x:g} {y:g}\n", told)

    def test_the_same_data_give_the_same_bytes(self):
        self.run_tool("--threads", sample("calm-threads.tsv"))
        once = self.read("threads.svg")
        self.assertEqual(self.run_tool().returncode, 0)  # from the stored data alone
        self.assertEqual(once, self.read("threads.svg"))
        with open(os.path.join(self.folder, "threads.tsv"), "a", encoding="ascii") as file:
            file.write("bursts\tempty\t4\t900\n")
        self.run_tool()
        self.assertNotEqual(once, self.read("threads.svg"))

    def test_nothing_measured(self):
        done = self.run_tool("--times", sample("none.json"))
        self.assertNotEqual(done.returncode, 0)
        with open(os.path.join(self.folder, "empty.json"), "w", encoding="ascii") as file:
            file.write('{"context": {}, "benchmarks": []}')
        done = self.run_tool("--times", os.path.join(self.folder, "empty.json"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("nothing was measured", done.stderr)

    def test_without_gnuplot(self):
        done = self.run_tool("--threads", sample("calm-threads.tsv"), path=self.folder)
        self.assertEqual((done.returncode, done.stderr), (1, "bench-plot: there is no gnuplot\n"))

    def test_both_surroundings(self):
        self.run_tool("--threads", sample("calm-threads.tsv"))
        svg = self.read("threads.svg")
        self.assertIn('stroke="#222222"', svg)  # as the rules for dark surroundings name it
        self.assertIn("[stroke='#222222']{stroke:#d8dce0}", svg)
        for light, dark in (plot.INK, *(colours for _, colours in plot.STYLES.values())):
            self.assertGreater(contrast(light, plot.PAPER[0]), 4)
            self.assertGreater(contrast(dark, plot.PAPER[1]), 4)


def contrast(one, other):
    """As WCAG has it: 1 if they are equal, 21 of black and white."""
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


class Labels(unittest.TestCase):
    def test_apart_and_in_order(self):
        for wanted in ([0, 1, 2], [5, 5, 5, 5], [0, 100, 101, 300], [10, 9, 8], [3]):
            places = plot.spread(wanted, 15)
            order = sorted(range(len(wanted)), key=lambda i: wanted[i])
            for before, after in zip(order, order[1:]):
                self.assertGreaterEqual(places[after] - places[before], 15 - 1e-9)
            self.assertAlmostEqual(sum(places), sum(wanted))
        self.assertEqual(plot.spread([0, 100], 15), [0, 100])


class Stored(unittest.TestCase):
    """The project's own pictures are those of the data beside them, as bench-plot draws them today."""

    def test_digests(self):
        for name in plot.PICTURES:
            told = plot.commands(name, plot.read_rows(os.path.join(RESULTS, f"{name}.tsv")))
            with open(os.path.join(RESULTS, f"{name}.svg"), encoding="utf-8") as file:
                svg = file.read()
            self.assertIn(f"<desc>drawn by tools/bench-plot from {name}.tsv, {plot.digest(told)}</desc>", svg)
            self.assertIn(plot.dark_rules(), svg)

    def test_axes_and_names(self):
        for name, picture in plot.PICTURES.items():
            with open(os.path.join(RESULTS, f"{name}.svg"), encoding="utf-8") as file:
                texts = re.findall(r"<tspan[^>]*>([^<]*)</tspan>", file.read().replace("&#160;", " "))
            shown = " ".join(text.strip() for text in texts)
            names = {contender for _, contender in plot.read_rows(os.path.join(RESULTS, f"{name}.tsv"))}
            for text in (picture.title, picture.xlabel, picture.ylabel, *(plot.STYLES[c][0] for c in names)):
                self.assertIn(text, shown)


if __name__ == "__main__":
    unittest.main()
