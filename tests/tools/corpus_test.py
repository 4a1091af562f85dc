# SPDX-License-Identifier: MIT
"""Is tools/corpus right, and are the archives of fuzz/corpus what it makes?"""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# In place of a fuzz target: the first byte of an input is all that it covers. A merge with LOSE in its environment loses
# one input, and one with KEEP keeps them all.
FUZZ_TARGET = """#!{python}
import hashlib, os, sys
options = [a for a in sys.argv[1:] if a.startswith("-")]
folders = [a for a in sys.argv[1:] if not a.startswith("-")]
covered, everything = {{}}, []
for folder in folders:
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        covered.setdefault(data[0], data)
        everything.append(data)
if "-set_cover_merge=1" in options:
    kept = everything if "KEEP" in os.environ else list(covered.values())
    kept = kept[: len(kept) - ("LOSE" in os.environ)]
    for data in kept:
        with open(os.path.join(folders[0], hashlib.sha1(data).hexdigest()), "wb") as file:
            file.write(data)
else:
    print("#2\\tINITED cov: %d ft: %d corp: 1/1b" % (len(covered), 2 * len(covered)), file=sys.stderr)
"""


class Tool(unittest.TestCase):
    """tools/corpus in a tree of its own, with a target called letters."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="corpus test ")  # a space, as users have
        self.addCleanup(scratch.cleanup)
        self.root = scratch.name
        os.makedirs(self.path("tools"))
        os.makedirs(self.path("fuzz", "corpus"))
        os.makedirs(self.path("programs"))
        shutil.copy(os.path.join(ROOT, "tools", "corpus"), self.path("tools"))
        program = self.path("programs", "letters_fuzz")
        with open(program, "w", encoding="ascii") as file:
            file.write(FUZZ_TARGET.format(python=sys.executable))
        os.chmod(program, stat.S_IRWXU)
        self.archive = self.path("fuzz", "corpus", "letters.tar.gz")

    def path(self, *names):
        return os.path.join(self.root, *names)

    def corpus(self, *arguments, **environment):
        return subprocess.run(
            [self.path("tools", "corpus"), *arguments],
            env={**os.environ, "BITFRAME_FUZZ": self.path("programs"), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    def inputs(self, folder, *contents, time=0):
        os.makedirs(self.path(folder))
        for content in contents:
            name = self.path(folder, hashlib.sha1(content).hexdigest())
            with open(name, "wb") as file:
                file.write(content)
            os.utime(name, (time, time))
        return self.path(folder)

    def pack(self, *folders, **environment):
        done = self.corpus("pack", "letters", *folders, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.archive, "rb") as file:
            return file.read()

    def unpacked(self):
        done = self.corpus("unpack", "letters", self.path("out"))
        self.assertEqual(done.returncode, 0, done.stderr)
        contents = set()
        for name in os.listdir(self.path("out")):
            with open(self.path("out", name), "rb") as file:
                contents.add(file.read())
        self.assertEqual(done.stdout, f"{len(contents)}\n")
        return contents

    def test_keeps_what_covers_more(self):
        self.pack(self.inputs("one", b"a1", b"b1"))
        self.assertEqual(self.unpacked(), {b"a1", b"b1"})
        self.pack(self.inputs("two", b"a2", b"c1"), self.inputs("three", b"d1"))
        self.assertEqual({content[:1] for content in self.unpacked()}, {b"a", b"b", b"c", b"d"})
        self.assertEqual(len(self.unpacked()), 4)

    def test_same_inputs_make_the_same_archive(self):
        first = self.pack(self.inputs("one", b"a1", b"b1", b"c1", time=1000000000))
        os.remove(self.archive)
        second = self.pack(self.inputs("two", b"c1", b"b1", b"a1", time=1500000000))
        self.assertEqual(first, second)
        with tarfile.open(self.archive) as archive:
            self.assertEqual({(m.mtime, m.uid, m.uname) for m in archive.getmembers()}, {(0, 0, "")})

    def test_changes_nothing_for_nothing(self):
        before = self.pack(self.inputs("one", b"a1", b"b1"))
        self.assertEqual(self.pack(self.inputs("two", b"a0", b"b0")), before)

    def test_takes_as_much_coverage_with_fewer_inputs(self):
        self.pack(self.inputs("one", b"a1", b"a2", b"b1"), KEEP="1")
        self.assertEqual(len(self.unpacked()), 3)
        self.pack(self.path("one"))
        self.assertEqual(len(self.unpacked()), 2)

    def test_refuses_to_cover_less(self):
        before = self.pack(self.inputs("one", b"a1", b"b1"))
        done = self.corpus("pack", "letters", self.inputs("two", b"a2"), LOSE="1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("covers less", done.stderr)
        with open(self.archive, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_unpack_replaces_inputs_and_nothing_else(self):
        self.pack(self.inputs("one", b"a1"))
        self.inputs("out", b"old")
        self.assertEqual(self.unpacked(), {b"a1"})
        with open(self.path("out", "notes"), "w", encoding="ascii") as file:
            file.write("mine")
        done = self.corpus("unpack", "letters", self.path("out"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("notes", done.stderr)
        self.assertTrue(os.path.exists(self.path("out", "notes")))

    def test_an_archive_without_inputs_fails(self):
        with tarfile.open(self.archive, "w:gz"):
            pass
        done = self.corpus("unpack", "letters", self.path("out"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no inputs", done.stderr)

    def test_a_damaged_archive_fails(self):
        whole = self.pack(self.inputs("one", b"a1", b"b1", b"c1"))
        with open(self.archive, "wb") as file:
            file.write(whole[: len(whole) // 2])
        self.assertNotEqual(self.corpus("unpack", "letters", self.path("out")).returncode, 0)

    def test_wrong_arguments(self):
        self.pack(self.inputs("one", b"a1"))
        for arguments in ([], ["unpack"], ["unpack", "letters"], ["mend", "letters", "x"], ["unpack", "../x", "y"]):
            done = self.corpus(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("usage: corpus unpack TARGET FOLDER", done.stderr)
            self.assertIn("targets: letters", done.stderr)
        done = self.corpus("unpack", "digits", self.path("out"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("digits.tar.gz", done.stderr)


class Archives(unittest.TestCase):
    FOLDER = os.path.join(ROOT, "fuzz", "corpus")

    def names(self):
        return sorted(name[: -len(".tar.gz")] for name in os.listdir(self.FOLDER) if name.endswith(".tar.gz"))

    def test_each_is_unpacked_for_the_tests(self):
        with open(os.path.join(self.FOLDER, "meson.build"), encoding="ascii") as file:
            listed = re.search(r"^corpus_targets = \[(.*?)\]", file.read(), re.MULTILINE | re.DOTALL)
        self.assertEqual(re.findall(r"'(\w+)'", listed[1]), self.names())

    def test_members(self):
        for name in self.names():
            with self.subTest(name), tarfile.open(os.path.join(self.FOLDER, name + ".tar.gz")) as archive:
                members = archive.getmembers()
                self.assertGreater(len(members), 0)
                self.assertEqual([m.name for m in members], sorted(m.name for m in members))
                for member in members:
                    self.assertTrue(member.isfile())
                    self.assertEqual((member.mtime, member.uid, member.gid, member.mode), (0, 0, 0, 0o644))
                    content = archive.extractfile(member).read()
                    self.assertEqual(member.name, hashlib.sha1(content).hexdigest())

    def test_no_time_in_the_compressed_file(self):
        for name in self.names():
            with open(os.path.join(self.FOLDER, name + ".tar.gz"), "rb") as file:
                head = file.read(10)
            self.assertEqual(head[:2], b"\x1f\x8b")
            self.assertEqual(head[3:8], bytes(5), name)  # no file name, no time


if __name__ == "__main__":
    unittest.main()
