"""Submissions with something taken away or put right, to be judged again."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from checker.judging.blank_cells import BLANK_CELL
from checker.model.submission import Fact, FactRef, FactState, Problem, Submission
from checker.model.template import Blank, Field, FieldType, Sheet

OTHER_STAGE = "FORM009"


def with_unknown(submission: Submission, ref: FactRef) -> Submission:
    """The submission with one figure not known."""
    unknown = replace(submission.fact(ref), state=FactState.UNREADABLE, value=None)
    return _with_fact(submission, unknown)


def with_figure(submission: Submission, ref: FactRef, figure: Decimal) -> Submission:
    """The submission with another figure in one cell."""
    fact = submission.fact(ref)
    return _with_fact(submission, replace(fact, value=figure, typed=str(figure)))


def _with_fact(submission: Submission, fact: Fact) -> Submission:
    """The submission with one fact exchanged."""
    ref = fact.ref
    if not ref.row:
        return replace(submission, facts={**submission.facts, ref: fact})
    table, _, column = ref.field.partition(".")
    rows = tuple(
        replace(row, facts={**row.facts, column: fact}) if row.ordinal == ref.row else row
        for row in submission.tables[table]
    )
    return replace(submission, tables={**submission.tables, table: rows})


def as_type(submission: Submission, typed: Fact, code: str, stages: tuple[str, ...]) -> Submission:
    """The submission as one of a school of another type, with the blanks that are missing then."""
    facts = {**submission.facts, typed.ref: replace(typed, value=code, typed=code)}
    kept = [
        problem
        for problem in submission.problems
        if problem.ref is None
        or not (
            (problem.rule == OTHER_STAGE and problem.ref.column in stages)
            or (
                problem.rule == BLANK_CELL
                and _of_stage(submission, problem.ref) not in (*stages, "")
            )
        )
    ]
    known = {problem.ref for problem in kept if problem.rule == BLANK_CELL}
    for field in submission.template.fields().values():
        for column in field.columns:
            ref = FactRef(field.id, column)
            fact = facts.get(ref)
            if (
                column in stages
                and column not in submission.stages
                and field.blank is Blank.MISSING
                and fact is not None
                and fact.state is FactState.BLANK
                and ref not in known
            ):
                kept.append(Problem(BLANK_CELL, f"“{field.label}”必须填写，现在是空的。", ref))
    return replace(submission, facts=facts, stages=stages, problems=tuple(kept))


def _of_stage(submission: Submission, ref: FactRef) -> str:
    """The stage a fact belongs to; "" for one of the whole school."""
    return ref.column if any(each.id == ref.column for each in submission.template.stages) else ""


def moved_back(submission: Submission, sheet: Sheet, start: int, step: int) -> Submission:
    """The submission with the figures of a sheet from one row on put back by ``step`` rows."""
    facts = dict(submission.facts)
    cured: set[FactRef] = set()
    for column in {column for field in sheet.fields for column in field.columns}:
        line = [
            (field, fact)
            for field in sheet.fields
            if (fact := submission.facts.get(FactRef(field.id, column))) is not None
            and fact.cell is not None
            and fact.cell.row >= start
        ]
        line.sort(key=lambda item: item[1].cell.row if item[1].cell else 0)
        for place, (field, fact) in enumerate(line):
            source = place + step
            given = line[source][1] if 0 <= source < len(line) else None
            facts[fact.ref] = _taken(field, fact, given)
            if facts[fact.ref].state in (FactState.GIVEN, FactState.BLANK):
                cured.add(fact.ref)
    problems = tuple(
        problem
        for problem in submission.problems
        if problem.ref not in cured
        or (problem.rule == BLANK_CELL and facts[problem.ref].state is FactState.BLANK)
    )
    return replace(submission, facts=facts, problems=problems)


def _taken(field: Field, fact: Fact, given: Fact | None) -> Fact:
    """The fact of a field with what stands in another cell."""
    if given is None or given.state is FactState.BLANK:
        return replace(fact, state=FactState.BLANK, value=None, typed="")
    value = given.value
    if field.type is FieldType.FLAG and given.typed in ("是", "否"):
        value = given.typed == "是"
    if field.type in _NUMBERS:
        fits = isinstance(value, Decimal) and (
            field.type is not FieldType.COUNT or value == value.to_integral_value()
        )
    else:
        fits = isinstance(value, bool if field.type is FieldType.FLAG else str)
    if not fits:
        return replace(fact, state=FactState.UNREADABLE, value=None, typed=given.typed)
    return replace(fact, state=FactState.GIVEN, value=value, typed=given.typed)


_NUMBERS = frozenset(
    {FieldType.COUNT, FieldType.AMOUNT, FieldType.SIGNED, FieldType.PERCENT, FieldType.YEAR}
)
