"""The engine: which rules are asked of which units, and what becomes of their answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from checker.authoring.examples import submission_for
from checker.forms.registry import installed_templates
from checker.judging.engine import judge
from checker.model.cells import Cell, CellKind, CellRef
from checker.model.rules import Example, Plain
from checker.model.submission import Explanation, FactRef, Problem, ShownIndicator, Submission
from checker.model.template import Template
from checker.model.verdicts import Outcome, Scope, Verdict
from checker.plugins.loading import Plugins, load_plugins
from checker.plugins.profile_files import ProfileNotFoundError, choose, load_overlay
from checker.rules.profiles import build


@cache
def plugins() -> Plugins:
    return load_plugins()


@cache
def template(template_id: str) -> Template:
    return next(item.template for item in installed_templates() if item.template.id == template_id)


def school(facts: Mapping[str, Plain], stage: str | None = None) -> Submission:
    example = Example(Outcome.PASS, facts, stage=stage)
    return submission_for(example, template("compulsory_school"))


NINE_YEARS: dict[str, Plain] = {
    "school.type": "312",
    "students.total@primary": 600,
    "students.total@junior": 400,
    "teachers.pe@primary": 4,
    "teachers.arts@primary": 2,
    "teachers.pe@junior": 2,
    "teachers.arts@junior": 1,
}


def test_a_nine_year_school_is_judged_as_two_stages() -> None:
    """小学段 passes RES3 (6 of 600), 初中段 fails (3 of 400): each by itself."""
    ruleset = plugins().ruleset.select(["RES3"])
    report = judge(school(NINE_YEARS), ruleset, build(ruleset.thresholds))
    assert [
        (verdict.unit.label, verdict.unit.stage, verdict.outcome, str(verdict.actual))
        for verdict in report.verdicts
    ] == [
        ("小学段", "primary", Outcome.PASS, "1人"),
        ("初中段", "junior", Outcome.UNMET, "0.75人"),
    ]
    assert report.count(Outcome.UNMET) == 1
    assert report.profile == "national"


def test_what_is_shared_is_apportioned_exactly_by_weighted_enrolment() -> None:
    """九年一贯制: P = A/(A+1.1B), J = 1.1B/(A+1.1B); the shares make up the whole."""
    facts = NINE_YEARS | {
        "area.sports_ground@shared": 10000,
        "area.indoor_sports@primary": 0,
        "area.indoor_sports@junior": 0,
    }
    ruleset = plugins().ruleset.select(["RES5"])
    report = judge(school(facts), ruleset, build(ruleset.thresholds))
    primary, junior = (
        verdict.actual.value
        for verdict in report.verdicts
        if verdict.actual is not None and not isinstance(verdict.actual, str)
    )
    assert primary == Fraction(10000) * 600 / (600 + Fraction("1.1") * 400) / 600
    assert primary * 600 + junior * 400 == 10000


def test_a_school_of_one_stage_has_all_of_what_is_shared() -> None:
    """Even before its pupils are typed in for the other columns."""
    facts: dict[str, Plain] = {
        "school.type": "211",
        "students.total@primary": 1000,
        "area.sports_ground@shared": 7500,
        "area.indoor_sports@primary": 0,
    }
    ruleset = plugins().ruleset.select(["RES5"])
    (verdict,) = judge(school(facts), ruleset, build(ruleset.thresholds)).verdicts
    assert verdict.outcome is Outcome.PASS
    assert str(verdict.actual) == "7.5㎡"
    assert FactRef("area.sports_ground", "shared") in verdict.at


SOFT: dict[str, Plain] = {"school.type": "211", "students.total@primary": 1301}


def soft_key() -> tuple[str, Submission]:
    """A soft finding of the real rules, and the school that has it."""
    facts = SOFT | {"students.boys@primary": 1269, "students.girls@primary": 32}
    submission = school(facts)
    ruleset = plugins().ruleset
    report = judge(submission, ruleset, build(ruleset.thresholds))
    verdict = next(each for each in report.verdicts if each.outcome is Outcome.DOUBT)
    return verdict.key, submission


def test_a_soft_finding_is_in_doubt_until_it_is_explained() -> None:
    """存疑 becomes 已说明 by a text under its key; blanks are no explanation."""
    key, submission = soft_key()
    rule_id = key.partition("@")[0]
    ruleset = plugins().ruleset.select([rule_id])
    profile = build(ruleset.thresholds)
    for text, outcome in (("", Outcome.DOUBT), ("  ", Outcome.DOUBT), ("属实", Outcome.EXPLAINED)):
        told = replace(submission, explanations={key: Explanation(key, text, 3)})
        outcomes = {
            verdict.key: verdict.outcome for verdict in judge(told, ruleset, profile).verdicts
        }
        assert outcomes[key] is outcome


def test_an_explanation_holds_for_the_numbers_it_was_written_for() -> None:
    """The row of 说明 says which 问题 the clerk explained. When its numbers change, or the row of a
    table moves under the key, the finding is in doubt again and says what was explained."""
    key, submission = soft_key()
    ruleset = plugins().ruleset.select([key.partition("@")[0]])
    profile = build(ruleset.thresholds)

    def told(issue: str) -> Verdict:
        explanation = Explanation(key, "属实", 3, issue)
        report = judge(replace(submission, explanations={key: explanation}), ruleset, profile)
        return next(verdict for verdict in report.verdicts if verdict.key == key)

    said = told("").message
    assert told("").outcome is Outcome.EXPLAINED  # a row the clerk wrote without a 问题
    assert told(said).outcome is Outcome.EXPLAINED
    reworded = f"请注意：{said}"
    assert told(reworded).outcome is Outcome.EXPLAINED  # another edition's words, the same numbers
    earlier = re.sub(r"[0-9]+(\.[0-9]+)?", "88", said, count=1)
    assert earlier != said
    changed = told(earlier)
    assert changed.outcome is Outcome.DOUBT
    assert earlier in changed.message and "第3行" in changed.message


def test_only_doubts_are_explained_away() -> None:
    """What cannot be true stays 不通过, and what is below standard stays 未达标."""
    facts = NINE_YEARS | {"area.teaching@primary": 600, "area.indoor_sports@primary": 800}
    keys = {
        "RES3@teachers.pe@junior": Outcome.UNMET,
        "RES104@area.indoor_sports@primary": Outcome.FAIL,
    }
    ruleset = plugins().ruleset.select(["RES3", "RES104"])
    told = replace(school(facts), explanations={key: Explanation(key, "没办法", 3) for key in keys})
    report = judge(told, ruleset, build(ruleset.thresholds))
    assert {item.key: item.outcome for item in report.verdicts if item.key in keys} == keys


def test_problems_of_the_form_come_first_with_their_unit() -> None:
    """As verdicts of the host's own rules; severity from their catalogue."""
    problems = (
        Problem("FORM001", "没有填。", FactRef("students.total", "junior"), None),
        Problem("FORM003", "按 45 计。", FactRef("teachers.pe", "primary"), actual="45人"),
        Problem("FORM013", "缺少工作表。", sheet="教师"),
        Problem("FORM019", "这一行不完整。", FactRef("classes.total", "", 4)),
    )
    submission = replace(school(NINE_YEARS), problems=problems)
    ruleset = plugins().ruleset
    report = judge(submission, ruleset, build(ruleset.thresholds))
    first = report.verdicts[:4]
    assert [verdict.rule for verdict in first] == ["FORM001", "FORM003", "FORM013", "FORM019"]
    assert [verdict.unit.label for verdict in first] == ["初中段", "小学段", "全校", "班级第4行"]
    assert [verdict.outcome for verdict in first] == [
        Outcome.FAIL,
        Outcome.DOUBT,
        Outcome.FAIL,
        Outcome.FAIL,
    ]
    assert first[2].sheet == "教师"
    assert first[3].unit.scope is Scope.ROW
    only = judge(submission, ruleset.select(["FORM013"]), build(ruleset.thresholds))
    assert [verdict.rule for verdict in only.verdicts] == ["FORM013"]


