"""On one cell only the strictest of nested rules speaks: 66 and more is also over 45."""

from __future__ import annotations

import pytest

from checker.authoring.examples import submission_for
from checker.judging.engine import judge
from checker.marking.findings import findings_of
from checker.model.rules import Example, Plain
from checker.model.verdicts import Outcome
from checker.session import Session

Facts = dict[str, Plain]


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project."""
    return Session()


def said(session: Session, template: str, facts: Facts, sizes: tuple[int, ...] = ()) -> set[str]:
    """Ids of the findings on a form with these figures, and classes of the second grade."""
    form = next(one for one in session.templates if one.id == template)
    rows: list[dict[str, Plain]] = [
        {"grade": "二年级", "name": f"二（{number}）班", "total": size}
        for number, size in enumerate(sizes, 1)
    ]
    tables = {"classes": rows} if sizes else {}
    report = judge(
        submission_for(Example(Outcome.PASS, facts, tables), form),
        session.ruleset,
        session.profile,
    )
    return {finding.rule for finding in findings_of(report, session.rules)}


@pytest.mark.parametrize(
    ("size", "speaks"),
    [(45, set()), (46, {"GOV5a"}), (65, {"GOV5a"}), (66, {"CLS2b"})],
)
def test_a_class_is_too_large_once(session: Session, size: int, speaks: set[str]) -> None:
    found = said(session, "compulsory_school", {"school.type": "211"}, (size,))
    assert found & {"GOV5a", "CLS2b"} == speaks


@pytest.mark.parametrize(
    ("facts", "speaks"),
    [
        ({"equipment.per_student@primary": 2000}, set()),
        ({"equipment.per_student@primary": 1999}, {"FIN14"}),
        ({"equipment.per_student@primary": 1699}, {"FIN14a"}),
        ({"health.sport_minutes": 120}, set()),
        ({"health.sport_minutes": 119}, {"HLT13a"}),
        ({"health.sport_minutes": 59}, {"HLT13"}),
        ({"students.total@primary": 1000, "teachers.backbone@primary": 10}, set()),
        ({"students.total@primary": 1000, "teachers.backbone@primary": 9}, {"RES2m"}),
        ({"students.total@primary": 1000, "teachers.backbone@primary": 8}, {"RES2f"}),
    ],
)
def test_a_limit_and_its_floor(session: Session, facts: Facts, speaks: set[str]) -> None:
    nested = {"FIN14", "FIN14a", "HLT13", "HLT13a", "RES2m", "RES2f"}
    assert said(session, "county", facts) & nested == speaks
