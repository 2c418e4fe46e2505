"""The catalogue of FORM rules says everything about every rule that the code can raise."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from checker import toml_files
from checker.model.rules import Rule
from checker.model.verdicts import Outcome, Severity
from checker.plugins.loading import FORM_RULES
from checker.plugins.manifest import load_manifest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "checker"
RULES = load_manifest(FORM_RULES).rules


def test_every_form_rule_that_the_code_names_is_in_the_catalogue_and_no_other() -> None:
    named: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if "demo" not in path.parts:
            named.update(re.findall(r'"(FORM[0-9]{3})[".]', path.read_text("utf-8")))
    assert named == {rule.id for rule in RULES}


def test_every_remark_is_made_somewhere_and_is_given_what_it_says() -> None:
    remarks = toml_files.load(SOURCE / "forms" / "remarks.toml")
    sentences = {
        f"{rule}.{name}": sentence
        for rule, entries in remarks.items()
        if isinstance(entries, dict)
        for name, sentence in entries.items()
    }
    code = "".join(path.read_text("utf-8") for path in (SOURCE / "forms").glob("*.py"))
    words = set(re.findall(r"\w+", code))
    for name, sentence in sentences.items():
        assert name.partition(".")[2] in words, name
        places = {place for _, place, _, _ in Formatter().parse(str(sentence)) if place is not None}
        assert places <= words, name
    named = re.findall(r'"((?:FORM[0-9]{3}|unrecognised)\.[a-z_]+)"', code)
    assert named and not set(named) - set(sentences)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_form_rule_is_explained_in_full(rule: Rule) -> None:
    assert rule.family == "FORM" and rule.kind == "form"
    for text in (rule.what, rule.why, rule.fix):
        assert text.endswith("。") and len(text) > 8
    assert not rule.title.endswith("。")
    assert rule.citations and all(citation.title and citation.clause for citation in rule.citations)
    outcomes = {example.expect for example in rule.examples}
    wrong = Outcome.FAIL if rule.severity is Severity.HARD else Outcome.DOUBT
    assert outcomes == {Outcome.PASS, wrong}
    assert all(example.note.endswith("。") for example in rule.examples)
