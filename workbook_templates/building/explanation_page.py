"""Draws the sheet 说明, where the clerk says why a doubtful figure is right."""

from __future__ import annotations

from checker_templates.building.layout import (
    EXPLANATION_KEY_COLUMN,
    EXPLANATION_TEXT_COLUMN,
    ExplanationLayout,
)
from checker_templates.building.page_frame import Page, finish, head, school_line
from checker_templates.building.page_styles import INPUT_COLOUR, LINE_COLOUR

from checker.forms.names import EXPLANATIONS_NAME
from checker.forms.side_sheets import EXPLANATION_HEADERS

ROW_HEIGHT = 48.0
HINT = (
    "校验后“存疑”的问题会列在这里：数据有误请改正，数据属实请在“说明文字”一栏写明原因。"
    "没有问题时，这一页不用打印。"
)


def draw_explanations(page: Page) -> None:
    """Header and rows that await findings; only 说明文字 is open, the findings' keys are hidden.

    A row gets its lines and colour with its finding, so that no program prints the empty ones.
    Every row is tall enough for three lines: LibreOffice does not grow rows on opening.
    """
    grid = page.layout.explanations
    if grid is None:
        return
    styles, last = page.styles, EXPLANATION_TEXT_COLUMN
    page.set_widths({1: 6.0, 2: 16.0, 3: 62.0, 4: 46.0})
    head(page, (), last, HINT)
    school_line(page, last)
    for column, text in enumerate(EXPLANATION_HEADERS, start=1):
        page.write(grid.header_row, column, text, styles.header())
    page.height(grid.header_row, 24)
    plain = styles.get(num_format="@", align="left", text_wrap=True)
    open_cell = styles.get(num_format="@", align="left", text_wrap=True, locked=False)
    number = styles.get(align="center")
    for row in range(grid.first_row, grid.last_row + 1):
        page.worksheet.set_row(row - 1, ROW_HEIGHT)
        page.write(row, 1, "", number)
        for column in range(2, last):
            page.write(row, column, "", plain)
        page.write(row, last, "", open_cell)
        page.write(row, EXPLANATION_KEY_COLUMN, "", plain)
    page.worksheet.set_column(
        EXPLANATION_KEY_COLUMN - 1, EXPLANATION_KEY_COLUMN - 1, 9, None, {"hidden": True}
    )
    _draw_used_rows(page, grid)
    page.name(EXPLANATIONS_NAME, grid.body)
    page.worksheet.data_validation(
        grid.first_row - 1,
        last - 1,
        grid.last_row - 1,
        last - 1,
        {
            "validate": "any",
            "input_title": "说明文字",
            "input_message": "写明数据属实的原因，例如“本学年由两校合并”。再次校验后，"
            "这一条会变为“已说明”。",
        },
    )
    finish(
        page,
        last,
        freeze=(grid.header_row, 0),
        repeat=(grid.header_row, grid.header_row),
    )


def _draw_used_rows(page: Page, grid: ExplanationLayout) -> None:
    """Lines around the rows that have a finding or a text, and colour where one is to be typed."""
    used = f"=LEN($C{grid.first_row}&$D{grid.first_row})>0"
    lined = {"border": 1, "border_color": LINE_COLOUR}
    for left, right, properties in (
        (1, EXPLANATION_TEXT_COLUMN - 1, lined),
        (EXPLANATION_TEXT_COLUMN, EXPLANATION_TEXT_COLUMN, lined | {"bg_color": INPUT_COLOUR}),
    ):
        page.worksheet.conditional_format(
            grid.first_row - 1,
            left - 1,
            grid.last_row - 1,
            right - 1,
            {"type": "formula", "criteria": used, "format": page.styles.difference(**properties)},
        )
