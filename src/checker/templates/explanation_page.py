"""Draws the sheet 说明, where the clerk says why a doubtful figure is right."""

from __future__ import annotations

from checker.templates.layout import EXPLANATION_HEADERS
from checker.templates.names import EXPLANATIONS_NAME
from checker.templates.page_frame import Page, finish, head, school_line

HINT = "校验后“存疑”的问题会列在这里：数据有误请改正，数据属实请在“说明文字”一栏写明原因。"


def draw_explanations(page: Page) -> None:
    """Header and prepared rows; only the last column is open. Rows grow with their text."""
    grid = page.layout.explanations
    if grid is None:
        return
    styles, last = page.styles, len(EXPLANATION_HEADERS)
    page.set_widths({1: 26.0, 2: 22.0, 3: 46.0, 4: 50.0})
    head(page, (), last, HINT)
    school_line(page, last)
    for column, text in enumerate(EXPLANATION_HEADERS, start=1):
        page.write(grid.header_row, column, text, styles.header())
    page.height(grid.header_row, 24)
    for row in range(grid.first_row, grid.last_row + 1):
        for column in range(1, last):
            page.write(row, column, "", styles.shown("@", "left"))
        page.write(row, last, "", styles.input("@", "left"))
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
        landscape=True,
    )
