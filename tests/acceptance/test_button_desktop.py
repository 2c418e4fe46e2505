"""The clerk's whole story in a real LibreOffice window: click 校验, mend, click again, 清除.

The window is on a screen of its own (Xvfb with a window manager), the buttons are found through
accessibility and clicked with the mouse, and the result is read back over UNO. Screenshots go to
the folder that CHECKER_SCREENSHOTS names. With CHECKER_BUNDLE naming a frozen program, the same
story is told with that program.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw
from checker_xlsx.libreoffice.connection import NoLibreOffice, uno_module
from checker_xlsx.libreoffice.engine import use_libreoffice
from checker_xlsx.libreoffice.exported import exported, looks_in
from checker_xlsx.looks import Look

from checker.marking import changes_for
from checker.model.marks import FILL_COLOURS, Changes
from checker.session import Session

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "shangshiqiao.json"
SCREEN = (1400, 900)
PUSH_BUTTONS = ("校验", "清除")
NEEDED = ("soffice", "Xvfb", "openbox", "xdotool", "import")


def wait_for(what: Callable[[], Any], seconds: float, why: str) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s for {why}")


class Desktop:
    """A screen with a window manager and LibreOffice in a window."""

    def __init__(self, folder: Path, program: str | None, **environment: str) -> None:
        self.folder = folder
        self.timings = folder / "timings.jsonl"
        self._processes: list[subprocess.Popen[bytes]] = []
        reading, writing = os.pipe()
        screen = f"{SCREEN[0]}x{SCREEN[1]}x24"
        self._start(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp"],
            dict(os.environ),
            pass_fds=(writing,),
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            self.display = ":" + told.readline().strip()
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("CHECKER_")},
            "DISPLAY": self.display,
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "SAL_USE_VCLPLUGIN": "gen",
            # Not the pipe this test talks through: the program has to ask for its own.
            "CHECKER_UNO": f"pipe,name=checker_clicked_{os.getpid()}_{folder.name}",
            "CHECKER_TIMINGS": str(self.timings),
            "CHECKER_LOG_DIR": str(folder / "log"),
            **environment,
        }
        if program:
            self.environment["CHECKER_PROGRAM"] = program
        self._start(["openbox"], self.environment)
        pipe = f"pipe,name=checker_watched_{os.getpid()}_{folder.name}"
        self._start(
            [
                *("soffice", "--norestore", "--nologo", "--nodefault"),
                f"--accept={pipe};urp;",
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            ],
            self.environment,
        )
        self.app = self._connected(pipe)

    def _start(
        self, command: list[str], environment: dict[str, str], pass_fds: tuple[int, ...] = ()
    ) -> None:
        self._processes.append(
            subprocess.Popen(
                command,
                env=environment,
                pass_fds=pass_fds,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    @staticmethod
    def _connected(pipe: str) -> xw.App:
        for _ in range(300):
            with contextlib.suppress(NoLibreOffice):
                return use_libreoffice(pipe)
            time.sleep(0.2)
        raise TimeoutError("LibreOffice did not start")

    def open(self, path: Path) -> xw.Book:
        allowed = uno_module().createUnoStruct("com.sun.star.beans.PropertyValue")
        allowed.Name, allowed.Value = "MacroExecutionMode", 4
        document = self.app.api.loadComponentFromURL(path.as_uri(), "_blank", 0, (allowed,))
        window = document.CurrentController.Frame.ContainerWindow
        window.setPosSize(0, 0, SCREEN[0], SCREEN[1] - 20, 15)
        return self.app.books[path.name]

    def click(self, book: xw.Book, caption: str) -> float:
        """Click the button with the mouse; when that was."""
        x, y = wait_for(lambda: self._place_of(book, caption), 20, f"the button {caption}")
        self._run("xdotool", "mousemove", str(x), str(y))
        time.sleep(0.2)
        clicked = time.time()
        self._run("xdotool", "click", "1")
        return clicked

    def _place_of(self, book: xw.Book, caption: str) -> tuple[int, int] | None:
        window = book.api.CurrentController.Frame.ContainerWindow
        waiting = [window.getAccessibleContext()]
        while waiting:
            context = waiting.pop()
            if context.getAccessibleName() == caption:
                size = context.getSize()
                if size.Width > 20:  # the other sheets' buttons have no size
                    place = context.getLocationOnScreen()
                    return place.X + size.Width // 2, place.Y + size.Height // 2
            count = context.getAccessibleChildCount()
            if count > 500:  # the grid itself: its children are the cells
                continue
            for index in range(count):
                with contextlib.suppress(Exception):
                    waiting.append(context.getAccessibleChild(index).getAccessibleContext())
        return None

    def answer(self, clicks: int) -> dict[str, float]:
        """Wait for the program to be done with the click of that number; when its steps were."""

        def lines() -> list[str]:
            if not self.timings.exists():
                return []
            found = self.timings.read_text(encoding="utf-8").splitlines()
            return found if len(found) >= clicks else []

        return dict(json.loads(wait_for(lines, 60, "the program's answer")[clicks - 1]))

    def dialog(self) -> str:
        """What the message box says, once there is one."""

        def text() -> str:
            for title in ("数据校验",):
                found = self._run("xdotool", "search", "--onlyvisible", "--name", title)
                if found.strip():
                    return title
            return ""

        return str(wait_for(text, 20, "the message box"))

    def close_dialog(self) -> None:
        """Press OK by the keyboard, and wait until the box is gone."""

        def gone() -> bool:
            self._run("xdotool", "key", "Return")
            time.sleep(0.3)
            return not self._run("xdotool", "search", "--onlyvisible", "--name", "数据校验").strip()

        self.dialog()
        wait_for(gone, 20, "the message box to close")

    def screenshot(self, name: str) -> Path:
        folder = Path(os.environ.get("CHECKER_SCREENSHOTS", self.folder))
        folder.mkdir(parents=True, exist_ok=True)
        self._run("import", "-window", "root", str(folder / f"{name}.png"))
        return folder / f"{name}.png"

    def _run(self, *command: str) -> str:
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=20
        ).stdout

    def stop(self) -> None:
        """End what was started here; asking LibreOffice politely could wait for a dialog."""
        for process in reversed(self._processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)


def programs() -> list[Any]:
    checker = str(Path(sys.executable).with_name("checker"))
    bundle = os.environ.get("CHECKER_BUNDLE", str(ROOT / "dist" / "checker" / "checker"))
    missing = pytest.mark.skipif(
        not Path(bundle).exists() and not os.environ.get("CHECKER_BUNDLE"),
        reason="no frozen program: run make bundle, or name it in CHECKER_BUNDLE",
    )
    return [
        pytest.param(checker, id="python"),
        pytest.param(bundle, id="frozen", marks=missing),
    ]


@pytest.fixture(scope="module", autouse=True)
def everything_needed() -> None:
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing and os.environ.get("CI"):
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


@pytest.mark.parametrize("program", programs())
def test_a_clerk_clicks_mends_clicks_again_and_cleans(
    program: str, filled: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    session = Session()
    by_command = session.judge_file(filled)
    assert by_command.report is not None
    changes = changes_for(by_command.report, session.rules)
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
        assert steps["cpu"] <= 1.0, "our own part of the time"
        print({name: round(seconds, 2) for name, seconds in durations.items()})

        # The first problem is selected; it is mended without saving, and turns green.
        mended = ("基本情况", "D10")
        assert marked[mended].fill == "FFC7CE"
        book.sheets["基本情况"].range("D10").value = "121 镇中心区"
        desktop.click(book, "校验")
        desktop.answer(2)
        desktop.close_dialog()
        now = looks_of(book, [mended])[mended]
        assert (now.fill, now.note) == ("C6EFCE", "")
        desktop.screenshot("button-mended")

        desktop.click(book, "清除")
        desktop.answer(3)
        desktop.close_dialog()
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

        program = Path(sys.executable).with_name("checker")
        filled.with_name("checker.ini").write_text(f"[checker]\nprogram={program}\n")
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
