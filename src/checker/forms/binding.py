"""Snapshot + template -> Submission: which cell holds which field, and what it means.

A field's cell is found by its defined name, which must agree with the row code and the column
header printed on the form; without a name by row code and header. Inserted rows and columns,
renamed sheets and lost names are survived; what contradicts itself or could be two cells is
reported and left out, never guessed. Nothing is remembered from one workbook to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b
from itertools import chain

from msgspec.structs import replace

from checker.forms.carried import carried_problems
from checker.forms.form_fields import (
    NOT_ASKED,
    CodeLists,
    FieldReading,
    cell_problems,
    code_lists,
    read_form,
)
from checker.forms.names import field_name, table_name
from checker.forms.recognition import (
    edition_of,
    find_sheets,
    recognise,
    wrong_edition,
)
from checker.forms.remarks import problem
from checker.forms.side_sheets import read_explanations, read_indicators
from checker.forms.stage_units import stages_of
from checker.forms.tables import read_table
from checker.model.snapshot import Snapshot
from checker.model.submission import (
    Explanation,
    ExplanationArea,
    Fact,
    FactRef,
    FactState,
    Problem,
    Submission,
    TableRow,
)
from checker.model.template import FILLED_IN, Sheet, SheetKind, Template

__all__ = ["bind", "recognise"]

LOST_NAME = "FORM010"
ENOUGH_TO_COMPARE = 3
"""Of fewer figures two schools can have the same without one having copied the other."""


def bind(snapshot: Snapshot, template: Template) -> Submission:
    """All facts of a workbook that was built from ``template``, however it was changed since, or
    that the county made itself, if the template has an adopted layout.

    Never raises for what a workbook contains: everything odd is a Problem.
    """
    if template.layout is not None:
        # late: a fifth of the room's lines, for forms that a county made itself
        from checker.forms.adopted import bind_adopted

        submission = bind_adopted(snapshot, template)
        units = tuple(map(_with_digest, submission.units))
        return replace(_with_digest(submission), units=units)
    titles, problems = find_sheets(snapshot, template)
    edition = wrong_edition(snapshot, template)
    if edition is not None:
        problems.insert(0, edition)
    sheets = _Sheets(snapshot, code_lists(template))
    for sheet in template.sheets:
        sheets.read(sheet, titles.get(sheet.id))
    facts, tables = sheets.facts, sheets.tables
    problems += sheets.problems
    problems += _not_handed_in(template, titles, sheets.unused)
    problems += _of_absent_plugins(snapshot, template, titles)
    if not snapshot.names and not snapshot.formulas_known:
        # a format whose names are not read: then none is lost
        problems = [item for item in problems if item.rule != LOST_NAME]
    stages = stages_of(template, template.fields(), facts)
    for readings in sheets.forms:
        problems += cell_problems(readings, stages, facts)
    problems += carried_problems(snapshot, template, facts, tables)
    explanations, area = _explanations(snapshot, template, titles)
    submission = Submission(
        name=snapshot.name,
        template=template,
        facts=facts,
        tables=tables,
        stages=stages,
        problems=tuple(problems),
        explanations=explanations,
        indicators=tuple(
            shown
            for sheet in template.sheets
            if sheet.kind is SheetKind.INDICATORS and sheet.id in titles
            for shown in read_indicators(snapshot, sheet, stages)
        ),
        sheet_titles=titles,
        year=edition_of(snapshot),
        explanation_area=area,
        not_handed_in=tuple(sheet.id for sheet in sheets.unused),
    )
    return _with_digest(submission)


class _Sheets:
    """What stands on the sheets of a workbook; ``unused`` are optional ones on which nothing was
    typed: of what is odd there nothing is said."""

    def __init__(self, snapshot: Snapshot, codes: CodeLists) -> None:
        self._snapshot, self._codes = snapshot, codes
        self.facts: dict[FactRef, Fact] = {}
        self.tables: dict[str, tuple[TableRow, ...]] = {}
        self.forms: list[list[FieldReading]] = []
        self.unused: list[Sheet] = []
        self.problems: list[Problem] = []

    def read(self, sheet: Sheet, title: str | None) -> None:
        """Add a sheet, whose title is None where it is not there."""
        if title is None:
            self.facts.update(_unbound(sheet))
            if sheet.optional:
                self.unused.append(sheet)
            return
        if sheet.kind not in FILLED_IN:
            return
        cells = self._snapshot.sheets[title]
        names, codes = self._snapshot.names, self._codes
        readings: list[FieldReading] = []
        problems: list[Problem] = []
        if sheet.fields:
            readings, problems = read_form(cells, sheet, title, names, codes)
            self.facts.update((reading.fact.ref, reading.fact) for reading in readings)
        for table in sheet.tables:
            rows, odd = read_table(cells, title, table, names, codes)
            problems += odd
            if rows is not None:
                self.tables[table.id] = rows
        strays = any(each.rule == NOT_ASKED for each in problems)
        if sheet.optional and not strays and not self._used(sheet):
            self.unused.append(sheet)
            return
        self.forms.append(readings)
        self.problems += problems

    def _used(self, sheet: Sheet) -> bool:
        """Whether anything was typed on a sheet."""
        unused = (FactState.BLANK, FactState.UNBOUND)
        return any(self.tables.get(table.id) for table in sheet.tables) or any(
            fact.state not in unused
            for item in sheet.fields
            for column in item.columns
            if (fact := self.facts.get(FactRef(item.id, column))) is not None
        )


def _not_handed_in(
    template: Template, titles: Mapping[str, str], unused: Sequence[Sheet]
) -> list[Problem]:
    """One remark naming all optional sheets that were not used; none on a workbook that was given
    out before there were any."""
    if not unused or not any(sheet.optional and sheet.id in titles for sheet in template.sheets):
        return []
    named = "、".join(f"“{sheet.title}”" for sheet in unused)
    count = "这张表" if len(unused) == 1 else f"这 {len(unused)} 张表"
    return [problem("FORM033.unused", actual="没有填", named=named, count=count)]


def _of_absent_plugins(
    snapshot: Snapshot, template: Template, titles: Mapping[str, str]
) -> list[Problem]:
    """One remark for each sheet that was built by us and is none of the template's: it holds named
    cells that no field of the template has."""
    known = {table_name(table) for table in template.tables()}
    for item in template.fields().values():
        known |= {field_name(item.id, column) for column in item.columns}
    ours = {*titles.values()}
    strange = dict.fromkeys(
        area[0].sheet
        for name, area in snapshot.names.items()
        if area is not None
        and name.startswith(("F_", "T_"))
        and name not in known
        and area[0].sheet not in ours
    )
    return [
        problem("FORM034.absent", sheet=title, actual="没有校验", title=title)
        for title in strange
        if title in snapshot.sheets
    ]


def _unbound(sheet: Sheet) -> Iterable[tuple[FactRef, Fact]]:
    refs = [FactRef(item.id, column) for item in sheet.fields for column in item.columns]
    return [(ref, Fact(ref, FactState.UNBOUND)) for ref in refs]


def _explanations(
    snapshot: Snapshot, template: Template, titles: Mapping[str, str]
) -> tuple[Mapping[str, Explanation], ExplanationArea | None]:
    for sheet in template.sheets:
        if sheet.kind is SheetKind.EXPLANATIONS and sheet.id in titles:
            return read_explanations(snapshot, titles[sheet.id])
    return {}, None


def _with_digest(submission: Submission) -> Submission:
    """With 32 hexadecimal digits over the given values that a copied workbook keeps: all but texts
    (the school's name, persons, telephone numbers) and the date of filling in; and whether these
    are too few to tell copies by. The same answers give the same digest in any file format and
    however they were typed."""
    date = submission.template.identity.date
    rows = chain.from_iterable(submission.tables.values())
    in_rows = chain.from_iterable(row.facts.values() for row in rows)
    kept = [
        fact
        for fact in (*submission.facts.values(), *in_rows)
        if fact.state is FactState.GIVEN
        and (not isinstance(fact.value, str) or fact.ref.row)
        and fact.ref.field != date
    ]
    figures = sum(isinstance(fact.value, Decimal) and fact.value > 0 for fact in kept)
    lines = sorted(f"{fact.ref}={fact.value!s}" for fact in kept)
    digest = blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()
    return replace(submission, content_hash=digest, sparse=figures < ENOUGH_TO_COMPARE)
