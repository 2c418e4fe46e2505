"""The hidden sheet 校验记录: what every marked cell looked like before it was marked.

A hidden sheet is the one carrier that Excel, WPS and LibreOffice all keep when they save a
workbook. Each line refers to its cells with a formula, so the spreadsheet program itself keeps the
line pointing at the right cells when the user inserts rows or renames a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct

from checker.writing.addresses import Area, parse_area, quoted_title, split_location
from checker.writing.cell_contents import rich_text, text_element
from checker.writing.workbook_part import Sheet, Workbook
from checker.writing.xml_part import escape, unescape

TITLE = "校验记录"
SIGNATURE = "校验程序的记录，用来清除标记、恢复原样，请勿改动。"
PROVISIONAL = "校验中~"
"""How the titles begin under which the buttons make new sheets; with a number, never a user's."""

_CHUNK = 30_000  # a cell holds at most 32,767 characters
_LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_CHUNKS = len(_LETTERS)
_FORMULA = re.compile(r"\s*=?\s*ROWS\((.*)\)\s*", re.DOTALL)


class Memory(Struct, frozen=True):
    """One line: which cells, what kind of change, what was written, what was there before."""

    kind: str  # fill, note, link, edit, person (see CellEdit.beside), sheet, recalculation
    sheet: str
    area: Area
    wrote: str
    before: str | None
    created: bool = False  # the cells did not exist before
    tab: int = -1  # place of the sheet among the tabs, for programs that rename it on opening


_STORED = ("kind", "wrote", "before", "created", "tab")
"""What of a memory is stored beside the formula that holds its sheet and area."""


def memory_sheet_xml(workbook: Workbook, memories: Sequence[Memory]) -> bytes:
    """The worksheet part that remembers."""
    rows = [f'<row r="1"><c r="A1" t="inlineStr"><is>{text_element(SIGNATURE)}</is></c></row>']
    lines: dict[tuple[object, ...], list[str]] = {}
    titles: dict[str, str] = {}
    for number, memory in enumerate(memories, 2):
        area, sheet = memory.area, memory.sheet
        title = titles.get(sheet)
        if title is None:
            title = titles[sheet] = escape(quoted_title(sheet))
        stored = memory.kind, memory.wrote, memory.before, memory.created, memory.tab
        chunks = lines.get(stored)
        if chunks is None:
            line = msgspec.json.encode(dict(zip(_STORED, stored, strict=True))).decode()
            line = line.replace("_x", "\\u005fx")
            chunks = lines[stored] = [
                text_element(line[at : at + _CHUNK])
                for at in range(0, min(len(line), _CHUNK * _MOST_CHUNKS), _CHUNK)
            ]
        height = area.bottom - area.top + 1
        rows.append(
            f'<row r="{number}"><c r="A{number}"><f>ROWS({title}!{area.absolute})</f>'
            f"<v>{height}</v></c>"
        )
        for letter, xml in zip(_LETTERS, chunks, strict=False):
            rows.append(f'<c r="{letter}{number}" t="inlineStr"><is>{xml}</is></c>')
        rows.append("</row>")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{workbook.main_namespace}"><sheetData>{"".join(rows)}</sheetData>'
        "</worksheet>"
    ).encode()


def remembered_sheet(workbook: Workbook, memory: Memory) -> Sheet | None:
    """The sheet a memory speaks of: by its title, else by its place among the tabs."""
    sheet = workbook.sheet(memory.sheet)
    if sheet is None and 0 <= memory.tab < len(workbook.sheets):
        return workbook.sheets[memory.tab]
    return sheet


def is_provisional(title: str) -> bool:
    """Whether a sheet is one that a run of the button was still making when it ended."""
    return title.startswith(PROVISIONAL) and title.removeprefix(PROVISIONAL).isdecimal()


def find_memory_sheets(workbook: Workbook) -> list[Sheet]:
    """The sheets that earlier runs left behind: one, or two when the last was interrupted."""
    found = []
    for sheet in workbook.sheets:
        named = sheet.title.startswith(TITLE) or is_provisional(sheet.title)
        if named and sheet.kind == "worksheet" and sheet.key:
            rows = _read_rows(workbook, sheet, most=1)
            if rows and rows[0].get("A", ("", ""))[0] == SIGNATURE:
                found.append(sheet)
    return found


def read_memories(workbook: Workbook, sheet: Sheet) -> list[Memory]:
    """What the sheet remembers. Lines whose cells were deleted since are left out."""
    memories = []
    for row in _read_rows(workbook, sheet)[1:]:
        formula = _FORMULA.fullmatch(row.get("A", ("", ""))[1])
        line = "".join(row[letter][0] for letter in sorted(row) if letter != "A")
        title, address = split_location(formula[1]) if formula else ("", "")
        area = parse_area(address)
        if area is None or not line:
            continue
        with suppress(msgspec.DecodeError):
            stored = msgspec.json.decode(line, type=dict[str, Any])
            memories.append(msgspec.convert({**stored, "sheet": title, "area": area}, Memory))
    return memories


def _read_rows(
    workbook: Workbook, sheet: Sheet, most: int | None = None
) -> list[dict[str, tuple[str, str]]]:
    """Text and formula of each cell, by column letter, of the first ``most`` rows."""
    part = workbook.package.part(sheet.key)
    text, data = part.scan, part.element("sheetData")
    if data is None:
        return []
    rows: list[dict[str, tuple[str, str, bool]]] = []
    shared: set[int] = set()
    for row in islice(part.inside(data), most):
        cells = {}
        for cell in part.inside(row):
            values = part.attributes(cell)
            kind = values.get("t", "")
            value = formula = ""
            for one in part.inside(cell):
                inner = text[one.inner_start : one.inner_end]
                if one.name == "is":
                    value = rich_text(inner)
                elif one.name == "v":
                    value = unescape(inner)
                elif one.name == "f":
                    formula = unescape(inner)
            by_index = kind == "s" and value.isdecimal()
            if by_index:
                shared.add(int(value))
            letters = values.get("r", "").rstrip("0123456789")
            cells[letters] = (value, formula, by_index)
        rows.append(cells)
    strings = workbook.shared_strings(shared)
    return [
        {
            letters: (rich_text(strings.get(int(value), b"")) if by_index else value, formula)
            for letters, (value, formula, by_index) in cells.items()
        }
        for cells in rows
    ]
