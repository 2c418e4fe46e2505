"""Blank cells: whether a rule is missed only because cells that were left empty count as 0.

A form may be left empty where there is nothing (无数据留空), and rules then read 0. That convention
lets a figure pass; it accuses nobody. A rule that some figure in the empty cells would satisfy is
缺数据, and where figures contradict each other the cell must be filled in, if only with a 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from checker.judging.context import Context, limit_value
from checker.judging.form_values import Values
from checker.judging.kinds import EVALUATORS
from checker.judging.unit import Unit
from checker.judging.wording import LEFT_BLANK, lacking, missing_labels
from checker.model.rules import Rule
from checker.model.submission import Fact, FactRef, FactState
from checker.model.template import Blank, Field, FieldType, TableColumn
from checker.model.verdicts import Outcome, Passed, Quantity, Requirement, Verdict
from checker.rules.values import ZERO, MissingInput, NotApplicable, RuleDefect, Value

BLANK_CELL = "FORM001"
"""The form rule about cells that must be filled in."""

_ANYTHING = Fraction(10**9)
"""More than any school or county has of anything."""

_ONE_BY_ONE = 8
"""More empty cells behind one rule are not tried one by one."""


class Supposed(Values):
    """The values of a submission as they would be with figures in empty cells.

    ``read`` collects the empty cells that were read and count as something; ``chosen`` are those
    that are supposed to be filled in.
    """

    def __init__(self, values: Values) -> None:
        super().__init__(values.submission, values.previous)
        self.read: dict[FactRef, FieldType] = {}
        self.chosen: frozenset[FactRef] = frozenset()
        self.figure = _ANYTHING

    def suppose(self, chosen: Iterable[FactRef], figure: Fraction = _ANYTHING) -> None:
        """Forget what was read, and take these cells as filled in with a figure from now on."""
        self.read = {}
        self.chosen = frozenset(chosen)
        self.figure = figure
        self.forget()

    def usable(self, fact: Fact, declared: Field | TableColumn, label: str) -> Value:
        """As `Values.usable`."""
        if fact.state is FactState.BLANK and declared.blank is Blank.ZERO:
            self.read[fact.ref] = declared.type
            if fact.ref in self.chosen:
                return True if declared.type is FieldType.FLAG else self.figure
        return super().usable(fact, declared, label)


def without_blanks(
    given: Sequence[Verdict | Passed], context: Context, supposed: Supposed
) -> tuple[Verdict | Passed, ...]:
    """The verdicts of a rule on a unit; one that is missed only because empty cells count as 0 is
    缺数据 and points at those cells."""
    return tuple(
        _settled(verdict, number, context, supposed)
        if isinstance(verdict, Verdict)
        and verdict.outcome is Outcome.FAIL
        and not _slip_of_digits(verdict)
        else verdict
        for number, verdict in enumerate(given)
    )


_SLIPS = frozenset(Fraction(power) for power in (10, 100, 1000, 10000))


def _slip_of_digits(verdict: Verdict) -> bool:
    """Whether two figures that should be equal differ by digits: 760 people of whom 76 are told of
    are a slip of the pen, not people in the empty cells."""
    one, wanted = _amount(verdict), verdict.required
    two = wanted.value if wanted is not None and wanted.compare == "==" else None
    return bool(one and two) and (one / two in _SLIPS or two / one in _SLIPS)  # type: ignore[operator]


def _settled(verdict: Verdict, number: int, context: Context, supposed: Supposed) -> Verdict:
    rule, unit = context.rule, context.unit
    other = unit.reading(supposed)
    asked = context.about(other)

    def mended_by(chosen: Sequence[FactRef]) -> bool:
        for figure in (_ANYTHING, *_missing(verdict)):
            supposed.suppose(chosen, figure)
            again = _again(rule, other.reading(supposed), asked)
            if number < len(again) and _mended(verdict, again[number], rule, context):
                return True
        return False

    supposed.suppose(())
    if not _again(rule, other, asked):
        return verdict
    spoken_of = set(verdict.at)
    words = {ref for ref, kind in supposed.read.items() if kind in (FieldType.TEXT, FieldType.CODE)}
    if words & spoken_of:
        return lacking(rule, unit, MissingInput(tuple(words & spoken_of)))
    blank = [
        ref
        for ref, kind in supposed.read.items()
        if ref not in words and (kind is not FieldType.FLAG or ref in spoken_of)
    ]
    if not blank:
        return verdict
    alone = [ref for ref in blank[:_ONE_BY_ONE] if mended_by([ref])]
    if not alone and len(blank) > 1 and mended_by(blank):
        alone = blank
    return lacking(rule, unit, MissingInput(tuple(alone))) if alone else verdict


def _missing(verdict: Verdict) -> Iterator[Fraction]:
    """Figures that the empty cells may well hold, where more than anything is too much: what is
    there, or what is missing."""
    amounts = (_amount(verdict), verdict.gap.value if verdict.gap else None)
    return (amount for amount in dict.fromkeys(amounts) if amount)


def _again(rule: Rule, unit: Unit, context: Context) -> tuple[Verdict | Passed, ...]:
    """The verdicts of the rule on other values; none if it cannot be judged by them."""
    try:
        return tuple(EVALUATORS[rule.kind](rule, unit, context.about(unit)))
    except (MissingInput, NotApplicable, RuleDefect):
        return ()


def _mended(before: Verdict, after: Verdict | Passed, rule: Rule, context: Context) -> bool:
    """Whether the rule holds with the supposed figures, or with smaller ones: what was too small
    and is too large now was right somewhere between."""
    if after.outcome is not Outcome.FAIL:
        return after.outcome is Outcome.PASS
    one, two = _amount(before), _amount(after)
    if one is None or two is None:
        return False
    if rule.kind == "range" and {"minimum", "maximum"} <= rule.spec.keys():
        low, high = (limit_value(context, str(rule.spec[end])) for end in ("minimum", "maximum"))
        return min(one, two) < low and max(one, two) > high
    if rule.kind == "year_on_year" and "within" in rule.spec:
        return one == ZERO  # last year's figure is somewhere between
    wanted, then = before.required, after.required
    if wanted is None or then is None or wanted.value is None or then.value is None:
        return False
    return wanted.compare == "==" and (one - wanted.value) * (two - then.value) < 0


def _amount(verdict: Verdict | Passed) -> Fraction | None:
    actual = verdict.actual
    if isinstance(actual, Quantity):
        return actual.value
    return ZERO if actual == LEFT_BLANK else None


def unfilled(
    values: Values, rule: Rule, unit: Unit, missed: Verdict, verdict: Verdict
) -> Verdict | None:
    """The finding that the empty cells of a ``verdict`` must be filled in, since a logical rule is
    ``missed`` while they are empty; None where it is said of the cells already."""
    said = {problem.ref for problem in values.submission.problems if problem.rule == BLANK_CELL}
    if not verdict.at or said & set(verdict.at):
        return None
    labels = missing_labels(unit, verdict.at)
    kinds = {values.declared(ref.field).type for ref in verdict.at}
    none = "不是的填“否”" if kinds == {FieldType.FLAG} else "没有的填 0"
    one, two = missed.actual, missed.required
    compared = ""
    if isinstance(one, Quantity) and two is not None and two.value is not None:
        compared = f"：空着的按 0 算，一边是 {one}，一边是 {Quantity(two.value, two.unit)}"
    message = (
        f"{labels}没有填，而别处填的数与它有关，对不上（{rule.title}{compared}）。"
        f"请补填；确实{none}，仍对不上的再核对别处填的数。"
    )
    return Verdict(
        BLANK_CELL,
        Outcome.FAIL,
        unit.ref,
        verdict.at,
        "空",
        Requirement(f"补填，{none}"),
        message=message,
    )
