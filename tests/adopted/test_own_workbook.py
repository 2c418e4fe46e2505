"""Values by field id are put into the county's own blank workbook, and read back from it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from checker_templates.building.own_workbook import with_pair_value
from click.testing import CliRunner
from tests.adopted import own_forms as forms

from checker.cli.template import command
from checker.model.submission import FactRef, FactState
from checker.reading import read_snapshot
from checker.session import Session


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    """Form a as the county hands it out: no school, no figures, no date."""
    book = openpyxl.load_workbook(forms.FORMS / forms.CONDITIONS_RIGHT)
    sheet = book["Sheet1"]
    sheet["A2"] = "学校（盖章）："
    for row in sheet["E5:J17"]:
        for cell in row:
            cell.value = None
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, str) and "填报时间" in cell.value:
                cell.value = "填报时间："
            if isinstance(cell.value, str) and "填表人" in cell.value:
                cell.value = "校长签字：          填表人：          联系电话："
    path = tmp_path / "空白.xlsx"
    book.save(path)
    return path


FIGURES = {
    "school.name": "某某县第九实验学校",
    "pupils.total": {"primary": 1020, "primary.previous": 1010},
}


def filled(tmp_path: Path, blank: Path, facts: object, name: str, code: int = 0) -> str:
    data = tmp_path / "数据.json"
    data.write_text(json.dumps({"facts": facts}), "utf-8")
    words = ("fill", "own_conditions", data, "--workbook", blank, "-o", tmp_path / name)
    return run(*words, "--plugin-dir", forms.PLUGIN, code=code)


def test_the_blank_form_is_filled_and_only_those_cells_change(
    own: Session, tmp_path: Path, blank: Path
) -> None:
    filled(tmp_path, blank, FIGURES, "填好.xlsx")
    before, after = read_snapshot(blank), read_snapshot(tmp_path / "填好.xlsx")
    changed = {
        (row, column): value
        for row in range(1, 20)
        for column in range(1, 12)
        if (value := after.sheets["Sheet1"].raw(row, column))
        != before.sheets["Sheet1"].raw(row, column)
    }
    assert changed == {
        (2, 1): "学校（盖章）：某某县第九实验学校",
        (5, 6): 1010.0,
        (5, 7): 1020.0,
    }
    submission = own.bind(after)
    assert submission.identity("name") == "某某县第九实验学校"
    with zipfile.ZipFile(blank) as one, zipfile.ZipFile(tmp_path / "填好.xlsx") as other:
        differ = {name for name in one.namelist() if one.read(name) != other.read(name)}
    assert differ <= {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}


def test_a_form_that_is_not_blank_is_not_filled_over(tmp_path: Path) -> None:
    told = filled(tmp_path, forms.FORMS / forms.CONDITIONS_RIGHT, FIGURES, "x.xlsx", code=2)
    assert "空白表里已经填了“学生/其中：寄宿生”（Sheet1!G6：" in told.replace("'", "")
    assert not (tmp_path / "x.xlsx").exists()


def test_what_is_no_number_or_no_field_is_refused(tmp_path: Path, blank: Path) -> None:
    told = filled(tmp_path, blank, {"pupils.total": {"primary": "很多"}}, "x.xlsx", code=2)
    assert "“很多”不能填在这里，应为数" in told
    told = filled(tmp_path, blank, {"pupils.none": 1}, "x.xlsx", code=2)
    assert "模板里没有字段 pupils.none" in told


def test_the_form_is_filled_with_the_button(own: Session, tmp_path: Path, blank: Path) -> None:
    filled(tmp_path, blank, FIGURES, "填好.xlsm")
    snapshot = read_snapshot(tmp_path / "填好.xlsm")
    assert own.bind(snapshot).fact(FactRef("pupils.total", "primary")).value == 1020
    with zipfile.ZipFile(tmp_path / "填好.xlsm") as package:
        assert "xl/vbaProject.bin" in package.namelist()


def test_a_header_that_stands_twice_is_not_filled(tmp_path: Path, blank: Path) -> None:
    book = openpyxl.load_workbook(blank)
    book["Sheet1"]["F4"] = "2026年"
    book.save(blank)
    told = filled(tmp_path, blank, FIGURES, "x.xlsx", code=2)
    assert "字段 pupils.total（primary）在空白表里没有找到确定的位置" in told


def test_the_countys_form_is_built_as_it_is(tmp_path: Path, blank: Path) -> None:
    words = ("build", "own_conditions", "--plugin-dir", forms.PLUGIN, "-o", tmp_path / "出")
    assert "请把空白表放在" in run(*words, code=2)
    told = run(*words, "--workbook", blank)
    made = next((tmp_path / "出").glob("*.xlsx"))
    assert made.read_bytes() == blank.read_bytes() and "空白表里已经填了" not in told
    assert made.with_suffix(".xlsm").is_file()


def test_the_rows_of_a_roster_are_filled(own: Session, tmp_path: Path) -> None:
    """The roster without its teachers; one row is written and read back."""
    book = openpyxl.load_workbook(forms.FORMS / forms.ROSTER)
    sheet = book.worksheets[0]
    first = 5
    for row in sheet.iter_rows(min_row=first, max_row=first + 499):
        for cell in row[1:]:
            cell.value = None
    book.save(tmp_path / "花名册.xlsx")
    rows = [{"name": "张三", "sex": "女"}, {"name": "李四", "sex": "男"}]
    data = tmp_path / "数据.json"
    document = {"facts": {"school.name": "某某县第一小学"}, "tables": {"teachers": rows}}
    data.write_text(json.dumps(document), "utf-8")
    run(
        *("fill", "own_roster", data, "--workbook", tmp_path / "花名册.xlsx"),
        *("-o", tmp_path / "填好.xlsx", "--plugin-dir", forms.PLUGIN),
    )
    read = own.bind(read_snapshot(tmp_path / "填好.xlsx")).tables["teachers"]
    assert [row.facts["name"].value for row in read] == ["张三", "李四"]
    assert read[1].facts["sex"].state is FactState.GIVEN


def test_a_tick_goes_into_the_column_of_the_answer(own: Session, tmp_path: Path) -> None:
    """The safety form, copied out of its .xls, without answers; a tick replaces the other one."""
    old = next(iter(forms.read(forms.SAFETY).sheets.values()))
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row, line in enumerate(old.rows, start=old.origin[0]):
        for column, value in enumerate(line, start=old.origin[1]):
            sheet.cell(row, column).value = value or None  # type: ignore[assignment]
    for top, left, bottom, right in old.merged:
        sheet.merge_cells(
            start_row=top, start_column=left, end_row=bottom, end_column=min(right, 40)
        )
    book.save(tmp_path / "安全.xlsx")
    before = own.bind(read_snapshot(tmp_path / "安全.xlsx")).tables["items"]
    answers = [number % 3 > 0 for number in range(len(before))]
    data = tmp_path / "数据.json"
    fields = own.bind(read_snapshot(tmp_path / "安全.xlsx")).facts
    named = {ref.field: "已填" for ref, fact in fields.items() if fact.state is FactState.GIVEN}
    tables = {"items": [{"answer": answer} for answer in answers]}
    data.write_text(json.dumps({"facts": named, "tables": tables}), "utf-8")
    run(
        *("fill", "own_safety", data, "--workbook", tmp_path / "安全.xlsx"),
        *("-o", tmp_path / "填好.xlsx", "--plugin-dir", forms.PLUGIN),
    )
    after = own.bind(read_snapshot(tmp_path / "填好.xlsx")).tables["items"]
    assert [row.facts["answer"].value for row in after] == answers
    assert [row.facts["item"].value for row in after] == [row.facts["item"].value for row in before]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The ledger as the county hands it out: 60 numbered rows, and its total below them."""
    book = openpyxl.load_workbook(forms.FORMS / forms.LEDGER)
    for row in (*book["台账"]["B5:AE64"], *book["台账"]["F65:AE65"]):
        for cell in row:
            cell.value = None
    path = tmp_path / "台账.xlsx"
    book.save(path)
    return path


