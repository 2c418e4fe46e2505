"""Small XML parts of an .xlsx package: sheets and their parts, defined names, properties."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from checker.model.cells import CellRef, column_number
from checker.reading import unreadable
from checker.reading.package import Package
from checker.reading.unreadable import UnreadableWorkbook

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str, str], None]
Names = dict[str, tuple[CellRef, CellRef] | None]


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet's title and the name of the part that holds its cells; "" for chart sheets."""

    title: str
    part: str


@dataclass(frozen=True, slots=True)
class WorkbookPart:
    """What the main part says, and the parts it leads to ("" when the workbook has none)."""

    sheets: list[SheetPart]
    names: Names
    styles: str
    shared_strings: str


def parse(xml: bytes, start: Start, end: End | None = None) -> None:
    """Walks an XML part: ``start(local name, attributes)``, ``end(local name, its text)``.

    Prefixes are dropped from element names and kept on attributes. Raises UnreadableWorkbook on
    broken XML and on any entity definition (nothing honest has one here).
    """
    parser = expat.ParserCreate()
    text: list[str] = []

    def on_start(name: str, attributes: dict[str, str]) -> None:
        text.clear()
        start(name.rpartition(":")[2], attributes)

    def on_end(name: str) -> None:
        if end is not None:
            end(name.rpartition(":")[2], "".join(text))
        text.clear()

    def refuse(*_: object) -> None:
        raise UnreadableWorkbook(unreadable.ENTITIES)

    parser.buffer_text = True
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = text.append
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise UnreadableWorkbook(unreadable.DAMAGED) from error


def workbook_part(package: Package) -> str:
    """Name of the main part, by the package's relationships; usually xl/workbook.xml."""
    targets = relationships(package, "")
    found = [
        target for kind, target in targets.values() if kind.lower().endswith("/officedocument")
    ]
    if not found or not package.has(found[0]):
        raise UnreadableWorkbook(unreadable.DAMAGED)
    return found[0]


def relationships(package: Package, part: str) -> dict[str, tuple[str, str]]:
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
            found[attributes.get("Id", "")] = (attributes.get("Type", ""), target)

    parse(package.read(name), start)
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
    workbook has no usable one of its own.
    """
    main = workbook_part(package)
    targets = relationships(package, main)
    sheets: list[SheetPart] = []
    own: Names = {}
    local: Names = {}
    pending: list[tuple[str, bool]] = []

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "sheet":
            kind, part = targets.get(_relationship_id(attributes), ("", ""))
            sheets.append(
                SheetPart(
                    attributes.get("name", ""),
                    part if kind.lower().endswith("/worksheet") else "",
                )
            )
        elif element == "definedName":
            pending.append((attributes.get("name", ""), "localSheetId" in attributes))

    def end(element: str, text: str) -> None:
        if element != "definedName" or not pending:
            return
        name, is_local = pending.pop()
        if name.startswith("_xlnm."):
            return
        target = _target(text, addresses)
        if target is not None or "#REF!" in text:
            (local if is_local else own)[name] = target

    addresses: dict[str, tuple[int, int] | None] = {}
    parse(package.read(main), start, end)
    for name, place in local.items():
        if own.get(name) is None:
            own[name] = place
    return WorkbookPart(
        sheets, own, _of_kind(targets, "/styles"), _of_kind(targets, "/sharedstrings")
    )


def _of_kind(targets: Mapping[str, tuple[str, str]], ending: str) -> str:
    found = (target for kind, target in targets.values() if kind.lower().endswith(ending))
    return next(found, "")


def _relationship_id(attributes: Mapping[str, str]) -> str:
    return next((value for key, value in attributes.items() if key.endswith(":id")), "")


_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


def _target(
    text: str, addresses: dict[str, tuple[int, int] | None]
) -> tuple[CellRef, CellRef] | None:
    """The cell or range a name stands for; None if it is lost or something else."""
    title, mark, place = text.strip().rpartition("!")
    if not mark or "#REF!" in text:
        return None
    if title.startswith("'"):
        title = title.strip("'").replace("''", "'")
    first_text, _, last_text = place.partition(":")
    first = _address(first_text, addresses)
    last = _address(last_text, addresses) if last_text else first
    if first is None or last is None:
        return None
    return CellRef(title, *first), CellRef(title, *last)


def _address(text: str, known: dict[str, tuple[int, int] | None]) -> tuple[int, int] | None:
    if text not in known:
        match = _PLACE.fullmatch(text)
        known[text] = (int(match[2]), column_number(match[1])) if match else None
    return known[text]


def read_properties(package: Package) -> dict[str, str]:
    """Custom document properties as text; empty when there are none."""
    name = "docProps/custom.xml"
    if not package.has(name):
        return {}
    found: dict[str, str] = {}
    names: list[str] = []

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "property":
            names.append(attributes.get("name", ""))

    def end(element: str, text: str) -> None:
        if names and element not in ("property", "Properties"):
            found.setdefault(names[-1], text.strip())

    parse(package.read(name), start, end)
    return found
