"""``make pictures``: the pictures of README and the guides, taken of the program's own results.

A demonstration county is made, checked and gathered; its pictures are the county page in
Chromium and one school's marked copy in LibreOffice. Beside the pictures lies ``shown.toml``:
for each the digest of the file and of the words it shows. ``tests/test_pictures.py`` makes the
words anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from html import unescape
from pathlib import Path
from types import MappingProxyType

from checker.marking import changes_for
from checker.session import Session

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "docs" / "assets"
RECORD = ASSETS / "shown.toml"
COUNTY_OPTIONS = ("--schools", "24", "--seed", "7")
SCHOOL = "团山乡下塘小学.xlsx"
SHEET = "校舍与装备"
NOTED = ("E32", "F37")
"""The cells of the sheet whose notes are shown."""
RESULT_ROWS = 16
LARGEST = 200_000
ALT: Mapping[str, str] = MappingProxyType(
    {
        "marked-sheet.png": "一张标记过的填报表",
        "first-things.png": "“校验结果”表：先做这几件事",
        "county-page.png": "县级报告的第一屏",
    }
)


def checker(*arguments: str | Path, cwd: Path) -> None:
    """Run one command of the program. Raises CalledProcessError if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "checker.cli.main", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        env=dict(os.environ, CHECKER_CACHE_DIR=str(cwd / "cache")),
        check=False,
    )
    if done.returncode not in (0, 1):
        done.check_returncode()


def results(folder: Path) -> None:
    """The county in ``演示县``, the county page in ``报告``, the school's marked copy in
    ``结果``."""
    checker("demo", "county", *COUNTY_OPTIONS, "--out", "演示县", cwd=folder)
    roster = ("--roster", "演示县/名册.csv")
    checker("county", "演示县", *roster, "--out", "报告", "--no-mark", cwd=folder)
    checker("check", Path("演示县", SCHOOL), "--out", "结果", cwd=folder)


def words_shown(folder: Path) -> dict[str, str]:
    """For each picture the words that it shows, of what ``results`` made in ``folder``."""
    session = Session()
    judged = session.judge_file(folder / "演示县" / SCHOOL)
    assert judged.report is not None
    changes = changes_for(judged.report, session.rules, session.profile.title)
    marks = [
        f"{mark.cell} {mark.fill} {mark.note or ''}"
        for mark in changes.marks
        if mark.sheet == SHEET and (mark.note or mark.cell in NOTED)
    ]
    listed = [
        " ".join(str(cell.value) for cell in row if cell.value is not None)
        for row in changes.sheets[0].rows[:RESULT_ROWS]
    ]
    return {
        "marked-sheet.png": "\n".join(marks),
        "first-things.png": "\n".join(listed),
        "county-page.png": first_screen(folder / "报告" / "县级报告.html"),
    }


def first_screen(page: Path) -> str:
    """The words of the county page before its list of what to do tonight, without its date."""
    text = page.read_text("utf-8")
    text = re.sub(r"(?s)<(style|script|title)\b.*?</\1>", "", text)
    text = unescape(re.sub(r"<[^>]+>", "\n", text))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [re.sub(r"生成于.*", "", line) for line in lines]
    return "\n".join(lines[: lines.index("校际差异系数") + 40])


def digest(content: bytes) -> str:
    """What stands for it in the record."""
    return hashlib.sha256(content).hexdigest()[:16]


def photograph_page(page: Path, target: Path) -> None:
    """The first screen of a page in Chromium. Raises CalledProcessError."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *(browser, "--headless=new", "--no-sandbox", "--hide-scrollbars"),
                *(f"--user-data-dir={profile}", "--window-size=1200,800"),
                *(f"--screenshot={target}", page.as_uri()),
            ],
            check=True,
            capture_output=True,
        )


def photograph_workbook(path: Path, folder: Path) -> None:
    """Two sheets of a marked copy in LibreOffice's window, its menus cut off."""
    sys.path.insert(0, str(ROOT / "tests" / "acceptance"))
    from button_desktop import Desktop

    (folder / "desk").mkdir()
    desktop = Desktop(folder / "desk", None)
    try:
        book = desktop.open(path)
        book.sheets[SHEET].activate()
        sheet = book.api.Sheets.getByName(SHEET)
        for address in NOTED:
            sheet.getCellRangeByName(address).Annotation.setIsVisible(True)
        book.sheets[SHEET].range("D37").select()  # scrolls there
        time.sleep(3)
        cut(desktop.screenshot("sheet"), "1310x560+0+124", ASSETS / "marked-sheet.png")
        book.sheets["校验结果"].activate()
        book.sheets["校验结果"].range("A30").select()
        book.api.CurrentController.setFirstVisibleRow(0)
        time.sleep(3)
        cut(desktop.screenshot("result"), "1310x560+0+124", ASSETS / "first-things.png")
    finally:
        desktop.stop()


def cut(picture: Path, part: str, target: Path) -> None:
    """A part of a screen, in few colours. Raises CalledProcessError."""
    subprocess.run(
        ["convert", picture, "-crop", part, "+repage", "-colors", "64", "-strip", target],
        check=True,
    )


def record(words: Mapping[str, str], names: Sequence[str]) -> str:
    """The text of ``shown.toml``."""
    lines = ["# 由 make pictures 写；图片和它显示的文字的摘要，由 tests/test_pictures.py 核对。"]
    for name in names:
        lines += [
            "",
            f'["{name}"]',
            f'alt = "{ALT[name]}"',
            f'file = "{digest((ASSETS / name).read_bytes())}"',
            f'words = "{digest(words[name].encode())}"',
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make all three and their record."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        results(folder)
        screen = folder / "county.png"
        photograph_page(folder / "报告" / "县级报告.html", screen)
        cut(screen, "1200x800+0+0", ASSETS / "county-page.png")
        photograph_workbook(folder / "结果" / SCHOOL, folder)
        RECORD.write_text(record(words_shown(folder), list(ALT)), "utf-8")
    for name in ALT:
        print(f"{name} {(ASSETS / name).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
