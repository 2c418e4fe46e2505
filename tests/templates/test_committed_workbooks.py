"""What lies in workbook_templates/ is what its template.toml says: rebuilt, byte for byte."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path
from zipfile import ZipFile

import pytest

from checker.forms.registry import InstalledTemplate, installed_templates

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
    assert committed.is_file(), "run: make templates"
    ours = rebuilt / committed.name
    assert parts(committed) == parts(ours), "older than its template.toml: make templates"
    if sys.platform == "linux" and "ng" not in zlib.ZLIB_RUNTIME_VERSION:
        # elsewhere the same parts are packed differently
        assert committed.read_bytes() == ours.read_bytes()


def parts(workbook: Path) -> dict[str, bytes]:
    with ZipFile(workbook) as package:
        return {name: package.read(name) for name in package.namelist()}
