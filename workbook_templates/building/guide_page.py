"""Draws the sheet 填表说明: instructions, table of contents, and what the colours mean."""

from __future__ import annotations

from collections.abc import Sequence

from checker_templates.building.page_frame import FOOTER_LABELS, Page, finish
from checker_templates.building.page_styles import (
    CLOSED_COLOUR,
    INPUT_COLOUR,
    LINE_COLOUR,
    row_height,
)

from checker.forms.asked import is_required
from checker.forms.carried import carried_columns
from checker.forms.layout import GUIDE_BUTTON_ROW
from checker.forms.names import CARRIED, CARRIED_NAME, CONFIRMED, field_name
from checker.model.marks import FILL_COLOURS, FILL_WORDS, Fill
from checker.model.template import FieldType, Sheet, SheetKind, Template

LAST_COLUMN = 5
WIDTHS = {1: 1.0, 2: 10.0, 3: 20.0, 4: 15.0, 5: 38.0}
BY_STAGE = (
    "先填第一张表的单位名称、标识码和类型：它们决定后面要填哪些学段，没有的学段变成灰色，留空。"
)
NOT_BY_STAGE = "先填第一张表的单位名称和代码，再按目录的次序填各表。"
ASKED = "带 * 的格子必填。选中格子会显示口径和没有时怎么填；各表旁边或下方印有口径和审核关系。"
WATCH = "填的过程中可看“指标”表：随填随算，哪项达到、哪项没有达到，横条越长离标准越近。"
LAST_STEP = "填完校验：红色必须改；黄色请核实，属实的在“说明”表写明原因；橙色是没有达标，据实上报。"
KIND_WORDS = {
    SheetKind.FORM: "指标表，按行填写",
    SheetKind.TABLE: "明细表，一行一项",
    SheetKind.INDICATORS: "自动计算，不用填写",
    SheetKind.EXPLANATIONS: "填写对存疑问题的说明",
}
MARK_MEANINGS = {
    Fill.PASS: "这一格经过核对，符合要求。",
    Fill.FAIL: "必须修改。原因写在格子的批注里，也列在“校验结果”页。",
    Fill.DOUBT: "请核对：数据有误请改正，数据属实请在“说明”页写明原因。",
    Fill.UNMET: "数据真实，但没有达到标准：据实上报，不要为了达标改数。",
    Fill.EXPLAINED: "存疑的数据已在“说明”页写明原因。",
    Fill.INFO: "只是提醒，不影响上报。",
}


def draw_guide(page: Page, notices: Sequence[str], *, with_button: bool) -> None:
    """The first sheet. ``notices`` (about the button) stand before the template's paragraphs."""
    styles, template = page.styles, page.template
    page.set_widths(WIDTHS)
    page.merge(page.span(1, 1, LAST_COLUMN), template.title, page.styles.title())
    page.height(1, 40)
    subtitle = f"{template.edition}年表样"
    page.merge(page.span(2, 1, LAST_COLUMN), subtitle, styles.get(align="center", font_size=12))
    # the same rows with and without the button, so that the cells below have the same addresses
    page.height(GUIDE_BUTTON_ROW, 44 if with_button else 6)
    row = _cover(page, GUIDE_BUTTON_ROW + 1) + 1
    row = _paragraphs(page, row, "先看这里", _first_steps(template)) + 1
    if notices:
        row = _paragraphs(page, row, "怎样使用“校验”按钮", notices) + 1
    row = _paragraphs(page, row, "填表说明", page.sheet.paragraphs)
    row = _contents(page, row + 1)
    _legend(page, row + 1)
    finish(page, LAST_COLUMN)


def _cover(page: Page, row: int) -> int:
    """Who reports, and where the seal is put; filled in from the form. Returns the next row."""
    template, styles = page.template, page.styles
    fields = template.fields()
    by_label = {item.label: item for item in fields.values()}
    name = fields.get(template.identity.name or "")
    lines = [("填报单位（公章）", name)]
    lines += [
        (words[0], next((by_label[w] for w in words if w in by_label), None))
        for words in FOOTER_LABELS
    ]
    for label, found in lines:
        page.merge(page.span(row, 2, 3), f"{label}：", styles.get(align="right", font_size=12))
        area = page.span(row, 4, LAST_COLUMN)
        style = styles.get(bottom=1, bottom_color=LINE_COLOUR, font_size=12, align="left")
        page.merge(area, "", style)
        if found is not None:
            at = field_name(found.id, found.columns[0])
            text = f'TEXT({at},"yyyy-mm-dd")' if found.type is FieldType.DATE else at
            page.formula(row, 4, f'IF({at}="","",{text})', style)
        page.height(row, 30 if label.endswith("（公章）") else 22)
        row += 1
    return _carried(page, row) if any(True for _ in carried_columns(template)) else row


