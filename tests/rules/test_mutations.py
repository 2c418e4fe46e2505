"""For every rule a changed cell of a correct institution (or as few as it takes) that makes it
speak: exactly the rules written down speak then, and each of them reads one of these cells."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from institutions import (
    BESIDE_LAST_YEAR,
    ODD,
    Institution,
    Mutation,
    all_mutated,
    institutions,
    mutated,
    mutations,
    odd_in,
    readers,
    report_of,
    rules_of,
    template,
)

from checker.model.rules import Rule
from checker.model.template import PREVIOUS_SUFFIX, SHARED, WHOLE
from checker.model.verdicts import Outcome, Passed, Verdict
from checker.rules.expression import calls
from checker.rules.rule_check import expressions

MUTATIONS = Path(__file__).parent / "data" / "mutations.toml"
KNOWN: dict[str, dict[str, list[str]]] = tomllib.loads(MUTATIONS.read_text("utf-8"))
CASES = [(name, told) for name, known in KNOWN.items() for told in known]

OTHER_STAGES = ("composite", "function", "table_sum")
"""Kinds that read other stages than the one they are asked about."""


def shares_a_cell(item: Institution, changed: list[Mutation], rule: Rule, verdict: Verdict) -> bool:
    """Whether a verdict is about one of the changed cells, or a total or share made of it: its rule
    reads the field, and for its own stage, the whole, or as one that looks across stages."""
    across = rule.kind in OTHER_STAGES or any(
        call.function in ("whole", "stage", "has_stage")
        for _, node in expressions(rule)
        for call in calls(node)
    )
    read = readers(item.form)
    fields, split = template(item.form).fields(), template(item.form).split
    for mutation in changed:
        if mutation.field == split.enrolment and any(
            SHARED in field.columns and rule.id in read.get(name, ())
            for name, field in fields.items()
        ):
            return True  # what stages have in common is shared out by their pupils
        if rule.id not in read.get(mutation.field, ()):
            continue
        column = mutation.cell.partition("@")[2].removesuffix(PREVIOUS_SUFFIX)
        if across or verdict.unit.stage is None or column in ("", WHOLE, SHARED):
            return True
        if column == verdict.unit.stage:
            return True
    return False


@pytest.mark.parametrize(("name", "told"), CASES, ids=[f"{n} {t[:70]}" for n, t in CASES])
def test_changed_cells_make_their_rules_speak_and_no_other(name: str, told: str) -> None:
    item, changed = institutions()[name], mutations(told)
    other = all_mutated(item, told)
    assert other is not None
    report = report_of(other)
    assert report.errors == ()
    assert sorted(odd_in(report)) == KNOWN[name][told]
    for verdict in report.verdicts:
        if verdict.outcome in ODD and not verdict.rule.startswith("FORM"):
            assert not isinstance(verdict, Passed)
            rule = rules_of(item.form)[verdict.rule]
            assert shares_a_cell(item, changed, rule, verdict), verdict


def test_every_rule_is_made_to_speak(capsys: pytest.CaptureFixture[str]) -> None:
    """Of every form, whether or not a correct one meets with the rule; what needs last year's form
    is tested below. The counts are printed
    (``pytest -s``), with how many rules have a change after which they speak alone."""
    left: set[str] = set()
    for form in dict.fromkeys(item.form for item in institutions().values()):
        names = [name for name, item in institutions().items() if item.form == form]
        lists = [rules for name in names for rules in KNOWN.get(name, {}).values()]
        asked = {rule for rule in rules_of(form) if not rule.startswith("FORM")}
        found = {rule for rules in lists for rule in rules} & asked
        alone = {rules[0] for rules in lists if len(rules) == 1}
        with capsys.disabled():
            print(f"\n{form}: {len(found)} of {len(asked)}, alone {len(alone)}", end="")
        left |= asked - found
    assert left == {*BESIDE_LAST_YEAR}


def test_the_same_county_a_year_later_has_nothing_to_mend() -> None:
    county = institutions()["county"]
    report = report_of(county, last_year=county)
    assert odd_in(report) == {}
    passed = {item.rule for item in report.verdicts if item.outcome is Outcome.PASS}
    assert passed >= {*BESIDE_LAST_YEAR}


@pytest.mark.parametrize("rule", BESIDE_LAST_YEAR)
def test_one_less_than_last_year_makes_only_its_rule_speak(rule: str) -> None:
    county = institutions()["county"]
    field = str(rules_of("county")[rule].spec["field"])
    before = mutated(county, Mutation(field, "+1"))
    assert before is not None
    assert set(odd_in(report_of(county, last_year=before))) == {rule}


def test_every_change_makes_something_speak() -> None:
    """And belongs to an institution that is there."""
    assert KNOWN.keys() <= institutions().keys()
    assert all(rules for known in KNOWN.values() for rules in known.values())
