"""Hooks: each one does what it is documented to do, for one plugin at a time, through pluggy."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.judging.engine import judge
from checker.model.rules import Plain
from checker.model.submission import Submission
from checker.plugins import hookspecs
from checker.plugins.failure import PluginFailure
from checker.plugins.loading import Plugins, load_plugins
from checker.rules.profiles import build

from .conftest import FUNCTION_RULE, GOOD_RULE

School = Callable[[dict[str, Plain]], Submission]
WritePlugin = Callable[..., Path]

HOOKS = sorted(
    name for name, _ in inspect.getmembers(hookspecs, inspect.isfunction) if name[:8] == "checker_"
)

ALL_HOOKS = """
from pathlib import Path
from checker.api import hookimpl

HERE = Path(__file__).parent

def judged(unit, context):
    yield context.failed("不对", at=["staff.total"])

@hookimpl
def checker_register_functions():
    return {"check": judged}

@hookimpl
def checker_templates():
    return [HERE / "forms" / "kindergarten"]

@hookimpl
def checker_profiles():
    return [HERE / "mine.toml"]

@hookimpl
def checker_report_formats():
    return {"lines": lambda reports, rules: "\\n".join(r.submission.name for r in reports)}

@hookimpl
def checker_commands():
    return {"greet": lambda arguments: len(arguments)}
"""

HEAD = f"hooks = {HOOKS!r}"
TABLES = """
[commands]
greet = "问好"

[report_formats]
lines = "逐行"
"""


@pytest.fixture
def full(write_plugin: WritePlugin) -> Plugins:
    """A plugin that implements every hook, beside one that raises in every hook."""
    folder = write_plugin("full", FUNCTION_RULE + TABLES, ALL_HOOKS, head=HEAD)
    raising = ALL_HOOKS.replace("    return", "    raise RuntimeError('坏') or").replace(
        "greet", "x"
    )
    bad = write_plugin(
        "bad",
        FUNCTION_RULE + TABLES.replace("greet", "bad").replace("lines", "bad"),
        raising,
        head=HEAD,
    )
    return load_plugins([bad, folder], only=["full", "bad"])


def test_every_hook_is_documented_and_tested() -> None:
    """A hook without a docstring, or without a test of its name here, must not exist."""
    source = Path(__file__).read_text("utf-8")
    assert len(HOOKS) == 5
    for name in HOOKS:
        assert inspect.getdoc(getattr(hookspecs, name)), name
        assert f"def test_{name}" in source, name


def test_checker_register_functions(full: Plugins, school: School) -> None:
    """Functions by the name plugin.toml uses; the raising plugin's rule is an error of its own."""
    facts: dict[str, Plain] = {"staff.total": 45}
    report = judge(school(facts), full.ruleset, build(()))
    assert [verdict.rule for verdict in report.verdicts] == ["FULL2"]
    assert [(error.plugin, error.rule) for error in report.errors] == [("bad", "BAD2")]
    assert "RuntimeError：坏" in report.errors[0].message


def test_checker_templates(full: Plugins) -> None:
    """Folders beside those in templates/; the raising plugin is named, the other's are there."""
    contributions = full.contributions()
    found = contributions.template_folders()
    assert [path.parts[-2:] for path in found] == [("forms", "kindergarten")]
    assert [error.plugin for error in contributions.errors] == ["bad"]


def test_checker_profiles(full: Plugins) -> None:
    """Profile files beside those in profiles/."""
    contributions = full.contributions()
    assert [path.name for path in contributions.profile_files()] == ["mine.toml"]
    assert [error.plugin for error in contributions.errors] == ["bad"]


def test_checker_report_formats(full: Plugins, school: School) -> None:
    """The names come from the manifest, the writer from the code."""
    contributions = full.contributions()
    assert contributions.report_formats() == {"bad": "逐行", "lines": "逐行"}
    report = judge(school({}), full.ruleset, build(()))
    assert contributions.report_format("lines")([report], {}) == "例"
    with pytest.raises(PluginFailure, match="坏"):
        contributions.report_format("bad")


def test_checker_commands(full: Plugins) -> None:
    """As for report formats; an announced command that the code does not give is said."""
    contributions = full.contributions()
    assert contributions.commands() == {"bad": "问好", "greet": "问好"}
    assert contributions.command("greet")(["a", "b"]) == 2
    with pytest.raises(KeyError):
        contributions.command("nobody")


def test_an_announced_command_that_is_not_there(write_plugin: WritePlugin) -> None:
    folder = write_plugin("empty", GOOD_RULE + TABLES, "")
    contributions = load_plugins([folder], only=["empty"]).contributions()
    with pytest.raises(PluginFailure, match="greet"):
        contributions.command("greet")


@pytest.mark.parametrize("given", ["'a'", "3", "[3]", "['text']"])
def test_a_hook_that_gives_nonsense_is_said(write_plugin: WritePlugin, given: str) -> None:
    """Wrong return types are the plugin's error, not ours."""
    code = (
        "from checker.api import hookimpl\n@hookimpl\ndef checker_templates():\n"
        f"    return {given}\n"
    )
    folder = write_plugin("odd", GOOD_RULE, code, head='hooks = ["checker_templates"]')
    contributions = load_plugins([folder], only=["odd"]).contributions()
    assert contributions.template_folders() == []
    assert "checker_templates" in contributions.errors[0].message


def test_no_plugin_is_imported_before_its_rule_runs(write_plugin: WritePlugin) -> None:
    """Listing rules of 12 plugins with 500 rules imports no code, and neither pluggy nor cerberus
    once the manifests were seen."""
    into = write_plugin("p0", GOOD_RULE, "raise AssertionError", family="PAAA").parent
    for number in range(1, 12):
        rules = "".join(
            GOOD_RULE.replace("{family}1", "{family}" + str(place)) for place in range(1, 45)
        )
        letters = "P" + "ABCDEFGHIJKL"[number] * 3
        write_plugin(f"p{number}", rules, "raise AssertionError", family=letters)
    program = f"""
import sys
from pathlib import Path
from checker.plugins.loading import load_plugins
loaded = load_plugins([Path({str(into)!r})])
assert not loaded.errors, loaded.errors
assert len(loaded.ruleset.rules) >= 485
late = [name for name in sys.modules if name.startswith("checker_plugin_")]
heavy = {{"pluggy", "cerberus", "tomllib", "importlib.metadata"}} & sys.modules.keys()
print(late, sorted(heavy))
"""
    own_cache = {**os.environ, "CHECKER_CACHE_DIR": str(into / "cache")}  # nobody else clears it
    for expected in (None, "[] []"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            env=own_cache,
        )
        assert done.returncode == 0, done.stderr
        if expected:
            assert done.stdout.strip() == expected
