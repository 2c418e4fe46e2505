"""What plugins bring beside rules, reached from the command line: commands and report formats."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

MANIFEST = """
rules = []

[plugin]
id = "local"
title = "本县自定"
version = "1"
api_version = 1
hooks = ["checker_commands", "checker_report_formats"]

[families]
LOC = "本县自定"

[commands]
greet = "问好"
broken = "会出错"

[report_formats]
names = "校名"
"""
CODE = """
from checker.api import hookimpl

def names(reports, rules):
    return "".join(f"{report.submission.identity('name')}\\n" for report in reports)

def greet(arguments):
    print("您好", *arguments)
    return 0

def broken(arguments):
    raise RuntimeError("坏")

@hookimpl
def checker_commands():
    return {"greet": greet, "broken": broken}

@hookimpl
def checker_report_formats():
    return {"names": names}
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A folder whose settings name a plugin."""
    folder = tmp_path / "插件" / "local"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(MANIFEST, "utf-8")
    (folder / "rules.py").write_text(CODE, "utf-8")
    (tmp_path / "checker.toml").write_text('plugin_dirs = ["插件"]\n', "utf-8")
    return tmp_path


def test_a_command_of_a_plugin_runs_with_its_own_arguments(checker: Run, plugin: Path) -> None:
    done = checker("greet", "甲", "--loud")
    assert (done.returncode, done.stdout) == (0, "您好 甲 --loud\n")


def test_a_command_that_goes_wrong_is_an_internal_error_in_one_sentence(
    checker: Run, plugin: Path
) -> None:
    done = checker("broken")
    assert done.returncode == 4
    assert "broken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_report_format_of_a_plugin(checker: Run, plugin: Path, right: Path) -> None:
    done = checker("check", right, "--no-mark", "--format", "names")
    assert (done.returncode, done.stdout) == (0, f"{right.stem}\n")


def test_an_unknown_format_names_the_known_ones(checker: Run, plugin: Path, right: Path) -> None:
    done = checker("check", right, "--format", "pdf")
    assert done.returncode == 2
    assert "text、json、junit、sarif、names" in done.stderr
