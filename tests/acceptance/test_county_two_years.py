"""``--previous``: last year's folder beside this year's."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import Rows, checker, document, fill_county, fill_school


def classes(**sizes: int) -> Rows:
    """One class per grade of so many pupils."""
    return [
        {"grade": grade, "name": f"{grade}1班", "boys": size // 2, "girls": size - size // 2,
         "total": size}
        for grade, size in sizes.items()
    ]  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Three schools and the county's own form, two years running."""
    place = tmp_path_factory.mktemp("years")
    now, then = place / "2026年", place / "2025年"
    same = {"students.total": {"primary": 90}, "safety.guards": 2}
    for folder, year in ((now, 2026), (then, 2025)):  # handed in again, not filled in
        facts = {**same, "school.filled_on": date(year, 9, 15)}
        fill_school(folder / "甲小学.xlsx", "2136000001", "甲小学", facts, classes(一年级=45))
    fill_school(
        now / "乙小学.xlsx",
        "2136000002",
        "乙小学",
        {"students.total": {"primary": 78}, "safety.guards": 1},
        classes(一年级=40, 二年级=38),
    )
    fill_school(
        then / "乙小学（旧）.xlsx",  # found by its 标识码, not by the file's name
        "2136000002",
        "乙小学",
        {"students.total": {"primary": 98}, "safety.guards": 3},
        classes(一年级=50, 二年级=48),
    )
    fill_school(
        now / "新建小学.xlsx", "2136000003", "新建小学", {"students.total": {"primary": 40}}
    )
    for folder, budget in ((now, 900), (then, 1000)):
        own = {"county.code": "213600", "budget.education": {"whole": budget}}
        fill_county(folder / "县级自查表.xlsx", "示例县", own)
    done = checker(
        *("county", "2026年", "--previous", "2025年", "--out", "结果", "--no-mark"),
        *("--format", "json"),
        cwd=place,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return document(done)


def test_a_form_that_is_last_years_is_noticed(found: dict[str, Any]) -> None:
    copied = [
        item for item in found["roster"]["to_be_checked"] if item["kind"] == "copied_last_year"
    ]
    assert [item["files"] for item in copied] == [["甲小学.xlsx"]]
    assert "与去年完全相同" in copied[0]["message"]


def test_pupils_who_vanished_from_one_grade_to_the_next(found: dict[str, Any]) -> None:
    """一年级 50 last year, 二年级 38 this year: 24% fewer."""
    flow = [
        item
        for item in found["county_findings"]
        if item["rule"] == "CTY61" and item["schools"] == ["2136000002"]
    ]
    assert [(item["verdict"], item["actual"]) for item in flow] == [("doubt", "-24%")]
    assert "今年 38 人，去年同一批学生 50 人" in flow[0]["message"]


def test_what_may_only_grow_is_held_against_last_year(found: dict[str, Any]) -> None:
    rules = {(item["file"], item["rule"]): item for item in found["findings"]}
    guards = rules["乙小学.xlsx", "SAF205"]
    assert guards["verdict"] == "doubt" and guards["actual"] == "1人"
    assert ("甲小学.xlsx", "SAF205") not in rules
    assert ("新建小学.xlsx", "SAF205") not in rules


def test_the_countys_own_form_is_held_against_last_years(found: dict[str, Any]) -> None:
    budget = [item for item in found["findings"] if item["rule"] == "FIN1a"]
    assert [(item["file"], item["verdict"]) for item in budget] == [("县级自查表.xlsx", "unmet")]


def test_tables_of_this_year_are_no_last_years_tables(tmp_path: Path) -> None:
    """The wrong folder after --previous: hundreds of doubts, and it must be said why. The date in
    the form tells; a form without one is taken at the year of its edition."""
    for number in range(1, 7):
        name = f"第{number}小学"
        facts = {"students.total": {"primary": 90 + number}, "school.filled_on": date(2026, 9, 15)}
        facts["safety.guards"] = 2
        for folder in ("县", "去年"):
            path = tmp_path / folder / f"{name}.xlsx"
            fill_school(path, f"213600000{number}", name, facts, classes(一年级=45))
    arguments = ("县", "--previous", "去年", "--no-mark")
    county = checker("county", *arguments, "--out", "结果", cwd=tmp_path)
    first = [line for line in county.stdout.splitlines() if "请先核对" in line]
    assert len(first) == 1 and "6 所学校的写的也是今年" in first[0]
    copied = [line for line in county.stdout.splitlines() if "与去年完全相同" in line]
    assert len(copied) == 1 and "有 6 所学校" in copied[0]
    check = checker("check", *arguments, cwd=tmp_path)
    assert "用来比较的上年的表写的也是 2026 年，与这份表是同一年" in check.stdout
    assert "有 6 个文件，用来比较的上年的表写的也是同一年" in check.stdout
    for number in range(1, 7):
        name = f"第{number}小学"
        facts = {"students.total": {"primary": 80 + number}, "school.filled_on": date(2025, 9, 15)}
        fill_school(tmp_path / "去年" / f"{name}.xlsx", f"213600000{number}", name, facts)
    for command in ("check", "county"):
        out = ("--out", "结果2") if command == "county" else ()
        right = checker(command, *arguments, *out, cwd=tmp_path)
        assert "写的也是" not in right.stdout, command
