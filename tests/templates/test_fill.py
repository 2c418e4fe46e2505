"""Another system fills a workbook: by field id and column, from JSON or CSV."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from checker_templates.building.fill import cell_edits, fill_template
from checker_templates.building.fill_data import (
    FillData,
    FillError,
    from_csv,
    from_json,
    read_fill_data,
)

from checker.model.marks import CellEdit
from checker.model.template import Template
from checker.writing import fill_cells

JSON = """{
  "facts": {
    "school.name": "上石桥一小", "school.code": "0141152401", "school.type": "312",
    "school.attached_junior": true, "school.filled_on": "2026-09-18", "school.founded": 1958,
    "students.total": {"primary": 1301, "junior": null},
    "money.training": {"whole": 12.35, "whole.previous": "0.10"}
  },
  "tables": {"classes": [
    {"grade": "1", "name": "一（1）班", "boys": 40, "girls": 48},
    {"grade": "初一", "name": "初一（1）班", "boys": 31, "girls": 30}
  ]},
  "explanations": {"TEA201@teachers.full_time@primary": "本学年由两校合并。"}
}"""

CSV = """field,column,value
school.name,whole,上石桥一小
school.code,whole,0141152401
school.type,whole,312
school.attached_junior,whole,是
school.filled_on,whole,2026-09-18
school.founded,whole,1958
students.total,primary,1301
money.training,whole,12.35
money.training,whole.previous,0.10
classes.grade,1,1
classes.name,1,一（1）班
classes.boys,1,40
classes.girls,1,48
classes.grade,2,初一
classes.name,2,初一（1）班
classes.boys,2,31
classes.girls,2,30
explanations,TEA201@teachers.full_time@primary,本学年由两校合并。
"""


def edits(template: Template, data: FillData) -> dict[str, object]:
    return {
        f"{edit.sheet}!{edit.cell}": edit.value
        for edit in cell_edits(template, data)
        if edit.value is not None
    }


def test_json_and_csv_say_the_same(small: Template) -> None:
    expected = {
        "基本情况!D6": "上石桥一小",
        "基本情况!D7": "0141152401",
        "基本情况!D8": "312 九年一贯制学校",
        "基本情况!D9": "是",
        "基本情况!D10": date(2026, 9, 18),
        "基本情况!D11": Decimal(1958),
        "教师!D7": Decimal(1301),
        "教师!G10": Decimal("12.35"),
        "教师!H10": Decimal("0.10"),
        "班级!A7": 1,
        "班级!B7": "1 一年级",
        "班级!C7": "一（1）班",
        "班级!D7": Decimal(40),
        "班级!E7": Decimal(48),
        "班级!A8": 2,
        "班级!B8": "7 初一",
        "班级!C8": "初一（1）班",
        "班级!D8": Decimal(31),
        "班级!E8": Decimal(30),
        "说明!E6": "TEA201@teachers.full_time@primary",
        "说明!D6": "本学年由两校合并。",
    }
    assert edits(small, from_json(JSON)) == expected
    assert edits(small, from_csv(CSV)) == expected


def test_the_workbook_holds_what_was_given(small: Template, built: Path, tmp_path: Path) -> None:
    target = tmp_path / "一小.xlsx"
    fill_template(small, built, target, from_json(JSON))
    book = openpyxl.load_workbook(target)
    basic = book["基本情况"]
    assert basic["D7"].value == "0141152401", "a code keeps its leading zero"
    assert basic["D7"].data_type == "s"
    assert basic["D10"].value == datetime(2026, 9, 18)
    assert basic["D10"].number_format == "yyyy-mm-dd"
    assert book["教师"]["G10"].value == 12.35
    assert book["教师"]["D7"].fill.fgColor.rgb == "FFFFFBE6", "the style stays"
    shown = openpyxl.load_workbook(target, data_only=True)
    assert shown["指标"]["E7"].value is None, "no stale result of a formula is left behind"
    assert shown["教师"]["A4"].value is None


def test_csv_saved_by_chinese_excel_is_read(small: Template, tmp_path: Path) -> None:
    path = tmp_path / "数据.csv"
    path.write_bytes(CSV.replace("field,column,value", "字段,列,值").encode("gb18030"))
    assert edits(small, read_fill_data(path))["基本情况!D6"] == "上石桥一小"
    path.write_text(CSV, "utf-8-sig")
    assert edits(small, read_fill_data(path))["基本情况!D6"] == "上石桥一小"


REFUSALS = [
    ({"teachers.fulltime": 3}, {}, "没有字段 teachers.fulltime"),
    ({"teachers.full_time": {"senior": 3}}, {}, "primary、junior"),
    ({"teachers.full_time": {"primary": "45人"}}, {}, "应为数"),
    ({"teachers.full_time": {"primary": "4_6"}}, {}, "应为数"),
    ({"teachers.full_time": {"primary": "٤٦"}}, {}, "应为数"),
    ({"teachers.full_time": 45}, {}, "可填的列"),
    ({"school.type": "999"}, {}, "211、311、312"),
    ({"school.attached_junior": "有"}, {}, "“是”或“否”"),
    ({"school.filled_on": "九月"}, {}, "日期"),
    ({}, {"pupils": []}, "没有明细表 pupils"),
    ({}, {"classes": [{"size": 3}]}, "没有列 size"),
    ({}, {"classes": [{"boys": 3}] * 13}, "只有 12 行"),
]


@pytest.mark.parametrize(("facts", "tables", "said"), REFUSALS)
def test_what_does_not_fit_is_refused_by_name(
    small: Template,
    facts: dict[str, str | int],
    tables: dict[str, list[dict[str, str | int]]],
    said: str,
) -> None:
    with pytest.raises(FillError, match=said):
        cell_edits(small, FillData(facts, tables))


def test_every_problem_is_said_at_once(small: Template) -> None:
    with pytest.raises(FillError) as caught:
        cell_edits(small, FillData({"a.b": 1, "school.type": "x", "school.founded": "早"}))
    assert len(caught.value.problems) == 3


def test_verbatim_types_like_a_clerk(small: Template) -> None:
    data = FillData({"teachers.full_time": {"primary": "45人"}, "school.attached_junior": "有"})
    assert cell_edits(small, data, verbatim=True) == [
        CellEdit("教师", "D8", "45人"),
        CellEdit("基本情况", "D9", "有"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "第 1 行"),
        ("[]", "最外层"),
        ('{"fact": {}}', "不认识的项 fact"),
        ('{"tables": {"classes": {}}}', "应为列表"),
    ],
)
def test_json_of_another_form_is_refused(text: str, said: str) -> None:
    with pytest.raises(FillError, match=said):
        from_json(text)


def test_csv_of_another_form_is_refused() -> None:
    with pytest.raises(FillError, match="第一行"):
        from_csv("school.name,上石桥一小\n")
    with pytest.raises(FillError, match="第 2 行应有三列"):
        from_csv("field,column,value\nschool.name,上石桥一小\n")


def test_only_rows_whose_text_needs_more_lines_grow(built: Path, tmp_path: Path) -> None:
    """Other rows, and all that is in them, stay byte for byte as they were."""
    sheet = "班级"
    short, long = CellEdit(sheet, "C7", "一（1）班"), CellEdit(sheet, "C8", "长名" * 60)
    target = tmp_path / "filled.xlsx"
    fill_cells(built, target, [short, long])
    before, after = (openpyxl.load_workbook(path)[sheet].row_dimensions for path in (built, target))
    grown = [row for row in before if before[row].height != after[row].height]
    assert grown == [8]
    assert after[8].height > 2 * before[8].height
    again = tmp_path / "again.xlsx"
    fill_cells(target, again, [CellEdit(sheet, "C8", "一（2）班")])
    assert openpyxl.load_workbook(again)[sheet].row_dimensions[8].height == after[8].height
    with ZipFile(built) as blank, ZipFile(target) as filled:
        tag = rb'<row r="(?!8")[^>]*>'
        names = [name for name in blank.namelist() if "worksheets/sheet" in name]
        assert [re.findall(tag, blank.read(one)) for one in names] == [
            re.findall(tag, filled.read(one)) for one in names
        ]


def grown(path: Path, sheet: str, address: str, text: str) -> tuple[float | None, str]:
    """Height of a row after a text was put into a cell of it, and the row's tag."""
    target = path.with_name("grown.xlsx")
    fill_cells(path, target, [CellEdit(sheet, address, text)])
    row = openpyxl.load_workbook(target)[sheet][address].row
    with ZipFile(target) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
    tag = re.search(rf'<row r="{row}"[^>]*>', xml)
    assert tag is not None
    return openpyxl.load_workbook(target)[sheet].row_dimensions[row].height, tag.group()


