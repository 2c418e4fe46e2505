"""A blank cell accuses nobody: what is missed only because it counts as 0 is 缺数据, of every kind
of rule; and where other figures contradict it, it is the blank cell that must be filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from msgspec.structs import replace

from checker.authoring.examples import submission_for
from checker.judging.engine import judge
from checker.model.report import Report
from checker.model.rules import Example, Plain
from checker.model.submission import Fact, FactRef, FactState
from checker.model.verdicts import Outcome, Verdict
from checker.session import Session

Facts: TypeAlias = dict[str, Plain]
Rows: TypeAlias = dict[str, list[dict[str, Plain]]]
Judged: TypeAlias = Callable[..., Report]

FIRST_GRADE: Rows = {
    "classes": [
        {"grade": "一年级", "name": "一（1）班", "total": 40},
        {"grade": "一年级", "name": "一（2）班", "total": 41},
    ]
}
AREAS: Facts = {"area.teaching": 700, "area.labs": 0, "area.library": 100}
REST: Facts = {
    "area.computer_rooms": 0,
    "area.language_rooms": 0,
    "area.indoor_sports": 0,
    "area.counselling": 0,
    "area.other_special": 0,
    "area.other_public": 0,
}


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project."""
    return Session()


@pytest.fixture(scope="module")
def judged(session: Session) -> Judged:
    """A primary school's form with these figures, all else left empty."""

    def run(
        facts: Facts, tables: Rows | None = None, template: str = "compulsory_school"
    ) -> Report:
        form = next(one for one in session.templates if one.id == template)
        school: Facts = {"school.type": "211"} if template == "compulsory_school" else {}
        return judge(
            submission_for(Example(Outcome.PASS, school | facts, tables or {}), form),
            session.ruleset,
            session.profile,
        )

    return run


def of(report: Report, rule: str) -> list[Outcome]:
    """What became of a rule, unit by unit."""
    return [item.outcome for item in report.verdicts if item.rule == rule]


def asked_for(report: Report) -> list[Verdict]:
    """Blank cells that must be filled in."""
    return [
        item for item in report.verdicts if item.rule == "FORM001" and isinstance(item, Verdict)
    ]


@pytest.mark.parametrize(
    ("rule", "blank", "zero", "tables"),
    [
        ("CLS102a", {}, {"students.entry_grade": 0}, FIRST_GRADE),
        ("BLD2", AREAS, AREAS | REST | {"area.classrooms": 0}, None),
        ("BLD7", {"students.total": 200}, {"students.total": 200, "area.toilets": 0}, None),
        ("BLD101", {"area.dangerous_d": 20}, {"area.dangerous_d": 20, "area.dangerous": 0}, None),
        (
            "BLD204",
            {"class_count.total": 6},
            {"class_count.total": 6, "rooms.ordinary": 0},
            None,
        ),
        (
            "COD101",
            {"students.boarders": 3},
            {"students.boarders": 3, "school.boarding": False},
            None,
        ),
        (
            "RES5",
            {"students.total": 600, "area.sports_ground": 900},
            {"students.total": 600, "area.sports_ground": 900, "area.indoor_sports": 0},
            None,
        ),
    ],
    ids=["relation to a table", "sum", "positive", "subset", "soft", "flag", "standard"],
)
def test_blank_is_not_judged_and_0_is(
    judged: Judged, rule: str, blank: Facts, zero: Facts, tables: Rows | None
) -> None:
    """The same figures with the cell left empty, and with the 0 or the 否 that somebody typed."""
    assert of(judged(blank, tables), rule) == [Outcome.INCOMPLETE]
    (said,) = of(judged(zero, tables), rule)
    assert said in (Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET)


def test_nothing_typed_into_the_blank_could_help(judged: Judged) -> None:
    """More parts than the whole: whatever the empty rows hold, it is wrong."""
    report = judged({"area.teaching": 700, "area.library": 701})
    assert of(report, "BLD2") == [Outcome.FAIL]
    assert asked_for(report) == []


def test_a_contradicted_blank_must_be_filled_in(judged: Judged) -> None:
    """81 children in the class table, and the row for them empty: one thing to fill in."""
    report = judged({"students.final_grade": 0}, FIRST_GRADE)
    (asked,) = asked_for(report)
    assert asked.outcome is Outcome.FAIL
    assert asked.at == (FactRef("students.entry_grade", "primary"),)
    assert asked.message.startswith("“起始年级在校学生数”（小学段）没有填，而别处填的数与它有关")
    assert "按 0 算" not in asked.message


def test_a_doubt_does_not_make_an_optional_cell_a_duty(judged: Judged) -> None:
    """No toilets typed in: not judged, and no red cell."""
    report = judged({"students.total": 200})
    assert of(report, "BLD7") == [Outcome.INCOMPLETE]
    assert asked_for(report) == []


