"""Writes a synthetic county: one workbook per school, the roster, and the answer key."""

from __future__ import annotations

import csv
import json
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random

from checker_templates.building.fill import cell_edits
from checker_templates.building.fill_data import FillData
from checker_templates.building.layout import Layout, lay_out
from msgspec import Struct, to_builtins

from checker.demo.planted_faults import Fault, faults
from checker.demo.right_school import (
    School,
    add_buildings,
    add_funds,
    add_safety,
    add_teachers,
    make_school,
)
from checker.demo.special_faults import At, Expected
from checker.demo.stencil import Stencil
from checker.demo.synthetic_roster import Entry, schools_of
from checker.model.cells import CellRef
from checker.model.marks import CellEdit
from checker.model.template import Template

TEMPLATE = "compulsory_school"
ANSWERS = "answers.json"
ROSTER = "名册.csv"
FAULTY_SHARE = 0.7
"""Share of the schools that get errors; the others are right."""


class Answer(Struct, frozen=True):
    """One finding that has to be there: file name, rule id, sheet title, address ("" if none)."""

    file: str
    rule: str
    sheet: str
    cell: str


class County(Struct, frozen=True):
    """What was written. ``faults`` are the ids of the kinds of error that were planted."""

    folder: Path
    schools: int
    answers: tuple[Answer, ...]
    faults: tuple[str, ...]


def right_school(entry: Entry, seed: int, index: int) -> School:
    """One school without any error; the same for the same seed and place in the roster."""
    random = Random(f"{seed}/{index}/values")
    school = make_school(random, entry.kind, entry.name, entry.code, entry.place)
    add_teachers(random, school)
    add_buildings(random, school)
    add_funds(random, school)
    add_safety(random, school)
    return school


def plant(
    school: School, waiting: deque[Fault], random: Random
) -> Iterator[tuple[Fault, Expected]]:
    """Plant one to three errors, those first that were not planted for longest. An error that does
    not suit this school waits for the next."""
    wanted, areas = random.choice((1, 1, 2, 3)), set[str]()
    for _ in range(len(waiting)):
        if not wanted:
            return
        fault = waiting.popleft()
        expected = None if areas & fault.areas else fault.plant(random, school)
        if expected is None:
            waiting.append(fault)
            continue
        areas |= fault.areas
        wanted -= 1
        waiting.append(fault)
        for item in expected:
            yield fault, item


def place_of(layout: Layout, school: School, expected: Expected) -> tuple[str, str]:
    """Sheet title (as it is in this workbook) and address where a finding has to be."""
    if not isinstance(expected, At):
        return expected.sheet, expected.cell
    if expected.row:
        table_id, _, column = expected.field.partition(".")
        table = layout.tables[table_id]
        row = table.first_row + expected.row - 1
        cell = CellRef(table.sheet.title, row, table.columns[column])
    else:
        cell = layout.cell(layout.template.fields()[expected.field], expected.column)
    return school.renamed.get(cell.sheet, cell.sheet), cell.a1


def edits_of(template: Template, layout: Layout, school: School) -> list[CellEdit]:
    """What is typed into the cells of an empty workbook."""
    facts = {
        field: {
            column: value
            for column, value in columns.items()
            if (field, column) not in school.typed
        }
        for field, columns in school.values.items()
    }
    edits: list[CellEdit] = cell_edits(template, FillData(facts, school.tables))
    fields = template.fields()
    for (field, column), text in school.typed.items():
        cell = layout.cell(fields[field], column)
        number = text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()
        edits.append(CellEdit(cell.sheet, cell.a1, Decimal(text) if number else text))
    return edits


def write_county(
    template: Template, workbook: Path, folder: Path, schools: int, seed: int
) -> County:
    """Write ``schools`` workbooks into ``folder``, with ``answers.json`` and the roster.

    ``workbook`` is the empty workbook built from ``template``. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stencil, layout = Stencil(template, workbook), lay_out(template)
    waiting = deque(Random(f"{seed}/order").sample(faults(), len(faults())))
    planted: dict[str, None] = {}
    answers: list[Answer] = []
    roster: list[Entry] = []
    for index, entry in enumerate(schools_of(schools, seed)):
        school = right_school(entry, seed, index)
        random = Random(f"{seed}/{index}/errors")
        file = f"{entry.name}.xlsx"
        if random.random() < FAULTY_SHARE:
            found = list(plant(school, waiting, random))
            planted.update((fault.id, None) for fault, _ in found)
            for _, expected in found:
                place = place_of(layout, school, expected)
                answers.append(Answer(file, expected.rule, *place))
        members = stencil.fill(edits_of(template, layout, school))
        for alter in school.alterations:
            alter(members)
        stencil.save(members, folder / file)
        roster.append(entry)
    _write_answers(folder / ANSWERS, answers)
    _write_roster(folder / ROSTER, roster)
    return County(folder, schools, tuple(answers), tuple(planted))


def build_and_write(template: Template, folder: Path, schools: int, seed: int) -> County:
    """``write_county`` with an empty workbook that is built for the purpose."""
    from checker_templates.building.build import build_workbook

    with tempfile.TemporaryDirectory() as scratch:
        workbook = Path(scratch) / "empty.xlsx"
        build_workbook(template, workbook)
        return write_county(template, workbook, folder, schools, seed)


def _write_answers(path: Path, answers: Sequence[Answer]) -> None:
    path.write_text(
        json.dumps(to_builtins(answers), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def _write_roster(path: Path, roster: Sequence[Entry]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("标识码", "学校名称", "办学类型"))
        lines.writerows((entry.code, entry.name, entry.kind.code) for entry in roster)
