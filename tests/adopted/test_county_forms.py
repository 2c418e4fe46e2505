"""Forms as county offices really draw them: what is drafted reads each figure under its own name,
in its own unit, from the school and the year that are printed; or says why it does not."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from checker.authoring.adoption import draft
from checker.cli.template.own_form import adopt
from checker.forms.binding import bind
from checker.forms.loading import load_template
from checker.forms.plain_text import squeeze
from checker.forms.recognition import recognise
from checker.model.snapshot import Snapshot
from checker.model.submission import Fact, Submission
from checker.model.template import Template
from checker.reading import read_snapshot_bytes

FORMS: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("county_forms.toml").read_text("utf-8")
)
OTHER = "第二测试学校"
"""The school of the second copy of each form."""


def workbook(form: dict[str, Any], blank: bool = False, other: bool = False) -> Worksheet:
    """The form with its figures, without them, or as another school fills it in."""
    sheet = openpyxl.Workbook().active
    assert isinstance(sheet, Worksheet)
    for row, line in enumerate(form["rows"].strip("\n").split("\n"), 1):
        for column, text in enumerate(line.split("|"), 1):
            if text.strip():
                sheet.cell(row, column).value = typed(text.strip())
    for area in form["merged"]:
        sheet.merge_cells(area)
    if blank or other:
        for _, row, column in cells_of(form):
            cell = sheet.cell(row, column)
            if blank:
                cell.value = None
            elif isinstance(cell.value, int | float):
                cell.value += 1
        name = form.get("school", "\0")
        for line in sheet.iter_rows():
            for cell in line:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace(name, "" if blank else OTHER)
    return sheet


def typed(text: str) -> object:
    """A cell as it is typed: a number, or the text behind an apostrophe."""
    if text.startswith("'"):
        return text[1:]
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return float(text) if "." in text else int(text)
    return text


def cells_of(form: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int, int]]:
    """(what is known of it, row, column) of each cell that must be read."""
    for part in form["read"]:
        left, top, right, bottom = range_boundaries(part["cells"])
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                yield part, row, column


def snapshot(name: str, sheet: Worksheet) -> Snapshot:
    """The workbook as it is read."""
    held = io.BytesIO()
    assert sheet.parent is not None
    sheet.parent.save(held)
    return read_snapshot_bytes(f"{name}.xlsx", held.getvalue())


def drafted(path: Path, *snapshots: Snapshot) -> Template:
    """The template that is drafted from these copies."""
    (path / "template.toml").write_text(draft(snapshots, "form").text, "utf-8")
    return load_template(path / "template.toml")


def facts(submission: Submission) -> Iterator[tuple[str, str, str, Fact]]:
    """(cell, words of its names, unit, fact) of all that was read."""
    template = submission.template
    fields = template.fields()
    titles = {
        (sheet.id, each.id): each.title for sheet in template.sheets for each in sheet.columns
    }
    for ref, fact in submission.facts.items():
        item = fields[ref.field]
        words = item.label + "|" + titles.get((item.sheet, ref.column), "")
        if fact.cell is not None:
            yield fact.cell.a1, squeeze(words).replace("//", "/"), item.unit, fact
    for table in template.tables().values():
        columns = {column.id: column for column in table.columns}
        for row in submission.tables.get(table.id, ()):
            for name, fact in row.facts.items():
                if fact.cell is not None:
                    words = squeeze(columns[name].title)
                    yield fact.cell.a1, words.replace("//", "/"), columns[name].unit, fact


def printed(sheet: Worksheet, row: int, column: int) -> object:
    """What is shown at a cell; of a merged area what stands in its first cell."""
    for area in sheet.merged_cells.ranges:
        if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
            return sheet.cell(area.min_row, area.min_col).value
    return sheet.cell(row, column).value


def wrong(form: dict[str, Any], sheet: Worksheet, submission: Submission) -> Iterator[str]:
    """What is not read as it stands on the sheet, cell by cell."""
    read = {at: (words, unit, fact) for at, words, unit, fact in facts(submission)}
    for part, row, column in cells_of(form):
        cell = sheet.cell(row, column)
        if cell.value is None or cell.coordinate not in read:
            if cell.value is not None:
                yield f"{cell.coordinate} is not read"
            continue
        words, unit, fact = read[cell.coordinate]
        names = [
            printed(sheet, row, range_boundaries(f"{at}1")[0])
            for at in part["labels"].split(",")
            if at
        ]
        names += [printed(sheet, at, column) for at in part["heads"]]
        for name in names:
            text = re.sub("^其中:", "", squeeze(name))
            if text not in words:
                yield f"{cell.coordinate}: “{text}” is not in “{words}”"
        if part.get("unit", unit) != unit:
            yield f"{cell.coordinate}: {unit} is not {part['unit']}"
        held = float(str(fact.value)) if isinstance(cell.value, int | float) and fact.value else 0
        if isinstance(cell.value, int | float) and held != pytest.approx(cell.value):
            yield f"{cell.coordinate}: {cell.value} is read as {fact.value} ({fact.state})"
    name = form.get("school")
    if name and submission.identity("name") not in (name, OTHER):
        yield f"the school is “{submission.identity('name')}”"


@pytest.mark.parametrize("name", FORMS)
def test_a_filled_copy_is_read_as_it_stands_and_another_school_s_too(
    name: str, tmp_path: Path
) -> None:
    form = FORMS[name]
    own, other = workbook(form), workbook(form, other=True)
    template = drafted(tmp_path, snapshot(name, own))
    assert not [*wrong(form, own, bind(snapshot(name, own), template))]
    assert template.edition == form.get("year", template.edition)
    taken = recognise(snapshot(name, other), [template])
    assert taken is template
    submission = bind(snapshot(name, other), template)
    assert not [*wrong(form, other, submission)]
    if "school" in form:
        assert submission.identity("name") == OTHER


@pytest.mark.parametrize("name", [each for each, form in FORMS.items() if "filled" not in form])
def test_the_blank_form_alone_is_enough(name: str, tmp_path: Path) -> None:
    form = FORMS[name]
    template = drafted(tmp_path, snapshot(name, workbook(form, blank=True)))
    own = workbook(form)
    submission = bind(snapshot(name, own), template)
    assert not [*wrong(form, own, submission)]
    assert not [*figures_as_words(form, own, submission)]
    assert not [each for each in submission.problems if each.rule != "FORM003"]


def figures_as_words(
    form: dict[str, Any], sheet: Worksheet, submission: Submission
) -> Iterator[str]:
    """The figures and shares that are read as words, with which nothing can be worked out."""
    read = {at: fact for at, _, _, fact in facts(submission)}
    for _, row, column in cells_of(form):
        cell = sheet.cell(row, column)
        figure = isinstance(cell.value, int | float) or str(cell.value).endswith("%")
        if figure and isinstance(read[cell.coordinate].value, str):
            yield f"{cell.coordinate}: {cell.value} is read as words"


def told(form: dict[str, Any], name: str = "表") -> tuple[str, str]:
    """The text of the draft of a form, and what is said on the screen."""
    made = draft([snapshot(name, workbook(form))], "form")
    return made.text, "\n".join(made.found)


def test_a_name_that_stands_in_the_title_only_is_told() -> None:
    text, said = told(FORMS["年级乘班级"])
    assert "学校名称只印在表题里（“某某县实验小学”），不能从那里读" in said
    assert 'title = "班级人数一览表"' in text and "实验小学" not in text


def test_a_label_that_stands_twice_is_not_drafted_and_told(tmp_path: Path) -> None:
    """Two schools side by side: nothing can be told apart, and no template is written."""
    rows = "学校简况\n学校名称 | 城关一小 | 学校名称 | 城关二小\n学生数 | 600 | 学生数 | 500"
    sheet = workbook({"rows": rows, "merged": ["A1:D1"], "read": []})
    assert sheet.parent is not None
    sheet.parent.save(tmp_path / "简况.xlsx")
    words = [str(tmp_path / "简况.xlsx"), "-o", str(tmp_path / "草稿")]
    result = CliRunner().invoke(adopt, words)
    assert result.exit_code == 2
    assert "“学校名称”有 2 处，不能确定是哪一格，没有起草" in result.output
    assert "没有写草稿" in result.output and not (tmp_path / "草稿").exists()


def test_rows_and_columns_of_one_name_are_not_drafted_and_told() -> None:
    """小计 of two groups without a column of groups, and two columns 金额 of one table."""
    lines = ["资产表", "类别 | 数量 | 金额 | 金额", "房屋 | 3 | 9 | 1", "小计 | 3 | 9 | 1"]
    lines += ["图书 | 8 | 4 | 2", "小计 | 8 | 4 | 2"]
    text, said = told({"rows": "\n".join(lines), "merged": [], "read": []})
    assert "第 2 行的表头“金额”有几处，不能确定是哪一栏，没有起草" in said
    assert "第 4、6 行的名称与别的行一样，又没有行号，不能确定，没有起草" in said
    assert "房屋" in text and "小计" not in text and "金额" not in text


def test_pages_of_a_list_are_one_list_only_where_its_numbers_go_on(tmp_path: Path) -> None:
    """The header printed again on page 2; where the numbers begin anew, two lists may be meant."""
    form = FORMS["分页重复表头"]
    template = drafted(tmp_path, snapshot("表", workbook(form)))
    submission = bind(snapshot("表", workbook(form)), template)
    assert [unit.identity("name") for unit in submission.units] == [
        f"第{number}小学" for number in range(1, 9)
    ]
    assert not submission.problems
    anew = workbook(form)
    for row in range(9, 13):
        anew.cell(row, 1).value = row - 8
    submission = bind(snapshot("表", anew), template)
    assert not submission.units
    assert "台账的表头（在第 2、8 行几处都像）" in submission.problems[0].message


def test_a_remark_between_the_rows_of_a_list_does_not_end_it(tmp_path: Path) -> None:
    form = FORMS["单位行"]
    template = drafted(tmp_path, snapshot("表", workbook(form)))
    sheet = workbook(form)
    sheet.insert_rows(5)
    sheet.cell(5, 1).value = "说明：以下各校的面积含借用场地。"
    submission = bind(snapshot("表", sheet), template)
    assert [unit.identity("name") for unit in submission.units] == [
        "城关一小",
        "城关二小",
        "河口小学",
    ]
    assert not submission.problems


def test_a_total_of_rates_is_no_sum(tmp_path: Path) -> None:
    form = FORMS["单位列即学校"]
    sheet = workbook(form)
    submission = bind(snapshot("表", sheet), drafted(tmp_path, snapshot("表", sheet)))
    assert not submission.problems, "参训率 0.976 is a mean"
    sheet["C6"] = 84
    submission = bind(snapshot("表", sheet), submission.template)
    assert ["应训人数" in each.message for each in submission.problems] == [True]


def test_the_year_is_that_of_the_form_and_no_figure(tmp_path: Path) -> None:
    """12000 平方米 is no year 2000; of three years side by side the last one is the form's."""
    for name, year in (("三栏填空句", 2025), ("逐年列", 2025), ("年份数字表头", 2025)):
        assert f"edition = {year}\n" in told(FORMS[name])[0]