def test_a_row_grows_by_width_letters_and_what_is_merged(tmp_path: Path) -> None:
    """A county's own form: any widths, sizes, merged cells, hidden rows, cells that do not wrap."""
    path = tmp_path / "own.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("表")
    wrap = book.add_format({"text_wrap": True, "font_size": 11})
    page.set_column(0, 0, 10)
    page.set_column(1, 1, 40, None)
    for row in range(12):
        page.write_blank(row, 0, None, wrap)
        page.write_blank(row, 1, None, wrap)
    page.write_blank("C1", None, book.add_format({"text_wrap": True, "font_size": 22}))
    page.set_column(2, 2, 40)
    page.write_blank("D1", None, book.add_format())
    page.write_blank("E1", None, book.add_format({"text_wrap": True, "rotation": 90}))
    page.merge_range("A5:B5", "", wrap)
    page.merge_range("A6:A8", "", wrap)
    page.set_row(9, 100)
    page.set_row(10, 15, None, {"hidden": True})
    book.close()
    text = "校" * 40  # 80 half-widths
    narrow, tag = grown(path, "表", "A1", text)
    assert narrow is not None and narrow > 130
    assert "customHeight" not in tag, "Excel may go on fitting the row"
    wide, _ = grown(path, "表", "B1", text)
    assert wide is not None and 40 < wide < 60
    large, _ = grown(path, "表", "C1", text)
    assert large is not None and large > 2 * wide
    for address in ("D1", "E1"):  # not wrapped, turned
        assert grown(path, "表", address, text)[0] is None
    merged, tag = grown(path, "表", "A5", text)
    assert merged is not None and 30 < merged < wide
    assert 'customHeight="1"' in tag, "Excel fits no row to a merged cell"
    down, _ = grown(path, "表", "A6", text)
    assert down is not None and down < narrow, "the rows below belong to the cell"
    assert grown(path, "表", "B10", text)[0] == 99.75, "high enough"
    hidden, tag = grown(path, "表", "A11", text)
    assert hidden in (None, 15) and 'hidden="1"' in tag
    assert (grown(path, "表", "A12", "校" * 5000)[0] or 0) <= 409
