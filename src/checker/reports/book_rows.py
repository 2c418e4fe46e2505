"""Many rows of one look in a sheet, at a tenth of what XlsxWriter takes for each cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from checker.reports.book_sheets import ListSheet, Value, write_line

if TYPE_CHECKING:
    from xlsxwriter.format import Format

_LONGEST = 32_767
"""Characters that a cell can hold."""
_ESCAPED = re.compile("(_x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
_DIFFICULT = re.compile("[\x00-\x1f&<>_]|^\\s|\\s$")


def write_rows(page: ListSheet, rows: Iterable[Sequence[Value]], count: int, form: Format) -> None:
    """The next ``count`` rows of a sheet, all cells in ``form``, none taller than a line.

    A sheet of a thousand schools has 300,000 cells. They go as finished XML into the file in which
    XlsxWriter itself gathers the rows of a sheet (its ``constant_memory``). That file is not part
    of its documented interface: where it is not found, the rows are written in the usual way.
    """
    sheet = page.sheet
    gathered: TextIO | None = getattr(sheet, "row_data_fh", None)
    style: int | None = getattr(form, "xf_index", None)  # known once a cell was written with it
    if gathered is None or style is None or count < 2:
        for row in rows:
            page.write(row, [form] * len(row), wraps=False)
        return
    first, last = page.row + 1, page.row + count
    sheet.write_blank(last, 0, None, form)  # now the row before stands in the file
    letters = _letters(len(page.widths))
    for number, row in enumerate(rows, first):
        if number < last:
            gathered.write(_row(number + 1, row, letters, style))
        else:
            write_line(sheet, number, row, [form] * len(row))
    page.row = last


def _row(number: int, values: Sequence[Value], letters: Sequence[str], style: int) -> str:
    """One row as it stands in a sheet's part; ``number`` counts from 1."""
    cells = [f'<row r="{number}">']
    for letter, value in zip(letters, values, strict=True):
        head = f'<c r="{letter}{number}" s="{style}"'
        if value is None:
            cells.append(f"{head}/>")
        elif isinstance(value, str):
            cells.append(f'{head} t="inlineStr"><is>{_text(value)}</is></c>')
        else:
            cells.append(f"{head}><v>{float(value):.16G}</v></c>")
    cells.append("</row>")
    return "".join(cells)


def _text(value: str) -> str:
    """A text as XML: what XML cannot hold is written as Office writes it, ``_x0007_``."""
    if not _DIFFICULT.search(value):
        return f"<t>{value[:_LONGEST]}</t>"
    told = _ESCAPED.sub(r"_x005F\1", value[:_LONGEST])
    told = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", told)
    told = told.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = ' xml:space="preserve"' if told[:1].isspace() or told[-1:].isspace() else ""
    return f"<t{kept}>{told}</t>"


def _letters(count: int) -> list[str]:
    """A, B, … Z, AA, …"""
    found: list[str] = []
    for number in range(1, count + 1):
        name = ""
        while number:
            number, digit = divmod(number - 1, 26)
            name = chr(65 + digit) + name
        found.append(name)
    return found