def shown(content: Cell, expected: str | None = None) -> tuple[ShownIndicator, ...]:
    cell = CellRef("指标", 7, 3)
    return (ShownIndicator("RES3", "junior", cell, content, expected),)


@pytest.mark.parametrize(
    ("content", "expected", "rule"),
    [
        (Cell(CellKind.NUMBER, Decimal("0.75"), "X/Y"), None, None),
        (Cell(CellKind.NUMBER, Decimal("0.7500000000000001"), "X/Y"), None, None),
        (Cell(CellKind.NUMBER, Decimal("0.8"), "X/Y"), None, "FORM017"),
        (Cell(CellKind.NUMBER, Decimal("0.75")), "", "FORM016"),
        (Cell(CellKind.TEXT, "达标"), "", "FORM016"),
        (Cell(CellKind.UNCOMPUTED, None, "X/Y"), None, None),
        (Cell(CellKind.EMPTY), "", "FORM016"),
        (Cell(CellKind.NUMBER, Decimal(0)), "", "FORM016"),
    ],
)
def test_what_the_sheet_of_indicators_shows_is_held_against_our_own(
    content: Cell, expected: str | None, rule: str | None
) -> None:
    """Overwritten formulas and values that disagree; binary noise and unstored results are not."""
    submission = replace(school(NINE_YEARS), indicators=shown(content, expected))
    ruleset = plugins().ruleset.select(["RES3", "FORM016", "FORM017"])
    report = judge(submission, ruleset, build(ruleset.thresholds))
    found = [verdict for verdict in report.verdicts if verdict.rule.startswith("FORM")]
    assert [verdict.rule for verdict in found] == ([rule] if rule else [])
    for verdict in found:
        assert verdict.cell == CellRef("指标", 7, 3)
        assert verdict.unit.label == "初中段"
        assert "None" not in verdict.message
    if content.value == 0:
        assert found[0].actual == "0（不是公式）"


