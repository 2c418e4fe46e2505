"""What a book says about itself beyond its cells: names, properties, percent formats, protection.

Excel has no call that answers this for a whole book (defined names alone are two calls each, and a
form has hundreds), so the launcher's procedure ``Checker_Describe`` writes it down in one call; for
both carriers, see docs/design/protocol.md. A book without the launcher is asked name by name.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from checker_xlsx.vba.texts import unescaped
from msgspec import Struct, field

from checker.model.cells import CellRef, column_number
from checker.model.snapshot import Area, Position

if TYPE_CHECKING:
    import xlwings as xw

DESCRIBE_MACRO = "Checker_Describe"
_TARGET = re.compile(
    r"=(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!"
    r"\$?(?P<c1>[A-Z]{1,3})\$?(?P<r1>\d+)(?::\$?(?P<c2>[A-Z]{1,3})\$?(?P<r2>\d+))?"
)
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")


class Description(Struct, frozen=True):
    """Defined names with Excel's text of their target, custom properties, and per sheet title
    the areas ("C7:D9") whose number format shows a percentage, those merged into one cell, and the
    one that holds anything at all. A book without the launcher tells none of these areas.

    ``book`` and ``place``: name and full name of the book; ``refused``: the sheets that somebody's
    password protects; ``shared``: a legacy shared workbook, in which no sheet can be added.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    percent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    merged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    book: str = ""
    place: str = ""
    shared: bool = False
    structure_protected: bool = False
    read_only: bool = False


def describe(book: xw.Book) -> Description:
    """The description of an open book."""
    told = _by_launcher(book)
    if told is not None:
        return told
    return Description(
        names={name.name: name.refers_to or "" for name in book.names},
        properties=_properties(book),
        book=book.name,
        structure_protected=bool(getattr(book.api, "ProtectStructure", False)),
    )


def _properties(book: xw.Book) -> dict[str, str]:
    """The custom properties as Excel's own object gives them; none where there is no such thing."""
    try:
        return {str(one.Name): str(one.Value) for one in book.api.CustomDocumentProperties}
    except Exception:  # another program's objects have other members, and other errors
        return {}


def _by_launcher(book: xw.Book) -> Description | None:
    from checker_xlsx.painting import macro_of

    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        answers = Path(folder, "answers.txt")
        try:
            failure = macro_of(book, DESCRIBE_MACRO)(str(answers))
        except Exception:
            if answers.exists():
                raise
            return None  # the book has no such procedure
        if failure:
            raise CannotDescribe(str(failure))
        return described(answers.read_text(encoding="ascii"))


class CannotDescribe(Exception):
    """The launcher failed while it described the book."""


def described(answers: str) -> Description:
    """The launcher's description: lines of a kind and its texts, separated by tabs.

    Raises ValueError when it is none."""
    texts: dict[str, dict[str, str]] = {"name": {}, "property": {}, "used": {}}
    areas: dict[str, dict[str, tuple[str, ...]]] = {"percent": {}, "merged": {}}
    refused: set[str] = set()
    states: set[str] = set()
    book = place = ""
    for line in answers.splitlines():
        kind, *parts = (unescaped(part) for part in line.split("\t"))
        if kind in texts:
            texts[kind][parts[0]] = parts[1]
        elif kind in areas:
            areas[kind][parts[0]] = (*areas[kind].get(parts[0], ()), parts[1])
        elif kind == "refused":
            refused.add(parts[0])
        elif kind == "book":
            book, place = parts
        elif kind == "state":
            states.add(parts[0])
        else:
            raise ValueError(f"not a description: {line!r}")
    return Description(
        texts["name"],
        texts["property"],
        areas["percent"],
        areas["merged"],
        texts["used"],
        frozenset(refused),
        book,
        place,
        "shared" in states,
        "structure" in states,
    )


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
