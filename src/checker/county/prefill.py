"""县级自查表 from the schools: every figure that is a sum of theirs, where it comes from, and what
the county typed instead. Needs pandas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from checker_templates.building.fill_data import FillData, FillValue
from checker_templates.building.layout import lay_out
from msgspec import Struct

from checker.county.doubtful_inputs import Inputs
from checker.county.list_sheets import ListBook, Row, Value
from checker.county.measuring import SchoolFigures
from checker.judging.engine import Run
from checker.judging.wording import missing_labels
from checker.model.report import Report
from checker.model.rules import Rule
from checker.model.submission import FactRef, FactState, Submission
from checker.model.template import WHOLE, Field, FieldType, Template
from checker.model.verdicts import Scope, Severity, format_number
from checker.rules.values import MissingInput, NotApplicable
from checker.session import Session
from checker.toml_files import record_of

if TYPE_CHECKING:
    from pandas import DataFrame

_NAMED = 8


class Sum(Struct, frozen=True):
    """One entry of from_schools.toml."""

    field: str
    columns: tuple[str, ...]
    value: str
    stages: tuple[str, ...] = ()
    note: str = ""


class Part(NamedTuple):
    """What one school brings to one figure of the county. ``amount`` None: ``missing`` says which
    figures it lacks. ``doubtful`` are cells that are wrong or in doubt."""

    code: str
    name: str
    field: str
    column: str
    amount: Fraction | None
    missing: str
    doubtful: str


@cache
def sums() -> tuple[Sum, ...]:
    """What can be summed up."""
    return record_of(Path(__file__).with_name("from_schools.toml"), dict[str, tuple[Sum, ...]])[
        "sums"
    ]


_ASKING = Rule(
    id="",
    kind="total",
    title="",
    severity=Severity.INFO,
    scope=Scope.COLLECTION,
    family="",
    plugin="county",
    templates=(),
    what="",
    why="",
    citations=(),
    fix="",
    examples=(),
    spec={},
)


def parts_of(report: Report, session: Session) -> list[Part]:
    """What a judged school brings to each figure; nothing to one whose stage it does not have."""
    run = Run(report.submission, session.ruleset, session.profile)
    figures, inputs = SchoolFigures(run), Inputs(report, run, session.rules)
    code, name = report.submission.identity("code"), report.submission.identity("name")
    found = []
    for item in sums():
        for column in item.columns:
            stages = item.stages or (() if column.startswith(WHOLE) else (_stage(column),))
            units = [run.stages[stage] for stage in stages if stage in run.stages]
            if not stages:
                units = [run.whole]
            amount: Fraction | None = None
            missing: list[str] = []
            doubtful: dict[str, None] = {}
            for unit in units:
                try:
                    number = figures.number(_ASKING, unit, item.value)
                except MissingInput as gap:
                    missing.append(missing_labels(unit, gap.refs))
                    continue
                except NotApplicable:
                    continue
                amount = number + (amount or 0)
                doubts = inputs.doubts(_ASKING, unit, (item.value,))
                doubtful.update(dict.fromkeys(doubt.cell for doubt in doubts))
            if amount is not None or missing:
                cells = "、".join(doubtful)
                known = None if missing else amount
                gaps = "、".join(missing)
                found.append(Part(code, name, item.field, column, known, gaps, cells))
    return found


def _stage(column: str) -> str:
    return column.partition(".")[0]


class Prefilled(Struct, frozen=True):
    """One figure of the county's form. ``total`` is the exact sum, ``filled`` what goes into the
    cell, ``typed`` what the county's own form has ("" where it has nothing, or there is none)."""

    field: Field
    column: str
    sheet: str
    cell: str
    total: Fraction
    filled: Decimal
    note: str
    schools: int
    missing: tuple[str, ...]
    doubtful: tuple[str, ...]
    typed: str


def prefilled(
    parts: Sequence[Part], template: Template, own: Submission | None
) -> tuple[Prefilled, ...]:
    """The sums over the schools, in the order of the form. Columns that the form does not have are
    left out."""
    table = _table(parts)
    notes = {(item.field, column): item for item in sums() for column in item.columns}
    layout, titles = lay_out(template), {sheet.id: sheet.title for sheet in template.sheets}
    grouped = dict(iter(table.groupby(["field", "column"], sort=False)))
    found = []
    for field in template.fields().values():
        for column in field.columns:
            rows = grouped.get((field.id, column))
            item = notes.get((field.id, column))
            if rows is None or item is None:
                continue
            given = rows[rows["amount"].notna()]
            if given.empty:
                continue
            total = sum(given["amount"], Fraction(0))
            found.append(
                Prefilled(
                    field=field,
                    column=column,
                    sheet=titles[field.sheet],
                    cell=layout.cell(field, column).a1,
                    total=total,
                    filled=_rounded(total, field),
                    note=item.note,
                    schools=len(given),
                    missing=tuple(rows[rows["amount"].isna()]["name"]),
                    doubtful=tuple(
                        f"{name}（{cells}）"
                        for name, cells in zip(given["name"], given["doubtful"], strict=True)
                        if cells
                    ),
                    typed=_typed(own, field.id, column),
                )
            )
    return tuple(found)


