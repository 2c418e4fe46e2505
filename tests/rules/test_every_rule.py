"""Every bundled rule keeps what it promises: its examples run, its texts and sources are there."""

from __future__ import annotations

from functools import cache

import pytest

from checker.authoring.examples import run_examples
from checker.forms.registry import installed_templates
from checker.model.rules import Rule
from checker.model.template import Template
from checker.plugins.loading import Plugins, load_plugins
from checker.plugins.profile_files import load_overlay
from checker.rules.expression import calls
from checker.rules.rule_check import (
    expressions,
    is_judged_alone,
    static_problems,
    text_problems,
    unused_thresholds,
)
from checker.rules.syntax import Text


@cache
def plugins() -> Plugins:
    return load_plugins()


@cache
def templates() -> dict[str, Template]:
    folders = plugins().template_folders()
    return {item.template.id: item.template for item in installed_templates(folders)}


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
    results = list(run_examples(rule, plugins().ruleset, templates()))
    assert len(results) == len(rule.examples)
    assert [result.problem for result in results if result.problem] == []
    for result in results:
        for verdict in result.verdicts:
            assert verdict.message.strip(), "a clerk is told nothing"
            assert "None" not in verdict.message


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
