"""Small XML parts of an .xlsx package: sheets and their parts, defined names, properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache

from msgspec import Struct

from checker.model.cells import CellRef, column_number
from checker.model.snapshot import LAST_COLUMN, LAST_ROW, Area
from checker.reading import unreadable
from checker.reading.limits import LIMITS
from checker.reading.package import Package
from checker.reading.unreadable import UnreadableWorkbook, damaged
from checker.reading.xml_walk import parse

Names = dict[str, tuple[CellRef, CellRef] | None]
Relations = Mapping[str, tuple[str, str]]
"""Relationship id -> (type, target part)."""


class SheetPart(Struct, frozen=True):
    """A worksheet's title, the name of the part that holds its cells, and whether it is shown."""

    title: str
    part: str
    visible: bool


class WorkbookPart(Struct, frozen=True):
    """What the main part says, and the parts it leads to ("" when the workbook has none). Chart,
    dialog and macro sheets, and sheets without a part, hold no cells and are left out."""

    sheets: tuple[SheetPart, ...]
    names: Names
    styles: str
    shared_strings: str
    cannot_write: str | None
    date_1904: bool  # days are counted from 1904


SIGNED = "文件带有数字签名，任何写入都会使签名失效，所以没有写入。"
SHARED_BOOK = "这是多人共享的工作簿，不能写入。请先在“审阅”里取消共享再试。"
LOCKED = "工作簿的结构受保护，不能写入结果。请先在“审阅 → 保护工作簿”里取消保护再试。"
"""Why marks cannot be written, told at reading time; the writer refuses by the same signs."""


def relationships(package: Package, part: str) -> Relations:
    """Relationship id -> (type, target part) of a part, or of the package for ``""``; external
    ones are left out."""
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    found: dict[str, tuple[str, str]] = {}
    if not package.has(name):
        return found

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = _resolve(folder, attributes.get("Target", ""))
            found[attributes.get("Id", "")] = (attributes.get("Type", "").lower(), target)

    parse(package.read(name), start, part=name)
    return found


def _resolve(folder: str, target: str) -> str:
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return target[1:]
    steps = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def read_workbook_part(package: Package) -> WorkbookPart:
    """Sheets in tab order and the defined names of a workbook.

    A name that is defined for one sheet only (as copies of a sheet have them) counts when the
    workbook has no usable one of its own. Raises UnreadableWorkbook.
    """
    above = relationships(package, "")
    main = _of_kind(above, "/officedocument")
    if not package.has(main):
        raise damaged(main or "_rels/.rels")
    targets = relationships(package, main)
    sheets: list[SheetPart] = []
    defined: list[tuple[str, bool, str]] = []
    pending: list[tuple[str, bool]] = []
    locked = date_1904 = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal locked, date_1904
        if element == "definedName":
            pending.append((attributes.get("name", ""), "localSheetId" in attributes))
        elif element == "sheet":
            relation = next((text for key, text in attributes.items() if key.endswith(":id")), "")
            kind, part = targets.get(relation, ("", ""))
            if kind.endswith("/worksheet"):
                visible = attributes.get("state", "visible") not in ("hidden", "veryHidden")
                sheets.append(SheetPart(attributes.get("name", ""), part, visible))
                if len(sheets) > LIMITS.sheets:
                    raise UnreadableWorkbook(unreadable.TOO_MANY_SHEETS)
        elif element == "workbookProtection":
            locked = locked or attributes.get("lockStructure") in ("1", "true")
        elif element == "workbookPr":
            date_1904 = attributes.get("date1904", "0") not in ("0", "false")

    def end(element: str, text: str) -> None:
        if element == "definedName" and pending:
            defined.append((*pending.pop(), text))

    parse(package.read(main), start, end, part=main)
    cannot_write = SIGNED if _of_kind(above, "/digital-signature/origin") else None
    if cannot_write is None and _of_kind(targets, "/revisionheaders"):
        cannot_write = SHARED_BOOK
    return WorkbookPart(
        tuple(sheets),
        _targets(defined),
        _of_kind(targets, "/styles"),
        _of_kind(targets, "/sharedstrings"),
        LOCKED if cannot_write is None and locked else cannot_write,
        date_1904,
    )


def _targets(defined: Iterable[tuple[str, bool, str]]) -> Names:
    own: Names = {}
    local: Names = {}
    for name, is_local, text in defined:
        if name.startswith("_xlnm."):
            continue
        target = _target(text)
        if target is not None or "#REF!" in text:
            (local if is_local else own)[name] = target
    for name, target in local.items():
        if own.get(name) is None:
            own[name] = target
    return own


def _of_kind(targets: Relations, ending: str) -> str:
    return next((target for kind, target in targets.values() if kind.endswith(ending)), "")


column_of = lru_cache(1024)(column_number)
"""The number of a column by its letters."""

_ADDRESS = r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})"
_CELLS = re.compile(rf"{_ADDRESS}(?::{_ADDRESS})?").fullmatch
_WHOLE_ROWS = re.compile(r"\$?([1-9][0-9]{0,6}):\$?([1-9][0-9]{0,6})").fullmatch
_WHOLE_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})").fullmatch


def area_of(reference: str) -> Area | None:
    """The corners of "A1", "A1:B2", "4:5" or "A:C", with or without $; None for anything else."""
    if match := _CELLS(reference):
        left, top, right, bottom = match.groups()
        row, column = int(top), column_of(left)
        return row, column, int(bottom) if bottom else row, column_of(right) if right else column
    if match := _WHOLE_ROWS(reference):
        return int(match[1]), 1, int(match[2]), LAST_COLUMN
    if match := _WHOLE_COLUMNS(reference):
        return 1, column_of(match[1]), LAST_ROW, column_of(match[2])
    return None


def _target(text: str) -> tuple[CellRef, CellRef] | None:
    """The cell or range a name stands for; None if it is lost or something else."""
    title, _, reference = text.rpartition("!")
    area = area_of(reference.strip()) if title else None
    if area is None or "#REF!" in title:
        return None
    title = title.strip()
    if title.startswith("'"):
        title = title[1:-1].replace("''", "'")
    top, left, bottom, right = area
    first = CellRef(title, top, left)
    return first, first if (top, left) == (bottom, right) else CellRef(title, bottom, right)


def read_properties(package: Package) -> Mapping[str, str]:
    """Custom document properties as text; empty when there are none, or none that can be read:
    whoever wrote them wrong, the cells are what counts."""
    part = "docProps/custom.xml"
    found: dict[str, str] = {}
    names: list[str] = []
    if not package.has(part):
        return found

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "property":
            names.append(attributes.get("name", ""))

    def end(element: str, text: str) -> None:
        if names and element not in ("property", "Properties"):
            found.setdefault(names[-1], text.strip())

    with suppress(UnreadableWorkbook):
        parse(package.read(part), start, end, part=part)
        return found
    return {}
