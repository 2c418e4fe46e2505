"""The tutorial 一小时写一个校验插件, followed literally: every file and command of its fences.

In its fences, a file is named by ``title``; one with （接在末尾） is added to. In a console fence
"$ " begins a command, "…" in the output stands for anything, "# 退出码 n" is its exit code.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "author" / "tutorial.md"
ADDED = "（接在末尾）"
_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Fence(NamedTuple):
    """One code fence: its language, its attributes and what stands in it."""

    language: str
    attributes: dict[str, str]
    text: str


class Step(NamedTuple):
    """One command with what it should print and its exit code."""

    command: str
    output: str
    code: int


def fences(markdown: str) -> Iterator[Fence]:
    """All code fences with a language, in order."""
    for found in _FENCE.finditer(markdown):
        yield Fence(found[1], dict(re.findall(r'(\w+)="([^"]*)"', found[2])), found[3])


def steps(text: str) -> Iterator[Step]:
    """The commands of a console fence."""
    for block in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = block.partition("\n")
        code = re.search(r"^# 退出码 (\d+)$", output, re.MULTILINE)
        told = re.sub(r"^# 退出码 \d+\n?", "", output, flags=re.MULTILINE)
        yield Step(command, told, int(code[1]) if code else 0)


def matches(expected: str, printed: str) -> bool:
    """Whether the output is the expected one; "…" stands for anything, or for whole lines."""
    loose = re.sub(r"\n?^…$\n?", "…", expected, flags=re.MULTILINE)
    pattern = ".*".join(re.escape(part) for part in loose.split("…"))
    return re.fullmatch(pattern.removesuffix("\\\n") + r"\s*", printed, re.DOTALL) is not None


@pytest.fixture
def python(
    wheel_environment: Path,
    install: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The Python whose programs the reader has: a fresh one that holds what the page says is
    needed, the wheel and pytest, and nothing to build packages with."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    shutil.copytree(wheel_environment / "venv", folder, symlinks=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install(python, "pytest")
    return python


def run(command: str, folder: Path, python: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the tutorial as typed, with the programs of an environment."""
    words: list[str | Path] = [*shlex.split(command)]
    scripts = python.parent
    if words[0] == "checker":
        words[:1] = [python, "-m", "checker.cli.main"]
    elif words[0] == "python":
        words[0] = python
    return subprocess.run(
        words,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
        env={
            **os.environ,
            "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONUTF8": "1",
            "CHECKER_LOG_DIR": str(folder / "log"),
        },
    )


@pytest.mark.real
def test_the_tutorial_followed_literally(tmp_path: Path, python: Path) -> None:
    """A stranger in an empty folder does what the page says and sees what it shows."""
    commands = files = 0
    for fence in fences(TUTORIAL.read_text("utf-8")):
        if "title" in fence.attributes:
            title = fence.attributes["title"]
            path = tmp_path / title.removesuffix(ADDED)
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_text("utf-8") if title.endswith(ADDED) else ""
            path.write_text(before + fence.text, "utf-8")
            files += 1
            continue
        assert fence.language == "console", f"nothing says what this fence is: {fence.text[:80]}"
        for step in steps(fence.text):
            done = run(step.command, tmp_path, python)
            told = f"$ {step.command}\n{done.stdout}"
            assert done.returncode == step.code, told
            assert matches(step.output, done.stdout), f"{told}\n应为：\n{step.output}"
            commands += 1
    assert files >= 8
    assert commands >= 12


def test_what_the_dots_stand_for() -> None:
    """The comparison itself must be able to fail."""
    assert matches("一\n…\n三\n", "一\n二\n二\n三\n")
    assert matches("一…三\n", "一二三\n")
    assert matches("…\n三\n…\n", "一\n三\n四\n")
    assert not matches("一\n…\n三\n", "一\n二\n四\n")
    assert not matches("一\n", "一\n二\n")
