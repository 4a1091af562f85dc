# SPDX-License-Identifier: MIT
"""Does tools/amalgamate put the right things into the right places, and is all of the source tree in its list?"""

import glob
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOADER = importlib.machinery.SourceFileLoader("amalgamate", os.path.join(ROOT, "tools", "amalgamate"))
amalgamate = importlib.util.module_from_spec(importlib.util.spec_from_loader("amalgamate", LOADER))
LOADER.exec_module(amalgamate)

TREE = {
    "LICENSE": "MIT License\n",
    "include/bitframe/options.h": """#define BITFRAME_VERSION "1.2.3"
#ifndef BITFRAME_MALLOC_START
#define BITFRAME_MALLOC_START 0
#endif
#ifndef BITFRAME_DEBUG_FRAMES
#define BITFRAME_DEBUG_FRAMES 0
#endif
#if __has_include(<bitframe/config.h>)
#include <bitframe/config.h>
#endif
""",
    "include/bitframe/pool.h": "#include <stdint.h>\n\n#include <bitframe/options.h>\nint pool;\n",
    "include/bitframe/page_alloc.h": "#include <bitframe/pool.h>\nint contract;\n",
    "src/sources.txt": """# a comment
core      core/first.c
debug     core/debug.c
core      core/second.c
args      -ffreestanding
aarch64   arch/aarch64/scan.S
""",
    "src/core/first.c": '#include "base.h"\n\n#include "machine.h"\n#define LOCAL 1\nint first;\n',
    "src/core/second.c": '#include <stddef.h>\n\n#include "base.h"\n#define LOCAL 2\nint second;\n',
    "src/core/debug.c": '#include "atomic.h"\nint debug;\n',
    "src/core/atomic.h": "int atomic;\n",
    "src/core/base.h": """/* SPDX-License-Identifier: MIT */
/* base.h */
#ifndef BITFRAME_CORE_BASE_H
#define BITFRAME_CORE_BASE_H

#include <bitframe/pool.h>

int base;
#include "late.h"
#endif
""",
    "src/core/late.h": "int late;\n",
    "src/generic/machine.h": "int any_machine;\n",
    "src/arch/aarch64/machine.h": "int aarch64_machine;\n",
    "src/arch/aarch64/asm.h": ".macro KERNEL\n",
    "src/arch/aarch64/scan.S": '#include "asm.h"\n\n#define words x0\nscan:\n',
}


