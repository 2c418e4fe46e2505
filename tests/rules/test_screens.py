"""Screens never change a verdict: everything is judged with and without them, and must be equal."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from checker.batch.judging import judged_of
from checker.county.measuring import collection_rules, figures_of, measure, questions
from checker.forms.registry import installed_templates
from checker.judging import engine
from checker.judging import plan as plans
from checker.judging.engine import judge
from checker.judging.plan import Plan
from checker.model.report import Report
from checker.model.rules import Plain, Rule
from checker.model.submission import Fact, FactState, Submission, TableRow
from checker.model.template import Template
from checker.model.verdicts import Outcome, Passed
from checker.plugins.loading import Plugins
from checker.rules.examples import (
    ExampleError,
    submission_for,
    submission_of_last_year,
)
from checker.rules.profiles import Profile, build
from checker.rules.rule_check import is_judged_alone
from checker.rules.ruleset import RuleSet
from checker.session import Session

EXAMPLES = Path(__file__).parents[2] / "examples"


def both_ways(
    monkeypatch: pytest.MonkeyPatch,
    submission: Submission,
    ruleset: RuleSet,
    profile: Profile,
    previous: Submission | None = None,
) -> tuple[Report, Report]:
    """Judged by the kinds of rule alone, and with screens."""
    known: dict[int, Plan] = {}

    def plan_with(screens: bool) -> Callable[[RuleSet, Profile, Template], Plan]:
        def plan_for(ruleset: RuleSet, profile: Profile, template: Template) -> Plan:
            if id(template) not in known:
                known[id(template)] = made = Plan(ruleset, profile, template)
                if screens:
                    made.make_screens()
            return known[id(template)]

        known.clear()
        return plan_for

    reports = []
    for screens in (False, True):
        monkeypatch.setattr("checker.judging.engine.plan_for", plan_with(screens))
        reports.append(judge(submission, ruleset, profile, previous))
    return reports[0], reports[1]


def assert_equal(slow: Report, quick: Report) -> None:
    """Every verdict with its words, places and numbers; every error."""
    for one, other in zip_longest(slow.verdicts, quick.verdicts):
        assert one == other
    assert slow.errors == quick.errors


def assert_measured_alike(slow: Report, quick: Report) -> None:
    """What a county needs of the school: numbers, what is missing, errors, levels."""
    own = session()
    rules = collection_rules(own.ruleset, own.profile)
    asked = questions(each for each in rules if slow.submission.template.id in each.templates)
    indicators = frozenset(rule.id for rule in own.rules.values() if rule.kind == "indicator")
    one, other = (figures_of(each, own.ruleset, own.profile) for each in (slow, quick))
    assert measure(slow, asked, one) == measure(quick, asked, other)
    assert judged_of(slow, indicators, one) == judged_of(quick, indicators, other)


def screened(report: Report) -> int:
    """How many verdicts no kind of rule was asked for."""
    return sum(isinstance(item, Passed) and item._say is engine._said for item in report.verdicts)


@cache
def session() -> Session:
    return Session()


@cache
def filled_forms() -> tuple[Submission, ...]:
    """The workbooks of examples/ as read: a good and a bad school, a small one, a county."""
    found = []
    for path in sorted(EXAMPLES.glob("*.xlsx")):
        report = session().judge_file(path).report
        assert report is not None
        found.append(report.submission)
    assert len(found) == 4
    return tuple(found)


@cache
def templates() -> Mapping[str, Template]:
    return {item.template.id: item.template for item in installed_templates()}


RULES = [
    pytest.param(rule, id=f"{rule.id}-{rule.since}")
    for rule in session().ruleset.rules
    if is_judged_alone(rule)
]


@pytest.mark.parametrize("rule", RULES)
def test_every_example_of_every_rule(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each form that a rule is for, filled in as each of its examples says."""
    ruleset = replace(session().ruleset, chosen=frozenset({rule.id}))
    for submission, last_year, profile in _cases(rule):
        slow, quick = both_ways(monkeypatch, submission, ruleset, profile, last_year)
        assert_equal(slow, quick)


