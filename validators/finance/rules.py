"""Public funds against the base: what the expressions cannot say of money typed under 共用."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from checker.api import (
    Context,
    FactRef,
    Gap,
    Passed,
    Quantity,
    Requirement,
    Said,
    Unit,
    Value,
    Verdict,
)

FUNDS = "money.public_funds"
COMPULSORY = ("primary", "junior")

RURAL = "2"
"""What the codes of 城乡分类 of 乡村 begin with."""


def public_funds_reach_the_base(unit: Unit, context: Context) -> Iterator[Verdict | Passed]:
    """FIN3: funds (元) of a stage ≥ base × pupils (a rural school of fewer than 100 counts as 100)
    + boarding allowance × boarders.

    Money under 共用 is not split for this: the weights of shared buildings (1 : 1.1) are not the
    proportion of the bases (720 : 940), so a school that got exactly its due would seem to lack
    some in 初中段. Such a school is judged by both stages of compulsory education together; where
    高中段 has a part in the money and it might suffice, nothing certain can be said.
    """
    stages = [stage for stage in COMPULSORY if unit.has_stage(stage)]
    shared = len(unit.stages) > 1 and bool(unit.shown(FactRef(FUNDS, "shared")).strip())
    together = shared and len(stages) > 1
    judged = stages if together else [unit.stage or ""]
    paid = sum((_amount(unit, FUNDS, stage) for stage in judged), Fraction(0))
    due = sum((_due(unit, context, stage) for stage in judged), Fraction(0))
    where = "小学段、初中段合计" if together else unit.label
    if paid >= due:
        yield context.fulfilled(_said, _marked, unit, where, paid, due)
        return
    actual, required, at = Quantity(paid, "元"), _required(due), unit.refs(FUNDS)
    if shared and unit.has_stage("senior"):
        paid, where = _number(unit.whole(FUNDS)), "全校"
        actual = Quantity(paid, "元")
        if paid >= due:
            yield context.not_applicable("拨款填在“共用”，分不开义务教育段和高中段", at=at)
            return
    gap = Gap(due - paid, due - paid, "元")
    yield context.failed(
        f"{where}实拨公用经费{actual}；按基准定额计算（寄宿生另加，农村不足100人的学校按100人）"
        f"应不少于 {Quantity(due, '元')}，{gap}。",
        at=at,
        actual=actual,
        required=required,
        gap=gap,
    )


def _required(due: Fraction) -> Requirement:
    return Requirement(f"≥ {Quantity(due, '元')}", ">=", due, "元")


def _said(unit: Unit, where: str, paid: Fraction, due: Fraction) -> Said:
    actual, required = Quantity(paid, "元"), _required(due)
    message = f"{where}公用经费拨款为 {actual}，符合 {required.text} 的要求。"
    return Said(message, actual, required)


def _marked(unit: Unit, where: str, paid: Fraction, due: Fraction) -> tuple[FactRef, ...]:
    return unit.refs(FUNDS)


def _due(unit: Unit, context: Context, stage: str) -> Fraction:
    pupils = _amount(unit, "students.total", stage)
    if not pupils:
        return Fraction(0)
    school, least = _number(unit.whole("students.total")), context.threshold("FIN3_small")
    counted = pupils
    if school < least and unit.text("school.urban_rural").startswith(RURAL):
        counted = pupils * least / school
    boarders = _amount(unit, "students.boarders", stage)
    base: Fraction = context.threshold("FIN3", stage)
    allowance: Fraction = context.threshold("FIN3_boarding")
    due: Fraction = base * counted + allowance * boarders
    return due


def _amount(unit: Unit, field: str, stage: str) -> Fraction:
    return _number(unit.in_stage(field, stage))


def _number(value: Value) -> Fraction:
    assert isinstance(value, Fraction)  # counts and amounts are always numbers
    return value
