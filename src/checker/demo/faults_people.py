"""Faults about students, classes, teachers and codes."""

from __future__ import annotations

from random import Random

from checker.demo.fault import At, Expected, OnSheet, fault
from checker.demo.school import School


def _first(school: School) -> str:
    return school.stages[0]


def _add(school: School, field: str, column: str, difference: int) -> None:
    school.put(field, column, school.number(field, column) + difference)


@fault("degrees", "学历合计与专任教师对不上")
def degrees_do_not_add_up(random: Random, school: School) -> list[Expected]:
    stage = _first(school)
    _add(school, "teachers.secondary", stage, 2)
    return [At("TEA102", "teachers.full_time", stage)]


@fault("titles", "职务合计与专任教师对不上")
def titles_do_not_add_up(random: Random, school: School) -> list[Expected]:
    stage = _first(school)
    _add(school, "teachers.title_middle", stage, -1)
    return [At("TEA103", "teachers.full_time", stage)]


@fault("arts", "艺术教师与音乐、美术之和对不上")
def arts_do_not_add_up(random: Random, school: School) -> list[Expected]:
    stage = _first(school)
    _add(school, "teachers.music", stage, 3)
    return [At("TEA104", "teachers.arts", stage)]


@fault("staff", "教职工合计多出几人")
def staff_does_not_add_up(random: Random, school: School) -> list[Expected]:
    _add(school, "staff.total", "whole", 2)
    return [At("TEA101", "staff.total")]


@fault("certified", "持证教师比专任教师多")
def more_certified_than_teachers(random: Random, school: School) -> list[Expected]:
    stage = _first(school)
    _add(school, "teachers.certified", stage, 3)
    return [At("TEA5b", "teachers.certified", stage)]


@fault("certified", "有教师没有资格证")
def without_certificate(random: Random, school: School) -> list[Expected]:
    stage = _first(school)
    _add(school, "teachers.certified", stage, -1)
    return [At("GOV12", "teachers.certified", stage)]


@fault("trained", "培训没有全部完成")
def training_not_finished(random: Random, school: School) -> list[Expected]:
    stage = _first(school)
    _add(school, "teachers.trained_360", stage, -2)
    return [At("GOV9", "teachers.trained_360", stage)]


@fault("backbone", "骨干教师太少")
def few_backbone_teachers(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311"):
        return None
    stage = _first(school)
    school.put("teachers.backbone", stage, school.number("students.total", stage) // 200)
    return [
        At("RES2", "teachers.backbone", stage),
        At("RES10", "students.total", stage),
    ]


@fault("above_degree", "高于规定学历教师数与分项对不上")
def above_degree_differs(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311"):
        return None
    stage = _first(school)
    _add(school, "teachers.above_degree", stage, -1)
    rule = "RES101" if stage == "primary" else "RES102"
    return [At(rule, "teachers.above_degree", stage)]


@fault("mandarin", "普通话达标的语文教师比语文教师多")
def more_mandarin_than_chinese(random: Random, school: School) -> list[Expected]:
    _add(school, "teachers.mandarin_chinese", "whole", 1)
    return [At("TEA108", "teachers.mandarin_chinese")]


@fault("psychology", "没有心理健康教育教师")
def no_psychology_teacher(random: Random, school: School) -> list[Expected]:
    school.put("teachers.psychology", "whole", 0)
    return [At("TEA6a", "teachers.psychology")]


@fault("exchange", "交流的骨干教师比交流教师多")
def more_backbone_than_moved(random: Random, school: School) -> list[Expected]:
    school.put("exchange.backbone", "whole", school.number("exchange.moved", "whole") + 1)
    return [At("GOV103", "exchange.backbone")]


def _move_students(school: School, grade_from: str, size: int) -> int | None:
    """Make the first class of a grade ``size`` strong at the cost of its second; its row."""
    rows = [at for at, row in enumerate(school.tables["classes"]) if row["grade"] == grade_from]
    if len(rows) < 2:
        return None
    large, small = (school.tables["classes"][at] for at in rows[:2])
    for row, total in (
        (large, size),
        (small, _whole(large["total"]) + _whole(small["total"]) - size),
    ):
        boys = _whole(row["boys"]) + (total - _whole(row["total"])) // 2
        row.update(total=total, boys=boys, girls=total - boys)
    return rows[0] + 1


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


@fault("codes", "统一社会信用代码抄错一位")
def wrong_check_digit(random: Random, school: School) -> list[Expected] | None:
    code = school.values.get("school.credit_code", {}).get("whole")
    if not isinstance(code, str):
        return None
    last = random.choice([digit for digit in "0123456789" if digit != code[-1]])
    school.put("school.credit_code", "whole", code[:-1] + last)
    return [At("COD", "school.credit_code")]


__all__ = ["OnSheet"]
