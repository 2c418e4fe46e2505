"""A screen of its own (Xvfb) with a window manager and LibreOffice in a window, to click in."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlwings as xw
from checker_xlsx.libreoffice.connection import NoLibreOffice, uno_module
from checker_xlsx.libreoffice.engine import use_libreoffice

SCREEN = (1400, 900)
NEEDED = ("soffice", "Xvfb", "openbox", "xdotool", "import")
PATIENCE = 300.0
"""Seconds that the screen may take for anything; the machine may be busy."""


class ScreenSilent(AssertionError):
    """Nothing came to the screen in time; says what was there instead."""


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
        for _ in range(1500):
            with contextlib.suppress(NoLibreOffice):
                return use_libreoffice(pipe)
            time.sleep(0.2)
        raise TimeoutError("LibreOffice did not start")

    def wait_for(self, what: Callable[[], Any], seconds: float, why: str) -> Any:
        """What ``what`` gives once it gives something; raises `ScreenSilent` after the time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = what()
            if found:
                return found
            time.sleep(0.1)
        raise ScreenSilent(f"waited {seconds} s for {why}\n{self._situation()}")

    def _situation(self) -> str:
        """What a person at this screen would look at: windows, programs, log, and a picture."""
        names = [
            self._run("xdotool", "getwindowname", window).strip()
            for window in self._run("xdotool", "search", "--onlyvisible", "--name", ".").split()
        ]
        mine = f"checker_clicked_{os.getpid()}_{self.folder.name}".encode()
        running = [
            process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
            for process in Path("/proc").glob("[0-9]*")
            if self._started_here(process, mine)
        ]
        office = self._processes[-1].poll()
        log = "".join(file.read_text("utf-8") for file in (self.folder / "log").glob("*.log"))
        shown = self.screenshot(f"silent-{self.folder.parent.name}")
        return (
            f"windows: {names}\nprograms: {running}\nLibreOffice ended: {office}\n"
            f"timings: {self.timings.exists() and self.timings.read_text('utf-8')}\n"
            f"log: {log[-3000:]}\npicture: {shown}"
        )

    @staticmethod
    def _started_here(process: Path, mark: bytes) -> bool:
        try:
            return mark in process.joinpath("environ").read_bytes()
        except OSError:
            return False

    def open(self, path: Path) -> xw.Book:
        allowed = uno_module().createUnoStruct("com.sun.star.beans.PropertyValue")
        allowed.Name, allowed.Value = "MacroExecutionMode", 4
        document = self.app.api.loadComponentFromURL(path.as_uri(), "_blank", 0, (allowed,))
        window = document.CurrentController.Frame.ContainerWindow
        window.setPosSize(0, 0, SCREEN[0], SCREEN[1] - 20, 15)
        return self.app.books[path.name]

    def click(self, book: xw.Book, caption: str) -> float:
        """Click the button with the mouse; when that was."""
        x, y = self.wait_for(
            lambda: self._settled_place(book, caption), PATIENCE, f"the button {caption}"
        )
        self._run("xdotool", "mousemove", "--sync", str(x), str(y))
        self._settle(book)
        clicked = time.time()
        self._run("xdotool", "click", "1")
        return clicked

    @staticmethod
    def _settle(book: xw.Book) -> None:
        """LibreOffice has worked off what the screen told it: windows moved, sheets drawn."""
        book.api.CurrentController.Frame.ContainerWindow.Toolkit.processEventsToIdle()

    def _settled_place(self, book: xw.Book, caption: str) -> tuple[int, int] | None:
        """Where the button is, once it stays there: a window that the window manager is still
        moving takes the button away from under the click."""
        self._settle(book)
        before = self._place_of(book, caption)
        self._settle(book)
        return before if before == self._place_of(book, caption) else None

    def _place_of(self, book: xw.Book, caption: str) -> tuple[int, int] | None:
        window = book.api.CurrentController.Frame.ContainerWindow
        for context in self._contexts(window):
            if context.getAccessibleName() == caption:
                size = context.getSize()
                if size.Width > 20:  # the other sheets' buttons have no size
                    place = context.getLocationOnScreen()
                    return place.X + size.Width // 2, place.Y + size.Height // 2
        return None

    @staticmethod
    def _contexts(window: Any) -> Iterator[Any]:
        """Everything that accessibility tells of a window, except the cells of its sheet."""
        waiting = [window.getAccessibleContext()]
        while waiting:
            context = waiting.pop()
            yield context
            count = context.getAccessibleChildCount()
            if count > 500:  # the grid itself: its children are the cells
                continue
            for index in range(count):
                with contextlib.suppress(Exception):
                    waiting.append(context.getAccessibleChild(index).getAccessibleContext())

    def type(self, text: str) -> None:
        """Type into whatever has the focus, without Return."""
        self._run("xdotool", "type", "--delay", "60", text)
        time.sleep(0.5)

    def click_cell(self, book: xw.Book, address: str) -> None:
        """Click a cell of the sheet in front, which gives the keyboard to it."""
        cell = book.sheets.active.range(address)
        cell.select()
        window = book.api.CurrentController.Frame.ContainerWindow
        table = next(one for one in self._contexts(window) if one.getAccessibleChildCount() > 500)
        found = table.getAccessibleCellAt(cell.row - 1, cell.column - 1).getAccessibleContext()
        place, size = found.getLocationOnScreen(), found.getSize()
        x, y = place.X + min(size.Width, 60) // 2, place.Y + size.Height // 2
        self._run("xdotool", "mousemove", str(x), str(y), "click", "1")
        time.sleep(0.5)

    def answer(self, clicks: int) -> dict[str, float]:
        """Wait for the program to be done with the click of that number; when its steps were."""

        def lines() -> list[str]:
            if not self.timings.exists():
                return []
            found = self.timings.read_text(encoding="utf-8").splitlines()
            return found if len(found) >= clicks else []

        return dict(json.loads(self.wait_for(lines, PATIENCE, "the program's answer")[clicks - 1]))

    def dialog(self) -> str:
        """The window of the message box, once there is one."""
        return str(self.wait_for(self._message_box, PATIENCE, "the message box"))

    def _message_box(self) -> str:
        found = self._run("xdotool", "search", "--onlyvisible", "--name", "数据校验").split()
        return found[0] if found else ""

    def close_dialog(self) -> None:
        """Press OK by the keyboard and wait until the box is gone.

        Return goes to the box's own window, never to whatever has the keyboard: LibreOffice gives
        the keyboard to OK only some time after the window manager has given it to the box, and
        forgets a key that comes earlier. So it is pressed until the box has heard it; one that
        comes after the box is gone reaches nothing, least of all the sheet's button below.
        """
        box = self.dialog()

        def closed() -> bool:
            self._run("xdotool", "windowactivate", box, "key", "--window", box, "Return")
            return not self._message_box()

        self.wait_for(closed, PATIENCE, "the message box to close")

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
