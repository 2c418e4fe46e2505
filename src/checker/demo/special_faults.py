"""What has to be found because of a planted fault; and the faults that no entry of ``faults.toml``
can say: each function is the fault of its name."""

from __future__ import annotations

import re
from random import Random
from typing import TypeAlias

from msgspec import Struct

from checker.demo.right_school import GRADES, Row, School


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


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
WORKBOOK = "xl/workbook.xml"


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def full_width_digits(random: Random, school: School) -> list[Expected]:
    money = school.number("money.spent_office", "whole")
    school.type_text("money.spent_office", "whole", str(money).translate(FULL_WIDTH))
    return [At("FORM003", "money.spent_office")]


def wrong_stage_column(random: Random, school: School) -> list[Expected] | None:
    if "junior" in school.stages:
        return None
    school.put("equipment.computers", "junior", 12)
    return [At("FORM009", "equipment.computers", "junior")]


def renamed_sheet(random: Random, school: School) -> list[Expected]:
    def alter(members: dict[str, bytes]) -> None:
        text = members[WORKBOOK].decode()
        text = text.replace('<sheet name="安全"', '<sheet name="安全（终稿）"')
        members[WORKBOOK] = text.replace("'安全'!", "'安全（终稿）'!").encode()

    school.alterations.append(alter)
    school.renamed["安全"] = "安全（终稿）"
    return [OnSheet("FORM014", "安全（终稿）")]


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


def last_years_form(random: Random, school: School) -> list[Expected]:
    def alter(members: dict[str, bytes]) -> None:
        part = "docProps/custom.xml"
        members[part] = members[part].replace(b">2026<", b">2025<")

    school.alterations.append(alter)
    return [OnSheet("FORM015", "填表说明")]


def above_degree_differs(random: Random, school: School) -> list[Expected] | None:
    if school.kind.code not in ("211", "311"):
        return None
    stage = school.stages[0]
    number = school.number("teachers.above_degree", stage)
    school.put("teachers.above_degree", stage, number - 1)
    rule = "RES101" if stage == "primary" else "RES102"
    return [At(rule, "teachers.above_degree", stage)]


def _add_boys(row: Row, number: int) -> None:
    """So many more in a class."""
    row["boys"] = _whole(row["boys"]) + number
    row["total"] = _whole(row["total"]) + number


LIMITS = {"primary": 45, "junior": 50}


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
        _add_boys(rows[places[largest]], moved)
        _add_boys(rows[places[smallest]], -moved)
        rule = "GOV5a" if stage == "primary" else "GOV5b"
        return [At(rule, "classes.total", "", places[largest] + 1)]
    return None


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
            _add_boys(rows[largest], taken)
            _add_boys(rows[at], -taken)
        found: list[Expected] = [
            At("CLS2b", "classes.total", "", largest + 1),
            At("CLS204", "classes.total", "", largest + 1),
        ]
        classes = school.total("class_count.total")
        return [*found, At("CLS2", "class_count.total", stage)] if classes < 20 else found
    return None


def class_does_not_add_up(random: Random, school: School) -> list[Expected]:
    at = random.randrange(len(school.tables["classes"]))
    row = school.tables["classes"][at]
    row["boys"] = _whole(row["boys"]) + 1
    return [
        At("CLS107", "classes.total", "", at + 1),
        At("CLS105", "students.boys", school.stages[0]),
    ]


def two_classes_of_one_name(random: Random, school: School) -> list[Expected] | None:
    rows = school.tables["classes"]
    for at in range(1, len(rows)):
        if rows[at]["grade"] == rows[at - 1]["grade"]:
            rows[at]["name"] = rows[at - 1]["name"]
            return [At("CLS108", "classes.grade", "", at + 1)]
    return None


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


def wrong_check_digit(random: Random, school: School) -> list[Expected] | None:
    code = school.values.get("school.credit_code", {}).get("whole")
    if not isinstance(code, str):
        return None
    last = random.choice([digit for digit in "0123456789" if digit != code[-1]])
    school.put("school.credit_code", "whole", code[:-1] + last)
    return [At("COD5", "school.credit_code")]


def code_of_another_kind(random: Random, school: School) -> list[Expected] | None:
    if not school.code.startswith("21"):
        return None
    school.put("school.code", "whole", "31" + school.code[2:])
    return [At("COD3", "school.type")]


def small_music_room(random: Random, school: School) -> list[Expected] | None:
    if "senior" in school.stages:
        return None
    room = next(row for row in school.tables["special_rooms"] if row["use"] == "音乐")
    room["area"] = random.randint(62, 90)
    room["built_year"] = 2018
    return [At("GOV3a", "class_count.total", school.stages[0])]


def room_from_the_future(random: Random, school: School) -> list[Expected]:
    school.tables["special_rooms"][0]["built_year"] = 2062
    return [At("BLD209", "special_rooms.built_year", "", 1)]
