"""Institutions whose figures all agree, one of each kind, and what changed cells make of
them: shared by the tests of correct institutions and of mutations."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from checker.authoring.examples import submission_for
from checker.demo.synthetic_county import right_school
from checker.demo.synthetic_roster import KINDS, Entry, Kind, schools_of
from checker.judging.engine import judge
from checker.model.report import Report
from checker.model.rules import Example, Plain, Rule
from checker.model.template import Blank, FieldType, Template
from checker.model.verdicts import Outcome, Scope
from checker.rules.kinds import COLLECTION_KINDS
from checker.rules.rule_reads import fields_read
from checker.session import Session, SessionOptions

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
PRESCHOOL = ROOT / "examples" / "plugins" / "preschool" / "src" / "checker_preschool"
BESIDE_LAST_YEAR = (
    *(f"INF9{letter}" for letter in "abcdefgh"),
    *("CUR4b", "CUR4c", "HLT6b", "HLT6c", "PTY3b", "PTY3c", "SAF33b", "SPE5b"),
)
"""Rules that are judged only where last year's form is given too."""
ODD = (Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET)
TWELVE_YEAR = Kind(
    "345", "学校", "34", (2, 2), {"primary": (32, 43), "junior": (38, 48), "senior": (40, 48)}
)
RULE_OF_ABSENT = "评分细则：没有这类学校的县区，本项按满分计"

Facts = dict[str, Any]
Tables = dict[str, list[dict[str, Any]]]


class Institution(NamedTuple):
    """A filled form: facts by "field@column", tables by id; what its profile chooses."""

    form: str
    facts: Facts
    tables: Tables
    definitions: tuple[tuple[str, str], ...] = ()


@cache
def session() -> Session:
    """All rules as a user gets them, and those of the kindergartens' example."""
    return Session(SessionOptions(plugin_dirs=(str(PRESCHOOL),)))


@cache
def template(form: str) -> Template:
    return next(item for item in session().templates if item.id == form)


def report_of(
    item: Institution, rules: tuple[Rule, ...] | None = None, last_year: Institution | None = None
) -> Report:
    """The report on an institution, by all rules or by these, beside its form of last year."""
    own = template(item.form)
    example = Example(Outcome.PASS, item.facts, item.tables)
    before = None
    if last_year is not None:
        before = submission_for(Example(Outcome.PASS, last_year.facts, last_year.tables), own)
    ruleset = session().ruleset
    if rules is not None:
        ruleset = replace(ruleset, rules=rules)
    profile = session().profile
    if item.definitions:
        profile = replace(profile, definitions=dict(item.definitions))
    return judge(submission_for(example, own), ruleset, profile, before)


def odd_in(report: Report) -> dict[str, str]:
    """Rule to message of everything that is not as it should be, but for the form itself."""
    return {
        verdict.rule: verdict.worded().message
        for verdict in report.verdicts
        if verdict.outcome in ODD and not verdict.rule.startswith("FORM")
    }


def _flat(facts: Facts) -> Iterator[tuple[str, Any]]:
    for name, value in facts.items():
        if isinstance(value, dict):
            yield from ((f"{name}@{column}", number) for column, number in value.items())
        else:
            yield name, value


