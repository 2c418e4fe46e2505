"""One right school, sheet by sheet. Everything adds up and nothing stands out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from math import ceil
from random import Random

from msgspec import Struct, field

from checker.demo.synthetic_roster import Kind, Place, credit_code, person, phone

Value = int | str | bool | Decimal | date
Values = dict[str, dict[str, Value]]
"""field id -> column id -> value."""

Row = dict[str, Value]

Alteration = Callable[[dict[str, bytes]], None]
"""Changes the unpacked members of the finished workbook in place."""

GRADES = {
    "primary": ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级"),
    "junior": ("初一", "初二", "初三"),
    "senior": ("高一", "高二", "高三"),
}
CLASS_NAMES = dict(
    zip(
        (grade for grades in GRADES.values() for grade in grades),
        "一二三四五六七八九",
        strict=False,
    )
) | {"高一": "高一", "高二": "高二", "高三": "高三"}


class School(Struct):
    """The values of one school's workbook, before any error is planted."""

    kind: Kind
    name: str
    code: str
    values: Values = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    typed: dict[tuple[str, str], str] = field(default_factory=dict)
    """What was typed instead of the value, by field and column: "４５", "无", "#DIV/0!"."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Sheets that were renamed: the template's title -> the title they have now."""
    alterations: list[Alteration] = field(default_factory=list)
    """What a clerk did to the workbook itself: sheets renamed, names deleted."""

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages it is judged as."""
        return tuple(self.kind.sizes)

    def put(self, field_id: str, column: str, value: Value) -> None:
        """Set one value."""
        self.values.setdefault(field_id, {})[column] = value

    def put_all(self, column: str, values: Mapping[str, Value]) -> None:
        """Set the values of several fields in one column."""
        for field_id, value in values.items():
            self.put(field_id, column, value)

    def type_text(self, field_id: str, column: str, text: str) -> None:
        """Have the clerk type a text instead of the value."""
        self.typed[field_id, column] = text

    def number(self, field_id: str, column: str) -> int:
        """A whole number that was put before; 0 if none was."""
        value = self.values.get(field_id, {}).get(column, 0)
        assert isinstance(value, int)
        return value

    def total(self, field_id: str) -> int:
        """The sum of a count over the school's stages."""
        return sum(self.number(field_id, stage) for stage in self.stages)


def make_school(random: Random, kind: Kind, name: str, code: str, place: Place) -> School:
    """Identity, students and classes of one school; the rest is filled in by the other modules."""
    school = School(kind, name, code)
    _identity(random, school, place)
    for stage in school.stages:
        _students(random, school, stage)
    return school


def _identity(random: Random, school: School, place: Place) -> None:
    boarding = school.kind.code in ("311", "341") or (
        school.kind.code == "312" and random.random() < 0.5
    )
    facts: dict[str, Value] = {
        "school.name": school.name,
        "school.code": school.code,
        "school.type": school.kind.code,
        "school.urban_rural": place.urban_rural,
        "school.area_code": place.area_code,
        "school.address": place.address,
        "school.private": False,
        "school.boarding": boarding,
        "school.founded_year": random.randint(1949, 2014),
        "school.planned_before_2016": True,
        "school.head": person(random),
        "school.reporter": person(random),
        "school.phone": phone(random),
        "school.filled_on": date(2026, 9, random.randint(8, 19)),
    }
    if school.kind.code != "218":
        facts["school.credit_code"] = credit_code(random)
    school.put_all("whole", facts)