def _carried(page: Page, row: int) -> int:
    """Where it is said whether what came from last year's workbook was confirmed."""
    styles = page.styles
    label = styles.get(align="right", font_size=12)
    page.merge(page.span(row, 2, 3), "由去年的表带入的数：", label)
    page.write(row, 4, "", styles.input("@", "center"))
    page.name(CARRIED_NAME, page.span(row, 4, 4))
    page.worksheet.data_validation(
        row - 1,
        3,
        row - 1,
        3,
        {
            "validate": "list",
            "source": [CARRIED, CONFIRMED],
            "input_title": "由去年的表带入的数",
            "input_message": "没有用去年的表生成的，这里留空。带入的数逐格核对过了，选“已核对”，"
            "再校验就不再提示。",
        },
    )
    page.height(row, 22)
    return row + 1


def _first_steps(template: Template) -> list[str]:
    """What to do first, in one screen."""
    steps = [BY_STAGE if template.split.field is not None else NOT_BY_STAGE, ASKED]
    if any(sheet.kind is SheetKind.INDICATORS for sheet in template.sheets):
        steps.append(WATCH)
    return [f"{at}. {step}" for at, step in enumerate([*steps, LAST_STEP], start=1)]


def _required(sheet: Sheet) -> int:
    """How many cells of a sheet must be filled, in one stage of each field."""
    columns = {column.id: column for column in sheet.columns}
    return sum(
        any(is_required(field, columns[column]) for column in field.columns)
        for field in sheet.fields
    )


def _heading(page: Page, row: int, text: str) -> int:
    page.merge(page.span(row, 2, LAST_COLUMN), text, page.styles.heading())
    page.height(row, 28)
    return row + 1


def _paragraphs(page: Page, row: int, heading: str, paragraphs: Sequence[str]) -> int:
    """Returns the next free row."""
    row = _heading(page, row, heading)
    width = sum(WIDTHS[column] for column in range(2, LAST_COLUMN + 1))
    style = page.styles.get(text_wrap=True, align="left", valign="top")
    for text in paragraphs:
        page.merge(page.span(row, 2, LAST_COLUMN), text, style)
        page.height(row, row_height((text, width, 11)))
        row += 1
    return row


def _contents(page: Page, row: int) -> int:
    styles = page.styles
    row = _heading(page, row, "目录（点工作表名称可直接打开）")
    for column, text in enumerate(("表号", "工作表", "统计时点", "内容"), start=2):
        page.write(row, column, text, styles.header())
    row += 1
    link = styles.get(border=1, border_color=LINE_COLOUR, font_color="#0563C1", underline=1)
    for sheet in page.template.sheets:
        if sheet.kind is SheetKind.GUIDE:
            continue
        page.write(row, 2, sheet.form_number, styles.centred())
        page.worksheet.write_url(row - 1, 2, f"internal:'{sheet.title}'!A1", link, sheet.title)
        period = sheet.period.removeprefix("统计时点：").removeprefix("统计时期：")
        page.write(row, 4, period, styles.centred())
        names = "、".join(table.title for table in sheet.tables if table.title != sheet.title)
        content = KIND_WORDS[sheet.kind] + (f"；另有{names}" if names and sheet.fields else "")
        required = _required(sheet)
        content += f"；必填 {required} 项" if required else ""
        page.write(row, 5, content, styles.label())
        page.height(row, row_height((period, WIDTHS[4], 11), (content, WIDTHS[5], 11)))
        row += 1
    return row


def _legend(page: Page, row: int) -> int:
    styles = page.styles
    row = _heading(page, row, "颜色说明")
    entries = [
        (INPUT_COLOUR, "请填写", "要填的格子。选中后会显示口径。"),
        (CLOSED_COLOUR, "不填", "这里没有要填的内容，已锁定。"),
        *(
            (f"#{FILL_COLOURS[fill]}", FILL_WORDS[fill], f"校验后：{MARK_MEANINGS[fill]}")
            for fill in Fill
        ),
    ]
    for colour, word, meaning in entries:
        patch = styles.get(border=1, border_color=LINE_COLOUR, bg_color=colour, align="center")
        page.write(row, 2, word, patch)
        page.merge(page.span(row, 3, LAST_COLUMN), meaning, styles.label())
        page.height(row, 22)
        row += 1
    return row
