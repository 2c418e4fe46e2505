"""Runs a script of the tests with the system's Python, whose UNO drives real LibreOffice Calc."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEM_PYTHON = Path("/usr/bin/python3")


def run_in_calc(script: Path, *arguments: Path, given: str | None = None) -> str:
    """What the script printed; it gets soffice's path, then the arguments, and ``given`` on its
    standard input. Without LibreOffice the test fails in CI and is skipped elsewhere."""
    soffice = shutil.which("soffice")
    has_uno = (
        SYSTEM_PYTHON.exists()
        and not subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True).returncode
    )
    if soffice is None or not has_uno:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice with Python-UNO is needed")
        pytest.skip("LibreOffice with Python-UNO is not installed")
    done = subprocess.run(
        [SYSTEM_PYTHON, script, soffice, *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
