"""The sheet 校舍与装备 of a right school: areas that add up, enough rooms, equipment and books."""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from random import Random

from checker.demo.school import Row, School, Value

TEACHING_PER_STUDENT = {"primary": (5.2, 8.4), "junior": (6.6, 8.9), "senior": (7.0, 8.9)}
SPORTS_PER_STUDENT = {"primary": (8.6, 13.5), "junior": (11.6, 17.0), "senior": (11.0, 15.0)}
EQUIPMENT_PER_STUDENT = {"primary": (2300, 3900), "junior": (2900, 4700), "senior": (3200, 4800)}
ROOMS_PER_HUNDRED = {"primary": (2.55, 3.5), "junior": (2.65, 3.5), "senior": (2.6, 3.2)}


def add_buildings(random: Random, school: School) -> None:
    """Fill the sheet and the table of music and art rooms; needs the students of the school."""
    teaching = indoor = classrooms = 0
    small = school.total("students.total") < 200
    for stage in school.stages:
        students = school.number("students.total", stage)
        hall = 0 if small else students * random.randint(20, 60) // 100
        area = ceil(students * random.uniform(*TEACHING_PER_STUDENT[stage])) + hall + 60
        _stage(random, school, stage, students, area, hall)
        teaching, indoor = teaching + area, indoor + hall
    rest = teaching - indoor
    labs, library = rest * 15 // 100, rest * 9 // 100
    computers, language = rest * 9 // 100, rest * 3 // 100
    classrooms = rest - labs - library - computers - language
    students, boarders = school.total("students.total"), school.total("students.boarders")
    dormitory = ceil(boarders * random.uniform(3.4, 4.6))
    canteen, toilets = students * random.randint(8, 13) // 10, 40 + students // 5
    admin = 120 + students * random.randint(8, 12) // 10
    other = random.randint(0, students // 4)
    living = dormitory + canteen + toilets
    building = teaching + admin + living + other
    ground = sum(_int(school.values["area.sports_ground"][stage]) for stage in school.stages)
    land = building * random.randint(110, 150) // 100 + ground + students * 4
    facts: dict[str, Value] = {
        "area.land": land,
        "area.building": building,
        "area.classrooms": classrooms,
        "area.labs": labs,
        "area.library": library,
        "area.computer_rooms": computers,
        "area.language_rooms": language,
        "area.admin": admin,
        "area.living": living,
        "area.dormitory": dormitory,
        "area.canteen": canteen,
        "area.toilets": toilets,
        "area.other": other,
        "area.green": students * random.randint(2, 4),
        "dormitory.rooms": ceil(boarders / 8),
        "equipment.lab_standard": True,
    }
    for field_id, value in facts.items():
        school.put(field_id, "whole", value)
    school.put("area.land", "whole.previous", land)
    school.put("area.building", "whole.previous", building)
    _special_rooms(random, school)


def _int(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _stage(random: Random, school: School, stage: str, students: int, area: int, hall: int) -> None:
    classes = school.number("class_count.total", stage)
    rooms = max(classes + 2, ceil(students * random.uniform(*ROOMS_PER_HUNDRED[stage]) / 100) + 1)
    computers = ceil(students * random.uniform(0.11, 0.17)) + 8
    equipment = students * random.uniform(*EQUIPMENT_PER_STUDENT[stage]) / 10000 + 1
    facts: dict[str, Value] = {
        "area.teaching": area,
        "area.sports_ground": ceil(students * random.uniform(*SPORTS_PER_STUDENT[stage])) + 100,
        "rooms.ordinary": rooms,
        "rooms.multimedia": rooms,
        "rooms.network": rooms,
        "equipment.value": Decimal(round(equipment * 100)) / 100,
        "equipment.computers": computers + 4,
        "equipment.teaching_computers": computers,
        "equipment.books": students * random.randint(26, 38) + 300,
    }
    if hall:
        facts["area.indoor_sports"] = hall
    for field_id, value in facts.items():
        school.put(field_id, stage, value)


def _special_rooms(random: Random, school: School) -> None:
    classes = school.total("class_count.total")
    rows: list[Row] = []
    for use, least in (("音乐", 96), ("美术", 90)):
        for number in range(1, ceil(classes / 12) + 1):
            rows.append(
                {
                    "use": use,
                    "place": f"综合楼{len(rows) // 3 + 2}0{number}室",
                    "area": least + random.randint(1, 24),
                    "built_year": random.randint(2017, 2024),
                }
            )
    school.tables["special_rooms"] = rows
