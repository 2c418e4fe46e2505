"""One sheet of an .xlsx package: its cells as calamine can read them, and what it does not tell.

Calamine gives error cells, formulas without a stored result and empty cells all as "", and no
formulas, formats or merged areas at all: these are looked up here. It also refuses whole files for
what stands beside the cells or is written oddly, so it is given nothing but the cells, and cells
that are not written as all programs write them are written anew first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from checker.model.cells import column_letters
from checker.model.snapshot import Area, Position, SheetSnapshot
from checker.reading import unreadable
from checker.reading.limits import LIMITS
from checker.reading.unreadable import UnreadableWorkbook, damaged
from checker.reading.workbook_part import area_of, column_of
from checker.reading.xml_walk import as_utf8, escaped, parse, plain_text


class SheetCells(Struct, frozen=True):
    """``xml``: a sheet part with nothing but cells. ``written``: how many. ``beside``: what
    calamine does not tell of them, on a sheet without title and rows."""

    xml: bytes
    written: int
    beside: SheetSnapshot


def read_sheet(
    xml: bytes, percent_styles: frozenset[int], part: str, *, rewrite: bool = False
) -> SheetCells:
    """Reads the sheet part of this name. ``percent_styles`` are the style ids that show
    percentages; ``rewrite`` writes the cells anew even if they look ordinary.

    Raises UnreadableWorkbook on entity definitions, broken XML and what exceeds the limits.
    """
    xml = as_utf8(xml, part)
    found = None if rewrite else _usual(xml, percent_styles)
    if found is None:
        found = _usual(_rewritten(xml, part), percent_styles, single_quotes=False)
    if found is None:
        raise damaged(part)
    return found


_FAR_OR_ODD = re.compile(rb'<c r="(?![A-Z]{1,2}[1-9][0-9]{0,3}")')
_ADDRESSES = re.compile(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"')
_TAG = re.compile(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"([^<>]*>?\s*)')
_FORMULA = re.compile(
    rb"<f(?:\s[^<>]*)?(?:/>|>([^<]*)</f>)\s*(?:<v(?:\s[^<>]*)?(?:/>|>([^<]*)</v>))?"
)
_VALUE = re.compile(
    rb"[^<>]*(?<!/)>\s*(?:<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>))?"
    rb"\s*(?:<v(?:\s[^<>]*)?(?:/>|>([^<]*)</v>))?"
)
_ANY_FORMULA = re.compile(rb"<f[ >/\s]")
_KIND = re.compile(rb'\st="([A-Za-z]+)"')
_LONGEST_TAG = 300
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref\s*=\s*[\"']([^\"'<>]{1,40})[\"']")


def _usual(
    xml: bytes, percent_styles: frozenset[int], single_quotes: bool = True
) -> SheetCells | None:
    """None if a search of the bytes could be deceived: there are comments, prefixes, cells without
    an address or with one that is none, formulas that do not come first in their cell, or
    (``single_quotes``: there may be such attributes) single quotes."""
    begin = xml.find(b"<sheetData")
    end = xml.find(b"</sheetData>", begin)
    if begin < 0 or b"<!" in xml:
        return None
    if end < 0:
        opening = xml[begin : xml.find(b">", begin) + 1]
        if not opening.endswith(b"/>"):
            return None
        end = begin + len(opening)
        cells = b""
    else:
        cells = xml[begin:end] + b"</sheetData>"
    count = cells.count(b"<c")
    if count != cells.count(b'<c r="') or (single_quotes and b"='" in cells):
        return None
    if count > LIMITS.cells:
        raise UnreadableWorkbook(unreadable.TOO_MANY_CELLS)
    if not _are_near(cells, count):
        return None
    errors: dict[Position, str] = {}
    formulas: dict[Position, str] = {}
    uncomputed: set[Position] = set()
    if b"<f" in cells:
        for match in _FORMULA.finditer(cells):
            found = _tag_before(cells, match.start())
            if found is None or not found[1].rstrip().endswith(b">"):
                return None
            at, attributes = found
            text, value = match.groups(b"")
            formulas[at] = plain_text(text.decode("utf-8", "replace")).replace("\r\n", "\n")
            kind = _KIND.search(attributes)
            # a text formula may well have the empty text as its result; a number cannot be empty
            if not value and (kind is None or kind[1] not in (b"str", b"s", b"inlineStr", b"e")):
                uncomputed.add(at)
        if len(formulas) != len(_ANY_FORMULA.findall(cells)):
            return None
    for match in re.finditer(rb't="e"', cells):
        found = _tag_before(cells, match.start())
        value_of = _VALUE.match(cells, match.end())
        if found and value_of:
            errors[found[0]] = (value_of[1] or b"#VALUE!").decode("utf-8", "replace")
    return SheetCells(
        b"<worksheet>" + cells + b"</worksheet>" if cells else _NO_CELLS,
        count,
        SheetSnapshot(
            "",
            (),
            errors=errors,
            formulas=formulas,
            uncomputed=frozenset(uncomputed),
            percent=frozenset(_percent(cells, percent_styles)),
            merged=tuple(_merged(xml[end:])),
        ),
    )


_NO_CELLS = b"<worksheet><sheetData></sheetData></worksheet>"


def _tag_before(cells: bytes, end: int) -> tuple[Position, bytes] | None:
    """Position of the cell whose tag ends at ``end`` or goes on there, and the rest of the tag."""
    start = cells.rfind(b"<c ", max(0, end - _LONGEST_TAG), end)
    match = _TAG.fullmatch(cells, start, end) if start >= 0 else None
    return (_position(match[1], match[2]), match[3]) if match else None


def _position(letters: bytes, number: bytes) -> Position:
    return int(number), column_of(letters.decode("ascii"))


def _percent(cells: bytes, styles: frozenset[int]) -> Iterator[Position]:
    if not styles:
        return
    ids = b"|".join(str(style).encode("ascii") for style in sorted(styles))
    for match in re.finditer(rb' s="(?:' + ids + rb')"', cells):
        found = _tag_before(cells, match.start())
        if found is not None:  # else it is the style of a row
            yield found[0]


def _merged(xml: bytes) -> Iterator[Area]:
    first = xml.find(b"mergeCell")
    if first < 0:
        return
    begin, end = max(xml.rfind(b"<", 0, first), 0), xml.rfind(b">") + 1
    for index, match in enumerate(_MERGED.finditer(xml, begin, end)):
        if index >= LIMITS.merged:
            raise UnreadableWorkbook(unreadable.TOO_MANY_CELLS)
        area = area_of(match[1].decode("ascii", "replace"))
        if area is not None:
            yield area


def _are_near(cells: bytes, count: int) -> bool:
    """Whether every address is one. Readers fill the whole box around all cells, and calamine takes
    AAAA99999999 for a cell: its box would be terabytes. Without a cell beyond column ZZ or row 9999
    it is small enough; raises UnreadableWorkbook where it is not."""
    if not _FAR_OR_ODD.search(cells):
        return True
    rows: set[bytes] = set()
    columns: set[bytes] = set()
    addresses = _ADDRESSES.findall(cells)
    if len(addresses) != count:
        return False
    for letters, number in addresses:
        columns.add(letters)
        rows.add(number)
    numbers = [int(row) for row in rows]
    widths = [column_of(letters.decode("ascii")) for letters in columns]
    height, width = max(numbers) - min(numbers) + 1, max(widths) - min(widths) + 1
    if height * width > LIMITS.area:
        raise UnreadableWorkbook(unreadable.TOO_WIDE)
    return True


ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
_KINDS = ("n", "s", "str", "b", "e", "d", "inlineStr")
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?\s*").fullmatch
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})").fullmatch


def _rewritten(xml: bytes, part: str) -> bytes:
    """The cells and merged areas of a sheet part, as most programs write them."""
    pieces: list[str] = ["<worksheet><sheetData>"]
    merged: list[str] = []
    row = column = 0
    kind = style = ""
    formula: str | None = None
    value: str | None = None
    runs: list[str] = []
    phonetic = preserved = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, column, kind, style, formula, value, phonetic, preserved
        if element == "row":
            row = _number(attributes.get("r"), row + 1)
            column = 0
        elif element == "c":
            address = attributes.get("r", "").strip().replace("$", "").upper()
            match = _ADDRESS(address)
            if match:
                row, column = int(match[2]), column_of(match[1])
            elif address:
                raise damaged(part)
            else:
                column += 1
            kind, style = attributes.get("t", "n").strip(), attributes.get("s", "").strip()
            formula = value = None
            runs.clear()
        elif element == "f":
            formula = ""
        elif element == "t":
            preserved = attributes.get("xml:space") == "preserve"
        elif element == "rPh":
            phonetic = True
        elif element == "mergeCell":
            merged.append(f'<mergeCell ref="{escaped(attributes.get("ref", ""))}"/>')

    def end(element: str, text: str) -> None:
        nonlocal formula, value, phonetic
        if element == "f":
            formula = text
        elif element == "v":
            value = text
        elif element == "t" and not phonetic:
            runs.append(text if preserved else text.strip(" \t\r\n"))
        elif element == "rPh":
            phonetic = False
        elif element == "c":
            content = value if kind != "inlineStr" or not runs else "".join(runs)
            pieces.append(_cell(row, column, kind, style, formula, content))

    parse(xml, start, end, part=part)
    return "".join((*pieces, "</sheetData>", *merged, "</worksheet>")).encode("utf-8", "replace")


def _cell(
    row: int, column: int, kind: str, style: str, formula: str | None, value: str | None
) -> str:
    if kind == "inlineStr" or (value is not None and kind not in _KINDS):
        kind = "str"
    elif kind == "n" and value is not None and value.strip() and not _NUMBER(value):
        kind = "str"  # somebody's program wrote a text there, and readers show it as one
    elif kind == "e" and value is not None and value not in ERRORS:
        value = "#VALUE!"
    if value is not None and kind in ("n", "s", "b"):
        value = value.strip()
    shown = f' s="{style}"' if style.isascii() and style.isdigit() else ""
    shown += f' t="{kind}"' if kind in _KINDS and kind != "n" else ""
    inside = f"<f>{escaped(formula)}</f>" if formula is not None else ""
    inside += f"<v>{escaped(value)}</v>" if value or (kind == "str" and value is not None) else ""
    return f'<c r="{column_letters(column)}{row}"{shown}>{inside}</c>'


def _number(text: str | None, otherwise: int) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else otherwise
