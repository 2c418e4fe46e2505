"""Draws the sheet 填表说明: what to do first, the colours, the sheets in order, instructions."""

from __future__ import annotations

from collections.abc import Sequence

from checker_templates.building.layout import GUIDE_BUTTON_ROW
from checker_templates.building.page_frame import FOOTER_LABELS, Page, finish
from checker_templates.building.page_styles import (
    CLOSED_COLOUR,
    HINT_COLOUR,
    INPUT_COLOUR,
    LINE_COLOUR,
    SMALLEST,
    row_height,
)

from checker.forms.asked import is_required
from checker.forms.carried import carried_columns
from checker.forms.names import CARRIED, CARRIED_NAME, CONFIRMED, field_name
from checker.model.marks import FILL_COLOURS, FILL_WORDS, Fill
from checker.model.template import Field, FieldType, Sheet, SheetKind, Template

LAST_COLUMN = 9
WIDTHS = {1: 1.0, 2: 8.5, 3: 8.5, 4: 8.5, 5: 8.0, 6: 15.5, 7: 15.5, 8: 11.5, 9: 11.5}
BY_STAGE = "先填第一张表的名称、标识码和类型，它们决定要填哪些学段；没有的学段留空。"
NOT_BY_STAGE = "先填第一张表的单位名称和代码，再按下面的次序填各表。"
ASKED = "带 * 的必填，没有的填 0。选中格子显示口径；各表旁边或下方印有审核关系。"
LAST_YEAR = "上年数照去年报的表填。由去年的表带入的数，逐格核对后在上面选“已核对”。"
WATCH = "边填边看“指标”表：随填随算，哪项达标、哪项没有，横条越长离标准越近。"
LAST_STEP = "填完校验，先做“校验结果”最上面的几件事；红色改完、黄色写明就可以上报。"
KIND_WORDS = {
    SheetKind.FORM: "按行填写",
    SheetKind.TABLE: "一行一项",
    SheetKind.INDICATORS: "自动计算，不用填写",
    SheetKind.EXPLANATIONS: "校验后才用：写明存疑的原因",
}
COLOURS = (
    (INPUT_COLOUR, "请填写", "要填的格子"),
    (CLOSED_COLOUR, "不填", "没有这一项，已锁定"),
)
MARK_MEANINGS = {
    Fill.PASS: "核对过，符合要求",
    Fill.FAIL: "必须改，见批注",
    Fill.DOUBT: "请核实；属实的在“说明”表写原因",
    Fill.UNMET: "没有达标：据实上报，不要改数",
    Fill.EXPLAINED: "存疑的，已经写明原因",
    Fill.INFO: "只是提醒，不影响上报",
}


def draw_guide(page: Page, notices: Sequence[str], *, with_button: bool) -> None:
    """The first sheet: what to fill first, what is required, where figures come from and what the
    colours mean on one screen; then ``notices`` (about the button) and the template's paragraphs.
    """
    styles, template = page.styles, page.template
    page.set_widths(WIDTHS)
    page.merge(page.span(1, 1, LAST_COLUMN), template.title, page.styles.title())
    page.height(1, 32)
    subtitle = f"{template.edition}年表样"
    page.merge(page.span(2, 1, LAST_COLUMN), subtitle, styles.get(align="center", font_size=12))
    # the same rows with and without the button, so that the cells below have the same addresses
    page.height(GUIDE_BUTTON_ROW, 44 if with_button else 6)
    row = _cover(page, GUIDE_BUTTON_ROW + 1)
    row = _paragraphs(page, row, "先看这里", _first_steps(template))
    row = _legend(page, row)
    row = _contents(page, row)
    if notices:
        row = _paragraphs(page, row, "怎样使用“校验”按钮", notices)
    _paragraphs(page, row, "填表说明", page.sheet.paragraphs)
    finish(page, LAST_COLUMN)


def _cover(page: Page, row: int) -> int:
    """Who reports, and where the seal is put; filled in from the form. Returns the next row."""
    template = page.template
    fields = template.fields()
    by_label = {item.label: item for item in fields.values()}
    name = fields.get(template.identity.name or "")
    _cover_line(page, row, (2, 3), (4, LAST_COLUMN), "填报单位（公章）", name)
    page.height(row, 30)
    for at, words in enumerate(FOOTER_LABELS):
        found = next((by_label[word] for word in words if word in by_label), None)
        below = row + 1 + at // 2
        columns = ((7, 7), (8, LAST_COLUMN)) if at % 2 else ((2, 3), (4, 6))
        _cover_line(page, below, *columns, words[0], found)
        page.height(below, 21)
    row += 1 + (len(FOOTER_LABELS) + 1) // 2
    return _carried(page, row) if any(True for _ in carried_columns(template)) else row