UNITS = [
    {
        "school.code": f"213600000{number}",
        "school.name": f"某某县第{number}小学",
        "school.kind": "小学",
        "pupils.total@whole": 100 * number,
        "pupils.total@primary": 100 * number,
    }
    for number in (1, 2, 3)
]


def fill_ledger(tmp_path: Path, ledger: Path, units: object, code: int = 0) -> str:
    data = tmp_path / "台账数据.json"
    data.write_text(json.dumps({"units": units}), "utf-8")
    words = ("fill", "own_ledger", data, "--workbook", ledger, "-o", tmp_path / "填好.xlsx")
    return run(*words, "--plugin-dir", forms.PLUGIN, code=code)


def test_each_unit_is_a_row_of_the_ledger(own: Session, tmp_path: Path, ledger: Path) -> None:
    fill_ledger(tmp_path, ledger, UNITS)
    units = own.bind(read_snapshot(tmp_path / "填好.xlsx")).units
    pupils = FactRef("pupils.total", "whole")
    assert [(unit.identity("name"), unit.fact(pupils).value) for unit in units] == [
        ("某某县第1小学", 100),
        ("某某县第2小学", 200),
        ("某某县第3小学", 300),
    ]
    assert [unit.fact(pupils).cell.a1 for unit in units] == ["I5", "I6", "I7"]  # type: ignore[union-attr]


