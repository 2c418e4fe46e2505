"""What a book says about itself beyond its cells: names, properties, percent formats.

Excel has no call that answers this for a whole book (defined names alone are two calls each, and a
form has hundreds), so the workbook's own macro ``Checker_Describe`` writes it down in one call. A
book without our macros is asked name by name.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import xlwings as xw
from checker_xlsx.painting import has_macros
from checker_xlsx.vba.texts import unescaped
from msgspec import Struct, field

from checker.model.cells import CellRef, column_number
from checker.model.snapshot import Area, Position

DESCRIBE_MACRO = "Checker_Describe"
_TARGET = re.compile(
    r"=(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!"
    r"\$?(?P<c1>[A-Z]{1,3})\$?(?P<r1>\d+)(?::\$?(?P<c2>[A-Z]{1,3})\$?(?P<r2>\d+))?"
)
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")


class Description(Struct, frozen=True):
    """Defined names with Excel's text of their target, custom properties, and per sheet title
    the areas ("C7:D9") whose number format shows a percentage, and those merged into one cell.
    A book without our macros tells neither kind of area."""

    names: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    percent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    merged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def describe(book: xw.Book) -> Description:
    """The description of an open book."""
    if has_macros(book):
        described = _by_macro(book)
        if described is not None:
            return described
    return Description(
        names={name.name: name.refers_to or "" for name in book.names},
        properties=_properties(book),
    )


def _properties(book: xw.Book) -> dict[str, str]:
    """The custom properties as Excel's own object gives them; none where there is no such thing."""
    try:
        return {str(one.Name): str(one.Value) for one in book.api.CustomDocumentProperties}
    except Exception:  # another program's objects have other members, and other errors
        return {}


def _by_macro(book: xw.Book) -> Description | None:
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        answers = Path(folder, "answers.txt")
        try:
            book.macro(DESCRIBE_MACRO)(str(answers))
        except Exception:
            return None  # somebody else's macro workbook: it has no such procedure
        return described(answers.read_text(encoding="ascii"))


def described(answers: str) -> Description:
    """The macro's answer: lines ``name|property|percent|merged``, two texts, separated by
    tabs."""
    names: dict[str, str] = {}
    properties: dict[str, str] = {}
    percent: dict[str, tuple[str, ...]] = {}
    merged: dict[str, tuple[str, ...]] = {}
    for line in answers.splitlines():
        kind, first, second = (unescaped(part) for part in line.split("\t"))
        if kind == "name":
            names[first] = second
        elif kind == "property":
            properties[first] = second
        elif kind == "percent":
            percent[first] = (*percent.get(first, ()), second)
        elif kind == "merged":
            merged[first] = (*merged.get(first, ()), second)
    return Description(names, properties, percent, merged)


def target(refers_to: str) -> tuple[CellRef, CellRef] | None:
    """The corners of the one range a name means; None when it is lost or no plain range."""
    found = _TARGET.fullmatch(refers_to)
    if not found:
        return None
    sheet = (found["quoted"] or "").replace("''", "'") or found["plain"]
    first = CellRef(sheet, int(found["r1"]), column_number(found["c1"]))
    if found["c2"] is None:
        return first, first
    return first, CellRef(sheet, int(found["r2"]), column_number(found["c2"]))


def corners(areas: Iterable[str]) -> Iterator[Area]:
    """The areas by their rows and columns: top, left, bottom, right."""
    for area in areas:
        found = _AREA.fullmatch(area)
        if found:
            left, top = column_number(found[1]), int(found[2])
            right = column_number(found[3]) if found[3] else left
            yield top, left, int(found[4]) if found[4] else top, right


def positions(areas: tuple[str, ...], last_row: int, last_column: int) -> frozenset[Position]:
    """The cells of areas, as far as they lie within what was read."""
    cells: set[Position] = set()
    for top, left, bottom, right in corners(areas):
        for row in range(top, min(bottom, last_row) + 1):
            cells.update((row, column) for column in range(left, min(right, last_column) + 1))
    return frozenset(cells)