def _cover_line(
    page: Page,
    row: int,
    label_columns: tuple[int, int],
    columns: tuple[int, int],
    label: str,
    field: Field | None,
) -> None:
    styles = page.styles
    shown = styles.get(align="right", font_size=12)
    page.merge(page.span(row, *label_columns), f"{label}：", shown)
    style = styles.get(bottom=1, bottom_color=LINE_COLOUR, font_size=12, align="left")
    page.merge(page.span(row, *columns), "", style)
    if field is None:
        return
    at = field_name(field.id, field.columns[0])
    text = f'TEXT({at},"yyyy-mm-dd")' if field.type is FieldType.DATE else at
    page.formula(row, columns[0], f'IF({at}="","",{text})', style)


def _carried(page: Page, row: int) -> int:
    """Where it is said whether what came from last year's workbook was confirmed."""
    styles = page.styles
    page.merge(
        page.span(row, 2, 3), "由去年的表带入的数：", styles.get(align="right", font_size=11)
    )
    page.write(row, 4, "", styles.input("@", "center"))
    page.name(CARRIED_NAME, page.span(row, 4, 4))
    hint = styles.get(align="left", font_size=SMALLEST, font_color=HINT_COLOUR, indent=1)
    page.merge(page.span(row, 5, LAST_COLUMN), "没有用去年的表生成的，这里留空。", hint)
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
    page.height(row, 21)
    return row + 1


def _first_steps(template: Template) -> list[str]:
    """What to do first, in one screen."""
    steps = [BY_STAGE if template.split.field is not None else NOT_BY_STAGE, ASKED]
    if any(True for _ in carried_columns(template)):
        steps.append(LAST_YEAR)
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
    """The sheets in the order of filling. Returns the next free row."""
    styles = page.styles
    row = _heading(page, row, "按这个次序填（点工作表名称可直接打开）")
    parts = ((2, 2), (3, 4), (5, 5), (6, 7), (8, LAST_COLUMN))
    for part, text in zip(
        parts, ("表号", "工作表", "必填", "统计时点、时期", "数据一般从哪里取"), strict=True
    ):
        page.merge(page.span(row, *part), text, styles.header())
    page.height(row, 18)
    row += 1
    link = styles.get(border=1, border_color=LINE_COLOUR, font_color="#0563C1", underline=1)
    for sheet in page.template.sheets:
        if sheet.kind is SheetKind.GUIDE:
            continue
        period = sheet.period.removeprefix("统计时点：").removeprefix("统计时期：")
        required = _required(sheet)
        asked = f"{required} 项" if required else ("选填" if sheet.optional else "")
        source = sheet.source or KIND_WORDS[sheet.kind]
        texts = (sheet.form_number, "", asked, period, source)
        for part, text in zip(parts, texts, strict=True):
            style = styles.label() if part == parts[-1] else styles.centred()
            page.merge(page.span(row, *part), text, link if part == (3, 4) else style)
        page.worksheet.write_url(row - 1, 2, f"internal:'{sheet.title}'!A1", link, sheet.title)
        heights = ((text, page.width(*part), 11.0) for part, text in zip(parts, texts, strict=True))
        page.height(row, max(18.0, row_height(*heights) - 2))
        row += 1
    return row


def _legend(page: Page, row: int) -> int:
    """What the colours say: one patch beside the other, the meaning below. Returns the next row."""
    styles = page.styles
    entries = [
        *COLOURS,
        *((f"#{FILL_COLOURS[fill]}", FILL_WORDS[fill], MARK_MEANINGS[fill]) for fill in Fill),
    ]
    meaning_style = styles.get(
        border=1, border_color=LINE_COLOUR, align="center", text_wrap=True, font_size=SMALLEST
    )
    for column, (colour, word, meaning) in enumerate(entries, start=2):
        patch = styles.get(border=1, border_color=LINE_COLOUR, bg_color=colour, align="center")
        page.write(row, column, word, patch)
        page.write(row + 1, column, meaning, meaning_style)
    page.height(row, 19)
    widest = [
        (meaning, WIDTHS[column], float(SMALLEST))
        for column, (_, _, meaning) in enumerate(entries, start=2)
    ]
    page.height(row + 1, row_height(*widest))
    return row + 2
