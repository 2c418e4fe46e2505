"""What reading, binding, the sheet 指标 and last year's workbook have to say of the form itself, as
verdicts of the host's FORM rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from checker.judging.form_values import Values
from checker.judging.unit import Unit
from checker.model.cells import Cell, CellKind
from checker.model.submission import FactRef, FactState, Problem, ShownIndicator, Submission
from checker.model.template import PREVIOUS_SUFFIX, SHARED, WHOLE
from checker.model.verdicts import Outcome, Passed, Quantity, Requirement, Scope, UnitRef, Verdict
from checker.rules.values import plain, rounded

OVERWRITTEN = "FORM016"
DISAGREES = "FORM017"
LAST_YEAR_DIFFERS = "FORM023"
_NOISE = Fraction(1, 10**9)
"""Spreadsheets compute in binary floating point; less than this, relatively, is no difference."""


def form_verdicts(submission: Submission, whole: Unit, stages: Mapping[str, Unit]) -> list[Verdict]:
    """A verdict for every problem that reading and binding noticed."""
    return [_of_problem(problem, whole, stages) for problem in submission.problems]


def _of_problem(problem: Problem, whole: Unit, stages: Mapping[str, Unit]) -> Verdict:
    ref = problem.ref
    unit = whole.ref
    if ref is not None:
        stage = ref.column.removesuffix(PREVIOUS_SUFFIX)
        if stage in stages:
            unit = stages[stage].ref
        elif ref.row:
            table = ref.field.partition(".")[0]
            tables = whole.template.tables()
            title = tables[table].title if table in tables else table
            unit = UnitRef(Scope.ROW, f"{title}第{ref.row}行", None, table, ref.row)
    return Verdict(
        rule=problem.rule,
        outcome=Outcome.FAIL,
        unit=unit,
        at=() if ref is None else (ref,),
        actual=problem.actual or None,
        required=Requirement(problem.required) if problem.required else None,
        message=problem.message,
        cell=problem.cell,
        sheet=problem.sheet,
    )


def indicator_verdicts(
    submission: Submission,
    verdicts: Sequence[Verdict | Passed],
    whole: Unit,
    stages: Mapping[str, Unit],
) -> list[Verdict]:
    """Where the sheet 指标 no longer says what checker computes: a formula that was overwritten, a
    value that disagrees. A formula without a stored result is not compared."""
    own = {(verdict.rule, verdict.unit.stage or ""): verdict for verdict in verdicts}
    found: list[Verdict] = []
    for shown in submission.indicators:
        stage = shown.stage if shown.stage in stages else ""
        unit = stages[stage] if stage else whole
        verdict = own.get((shown.rule, stage))
        wrong = _overwritten(shown, unit) or _disagreeing(shown, unit, verdict)
        if wrong is not None:
            found.append(wrong)
    return found


def _overwritten(shown: ShownIndicator, unit: Unit) -> Verdict | None:
    content = shown.content
    if shown.expected_formula is None or content.kind is CellKind.UNCOMPUTED:
        return None
    if content.formula is not None and _same(content.formula, shown.expected_formula):
        return None
    now = f"公式“={content.formula}”" if content.formula is not None else "不是公式"
    return Verdict(
        rule=OVERWRITTEN,
        outcome=Outcome.FAIL,
        unit=unit.ref,
        actual="公式被改动" if content.formula is not None else _typed(content),
        required=Requirement("保留模板中的公式"),
        message=f"指标 {shown.rule}（{unit.label}）的公式被改写，现在{now}；请恢复模板中的公式。",
        cell=shown.cell,
    )


def _typed(content: Cell) -> str:
    return "空" if content.value is None else f"{content.value}（不是公式）"


def _disagreeing(
    shown: ShownIndicator, unit: Unit, verdict: Verdict | Passed | None
) -> Verdict | None:
    if shown.content.kind is not CellKind.NUMBER or verdict is None:
        return None
    mine, theirs = verdict.actual, plain(shown.content.value)
    if not isinstance(mine, Quantity) or not isinstance(theirs, Fraction):
        return None
    difference = abs(mine.value - theirs)
    if difference <= _NOISE * max(abs(mine.value), Fraction(1)):
        return None
    if rounded(mine.value, mine.digits) == rounded(theirs, mine.digits) == theirs:
        return None  # the same, already rounded
    return Verdict(
        rule=DISAGREES,
        outcome=Outcome.FAIL,
        unit=unit.ref,
        actual=Quantity(theirs, mine.unit, 4),
        required=Requirement(f"= {Quantity(mine.value, mine.unit, 4)}", "==", mine.value),
        message=(
            f"指标 {shown.rule}（{unit.label}）在“指标”页显示为 {Quantity(theirs, mine.unit, 4)}，"
            f"按填报数计算应为 {Quantity(mine.value, mine.unit, 4)}；请重新计算或恢复公式。"
        ),
        cell=shown.cell,
    )


def last_year_verdicts(values: Values, whole: Unit, stages: Mapping[str, Unit]) -> list[Verdict]:
    """Where a typed 上年数 is not what last year's workbook says of the same field and stage.

    Compared are exact numbers of one unit that were really typed in both years; without last
    year's workbook there is nothing to compare.
    """
    last = values.previous
    if last is None:
        return []
    found: list[Verdict] = []
    for ref, fact in values.submission.facts.items():
        if not ref.column.endswith(PREVIOUS_SUFFIX) or fact.state is not FactState.GIVEN:
            continue
        column = ref.column.removesuffix(PREVIOUS_SUFFIX)
        typed, then = plain(fact.value), _last_year(last, ref.field, column)
        field = values.field(ref.field)
        if not isinstance(typed, Fraction) or then is None:
            continue
        if last.field(ref.field).unit != field.unit or then[0] <= typed <= sum(then):
            continue
        unit = stages.get(column, whole)
        now, before = Quantity(typed, field.unit), Quantity(then[0], field.unit)
        told = f"{before}，另有共用 {Quantity(then[1], field.unit)}" if then[1] else str(before)
        column_title = values.column_titles.get(ref.column, "上年数")
        found.append(
            Verdict(
                rule=LAST_YEAR_DIFFERS,
                outcome=Outcome.FAIL,
                unit=unit.ref,
                at=(ref,),
                actual=now,
                required=Requirement(f"= 上年填报表的 {told}", "==", then[0], field.unit),
                message=(
                    f"“{field.label}”的{column_title}填 {now}，"
                    f"上年填报表里是 {told}，请核对哪一个不对。"
                ),
            )
        )
    return found


def _last_year(last: Values, field_id: str, column: str) -> tuple[Fraction, Fraction] | None:
    """(the figure, what stood under 共用 beside it) in last year's workbook; None if it does not
    say. How much of 共用 a stage counts as its own is the clerk's to say, so it stands apart."""
    field = last.fields.get(field_id)
    if field is None:
        return None

    def given(name: str) -> Fraction | None:
        fact = last.submission.fact(FactRef(field_id, name))
        value = plain(fact.value) if fact.state is FactState.GIVEN else None
        return value if isinstance(value, Fraction) else None

    if column in (WHOLE, SHARED) and column in field.columns:
        own = given(column)
        return None if own is None else (own, Fraction(0))
    shared = given(SHARED) if SHARED in field.columns else None
    if column == WHOLE:
        parts = [given(name) for name in last.submission.stages if name in field.columns]
        typed = [part for part in (*parts, shared) if part is not None]
        if not parts or (None in parts and shared is None):
            return None
        return sum(typed, Fraction(0)), Fraction(0)
    if column not in field.columns:
        return None
    own = given(column)
    if own is None and shared is None:
        return None
    return own or Fraction(0), shared or Fraction(0)


def _same(formula: str, expected: str) -> bool:
    return _bare(formula) == _bare(expected)


def _bare(formula: str) -> str:
    """A formula without what spreadsheet programs change on saving: spaces, prefixes, case."""
    return "".join(formula.removeprefix("=").split()).replace("_xlfn.", "").upper()
