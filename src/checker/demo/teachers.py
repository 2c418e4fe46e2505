"""The sheet 教师 of a right school: enough teachers, parts that add up, everybody certified."""

from __future__ import annotations

from math import ceil
from random import Random

from checker.demo.school import School

STUDENTS_PER_STAFF = {"primary": "19", "junior": "13.5", "senior": "12.5"}


def add_teachers(random: Random, school: School) -> None:
    """Fill the sheet; needs the students of the school."""
    for stage in school.stages:
        _stage(random, school, stage)
    teachers = school.total("teachers.full_time")
    _staff(random, school, teachers)
    chinese = max(1, teachers // 4)
    eligible = max(1, teachers * random.randint(12, 25) // 100)
    moved = ceil(eligible * random.randint(12, 20) / 100)
    facts = {
        "teachers.chinese": chinese,
        "teachers.mandarin_chinese": chinese,
        "teachers.mandarin_others": teachers - chinese,
        "teachers.psychology": 1 + teachers // 60,
        "training.hours": random.randint(74, 96),
        "exchange.eligible": eligible,
        "exchange.moved": moved,
        "exchange.backbone": ceil(moved / 4),
    }
    for field_id, value in facts.items():
        school.put(field_id, "whole", value)


def _stage(random: Random, school: School, stage: str) -> None:
    students = school.number("students.total", stage)
    classes = school.number("class_count.total", stage)
    ratio = {"primary": random.uniform(14.2, 16.6), "junior": random.uniform(10.2, 11.8)}
    teachers = max(ceil(students / ratio.get(stage, 10.5)), ceil(classes * 1.6))
    graduate = 1 + teachers * random.randint(1, 5) // 100
    secondary = teachers * random.randint(0, 4) // 100
    college = teachers * (random.randint(18, 30) if stage == "primary" else 6) // 100
    bachelor = teachers - graduate - secondary - college
    above = {
        "primary": graduate + bachelor + college,
        "junior": graduate + bachelor,
        "senior": graduate,
    }
    high, middle = teachers * random.randint(10, 18) // 100, teachers * 2 // 5
    low = teachers * random.randint(28, 34) // 100
    physical = ceil(students * random.uniform(0.0050, 0.0066)) + 1
    music = ceil(students * random.uniform(0.0030, 0.0042)) + 1
    fine_arts = ceil(students * random.uniform(0.0030, 0.0042))
    joined, left = random.randint(0, 2), random.randint(0, 2)
    facts = {
        "teachers.full_time": teachers,
        "teachers.women": teachers * random.randint(52, 72) // 100,
        "teachers.graduate": graduate,
        "teachers.bachelor": bachelor,
        "teachers.college": college,
        "teachers.secondary": secondary,
        "teachers.above_degree": above[stage],
        "teachers.title_senior": high,
        "teachers.title_middle": middle,
        "teachers.title_junior": low,
        "teachers.title_none": teachers - high - middle - low,
        "teachers.backbone": ceil(students * random.uniform(0.0125, 0.018)),
        "teachers.pe": physical,
        "teachers.arts": music + fine_arts,
        "teachers.music": music,
        "teachers.fine_arts": fine_arts,
        "teachers.certified": teachers,
        "teachers.trained_360": teachers,
        "teachers.joined": joined,
        "teachers.left": left,
    }
    for field_id, value in facts.items():
        school.put(field_id, stage, value)
    school.put("teachers.full_time", f"{stage}.previous", teachers - joined + left)


def _staff(random: Random, school: School, teachers: int) -> None:
    needed = sum(
        school.number("students.total", stage) / float(STUDENTS_PER_STAFF[stage])
        for stage in school.stages
    )
    support, workers = random.randint(0, 2) + teachers // 40, random.randint(0, 2)
    admin = max(1, teachers // 30)
    staff = teachers + admin + support + workers
    in_quota = staff - workers
    previous = sum(
        school.number("teachers.full_time", f"{stage}.previous") for stage in school.stages
    )
    facts = {
        "staff.total": staff,
        "staff.admin": admin,
        "staff.support": support,
        "staff.workers": workers,
        "staff.quota": max(ceil(needed), in_quota) + random.randint(0, in_quota // 60),
        "staff.in_quota": in_quota,
        "staff.medical": 1 + school.total("students.total") // 600,
        "staff.legal_vice_head": 1,
    }
    for field_id, value in facts.items():
        school.put(field_id, "whole", value)
    school.put("staff.total", "whole.previous", previous + admin + support + workers)
