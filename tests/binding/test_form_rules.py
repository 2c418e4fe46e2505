"""The catalogue of FORM rules says everything about every rule that the code can raise."""

from __future__ import annotations

import ast
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


IMPLIED = frozenset({"typed", "title", "code", "label", "known"})
"""What those who tell a remark say in all of theirs."""


def test_every_remark_is_made_somewhere_and_is_given_what_it_says() -> None:
    """The places of a sentence are among what is said in the function that names it."""
    document = toml_files.load(SOURCE / "forms" / "remarks.toml")
    sentences = {
        f"{rule}.{own}": str(sentence)
        for rule, entries in document.items()
        if isinstance(entries, dict)
        for own, sentence in entries.items()
    }
    made: set[str] = set()
    for path in (SOURCE / "forms").glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            inside = list(ast.walk(function))
            texts = {part.value for part in inside if isinstance(part, ast.Constant)}
            said = {part.arg for part in inside if isinstance(part, ast.keyword)} | texts | IMPLIED
            for name in sentences:
                if name in texts or name.partition(".")[2] in texts:
                    made.add(name)
                if name in texts:
                    parts = Formatter().parse(sentences[name])
                    assert {place for _, place, _, _ in parts if place} <= said, name
            named = {text for text in texts if re.fullmatch(r"FORM[0-9]{3}\.[a-z_]+", str(text))}
            assert named <= set(sentences), path.name
    assert made == set(sentences)


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