def _exact(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value


# -- one of each kind ---------------------------------------------------------------------------


def county() -> Institution:
    """A county that filled in every sheet of its form."""
    document = tomllib.loads((DATA / "correct_county.toml").read_text("utf-8"), parse_float=Decimal)
    return Institution("county", dict(_flat(document["facts"])), document["tables"])


SIX = (("safety", "6x"),)
"""Where safety is judged by six times 100 %."""


def compulsory_school(kind: Kind, seed: int = 0) -> Institution:
    """A school of one kind, as the demonstration county fills it in."""
    place = next(iter(schools_of(1, 3))).place
    entry = Entry(kind, f"柳河镇{kind.suffix}", f"{kind.prefix}36000123", place)
    school = right_school(entry, seed, 1)
    facts = {
        f"{name}@{column}": _exact(value)
        for name, columns in school.values.items()
        for column, value in columns.items()
        if value is not None
    }
    for name, field in template("compulsory_school").fields().items():
        if field.blank is Blank.ZERO and field.type in (FieldType.COUNT, FieldType.AMOUNT):
            for column in {"whole", *school.values["students.total"]} & {*field.columns}:
                facts.setdefault(f"{name}@{column}", 0)  # 没有的填 0: nothing is left open
    tables = {
        name: [{key: _exact(v) for key, v in row.items() if v is not None} for row in rows]
        for name, rows in school.tables.items()
    }
    return Institution("compulsory_school", facts, tables)


def example(form: str) -> Institution:
    """The filled example of a form."""
    text = (ROOT / "examples" / f"{form}.json").read_text("utf-8")
    document = json.loads(text, parse_float=Decimal)
    return Institution(form, dict(_flat(document["facts"])), document.get("tables", {}))


def published_self_evaluation() -> Institution:
    """The public report of 红谷滩区 as it was published; codes for the words in its cells."""
    form, facts, tables, _ = example("self_evaluation")
    lists = template(form).code_lists.values()
    codes = {word: code for known in lists for code, word in known.items()}

    def typed(row: Facts) -> Facts:
        return {key: True if v == "是" else codes.get(v, v) for key, v in row.items()}

    return Institution(
        form, typed(facts), {name: [*map(typed, rows)] for name, rows in tables.items()}
    )


def self_evaluation() -> Institution:
    """The same, with what is wrong or doubtful about it set right."""
    form, facts, tables, _ = published_self_evaluation()
    for item in tables["items"]:
        if item.get("absent"):
            item["reason"] = RULE_OF_ABSENT
    for row in tables["results"]:
        right = {"17.88": Decimal("21.77"), "98.5": 80}
        row["claimed"] = right.get(str(row["claimed"]), row["claimed"])
    return Institution(form, facts, tables)


def kindergarten() -> Institution:
    """A public kindergarten of three classes."""
    names = ("小班", "中班", "大班")
    classes = [
        {"grade": name, "name": "一班", "boys": size - size // 2, "girls": size // 2}
        | {"total": size}
        for name, size in zip(names, (24, 28, 32), strict=True)
    ]
    facts: Facts = {
        "school.name": "柳河镇中心幼儿园",
        "school.code": "1136000501",
        "kindergarten.nature": "1",
        "kindergarten.licensed": True,
        "kindergarten.residential": True,
        "kindergarten.handover": "1",
        "kindergarten.planned_after_2017": True,
        "children.total": 84,
        "children.total@whole.previous": 82,
        "children.boys": 42,
        "children.girls": 42,
        "children.small": 24,
        "children.middle": 28,
        "children.large": 32,
        "children.mixed": 0,
        "class_count.total": 3,
        "staff.total": 15,
        "staff.heads": 2,
        "staff.heads_certified": 2,
        "teachers.full_time": 7,
        "teachers.certified": 7,
        "teachers.in_quota": 4,
        "teachers.off_quota": 3,
        "teachers.bachelor": 3,
        "teachers.college": 4,
        "teachers.secondary": 0,
        "staff.nurses": 3,
        "staff.medical": 1,
        "staff.guards": 2,
        "staff.other": 0,
        "area.land": 3000,
        "area.building": 1100,
        "area.activity": 800,
        "area.outdoor": 500,
        "money.public_funds": 60000,
        "wages.in_quota": 80000,
        "wages.off_quota": 76000,
        "safety.drills": 4,
    }
    return Institution("kindergarten", facts, {"classes": classes})


def school_statistics() -> Institution:
    """A nine-year school in the layout of the statistics."""
    grades = {f"students.grade{grade}@primary": 90 for grade in range(1, 7)}
    kept = ("girls", "minority", "boarders", "migrant", "disabled")
    facts: Facts = {
        "school.name": "柳河镇学校",
        "school.code": "3136000123",
        "school.type": "312",
        "school.place": "121",
        "school.founded": 2001,
        "students.graduates@primary": 88,
        "students.new@primary": 90,
        "students.schooled@primary": 89,
        "students.total@primary": 540,
        "students.total@junior": 300,
        **grades,
        **{f"students.{who}@primary": 20 for who in kept},
        "area.teaching@shared": 8000,
        "area.indoor_sports@shared": 1800,
        "area.sports_ground@shared": 8200,
        "rooms.multimedia@shared": 24,
        "equipment.value@shared": 400,
        **{f"building.{kind}@unsafe": 0 for kind in ROOMS},
        **{f"building.{kind}@added": 0 for kind in ROOMS},
        **{f"building.{kind}@whole": area for kind, area in ROOMS.items()},
    }
    for stage, staff in (("primary", 36), ("junior", 28)):
        facts |= {
            f"teachers.full_time@{stage}": staff,
            f"teachers.graduate@{stage}": 3,
            f"teachers.bachelor@{stage}": staff - 5,
            f"teachers.college@{stage}": 2,
            f"teachers.secondary@{stage}": 0,
            f"teachers.lower@{stage}": 0,
            f"teachers.women@{stage}": 20,
            f"teachers.pe@{stage}": 4,
            f"teachers.music@{stage}": 2,
            f"teachers.fine_arts@{stage}": 2,
            f"teachers.arts_combined@{stage}": 1,
        }
    return Institution("school_statistics", facts, {})


ROOMS = {
    "total": 11000,
    "teaching": 8000,
    "classrooms": 4000,
    "special": 2500,
    "public": 1500,
    "office": 1000,
    "living": 2000,
}
"""Areas of a school's buildings in the statistics, in ㎡."""


def preschool_county() -> Institution:
    """A county in the form of the example plugin for kindergartens."""
    facts: Facts = {
        "county.name": "某县",
        "county.code": "360112",
        "county.filled_on": date(2026, 9, 16),
        "population.preschool": 5500,
        "children.total": 5000,
        "children.inclusive": 4500,
        "children.public": 2600,
        "residential.total": 8,
        "residential.public": 5,
        "residential.inclusive": 3,
        "unlicensed.total": 25,
        "unlicensed.admitted": 17,
        "unlicensed.closed": 8,
        "towns.total": 9,
        "towns.served": 9,
        "survey.satisfaction": 90,
    }
    return Institution("preschool_county", facts, {})


@cache
def institutions() -> dict[str, Institution]:
    """The nine types of institution, counties, and what a county reports beside its form."""
    schools = {key: compulsory_school(kind) for key, kind in KINDS.items()}
    return {
        **schools,
        "primary_of_six": schools["primary"]._replace(definitions=SIX),
        "twelve_year": compulsory_school(TWELVE_YEAR),
        "special_school": example("special_school"),
        "senior_school": example("senior_school"),
        "kindergarten": kindergarten(),
        "school_statistics": school_statistics(),
        "preschool_county": preschool_county(),
        "county": county(),
        "county_of_six": county()._replace(definitions=SIX),
        "self_evaluation": self_evaluation(),
    }


# -- changed cells ------------------------------------------------------------------------------

NUMBERS: dict[str, Callable[[Decimal], Decimal]] = {
    "+1": lambda number: number + 1,
    "-1": lambda number: number - 1,
    "*2": lambda number: number * 2,
    "/2": lambda number: number / 2,
    "*10": lambda number: number * 10,
    "/10": lambda number: number / 10,
    "*10000": lambda number: number * 10000,
    "/10000": lambda number: number / 10000,
    "=0": lambda number: Decimal(0),
    "+0.1": lambda number: number + Decimal("0.1"),
    "-0.1": lambda number: number - Decimal("0.1"),
}
OPERATIONS = (*NUMBERS, "flip", "clear", "next", "next but one", "cut", "above")
"""What may become of a cell: other numbers; yes for no; nothing; the next code or another text;
its last character lost; what stands in the row above. Beside these "=..." types something."""


class Mutation(NamedTuple):
    """``cell`` is "field@column", or "table.column#row" counted from 0 (the row after the last one
    is added)."""

    cell: str
    operation: str

    @property
    def field(self) -> str:
        return self.cell.partition("@")[0].partition("#")[0]


def mutations(told: str) -> list[Mutation]:
    """The changed cells of one line of mutations.toml: "cell operation; cell operation"."""
    return [Mutation(*each.split(" ", 1)) for each in told.split("; ")]


def mutated(item: Institution, mutation: Mutation) -> Institution | None:
    """The institution with this one cell changed; None if the cell cannot be changed like that."""
    cell, row = mutation.cell.partition("#")[::2]
    table, column = cell.rpartition(".")[::2]
    whole = template(item.form).fields().get(mutation.field)
    kind = whole.type if whole else None
    rows = [dict(each) for each in item.tables.get(table, [])] if row else []
    if row:
        kind = next(c.type for c in template(item.form).tables()[table].columns if c.id == column)
        if int(row) == len(rows) and mutation.operation.startswith("="):
            rows.append({})
    held = rows[int(row)].get(column) if row else item.facts.get(cell)
    if mutation.operation == "above":
        above = rows[int(row) - 1].get(column) if row not in ("", "0") else None
        becomes = above if above != held else None
    elif mutation.operation.startswith("=") and (held is None or mutation.operation not in NUMBERS):
        becomes = _typed(mutation.operation[1:], kind)
    else:
        becomes = _changed(held, mutation.operation, kind)
    if becomes is None and mutation.operation != "clear":
        return None
    if row:
        rows[int(row)][column] = becomes
        if becomes is None:
            del rows[int(row)][column]
        return item._replace(tables={**item.tables, table: rows})
    facts = {**item.facts, cell: becomes}
    if becomes is None:
        del facts[cell]
    return item._replace(facts=facts)


def all_mutated(item: Institution, told: str) -> Institution | None:
    """The institution with every cell of a line changed; None if one cannot be."""
    found: Institution | None = item
    for mutation in mutations(told):
        found = mutated(found, mutation) if found is not None else None
    return found


def _typed(text: str, kind: FieldType | None) -> Any:
    if kind is FieldType.FLAG:
        return text == "是"
    if kind in (FieldType.DATE, FieldType.MONTH):
        return date.fromisoformat(text)
    return text if kind in (FieldType.TEXT, FieldType.CODE) else Decimal(text)


def _changed(held: Plain, operation: str, kind: FieldType | None) -> Any:
    if operation == "clear":
        return None
    if isinstance(held, bool):
        return (not held) if operation == "flip" else None
    if isinstance(held, int | Decimal):
        number = Decimal(held)
        make = NUMBERS.get(operation)
        found = make(number) if make else None
        if found is None or found == number or (found < 0 and kind is not FieldType.SIGNED):
            return None
        whole = kind in (FieldType.COUNT, FieldType.YEAR)
        return None if whole and found != int(found) else found
    if isinstance(held, str):
        further = {"next": 1, "next but one": 2}.get(operation)
        if further:
            return str(int(held) + further).zfill(len(held)) if held.isdecimal() else f"{held}改"
        return held[:-1] if operation == "cut" else None
    return None


def cells(item: Institution) -> Iterator[str]:
    """Every cell of an institution that holds something."""
    yield from item.facts
    for table, rows in item.tables.items():
        for place, row in enumerate(rows):
            yield from (f"{table}.{column}#{place}" for column in row)


def is_judged_alone(rule: Rule) -> bool:
    """Whether a rule is judged on one submission (and its examples can be run on one)."""
    return rule.scope is not Scope.COLLECTION and rule.kind not in COLLECTION_KINDS


@cache
def rules_of(form: str) -> dict[str, Rule]:
    """The rules that are judged on one form by itself."""
    return {
        rule.id: rule
        for rule in session().rules.values()
        if form in rule.templates and is_judged_alone(rule)
    }


@cache
def readers(form: str) -> dict[str, frozenset[str]]:
    """Field to the rules that read it, or that are made of rules that do."""
    rules = rules_of(form)
    read = {rule.id: fields_read(rule) for rule in rules.values()}
    for rule in rules.values():
        for part in _parts(rule):
            read[rule.id] |= read.get(part, set())
    found: dict[str, set[str]] = {}
    for rule_id, names in read.items():
        for name in names:
            found.setdefault(name, set()).add(rule_id)
    return {name: frozenset(ids) for name, ids in found.items()}


def _parts(rule: Rule) -> list[str]:
    listed = rule.spec.get("of", [])
    joined = listed if isinstance(listed, list) else [listed]
    return [part.strip() for item in joined for part in str(item).split("+")]
