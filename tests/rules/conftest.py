"""A small school form, and plugins written for it on the spot."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from checker.authoring.examples import submission_for
from checker.forms.loading import load_template
from checker.model.report import Report
from checker.model.rules import Example, Plain
from checker.model.submission import Explanation, FactRef, FactState, Submission
from checker.model.template import Template
from checker.model.verdicts import Outcome, Verdict
from checker.plugins.loading import Plugins, load_plugins
from checker.rules.profiles import Profile, build

sys.path.insert(0, str(Path(__file__).parent))  # for institutions.py

HEAD = """
[plugin]
id = "{id}"
title = "试"
version = "1"
api_version = 1

[families]
TRY = "试"

[documents.doc]
title = "办法"
number = "教〔2026〕1号"
"""


@pytest.fixture(scope="session")
def form() -> Template:
    """The small form."""
    return load_template(Path(__file__).parent / "data" / "small_form.toml")


@pytest.fixture(scope="session")
def loaded_before() -> dict[str, Plugins]:
    """Plugins without code by their rules: a table of cases asks the same few rules."""
    return {}


@pytest.fixture
def plugin(tmp_path: Path, loaded_before: dict[str, Plugins]) -> Callable[..., Plugins]:
    """Loads a plugin of these rules (TOML after the head), with this rules.py, and nothing else."""

    def load(body: str, code: str = "") -> Plugins:
        if not code:
            if body not in loaded_before:
                loaded_before[body] = read(body)
            return loaded_before[body]
        return read(body, code)

    def read(body: str, code: str = "") -> Plugins:
        folder = tmp_path / "plugins" / "trial"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plugin.toml").write_text(HEAD.replace("{id}", "trial") + body, "utf-8")
        if code:
            (folder / "rules.py").write_text(code, "utf-8")
        loaded = load_plugins([folder], only=["trial"])
        assert [error.message for error in loaded.errors] == []
        return loaded

    return load


@pytest.fixture
def school(form: Template) -> Callable[..., Submission]:
    """A filled form: facts by field id (or "field@column"), rows of tables by table id; ``states``
    are cells ("field@column") that hold something else than a value."""

    def fill(
        facts: Mapping[str, Plain],
        tables: Mapping[str, list[dict[str, Plain]]] | None = None,
        explanations: Mapping[str, str] | None = None,
        states: Mapping[str, FactState] | None = None,
    ) -> Submission:
        example = Example(Outcome.PASS, facts, tables or {})
        submission = submission_for(example, form)
        told = {
            key: Explanation(key, text, row)
            for row, (key, text) in enumerate((explanations or {}).items(), 2)
        }
        cells = dict(submission.facts)
        for name, state in (states or {}).items():
            ref = FactRef(*name.split("@"))
            cells[ref] = replace(cells[ref], state=state, value=None, typed="见附件")
        return replace(submission, facts=cells, explanations=told)

    return fill


@pytest.fixture
def judged(
    plugin: Callable[..., Plugins], school: Callable[..., Submission]
) -> Callable[..., Report]:
    """Loads rules, fills the form, judges."""
    from checker.judging.engine import judge

    def run(
        body: str,
        facts: Mapping[str, Plain],
        tables: Mapping[str, list[dict[str, Plain]]] | None = None,
        *,
        code: str = "",
        previous: Mapping[str, Plain] | None = None,
        explanations: Mapping[str, str] | None = None,
        states: Mapping[str, FactState] | None = None,
        profile: Profile | None = None,
    ) -> Report:
        loaded = plugin(body, code)
        return judge(
            school(facts, tables, explanations, states),
            loaded.ruleset,
            profile or build(loaded.ruleset.thresholds),
            school(previous) if previous is not None else None,
        )

    return run


@pytest.fixture
def only(judged: Callable[..., Report]) -> Callable[..., Verdict]:
    """The one verdict of the one rule."""

    def run(*arguments: object, **options: object) -> Verdict:
        report = judged(*arguments, **options)
        assert [error.message for error in report.errors] == []
        (verdict,) = report.verdicts
        return verdict.worded()

    return run
