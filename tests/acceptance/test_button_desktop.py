"""The clerk's whole story in a real LibreOffice window: click 校验, mend, click again, 清除.

The window is on a screen of its own (Xvfb with a window manager), the buttons are found through
accessibility and clicked with the mouse, and the result is read back over UNO. Screenshots go to
the folder that CHECKER_SCREENSHOTS names. The story is told with the frozen program as well.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlwings as xw
from checker_xlsx.libreoffice.exported import exported
from checker_xlsx.looks import Look
from checker_xlsx.saved_copy import looks_in

from checker.marking import changes_for
from checker.model.marks import FILL_COLOURS, Changes
from checker.session import Session

sys.path.insert(0, str(Path(__file__).parent))
from button_desktop import NEEDED, Desktop

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "shangshiqiao.json"


@pytest.fixture(params=["python", "frozen"])
def program(request: pytest.FixtureRequest) -> str:
    """The program that the button starts, as installed with Python and as one folder."""
    if request.param == "frozen":
        return str(request.getfixturevalue("frozen_program"))
    return str(Path(sys.executable).with_name("checker"))


@pytest.fixture(scope="module", autouse=True)
def everything_needed() -> None:
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing and os.environ.get("CI") and sys.platform != "win32":
        pytest.fail(f"not installed: {missing}")
    if missing:
        pytest.skip(f"not installed: {missing}")


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The example school, filled into the workbook with the button."""
    path = tmp_path / "上石桥 一小.xlsm"
    subprocess.run(
        [
            *(Path(sys.executable).with_name("checker"), "template", "fill"),
            *("compulsory_school", EXAMPLE, "-o", path),
        ],
        check=True,
        capture_output=True,
    )
    return path


@contextlib.contextmanager
def desktop_with(folder: Path, program: str | None, **environment: str) -> Iterator[Desktop]:
    folder.mkdir(exist_ok=True)
    desktop = Desktop(folder, program, **environment)
    try:
        yield desktop
    finally:
        desktop.stop()


def wanted_looks(changes: Changes) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (mark.sheet, mark.cell): (FILL_COLOURS[mark.fill] if mark.fill else "", mark.note or "")
        for mark in changes.marks
    }


def looks_of(book: xw.Book, cells: list[tuple[str, str]]) -> dict[tuple[str, str], Look]:
    """Fills and notes as they are in the open book, asked of LibreOffice by a saved copy."""
    keys = []
    for sheet, address in cells:
        at = book.sheets[sheet].range(address)
        keys.append((sheet, at.row, at.column))
    seen = looks_in(exported(book.api), keys)
    return {(look.sheet, look.address): look for look in seen}


