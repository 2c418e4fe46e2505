"""Institutions whose figures all agree have nothing to mend; each figure that is changed so that it
contradicts the others is found."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from checker.authoring.example_forms import submission_for
from checker.judging.engine import judge
from checker.model.report import Report
from checker.model.rules import Example, Plain
from checker.model.verdicts import Outcome
from checker.session import Session

ROOT = Path(__file__).parents[2]
COUNTY = Path(__file__).parent / "data" / "correct_county.toml"
FORMS = ("special_school", "senior_school")
FAMILIES = ("OVW", "ENR", "SPE", "HSE")
ODD = (Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET)

Facts = dict[str, Plain]
Tables = dict[str, list[dict[str, Plain]]]


@cache
def session() -> Session:
    """All rules as a user gets them."""
    return Session()


def report_of(form: str, facts: Facts, tables: Tables | None = None) -> Report:
    (template,) = [item for item in session().templates if item.id == form]
    submission = submission_for(Example(Outcome.PASS, facts, tables or {}), template)
    return judge(submission, session().ruleset, session().profile)


def odd_in(report: Report) -> dict[str, str]:
    """Rule to message of everything that is not as it should be, but for the form itself."""
    return {
        verdict.rule: verdict.message
        for verdict in report.verdicts
        if verdict.outcome in ODD and not verdict.rule.startswith("FORM")
    }


def _flat(facts: dict[str, object]) -> Iterator[tuple[str, Plain]]:
    for name, value in facts.items():
        if isinstance(value, dict):
            yield from ((f"{name}@{column}", number) for column, number in value.items())
        else:
            yield name, value  # type: ignore[misc]


@cache
def county() -> tuple[Facts, Tables]:
    """The correct county."""
    document = tomllib.loads(COUNTY.read_text("utf-8"), parse_float=Decimal)
    return dict(_flat(document["facts"])), document["tables"]


def school(form: str) -> Facts:
    """The filled example of a form."""
    document = json.loads((ROOT / "examples" / f"{form}.json").read_text("utf-8"))
    return dict(document["facts"])


def test_a_correct_county_with_every_sheet_filled_in_has_nothing_to_mend() -> None:
    facts, tables = county()
    report = report_of("county", facts, tables)
    assert odd_in(report) == {}
    assert report.errors == ()
    judged = {item.rule for item in report.verdicts if item.outcome is Outcome.PASS}
    rules = session().rules.values()
    ours = {rule.id for rule in rules if rule.id[:3] in FAMILIES and rule.templates == ("county",)}
    skipped = {
        "ENR2b",  # of a rate alone, without the people
        "OVW8d",  # of a county that says that all its projects are under way
    }
    assert ours - judged == skipped


@pytest.mark.parametrize("form", FORMS)
def test_a_correct_school_has_nothing_to_mend(form: str) -> None:
    report = report_of(form, school(form))
    assert odd_in(report) == {}
    assert report.errors == ()
    judged = {item.rule for item in report.verdicts if item.outcome is Outcome.PASS}
    rules = session().rules.values()
    skipped = {"HSE106"} if form == "senior_school" else set()  # of schools built since 2021
    assert {rule.id for rule in rules if rule.templates == (form,)} - judged == skipped


SLIPS = {
    # what is changed, and which rules must say so
    "overview.total@students=30660": {"OVW1"},
    "overview.points@town=4": {"OVW2"},
    "overview.compulsory@staff=1444": {"OVW5"},
    "schools.points@whole=28": {"OVW3c", "OVW6"},
    "projects.compulsory@done=9": {"OVW8", "OVW8b"},
    "projects.share=78.6": {"OVW8c"},
    "seats.total=3010": {"OVW9"},
    "enrol.rate@primary=102.51": {"ENR1", "ENR11b"},
    "enrol.in_school@primary=13401": {"ENR2"},
    "nine.graduates=1900": {"ENR9", "ENR10"},
    "dropout.returned=2": {"ENR14"},
    "pupils.boarders=20000": {"ENR18", "ENR19a", "ENR20"},
    "class_share.change@primary=13.49": {"CLS306"},
    "special.towns_covered=8": {"SPE2"},
    "special.share=61.83": {"SPE6"},
    "hs.target=93": {"HSE4"},
    "hs.gross_rate_change=6.14": {"HSE2a"},
    "voc.employed=160": {"HSE5c", "HSE5b", "HSE5e"},
    "posts.vacancy_rate=2.01": {"TEA301"},
    "recruit.total@year=95": {"TEA317", "TEA319"},
    "training.per_head=1307": {"TEA311"},
    "standard_schools.count=23": {"BLD304", "BLD305"},
    "dorm.short=1771": {"BLD301"},
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_changed_figure_of_the_county_is_found_and_nothing_else_is_said(slip: str) -> None:
    name, _, number = slip.partition("=")
    facts, tables = county()
    assert name in facts
    found = odd_in(report_of("county", {**facts, name: Decimal(number)}, tables))
    assert set(found) == SLIPS[slip], found