class Amalgamate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        for path, text in TREE.items():
            self.write(path, text)

    def write(self, path, text):
        os.makedirs(os.path.dirname(os.path.join(self.root, path)), exist_ok=True)
        with open(os.path.join(self.root, path), "w", encoding="utf-8") as file:
            file.write(text)

    def made(self):
        return amalgamate.amalgamate(self.root)[0]

    def expect_order(self, text, *parts):
        at = 0
        for part in parts:
            at = text.find(part, at) + len(part)
            self.assertGreaterEqual(at, len(part), "{} in\n{}".format(part, text))

    def test_headers_come_once_and_before_what_includes_them(self):
        text = self.made()["bitframe.c"]
        self.expect_order(text, '#include "bitframe.h"', "int base;", "int late;", "int first;", "int second;")
        for once in ("int base;", "int late;", "int any_machine;", "/* base.h */"):
            self.assertEqual(text.count(once), 1, once)
        self.assertNotIn("int pool;", text)
        self.assertNotIn("BITFRAME_CORE_BASE_H", text)
        self.assertNotIn('#include "base.h"', text)

    def test_what_includes_amid_code_stays_there(self):
        self.write("src/core/base.h", 'int base;\n#include "late.h"\nint behind;\n')
        self.expect_order(self.made()["bitframe.c"], "int base;", "int late;", "int behind;")

    def test_system_headers_come_first_and_once(self):
        made = self.made()
        self.expect_order(made["bitframe.h"], "#include <stdint.h>", "int pool;")
        self.expect_order(made["bitframe.c"], "#include <stddef.h>", "int base;")
        self.assertNotIn("stdint.h", made["bitframe.c"])

    def test_public_headers_are_in_the_header(self):
        text = self.made()["bitframe.h"]
        self.expect_order(text, "BITFRAME_VERSION", "int pool;", "#if BITFRAME_PAGE_ALLOC\n", "int contract;", "#endif /* BITF")
        self.assertNotIn("config.h>", text)
        self.assertEqual(text.count('"bitframe_config.h"'), 2)

    def test_parts_of_some_libraries_stand_under_their_option(self):
        text = self.made()["bitframe.c"]
        self.expect_order(text, "#if BITFRAME_DEBUG_FRAMES", "int atomic;", "#endif", "int second;", "#if BITFRAME_DEBUG_FRAMES", "int debug;")

    def test_a_header_that_every_library_needs_stands_under_no_option(self):
        self.write("src/core/second.c", '#include "atomic.h"\nint second;\n')
        self.expect_order(self.made()["bitframe.c"], "int atomic;", "int second;", "#if BITFRAME_DEBUG_FRAMES", "int debug;")

    def test_a_part_of_a_part_stands_under_the_same_option(self):
        self.write("src/sources.txt", "core core/first.c\ndebug-more core/debug.c\n")
        self.expect_order(self.made()["bitframe.c"], "int first;", "#if BITFRAME_DEBUG_FRAMES", "int debug;")

    def test_the_machine_chooses_its_folder(self):
        text = self.made()["bitframe.c"]
        self.expect_order(text, "#if BITFRAME_ARCH_IS_AARCH64\n", "int aarch64_machine;", "#else\n", "int any_machine;", "#endif\n")

    def test_a_third_folder_of_kernels(self):
        self.write("src/arch/x86_64/machine.h", "int x86_machine;\n")
        text = self.made()["bitframe.c"]
        self.expect_order(text, "#if BITFRAME_ARCH_IS_AARCH64\n", "#elif BITFRAME_ARCH_IS_X86_64\n", "int x86_machine;", "#else\n")

    def test_macros_end_with_their_file(self):
        made = self.made()
        self.expect_order(made["bitframe.c"], "#define LOCAL 1", "#undef LOCAL", "#define LOCAL 2", "#undef LOCAL")
        self.expect_order(made["bitframe_aarch64.S"], "#ifdef __aarch64__", ".macro KERNEL", "words x0", "#undef words", "#else")
        self.assertNotIn("scan:", made["bitframe.c"])

    def test_a_header_that_could_be_two_is_refused(self):
        self.write("src/import/base.h", "int other;\n")
        self.write("src/generic/use.c", '#include "base.h"\n')
        self.write("src/sources.txt", "core generic/use.c\n")
        with self.assertRaisesRegex(ValueError, "base.h"):
            self.made()

    def test_a_header_that_is_not_there_is_refused(self):
        self.write("src/core/first.c", '#include "nowhere.h"\n')
        with self.assertRaisesRegex(ValueError, "nowhere.h"):
            self.made()

    def test_misspelt_options_are_refused(self):
        text = self.made()["bitframe.h"]
        self.assertIn('|| defined(malloc_start)\n#error "the option is BITFRAME_MALLOC_START"', text)
        self.assertIn("#if defined(BITFRAME_debug_frames) || defined(bitframe_debug_frames) || defined(debug_frames)\n", text)

    def test_it_says_which_commit(self):
        self.assertEqual(self.made()["bitframe.commit"], "bitframe 1.2.3\ncommit unknown: not from a checkout\n")
        git = ["git", "-C", self.root, "-c", "user.name=a", "-c", "user.email=b"]
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
            subprocess.run(git + command, check=True)
        head = subprocess.run(git + ["rev-parse", "HEAD"], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertEqual(self.made()["bitframe.commit"], "bitframe 1.2.3\ncommit " + head)
        self.write("src/core/late.h", "int changed;\n")
        self.assertIn("changes that are in no commit", self.made()["bitframe.commit"])


class Tree(unittest.TestCase):
    def test_every_source_is_in_the_list(self):
        listed = {path for _, paths in amalgamate.Sources(ROOT).parts() for path in paths}
        pattern = os.path.join(ROOT, "src", "**", "*.")
        found = glob.glob(pattern + "c", recursive=True) + glob.glob(pattern + "S", recursive=True)
        there = {os.path.relpath(path, ROOT) for path in found}
        self.assertEqual(listed - there, set())
        self.assertLessEqual(there - listed, {"src/generic/bytemap.c"})  # the reference of the tests

    def test_options_are_those_of_meson(self):
        """Names, defaults and, where they are words, values. asm is one option there, and five here."""
        with open(os.path.join(ROOT, "meson_options.txt"), encoding="utf-8") as file:
            options = re.findall(r"^option\('(\w+)', type: '(\w+)', (.*?)value: ('.*?'|\[.*?\]|\w+), desc", file.read(), re.MULTILINE)
        meson = {}
        for name, kind, choices, value in options:
            if name == "asm":
                meson.update({"asm_" + kernel: "1" for kernel in re.findall(r"'(\w+)'", value)})
            elif name not in ("tests", "bench", "fuzz", "boards"):
                meson[name] = {"true": "1", "false": "0"}.get(value, value.strip("'"))
        with open(os.path.join(ROOT, "include", "bitframe", "options.h"), encoding="utf-8") as file:
            text = file.read()
        header = {n[len("BITFRAME_") :].lower(): v for n, v in re.findall(r"^#ifndef (\w+)\n#define \1 +(\S+)$", text, re.MULTILINE)}
        del header["page_alloc"]  # is for three files alone
        self.assertEqual(header, meson)
        for name, kind, choices, _ in options:
            words = re.findall(r"'([a-z]\w*)'", choices) if kind == "combo" else []
            self.assertEqual([word for word in words if "#define BITFRAME_VALUE_{} ".format(word) not in text], [], name)

    def test_the_configured_header_knows_every_option(self):
        with open(os.path.join(ROOT, "include", "bitframe", "options.h"), encoding="utf-8") as file:
            options = set(amalgamate.OPTION.findall(file.read())) - {"BITFRAME_PAGE_ALLOC"}
        with open(os.path.join(ROOT, "include", "bitframe", "config.h.in"), encoding="utf-8") as file:
            configured = dict(re.findall(r"^#define (BITFRAME_\w+) +@(\w+)@$", file.read(), re.MULTILINE))
        self.assertEqual(set(configured), options)
        self.assertEqual({"BITFRAME_" + name.upper() for name in configured.values()}, options)


if __name__ == "__main__":
    unittest.main()