def test_a_row_that_names_its_school_already_is_the_one_that_is_filled(
    own: Session, tmp_path: Path, ledger: Path
) -> None:
    """The county wrote the names of two schools; the third goes into the first empty row."""
    book = openpyxl.load_workbook(ledger)
    book["台账"]["C8"], book["台账"]["B6"] = "某某县第2小学", "2136000001"
    book.save(ledger)
    fill_ledger(tmp_path, ledger, UNITS)
    units = own.bind(read_snapshot(tmp_path / "填好.xlsx")).units
    rows = {unit.identity("code"): unit.name.rpartition(" 第 ")[2] for unit in units}
    assert rows == {"2136000003": "5 行", "2136000001": "6 行", "2136000002": "8 行"}


def test_a_csv_with_one_line_a_school(own: Session, tmp_path: Path, ledger: Path) -> None:
    data = tmp_path / "数据.csv"
    lines = ["school.code,school.name,pupils.total@whole", "2136000001,某某县第1小学,380", ",,"]
    data.write_text("\n".join(lines), "utf-8")
    words = ("fill", "own_ledger", data, "--workbook", ledger, "-o", tmp_path / "填好.xlsx")
    run(*words, "--plugin-dir", forms.PLUGIN)
    (unit,) = own.bind(read_snapshot(tmp_path / "填好.xlsx")).units
    assert unit.fact(FactRef("pupils.total", "whole")).value == 380


def test_what_cannot_be_put_into_a_ledger_is_told(tmp_path: Path, ledger: Path) -> None:
    many = [{"school.name": f"第{number}小学"} for number in range(61)]
    assert "第 61 个单位：空白表里没有空行了" in fill_ledger(tmp_path, ledger, many, code=2)
    told = fill_ledger(tmp_path, ledger, [{"school.name": "一小", "pupils.total": "很多"}], code=2)
    assert "“很多”不能填在这里，应为数" in told
    told = fill_ledger(tmp_path, ledger, [{"pupils.none": 1}], code=2)
    assert "模板里没有字段 pupils.none" in told
    book = openpyxl.load_workbook(ledger)
    book["台账"]["C5"], book["台账"]["I5"] = "一小", 99
    book.save(ledger)
    unit = {"school.name": "一小", "pupils.total@whole": 100}
    assert "台账!I5 已经填了“99”" in fill_ledger(tmp_path, ledger, [unit], code=2)
    book["台账"]["C9"] = "一小"
    book.save(ledger)
    assert "有几行是它（第 5、9 行）" in fill_ledger(tmp_path, ledger, [unit], code=2)
    words = ("fill", "own_conditions", tmp_path / "台账数据.json")
    told = run(
        *(*words, "--workbook", forms.FORMS / forms.CONDITIONS, "-o", tmp_path / "x.xlsx"),
        *("--plugin-dir", forms.PLUGIN),
        code=2,
    )
    assert "不能填 units" in told


@pytest.mark.parametrize(
    ("text", "label", "value", "after"),
    [
        ("学校（盖章）：", "学校(盖章)", "一小", "学校（盖章）：一小"),
        ("学校（盖章）： 二小 ", "学校(盖章)", "一小", "学校（盖章）： 一小 "),
        ("填表人：    电话：138", "填表人", "张三", "填表人：张三    电话：138"),
        ("填表人：李四 电话：138", "电话", "139", "填表人：李四 电话：139"),
    ],
)
def test_a_value_behind_its_label(text: str, label: str, value: str, after: str) -> None:
    assert with_pair_value(text, label, value) == after


def test_a_label_that_stands_twice_takes_no_value() -> None:
    with pytest.raises(ValueError, match="电话"):
        with_pair_value("电话：1 电话：2", "电话", "3")
