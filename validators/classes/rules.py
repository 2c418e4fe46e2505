"""What the class table says about a grade as a whole; the rest of the family is data."""

from __future__ import annotations

from collections.abc import Iterator

from checker.api import Context, Gap, Quantity, Requirement, Unit, Verdict

SPREAD = "CLS204_spread"


def classes_of_a_grade_are_alike(unit: Unit, context: Context) -> Iterator[Verdict]:
    """均衡编班: in each grade of at least two classes, the largest and the smallest class differ by
    no more than the threshold. One verdict per grade, marked at the largest class."""
    grades: dict[str, list[Unit]] = {}
    for row in unit.rows("classes"):
        grade = row.text("classes.grade")
        if grade not in ("幼儿班", "复式班"):
            grades.setdefault(grade, []).append(row)
    limit = context.threshold(SPREAD)
    required = Requirement(f"相差不超过 {Quantity(limit, '人')}", "<=", limit, "人")
    for grade, rows in grades.items():
        if len(rows) < 2:
            continue
        rows.sort(key=lambda row: row.number("classes.total"))
        smallest, largest = rows[0], rows[-1]
        low, high = smallest.number("classes.total"), largest.number("classes.total")
        at, actual = largest.refs("classes.total"), Quantity(high - low, "人")
        told = (
            f"{grade}最大的班“{largest.text('classes.name')}”{Quantity(high, '人')}，"
            f"最小的班“{smallest.text('classes.name')}”{Quantity(low, '人')}，相差 {actual}"
        )
        if high - low <= limit:
            yield context.passed(f"{told}。", at=at, actual=actual, required=required)
        else:
            over = high - low - limit
            yield context.failed(
                f"{told}，超过 {Quantity(limit, '人')}，请核实是否均衡编班。",
                at=at,
                actual=actual,
                required=required,
                gap=Gap(over, over, "人", excess=True),
            )