def _students(random: Random, school: School, stage: str) -> None:
    low, high = school.kind.sizes[stage]
    per_grade = random.randint(*school.kind.classes)
    grades: dict[str, int] = {}
    rows = school.tables.setdefault("classes", [])
    boys_total = girls_total = 0
    for grade in GRADES[stage]:
        usual = random.randint(low + 4, high - 4)
        for number in range(1, per_grade + 1):
            size = usual + random.randint(-4, 4)
            boys = size // 2 + random.randint(-2, 2)
            name = f"{CLASS_NAMES[grade]}（{number}）班"
            rows.append(
                {"grade": grade, "name": name, "boys": boys, "girls": size - boys, "total": size}
            )
            grades[grade] = grades.get(grade, 0) + size
            boys_total += boys
            girls_total += size - boys
    total = boys_total + girls_total
    entry, final = grades[GRADES[stage][0]], grades[GRADES[stage][-1]]
    graduates = max(1, final + random.randint(-3, 3))
    boarders = 0
    if school.values["school.boarding"]["whole"]:
        boarders = total * random.randint(20, 45) // 100 if stage != "primary" else total // 12
    disabled = random.randint(0, 3)
    facts: dict[str, int] = {
        "students.total": total,
        "students.boys": boys_total,
        "students.girls": girls_total,
        "students.boarders": boarders,
        "students.migrant": total * random.randint(2, 9) // 100,
        "students.left_behind": total * random.randint(3, 12) // 100,
        "students.disabled": disabled,
        "students.home_taught": min(disabled, random.randint(0, 1)),
        "students.new": entry,
        "students.entry_grade": entry,
        "students.final_grade": final,
        "students.graduates": graduates,
        "class_count.total": per_grade * len(GRADES[stage]),
    }
    school.put_all(stage, facts)
    school.put("students.total", f"{stage}.previous", total - entry + graduates)
    school.put("students.new", f"{stage}.previous", entry + random.choice((-2, -1, 1, 2)))
    school.put("class_count.total", f"{stage}.previous", facts["class_count.total"])
    if stage in ("primary", "junior"):
        _nearby(random, school, stage, total)
    if stage == "junior":
        _cohort(random, school, final)


def _nearby(random: Random, school: School, stage: str, total: int) -> None:
    urban = str(school.values["school.urban_rural"]["whole"]).startswith("1")
    if urban and not school.values["school.boarding"]["whole"]:
        outside = 0 if stage == "primary" else random.randint(0, total * 3 // 100)
        school.put("students.nearby", stage, total - outside)


def _cohort(random: Random, school: School, final: int) -> None:
    """三年巩固率 above 95 % with room to spare: (start + in - out - died) is what is left."""
    came, went = random.randint(0, 4), random.randint(0, 6)
    lost = final * random.randint(0, 2) // 100
    school.put("students.cohort_start", "junior", final + lost - came + went)
    school.put("students.cohort_in", "junior", came)
    school.put("students.cohort_out", "junior", went)
    school.put("students.cohort_died", "junior", 0)
    school.put("students.cohort_graduates", "junior", final)


STUDENTS_PER_STAFF = {"primary": "19", "junior": "13.5", "senior": "12.5"}


def add_teachers(random: Random, school: School) -> None:
    """Fill the sheet; needs the students of the school."""
    for stage in school.stages:
        _teachers_of_stage(random, school, stage)
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
    school.put_all("whole", facts)


def _teachers_of_stage(random: Random, school: School, stage: str) -> None:
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
    school.put_all(stage, facts)
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
    school.put_all("whole", facts)
    school.put("staff.total", "whole.previous", previous + admin + support + workers)


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
        _rooms_of_stage(random, school, stage, students, area, hall)
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
        "area.dangerous_d": 0,
        "dormitory.rooms": ceil(boarders / 8),
        "equipment.lab_standard": True,
    }
    school.put_all("whole", facts)
    school.put("area.land", "whole.previous", land)
    school.put("area.building", "whole.previous", building)
    _special_rooms(random, school)


def _int(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _rooms_of_stage(
    random: Random, school: School, stage: str, students: int, area: int, hall: int
) -> None:
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
    school.put_all(stage, facts)


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
    school.put_all("whole", facts)
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
    school.put_all("whole", facts)
    school.put("safety.guards", "whole.previous", guards)
    school.put("safety.cameras", "whole.previous", cameras)
