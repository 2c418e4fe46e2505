"""The county's numbers, from workbooks to JSON, page and summary workbook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import checker, document, fill_county, fill_school, write_roster

# 公开算例（G-33）: pupils and books of five schools
G33 = [(45, 279), (37, 137), (89, 935), (76, 160), (55, 402)]
NAMES = ["甲", "乙", "丙", "丁", "戊"]


def code(number: int) -> str:
    return f"21360000{number:02d}"


def rooms(area: dict[str, int]) -> dict[str, Any]:
    """教学及辅助用房 by stage, all of it classrooms, so that the sum of the parts is right."""
    return {"area.teaching": area, "area.classrooms": sum(area.values())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five schools of the worked example (as ㎡ of teaching rooms and as books), a 教学点 of
    forty pupils, a 九年一贯制 school without areas, and one that has not handed in."""
    folder = tmp_path_factory.mktemp("figures") / "县"
    for number, (pupils, amount) in enumerate(G33, 1):
        fill_school(
            folder / f"{NAMES[number - 1]}小学.xlsx",
            code(number),
            f"{NAMES[number - 1]}小学",
            {
                "students.total": {"primary": pupils},
                **rooms({"primary": amount}),
                "equipment.books": {"primary": amount},
                "school.private": number == 5,  # 民办 counts like any other
            },
        )
    fill_school(
        folder / "山口教学点.xlsx",
        code(6),
        "山口教学点",
        {
            "school.type": "218",
            "students.total": {"primary": 40},
            **rooms({"primary": 4000}),
        },
    )
    fill_school(
        folder / "己学校.xlsx",
        code(7),
        "己学校",
        {"school.type": "312", "students.total": {"primary": 100, "junior": 100}},
    )
    roster = [(code(number), f"{name}小学") for number, name in enumerate(NAMES, 1)]
    more = [(code(6), "山口教学点"), (code(7), "己学校"), (code(8), "庚小学")]
    write_roster(folder, [*roster, *more])
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """The JSON of the run."""
    done = checker("county", ".", "--out", "../结果", "--no-mark", "--format", "json", cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    return document(done)


def test_the_published_case_to_six_places_weighted_and_unweighted(found: dict[str, Any]) -> None:
    result = found["dispersion"]["primary"]["RES4"]
    assert (result["cv"], result["unweighted_cv"]) == ("0.515257", "0.488771")
    assert (result["verdict"], result["unweighted_verdict"]) == ("unmet", "pass")
    assert result["limit"] == "0.5" and result["schools"] == 5
    assert result["mean"].startswith("6.3344")


def test_the_same_figures_stand_in_the_page_and_in_the_book(
    folder: Path, found: dict[str, Any]
) -> None:
    page = (folder.parent / "结果" / "县级报告.html").read_text("utf-8")
    assert "0.515257" in page and "0.488771" in page and "若误用则达标" in page
    book = openpyxl.load_workbook(folder.parent / "结果" / "县级汇总.xlsx", read_only=True)
    rows = [row for row in book["差异系数"].iter_rows(values_only=True) if row[0] == "小学段"]
    (title,) = {
        row[1]
        for row in rows
        if str(row[1]).startswith("生均教学及辅助用房面积") and row[6] != "仅供参考"
    }
    first = next(row for row in rows if row[1] == title)
    assert (first[2], *first[4:8]) == (5, 0.515257, 0.5, "暂未达标", 0.488771)
    assert first[8] == "己学校"  # 数据不全，未计入


def test_a_small_teaching_point_is_not_compared(found: dict[str, Any]) -> None:
    own = next(item for item in found["units"] if item["code"] == code(6))
    assert own["indicators"]["RES4"]["verdict"] == "not_applicable"
    assert code(6) not in found["dispersion"]["primary"]["RES4"]["not_measured"]


def test_schools_left_out_are_named(folder: Path, found: dict[str, Any]) -> None:
    assert found["dispersion"]["primary"]["RES4"]["not_measured"] == [code(7)]
    finding = next(item for item in found["county_findings"] if item["rule"] == "CTY4")
    assert "1 所学校数据不全，未计入（己学校）" in finding["message"]
    assert "缺报的 1 所学校未计入" in finding["message"]
    assert finding["provisional"] and found["dispersion"]["primary"]["RES4"]["provisional"]
    junior = [item for item in found["county_findings"] if item["stage"] == "junior"]
    assert {item["verdict"] for item in junior if item["rule"] == "CTY4"} == {"incomplete"}
    page = (folder.parent / "结果" / "县级报告.html").read_text("utf-8")
    assert "数据不全、未计入的学校" in page and "己学校" in page


def test_without_a_roster_a_file_that_cannot_be_read_keeps_the_conclusion_open(
    tmp_path: Path,
) -> None:
    """Two equal schools and a broken file: 差异系数 0, and nobody knows what the third brings."""
    folder = tmp_path / "县"
    for number in (1, 2):
        facts = {"students.total": {"primary": 100}, **rooms({"primary": 500})}
        fill_school(folder / f"{number}.xlsx", code(number), f"{number}小", facts)
    whole = document(checker("county", ".", "--no-mark", "--format", "json", cwd=folder))
    assert not whole["dispersion"]["primary"]["RES4"]["provisional"]
    (folder / "3.xlsx").write_bytes((folder / "1.xlsx").read_bytes()[:900])
    broken = checker("county", ".", "--no-mark", "--format", "json", cwd=folder)
    result = document(broken)["dispersion"]["primary"]["RES4"]
    assert (result["verdict"], result["provisional"]) == ("pass", True)
    shown = checker("county", ".", "--no-mark", cwd=folder).stdout
    assert "县级暂达标" in shown
    page = folder / "县级校验" / "县级报告.html"
    assert "暂达标" in page.read_text("utf-8")


def test_gap_of_the_county_is_the_sum_of_the_schools_gaps(tmp_path: Path) -> None:
    """One school has room to spare, two lack: together there is enough, and yet 60 ㎡ are lacking
    (4.5 ㎡ for each pupil: 450 − 400 and 450 − 440)."""
    folder = tmp_path / "县"
    for number, area in enumerate((400, 440, 900), 1):
        facts = {"students.total": {"primary": 100}, **rooms({"primary": area})}
        fill_school(folder / f"{number}.xlsx", code(number), f"{number}小", facts)
    done = checker("county", ".", "--no-mark", "--format", "json", cwd=folder)
    found = document(done)
    total = next(item for item in found["gaps"]["total"] if item["rule"] == "RES4")
    assert (total["value"], total["schools"]) == ("60", 2)
    each = {
        item["code"]: item["value"] for item in found["gaps"]["schools"] if item["rule"] == "RES4"
    }
    assert each == {code(1): "50", code(2): "10"}
    mended = found["dispersion"]["primary"]["RES4"]["improvements"]
    assert [step["code"] for step in mended] == [code(1), code(2)]


def test_shared_rooms_of_a_nine_year_school_are_apportioned(tmp_path: Path) -> None:
    """共用 2100 ㎡, 100 pupils in each stage, weights 1 and 1.1: 1000 ㎡ and 1100 ㎡."""
    folder = tmp_path / "县"
    fill_school(
        folder / "九年.xlsx",
        code(1),
        "九年学校",
        {
            "school.type": "312",
            "students.total": {"primary": 100, "junior": 100},
            **rooms({"primary": 500, "junior": 500, "shared": 2100}),
        },
    )
    found = document(checker("county", ".", "--no-mark", "--format", "json", cwd=folder))
    level = {item["stage"]: item["indicators"]["RES4"]["exact"] for item in found["units"]}
    assert level == {"primary": "15", "junior": "16"}
    assert found["dispersion"]["primary"]["RES4"]["mean"] == "15"
    assert found["dispersion"]["junior"]["RES4"]["mean"] == "16"


def test_totals_against_the_countys_own_form(tmp_path: Path) -> None:
    """300 + 200 pupils against 510: hard while all schools are in, undecided while one is not.
    12 + 8 teachers against 19: too many already, whoever is still missing."""
    folder = tmp_path / "县"
    for number, (pupils, teachers) in enumerate(((300, 12), (200, 8)), 1):
        staff = {"primary": teachers}
        facts = {
            "students.total": {"primary": pupils},
            **dict.fromkeys(("teachers.full_time", "teachers.bachelor"), staff),
            "teachers.title_middle": staff,
        }
        fill_school(folder / f"{number}.xlsx", code(number), f"{number}小", facts)
    own = {
        "students.total": {"primary": 510},
        "teachers.full_time": {"primary": 19},
        "teachers.pe": {"primary": 3},
    }
    fill_county(folder / "县级自查表.xlsx", "示例县", own)

    def totals() -> dict[str, tuple[str, str, str]]:
        found = document(checker("county", ".", "--no-mark", "--format", "json", cwd=folder))
        assert found["county"] == "示例县"
        return {
            item["rule"]: (item["verdict"], item["actual"], item["required"])
            for item in found["county_findings"]
            if item["rule"] in ("CTY31", "CTY33", "CTY36") and item["stage"] == "primary"
        }

    both = totals()
    assert both["CTY31"] == ("fail", "500人", "= 510人")
    assert both["CTY33"] == ("fail", "20人", "= 19人")
    assert both["CTY36"] == ("incomplete", "0人", "= 3人")  # no school gave its PE teachers
    write_roster(folder, [(code(number), f"{number}小") for number in (1, 2, 3)])
    one_missing = totals()
    assert one_missing["CTY31"][0] == "incomplete"
    assert one_missing["CTY33"][0] == "fail"
