"""Every bundled rule keeps what it promises: its examples run, its texts and sources are there."""

from __future__ import annotations

import re
from functools import cache

import pytest
from institutions import is_judged_alone

from checker.authoring.examples import ExampleResult, run_examples
from checker.authoring.explanation import explanation_lines
from checker.forms.registry import installed_templates
from checker.model.rules import LOCAL_PRACTICE, Rule, sources_in_words
from checker.model.template import Template
from checker.model.verdicts import Outcome, Severity, Verdict
from checker.plugins.loading import Plugins, load_plugins
from checker.plugins.profile_files import load_overlay
from checker.rules.expression import calls
from checker.rules.rule_check import (
    expressions,
    static_problems,
    text_problems,
    unused_thresholds,
)
from checker.rules.syntax import Text
from checker.session import Session


@cache
def plugins() -> Plugins:
    return load_plugins()


@cache
def judged(rule_id: str, since: int) -> tuple[ExampleResult, ...]:
    """The examples of a rule, judged by the real engine on the real form."""
    rule = next(
        each for each in plugins().ruleset.rules if (each.id, each.since) == (rule_id, since)
    )
    return tuple(run_examples(rule, plugins().ruleset, templates()))


def missed(rule: Rule) -> list[Verdict]:
    """What a rule says in its examples that miss, with its words."""
    return [
        verdict.worded()
        for result in judged(rule.id, rule.since)
        for verdict in result.verdicts
        if verdict.outcome in (Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET)
    ]


@cache
def units_by_label() -> dict[str, set[str]]:
    """The units that fields and columns of this label have; those without one are left out: they
    are compared in the other side's."""
    found: dict[str, set[str]] = {}
    for template in templates().values():
        for field in template.fields().values():
            found.setdefault(field.label.removeprefix("其中："), set()).add(field.unit)
        for table in template.tables().values():
            for column in table.columns:
                found.setdefault(column.title, set()).add(column.unit)
    return {label: units for label, units in found.items() if "" not in units}


@cache
def templates() -> dict[str, Template]:
    folders = plugins().template_folders()
    return {item.template.id: item.template for item in installed_templates(folders)}


UNITS = "人次|人|名|间|㎡|%|元|万元|份|个|所|册|项|级|年"
FAULTS = {
    "单位写了两遍": re.compile(rf"\d({UNITS}) ?\1"),
    "两个百分数相差的是百分点": re.compile(r"(?:缺|超出|相差) ?[\d.]+ ?[%‰]"),
    "差额写成了 0": re.compile(r"(?:缺|超出|相差) 0(?![.\d])"),
    "比较的符号紧跟在汉字后面": re.compile(r"[\u4e00-\u9fff][≥≤<>=]"),
    "引号里又用了双引号": re.compile(r"“[^”]*“"),
    "两个冒号": re.compile(r"^[^，。“”]*：[^，。“”]*：现在为"),
    "说一个空格里填了数": re.compile(r"(?:填了|为|是) ?没有填"),
    "没有换成字的词": re.compile(r"[{}]|None|True|False|Fraction"),
}
"""Each would be read by a clerk as a slip of ours."""

DEMANDS = re.compile(r"应(?:当)?(?:不|大于|小于|等于|为)|要求|不能|必须|超出|缺 \d")
"""What is only usual is not demanded: a truthful school has nothing to lack."""

CHECKS_OF_OURS = re.compile(
    "常见错误|合理范围|与上年|不大于总体|合计等于|相互印证|收支|增长率的计算|生均数的计算|表内关系"
)
"""Nobody finds these in a numbered document."""

READ = frozenset(
    {
        "teachers",
        "buildings",
        "finance",
        "safety",
        "resources",
        "government",
        "quality",
        "classes",
        "codes",
        "county",
    }
)
"""Plugins whose rules were read one by one, as a head teacher and a county clerk would."""

RULES = [pytest.param(rule, id=f"{rule.id}-{rule.since}") for rule in plugins().ruleset.rules]
ALONE = [
    pytest.param(rule, id=f"{rule.id}-{rule.since}")
    for rule in plugins().ruleset.rules
    if is_judged_alone(rule)
]


def test_the_bundled_plugins_load_without_complaint() -> None:
    """Nothing is refused, and there are rules at all."""
    assert plugins().errors == ()
    assert len(RULES) > 200


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_what_why_by_which_clause_and_how_to_mend_it(rule: Rule) -> None:
    """With at least one example that passes and one that does not."""
    assert list(text_problems(rule)) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_only_names_what_its_forms_have(rule: Rule) -> None:
    """Fields, tables, stages, limits, code lists exist; 元 never meets 万元."""
    assert list(static_problems(rule, plugins().ruleset, templates())) == []


