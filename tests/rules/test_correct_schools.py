"""Schools of every type whose figures all agree and reach every standard have nothing to mend, the
smallest 教学点 too."""

from __future__ import annotations

from random import Random

import pytest

from checker.authoring.examples import submission_for
from checker.demo.right_school import School
from checker.demo.synthetic_county import right_school
from checker.demo.synthetic_roster import KINDS, Entry, Kind, schools_of
from checker.judging.engine import judge
from checker.model.rules import Example, Plain
from checker.model.verdicts import Outcome
from checker.session import Session

ODD = (Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET)
TYPES = [
    *KINDS.values(),
    Kind(
        "345", "学校", "34", (2, 3), {"primary": (34, 43), "junior": (40, 48), "senior": (42, 50)}
    ),
    Kind("342", "高级中学", "34", (4, 8), {"senior": (42, 50)}),
    Kind("218", "教学点", "21", (1, 1), {"primary": (4, 12)}),
]
SEEDS = range(12)


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project."""
    return Session()


def filled(school: School) -> dict[str, Plain]:
    """Its figures by field and column; what was left empty stays so."""
    return {
        f"{field}@{column}": value
        for field, columns in school.values.items()
        for column, value in columns.items()
        if value is not None
    }


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: f"{kind.code}-{min(kind.sizes.values())}")
def test_a_correct_school_is_silent(session: Session, kind: Kind) -> None:
    """Twelve of each type."""
    form = next(one for one in session.templates if one.id == "compulsory_school")
    found: list[tuple[int, str, str]] = []
    for seed in SEEDS:
        entry = next(iter(schools_of(1, seed)))
        own = Entry(kind, f"{entry.name}{kind.suffix}", kind.prefix + entry.code[2:], entry.place)
        school = right_school(own, seed, Random(seed).randrange(100))
        facts = filled(school)
        report = judge(
            submission_for(Example(Outcome.PASS, facts, school.tables), form),
            session.ruleset,
            session.profile,
        )
        assert report.errors == ()
        found += [
            (seed, item.rule, item.message) for item in report.verdicts if item.outcome in ODD
        ]
        assert sum(item.outcome is Outcome.PASS for item in report.verdicts) > 90
    assert found == []
