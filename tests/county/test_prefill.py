"""The county's form prefilled from the schools, held against sums of the cells by pandas."""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))
from county_folder import checker, demo_county, fill_county, fill_school, write_roster


def cells(path: Path) -> pd.DataFrame:
    """Every labelled row of a school's form: label, column letter, number."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = [
        (str(line[0]).rstrip(" *"), chr(65 + place), Fraction(str(value)))
        for sheet in ("基本情况", "教师")
        for line in book[sheet].iter_rows(values_only=True)
        if line[0]
        for place, value in enumerate(line[:6])
        if place > 2 and isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return pd.DataFrame(rows, columns=["label", "column", "number"]).drop_duplicates()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty schools, of which one did not hand in; the county typed one figure otherwise."""
    place = tmp_path_factory.mktemp("prefill")
    folder = demo_county(place / "县", 30, 23)
    sorted(folder.glob("*小学.xlsx"))[0].unlink()
    fill_county(
        folder / "县级自查表.xlsx",
        "示例县",
        {"county.code": "213600", "teachers.pe": {"primary": 1}},
    )
    return place


def test_every_figure_is_the_sum_of_the_cells_and_says_where_it_comes_from(place: Path) -> None:
    done = checker(
        "template", "fill", "county", "--from-schools", "县", "-o", "县表.xlsx", cwd=place
    )
    assert done.returncode == 0, done.stderr
    assert "缺报没有计入" in done.stdout
    table = openpyxl.load_workbook(place / "县表-数字来源.xlsx")
    listed = list(table["数字来源"].iter_rows(min_row=2, values_only=True))
    used = {row[0] for row in table["各校明细"].iter_rows(min_row=2, values_only=True)}
    schools = pd.concat(
        cells(path).assign(school=path.stem)
        for path in (place / "县").glob("*.xlsx")
        if path.stem in used
    )
    filled = openpyxl.load_workbook(place / "县表.xlsx")
    plain = {
        "在校生数": "在校学生数",
        "班级数": "班数",
        "专任教师数": "专任教师数",
        "寄宿生": "寄宿生",
    }
    checked = 0
    for row in listed:
        sheet, label, column, cell, total, value = row[:6]
        assert filled[sheet][cell].value == value, (sheet, cell)
        letter = {"小学段": "E", "初中段": "F"}.get(str(column))
        if label in plain and letter:
            own = schools[(schools["label"] == plain[label]) & (schools["column"] == letter)]
            assert Fraction(str(total)) == sum(own["number"], Fraction(0)), (label, column)
            checked += 1
    assert checked == 8
    assert {row[8] for row in listed} and all(row[7] for row in listed)


def test_what_the_county_typed_otherwise_is_listed(place: Path) -> None:
    done = checker("template", "fill", "county", "--from-schools", "县", "-o", "另.xlsx", cwd=place)
    assert "与县里填的不同：资源配置!" in done.stdout and "县里填 1，" in done.stdout
    table = openpyxl.load_workbook(place / "另-数字来源.xlsx")["与县里填的不同"]
    rows = list(table.iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows] == ["体育专任教师"] and rows[0][7] == 1
    assert Decimal(str(rows[0][8])) == 1 - Decimal(str(rows[0][4]))


def test_every_file_that_is_not_summed_up_is_named_with_its_reason(tmp_path: Path) -> None:
    folder = demo_county(tmp_path / "县", 6, 23)
    write_roster(folder, [("2136000001", "甲小学"), ("2136000009", "另一所")])
    for path in folder.glob("*.xlsx"):
        path.unlink()
    fill_school(folder / "甲小学.xlsx", "2136000001", "甲小学", {})
    fill_school(folder / "甲小学(2).xlsx", "2136000001", "甲小学", {})
    fill_school(folder / "丙小学.xlsx", "2136000003", "丙小学", {})
    (folder / "打包.rar").write_bytes(b"Rar!\x1a\x07\x01\x00")
    done = checker(
        "template", "fill", "county", "--from-schools", "县", "-o", "县.xlsx", cwd=tmp_path
    )
    left_out = [line for line in done.stdout.splitlines() if line.startswith("没有计入：")]
    assert len(left_out) == 3, done.stdout
    assert any("甲小学" in line and "同一所学校有几份" in line for line in left_out)
    assert "没有计入：丙小学.xlsx：标识码 2136000003 不在名册上。" in left_out
    assert any(line.startswith("没有计入：打包.rar：") for line in left_out)


def test_nothing_that_is_there_is_overwritten(place: Path) -> None:
    (place / "已有.xlsx").write_bytes(b"mine")
    done = checker(
        *("template", "fill", "county", "--from-schools", "县", "-o", "已有.xlsx"), cwd=place
    )
    assert done.returncode == 2 and "不覆盖" in done.stderr
    assert (place / "已有.xlsx").read_bytes() == b"mine"
    both = checker("template", "fill", "county", "-o", "b.xlsx", cwd=place)
    assert both.returncode == 2 and "--from-schools" in both.stderr
    school = checker(
        *("template", "fill", "compulsory_school", "--from-schools", "县", "-o", "c.xlsx"),
        cwd=place,
    )
    assert school.returncode == 2 and "只用于县级自查表" in school.stderr


def test_shared_rooms_are_apportioned_and_a_missing_figure_names_its_school(
    tmp_path: Path,
) -> None:
    """A 九年一贯制 school of 100 and 300 pupils shares 1000 ㎡; another school left them out."""
    folder = tmp_path / "县"
    fill_school(
        folder / "甲学校.xlsx",
        "2136000001",
        "甲学校",
        {
            "school.type": "312",
            "students.total": {"primary": 100, "junior": 300},
            "equipment.value": {"shared": 1000},
        },
    )
    fill_school(folder / "乙小学.xlsx", "2136000002", "乙小学", {"students.total": {"primary": 50}})
    write_roster(folder, [("2136000001", "甲学校"), ("2136000002", "乙小学")])
    done = checker(
        *("template", "fill", "county", "--from-schools", "县", "-o", "县表.xlsx"), cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {
        (row[1], row[2]): row
        for row in openpyxl.load_workbook(tmp_path / "县表-数字来源.xlsx")["数字来源"].iter_rows(
            min_row=2, values_only=True
        )
    }
    junior = rows["教学仪器设备资产值", "初中段"]
    primary = rows["教学仪器设备资产值", "小学段"]
    assert junior[4] > primary[4] and primary[4] + junior[4] == 1000
    assert "乙小学" in primary[9] and rows["小学", "全县"][5] == 1
    assert rows["九年一贯制学校", "全县"][5] == 1
