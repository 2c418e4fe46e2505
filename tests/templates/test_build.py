"""The built workbook, read back with openpyxl: what a clerk can fill and what is closed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from checker_templates.building.build import build_workbook
from checker_templates.building.check_relations import check_relations
from checker_templates.building.fill import fill_template
from checker_templates.building.fill_data import FillData
from checker_templates.building.indicator_formulas import IndicatorFormulas
from checker_templates.building.input_rules import input_rule
from checker_templates.building.layout import EXPLANATION_TEXT_COLUMN, Layout, lay_out
from checker_templates.building.live_formulas import live_formulas
from checker_templates.building.page_styles import CLOSED_COLOUR, INPUT_COLOUR
from msgspec.structs import replace
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from checker.forms.asked import is_required
from checker.forms.binding import bind
from checker.forms.form_grid import label_text
from checker.forms.names import CARRIED_NAME, field_name, indicator_name, table_name
from checker.forms.registry import InstalledTemplate, choose, installed_templates
from checker.model.marks import FILL_COLOURS, FILL_WORDS, Fill
from checker.model.template import Field, FieldType, SheetKind, Template
from checker.reading import read_snapshot
from checker.session import Session


@pytest.fixture(scope="module")
def book(built: Path) -> Workbook:
    return openpyxl.load_workbook(built)


@pytest.fixture(scope="module")
def layout(small: Template) -> Layout:
    return lay_out(small)


def target(book: Workbook, name: str) -> str:
    return str(book.defined_names[name].attr_text).replace("'", "").replace("$", "")


def rule_at(sheet: Worksheet, cell: str) -> DataValidation:
    return next(rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref)


def test_every_field_table_and_indicator_has_its_name(
    book: Workbook, small: Template, layout: Layout
) -> None:
    for field in small.fields().values():
        for column in field.columns:
            cell = layout.cell(field, column)
            assert target(book, field_name(field.id, column)) == f"{cell.sheet}!{cell.a1}"
    for table in layout.tables.values():
        name = table_name(table.table.id)
        assert target(book, name) == f"{table.sheet.title}!{table.body.a1}"
    assert target(book, indicator_name("RES3", "junior")) == "指标!H8"
    assert target(book, indicator_name("RES1", "whole")) == "指标!K7"
    assert target(book, "E_explanations") == "说明!A6:E205"


def test_the_workbook_says_which_template_and_edition_it_is(book: Workbook) -> None:
    properties = {item.name: item.value for item in book.custom_doc_props.props}
    assert properties == {"checker.template": "small_school", "checker.edition": "2026"}


def test_only_input_cells_are_open_and_they_look_it(
    book: Workbook, small: Template, layout: Layout
) -> None:
    inputs = {
        (cell.sheet, cell.row, cell.column)
        for field in small.fields().values()
        for column in field.columns
        for cell in [layout.cell(field, column)]
    }
    for table in layout.tables.values():
        body = table.body
        inputs |= {
            (body.sheet, row, column)
            for row in range(body.top, body.bottom + 1)
            for column in range(body.left, body.right + 1)
        }
    assert layout.explanations is not None
    area = layout.explanations.body
    inputs |= {
        (area.sheet, row, EXPLANATION_TEXT_COLUMN) for row in range(area.top, area.bottom + 1)
    }
    carried = target(book, CARRIED_NAME).partition("!")
    at = book[carried[0]][carried[2]]
    inputs.add((carried[0], at.row, at.column))
    ordinals = {  # of a table on a sheet of its own, typed or left empty
        ("班级", row, 1) for row in range(layout.tables["classes"].first_row, 19)
    }
    inputs |= ordinals
    for sheet in book.worksheets:
        assert sheet.protection.sheet and not sheet.protection.password
        if sheet.sheet_state == "visible":
            assert not sheet.protection.formatColumns, "widening a column is allowed"
        assert sheet.protection.sort, "sorting would tear rows apart"
        open_cells = {
            (sheet.title, cell.row, cell.column)
            for row in sheet.iter_rows()
            for cell in row
            if not cell.protection.locked and cell.coordinate not in sheet.merged_cells
        }
        anchors = {
            (sheet.title, area.min_row, area.min_col)
            for area in sheet.merged_cells.ranges
            if not sheet.cell(area.min_row, area.min_col).protection.locked
        }
        assert open_cells | anchors == {place for place in inputs if place[0] == sheet.title}
        for place in open_cells | anchors:
            undrawn = place[0] == "班级" and place[1] > layout.tables["classes"].first_row
            if place[0] != area.sheet and not undrawn:  # these are coloured as they are needed
                assert sheet.cell(*place[1:]).fill.fgColor.rgb == f"FF{INPUT_COLOUR[1:]}"
    assert book["教师"]["D10"].fill.fgColor.rgb == f"FF{CLOSED_COLOUR[1:]}", "经费 has no stages"
    assert book["班级"].protection.insertRows is False, "inserting rows into a table is allowed"
    assert book["基本情况"].protection.insertRows is True


def test_typing_is_guided(book: Workbook) -> None:
    teachers = book["教师"]
    rule = rule_at(teachers, "D8")
    assert "E8" in rule.sqref, "one rule for the field's stages"
    assert (rule.type, rule.errorStyle) == ("whole", "warning")
    assert rule.promptTitle == "专任教师"
    assert "兼课的校级领导" in rule.prompt and "单位：人" in rule.prompt
    assert "专任教师" in rule.error
    flag = rule_at(book["基本情况"], "D9")
    assert (flag.type, flag.formula1) == ("list", '"是,否"')
    kind = rule_at(book["基本情况"], "D8")
    assert (kind.type, kind.formula1) == ("list", "C_school_type")
    codes = book["代码"]
    assert codes.sheet_state == "hidden"
    assert target(book, "C_school_type") == "代码!E3:E5"
    assert [codes[f"E{row}"].value for row in (3, 4, 5)] == [
        "211 小学",
        "311 初级中学",
        "312 九年一贯制学校",
    ]
    grade = rule_at(book["班级"], "B18")
    assert str(grade.sqref) == "B7:B18"
    for sheet in book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.promptTitle or "") <= 32
            assert len(rule.prompt or "") <= 255
            assert len(rule.error or "") <= 255


@pytest.mark.parametrize("item", installed_templates(), ids=lambda item: item.template.id)
def test_the_prompt_of_a_cell_and_what_is_said_when_it_stays_empty_agree(
    item: InstalledTemplate, tmp_path: Path
) -> None:
    """Every field in every column: what is red when empty says so before, and with one advice."""
    template = item.template
    build_workbook(template, tmp_path / "blank.xlsx")
    book, snapshot = (
        openpyxl.load_workbook(tmp_path / "blank.xlsx"),
        read_snapshot(tmp_path / "blank.xlsx"),
    )
    prompts = {
        (sheet.title, cell): rule.prompt
        for sheet in book.worksheets
        for rule in sheet.data_validations.dataValidation
        for area in rule.sqref.ranges
        for cell in {sheet.cell(*place).coordinate for place in area.cells}
    }
    empty = {
        (problem.cell.sheet, problem.cell.a1): problem.message
        for problem in bind(snapshot, template).problems
        if problem.rule == "FORM001" and problem.cell and problem.ref
    }
    columns = {column.id: column for sheet in template.sheets for column in sheet.columns}
    layout = lay_out(template)
    seen = 0
    for field in template.fields().values():
        for column_id in field.columns:
            cell, column = layout.cell(field, column_id), columns[column_id]
            told = prompts[cell.sheet, cell.a1].rpartition("\n")[2]
            red = is_required(field, column)
            assert ("必填" in told) == red
            assert ("没有的填 0" in told) == (red and field.type in ("count", "amount"))
            assert red or "留空" in told
            assert field.type != "flag" or "没有的" not in told, "without it the answer is 否"
            assert not red or column.stage or "留空" not in told
            message = empty.get((cell.sheet, cell.a1))
            if message is not None:
                assert red and ("填 0" in message) == ("填 0" in told)
                seen += 1
    assert seen == len(empty) > 5
    advice = next(rule for rule in Session().rules.values() if rule.id == "FORM001").fix
    assert "0" not in advice, "a name, a date or 是/否 has no 0"


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("其中：其他人员", "其他人员"),
        ("其中: 中级职务", "中级职务"),
        ("其他人员", "其他人员"),
        ("中级职务", "中级职务"),
        ("其中", "其中"),
    ],
)
def test_the_title_of_a_prompt_loses_no_letter(label: str, title: str) -> None:
    field = Field("a.b", label, "01", FieldType.COUNT, "人", ("whole",))
    assert input_rule(field, required=False)["input_title"] == title


def test_it_reads_and_prints_like_an_official_form(book: Workbook) -> None:
    teachers = book["教师"]
    assert teachers["A1"].value == "小型填报表·教师"
    assert teachers["A2"].value == "表号：校表2"
    heading = {cell.value for cell in [*teachers[2], *teachers[3]]}
    assert "统计时点：2026年9月1日" in heading
    assert "计量单位：人、万元、平方米" in heading
    assert [cell.value for cell in teachers[5]] == [
        "指标名称", "行号", "计量单位", "小学段", "初中段", "共用", "全校", "上年数"
    ]  # fmt: skip
    assert [cell.value for cell in teachers[6]] == ["甲", "乙", "丙", "1", "2", "3", "4", "5"]
    assert [cell.value for cell in teachers[9]][:3] == ["其中：骨干教师", "03", "人"]
    assert teachers["A9"].alignment.indent == 1
    row = lay_out_footer(book)
    foot = {str(cell.value): cell.column for cell in teachers[row] if cell.value}
    for words in ("单位负责人", "填表人", "填表日期", "联系电话"):
        (column,) = [at for text, at in foot.items() if words in text]
        assert sum(words in text for text in foot) == 1, "each in a place of its own"
    assert column > 5, "spread over the width of the form"
    lower = [cell.value for line in teachers.iter_rows(min_row=row + 1) for cell in line]
    below = [str(value) for value in lower if value]
    assert below[0] == "填报口径" and any("兼课的校级领导" in text for text in below)
    assert "制定机关" in teachers.oddHeader.right.text
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            assert sheet.page_setup.paperSize == 9
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.page_setup.fitToWidth in (None, 1)
            footer = sheet.oddFooter
            assert "第 &P 页" in f"{footer.center.text}{footer.right.text}"
    assert book["班级"].print_title_rows == "$5:$6"
    assert book["班级"].freeze_panes == "B7"


@pytest.mark.parametrize("item", installed_templates(), ids=lambda item: item.template.id)
def test_letters_are_at_least_nine_points_on_paper(item: InstalledTemplate) -> None:
    """Fitted to the width of A4, with the widths that Excel gives the columns."""
    book = openpyxl.load_workbook(item.workbook)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sizes = [
            cell.font.size for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
        used = max(c.column for row in sheet.iter_rows() for c in row if c.border.top.style)
        points = sum(
            (group.width * 7 + 5) * 0.75 * (min(group.max, used) - group.min + 1)
            for group in sheet.column_dimensions.values()
            if not group.hidden and group.min <= used
        )
        paper = 842 if sheet.page_setup.orientation == "landscape" else 595
        room = paper - 72 * (sheet.page_margins.left + sheet.page_margins.right)
        assert min(sizes) * min(1, room / points) >= 9, sheet.title


def test_empty_rows_are_not_printed(book: Workbook, built: Path) -> None:
    """Of the class table to the last filled row, by a formula; and, for a program that knows no
    formula there, nothing is drawn or written for good in its empty rows. Nor in those of 说明."""
    with ZipFile(built) as package:
        names = package.read("xl/workbook.xml").decode()
    (found,) = re.findall(r'name="_xlnm.Print_Area"[^>]*>([^<]*)<', names)
    assert "班级" in found and "SUMPRODUCT" in found
    cell = book["说明"].cell(7, 4)
    assert cell.fill.fill_type is None and cell.border.top.style is None
    classes, first = book["班级"], 7
    for row in classes.iter_rows(min_row=first + 1):
        for cell in row:
            assert cell.value is None
            assert cell.fill.fill_type is None and cell.border.top.style is None
    assert "单位负责人" in classes.oddFooter.left.text, "the foot is on every sheet of paper"


def test_calc_prints_the_filled_rows_of_the_class_table_only(
    small: Template, tmp_path: Path
) -> None:
    """As a clerk prints it in LibreOffice, which does not know a print area that is a formula."""
    soffice = shutil.which("soffice")
    if soffice is None or shutil.which("pdftotext") is None:
        pytest.skip("LibreOffice and pdftotext are needed")
    blank, filled = tmp_path / "blank.xlsx", tmp_path / "filled.xlsx"
    capacity = {"classes": 300}
    sheets = [
        replace(
            sheet,
            tables=tuple(
                replace(table, capacity=capacity.get(table.id, table.capacity))
                for table in sheet.tables
            ),
        )
        for sheet in small.sheets
    ]
    template = replace(small, sheets=tuple(sheets))
    build_workbook(template, blank)
    rows = [{"grade": "1", "name": f"一（{number}）班"} for number in range(1, 61)]
    fill_template(template, blank, filled, FillData(tables={"classes": rows}))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, filled]
    subprocess.run(command, check=True, capture_output=True, timeout=500)
    told = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "filled.pdf", "-"], check=True, capture_output=True
    ).stdout.decode()
    pages = [page for page in told.split("\f") if "附设班" in page or "班名" in page]
    assert len(pages) == 2, "60 classes on two sheets of paper, not 300 rows on eight"
    assert all("班名" in page and "单位负责人" in page for page in pages), "header and foot on each"
    assert "一（60）班" in pages[-1]


def test_labels_are_printed_as_official_forms_do() -> None:
    """其中： before the first part, 总计 after a figure that is the sum of those below it; the rows
    are found by these labels where the row code is gone."""
    book = openpyxl.load_workbook(choose(installed_templates(), "compulsory_school").workbook)
    staff = [str(row[0].value) for row in book["教师"].iter_rows(min_row=7, max_row=11)]
    assert staff[:3] == ["教职工数　总计 *", "其中：行政人员", "教辅人员"]
    basic = [str(row[0].value) for row in book["基本情况"].iter_rows(min_row=26, max_row=28)]
    assert basic == ["在校学生数　总计 *", "其中：男生", "女生"]
    ranks = [str(row[0].value) for row in book["教师"].iter_rows(min_row=23, max_row=24)]
    assert ranks == ["高于规定学历的专任教师 *", "正高级、副高级职务"], "both of 专任教师"
    assert label_text("在校学生数　总计 *") == label_text("在校学生数")
    assert label_text("其中：男生") == label_text("男生") and label_text("总计") == "总计"


@pytest.mark.parametrize("item", installed_templates(), ids=lambda item: item.template.id)
def test_every_form_is_printed_with_its_rules(item: InstalledTemplate) -> None:
    """审核关系 in figures and signs only, and every indicator of 指标 has a formula."""
    session = Session()
    relations = check_relations(item.template, session.ruleset)
    lines = [line for found in relations.lines.values() for line in found]
    assert lines
    for line in lines:
        assert not re.search("given|if\\(|total|[<>]=", line), line
    listed = [rule for sheet in item.template.sheets for rule in sheet.indicators]
    shown = {rule for rule, _ in live_formulas(item.template, session.ruleset, session.profile)}
    assert set(listed) <= shown
    assert listed or item.template.level == "statement"  # which has no indicators


def lay_out_footer(book: Workbook) -> int:
    return next(row[0].row for row in book["教师"].iter_rows() if "单位负责人" in str(row[0].value))


def test_the_guide_leads_to_every_sheet_and_explains_the_colours(
    book: Workbook, small: Template
) -> None:
    guide = book.worksheets[0]
    assert guide.title == "填表说明"
    links = {cell.value: cell.hyperlink.location for row in guide for cell in row if cell.hyperlink}
    assert links == {
        sheet.title: f"'{sheet.title}'!A1"
        for sheet in small.sheets
        if sheet.kind is not SheetKind.GUIDE
    }
    patches = {cell.value: cell.fill.fgColor.rgb for row in guide for cell in row}
    for fill in Fill:
        assert patches[FILL_WORDS[fill]] == f"FF{FILL_COLOURS[fill]}"
    assert "黄色格子由学校填写。" in patches


def test_no_formula_stores_a_made_up_result(built: Path) -> None:
    shown = openpyxl.load_workbook(built, data_only=True)
    numbers = [
        cell.value
        for sheet in (shown["指标"], shown["基本情况"])
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    ]
    assert numbers == []


def test_the_same_template_gives_the_same_bytes(
    small: Template, formulas: IndicatorFormulas, built: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.xlsx"
    build_workbook(small, again, formulas=formulas)
    assert again.read_bytes() == built.read_bytes()


def test_the_package_is_sound(built: Path) -> None:
    from openxml_audit import OpenXmlValidator

    assert list(OpenXmlValidator().validate(built).errors) == []
    with ZipFile(built) as package:
        assert not [name for name in package.namelist() if "calcChain" in name]
