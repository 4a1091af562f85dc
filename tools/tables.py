# SPDX-License-Identifier: MIT
"""Tables for two readers: Markdown between the markers of a document, and text as wide as a terminal."""

import glob
import os
import shutil
import textwrap

GAP = 2  # blanks between columns
LEAST_WIDTH = 40  # no terminal is narrower
NO_FIGURE = ("", "·")


def figure(value, below_one=2):
    """Three figures, or all of an integral part that has more. below_one: digits after the point of what is less than 1."""
    value = float(value)
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{below_one if value < 1 else 2 if value < 10 else 1 if value < 100 else 0}f}"


def duration(nanoseconds):
    """In the unit that leaves at most three digits before the point."""
    for unit, factor in (("ns", 1), ("µs", 1e3), ("ms", 1e6)):
        if nanoseconds < 1000 * factor or unit == "ms":
            return f"{figure(nanoseconds / factor)} {unit}"


def terminal_width():
    """$COLUMNS, the terminal's width, or 80 where there is no terminal."""
    return max(LEAST_WIDTH, shutil.get_terminal_size((80, 24)).columns)


class Table:
    """A head and rows of cells, all text. Columns called as labels say are about the row: they are no figures of it."""

    def __init__(self, head, rows, labels=()):
        self.head = list(head)
        self.rows = [list(row) for row in rows]
        self.labels = {0} | {i for i, name in enumerate(self.head) if name in labels}

    def markdown(self):
        lines = ["| " + " | ".join(self.head) + " |", "|" + "|".join(["---"] + ["---:"] * (len(self.head) - 1)) + "|"]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join(lines)

    def text(self, width):
        """No line is wider than that, if words and cells allow it. Rows and columns without figures are left out.

        Columns that do not fit beside the others come in a further block, with the first column again.
        """
        figures = [i for i in range(len(self.head)) if i not in self.labels]
        rows = [row for row in self.rows if has_figure(row, figures)]
        columns = [i for i in range(1, len(self.head)) if any(has_figure(row, [i]) for row in rows)]
        if not rows:
            return "nothing was measured"
        cells = [[cell.replace("`", "") for cell in row] for row in [self.head, *rows]]
        widths = {i: column_width(cells, i) for i in columns}
        room = max(width - GAP - max(widths.values()), 12)
        first = min(max(longest([row[0]]) for row in cells), max(room if len(columns) == 1 else width * 2 // 5, 12), room)
        blocks = [[]]
        left = width - first
        for i in columns:
            if left < widths[i] + GAP and blocks[-1]:
                blocks.append([])
                left = width - first
            blocks[-1].append(i)
            left -= widths[i] + GAP
        texts = []
        for block in blocks:
            shown = [cells[0], *(row for row in cells[1:] if has_figure(row, block))]
            texts.append(block_text(shown, first, [(i, widths[i]) for i in block]))
        return "\n\n".join(texts)


def has_figure(row, columns):
    return any(row[i] not in NO_FIGURE for i in columns)


def longest(words):
    return max((len(word) for word in words), default=0)


def column_width(cells, column):
    """Cells stay in one line, the head is broken between words."""
    return max(longest(row[column] for row in cells[1:]), longest(cells[0][column].split()))


def wrap(text, width, indent=""):
    """Lines of text, those after the first indented."""
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False) or [""]


def block_text(cells, first, columns):
    """Some columns of a table: the head, a rule, the rows."""
    lines = []
    for number, row in enumerate(cells):
        label = wrap(row[0], first, "  ")
        parts = [wrap(row[i], width) for i, width in columns]
        height = max(len(part) for part in [label, *parts])
        if number == 0:  # the head stands on the rule
            parts = [[""] * (height - len(part)) + part for part in parts]
            label = [""] * (height - len(label)) + label
        for i in range(height):
            line = (label[i] if i < len(label) else "").ljust(first)
            for part, (_, width) in zip(parts, columns):
                line += " " * GAP + (part[i] if i < len(part) else "").rjust(width)
            lines.append(line.rstrip())
        if number == 0:
            lines.append("-" * (first + sum(GAP + width for _, width in columns)))
    return "\n".join(lines)


def section(title, note, content, width):
    """A heading, what its figures mean and in which unit, and a table or text."""
    lines = [title, "=" * min(len(title), width)]
    lines += textwrap.wrap(note, width)
    body = content.text(width) if isinstance(content, Table) else wrapped_list(content, width)
    return "\n".join([*lines, "", body])


def wrapped_list(text, width):
    """Lines of text, each wrapped, what follows its first line indented as list items are."""
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent="  " if line.startswith("- ") else "", break_on_hyphens=False)
        for line in text.split("\n")
    )


def markdown(part):
    return part.markdown() if isinstance(part, Table) else part


def update(places, parts):
    """Put each part between its markers, in whichever page has them. No page is written if one of them is nowhere.

    A place is a page, or a folder of pages.
    """
    pages = {}
    paths = [path for path in places if not os.path.isdir(path)]
    for folder in places:
        paths += sorted(glob.glob(os.path.join(glob.escape(folder), "*.md")))
    for path in paths:
        with open(path, encoding="utf-8") as file:
            pages[path] = file.read()
    for name, part in parts.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        found = [path for path, text in pages.items() if end in text.partition(begin)[2]]
        if len(found) != 1:
            raise SystemExit(f"{' '.join(places)}: '{begin}' and '{end}' are in {len(found)} pages, not in one")
        before, _, rest = pages[found[0]].partition(begin)
        pages[found[0]] = f"{before}{begin}\n\n{markdown(part)}\n\n{end}{rest.partition(end)[2]}"
    for path, text in pages.items():
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
