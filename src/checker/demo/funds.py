"""The sheets 经费 and 安全 of a right school: money that adds up, guards as the norm wants them."""

from __future__ import annotations

from math import ceil
from random import Random

from checker.demo.school import School, Value

STANDARD = {"primary": 720, "junior": 940, "senior": 1200}
"""生均公用经费 in 元 that the synthetic county pays; the national floor or above."""


def add_funds(random: Random, school: School) -> None:
    """Fill the sheet 经费; needs students and staff."""
    students = school.total("students.total")
    staff = school.number("staff.total", "whole")
    disabled = school.total("students.disabled")
    public = 0
    for stage in school.stages:
        pupils = max(100, school.number("students.total", stage))
        boarders = school.number("students.boarders", stage)
        standard = STANDARD[stage] + 10 * random.randint(2, 12)
        money = pupils * standard + boarders * 330
        school.put("money.public_funds", stage, money)
        school.put("money.public_standard", stage, standard)
        public += money
    wages = staff * random.randint(98_000, 121_000)
    spent = public * random.randint(94, 99) // 100
    training = ceil(spent * random.uniform(0.056, 0.075))
    office, repair, gear = (spent * share // 100 for share in (46, 18, 16))
    rest = spent - training - office - repair - gear
    projects, aid = random.randint(3, 40) * 10_000, students * random.randint(20, 60)
    spending = wages + spent + projects + aid
    fees = students * random.randint(150, 400)
    fiscal = spending - fees + random.randint(0, 60_000)
    special = 7000 * disabled
    budget = public
    facts: dict[str, int] = {
        "money.income": fiscal + fees,
        "money.income_fiscal": fiscal,
        "money.income_fees": fees,
        "money.spending": spending,
        "money.wages": wages,
        "money.public_spent": spent,
        "money.spent_office": office,
        "money.spent_repair": repair,
        "money.spent_equipment": gear,
        "money.training": training,
        "money.spent_other": rest,
        "money.projects": projects,
        "money.student_aid": aid,
        "money.public_total": public,
        "money.public_budget": budget,
        "money.training_budget": ceil(budget * random.uniform(0.053, 0.07)),
        "money.special_needs_students": disabled,
        "money.special_needs_funds": special,
        "money.matching_due": projects,
        "money.matching_paid": projects,
        "allowance.head_teacher": random.choice((500, 550, 600)),
    }
    for field_id, value in facts.items():
        school.put(field_id, "whole", value)
    for field_id in ("money.income", "money.spending", "money.wages", "money.public_spent"):
        value = facts[field_id] * random.randint(945, 985) // 1000
        school.put(field_id, "whole.previous", value)
    school.put("money.public_total", "whole.previous", public * random.randint(950, 990) // 1000)


def guards_needed(students: int, boarders: int) -> int:
    """Guards by GB/T 29315-2022 as read from secondary pages: 1 below 100 students, 2 below 1000,
    then 3 and one more per further 500; with boarders at least 2 and one more per 300."""
    day = 1 if students < 100 else 2 if students < 1000 else 3 + (students - 1000) // 500
    return max(day, 2 + boarders // 300) if boarders else day


def add_safety(random: Random, school: School) -> None:
    """Fill the sheet 安全; needs the students of the school."""
    students, boarders = school.total("students.total"), school.total("students.boarders")
    guards = guards_needed(students, boarders) + random.randint(1, 2)
    cameras, wage = 16 + students // 25, random.randint(26, 34) * 100
    facts: dict[str, Value] = {
        "safety.guards": guards,
        "safety.guards_certified": guards,
        "safety.guard_wage": wage,
        "safety.guard_months": 12,
        "safety.guard_funds": guards * wage * 12,
        "safety.cameras": cameras,
        "safety.cameras_connected": cameras // 2,
        "safety.cameras_required": cameras // 2,
        "safety.video_days": random.choice((30, 60, 90)),
        "safety.gear_sets": guards + random.randint(0, 2),
        "safety.patrols": random.randint(5, 8),
        "safety.drills": random.randint(10, 12),
        "safety.deaths": 0,
    }
    for name in (
        "closed", "alarm", "video", "guard_post", "barrier", "video_police",
        "gear_complete", "gate_24h", "fall_protection", "safe_campus", "drug_platform",
    ):  # fmt: skip
        facts[f"safety.{name}"] = True
    for field_id, value in facts.items():
        school.put(field_id, "whole", value)
    school.put("safety.guards", "whole.previous", guards)
    school.put("safety.cameras", "whole.previous", cameras)
