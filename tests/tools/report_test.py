# SPDX-License-Identifier: MIT
"""Do the tools that measure print what can be read: as wide as the terminal, with units, and warned where disturbed?

The samples were captured on a machine that ran twenty other programs: samples/disturbed-*. samples/calm-* are those
measurements of them that were not disturbed; of threads each is there three times.
"""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import re
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "tools")
sys.path.insert(0, TOOLS)
import bench_times  # noqa: E402
import tables  # noqa: E402
from tables import Table  # noqa: E402


def load(*names):
    """A script as a module."""
    path = os.path.join(TOOLS, *names)
    loader = importlib.machinery.SourceFileLoader(names[-1].replace("-", "_"), path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


bench_table = load("bench-table")
report = load("scale", "report")


def sample(name):
    return os.path.join(HERE, "samples", name)


def run(*command, **environment):
    """What it prints goes to no terminal."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "BITFRAME_PROGRESS")}
    return subprocess.run(
        command, env={**inherited, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False
    )


def run_bench_table(kind, *arguments, **environment):
    return run(
        os.path.join(TOOLS, "bench-table"),
        *("--times", sample(f"{kind}-times.json"), "--threads", sample(f"{kind}-threads.tsv"), "--sizes", "3008MiB"),
        *arguments,
        **environment,
    )


class Text(unittest.TestCase):
    WIDE = Table(
        ["", "bitframe", "a long head of a column", "empty", "asked"],
        [
            ["fill", "1.91 ns", "12.5 (24 ns) ~", "", "≤ 2"],
            ["a label that is longer than all the others together", "2", "3", "", ""],
            ["nothing here", "", "·", "", "≤ 1"],
        ],
        labels=["asked"],
    )

    def test_width_is_kept(self):
        for width in range(tables.LEAST_WIDTH, 200):
            for line in self.WIDE.text(width).split("\n"):
                self.assertLessEqual(len(line), width)

    def test_columns_that_do_not_fit_come_below(self):
        blocks = self.WIDE.text(40).split("\n\n")
        self.assertGreater(len(blocks), 1)
        self.assertEqual(len(self.WIDE.text(120).split("\n\n")), 1)
        for width in (40, 60, 120):
            for figure in ("1.91 ns", "12.5 (24 ns) ~", "≤ 2"):
                self.assertIn(figure, self.WIDE.text(width))

    def test_figures_are_aligned(self):
        lines = Table(["", "n", "of"], [["a", "1", "22,000"], ["bb", "333", "4"]]).text(80).split("\n")
        self.assertEqual(lines, ["      n      of", "---------------", "a     1  22,000", "bb  333       4"])

    def test_rows_and_columns_without_figures_are_left_out(self):
        text = self.WIDE.text(120)
        self.assertNotIn("nothing here", text)
        self.assertNotIn("empty", text)

    def test_a_block_leaves_out_what_it_has_no_figures_of(self):
        blocks = Table(["", "first" * 5, "second" * 5], [["a", "1", "·"], ["b", "2", "3"]]).text(40).split("\n\n")
        self.assertEqual([line[0] for line in blocks[0].split("\n")[2:]], ["a", "b"])
        self.assertEqual([line[0] for line in blocks[1].split("\n")[2:]], ["b"])

    def test_no_figures_at_all(self):
        self.assertEqual(Table(["", "n"], [["a", ""]]).text(80), "nothing was measured")

    def test_markdown_is_as_it_was(self):
        self.assertEqual(Table(["", "n"], [["a", "1"], ["b", ""]]).markdown(), "|  | n |\n|---|---:|\n| a | 1 |\n| b |  |")

    def test_terminal_width(self):
        print_width = ["-B", "-c", "import tables; print(tables.terminal_width())"]
        for columns, width in ((None, 80), ("132", 132), ("20", tables.LEAST_WIDTH)):
            environment = {"PYTHONPATH": TOOLS, **({"COLUMNS": columns} if columns else {})}
            self.assertEqual(run(sys.executable, *print_width, **environment).stdout, f"{width}\n")


class BenchTable(unittest.TestCase):
    def warned_rows(self, output):
        """{row: what is said of it} of the warning"""
        warning = output.split("\n\n")[0]
        items = re.sub(r"\n  ", " ", warning).split("\n")
        return dict(item[2:].split(": ", 1) for item in items if item.startswith("- "))

    def test_disturbed(self):
        done = run_bench_table("disturbed")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("WARNING: the machine was disturbed."), done.stdout[:200])
        self.assertIn("differ by more than 10 %", re.sub(r"\s+", " ", done.stdout))
        rows = self.warned_rows(done.stdout)
        _, times = bench_table.read_times(sample("disturbed-times.json"))
        noisy = {name: time for name, time in times.items() if time.spread > 0.10}
        self.assertGreater(len(noisy), 0)
        self.assertLess(len(noisy), len(times))
        for name, time in noisy.items():
            workload, contender, size = name.split("/")
            self.assertIn(f"{contender} ± {100 * time.spread:.0f} %", rows[f"{workload}, {size}"])
        _, races = bench_table.read_threads(sample("disturbed-threads.tsv"))
        disturbed = [key for key, race in races.items() if len(race.undisturbed) < 3]
        self.assertGreater(len(disturbed), 0)
        self.assertLess(len(disturbed), len(races))
        for workload, contender, threads in disturbed:
            row = f"{bench_table.THREAD_WORKLOADS[workload]}, {threads} thread{'s' if threads > 1 else ''}"
            self.assertIn(contender, rows[row].split(", "))

    def test_undisturbed(self):
        done = run_bench_table("calm")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("WARNING", done.stdout)

    def test_threshold(self):
        for spread, warned in ((0.1001, True), (0.1, False)):
            times = {"fill/bitframe/3008MiB": bench_times.Time(2.0, spread)}
            self.assertEqual(bool(bench_table.warning(times, {})), warned)

    def test_where_another_is_ahead(self):
        """As the tables have it: every contender that takes less time is in the list, and no other."""
        times = {f"{w}/{c}/1TiB": bench_times.Time(ns, 0) for w, c, ns in (
            ("fill", "bitframe", 2.0), ("fill", "buddy", 1.0), ("drain", "bitframe", 2.0), ("drain", "buddy", 3.0),
            ("fill", "flat", 2.0), ("drain", "flat", 1.5))}  # fmt: skip
        self.assertEqual(bench_table.ahead(times, ["1TiB"]), "- 1 TiB, buddy: fill (0.50)\n- 1 TiB, flat: drain (0.75)")
        self.assertEqual(bench_table.ahead({}, ["1TiB"]), "Nowhere.")

    def test_width_and_units(self):
        for columns in ("80", "100", "170"):
            output = run_bench_table("disturbed", COLUMNS=columns).stdout
            for line in output.split("\n"):
                self.assertLessEqual(len(line), int(columns), line)
            self.assertNotIn("|", output)
        self.assertEqual(run_bench_table("disturbed").stdout, run_bench_table("disturbed", COLUMNS="80").stdout)
        for unit in ("ns for a pair", "multiples of bitframe's time", "Ratios"):
            self.assertIn(unit, re.sub(r"\s+", " ", output))
        self.assertRegex(output, r"\nfill +\d\S* [nµm]s ± \d+ %")

    def test_every_part_has_a_title(self):
        for name in ("times 64GiB", "counts 1TiB", "head", "asked", "ahead", "summary 3008MiB", "shared times", "threads head", "threads", "goals",
                     "worst", "shared", "shared worst", "zero"):  # fmt: skip
            text = bench_table.part_text(name, Table(["", "n"], [["a", "1"]]), 80)
            self.assertNotIn("{}", text)
            self.assertRegex(text, r"^[A-Z].*\n=+\n")

    def update(self, *pages):
        """The parts, in pages of a folder: what bench-table says, and the pages after it."""
        with tempfile.TemporaryDirectory(prefix="pages [1] ") as scratch:
            paths = [os.path.join(scratch, f"{number}.md") for number in range(len(pages))]
            for path, names in zip(paths, pages):
                with open(path, "w", encoding="utf-8") as file:
                    file.write("".join(f"<!-- begin {name} -->\n<!-- end {name} -->\n" for name in names))
            done = run_bench_table("disturbed", "--update", scratch)
            texts = []
            for path in paths:
                with open(path, encoding="utf-8") as file:
                    texts.append(file.read())
        return done, texts

    def test_documents_stay_markdown(self):
        done, (owner, shared) = self.update(("head", "times 3008MiB", "asked"), ("shared times", "ahead", "summary 3008MiB", "threads head", "threads", "goals"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("WARNING"))
        self.assertIn("<!-- begin asked -->\n\n|  | 3008MiB | 64GiB | 1TiB | asked |\n|---|---:|---:|---:|---:|\n", owner)
        self.assertIn("<!-- begin threads -->\n\n| ns a pair |", shared)
        for page in (owner, shared):
            self.assertNotIn("WARNING", page)
            self.assertNotIn("Table object", page)

    def test_a_part_without_a_page(self):
        names = ("head", "times 3008MiB", "asked", "ahead", "summary 3008MiB", "shared times", "threads head", "threads")
        for pages, count in (((names,), 0), ((names, ("goals",), ("goals",)), 2)):
            done, texts = self.update(*pages)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"'<!-- begin goals -->' and '<!-- end goals -->' are in {count} pages", done.stderr)
            self.assertNotIn("|", "".join(texts))

    def test_the_pages_have_every_part(self):
        """The project's own pages have a place for each part, and no other."""
        docs = os.path.join(os.path.dirname(TOOLS), "docs")
        marked = []
        for name in ("benchmarks.md", "results/owner.md", "results/shared.md"):
            with open(os.path.join(docs, name), encoding="utf-8") as file:
                marked += re.findall(r"<!-- begin (.*) -->", file.read())
        sized = [f"{key} {size}" for key in ("times", "counts", "summary") for size in bench_table.SIZES]
        parts = [key for key in bench_table.NOTES if key not in ("times", "counts", "summary")]
        self.assertEqual(sorted(marked), sorted(sized + parts))


def write_program(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!{sys.executable}\n{text}")
    os.chmod(path, 0o755)


class BenchRun(unittest.TestCase):
    """bench-run with programs that measure nothing: two cases, two races, one count."""

    TIMED = """
import shutil, sys
options = dict(argument.partition("=")[::2] for argument in sys.argv[1:])
names = ["fill/bitframe/3008MiB/iterations:1", "zero/memzero/page/iterations:1"]
if "--benchmark_list_tests" in options:
    print("\\n".join(names))
else:
    print("name,iterations,real_time")
    for name in names:
        for kind in [""] * int(options["--benchmark_repetitions"]) + ["_mean", "_median", "_stddev", "_cv"]:
            print(f'"{name}/repeats:3{kind}",1,1')
    shutil.copy(SAMPLE, options["--benchmark_out"])
"""
    THREADS = """
import sys
races = ["bursts\\tshared-local\\t1", "churn\\tshared-local\\t1"]
if sys.argv[1] == "--list":
    print("\\n".join(races))
else:
    print("#\\tgcc\\t-O2\\t2")
    for repetition in range(int(sys.argv[2])):
        for race in races:
            print(f"{race}\\t{repetition}\\t2.0\\t500.0\\t0")
"""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="bench run ")
        self.addCleanup(scratch.cleanup)
        self.native = os.path.join(scratch.name, "native")
        programs = os.path.join(scratch.name, "programs")
        write_program(os.path.join(programs, "meson"), "")
        write_program(
            os.path.join(self.native, "bench", "bench-timed"), f"SAMPLE = {sample('calm-times.json')!r}\n{self.TIMED}"
        )
        write_program(os.path.join(self.native, "bench", "bench-threads"), self.THREADS)
        with open(os.path.join(self.native, "build.ninja"), "w", encoding="ascii"):
            pass
        self.path = f"{programs}:{os.environ['PATH']}"

    def bench_run(self, *arguments, **environment):
        return run(os.path.join(TOOLS, "bench-run"), *arguments, PATH=self.path, **environment)

    def test_progress(self):
        done = self.bench_run("--quick", self.native, BITFRAME_PROGRESS="1")
        self.assertEqual(done.returncode, 0, done.stderr)
        total = 2 * 3 + 2 * 5
        lines = [line for line in done.stderr.split("\n") if line.startswith("progress")]
        self.assertEqual(lines, [f"progress {i}/{total}" for i in range(1, total + 1)])
        self.assertIn("bursts, 1 thread", done.stdout)

    def test_no_progress_unless_wanted(self):
        done = self.bench_run("--quick", self.native)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("progress", done.stderr)

    def test_a_program_that_fails(self):
        program = os.path.join(self.native, "bench", "bench-threads")
        write_program(program, self.THREADS + "sys.exit(sys.argv[1] != '--list')\n")  # after all is printed
        done = self.bench_run("--quick", self.native)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")

    def test_wrong_arguments(self):
        for arguments, said in (
            (["--bogus", "--quick", self.native], "no option --bogus; there are --quick and --threads"),
            ([], "NATIVE [CROSS]"),
            (["a", "b", "c"], "NATIVE [CROSS]"),
            (["--quick", "--threads", self.native], "not both"),
            ([os.path.dirname(self.native)], "no build directory"),
        ):
            done = self.bench_run(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stdout, "")


class Scale(unittest.TestCase):
    """report with a program that simulates nothing: each area of memory has figures but the last."""

    PROGRAM = """
import sys
print("\\t".join(["work", "contender", "cpus", "pairs/us", "on paper", "transfers", *(f"{a} r/w/c/l" for a in AREAS)]))
for work in WORKS:
    for contender in CONTENDERS:
        for power in range(8):
            areas = ["0.5/1.5/0/0"] * (len(AREAS) - 1) + ["0/0/0/0"]
            print("\\t".join([work, contender, str(2**power), "12.345", "0.5", "2.0", *areas]))
"""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="scale ")
        self.addCleanup(scratch.cleanup)
        self.program = os.path.join(scratch.name, "scale")
        constants = "".join(f"{name} = {getattr(report, name)!r}\n" for name in ("AREAS", "WORKS", "CONTENDERS"))
        write_program(self.program, constants + self.PROGRAM)

    def report(self, *arguments, **environment):
        return run(os.path.join(TOOLS, "scale", "report"), *arguments, **environment)

    def test_quick(self):
        for columns in ("60", "80", "170"):
            done = self.report("--quick", self.program, COLUMNS=columns)
            self.assertEqual(done.returncode, 0, done.stderr)
            for line in done.stdout.split("\n"):
                self.assertLessEqual(len(line), int(columns), line)
            self.assertNotIn("|", done.stdout)
            text = re.sub(r"\s+", " ", done.stdout)
            self.assertEqual(text.count("per microsecond of all CPUs together"), len(report.WORKS))
            self.assertIn("12.3 (0.500)", text)
            self.assertIn("0.50 + 1.50", text)
            self.assertNotIn(f" {report.AREAS[-1]} ", text)  # no line of it moved

    def test_progress(self):
        done = self.report("--quick", self.program, BITFRAME_PROGRESS="1")
        total = len(report.WORKS) * len(report.CONTENDERS) * 8
        self.assertEqual(done.stderr.split("\n")[:-1], [f"progress {i}/{total}" for i in range(1, total + 1)])
        self.assertEqual(self.report("--quick", self.program).stderr, "")

    def test_a_program_that_fails(self):
        with open(self.program, "a", encoding="utf-8") as file:
            file.write("sys.exit(1)\n")  # after all is printed
        done = self.report("--quick", self.program)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")

    def test_progress_of_everything(self):
        """The total is right without --quick, too: the program gives as many rows as it is asked for."""
        asked = []

        def simulate(_, *settings):
            chosen = dict(setting.split("=") for setting in settings)
            works = [chosen["work"]] if "work" in chosen else report.WORKS
            cpus = 1 if "cpus" in chosen else report.COUNTS_OF_CPUS
            rows = [
                {"contender": contender, "pairs/us": "1.0"} for _ in works for contender in report.CONTENDERS for _ in range(cpus)
            ]
            asked.append(len(rows))
            return rows

        with (
            mock.patch.object(report.Simulation, "run", simulate),
            mock.patch.object(report, "read_arguments", return_value=(False, "scale")),
            mock.patch.object(report, "throughput"),
            mock.patch.object(report, "transfers"),
            mock.patch.object(report, "plot"),
            mock.patch.object(report, "update"),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            report.main()
        self.assertEqual(sum(asked), report.simulations(False))

    def test_wrong_arguments(self):
        for arguments, said in (
            (["--bogus", "--quick", self.program], "no option --bogus; there is --quick"),
            (["--quick"], "one program"),
            (["--quick", self.program, self.program], "one program"),
            (["--quick", os.path.dirname(self.program)], "is no program"),
        ):
            done = self.report(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