def test_of_one_filled_list_it_is_told_what_was_taken_for_printed() -> None:
    """专业名称 differs from school to school, 乡镇 may not; only a second copy can say so."""
    text, said = told(FORMS["中职专业设置"])
    assert "看不出“专业名称”一栏的名称是不是各校都一样，按各校自己填的明细起草" in said
    assert "[[sheets.tables]]" in text
    text, said = told(FORMS["乡镇学龄人口"])
    assert "看不出“乡镇”一栏的名称是不是各校都一样，按表上印好的起草" in said
    form = FORMS["中职专业设置"]
    copies = [snapshot("表", workbook(form, blank=True)), snapshot("表", workbook(form))]
    assert "看不出" not in "".join(draft(copies, "form").found)
    assert "看不出" not in told(FORMS["设备标准对照"])[1], "where a standard is printed, names are"


def test_the_copies_of_a_form_are_known_by_the_place_of_a_renamed_sheet() -> None:
    form = FORMS["特教"]
    filled = workbook(form)
    filled.title = "城东学校"
    copies = [snapshot("表", workbook(form, blank=True)), snapshot("表", filled)]
    made = draft(copies, "form")
    assert made.text.count('type = "count"') == 5, "whole numbers stand in the copy"
    assert len(made.rules) == 2


def test_subtotals_below_their_rows_under_a_total_on_top(tmp_path: Path) -> None:
    form = FORMS["县区学校汇总零散合计"]
    sheet = workbook(form)
    template = drafted(tmp_path, snapshot("表", sheet))
    assert not bind(snapshot("表", sheet), template).problems
    sheet["D7"] = 201
    submission = bind(snapshot("表", sheet), template)
    told = " ".join(each.message for each in submission.problems)
    assert len(submission.problems) == 2
    assert "小计一行的“寄宿生数/男”是 230，上面 2 行加起来是 281" in told
    assert "全县合计一行的“寄宿生数/男”是 430，下面 3 行加起来是 481" in told
