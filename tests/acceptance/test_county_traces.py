"""缺报 is no blank wall: every trace of a missing school is told, in all that the county gets; old
forms are known by what they say themselves; copied forms are found whatever name they bear."""

from __future__ import annotations

import shutil
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import FORMS, SCHOOL, checker, document, fill_school, write_roster

PUPILS = {
    "students.total": {"primary": 300},
    "teachers.full_time": {"primary": 20},
    "class_count.total": {"primary": 8},
}
NAMES = {
    "2136000001": "城关镇实验小学",
    "2136000002": "城关镇第二小学",
    "2136000003": "青石镇坏表小学",
    "2136000004": "青石镇压缩小学",
    "2136000005": "和顺乡空表小学",
    "2136000006": "和顺乡码错小学",
    "2136000007": "和顺乡重码小学",
    "2136000008": "石桥镇旧表小学",
    "2136000009": "石桥镇旧点小学",
    "2136000010": "石桥镇旧日小学",
    "2136000011": "石桥镇没交小学",
    "2136000012": "石桥镇复制小学",
    "2136000013": "石桥镇原本小学",
}
TRACES = {
    "坏表小学": "有一份无法校验的文件“青石镇坏表小学.xlsx”，可能是这所学校的。",
    "压缩小学": "有一个没有查看的文件“压缩小学.rar”，可能是这所学校的：这是压缩包，请先解压",
    "空表小学": "收到的“空表小学.xlsx”是空白表，没有填数。",
    "码错小学": "收到的“不认识.xlsx”校名相同，但标识码填成了 9999999999。",
    "重码小学": "标识码填成了 2136000001，与另一所学校重复，没有采用。",
    "旧表小学": "收到的“八.xlsx”是 2024 年的表，没有计入。",
    "旧点小学": "收到的“九.xlsx”是 2023 年的表，没有计入。",
    "旧日小学": "收到的“十.xlsx”是 2022 年的表，没有计入。",
}


def edited(path: Path, part: str, old: str, new: str) -> None:
    """Every part whose name begins like this, with one text for another."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    changed = {
        name: content.replace(old.encode(), new.encode()) if name.startswith(part) else content
        for name, content in parts.items()
    }
    assert changed != parts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in changed.items():
            package.writestr(name, content)


def without_year(path: Path, year: str = "") -> None:
    """As an old edition was given out: no property, and this year (or none) in the headings."""
    edited(path, "docProps/custom.xml", ">2026<", "><")
    edited(path, "xl/", "统计时点：2026年", f"统计时点：{year}年" if year else "填到")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirteen schools on the roster; four handed in what counts."""
    folder = tmp_path_factory.mktemp("traces") / "收到的表"
    codes = {name[3:]: code for code, name in NAMES.items()}

    def fill(file: str, name: str, code: str = "", **more: Any) -> Path:
        facts = {"school.filled_on": date(2026, 9, 12), **PUPILS, **more}
        return fill_school(folder / file, code or codes[name], name, facts)

    first = fill("一.xlsx", "实验小学")
    fill("二.xlsx", "第二小学", **{"students.total": {"primary": 301}})
    (folder / "青石镇坏表小学.xlsx").write_bytes(first.read_bytes()[:3000])
    (folder / "压缩小学.rar").write_bytes(b"Rar!")
    shutil.copy(FORMS[SCHOOL.id], folder / "空表小学.xlsx")
    fill("不认识.xlsx", "码错小学", "9999999999", **{"students.total": {"primary": 302}})
    fill("七.xlsx", "重码小学", "2136000001", **{"students.total": {"primary": 303}})
    edited(fill("八.xlsx", "旧表小学"), "docProps/custom.xml", ">2026<", ">2024<")
    without_year(fill("九.xlsx", "旧点小学"), "2023")
    without_year(fill("十.xlsx", "旧日小学", **{"school.filled_on": date(2022, 9, 12)}))
    same = {"students.total": {"primary": 777}, "school.phone": "13800000000"}
    fill("复制.xlsx", "复制小学", **same)
    fill("原本.xlsx", "原本小学", **{**same, "school.phone": "13900000000"})
    write_roster(folder, list(NAMES.items()))
    return folder


@pytest.fixture(scope="module")
def told(folder: Path) -> str:
    """What the screen says."""
    done = checker("county", ".", "--no-mark", cwd=folder)
    assert done.returncode == 3 and "Traceback" not in done.stdout + done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize("school", TRACES)
def test_each_trace_of_a_missing_school_is_told(told: str, school: str) -> None:
    (line,) = [line for line in told.splitlines() if "缺报：" in line and school in line]
    assert TRACES[school] in line


def test_a_school_without_a_trace_is_simply_missing(told: str) -> None:
    (line,) = [line for line in told.splitlines() if "缺报：" in line and "没交小学" in line]
    assert line.endswith("（2136000011）")
    assert told.startswith("应报 13 所，已报 4 所，缺报 9 所；")


def test_two_schools_with_the_same_content_are_found_though_name_code_and_phone_differ(
    told: str,
) -> None:
    (line,) = [line for line in told.splitlines() if "完全相同" in line]
    assert "原本小学、复制小学 的填报数据完全相同" in line
    assert "实验小学" not in line


def test_old_forms_are_not_counted_as_this_years(folder: Path, told: str) -> None:
    found = document(checker("county", ".", "--no-mark", "--format", "json", cwd=folder))
    by_name = {Path(item["path"]).name: item["status"] for item in found["files"]}
    assert [by_name[name] for name in ("八.xlsx", "九.xlsx", "十.xlsx")] == ["earlier_year"] * 3
    assert {unit["code"] for unit in found["units"]} == {
        *("2136000001", "2136000002", "2136000012", "2136000013")
    }
    assert "2136000008" not in {unit["code"] for unit in found["units"]}


def test_page_and_book_name_every_file_and_every_trace(folder: Path, told: str) -> None:
    place = folder / "县级校验"
    page = (place / "县级报告.html").read_text("utf-8")
    book = openpyxl.load_workbook(place / "县级汇总.xlsx")
    cells = "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )
    names = [path.name for path in folder.iterdir() if path.is_file()]
    for name in set(names) - {"名册.csv"}:
        assert name in page and name in cells, name
    for words in TRACES.values():
        plain = words.partition("“")[0]
        assert plain in page and plain in cells
    assert "完全相同" in page and "完全相同" in cells
