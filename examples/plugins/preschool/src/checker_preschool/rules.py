"""学前普及普惠：用数据说不清的规则。"""

from __future__ import annotations

from collections.abc import Iterator

from checker.api import Context, Gap, Quantity, Unit, Verdict

PEOPLE = (("teachers.full_time", "PRE116_teachers"), ("staff.nurses", "PRE116_nurses"))
"""两教一保：哪一个字段，按哪一个限值配。"""


def two_teachers_one_nurse(unit: Unit, context: Context) -> Iterator[Verdict]:
    """PRE116：每班至少两名专任教师、一名保育员；一个人数一条结论，标在那一格。"""
    classes = unit.number("class_count.total")
    if classes == 0:
        yield context.not_applicable("没有班")
        return
    for field, limit in PEOPLE:
        per_class = context.threshold(limit)
        there, wanted = unit.number(field), per_class * classes
        label = unit.label_of(field)
        actual = Quantity(there, "人")
        required = f"≥ {classes} 个班 × {per_class} 人 = {wanted} 人"
        if there >= wanted:
            yield context.passed(
                f"{label}够每班 {per_class} 人。", at=[field], actual=actual, required=required
            )
            continue
        gap = Gap(wanted - there, wanted - there, "名", label)
        yield context.failed(
            f"{classes} 个班，每班应有{label} {per_class} 人，共 {wanted} 人；现有 {there} 人。",
            at=[field, "class_count.total"],
            actual=actual,
            required=required,
            gap=gap,
        )