def test_a_clerk_clicks_mends_clicks_again_and_cleans(
    program: str, filled: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    # As the installer does; it also reads rules and forms once, for the first click's sake.
    subprocess.run([program, "doctor"], check=False, capture_output=True)
    session = Session()
    by_command = session.judge_file(filled)
    assert by_command.report is not None
    changes = changes_for(by_command.report, session.rules, session.profile.title)
    expected = wanted_looks(changes)
    with desktop_with(tmp_path / "desk", program) as desktop:
        book = desktop.open(filled)
        book.sheets["基本情况"].activate()
        untouched = looks_of(book, list(expected))
        desktop.screenshot("button-before")

        clicked = desktop.click(book, "校验")
        steps = desktop.answer(1)
        desktop.screenshot("button-answer")
        desktop.close_dialog()
        desktop.screenshot("button-marked")
        marked = looks_of(book, list(expected))
        assert {key: (look.fill, look.note) for key, look in marked.items()} == expected
        result = book.sheets["校验结果"].used_range.options(ndim=2).value
        listed = changes.sheets[0].rows
        assert len(result) == len(listed)
        for shown, row in zip(result, listed, strict=True):
            for value, cell in zip(shown, row, strict=False):
                assert value == (float(cell.value) if isinstance(cell.value, int) else cell.value)
        durations = {
            "program_start": steps["imported"] - clicked,
            "reading": steps["read"] - steps["imported"],
            "rules": steps["judged"] - steps["read"],
            "marking": steps["marked"] - steps["judged"],
            "all": steps["done"] - clicked,
            "ours": steps["cpu"],
        }
        record_property("click_to_coloured", durations)
        print({name: round(seconds, 2) for name, seconds in durations.items()})

        # The first problem is selected; it is mended without saving, and turns green.
        mended = ("基本情况", "D10")
        assert marked[mended].fill == "FFC7CE"
        book.sheets["基本情况"].range("D10").value = "121 镇中心区"
        # Another is typed and not confirmed: the click must not lose it.
        typed = ("基本情况", "D24")
        assert marked[typed].fill == "FFC7CE"
        desktop.click_cell(book, "D24")
        desktop.type("03768888888")
        desktop.click(book, "校验")
        desktop.answer(2)
        desktop.close_dialog()
        now = looks_of(book, [mended])[mended]
        assert (now.fill, now.note) == ("C6EFCE", "")
        assert book.sheets["基本情况"].range("D24").value == "03768888888"
        assert looks_of(book, [typed])[typed].fill != "FFC7CE"
        desktop.screenshot("button-mended")

        # A doubtful figure is explained; clearing and clicking again leaves it explained.
        explanations = book.sheets["说明"]
        (entered,) = explanations.range("A6:E6").options(ndim=2).value
        explanations.range("D6").value = "数据属实，本学年由两校合并。"
        desktop.click(book, "清除")
        desktop.answer(3)
        desktop.close_dialog()
        kept = [*entered[:3], "数据属实，本学年由两校合并。", entered[4]]
        assert explanations.range("A6:E7").options(ndim=2).value == [kept, [None] * 5]
        desktop.screenshot("button-cleared")
        desktop.click(book, "校验")
        desktop.answer(4)
        desktop.close_dialog()
        place = str(entered[1]).partition("!")
        look = looks_of(book, [(place[0], place[2])])[place[0], place[2]]
        assert (look.note or "").startswith("已说明：")
        explanations.range("D6").value = None

        desktop.click(book, "清除")
        desktop.answer(5)
        desktop.close_dialog()
        assert explanations.range("A6:E6").options(ndim=2).value == [[None] * 5]
        assert looks_of(book, list(expected)) == untouched
        assert "校验结果" not in [sheet.name for sheet in book.sheets]
        assert book.sheets["基本情况"].range("D10").value == "121 镇中心区", "the data stays"


def test_no_program_is_said_and_checker_ini_helps(filled: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with desktop_with(tmp_path / "desk", None, HOME=str(home), PATH="/usr/bin:/bin") as desktop:
        book = desktop.open(filled)
        book.sheets["基本情况"].activate()
        desktop.click(book, "校验")
        desktop.dialog()
        desktop.screenshot("button-no-program")
        desktop.close_dialog()
        assert "校验结果" not in [sheet.name for sheet in book.sheets]

        # As Notepad saves it: UTF-8 with a mark, and a Chinese path.
        program = filled.with_name("校验程序") / "checker"
        program.parent.mkdir()
        program.symlink_to(Path(sys.executable).with_name("checker"))
        settings = "[checker]\nprogram=校验程序/checker\n"
        filled.with_name("checker.ini").write_text(settings, "utf-8-sig")
        desktop.click(book, "校验")
        desktop.answer(1)
        desktop.close_dialog()
        assert "校验结果" in [sheet.name for sheet in book.sheets]

        listed = [
            row[2]
            for row in book.sheets["校验结果"].used_range.options(ndim=2).value
            if row[1] in ("不通过", "存疑") and row[2]
        ]
        places = list(dict.fromkeys(listed))
        seen = []
        for macro in ("Checker_Next", "Checker_Next", "Checker_Previous", "Checker_Results"):
            book.macro(macro)()
            seen.append(f"{book.sheets.active.name}!{book.selection.address.replace('$', '')}")
        assert [place.partition(":")[0] for place in seen[:3]] == [places[1], places[2], places[1]]
        assert seen[3].startswith("校验结果!")
