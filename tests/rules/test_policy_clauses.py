"""docs/design/policy.md: every clause that was found stale, too wide or missing has a rule and a
test from both sides of its limit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from checker.authoring.examples import submission_for
from checker.judging.engine import judge
from checker.model.rules import Example, Plain
from checker.model.submission import Submission
from checker.model.verdicts import Outcome, Severity
from checker.session import Session, SessionOptions

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "design" / "policy.md"
PRESCHOOL = ROOT / "examples" / "plugins" / "preschool" / "src" / "checker_preschool"
ROW = re.compile(r"^\| ([^|]+) \| ([A-Z0-9a-z_ ]+) \| (\S+)::(\w+) \|$", re.MULTILINE)
LOCAL_REPORT = re.compile(r"自评|调研|自查报告|情况报告|精编|工作成就|情况汇报")
SAYS_SO = re.compile(r"不是国家的要求|以本省|以本县|以当地|有的省")
GOOD, NONE, OPEN, UNMET = Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.INCOMPLETE, Outcome.UNMET

Facts: TypeAlias = dict[str, Plain]
Said: TypeAlias = Callable[..., Outcome]


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project, and those of the example package."""
    return Session(SessionOptions(plugin_dirs=(PRESCHOOL,)))


def form(session: Session, template: str, facts: Facts) -> Submission:
    """A form with these figures."""
    own = next(one for one in session.templates if one.id == template)
    return submission_for(Example(Outcome.PASS, facts, {}), own)


@pytest.fixture(scope="module")
def said(session: Session) -> Said:
    """What one rule says of a form, on its first unit."""

    def run(rule: str, facts: Facts, template: str = "county") -> Outcome:
        return next(
            item.outcome
            for item in judge(
                form(session, template, facts), session.ruleset, session.profile
            ).verdicts
            if item.rule == rule
        )

    return run


# -- the table ------------------------------------------------------------------------------------


def rows() -> list[tuple[str, ...]]:
    """Clause, rules, file and test of each line."""
    return [match.groups() for match in ROW.finditer(TABLE.read_text("utf-8"))]


def test_every_line_of_the_table_is_read() -> None:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert len(rows()) == len(lines) - 1 >= 46


def test_the_rules_of_the_table_exist_with_examples_on_both_sides(session: Session) -> None:
    """The examples are run one by one by test_every_rule."""
    for _, named, _, _ in rows():
        for rule_id in named.split():
            rule = session.rules[rule_id]
            if rule.kind == "composite":
                continue
            expected = {example.expect for example in rule.examples}
            assert Outcome.PASS in expected, rule_id
            assert expected - {Outcome.PASS, Outcome.NOT_APPLICABLE}, rule_id


def test_the_tests_of_the_table_exist() -> None:
    for clause, _, file, test in rows():
        text = (ROOT / file).read_text("utf-8")
        assert f"def {test}(" in text, clause


# -- clauses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("each", "old", "raised"), [(5999, UNMET, NONE), (6000, GOOD, UNMET), (7000, GOOD, GOOD)]
)
def test_special_education_at_6000_and_at_7000(
    said: Said, each: int, old: Outcome, raised: Outcome
) -> None:
    """6000 stays the indicator, 7000 is the base since 2025: one yuan less reaches neither."""
    county: Facts = {"special_education.students": 87, "special_education.funds": 87 * each}
    own: Facts = {"special_education.per_student": each}
    school: Facts = {
        "school.type": "211",
        "money.special_needs_students": 4,
        "money.special_needs_funds": 4 * each,
    }
    assert [said("GOV7", county), said("GOV7b", county)] == [old, raised]
    assert [said("GOV7c", own), said("GOV7d", own)] == [old, raised]
    found = [said(rule, school, "compulsory_school") for rule in ("FIN4", "FIN4b")]
    assert found == [old, raised]
    nearly = {**county, "special_education.funds": 87 * 7000 - 1}
    assert said("GOV7b", nearly) is UNMET


def test_a_point_that_was_paid_its_due_is_not_asked(said: Said) -> None:
    """Seven children, paid as 100: more than ten thousand yuan each, and right."""
    facts: Facts = {"school.type": "218", "students.total": 7, "money.public_funds": 72000}
    assert said("FIN201", facts, "compulsory_school") is GOOD
    facts["money.public_funds"] = 1000001
    assert said("FIN201", facts, "compulsory_school") is Outcome.DOUBT


