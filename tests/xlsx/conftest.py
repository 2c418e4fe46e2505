"""A small workbook with the button, as the template builder makes it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter
import xlwings as xw
from checker_xlsx.assembly import add_buttons, to_macro_workbook
from checker_xlsx.libreoffice.connection import NoLibreOffice, uno_module
from checker_xlsx.libreoffice.engine import use_libreoffice
from checker_xlsx.orders import PROTOCOL

Programs = Callable[..., str]


@pytest.fixture
def plain_workbook(tmp_path: Path) -> Path:
    """填表说明 and a protected 教师 with an input cell, a note, a name and two buttons each."""
    path = tmp_path / "源.xlsx"
    workbook = xlsxwriter.Workbook(path)
    guide, teachers = workbook.add_worksheet("填表说明"), workbook.add_worksheet("教师")
    entry = workbook.add_format({"locked": False, "bg_color": "#FFF2CC"})
    teachers.write("A1", "专任教师")
    teachers.write("B2", 45, entry)
    teachers.write("C3", 1.5)
    teachers.write_comment("B2", "填 9 月 1 日的人数")
    teachers.protect()
    workbook.define_name("teachers_full_time", "='教师'!$B$2")
    add_buttons(workbook, [(guide, "E1"), (teachers, "E1")])
    workbook.close()
    return path


@pytest.fixture
def macro_workbook(plain_workbook: Path) -> Path:
    path = plain_workbook.with_name("表 1.xlsm")
    to_macro_workbook(plain_workbook, path)
    return path


@pytest.fixture(scope="session")
def program() -> Programs:
    """``program("soffice", "libreoffice")``: its path; missing means skip, or failure under CI."""

    def find(*names: str) -> str:
        for name in names:
            found = shutil.which(name)
            if found:
                return found
        message = f"{' / '.join(names)} is not installed"
        if os.environ.get("CI") and sys.platform != "win32":
            pytest.fail(message)
        pytest.skip(message)

    return find


class Office:
    """A LibreOffice without window, on a profile and a pipe of its own."""

    def __init__(self, soffice: str, folder: Path) -> None:
        self.pipe = f"pipe,name=checker_test_{os.getpid()}"
        self._process = subprocess.Popen(
            [
                *(soffice, "--headless", "--norestore", "--nologo", "--nodefault"),
                f"--accept={self.pipe};urp;",
                f"-env:UserInstallation={folder.as_uri()}",
            ],
            stderr=subprocess.DEVNULL,
        )
        self.app = self._connected()

    def _connected(self) -> xw.App:
        for _ in range(2000):
            with contextlib.suppress(NoLibreOffice):
                return use_libreoffice(self.pipe)
            time.sleep(0.2)
        raise TimeoutError("LibreOffice did not start")

    def open(self, path: Path) -> xw.Book:
        """The workbook, its macros allowed to run."""
        allowed = uno_module().createUnoStruct("com.sun.star.beans.PropertyValue")
        allowed.Name, allowed.Value = "MacroExecutionMode", 4
        self.app.api.loadComponentFromURL(path.as_uri(), "_blank", 0, (allowed,))
        return self.app.books[path.name]

    def start_click(self, book: xw.Book, action: str, *words: str) -> subprocess.Popen[bytes]:
        """The program as the launcher starts it for this office."""
        command = [Path(sys.executable).with_name("checker"), "button", action, "--from_xl=1"]
        command += [f"--launcher={PROTOCOL}", f"--wb={book.fullname}", "--app=LibreOffice"]
        environment = dict(os.environ, CHECKER_UNO=self.pipe)
        return subprocess.Popen([*command, "--hwnd=0", *words], env=environment)

    def click(self, book: xw.Book, action: str, *words: str) -> None:
        """The same, waited for."""
        assert self.start_click(book, action, *words).wait(120) == 0

    def save(self, book: xw.Book, path: Path) -> Path:
        """A copy as LibreOffice writes it."""
        kind = uno_module().createUnoStruct("com.sun.star.beans.PropertyValue")
        kind.Name, kind.Value = "FilterName", "Calc MS Excel 2007 XML"
        book.api.storeToURL(path.as_uri(), (kind,))
        return path

    def stop(self) -> None:
        self.app.api.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            raise


@pytest.fixture(scope="session")
def office(program: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    running = Office(program("soffice", "libreoffice"), tmp_path_factory.mktemp("profile"))
    yield running
    running.stop()


@pytest.fixture
def open_book(office: Office, macro_workbook: Path) -> Iterator[xw.Book]:
    """The small macro workbook, open in LibreOffice."""
    book = office.open(macro_workbook)
    yield book
    book.close()