def _cases(rule: Rule) -> Iterator[tuple[Submission, Submission | None, Profile]]:
    national = build(session().ruleset.thresholds)
    for example in rule.examples:
        profile = replace(national, definitions={**national.definitions, **example.definitions})
        for template_id in rule.templates:
            template = templates()[template_id]
            try:
                submission = submission_for(example, template)
                yield submission, submission_of_last_year(example, template), profile
            except ExampleError:  # this form lacks what the example speaks of
                continue


@pytest.mark.parametrize("number", range(4))
def test_the_example_workbooks(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Screens tell most verdicts of a filled form, and none of them differently."""
    submission = filled_forms()[number]
    slow, quick = both_ways(monkeypatch, submission, session().ruleset, session().profile)
    assert_equal(slow, quick)
    assert_measured_alike(slow, quick)
    passed = quick.count(Outcome.PASS)
    assert screened(slow) == 0
    assert screened(quick) > 0.7 * passed > 10


def test_nearly_every_rule_has_a_screen() -> None:
    """Else a county's night is twice as long without anybody noticing."""
    template = templates()["compulsory_school"]
    plan = Plan(session().ruleset, session().profile, template)
    without = {
        rule.id
        for rule in plan.by_id.values()
        if rule.id not in plan.make_screens().of and rule.kind not in ("function", "composite")
    }
    assert without == {"COD5"}  # check_digit: once for each school


def test_screens_are_made_when_there_are_enough_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """One workbook does not wait for code that only pays for many."""
    monkeypatch.setattr(plans, "_KNOWN", {})
    submission, own = filled_forms()[2], session()
    told = [screened(judge(submission, own.ruleset, own.profile)) for _ in range(10)]
    assert told[:8] == [0] * 8
    assert min(told[8:]) > 30


VALUES = st.one_of(
    st.integers(-3, 3).map(Decimal),
    st.integers(0, 40000).map(Decimal),
    st.decimals(min_value=-5, max_value=99999, places=2, allow_nan=False),
    st.sampled_from([Decimal("1E+30"), Decimal("0.000001"), Decimal("100.00"), Decimal("1.10")]),
    st.sampled_from(["", "211", "312", "345", "无", "2026", "一年级", "x" * 40]),
    st.sampled_from([True, False]),
    st.sampled_from([date(2026, 9, 1), date(1999, 1, 1)]),
    st.none(),
)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 3), st.randoms(use_true_random=False), st.data())
def test_forms_spoilt_at_random(
    monkeypatch: pytest.MonkeyPatch, number: int, dice: random.Random, data: st.DataObject
) -> None:
    """Any cells may be empty, unreadable, of another type or beyond all measure."""
    changes = data.draw(st.lists(st.tuples(st.sampled_from(FactState), VALUES), max_size=40))
    submission = _spoilt(filled_forms()[number], changes, dice)
    last_year = filled_forms()[number] if dice.random() < 0.3 else None
    own = session()
    slow, quick = both_ways(monkeypatch, submission, own.ruleset, own.profile, last_year)
    assert_equal(slow, quick)
    if last_year is None:
        assert_measured_alike(slow, quick)


def _spoilt(
    submission: Submission, changes: list[tuple[FactState, object]], dice: random.Random
) -> Submission:
    facts = dict(submission.facts)
    tables = {name: list(rows) for name, rows in submission.tables.items()}
    refs = list(facts)
    for state, value in changes:
        rows = [name for name in tables if tables[name]]
        if rows and dice.random() < 0.3:
            table = tables[dice.choice(rows)]
            place = dice.randrange(len(table))
            column = dice.choice(list(table[place].facts))
            cells = dict(table[place].facts)
            cells[column] = _changed(cells[column], state, value)
            table[place] = TableRow(table[place].ordinal, cells)
        elif dice.random() < 0.1:
            facts.pop(dice.choice(refs), None)
        else:
            ref = dice.choice(refs)
            if ref in facts:
                facts[ref] = _changed(facts[ref], state, value)
    kept = {name: tuple(rows) for name, rows in tables.items()}
    if kept and dice.random() < 0.1:
        kept.pop(dice.choice(list(kept)))
    return replace(submission, facts=facts, tables=kept)