def test_a_limit_that_no_clause_sets_for_a_school_only_informs(session: Session) -> None:
    """Targets of a county, and means that no clause judges, are told to nobody as 未达标."""
    asked = ("CLS2", "CLS3", "CLS1c", "TEA6a", "PRE5", *(f"RES{n}m" for n in range(1, 8)))
    assert {session.rules[rule].severity for rule in asked} == {Severity.INFO}
    county = ("CTY24", "CLS2c", "CTY21", "PRE5c")
    assert Severity.INFO not in {session.rules[rule].severity for rule in county}


def test_the_teaching_rooms_of_the_present_layout(said: Said) -> None:
    """Psychology rooms and other rooms are parts since 2024: one square metre apart is wrong."""
    parts: Facts = {
        "area.classrooms": 600,
        "area.labs": 100,
        "area.library": 90,
        "area.computer_rooms": 80,
        "area.language_rooms": 0,
        "area.indoor_sports": 200,
        "area.counselling": 30,
        "area.other_special": 60,
        "area.other_public": 40,
    }
    school: Facts = {"school.type": "211", **parts}
    assert said("BLD2", {**school, "area.teaching": 1200}, "compulsory_school") is GOOD
    assert said("BLD2", {**school, "area.teaching": 1201}, "compulsory_school") is Outcome.FAIL


def test_nine_drills_are_one_too_few(said: Said) -> None:
    school: Facts = {"school.type": "211", "students.total": 500}
    assert said("SAF4", {**school, "safety.drills": 10}, "compulsory_school") is GOOD
    assert said("SAF4", {**school, "safety.drills": 9}, "compulsory_school") is UNMET


def test_kindergartens_drill_every_quarter(said: Said) -> None:
    """Four times a year in each; in a county all of them."""
    for drills, outcome in ((3, UNMET), (4, GOOD), (5, GOOD)):
        assert said("PRE11", {"safety.drills": drills}, "kindergarten") is outcome
    for schools, outcome in ((95, UNMET), (96, GOOD)):
        county: Facts = {"preschool.schools": 96, "preschool.schools_drills": schools}
        assert said("KIN16", county) is outcome


def test_the_year_before_school_is_free_for_every_child(said: Said) -> None:
    """国办发〔2025〕27号: one child that still pays is one too many, none can be free who is not
    there, and the money is what the standard times the children comes to."""
    for free, shared, counted in ((399, UNMET, GOOD), (400, GOOD, GOOD), (401, GOOD, Outcome.FAIL)):
        county: Facts = {"preschool.last_year": 400, "preschool.free_children": free}
        assert said("KIN11a", county) is shared
        assert said("KIN11", county) is counted
    for money, outcome in ((119, Outcome.DOUBT), (120, GOOD), (121, Outcome.DOUBT)):
        county = {
            "preschool.free_money": money,
            "preschool.free_standard": 3000,
            "preschool.free_children": 400,
        }
        assert said("KIN11b", county) is outcome


def test_what_the_plan_for_county_senior_schools_forbids(said: Said) -> None:
    """One pupil enrolled against the rules, one school with lessons on holidays."""
    for number, outcome in ((0, GOOD), (1, UNMET)):
        assert said("HSE6", {"senior.irregular": number}) is outcome
        assert said("HSE20", {"senior.holiday_classes": number}) is outcome


@pytest.mark.parametrize(("minutes", "outcome"), [(14, UNMET), (15, GOOD), (16, GOOD)])
def test_breaks_of_fifteen_minutes_are_asked_since_2026(
    session: Session, said: Said, minutes: int, outcome: Outcome
) -> None:
    facts: Facts = {"health.break_minutes": minutes}
    assert said("HLT13b", facts) is outcome
    earlier = session.judge(form(session, "county", {**facts, "county.year": 2025}))
    assert all(item.rule != "HLT13b" for item in earlier.verdicts)


