"""A browser that opens 校验.html as a file, the network cut: does what it is told, and tells."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NODE = Path(__file__).parent / "node"
PATIENCE = 500.0
"""Seconds for one visit: a machine may be busy with other things."""


def program(*names: str) -> str:
    """The path of an installed program; without it the test is skipped, which CI does not allow."""
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        pytest.skip(f"没有安装 {names[0]}")
    return found


class Visit:
    """What a browser did with the page, and the files it was given."""

    def __init__(self, page: Path, place: Path, steps: list[dict[str, Any]]) -> None:
        self.place = place
        order = place / "steps.json"
        order.write_text(json.dumps(steps), "utf-8")
        found = program("chromium", "chromium-browser", "google-chrome")
        done = subprocess.run(
            [program("node"), str(NODE / "page.mjs"), str(page), str(place), str(order)],
            capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, check=False,
            env={**os.environ, "CHROMIUM": found},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        self.told: dict[str, Any] = json.loads(done.stdout)
        self.answers: dict[str, Any] = self.told["answers"]