def _table(parts: Sequence[Part]) -> DataFrame:
    from pandas import DataFrame

    return DataFrame(list(parts), columns=list(Part._fields)).astype({"amount": "object"})


def _rounded(total: Fraction, field: Field) -> Decimal:
    """What a person would type: whole things, or two places."""
    places = 0 if field.type is FieldType.COUNT else 2
    return Decimal(format_number(total, places))


def _typed(own: Submission | None, field: str, column: str) -> str:
    fact = own.facts.get(FactRef(field, column)) if own is not None else None
    return str(fact.value) if fact is not None and fact.state is FactState.GIVEN else ""


def fill_data(figures: Iterable[Prefilled], name: str, year: int) -> FillData:
    """What is filled into the blank form."""
    facts: dict[str, dict[str, FillValue]] = {"county.year": {WHOLE: year}}
    if name:
        facts["county.name"] = {WHOLE: name}
    for item in figures:
        facts.setdefault(item.field.id, {})[item.column] = item.filled
    return FillData(facts)


def write_sources(
    figures: Sequence[Prefilled],
    parts: Sequence[Part],
    absent: Sequence[str],
    columns: Mapping[str, str],
    target: BinaryIO,
) -> None:
    """The workbook that says where each figure comes from. ``absent`` are schools of the roster
    without figures, ``columns`` the titles of the form's columns."""
    book = ListBook(target, "县级自查表数字来源", on_disk=False)
    different = [item for item in figures if _differs(item)]
    book.write_list("数字来源", (_figure(item, absent, columns) for item in figures))
    book.write_list("与县里填的不同", ((_different(item, columns), {}) for item in different))
    book.write_list("各校明细", _parts(figures, parts, columns))
    book.close()


def _where(item: Prefilled, columns: Mapping[str, str]) -> tuple[Value, ...]:
    place = (item.sheet, item.field.label, columns.get(item.column, item.column), item.cell)
    return (*place, Decimal(format_number(item.total, 4)), item.filled, item.field.unit)


def _figure(item: Prefilled, absent: Sequence[str], columns: Mapping[str, str]) -> Row:
    typed = _number(item.typed)
    apart = None if typed is None else Fraction(typed) - item.total
    lacking = _names((*item.missing, *(f"{name}（缺报）" for name in absent)))
    values = (
        *_where(item, columns),
        *(f"各校表同一项相加。{item.note}", item.schools, lacking, _names(item.doubtful)),
        *(typed if typed is not None else item.typed or None, apart),
    )
    looks = {9: "incomplete"} if lacking else {}
    if item.doubtful:
        looks[10] = "doubt"
    if apart:
        looks[11] = looks[12] = "fail"
    return values, looks


def _different(item: Prefilled, columns: Mapping[str, str]) -> tuple[Value, ...]:
    typed = _number(item.typed) or Decimal(0)
    return (*_where(item, columns), typed, Fraction(typed) - item.total)


def _parts(
    figures: Sequence[Prefilled], parts: Sequence[Part], columns: Mapping[str, str]
) -> Iterator[Row]:
    labels = {item.field.id: item.field.label for item in figures}
    for part in parts:
        if part.field in labels:
            amount = None if part.amount is None else Decimal(format_number(part.amount, 4))
            where = (labels[part.field], columns.get(part.column, part.column))
            yield (part.name, part.code, *where, amount, part.missing, part.doubtful), {}


def differences(figures: Iterable[Prefilled]) -> Iterator[str]:
    """A sentence for each figure that the county typed otherwise."""
    for item in figures:
        if _differs(item):
            yield (
                f"{item.sheet}!{item.cell} {item.field.label}：县里填 {item.typed}，"
                f"各校合计 {format_number(item.total, 2)}{item.field.unit}。"
            )


def _differs(item: Prefilled) -> bool:
    typed = _number(item.typed)
    return typed is not None and Fraction(typed) != item.total and typed != item.filled


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except ArithmeticError:
        return None


def _names(names: Sequence[str]) -> str:
    more = f"等 {len(names)} 所" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more