def _changed(fact: Fact, state: FactState, value: object) -> Fact:
    if state is FactState.GIVEN and isinstance(fact.value, bool):
        value = not fact.value
    if state is not FactState.GIVEN:
        value = None
    return Fact(fact.ref, state, value, fact.cell, str(value))  # type: ignore[arg-type]


ODD = """
[[thresholds]]
id = "LIM1"
unit = "人"
value = 5
source = "办法"

[[thresholds]]
id = "LIM2"
unit = "人"
values = { primary = 5 }
source = "办法"

[[rules]]
id = "TRY1"
title = "试"
templates = ["small"]
severity = "hard"
scope = "{scope}"
what = "试"
why = "试"
fix = "试"
sources = [{ document = "doc" }]
{rule}
"""

ODD_RULES = {
    "a field that is not there": 'kind = "relation"\ncheck = "students.nobody > 0"',
    "a text beside a number": 'kind = "relation"\ncheck = "school.type != 3"',
    "texts put in order": 'kind = "relation"\ncheck = "school.type <= school.code"',
    "a number as a condition": 'kind = "relation"\ncheck = "not students.total"',
    "a text as a condition": 'kind = "relation"\ncheck = "school.type or true"',
    "a limit nobody knows": 'kind = "range"\nvalue = "students.total"\nminimum = "LIM9"',
    "no limit for the stage": 'kind = "range"\nvalue = "students.total"\nminimum = "LIM2"',
    "division by nothing": 'kind = "relation"\ncheck = "1 / (students.total - students.total) < 2"',
    "an applied condition of the wrong kind": (
        'kind = "relation"\nwhen = "students.total"\ncheck = "students.total >= 0"'
    ),
    "a value of two kinds": (
        'kind = "relation"\ncheck = "if_(students.total > 0, students.total, school.type) == 3"'
    ),
    "the longest that may be written": 'kind = "relation"\ncheck = "{long} < 0"',
    "the deepest that may be written": 'kind = "relation"\ncheck = "{deep} < 0"',
}


