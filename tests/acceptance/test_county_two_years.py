"""``--previous``: last year's folder beside this year's."""

from __future__ import annotations

import sys
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
    for folder in (now, then):  # handed in again, not filled in
        fill_school(folder / "甲小学.xlsx", "2136000001", "甲小学", same, classes(一年级=45))
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
