"""A small workbook with the button, as the template builder makes it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from checker_xlsx.assembly import add_buttons, to_macro_workbook

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
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)

    return find
