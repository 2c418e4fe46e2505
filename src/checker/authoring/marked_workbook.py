"""A real workbook for a test: built from the template, filled, judged from the file, marked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from warnings import catch_warnings, simplefilter

from checker_templates.building.fill_data import FillData, FillValue
from msgspec import Struct

from checker.authoring.example_forms import form_with
from checker.model.cells import CellRef
from checker.model.report import Report
from checker.model.rules import Plain
from checker.model.submission import FactState
from checker.model.template import Template
from checker.session import Session
from checker.trouble import UserMistake

RESULT_SHEET = "校验结果"


class KitError(UserMistake):
    """The kit was asked for something that is not there; the text is a Chinese sentence."""


class MarkedWorkbook(Struct, frozen=True):
    """A workbook that was filled, judged from the file, and marked. ``path`` is the marked copy."""

    path: Path
    source: Path
    report: Report
    notes: Mapping[tuple[str, str], str]
    """Text of the notes by sheet title and cell: ("教师", "E17")."""
    colours: Mapping[tuple[str, str], str]
    """Fill colours of the cells with a note, as RRGGBB."""
    result_rows: tuple[tuple[str, ...], ...]
    """The rows of the sheet 校验结果."""

    def cell_of(self, field: str, column: str | None = None, row: int = 0) -> tuple[str, str]:
        """Sheet title and cell of a field (in a column), or of ``table.column`` in a row."""
        places = [
            fact.cell
            for ref, fact in self.report.submission.facts.items()
            if ref.field == field and column in (None, ref.column)
        ]
        table, _, name = field.rpartition(".")
        for each in self.report.submission.tables.get(table, ()):
            if name in each.facts and row in (0, each.ordinal):
                places.append(each.facts[name].cell)
        found = [place for place in places if isinstance(place, CellRef)]
        if not found:
            raise KitError(f"工作簿中没有 {field}" + (f" 的 {column} 栏。" if column else "。"))
        return found[0].sheet, found[0].a1

    def note(self, field: str, column: str | None = None, row: int = 0) -> str:
        """The note on a field's cell; "" if it has none."""
        return self.notes.get(self.cell_of(field, column, row), "")

    def colour(self, field: str, column: str | None = None, row: int = 0) -> str:
        """The colour a field's cell was given, as RRGGBB; "" if it was not marked."""
        return self.colours.get(self.cell_of(field, column, row), "")


def make_marked(
    session: Session,
    folder: Path,
    template: Template,
    facts: Mapping[str, Plain],
    tables: Mapping[str, list[dict[str, Plain]]],
    stage: str | None,
) -> MarkedWorkbook:
    """The marked copy and what stands in it, read back from the file.

    Raises ExampleError for facts the form does not have, KitError if the file cannot be judged.
    """
    from checker_templates.building.build import build_workbook
    from checker_templates.building.fill import fill_template
    from checker_templates.building.live_formulas import live_formulas

    from checker.marking import changes_for
    from checker.writing import write_changes

    folder.mkdir(parents=True, exist_ok=True)
    blank = folder / f"{template.title}.xlsx"
    source, target = folder / "填好的表.xlsx", folder / "带标记的表.xlsx"
    build_workbook(
        template, blank, formulas=live_formulas(template, session.ruleset, session.profile)
    )
    fill_template(template, blank, source, _fill_data(template, facts, tables, stage))
    judgement = session.judge_file(source)
    if judgement.report is None:
        raise KitError(f"填好的表没有得出结论：{judgement.message}")
    changes = changes_for(judgement.report, session.rules, session.profile.title)
    write_changes(source, target, changes)
    notes, colours, rows = _read_back(target)
    return MarkedWorkbook(target, source, judgement.report, notes, colours, rows)


def _fill_data(
    template: Template,
    facts: Mapping[str, Plain],
    tables: Mapping[str, list[dict[str, Plain]]],
    stage: str | None,
) -> FillData:
    """The facts with the columns they belong to, as the filler takes them."""
    submission = form_with(template, facts, tables, stage)
    given: dict[str, dict[str, FillValue]] = {}
    for ref, fact in submission.facts.items():
        if fact.state is FactState.GIVEN:
            given.setdefault(ref.field, {})[ref.column] = fact.value
    rows = {
        name: [
            {
                column: fact.value
                for column, fact in row.facts.items()
                if fact.state is FactState.GIVEN
            }
            for row in entries
        ]
        for name, entries in submission.tables.items()
    }
    return FillData(given, rows)


Cells = dict[tuple[str, str], str]


def _read_back(path: Path) -> tuple[Cells, Cells, tuple[tuple[str, ...], ...]]:
    """Notes, colours of the cells with notes, and the rows of the result sheet."""
    from openpyxl import load_workbook

    with catch_warnings():
        simplefilter("ignore")  # of print areas that openpyxl does not know
        workbook = load_workbook(path)
    notes: Cells = {}
    colours: Cells = {}
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None:
                    place = (sheet.title, cell.coordinate)
                    notes[place] = str(cell.comment.text)
                    colours[place] = str(cell.fill.fgColor.rgb or "")[-6:]
    rows: tuple[tuple[str, ...], ...] = ()
    if RESULT_SHEET in workbook.sheetnames:
        rows = tuple(
            tuple("" if value is None else str(value) for value in values)
            for values in workbook[RESULT_SHEET].iter_rows(values_only=True)
        )
    workbook.close()
    return notes, colours, rows
