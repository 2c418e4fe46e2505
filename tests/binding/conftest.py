"""A nine-year school whose every cell holds another value, so that no misreading goes unseen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from checker_templates.building.fill import fill_template
from checker_templates.building.fill_data import FillData, FillValue
from msgspec.structs import replace

from checker.forms.loading import load_template
from checker.model.cells import CellRef
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import FactRef
from checker.model.template import FieldType, Template
from checker.reading import read_snapshot

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "workbook_templates" / "compulsory_school"
STAGES = ("primary", "junior")
CLASSES = 7

Values = Mapping[FactRef, object]


@pytest.fixture(scope="session")
def school() -> Template:
    """The official school form."""
    return load_template(FOLDER / "template.toml")


@pytest.fixture(scope="session")
def blank_workbook() -> Path:
    """Its built workbook, as handed out."""
    return next(FOLDER.glob("*.xlsx"))


@pytest.fixture(scope="session")
def values(school: Template) -> Values:
    """What is typed into every cell that a nine-year school fills, each its own value."""
    closed = {
        column.id
        for sheet in school.sheets
        for column in sheet.columns
        if column.stage and column.stage not in STAGES
    }
    found: dict[FactRef, object] = {}
    for field in school.fields().values():
        for column in field.columns:
            if column in closed:
                continue
            number = 1000 + len(found)
            found[FactRef(field.id, column)] = {
                FieldType.TEXT: f"文字{number}",
                FieldType.FLAG: "attached" not in field.id,
                FieldType.DATE: date(2026, 9, 1 + len(found) % 28),
                FieldType.YEAR: Decimal(1900 + len(found)),
                FieldType.CODE: next(iter(school.code_lists.get(field.codes or "", {})), ""),
            }.get(field.type, Decimal(number))
    found[FactRef("school.type", "whole")] = "312"
    return found


@pytest.fixture(scope="session")
def filled(
    school: Template, blank_workbook: Path, values: Values, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The workbook of that school, filled in."""
    facts: dict[str, dict[str, FillValue]] = {}
    for ref, value in values.items():
        facts.setdefault(ref.field, {})[ref.column] = value  # type: ignore[assignment]
    classes = [
        {
            "grade": "三年级",
            "name": f"三{n}班",
            "boys": 20 + n,
            "girls": 10 + n,
            "total": 30 + 2 * n,
        }
        for n in range(1, CLASSES + 1)
    ]
    key = "TEA201@teachers.full_time@primary"
    data = FillData(facts=facts, tables={"classes": classes}, explanations={key: "两校合并"})
    path = tmp_path_factory.mktemp("filled") / "某九年一贯制学校.xlsx"
    fill_template(school, blank_workbook, path, data)
    return path


@pytest.fixture(scope="session")
def snapshot(filled: Path) -> Snapshot:
    """That workbook as read."""
    return read_snapshot(filled)


@pytest.fixture(scope="session")
def typed(snapshot: Snapshot) -> Callable[..., Snapshot]:
    """``typed({"基本情况!E26": "45人"}, base)``: the workbook with other contents of some cells."""

    def change(contents: Mapping[str, object], base: Snapshot = snapshot) -> Snapshot:
        sheets = dict(base.sheets)
        for place, value in contents.items():
            title, _, address = place.partition("!")
            sheet = sheets[title]
            row, column = _position(address)
            rows = [list(line) for line in sheet.rows]
            while len(rows) <= row - sheet.origin[0]:
                rows.append([""] * len(rows[0]))
            rows[row - sheet.origin[0]][column - sheet.origin[1]] = value
            sheets[title] = replace(sheet, rows=rows)
        return replace(base, sheets=sheets)

    return change


def _position(address: str) -> tuple[int, int]:
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(address[len(letters) :]), column


@pytest.fixture(scope="session")
def moved() -> Callable[..., Snapshot]:
    """``moved(snapshot, "教师", row=10)``: as after inserting a row (or column) there; names that
    point behind it move along, as spreadsheet programs do it."""

    def insert(
        base: Snapshot, title: str, row: int = 0, column: int = 0, with_names: bool = True
    ) -> Snapshot:
        sheet = base.sheets[title]
        rows = [list(line) for line in sheet.rows]
        if row:
            rows.insert(row - sheet.origin[0], [""] * len(rows[0]))
        if column:
            for line in rows:
                line.insert(column - sheet.origin[1], "")
        names = dict(base.names)
        for name, target in names.items() if with_names else ():
            if target is not None and target[0].sheet == title:
                names[name] = (_shift(target[0], row, column), _shift(target[1], row, column))
        sheets = {**base.sheets, title: replace(sheet, rows=rows)}
        return replace(base, sheets=sheets, names=names)

    return insert


def _shift(cell: CellRef, row: int, column: int) -> CellRef:
    return replace(
        cell,
        row=cell.row + (1 if row and cell.row >= row else 0),
        column=cell.column + (1 if column and cell.column >= column else 0),
    )


@pytest.fixture(scope="session")
def without_names() -> Callable[..., Snapshot]:
    """The workbook with some of its defined names gone, or lost (``#REF!``)."""

    def remove(base: Snapshot, gone: Callable[[str], bool], lost: bool = False) -> Snapshot:
        if lost:
            names = {name: None if gone(name) else at for name, at in base.names.items()}
        else:
            names = {name: at for name, at in base.names.items() if not gone(name)}
        return replace(base, names=names)

    return remove


@pytest.fixture(scope="session")
def renamed() -> Callable[..., Snapshot]:
    """The workbook with one sheet under another title; names follow unless told otherwise."""

    def rename(base: Snapshot, old: str, new: str, names_follow: bool = True) -> Snapshot:
        sheets: dict[str, SheetSnapshot] = {}
        for title, sheet in base.sheets.items():
            at = new if title == old else title
            sheets[at] = replace(sheet, title=at)
        names = dict(base.names)
        for name, target in names.items() if names_follow else ():
            if target is not None and target[0].sheet == old:
                names[name] = (replace(target[0], sheet=new), replace(target[1], sheet=new))
        return replace(base, sheets=sheets, names=names)

    return rename