def test_a_tiny_point_is_not_asked_for_what_a_school_has(session: Session) -> None:
    """Seven children and two teachers, with a room and a yard of their own."""
    school: Facts = {
        "school.type": "218",
        "students.total": 7,
        "teachers.full_time": 2,
        "teachers.backbone": 2,
        "teachers.psychology": 0,
        "staff.medical": 0,
        "area.teaching": 600,
        "area.sports_ground": 2000,
        "area.land": 4000,
        "equipment.value": 9,
        "rooms.multimedia": 2,
    }
    report = judge(form(session, "compulsory_school", school), session.ruleset, session.profile)
    asked = ("TEA6a", "TEA6b", "TEA6c", "TEA201", "TEA204", "RES201", "RES202", "RES203", "BLD203")
    found = {item.rule: item.outcome for item in report.verdicts if item.rule in asked}
    assert found.keys() == set(asked)
    assert set(found.values()) <= {NONE, GOOD}


def test_schools_of_other_kinds_are_named_or_asked_about(said: Said) -> None:
    """321 + 34 + 13 of 441: 73 points and special schools, named, are no mistake."""
    facts: Facts = {
        "schools.total": 441,
        "schools.primary": 321,
        "schools.junior": 34,
        "schools.nine_year": 13,
        "schools.twelve_year": 0,
        "schools.complete": 0,
    }
    assert said("QUA105", facts) is Outcome.DOUBT
    assert said("QUA105", {**facts, "schools.other": 73}) is GOOD


def test_rooms_that_are_short_are_lacking_not_too_many(session: Session) -> None:
    """尚缺 5 间 is 缺 5 间."""
    county = form(session, "county", {"rooms.music@junior": 13, "rooms.music_short@junior": 5})
    report = judge(county, session.ruleset, session.profile)
    (found,) = [
        item for item in report.verdicts if (item.rule, item.unit.stage) == ("GOV3c", "junior")
    ]
    assert found.outcome is UNMET
    assert "还缺音乐专用教室 5间" in found.message
    assert str(found.gap) == "缺 5 间音乐专用教室"
    assert "超出" not in found.message


@pytest.mark.parametrize(("year", "rules"), [(2024, False), (2025, True)])
def test_the_year_of_the_form_chooses_the_rules(session: Session, year: int, rules: bool) -> None:
    """The 7000 yuan hold for 2025 and later; a form of an earlier year says so."""
    facts: Facts = {
        "county.year": year,
        "special_education.students": 87,
        "special_education.funds": 87 * 6000,
    }
    report = session.judge(form(session, "county", facts))
    assert any(item.rule == "GOV7b" for item in report.verdicts) is rules
    assert report.note == f"这份表填的是 {year} 年的数，按 {year} 年的规则判断。"


@pytest.mark.parametrize(
    ("cohort", "outcome"), [(150, GOOD), (143, GOOD), (149, Outcome.FAIL), (198, Outcome.FAIL)]
)
def test_the_graduates_of_the_cohort_are_the_final_grade(
    said: Said, cohort: int, outcome: Outcome
) -> None:
    """This year's final grade of 150, or last year's 143 graduates; nothing else."""
    school: Facts = {
        "school.type": "311",
        "students.final_grade": 150,
        "students.graduates": 143,
        "students.cohort_graduates": cohort,
    }
    assert said("QUA115", school, "compulsory_school") is outcome


# -- where a rule comes from ----------------------------------------------------------------------


def test_no_rule_tells_a_school_of_another_county(session: Session) -> None:
    """A county's name stands in a rule's sources, not in what it tells every school."""
    titles = {
        citation.title
        for rule in session.rules.values()
        for citation in rule.citations
        if LOCAL_REPORT.search(citation.title)
    }
    named = {
        name
        for title in titles
        for name in re.findall(r"([\u4e00-\u9fff]{2,3})(?:县|区|市)(?!级)", title)
    }
    places = named | {"来安", "临邑", "通山", "商城", "常德", "红谷滩", "义乌", "吴忠", "靖江"}
    telling = {
        (rule.id, place)
        for rule in session.rules.values()
        for text in (rule.title, rule.message or "", rule.what, rule.why, rule.fix)
        for place in places
        if place in text
    }
    assert not telling


def test_what_only_counties_have_published_is_logic_or_says_so(session: Session) -> None:
    """A hard rule follows from the form's own columns; a standard says whose practice it is."""
    for rule in session.rules.values():
        local = [bool(LOCAL_REPORT.search(each.title)) for each in rule.citations]
        if not local or not all(local):
            continue
        assert rule.severity is not Severity.HARD, rule.id
        if rule.severity is Severity.STANDARD:
            assert SAYS_SO.search(rule.why), rule.id
