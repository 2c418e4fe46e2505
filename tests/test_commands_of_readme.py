"""What README tells people to run is what CI runs, and what it installs is what tests import."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECK = "make check"
"""The lint, which is for those who work on the project: CONTRIBUTING.md names it."""


def commands_in(text: str, pattern: str) -> list[str]:
    """The commands that stand alone on lines, in order, without their comments."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if re.fullmatch(pattern, line)]


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_ci_runs_what_readme_says(readme: str) -> None:
    """In the same order; besides them only the lint."""
    told = commands_in((ROOT / readme).read_text("utf-8"), r"make \w+")
    script = (ROOT / ".ci" / "run").read_text("utf-8").replace("--no-print-directory ", "")
    run = commands_in(script, r"make \w+")
    assert told == ["make demo", "make test"]
    assert [command for command in run if command != CHECK] == told
    assert CHECK in run and CHECK in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_ci_itself_installs_no_python_packages() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "pip install" not in script and "venv" not in script.replace("python3-venv", "")


@pytest.mark.parametrize("place", ["README.md", "README.en.md", ".github/workflows/ci.yml"])
def test_everybody_on_windows_installs_the_same(place: str) -> None:
    """The commands of the README and the hosted CI ask for one extra, in locked versions."""
    asked = re.findall(
        r"install .*?-c requirements-windows\.lock -e ([^\s,，;]+)",
        (ROOT / place).read_text("utf-8"),
    )
    assert asked and {one.strip('"`') for one in asked} == {".[dev]"}


def test_make_installs_what_is_locked() -> None:
    """Every package by its hash, then the project alone."""
    text = (ROOT / "Makefile").read_text("utf-8")
    asked = re.findall(r"pip install --quiet --disable-pip-version-check (.+)", text)
    assert asked == [
        "--require-hashes -r requirements.lock",
        "--no-deps --no-build-isolation -e .",
    ]


def test_the_dev_extra_holds_all_others() -> None:
    """So that no test is skipped because make installed too little."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    (included,) = [
        one.partition("[")[2].rstrip("]").split(",") for one in extras["dev"] if "checker" in one
    ]
    assert set(included) >= set(extras) - {"dev", "dask"}
