"""Mistakes that clerks make: how to plant each, and what has to be found because of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import TypeAlias

from msgspec import Struct

from checker.demo.right_school import GRADES, School


class At(Struct, frozen=True):
    """A finding at a field's cell, or (with a row) at a cell of a table: row 1 is the first."""

    rule: str
    field: str
    column: str = "whole"
    row: int = 0


class OnSheet(Struct, frozen=True):
    """A finding about a sheet as a whole, by the title it has in the workbook; "" for the book.
    ``cell`` is the address when there is one that belongs to no field."""

    rule: str
    sheet: str
    cell: str = ""


Expected: TypeAlias = At | OnSheet

Plant: TypeAlias = Callable[[Random, School], Sequence[Expected] | None]
"""Changes the school and says what has to be found; None (and no change) if it does not suit."""


class Fault(Struct, frozen=True):
    """``areas`` are the parts of the form it touches, or rules that it may silence: two faults with
    an area in common are never planted in one school, so that neither hides the other."""

    id: str
    title: str
    areas: frozenset[str]
    plant: Plant


FAULTS: list[Fault] = []
"""Every known fault, in the order in which they stand here."""


def fault(areas: str, title: str) -> Callable[[Plant], Plant]:
    """Register the decorated function as a fault; its name is the id. ``areas``: words."""

    def register(plant: Plant) -> Plant:
        FAULTS.append(Fault(plant.__name__, title, frozenset(areas.split()), plant))
        return plant

    return register


def _none_left_empty(school: School, *fields: str) -> None:
    """A 0 in the cells of these that were left empty: then nothing can be hidden in them."""
    for field in fields:
        if school.values.get(field, {}).get("whole") is None:
            school.put(field, "whole", 0)


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
WORKBOOK = "xl/workbook.xml"


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _more(school: School, field: str, difference: int, column: str = "whole") -> None:
    school.put(field, column, school.number(field, column) + difference)


@fault("office", "全角数字")
def full_width_digits(random: Random, school: School) -> list[Expected]:
    money = school.number("money.spent_office", "whole")
    school.type_text("money.spent_office", "whole", str(money).translate(FULL_WIDTH))
    return [At("FORM003", "money.spent_office")]


@fault("green", "数字带千分位逗号和单位")
def thousands_and_unit(random: Random, school: School) -> list[Expected]:
    school.type_text("area.green", "whole", f"{school.number('area.green', 'whole'):,}平方米")
    return [At("FORM003", "area.green")]


@fault("medical", "人数后面写了“人”")
def number_with_unit(random: Random, school: School) -> list[Expected]:
    school.type_text("staff.medical", "whole", f"{school.number('staff.medical', 'whole')}人")
    return [At("FORM003", "staff.medical")]


@fault("patrols", "必填的数写成“无”")
def word_for_nothing(random: Random, school: School) -> list[Expected]:
    school.type_text("safety.patrols", "whole", "无")
    return [At("FORM002", "safety.patrols")]


@fault("patrols", "写了约数")
def about(random: Random, school: School) -> list[Expected]:
    school.type_text("safety.patrols", "whole", "约6")
    return [At("FORM002", "safety.patrols")]


@fault("phone", "必填的没有填")
def left_empty(random: Random, school: School) -> list[Expected]:
    del school.values["school.phone"]
    return [At("FORM001", "school.phone")]


@fault("training_budget", "公式出错，单元格是 #DIV/0!")
def error_value(random: Random, school: School) -> list[Expected]:
    school.type_text("training.hours", "whole", "#DIV/0!")
    return [At("FORM004", "training.hours")]


