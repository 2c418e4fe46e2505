"""Another system fills a workbook: by field id and column, from JSON or CSV."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from checker_templates.building.fill import cell_edits, fill_template
from checker_templates.building.fill_data import FillData, from_csv, from_json, read_fill_data

from checker.forms.errors import FillError
from checker.model.marks import CellEdit
from checker.model.template import Template

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