@pytest.mark.parametrize("scope", ["submission", "stage"])
@pytest.mark.parametrize("odd", ODD_RULES)
def test_odd_rules_are_left_to_their_kind(
    odd: str,
    scope: str,
    plugin: Callable[..., Plugins],
    school: Callable[..., Submission],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What cannot be certain beforehand fails, or is told to its author, as without screens."""
    rule = ODD_RULES[odd].format(
        long=f"sum({', '.join(['students.total'] * 120)})",
        deep="min(1, " * 55 + "students.total" + ")" * 55,
    )
    loaded = plugin(ODD.replace("{scope}", scope).replace("{rule}", rule))
    facts = {"school.type": "211", "school.code": "乙", "students.total@primary": 12}
    submission = school(facts | {"staff.total": 3, "safety.alarm": True})
    slow, quick = both_ways(
        monkeypatch, submission, loaded.ruleset, build(loaded.ruleset.thresholds)
    )
    assert_equal(slow, quick)
    assert slow.verdicts or slow.errors or loaded.errors


def test_a_screened_verdict_can_be_read_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words, numbers and places are made when asked, each for itself."""
    own = session()
    slow, quick = both_ways(monkeypatch, filled_forms()[0], own.ruleset, own.profile)
    for one, other in zip(slow.verdicts, quick.verdicts, strict=True):
        assert other.at == one.at
        assert (other.required, other.actual) == (one.required, one.actual)
        assert (other.message, other.borderline) == (one.message, one.borderline)
        assert other.key == one.key


EDGE_RULES = {
    "indicator": (
        'kind = "indicator"\nnumerator = "money.budget"\ndenominator = "staff.total"\nscale = 3\n'
        'unit = "元"\ncompare = ">="\nthreshold = "EDGE"'
    ),
    "range": 'kind = "range"\nvalue = "money.budget"\nminimum = "EDGE"\nmaximum = "EDGE"',
    "subset": 'kind = "subset"\nwhole = "money.budget"\nparts = ["threshold(\'EDGE\')", "1"]',
    "sum": 'kind = "sum"\ntotal = "money.budget"\nparts = ["7000", "0.5"]',
    "sum within": (
        'kind = "sum"\ntotal = "money.budget"\nparts = ["7000"]\ntolerance = "number(0.5)"'
    ),
    "year on year": 'kind = "year_on_year"\nfield = "money.budget"\ncompare = ">="',
    "year on year within": (
        'kind = "year_on_year"\nfield = "money.budget"\ncompare = "=="\nwithin = "SWING"'
    ),
    "yuan": 'kind = "relation"\ncheck = "yuan(equipment.value) == money.budget"',
    "apportioned": (
        'kind = "relation"\n'
        "check = \"stage(teachers.full_time, 'primary') >= number(money.budget)\""
    ),
    "apportioned to a stage": (
        'kind = "relation"\nstages = ["primary"]\n'
        'check = "teachers.full_time >= number(money.budget)"'
    ),
    "round": 'kind = "relation"\ncheck = "round(number(money.budget), 1) == 7000.5"',
    "ceil": 'kind = "relation"\ncheck = "ceil(number(money.budget)) <= 7001"',
    "chain": 'kind = "relation"\ncheck = "7000.5 <= number(money.budget) < 7001"',
    "in": 'kind = "relation"\ncheck = "number(money.budget) in [1, 7000.5]"',
}


@pytest.mark.parametrize("stages", ["211", "312"])
@pytest.mark.parametrize("edge", EDGE_RULES)
def test_on_the_edge_of_a_limit(
    edge: str,
    stages: str,
    plugin: Callable[..., Plugins],
    school: Callable[..., Submission],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hair below the limit, on it, a hair above it: never rounded, never the other way round."""
    limits = """
[[thresholds]]
id = "EDGE"
unit = "元"
values = { primary = 7000.5 }
source = "办法"

[[thresholds]]
id = "SWING"
unit = "%"
value = 10
source = "办法"
"""
    scope = "stage" if edge.endswith("stage") else "submission"
    rule = ODD.partition("[[rules]]")[2].replace("{scope}", scope)
    loaded = plugin(limits + "[[rules]]" + rule.replace("{rule}", EDGE_RULES[edge]))
    profile = build(loaded.ruleset.thresholds)
    told: set[Outcome] = set()
    tops = ("7000.5", "7000", "7001", "7000.49999999", "7000.50000001", "7700", "7700.01", "6300")
    for number, top in enumerate((*tops, "6299.99", "0", "7007.07")):
        facts: dict[str, Plain] = {
            "school.type": stages,
            "money.budget": Decimal(top),
            "money.budget@whole.previous": Decimal("0" if top == "7007.07" else "7000"),
            "staff.total": 3,
            "equipment.value": Decimal("0.70005"),
            "students.total@primary": 100,
            "teachers.full_time@primary": 7000,
            "teachers.full_time@shared": number,
        }
        if stages == "312":
            facts |= {"students.total@junior": 70, "teachers.full_time@junior": 0}
        slow, quick = both_ways(monkeypatch, school(facts), loaded.ruleset, profile)
        assert_equal(slow, quick)
        assert slow.errors == ()
        outcomes = {each.outcome for each in slow.verdicts}
        told |= outcomes
        assert screened(quick) == (len(slow.verdicts) if outcomes == {Outcome.PASS} else 0)
    limit_for_all = stages == "211" or edge not in ("indicator", "range", "subset")
    assert told >= ({Outcome.PASS, Outcome.FAIL} if limit_for_all else {Outcome.NOT_APPLICABLE})