def test_no_verdict_that_accuses_says_that_a_blank_holds_a_figure(session: Session) -> None:
    """Over all rules of all forms, with nothing but the pupils filled in."""
    for form in session.templates:
        if "students.total" not in form.fields():
            continue
        facts: Facts = {"students.total": 1301}
        report = judge(
            submission_for(Example(Outcome.PASS, facts, {}), form), session.ruleset, session.profile
        )
        accusing = [
            item
            for item in report.verdicts
            if item.outcome in (Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET)
            and item.rule != "FORM001"
        ]
        blank = [
            (item.rule, item.message)
            for item in accusing
            if item.at
            and all(report.submission.fact(ref).state is FactState.BLANK for ref in item.at)
        ]
        assert not blank


@pytest.mark.parametrize(
    ("facts", "rooms", "outcome"),
    [
        ({}, [], Outcome.INCOMPLETE),
        ({"area.other_special": 120}, [], Outcome.INCOMPLETE),
        ({"area.other_special": 0}, [], Outcome.UNMET),
        ({}, [{"use": "音乐", "area": 60}, {"use": "美术", "area": 60}], Outcome.UNMET),
        ({}, [{"use": "音乐", "area": 96}, {"use": "美术", "area": 90}], Outcome.PASS),
    ],
    ids=["nothing said", "rooms, not listed", "none", "too small", "large enough"],
)
def test_an_empty_table_is_not_the_same_as_no_room(
    judged: Judged, facts: Facts, rooms: list[dict[str, Plain]], outcome: Outcome
) -> None:
    """A school without rooms for music and art says so by a 0; an empty table says nothing."""
    known: Facts = {"class_count.total": 6, "students.total": 200}
    report = judged(known | facts, {"special_rooms": rooms})
    assert of(report, "GOV3a") == of(report, "GOV3b") == [outcome]


@pytest.mark.parametrize("state", [FactState.UNBOUND, FactState.UNREADABLE])
def test_a_cell_that_cannot_be_read_is_not_the_same_as_none(
    session: Session, state: FactState
) -> None:
    """GOV114 asks whether both of two rows are filled in, FIN3b adds what boarders cost: with a row
    that was not found, or holds what is no number, neither can be judged."""
    form = next(one for one in session.templates if one.id == "county")
    facts: Facts = {
        "nearby.pupils@primary": 500,
        "students.total@primary": 20000,
        "money.public_funds@primary": 14400000,
    }
    filled = submission_for(Example(Outcome.PASS, facts, {}), form)
    lost = dict(filled.facts)
    for name in ("nearby.pupils_nearby", "students.boarders"):
        ref = FactRef(name, "primary")
        lost[ref] = Fact(ref, state)
    report = judge(replace(filled, facts=lost), session.ruleset, session.profile)
    found = {
        item.rule: item.outcome
        for item in report.verdicts
        if item.rule in ("GOV114", "FIN3b") and item.unit.stage == "primary"
    }
    assert found == {"GOV114": Outcome.INCOMPLETE, "FIN3b": Outcome.INCOMPLETE}


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        # new pupils left empty beside last year's 74: not "招生数为 0 人，减少 100%"
        ("CLS205", {"students.new@primary.previous": 74}),
        # 458 + 73 - 75 = 456: only the 73 new pupils are not typed
        (
            "CLS206",
            {
                "students.total@primary": 456,
                "students.total@primary.previous": 458,
                "students.graduates@primary": 75,
            },
        ),
        # 82 teachers, 62 of other subjects at the level: with 20 teachers of Chinese all are
        ("TEA7b", {"teachers.full_time@primary": 82, "teachers.mandarin_others": 62}),
    ],
)
def test_a_figure_of_the_right_size_is_supposed_too(
    judged: Judged, rule: str, facts: Facts
) -> None:
    """More than anything would be too much here: it is tried what is missing."""
    assert of(judged({"school.restructured": False} | facts), rule) == [Outcome.INCOMPLETE]


def test_a_typed_0_is_still_compared_with_last_year(judged: Judged) -> None:
    facts: Facts = {
        "school.restructured": False,
        "students.new@primary": 0,
        "students.new@primary.previous": 74,
    }
    assert of(judged(facts), "CLS205") == [Outcome.DOUBT]


def test_what_is_asked_of_a_blank_never_asks_to_change_the_figure_beside_it(
    judged: Judged,
) -> None:
    """20 teachers of Chinese at the level, how many there are left empty: not "要求 ≤ 0人"."""
    (asked,) = asked_for(judged({"teachers.mandarin_chinese": 20}))
    assert "空着的按 0 算，一边是 20人，一边是 0人" in asked.message
    assert "要求" not in asked.message
