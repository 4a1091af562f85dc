# SPDX-License-Identifier: MIT
"""Tests of tools/check-text: the constructions that it refuses in prose, in a made-up tree."""
import os
import subprocess
import tempfile
import unittest

TOOL = os.path.abspath(os.path.join(os.path.dirname(__file__), '../../tools/check-text'))
SPDX = '/* SPDX-License-Identifier: MIT */\n'


def check(files):
    """Make a tree. Returns the tool's exit status and complaints, without the tree's name."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {'src/core/frame.h': SPDX, **files}.items():
            place = os.path.join(root, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, 'w', encoding='utf-8') as file:
                file.write(text)
        done = subprocess.run([TOOL, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr.replace(root + '/', '')


class Text(unittest.TestCase):
    def refuse(self, path, text, complaint):
        self.assertEqual(check({path: text}), (1, complaint + ': name the actor\n'))

    def test_plain_sentences(self):
        self.assertEqual(check({
            'README.md': 'A free outside the window moves it there.\n',
            'docs/design.md': 'The pool manages a range of adjacent frames. Another CPU frees one of them.\n',
            'src/map/map.c': SPDX + '/* The call extends the list. It told the map so. */\n',
        }), (0, ''))

    def test_each_construction(self):
        for words in ('for who', 'what of', 'is due', 'nobody', 'somebody', 'anyone', 'everybody', 'anew', 'made anew',
                      'stretch', 'stretches', 'believe', 'believed', 'is told', 'are told', 'was told', 'were told',
                      'told of', 'is to be', 'are to be', 'look from', 'looks from', 'looked from', 'given from there'):
            with self.subTest(words):
                status, complaints = check({'docs/design.md': 'So it says, {}, and so on.\n'.format(words)})
                self.assertEqual(status, 1)
                self.assertIn('docs/design.md:1: "', complaints)

    def test_a_construction_at_the_end_of_a_line(self):
        self.refuse('docs/design.md', 'One line.\nThe range is\nto be ignored.\n', 'docs/design.md:2: "is to be"')

    def test_a_construction_in_a_comment(self):
        self.refuse('include/bitframe/map.h', SPDX + '/*\n * A range that the map was\n * told\n */\n',
                    'include/bitframe/map.h:3: "was told"')

    def test_other_texts(self):
        self.assertEqual(check({'CHANGELOG.md': 'A pool is made anew.\n',
                                'tests/map.c': SPDX + '/* anew */\n'}), (0, ''))


if __name__ == '__main__':
    unittest.main()
