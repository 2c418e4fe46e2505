"""A small county to check, made once, and the real command to check it with."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.demo.synthetic_county import County, build_and_write
from checker.session import Session

sys.path.insert(0, str(Path(__file__).parents[1]))
from command_server import run_command

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """Twelve schools, most with errors. Tests copy what they change."""
    template = next(item for item in Session().templates if item.id == "compulsory_school")
    return build_and_write(template, tmp_path_factory.mktemp("county"), schools=12, seed=7)


@pytest.fixture(scope="session")
def wrong(county: County) -> Path:
    """A workbook with a hard finding at a cell."""
    rules = {"RES", "GOV", "TEA", "BLD", "FIN", "CLS"}
    answer = next(item for item in county.answers if item.rule[:3] in rules)
    return county.folder / answer.file


@pytest.fixture(scope="session")
def right(county: County) -> Path:
    """A workbook without any finding."""
    files = {path.name for path in county.folder.glob("*.xlsx")}
    return county.folder / min(files - {item.file for item in county.answers})


@pytest.fixture
def checker(tmp_path: Path) -> Run:
    """Runs the command in a folder of its own; ``env`` adds variables."""

    def run(
        *arguments: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        own = {
            "CHECKER_LOG_DIR": str(tmp_path / "log"),
            "CHECKER_CONFIG_DIR": str(tmp_path / "own settings"),
        }
        return run_command(arguments, cwd or tmp_path, {**os.environ, **own, **(env or {})})

    return run
