"""Faults about students, classes, teachers and codes."""

from __future__ import annotations

from datetime import date
from random import Random

from checker.demo.fault import At, Expected, fault
from checker.demo.school import GRADES, School


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


@fault("backbone res10", "骨干教师太少")
def few_backbone_teachers(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311"):
        return None
    stage = _first(school)
    school.put("teachers.backbone", stage, school.number("students.total", stage) // 200)
    return [
        At("RES2", "teachers.backbone", stage),
        At("RES10", "teachers.backbone", stage),
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


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


LIMITS = {"primary": 45, "junior": 50}


@fault("classes", "有一个班超过班额")
def class_over_the_limit(random: Random, school: School) -> list[Expected] | None:
    stage = _first(school)
    rows = school.tables["classes"]
    size = LIMITS[stage] + 1
    for grade in GRADES[stage][2:]:  # starting grades have a rule of their own
        places = [at for at, row in enumerate(rows) if row["grade"] == grade]
        sizes = [_whole(rows[at]["total"]) for at in places]
        if len(places) < 2 or size - min(sizes) > 5:
            continue
        largest, smallest = sizes.index(max(sizes)), sizes.index(min(sizes))
        moved = size - sizes[largest]
        if largest == smallest or size - (sizes[smallest] - moved) > 10:
            continue
        for at, more in ((places[largest], moved), (places[smallest], -moved)):
            row = rows[at]
            row["boys"] = _whole(row["boys"]) + more
            row["total"] = _whole(row["total"]) + more
        rule = "GOV5a" if stage == "primary" else "GOV5b"
        return [At(rule, "classes.total", "", places[largest] + 1)]
    return None


@fault("classes", "班级男女生之和与合计对不上")
def class_does_not_add_up(random: Random, school: School) -> list[Expected]:
    at = random.randrange(len(school.tables["classes"]))
    row = school.tables["classes"][at]
    row["boys"] = _whole(row["boys"]) + 1
    return [
        At("CLS107", "classes.total", "", at + 1),
        At("CLS105", "students.boys", _first(school)),
    ]


@fault("classes", "同一年级两个班同名")
def two_classes_of_one_name(random: Random, school: School) -> list[Expected] | None:
    rows = school.tables["classes"]
    for at in range(1, len(rows)):
        if rows[at]["grade"] == rows[at - 1]["grade"]:
            rows[at]["name"] = rows[at - 1]["name"]
            return [At("CLS108", "classes.grade", "", at + 1)]
    return None


@fault("classes", "班级表漏了一个班")
def class_left_out(random: Random, school: School) -> list[Expected] | None:
    stage = _first(school)
    letter = {"primary": "a", "junior": "b"}[stage]
    rows = school.tables["classes"]
    if school.number("class_count.total", stage) < 12:
        return None
    middle = [at for at, row in enumerate(rows) if row["grade"] == GRADES[stage][1]]
    del rows[middle[-1]]
    return [
        At(f"CLS4{letter}", "students.total", stage),
        At(f"CLS101{letter}", "class_count.total", stage),
        At("CLS105", "students.boys", stage),
        At("CLS106", "students.girls", stage),
    ]


@fault("classes", "男生与女生之和不等于在校学生数")
def boys_and_girls_do_not_add_up(random: Random, school: School) -> list[Expected]:
    stage = _first(school)
    _add(school, "students.girls", stage, 2)
    return [At("CLS113", "students.total", stage), At("CLS106", "students.girls", stage)]


@fault("disabled", "送教上门比残疾学生多")
def more_home_taught(random: Random, school: School) -> list[Expected]:
    stage = _first(school)
    number = school.number("students.disabled", stage) + 1
    school.put("students.home_taught", stage, number)
    return [At("CLS116", "students.home_taught", stage)]


@fault("new", "招生数与起始年级在校学生数不同")
def new_students_differ(random: Random, school: School) -> list[Expected]:
    stage = _first(school)
    _add(school, "students.new", stage, -2)
    return [At("CLS5", "students.entry_grade", stage)]


@fault("previous", "上年在校学生数少写一位")
def last_year_lost_a_digit(random: Random, school: School) -> list[Expected] | None:
    stage = _first(school)
    column = f"{stage}.previous"
    if school.number("students.total", column) < 1000:
        return None
    school.put("students.total", column, school.number("students.total", column) // 10)
    return [At("CLS203", "students.total", stage), At("CLS206", "students.total", stage)]


@fault("codes", "统一社会信用代码抄错一位")
def wrong_check_digit(random: Random, school: School) -> list[Expected] | None:
    code = school.values.get("school.credit_code", {}).get("whole")
    if not isinstance(code, str):
        return None
    last = random.choice([digit for digit in "0123456789" if digit != code[-1]])
    school.put("school.credit_code", "whole", code[:-1] + last)
    return [At("COD5", "school.credit_code")]


@fault("codes", "标识码与办学类型不符")
def code_of_another_kind(random: Random, school: School) -> list[Expected] | None:
    if not school.code.startswith("21"):
        return None
    school.put("school.code", "whole", "31" + school.code[2:])
    return [At("COD3", "school.type")]


@fault("codes", "标识码少一位")
def code_too_short(random: Random, school: School) -> list[Expected]:
    school.put("school.code", "whole", school.code[:-1])
    return [At("COD1", "school.code")]


@fault("area_code", "区划代码少一位")
def area_code_too_short(random: Random, school: School) -> list[Expected]:
    code = school.values["school.area_code"]["whole"]
    assert isinstance(code, str)
    school.put("school.area_code", "whole", code[:-1])
    return [At("COD7", "school.area_code")]


@fault("phone", "电话少一位")
def phone_too_short(random: Random, school: School) -> list[Expected]:
    school.put("school.phone", "whole", "1390000000")
    return [At("COD11", "school.phone")]


@fault("address", "地址只写了村名")
def address_too_short(random: Random, school: School) -> list[Expected]:
    school.put("school.address", "whole", "上湾村")
    return [At("COD14", "school.name")]


@fault("founded", "建校年份在将来")
def founded_in_the_future(random: Random, school: School) -> list[Expected]:
    school.put("school.founded_year", "whole", 2049)
    return [At("COD12", "school.founded_year"), At("COD103", "school.planned_before_2016")]


@fault("date special_rooms founded", "填报日期是去年")
def filled_in_last_year(random: Random, school: School) -> list[Expected]:
    school.put("school.filled_on", "whole", date(2025, 9, 18))
    return [At("COD13", "school.filled_on")]
