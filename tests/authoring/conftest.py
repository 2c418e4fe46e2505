"""A new plugin as ``checker plugin new`` writes it, and the real command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from command_server import run_command
from warm_cache import warm

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hundreds of throw-away manifests are kept out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        cache = warm(tmp_path_factory.getbasetemp() / "authors_cache")
        patch.setenv("CHECKER_CACHE_DIR", str(cache))
        yield


@pytest.fixture
def checker(tmp_path: Path) -> Run:
    """Runs the command in a folder of its own."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        own = {"CHECKER_LOG_DIR": str(tmp_path / "log")}
        return run_command(arguments, tmp_path, os.environ | own)

    return run


@pytest.fixture
def canteen(tmp_path: Path) -> Path:
    """The folder of a plugin as the scaffold writes it."""
    from checker.authoring.scaffold import create

    folder = tmp_path / "canteen"
    create("canteen", folder, 2026, {}, "食堂", "CAN")
    return folder
