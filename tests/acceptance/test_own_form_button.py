"""The button in a county's own workbook, clicked in a real LibreOffice window, and cleared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checker_xlsx.libreoffice.exported import exported
from checker_xlsx.looks import Look
from checker_xlsx.saved_copy import looks_in

sys.path.insert(0, str(Path(__file__).parent))
from button_desktop import NEEDED, Desktop

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
FORM = ROOT / "tests" / "adopted" / "forms" / "a_办学条件自查表_第二小学.xlsx"
PROGRAM = Path(sys.executable).with_name("checker")
WRONG = {"G6", "G9", "J13"}


@pytest.fixture(autouse=True)
def everything_needed() -> None:
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing and os.environ.get("CI") and sys.platform != "win32":
        pytest.fail(f"not installed: {missing}")
    if missing:
        pytest.skip(f"not installed: {missing}")


def looks(desktop: Desktop, name: str) -> dict[str, Look]:
    """Every cell of the form as it looks in the open book."""
    keys = [("Sheet1", row, column) for row in range(1, 30) for column in range(1, 12)]
    return {look.address: look for look in looks_in(exported(desktop.app.books[name].api), keys)}


def test_a_clerk_clicks_in_the_countys_own_form(tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    settings.mkdir()
    plugin = ROOT / "examples" / "plugins" / "own_forms"
    (settings / "checker.toml").write_text(f'plugin_dirs = ["{plugin}"]\n', "utf-8")
    words = (PROGRAM, "template", "adopt", "--with-button", FORM, "-o", tmp_path / "带按钮")
    subprocess.run(words, check=True, capture_output=True)
    path = tmp_path / "带按钮" / f"{FORM.stem}.xlsm"
    folder = tmp_path / "desk"
    folder.mkdir()
    desktop = Desktop(folder, str(PROGRAM), CHECKER_CONFIG_DIR=str(settings))
    try:
        book = desktop.open(path)
        before = looks(desktop, path.name)
        desktop.screenshot("own-form-before")
        desktop.click(book, "校验")
        desktop.answer(1)
        desktop.screenshot("own-form-answer")
        desktop.close_dialog()
        book.sheets["Sheet1"].activate()
        desktop.screenshot("own-form-marked")
        marked = looks(desktop, path.name)
        red = {address for address, look in marked.items() if look.fill == "FFC7CE"}
        assert red == WRONG
        assert "校验结果" in [sheet.name for sheet in book.sheets]
        desktop.click(book, "清除")
        desktop.answer(2)
        desktop.close_dialog()
        assert looks(desktop, path.name) == before
        assert [sheet.name for sheet in book.sheets] == ["Sheet1"]
        desktop.screenshot("own-form-cleared")
    finally:
        desktop.stop()
