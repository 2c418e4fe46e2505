"""Small XML parts of an .xlsx package: sheets and their parts, defined names, properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from checker.model.cells import CellRef, column_number
from checker.reading import unreadable
from checker.reading.package import Package, PackedPart
from checker.reading.unreadable import UnreadableWorkbook
from checker.reading.xml_walk import parse, plain_text

Names = dict[str, tuple[CellRef, CellRef] | None]
Relations = Mapping[str, tuple[str, str]]
"""Relationship id -> (type, target part)."""

KEPT_BYTES = 300_000
"""Unpacked size above which what was learnt of a part is not remembered. The parts read here are
the same, or nearly, in all workbooks of a template."""


class SheetPart(NamedTuple):
    """A sheet's title, the name of the part that holds its cells ("" for chart sheets) and whether
    it is "visible", "hidden" or "veryHidden"."""

    title: str
    part: str
    state: str


class WorkbookPart(NamedTuple):
    """What the main part says, and the parts it leads to ("" when the workbook has none)."""

    sheets: tuple[SheetPart, ...]
    names: Names
    styles: str
    shared_strings: str
    cannot_write: str | None
    main: str  # the name of the main part itself
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
    if not package.has(name):
        return {}
    packed = package.packed_part(name)
    read = _relationships if packed.size <= KEPT_BYTES else _relationships.__wrapped__
    return read(packed, folder)


@lru_cache(64)
def _relationships(part: PackedPart, folder: str) -> Relations:
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = _resolve(folder, attributes.get("Target", ""))
            found[attributes.get("Id", "")] = (attributes.get("Type", ""), target)

    parse(part.unpacked(), start)
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


_NAMES_SECTION = re.compile(rb"<definedNames>(.*?)</definedNames>", re.DOTALL)
_NAME_ELEMENT = re.compile(rb"<definedName ([^<>]*)>([^<]*)</definedName>")
_NAME_ATTRIBUTE = re.compile(r'\bname="([^"]*)"')


def read_workbook_part(package: Package) -> WorkbookPart:
    """Sheets in tab order and the defined names of a workbook.

    A name that is defined for one sheet only (as copies of a sheet have them) counts when the
    workbook has no usable one of its own.
    """
    above = relationships(package, "")
    main = _of_kind(above, "/officedocument")
    if not package.has(main):
        raise UnreadableWorkbook(unreadable.DAMAGED)
    targets = relationships(package, main)
    packed = package.packed_part(main)
    if packed.size > KEPT_BYTES:
        return _workbook_part(_main_part.__wrapped__(packed), main, above, targets)
    known = _known_books.get(packed)
    if known is not None and known.above is above and known.targets is targets:
        return known.part
    part = _workbook_part(_main_part(packed), main, above, targets)
    if len(_known_books) >= KEPT_BOOKS:
        _known_books.clear()
    _known_books[packed] = _KnownBook(above, targets, part)
    return part


class _KnownBook(NamedTuple):
    """What a main part and these very relationships come to."""

    above: Relations
    targets: Relations
    part: WorkbookPart


KEPT_BOOKS = 16
_known_books: dict[PackedPart, _KnownBook] = {}


def _workbook_part(
    said: _MainPart, main: str, above: Relations, targets: Relations
) -> WorkbookPart:
    cannot_write = SIGNED if _of_kind(above, "/digital-signature/origin") else None
    if cannot_write is None and _of_kind(targets, "/revisionheaders"):
        cannot_write = SHARED_BOOK
    sheets: list[SheetPart] = []
    for title, relation, state in said.sheets:
        kind, part = targets.get(relation, ("", ""))
        sheets.append(SheetPart(title, part if kind.lower().endswith("/worksheet") else "", state))
    return WorkbookPart(
        tuple(sheets),
        said.names,
        _of_kind(targets, "/styles"),
        _of_kind(targets, "/sharedstrings"),
        LOCKED if cannot_write is None and said.locked else cannot_write,
        main,
        said.date_1904,
    )


class _MainPart(NamedTuple):
    """What stands in the main part: each sheet's title, relationship id and state, and so on."""

    sheets: tuple[tuple[str, str, str], ...]
    names: Names
    locked: bool
    date_1904: bool


