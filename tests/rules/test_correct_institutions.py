"""Institutions whose figures all agree have nothing to mend: the nine types of institution, a
county that filled in every sheet, and its evaluation of itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from institutions import (
    BESIDE_LAST_YEAR,
    TWELVE_YEAR,
    compulsory_school,
    county,
    institutions,
    odd_in,
    report_of,
    rules_of,
    template,
)

from checker.demo.synthetic_roster import KINDS
from checker.model.verdicts import Outcome
from checker.rules.rule_reads import fields_read

NOT_JUDGED = {
    "special_school": set(),
    "senior_school": {"HSE106"},  # of schools built since 2021
    "self_evaluation": {"CLM4", "CLM5", "CLM6"},  # no result of the report is one of these
    "county": {
        *BESIDE_LAST_YEAR,
        "CLS304b",  # of a share alone, without the classes
        "CLS308",
        "COD104",  # an invented county has no code
        "ENR2b",  # of a rate alone, without the people
        "FIN11b",  # of a county with mountains
        "GOV109",  # of a share alone, without the pupils
        "GOV13d",
        "GOV206",
        "OVW8d",  # of a county that says that all its projects are under way
        "PRV2",  # of a county that says that it has no private schools
        "SAF109",  # of a profile with six times 100 %
        "SAF18a",
        "SAF18b",
    },
}
"""Rules that the correct one does not meet with: all others pass."""


@pytest.mark.parametrize("name", institutions())
def test_a_correct_institution_has_nothing_to_mend(name: str) -> None:
    report = report_of(institutions()[name])
    assert odd_in(report) == {}
    assert report.errors == ()


@pytest.mark.parametrize("seed", range(1, 5))
@pytest.mark.parametrize("kind", [*KINDS, "twelve_year"])
def test_nor_has_a_school_of_the_same_kind_with_other_figures(kind: str, seed: int) -> None:
    report = report_of(compulsory_school(KINDS.get(kind, TWELVE_YEAR), seed))
    assert odd_in(report) == {}
    assert report.errors == ()


@pytest.mark.parametrize("name", NOT_JUDGED)
def test_every_rule_of_its_form_is_met_with(name: str) -> None:
    """Of the sheets that are filled in: what is added for others is not handed in here."""
    item = institutions()[name]
    judged = {each.rule for each in report_of(item).verdicts if each.outcome is Outcome.PASS}
    fields = template(item.form).fields()
    filled = {fields[each.partition("@")[0]].sheet for each in item.facts} | {""}
    asked = {
        rule.id
        for rule in rules_of(item.form).values()
        if {fields[each].sheet if each in fields else "" for each in fields_read(rule)} <= filled
    }
    assert asked - judged == NOT_JUDGED[name]


SLIPS = {
    # what is changed, and exactly which rules must say so
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
    "claim.pass_rate_change=381": {"CLM12"},
    "claim.level_pe_arts@primary=0.44": {"CLM30c"},
    "claim.cv_basic@primary=0.46": {"CLM52", "CLM53"},
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_changed_figure_of_the_county_is_found_and_nothing_else_is_said(slip: str) -> None:
    name, _, number = slip.partition("=")
    right = county()
    assert name in right.facts
    changed = right._replace(facts={**right.facts, name: Decimal(number)})
    found = odd_in(report_of(changed))
    assert set(found) == SLIPS[slip], found