@pytest.mark.parametrize("rule", ALONE)
def test_the_examples_of_a_rule_come_out_as_they_say(rule: Rule) -> None:
    """Judged by the real engine on the real form."""
    results = judged(rule.id, rule.since)
    assert len(results) == len(rule.examples)
    assert [result.problem for result in results if result.problem] == []
    for result in results:
        for verdict in result.verdicts:
            assert verdict.message.strip(), "a clerk is told nothing"
            assert "None" not in verdict.message


@pytest.mark.parametrize("rule", ALONE)
def test_no_sentence_has_a_fault_that_a_program_can_tell(rule: Rule) -> None:
    """Units, signs, quotation marks, gaps; a figure stands with the unit of its own column."""
    for verdict in missed(rule):
        said = f"{verdict.message} {verdict.gap or ''}"
        assert [fault for fault, pattern in FAULTS.items() if pattern.search(said)] == [], said
        for label, unit in re.findall(r"“([^“”]+)”（-?[\d.]+([^\d）]*)）", verdict.message):
            assert unit in units_by_label().get(label, {unit}), said


@pytest.mark.parametrize("rule", ALONE)
def test_experience_demands_nothing(rule: Rule) -> None:
    """A doubt says what is usual. The form of a telephone number is no figure."""
    if rule.severity is not Severity.SOFT or rule.kind == "pattern" or rule.plugin not in READ:
        return
    for verdict in missed(rule):
        assert not DEMANDS.search(verdict.message), verdict.message
        assert verdict.gap is None or verdict.gap.apart


@pytest.mark.parametrize("rule", RULES)
def test_advice_leaves_a_true_figure_alone(rule: Rule) -> None:
    """A standard is reported as it is, a doubt may be explained; what is checked is more than the
    title, and a numbered document is not cited for a check of ours."""
    for citation in rule.citations:
        assert not (citation.number and CHECKS_OF_OURS.search(citation.clause)), citation
    if rule.plugin not in READ:
        return
    wanted = {Severity.STANDARD: "据实|属实", Severity.SOFT: "说明|属实|写明"}.get(rule.severity)
    assert wanted is None or re.search(wanted, rule.fix), rule.fix
    bare = re.compile(r"[，。、：“”（）()\s]|检查|是不是|是否|各|的|用表中数重新计算与自报比较")
    assert bare.sub("", rule.what) != bare.sub("", rule.title)


def test_a_profile_only_changes_what_there_is() -> None:
    """Every profile of the bundled plugins names limits, rules and definitions that exist."""
    ruleset = plugins().ruleset
    limits = {entry.id for entry in ruleset.thresholds}
    ids = {rule.id for rule in ruleset.rules}
    asked = {
        argument.value
        for rule in ruleset.rules
        for _, node in expressions(rule)
        for call in calls(node)
        for argument in call.arguments
        if call.function == "definition" and isinstance(argument, Text)
    }
    files = plugins().contributions().profile_files()
    assert len(files) >= 2
    for path in files:
        overlay = load_overlay(path)
        assert overlay.id == path.stem
        assert {entry.id for entry in overlay.thresholds} <= limits
        assert set(overlay.rules) <= ids
        assert set(overlay.definitions) <= asked
        assert all(entry.source for entry in overlay.thresholds)


def test_a_report_of_another_place_is_no_clause() -> None:
    """What only other counties wrote of themselves is called local practice, never demanded, and
    named so that a clerk can find it; what follows from the form itself cites the form."""
    reports, session = re.compile("报告|汇报|工作计划|公开材料"), Session()
    for rule in plugins().ruleset.rules:
        for cited in rule.citations:
            assert cited.local == (bool(reports.search(cited.title)) and not cited.number), cited
        if all(cited.local for cited in rule.citations):
            assert rule.severity is not Severity.HARD, rule.id
            assert sources_in_words(rule.citations).startswith(LOCAL_PRACTICE)
            assert any(LOCAL_PRACTICE in line for line in explanation_lines(rule, session))
    for limit in plugins().ruleset.thresholds:
        assert not re.search(r"报告 ?\d{3}", limit.source), limit


def test_no_limit_stands_there_for_nothing() -> None:
    """A threshold no rule reads is a number nobody checks. What a function reads by name stands in
    its key ``limits``."""
    rules = plugins().ruleset.rules
    by_function = {
        entry.id
        for entry in plugins().ruleset.thresholds
        for manifest in plugins().manifests
        if (manifest.folder / "rules.py").is_file()
        and f'"{entry.id}"' in (manifest.folder / "rules.py").read_text("utf-8")
    }
    assert unused_thresholds(plugins().ruleset, rules) - by_function == set()