@lru_cache(16)
def _main_part(packed: PackedPart) -> _MainPart:
    xml = packed.unpacked()
    sheets: list[tuple[str, str, str]] = []
    defined: list[tuple[str, bool, str]] = []
    pending: list[tuple[str, bool]] = []
    locked = date_1904 = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal locked, date_1904
        if element == "sheet":
            state = attributes.get("state", "visible")
            sheets.append((attributes.get("name", ""), _relationship_id(attributes), state))
        elif element == "definedName":
            pending.append((attributes.get("name", ""), "localSheetId" in attributes))
        elif element == "workbookProtection":
            locked = locked or attributes.get("lockStructure") in ("1", "true")
        elif element == "workbookPr":
            date_1904 = attributes.get("date1904", "0") not in ("0", "false")

    def end(element: str, text: str) -> None:
        if element == "definedName" and pending:
            defined.append((*pending.pop(), text))

    section = _NAMES_SECTION.search(xml)
    plain = section is not None and b"<!" not in section[1]
    if section is not None and plain:
        # hundreds of names: reading them by pattern takes a fifth of the time
        xml = xml[: section.start()] + xml[section.end() :]
    parse(xml, start, end)
    if section is None or not plain:
        names = _places(tuple(defined))
    elif defined or len(section[1]) > KEPT_BYTES:
        names = _places((*_plain_names(section[1]), *defined))
    else:
        names = _section_places(section[1])
    return _MainPart(tuple(sheets), names, locked, date_1904)


@lru_cache(16)
def _section_places(section: bytes) -> Names:
    """The rest of the main part tells of the program and its windows, and differs from clerk to
    clerk; the names stay as the template has them."""
    return _places(tuple(_plain_names(section)))


def _plain_names(section: bytes) -> Iterator[tuple[str, bool, str]]:
    for attributes, text in _NAME_ELEMENT.findall(section):
        shown = attributes.decode("utf-8", "replace")
        name = _NAME_ATTRIBUTE.search(shown)
        if name is not None:
            target = plain_text(text.decode("utf-8", "replace"))
            yield plain_text(name[1]), "localSheetId=" in shown, target


def _places(defined: tuple[tuple[str, bool, str], ...]) -> Names:
    own: Names = {}
    local: Names = {}
    addresses: dict[str, tuple[int, int] | None] = {}
    for name, is_local, text in defined:
        if name.startswith("_xlnm."):
            continue
        target = _target(text, addresses)
        if target is not None or "#REF!" in text:
            (local if is_local else own)[name] = target
    for name, place in local.items():
        if own.get(name) is None:
            own[name] = place
    return own


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
        title = title[1:-1].replace("''", "'")
    first_text, _, last_text = place.partition(":")
    first = _address(first_text, addresses)
    if first is None:
        return None
    corner = CellRef(title, *first)
    if not last_text:
        return corner, corner
    last = _address(last_text, addresses)
    return None if last is None else (corner, CellRef(title, *last))


def _address(text: str, known: dict[str, tuple[int, int] | None]) -> tuple[int, int] | None:
    if text not in known:
        match = _PLACE.fullmatch(text)
        known[text] = (int(match[2]), column_number(match[1])) if match else None
    return known[text]


def read_properties(package: Package) -> Mapping[str, str]:
    """Custom document properties as text; empty when there are none."""
    name = "docProps/custom.xml"
    if not package.has(name):
        return {}
    packed = package.packed_part(name)
    read = _properties if packed.size <= KEPT_BYTES else _properties.__wrapped__
    return read(packed)


@lru_cache(16)
def _properties(part: PackedPart) -> Mapping[str, str]:
    found: dict[str, str] = {}
    names: list[str] = []

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "property":
            names.append(attributes.get("name", ""))

    def end(element: str, text: str) -> None:
        if names and element not in ("property", "Properties"):
            found.setdefault(names[-1], text.strip())

    parse(part.unpacked(), start, end)
    return found
