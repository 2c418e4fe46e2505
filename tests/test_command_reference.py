"""docs/commands.md is the program's own help, and no page names a command that there is not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

from checker.cli.group import command
from checker.marking.results import ExitCode

ROOT = Path(__file__).parents[1]
PAGES = [
    *ROOT.glob("*.md"),
    *(path for path in (ROOT / "docs").rglob("*.md") if path.name != "commands.md"),
]
BY_PLUGINS = frozenset({"greet"})
"""Commands that examples of plugins in the guides bring."""


@pytest.fixture(scope="module")
def reference(script: Callable[[Path], ModuleType]) -> ModuleType:
    """``docs/_build/command_reference.py``, which makes the page."""
    return script(ROOT / "docs/_build/command_reference.py")


def checker(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What the command prints, and how it ends."""
    return subprocess.run(
        [sys.executable, "-m", "checker.cli.main", *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_page_is_what_the_program_says_today(reference: Any) -> None:
    made = subprocess.run(
        [sys.executable, "-c", "import command_reference as c, sys; sys.stdout.write(c.page())"],
        cwd=ROOT / "docs" / "_build",
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    ).stdout
    assert made == reference.TARGET.read_text("utf-8"), "run make commands"


def test_everything_in_help_stands_on_the_page(reference: Any, tmp_path: Path) -> None:
    """Asked of the real ``--help`` of three commands, not of what made the page."""
    page = reference.TARGET.read_text("utf-8")
    for words in (["check"], ["template", "adopt"], ["report"]):
        section = page.split(f" `checker {' '.join(words)}`\n", 1)[1].split("\n## ", 1)[0]
        told = checker(*words, "--help", cwd=tmp_path).stdout
        options = set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", told, re.MULTILINE)) - {"--help"}
        assert options and all(option in section for option in options), words


def test_every_exit_code_is_told(reference: Any) -> None:
    assert {int(code) for code in ExitCode} == set(reference.EXIT_CODES)
    for place in (ROOT / "README.md", ROOT / "docs" / "county" / "index.md"):
        told = re.findall(r"^\| (\d+) \| ", place.read_text("utf-8"), re.MULTILINE)
        assert [int(code) for code in told] == [int(code) for code in ExitCode], place.name


def test_exit_codes_of_what_is_missing(tmp_path: Path) -> None:
    """As the table says: what is to be checked 3, last year's 2, a plugin's folder 4."""
    assert checker("check", "没有的文件夹", cwd=tmp_path).returncode == 3
    assert checker("check", "http://127.0.0.1:9/表/", cwd=tmp_path).returncode == 3
    filled = [*("template", "fill", "compulsory_school"), str(ROOT / "examples/shangshiqiao.json")]
    assert checker(*filled, "-o", "一小.xlsx", cwd=tmp_path).returncode == 0
    check = ("check", "一小.xlsx", "--no-mark")
    assert checker(*check, "--previous", "没有.zip", cwd=tmp_path).returncode == 2
    assert checker(*check, "--plugin-dir", "没有", cwd=tmp_path).returncode == 4


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_names_a_command_that_there_is_not(page: Path) -> None:
    """Every ``checker word`` in code, and the word after it where the first is a group."""
    text = page.read_text("utf-8")
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"(?ms)^```\w*\n(.*?)^```", text)
    context = click.Context(command, info_name="checker")
    wrong = []
    for part in code:
        for first, second in re.findall(r"(?m)^\s*(?:\$ )?checker ([a-z]+)(?: ([a-z]+)\b)?", part):
            if first in BY_PLUGINS:
                continue
            found = command.get_command(context, first)
            if found is None:
                wrong.append(f"checker {first}")
            elif isinstance(found, click.Group) and second and second not in found.commands:
                wrong.append(f"checker {first} {second}")
    assert wrong == []
