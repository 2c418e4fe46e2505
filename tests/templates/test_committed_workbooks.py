"""What lies in workbook_templates/ is what its template.toml says: rebuilt, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from checker.templates.registry import InstalledTemplate, installed_templates

BUNDLED = installed_templates()


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rebuilt")
    subprocess.run(
        [sys.executable, "-m", "checker.cli.main", "template", "build", "-o", folder],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
@pytest.mark.parametrize("item", BUNDLED, ids=lambda item: item.template.id)
def test_a_committed_workbook_equals_its_rebuild(
    item: InstalledTemplate, suffix: str, rebuilt: Path
) -> None:
    committed = item.workbook.with_suffix(suffix)
    assert committed.is_file(), "run: checker template build"
    same = committed.read_bytes() == (rebuilt / committed.name).read_bytes()
    assert same, f"{committed.name} is older than its template.toml; run: checker template build"