def test_a_chosen_composite_runs_what_it_needs_without_reporting_it() -> None:
    """RES10 alone: its seven indicators are worked out, only its own verdict is reported."""
    ruleset = plugins().ruleset.select(["RES10"])
    report = judge(school(NINE_YEARS), ruleset, build(ruleset.thresholds))
    assert {verdict.rule for verdict in report.verdicts} == {"RES10"}
    # 初中段: 0.75 is below 85 % of 0.9, so nothing that is still missing could help
    assert [verdict.outcome for verdict in report.verdicts] == [Outcome.INCOMPLETE, Outcome.UNMET]


def test_a_profile_changes_limits_severities_and_definitions(tmp_path: Path) -> None:
    """Edition by region, as data; the rest stays national."""
    path = tmp_path / "mine.toml"
    path.write_text(
        'id = "mine"\ntitle = "我县"\nbase = "national"\n'
        '[[thresholds]]\nid = "RES3"\nunit = "人"\nvalues = { junior = 0.7 }\n'
        'source = "县定"\nconfirmed = false\n'
        '[rules.RES1]\ndisabled = true\n[rules.RES3]\nseverity = "soft"\n',
        "utf-8",
    )
    ruleset = plugins().ruleset.select(["RES1", "RES3"])
    profile = choose(ruleset, plugins().contributions().profile_files, str(path))
    report = judge(school(NINE_YEARS), ruleset, profile)
    assert [(v.rule, v.unit.stage, v.outcome) for v in report.verdicts] == [
        ("RES3", "primary", Outcome.PASS),
        ("RES3", "junior", Outcome.PASS),
    ]
    found = profile.in_force("RES3", "junior", 2026)
    assert found is not None
    entry, _ = found
    assert (entry.profile, entry.confirmed) == ("mine", False)
    assert profile.value("RES3", "primary", 2026) == Fraction("0.9")
    worse = judge(school(NINE_YEARS | {"teachers.pe@junior": 1}), ruleset, profile)
    assert worse.verdicts[1].outcome is Outcome.DOUBT


def test_an_unknown_profile_is_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ProfileNotFoundError, match="jiangxi"):
        choose(plugins().ruleset, plugins().contributions().profile_files, "atlantis")
    loop = tmp_path / "loop.toml"
    loop.write_text('id = "loop"\ntitle = "x"\nbase = "loop"\n')
    with pytest.raises(ProfileNotFoundError):
        choose(plugins().ruleset, lambda: [loop], "loop")
    assert load_overlay(loop).base == "loop"


def test_limits_go_by_edition() -> None:
    """The newest entry that is not newer than the edition; --edition chooses another year."""
    ruleset = plugins().ruleset
    history = [entry for entry in ruleset.thresholds if entry.id == "FIN3"]
    assert len({entry.since for entry in history}) > 1
    newest = max(history, key=lambda entry: entry.since)
    national = build(ruleset.thresholds)
    found = national.in_force("FIN3", "primary", 2026)
    assert found is not None
    assert found[0] == newest
    older = build(ruleset.thresholds, edition=newest.since - 1)
    before = older.in_force("FIN3", "primary", 2026)
    assert before is not None
    entry, _ = before
    assert entry.since < newest.since
    assert entry.values != newest.values


def test_judging_does_not_change_what_it_was_given() -> None:
    """Pure: twice the same."""
    submission = school(NINE_YEARS)
    ruleset = plugins().ruleset
    profile = build(ruleset.thresholds)
    first, second = (judge(submission, ruleset, profile) for _ in range(2))
    assert [item.worded() for item in first.verdicts] == [item.worded() for item in second.verdicts]
    assert first.errors == second.errors
    assert first.submission == second.submission
    assert submission == school(NINE_YEARS)
