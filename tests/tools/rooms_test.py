# SPDX-License-Identifier: MIT
"""Tests of tools/check-rooms: each thing that it forbids, in a made-up tree."""
import os
import subprocess
import tempfile
import unittest

TOOL = os.path.abspath(os.path.join(os.path.dirname(__file__), '../../tools/check-rooms'))

GOOD = {
    'base/word.c': 'int word(void) { return 1; }\n',
    'layout/table.h': '#include "base/word.h"\nint table(void);\n',
    'layout/table.c': '#include "layout/table.h"\nint word(void);\nint table(void) { return word(); }\n',
    'core/frame.c': '#include "layout/table.h"\nint frame(void) { return table(); }\n',
    'base/word.h': 'int word(void);\n',
}


def check(files):
    """Make a tree and an archive of it, as meson names objects. Returns the tool's exit status and complaints."""
    with tempfile.TemporaryDirectory() as root:
        objects = []
        for path, text in files.items():
            place = os.path.join(root, 'src', path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, 'w', encoding='utf-8') as file:
                file.write(text)
        for path in sorted(files):
            if path.endswith('.c'):
                objects.append(os.path.join(root, path.replace('/', '_') + '.o'))
                subprocess.run(['cc', '-O0', '-Isrc', '-c', 'src/' + path, '-o', objects[-1]], cwd=root, check=True)
        subprocess.run(['ar', 'rc', 'lib.a', *objects], cwd=root, check=True)
        done = subprocess.run([TOOL, 'lib.a'], cwd=root, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr


class Rooms(unittest.TestCase):
    def refuse(self, files, complaint):
        status, text = check({**GOOD, **files})
        self.assertEqual(status, 1)
        self.assertIn(complaint, text)

    def test_a_tree_in_order(self):
        self.assertEqual(check(GOOD), (0, ''))

    def test_an_include_to_the_right(self):
        self.refuse({'layout/bad.h': '#include "core/frame.h"\n'}, 'layout must know nothing of core')

    def test_a_call_to_the_right(self):
        self.refuse({'layout/bad.c': 'int frame(void);\nint bad(void) { return frame(); }\n'},
                    'layout_bad.c.o: calls frame() of core_frame.c.o')

    def test_rooms_side_by_side(self):
        self.refuse({'shared/bad.c': 'int names(void);\nint bad(void) { return names(); }\n',
                     'optional/names.c': 'int names(void) { return 0; }\n'}, 'shared must know nothing of optional')

    def test_a_circle_within_a_room(self):
        self.refuse({'core/a.c': 'int b(void);\nint a(void) { return b(); }\n',
                     'core/b.c': 'int a(void);\nint b(void) { return a(); }\n'}, 'core_a.c.o: in a circle')

    def test_an_include_that_names_no_room(self):
        self.refuse({'core/bad.h': '#include "frame.h"\n'}, 'names no room')

    def test_a_file_in_no_room(self):
        self.refuse({'attic/old.h': 'int old;\n'}, 'src/attic/old.h: in no room')

    def test_a_long_file(self):
        self.refuse({'core/long.h': '\n' * 301}, '301 lines, more than 300')


if __name__ == '__main__':
    unittest.main()
