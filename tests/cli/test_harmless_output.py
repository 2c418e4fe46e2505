"""What stands in names and cells does not act on a terminal, in a pipe, in a spreadsheet."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.harmless import LONGEST_LINE, harmless, one_line
from checker.trouble import LOG_NAME, write_log

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ESCAPE, OVERRIDE = "\x1b[31m\x1b]0;x\x07", "\u202e"


@pytest.mark.parametrize(
    "acting", ["\x1b", "\x07", "\x08", "\r", "\x7f", "\x9b", "\u202e", "\u2066", "\u200f", "\u2028"]
)
def test_every_character_that_acts_is_written_out(acting: str) -> None:
    shown = harmless(f"一{acting}小")
    assert acting not in shown and shown == f"一\\u{ord(acting):04x}小"
    assert json.loads(f'"{shown}"') == f"一{acting}小"


def test_a_line_stays_a_line_and_ends() -> None:
    assert one_line("甲\n乙\t丙") == "甲 乙 丙"
    long = one_line("长" * 100_000)
    assert len(long) < LONGEST_LINE + 40 and "还有 98000 字" in long


@pytest.mark.skipif(sys.platform == "win32", reason="no such names on Windows")
def test_a_name_with_escapes_in_the_terminal_json_and_errors(
    checker: Run, tmp_path: Path, right: Path
) -> None:
    folder = tmp_path / "表"
    folder.mkdir()
    name = f"一{ESCAPE}{OVERRIDE}\n小.xlsx"
    shutil.copy(right, folder / name)
    (folder / f"二{ESCAPE}.rar").write_bytes(b"x")
    for arguments in (("check", folder), ("check", folder, "--format", "json"), ("county", folder)):
        done = checker(*arguments, "--no-cache", "--no-mark")
        for acting in ("\x1b", "\x07", OVERRIDE):
            assert acting not in done.stdout + done.stderr, arguments
    lines = checker("check", folder, "--no-cache", "--no-mark").stdout.splitlines()
    assert len([line for line in lines if "一\\u001b[31m" in line and "小.xlsx" in line]) == 1
    found = json.loads(checker("check", folder, "--no-mark", "--format", "json").stdout)
    assert str(folder / name) in {each["path"] for each in found["files"]}
    missing = checker("check", f"没有{ESCAPE}")
    assert "\x1b" not in missing.stdout + missing.stderr and missing.returncode == 3


def test_texts_of_the_county_book_stay_texts_also_after_f2(tmp_path: Path) -> None:
    from checker.county.list_sheets import ListBook

    path = tmp_path / "县级汇总.xlsx"
    texts = ("=1+1", "+1", "-1", "@SUM(A1)", "一小")
    with path.open("wb") as file:
        book = ListBook(file, "县级汇总", on_disk=True)
        sheet = book.book.add_worksheet("应报清单")
        book.write_line(sheet, 0, texts, ["wrap"] * len(texts))
        book.close()
    with zipfile.ZipFile(path) as package:
        cells = package.read("xl/worksheets/sheet1.xml").decode()
        formats = re.findall(
            r"<xf [^>]*>", package.read("xl/styles.xml").decode().partition("<cellXfs")[2]
        )
    quoted = [
        'quotePrefix="1"' in formats[int(n)] for n in re.findall(r'<c r="[A-Z]1" s="(\d+)"', cells)
    ]
    assert quoted == [True, True, True, True, False] and "<f>" not in cells


def test_the_page_allows_no_script_but_its_own(checker: Run, tmp_path: Path, right: Path) -> None:
    folder = tmp_path / "表"
    folder.mkdir()
    shutil.copy(right, folder)
    assert checker("county", folder, "--no-mark", "--no-cache").returncode == 0
    page = (folder / "县级校验" / "县级报告.html").read_text("utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (allowed,) = re.findall(r"script-src ([^;]*);", policy)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert allowed == f"'sha256-{digest}'" and len(scripts) == 1
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", page)


@pytest.mark.skipif(sys.platform == "win32", reason="links and permissions of Unix")
def test_the_error_log_is_no_fixed_name_in_a_shared_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the user's own folder cannot be written, a link that waits there is not followed."""
    shared = tmp_path / "shared"
    shared.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("mine", "utf-8")
    (shared / LOG_NAME).symlink_to(victim)
    (tmp_path / "a file").write_text("", "utf-8")
    monkeypatch.setenv("CHECKER_LOG_DIR", str(tmp_path / "a file" / "log"))
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    places = [write_log("一"), write_log("二")]
    assert len({*places}) == 2 and victim.read_text("utf-8") == "mine"
    for place in places:
        assert place is not None and place.parent == shared and place.stat().st_mode & 0o077 == 0
