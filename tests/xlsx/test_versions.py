"""Launcher and program of different ages, and what is asked of a copy that cannot be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from checker_xlsx.clicked import LAUNCHER_OLDER, PROGRAM_OLDER, SHARED
from checker_xlsx.orders import PROTOCOL
from checker_xlsx.vba.texts import escaped, unescaped

sys.path.insert(0, str(Path(__file__).parent))
from whole_book import filled

CHECKER = Path(sys.executable).with_name("checker")


def asked(folder: Path, *words: str) -> str:
    answer = folder / "answer.txt"
    command = [CHECKER, "button", "check", "--wb=a.xlsm", f"--answer={answer}", *words]
    subprocess.run(command, check=False, capture_output=True)
    return unescaped(answer.read_text("ascii"))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], LAUNCHER_OLDER),
        ([f"--launcher={PROTOCOL - 1}"], LAUNCHER_OLDER),
        ([f"--launcher={PROTOCOL + 1}"], PROGRAM_OLDER),
    ],
)
def test_who_is_older_is_said_and_nothing_is_done(
    tmp_path: Path, words: list[str], text: str
) -> None:
    assert asked(tmp_path, *words) == f"!{text}\n"


def test_the_launcher_says_the_programs_protocol() -> None:
    source = Path(__file__).parents[2] / "xlsx_plugins" / "launcher" / "CheckerLauncher.bas"
    assert f"--launcher={PROTOCOL} " in source.read_text("ascii")


def test_a_shared_workbook_and_an_old_format_are_refused_in_words(tmp_path: Path) -> None:
    copy, about, orders = tmp_path / "c.xlsm", tmp_path / "b.txt", tmp_path / "o.txt"
    filled(copy)
    about.write_text("book\ta.xlsm\ta.xlsm\nstate\tshared\n", "ascii")
    words = [f"--launcher={PROTOCOL}", f"--description={about}", f"--orders={orders}"]
    assert asked(tmp_path, *words, f"--copy={copy}") == f"!{SHARED}\n"
    old = copy.with_suffix(".xls")
    old.write_bytes(b"old")
    assert "另存为" in asked(tmp_path, *words, f"--copy={old}")
    assert not orders.exists(), "nothing to be painted"


def test_a_book_that_cannot_be_attached_to_is_asked_for_as_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here there is no office at all behind the name; LibreOffice's own trouble is told."""
    monkeypatch.setenv("CHECKER_UNO", "pipe,name=checker_nobody")
    said = asked(tmp_path, f"--launcher={PROTOCOL}", "--from_xl=1", "--hwnd=0")
    assert said.startswith("!没有")


def test_a_conversation_in_the_way_is_told_by_message_and_result_sheet(tmp_path: Path) -> None:
    """The second carrier, with the file of the same story on the command line: no note is ordered
    for E30, the message counts it, and 校验结果 names the place as the file way does; a sheet with
    somebody's password is named there too."""
    book = Path(__file__).parents[1] / "writing" / "cases" / "有批注对话.xlsx"
    about, orders = tmp_path / "about.txt", tmp_path / "orders.txt"
    locked = escaped("教师")
    about.write_text(f"book\ta.xlsm\ta.xlsm\nrefused\t{locked}\n", "ascii")
    words = [f"--launcher={PROTOCOL}", f"--description={about}", f"--orders={orders}"]
    said = asked(tmp_path, *words, f"--copy={book}")
    assert "有 1 个格子里有批注对话，加不了批注" in said and "“教师”设有密码" in said
    lines = [line.split("\t") for line in orders.read_text("ascii").splitlines()]
    sheet = escaped("基本情况")
    looks = [line for line in lines if line[:3] == ["cell", sheet, "E30"]]
    assert looks and {look[4] for look in looks} == {"="}, "the colour is given, the note is not"
    told = [unescaped(entry) for line in lines if line[0] == "put" for entry in line[3:]]
    assert any(entry.startswith("+这里有批注对话") for entry in told)
    assert any(entry.startswith("+这张工作表设有密码") for entry in told)
    assert not any(line[:2] == ["cell", locked] for line in lines)