@fault("books", "册数写成小数")
def half_a_book(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    school.type_text("equipment.books", stage, f"{school.number('equipment.books', stage)}.5")
    return [At("FORM006", "equipment.books", stage)]


@fault("urban", "城乡分类写成自己的话")
def own_words_for_a_code(random: Random, school: School) -> list[Expected]:
    school.type_text("allowance.township_tier", "whole", "最高档")
    return [At("FORM007", "allowance.township_tier")]


@fault("date special_rooms founded", "日期写错")
def impossible_date(random: Random, school: School) -> list[Expected]:
    school.type_text("school.filled_on", "whole", "2026年9月31日")
    return [At("FORM008", "school.filled_on")]


@fault("foreign_stage", "填到学校没有的学段")
def wrong_stage_column(random: Random, school: School) -> list[Expected] | None:
    if "junior" in school.stages:
        return None
    school.put("equipment.computers", "junior", 12)
    return [At("FORM009", "equipment.computers", "junior")]


@fault("safety_sheet", "工作表改了名")
def renamed_sheet(random: Random, school: School) -> list[Expected]:
    def alter(members: dict[str, bytes]) -> None:
        text = members[WORKBOOK].decode()
        text = text.replace('<sheet name="安全"', '<sheet name="安全（终稿）"')
        members[WORKBOOK] = text.replace("'安全'!", "'安全（终稿）'!").encode()

    school.alterations.append(alter)
    school.renamed["安全"] = "安全（终稿）"
    return [OnSheet("FORM014", "安全（终稿）")]


@fault("names", "名称被删掉")
def deleted_name(random: Random, school: School) -> list[Expected]:
    name = "F_staff_support__whole"

    def alter(members: dict[str, bytes]) -> None:
        members[WORKBOOK] = re.sub(
            rb'<definedName name="' + name.encode() + rb'"[^>]*>.*?</definedName>',
            b"",
            members[WORKBOOK],
        )

    school.alterations.append(alter)
    return [OnSheet("FORM010", "教师")]


@fault("edition", "用了去年的表样")
def last_years_form(random: Random, school: School) -> list[Expected]:
    def alter(members: dict[str, bytes]) -> None:
        part = "docProps/custom.xml"
        members[part] = members[part].replace(b">2026<", b">2025<")

    school.alterations.append(alter)
    return [OnSheet("FORM015", "填表说明")]


@fault("degrees", "学历合计与专任教师对不上")
def degrees_do_not_add_up(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _more(school, "teachers.secondary", 2, stage)
    return [At("TEA102", "teachers.full_time", stage)]


@fault("titles", "职务合计与专任教师对不上")
def titles_do_not_add_up(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _more(school, "teachers.title_middle", -1, stage)
    return [At("TEA103", "teachers.full_time", stage)]


@fault("arts", "艺术教师与音乐、美术之和对不上")
def arts_do_not_add_up(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _more(school, "teachers.music", 3, stage)
    return [At("TEA104", "teachers.arts", stage)]


@fault("staff", "教职工合计多出几人")
def staff_does_not_add_up(random: Random, school: School) -> list[Expected]:
    _more(school, "staff.total", 2)
    _none_left_empty(school, "staff.kindergarten_teachers", "staff.other")
    return [At("TEA101", "staff.total")]


@fault("certified", "持证教师比专任教师多")
def more_certified_than_teachers(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _more(school, "teachers.certified", 3, stage)
    return [At("TEA5b", "teachers.certified", stage)]


@fault("certified", "有教师没有资格证")
def without_certificate(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _more(school, "teachers.certified", -1, stage)
    return [At("GOV12", "teachers.certified", stage)]


@fault("trained", "培训没有全部完成")
def training_not_finished(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _more(school, "teachers.trained_360", -2, stage)
    return [At("GOV9", "teachers.trained_360", stage)]


@fault("backbone res10", "骨干教师太少")
def few_backbone_teachers(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311"):
        return None
    stage = school.stages[0]
    school.put("teachers.backbone", stage, school.number("students.total", stage) // 200)
    return [
        At("RES2", "teachers.backbone", stage),
        At("RES10", "teachers.backbone", stage),
    ]


@fault("above_degree", "高于规定学历教师数与分项对不上")
def above_degree_differs(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311"):
        return None
    stage = school.stages[0]
    _more(school, "teachers.above_degree", -1, stage)
    rule = "RES101" if stage == "primary" else "RES102"
    return [At(rule, "teachers.above_degree", stage)]


@fault("mandarin", "普通话达标的语文教师比语文教师多")
def more_mandarin_than_chinese(random: Random, school: School) -> list[Expected]:
    _more(school, "teachers.mandarin_chinese", 1)
    return [At("TEA108", "teachers.mandarin_chinese")]


@fault("psychology", "没有心理健康教育教师")
def no_psychology_teacher(random: Random, school: School) -> list[Expected]:
    school.put("teachers.psychology", "whole", 0)
    return [At("TEA6a", "teachers.psychology")]


@fault("exchange", "交流的骨干教师比交流教师多")
def more_backbone_than_moved(random: Random, school: School) -> list[Expected]:
    school.put("exchange.backbone", "whole", school.number("exchange.moved", "whole") + 1)
    return [At("GOV103", "exchange.backbone")]


LIMITS = {"primary": 45, "junior": 50}


@fault("classes", "有一个班超过班额")
def class_over_the_limit(random: Random, school: School) -> list[Expected] | None:
    stage = school.stages[0]
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


@fault("classes", "有一个班66人以上")
def class_far_over_the_limit(random: Random, school: School) -> list[Expected] | None:
    """Over 45, 56 and 66 at once: only the strictest is said. The pupils come out of the other
    classes of the grade, which are much smaller then."""
    stage, size = school.stages[0], 66
    rows = school.tables["classes"]
    for grade in GRADES[stage][2:]:
        places = [at for at, row in enumerate(rows) if row["grade"] == grade]
        if len(places) < 3:
            continue
        largest, *others = sorted(places, key=lambda at: -_whole(rows[at]["total"]))
        missing = size - _whole(rows[largest]["total"])
        for number, at in enumerate(others):
            taken = missing // len(others) + (number < missing % len(others))
            for place, more in ((largest, taken), (at, -taken)):
                rows[place]["boys"] = _whole(rows[place]["boys"]) + more
                rows[place]["total"] = _whole(rows[place]["total"]) + more
        found: list[Expected] = [
            At("CLS2b", "classes.total", "", largest + 1),
            At("CLS204", "classes.total", "", largest + 1),
        ]
        classes = school.total("class_count.total")
        return [*found, At("CLS2", "class_count.total", stage)] if classes < 20 else found
    return None


@fault("classes", "班级男女生之和与合计对不上")
def class_does_not_add_up(random: Random, school: School) -> list[Expected]:
    at = random.randrange(len(school.tables["classes"]))
    row = school.tables["classes"][at]
    row["boys"] = _whole(row["boys"]) + 1
    return [
        At("CLS107", "classes.total", "", at + 1),
        At("CLS105", "students.boys", school.stages[0]),
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
    stage = school.stages[0]
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
    stage = school.stages[0]
    _more(school, "students.girls", 2, stage)
    return [At("CLS113", "students.total", stage), At("CLS106", "students.girls", stage)]


@fault("disabled", "送教上门比残疾学生多")
def more_home_taught(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    number = school.number("students.disabled", stage) + 1
    school.put("students.home_taught", stage, number)
    return [At("CLS116", "students.home_taught", stage)]


@fault("new", "招生数与起始年级在校学生数不同")
def new_students_differ(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _more(school, "students.new", -2, stage)
    return [At("CLS5", "students.entry_grade", stage)]


@fault("previous", "上年在校学生数少写一位")
def last_year_lost_a_digit(random: Random, school: School) -> list[Expected] | None:
    stage = school.stages[0]
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


@fault("building", "校舍面积合计算错")
def areas_do_not_add_up(random: Random, school: School) -> list[Expected]:
    _more(school, "area.building", 100)
    _more(school, "area.building", 100, "whole.previous")
    return [At("BLD1", "area.building")]


@fault("teaching_area", "教学用房分项漏了一项")
def teaching_areas_do_not_add_up(random: Random, school: School) -> list[Expected]:
    _more(school, "area.library", -30)
    _none_left_empty(school, "area.labs", "area.computer_rooms", "area.language_rooms")
    _none_left_empty(school, "area.counselling", "area.other_special", "area.other_public")
    return [At("BLD2", "area.teaching", school.stages[0])]


@fault("living_area", "宿舍、食堂、厕所之和超过生活用房")
def living_area_too_small(random: Random, school: School) -> list[Expected]:
    _more(school, "area.living", -60)
    _more(school, "area.other", 60)
    return [At("BLD4", "area.living")]


@fault("dangerous", "有D级危房")
def dangerous_building(random: Random, school: School) -> list[Expected]:
    school.put("area.dangerous", "whole", 80)
    school.put("area.dangerous_d", "whole", 80)
    return [At("BLD9", "area.dangerous_d")]


@fault("network", "联网教室比教室多")
def more_network_than_rooms(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _more(school, "rooms.network", 3, stage)
    return [At("BLD102", "rooms.network", stage)]


@fault("computers", "教学用计算机比计算机多")
def more_teaching_computers(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    _more(school, "equipment.teaching_computers", 9, stage)
    return [At("BLD103", "equipment.teaching_computers", stage)]


@fault("equipment", "设备值按元填，单位应是万元")
def yuan_for_ten_thousands(random: Random, school: School) -> list[Expected]:
    stage = school.stages[0]
    value = school.values["equipment.value"][stage]
    assert isinstance(value, Decimal)
    school.put("equipment.value", stage, value * 10000)
    return [At("RES201", "equipment.value", stage)]


@fault("multimedia res10", "网络多媒体教室不够")
def few_multimedia_rooms(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311") or school.total("students.total") < 300:
        return None
    stage = school.stages[0]
    school.put("rooms.multimedia", stage, school.number("students.total", stage) // 100)
    return [At("RES7", "rooms.multimedia", stage), At("RES10", "rooms.multimedia", stage)]


@fault("special_rooms", "音乐教室面积不足96平方米")
def small_music_room(random: Random, school: School) -> list[Expected] | None:
    if "senior" in school.stages:
        return None
    room = next(row for row in school.tables["special_rooms"] if row["use"] == "音乐")
    room["area"] = random.randint(62, 90)
    room["built_year"] = 2018
    return [At("GOV3a", "class_count.total", school.stages[0])]


@fault("special_rooms", "专用教室建成年份是将来")
def room_from_the_future(random: Random, school: School) -> list[Expected]:
    school.tables["special_rooms"][0]["built_year"] = 2062
    return [At("BLD209", "special_rooms.built_year", "", 1)]


@fault("income", "收入合计与分项对不上")
def income_does_not_add_up(random: Random, school: School) -> list[Expected]:
    _more(school, "money.income_fees", -3600)
    _none_left_empty(school, "money.income_other")
    return [At("FIN101", "money.income")]


@fault("income", "收入的一个分项没有填")
def income_part_left_empty(random: Random, school: School) -> list[Expected] | None:
    if not school.values.get("money.income_fees", {}).get("whole"):
        return None
    del school.values["money.income_fees"]["whole"]
    return [At("FORM001", "money.income_fees")]


@fault("spending", "支出合计漏了一项")
def spending_does_not_add_up(random: Random, school: School) -> list[Expected]:
    _more(school, "money.projects", -10_000)
    _none_left_empty(school, "money.student_aid", "money.other_spending")
    return [At("FIN102", "money.spending")]


@fault("public_parts", "公用支出分项对不上")
def public_spending_does_not_add_up(random: Random, school: School) -> list[Expected]:
    _more(school, "money.spent_repair", 500)
    return [At("FIN103", "money.public_spent")]


@fault("public_funds", "公用经费拨款低于基准")
def public_funds_too_low(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311"):
        return None
    stage = school.stages[0]
    funds = school.number("money.public_funds", stage) * 4 // 5
    school.put("money.public_funds", stage, funds)
    school.put("money.public_total", "whole", funds)
    return [At("FIN3", "money.public_funds", stage)]


@fault("public_funds training_budget", "公用经费预算总额填成了万元")
def budget_in_ten_thousands(random: Random, school: School) -> list[Expected]:
    budget = school.number("money.public_budget", "whole")
    school.put("money.public_budget", "whole", Decimal(budget) / 10000)
    return [At("FIN105", "money.training_budget")]


@fault("training_budget", "培训经费不到公用经费预算的5%")
def little_training_money(random: Random, school: School) -> list[Expected]:
    budget = school.number("money.public_budget", "whole")
    school.put("money.training_budget", "whole", budget * 3 // 100)
    return [At("QUA4", "money.training_budget")]


@fault("matching", "配套资金没有足额到账")
def matching_money_short(random: Random, school: School) -> list[Expected]:
    _more(school, "money.matching_paid", -20_000)
    return [At("FIN8", "money.matching_paid")]


@fault("allowance", "班主任津贴偏低")
def low_allowance(random: Random, school: School) -> list[Expected]:
    school.put("allowance.head_teacher", "whole", 300)
    return [At("FIN11a", "allowance.head_teacher")]


@fault("alarm", "一键报警没有联网")
def alarm_not_connected(random: Random, school: School) -> list[Expected]:
    school.put("safety.alarm", "whole", False)
    return [At("SAF2", "safety.alarm"), At("SAF10", "safety.alarm")]


@fault("gear", "防护装备没有配齐")
def gear_incomplete(random: Random, school: School) -> list[Expected]:
    school.put("safety.gear_complete", "whole", False)
    return [At("SAF3", "safety.gear_complete")]


@fault("drills", "演练次数太少")
def few_drills(random: Random, school: School) -> list[Expected]:
    school.put("safety.drills", "whole", 4)
    return [At("SAF4", "safety.drills")]


@fault("video_days", "录像只存15天")
def video_kept_too_short(random: Random, school: School) -> list[Expected]:
    school.put("safety.video_days", "whole", 15)
    return [At("SAF2c", "safety.video_days")]


@fault("guard_funds", "保安经费写成万元")
def guard_money_in_ten_thousands(random: Random, school: School) -> list[Expected]:
    money = school.number("safety.guard_funds", "whole")
    school.put("safety.guard_funds", "whole", Decimal(money) / 10000)
    return [At("SAF7", "safety.guard_funds")]


@fault("guards", "持证保安比保安多")
def more_certified_guards(random: Random, school: School) -> list[Expected]:
    _more(school, "safety.guards_certified", 1)
    return [At("SAF101", "safety.guards_certified"), At("SAF208", "safety.guards_certified")]


@fault("cameras", "联网点位没有全部接入")
def cameras_not_connected(random: Random, school: School) -> list[Expected]:
    _more(school, "safety.cameras_connected", -3)
    return [At("SAF2b", "safety.cameras_connected")]


@fault("buses", "校车没有按期检验")
def bus_not_inspected(random: Random, school: School) -> list[Expected]:
    for name, count in (("buses", 2), ("buses_inspected", 1), ("buses_located", 2)):
        school.put(f"safety.{name}", "whole", count)
    school.put("safety.buses", "whole.previous", 2)
    school.put("safety.bus_students", "whole", 20)
    return [At("SAF5", "safety.buses_inspected")]
