"""县级汇总: every worked example of the manifest, filled in, judged, measured, concluded."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.authoring.examples import run_examples
from checker.model.rules import Rule
from checker.plugins.manifest import load_manifest
from checker.session import Session

RULES = load_manifest(Path(__file__).parents[1] / "plugin.toml").rules


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project, as a user gets them."""
    return Session()


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_worked_examples_come_out_as_they_say(session: Session, rule: Rule) -> None:
    templates = {template.id: template for template in session.templates}
    results = list(run_examples(rule, session.ruleset, templates))
    assert results and [item.problem for item in results if item.problem] == []
