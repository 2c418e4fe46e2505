"""What the class table says about a grade as a whole; the rest of the family is data."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from checker.api import Context, FactRef, Gap, Passed, Quantity, Requirement, Said, Unit, Verdict

SPREAD = "CLS204_spread"


def classes_of_a_grade_are_alike(unit: Unit, context: Context) -> Iterator[Verdict | Passed]:
    """均衡编班: in each grade of at least two classes, the largest and the smallest class differ by
    no more than the threshold. One verdict per grade, marked at the largest class."""
    grades: dict[str, list[Unit]] = {}
    for row in unit.rows("classes"):
        grade = row.text("classes.grade")
        if grade not in ("幼儿班", "复式班"):
            grades.setdefault(grade, []).append(row)
    limit = context.threshold(SPREAD)
    for grade, rows in grades.items():
        if len(rows) < 2:
            continue
        rows.sort(key=lambda row: row.number("classes.total"))
        smallest, largest = rows[0], rows[-1]
        over = largest.number("classes.total") - smallest.number("classes.total") - limit
        given = grade, smallest, largest, limit
        if over <= 0:
            yield context.fulfilled(_said, _largest, *given)
            continue
        said = _said(*given)
        yield context.failed(
            f"{said.message[:-1]}，超过 {Quantity(limit, '人')}，请核实是否均衡编班。",
            at=_largest(*given),
            actual=said.actual,
            required=said.required,
            gap=Gap(over, over, "人", apart=True),
        )


def _said(grade: str, smallest: Unit, largest: Unit, limit: Fraction) -> Said:
    low, high = smallest.number("classes.total"), largest.number("classes.total")
    actual = Quantity(high - low, "人")
    return Said(
        f"{grade}最大的班“{largest.text('classes.name')}”{Quantity(high, '人')}，"
        f"最小的班“{smallest.text('classes.name')}”{Quantity(low, '人')}，相差 {actual}。",
        actual,
        Requirement(f"相差不超过 {Quantity(limit, '人')}", "<=", limit, "人"),
    )


def _largest(grade: str, smallest: Unit, largest: Unit, limit: Fraction) -> tuple[FactRef, ...]:
    return largest.refs("classes.total")
