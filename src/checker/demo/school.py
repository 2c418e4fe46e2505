"""One right school: students, classes and who it is. Everything adds up and nothing stands out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

from msgspec import Struct, field

from checker.demo.names import COUNTY_CODE, COUNTY_NAME, credit_code, person, phone

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


class Kind(Struct, frozen=True):
    """A kind of school. ``sizes`` is the range of students per class by stage, ``classes`` the
    range of classes per grade, ``prefix`` the first digits of its 标识码."""

    code: str
    suffix: str
    prefix: str
    classes: tuple[int, int]
    sizes: dict[str, tuple[int, int]]


KINDS = {
    "primary": Kind("211", "小学", "21", (1, 5), {"primary": (31, 43)}),
    "point": Kind("218", "教学点", "21", (1, 1), {"primary": (14, 24)}),
    "junior": Kind("311", "初级中学", "31", (3, 8), {"junior": (38, 48)}),
    "nine_year": Kind("312", "学校", "31", (1, 3), {"primary": (32, 43), "junior": (38, 48)}),
    "complete": Kind("341", "中学", "34", (3, 6), {"junior": (38, 48), "senior": (40, 50)}),
}


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


class Place(Struct, frozen=True):
    """Where a school stands: 城乡分类, 12 digits of 统计用区划代码, address."""

    urban_rural: str
    area_code: str
    address: str


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
    for field_id, value in facts.items():
        school.put(field_id, "whole", value)


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
    for field_id, value in facts.items():
        school.put(field_id, stage, value)
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
    school.put("students.cohort_graduates", "junior", final)


def address_of(town: str, village: str, number: int) -> str:
    """A full address of the synthetic county."""
    return f"{COUNTY_NAME}{town}{village}{number}号"


def school_code(prefix: str, number: int) -> str:
    """标识码: two digits of the kind, the province, six digits of sequence."""
    return f"{prefix}{COUNTY_CODE[:2]}{number:06d}"
