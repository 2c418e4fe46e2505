"""The sheet of kindergartens: right figures fire nothing, each mutation fires its rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.authoring.example_forms import submission_for
from checker.judging.engine import judge
from checker.model.report import Report
from checker.model.rules import Example, Plain, Rule
from checker.model.verdicts import Outcome
from checker.session import Session

FAMILIES = ("KIN",)  # the others: test_correct_institutions.py and test_mutations.py
FIRES = {Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET}

SESSION = Session()
RULES = [rule for rule in SESSION.ruleset.rules if rule.id.startswith(FAMILIES)]


def first(rule: Rule, outcomes: set[Outcome]) -> Example:
    """The first example of a rule that ends like this."""
    return next(example for example in rule.examples if example.expect in outcomes)


def right_county() -> dict[str, Plain]:
    """All figures of the first passing examples: one county, which they must not contradict."""
    facts: dict[str, Plain] = {}
    for rule in RULES:
        example = first(rule, {Outcome.PASS})
        if example.tables or rule.id == "PRV2":
            continue  # about rows, or about a county without private schools
        for name, value in example.facts.items():
            assert facts.setdefault(name, value) == value, (rule.id, name)
    return facts


def reported(facts: dict[str, Plain]) -> Report:
    """The whole report on a county form with these figures."""
    template = next(one for one in SESSION.templates if one.id == "county")
    submission = submission_for(Example(Outcome.PASS, facts, {}), template)
    return judge(submission, SESSION.ruleset, SESSION.profile)


def fired(report: Report) -> Iterator[str]:
    """Ids of the rules of these families that say something."""
    for verdict in report.verdicts:
        if verdict.rule.startswith(FAMILIES) and verdict.outcome in FIRES:
            yield verdict.rule


def test_a_right_county_hears_nothing() -> None:
    assert list(fired(reported(right_county()))) == []


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if not first(rule, FIRES).tables], ids=lambda rule: rule.id
)
def test_a_mutation_fires_its_rule(rule: Rule) -> None:
    facts = {**right_county(), **first(rule, FIRES).facts}
    assert rule.id in set(fired(reported(facts)))
