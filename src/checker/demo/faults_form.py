"""Faults of the form itself: what is typed, and what is done to sheets, names and formulas."""

from __future__ import annotations

import re
from random import Random

from checker.demo.fault import At, Expected, OnSheet, fault
from checker.demo.school import School

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
WORKBOOK = "xl/workbook.xml"


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
