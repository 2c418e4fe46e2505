"""Draws the sheet 指标: each indicator's limit, live value and verdict, by stage."""

from __future__ import annotations

from checker_templates.building.indicator_formulas import (
    NOT_REACHED,
    REACHED,
    WAITING,
    IndicatorFormulas,
    value_formula,
    verdict_formula,
)
from checker_templates.building.layout import INDICATOR_HEADERS, Area, IndicatorLayout
from checker_templates.building.page_frame import (
    Page,
    finish,
    head,
    school_line,
)
from checker_templates.building.page_styles import row_height

from checker.forms.names import indicator_name
from checker.model.cells import column_letters

TWO_LINES = 36.0  # points
HINT = "数值由公式随填随算，不用填写；横条越长，离标准越近。最终结论以“校验”的结果为准。"
COUNTED = f"{REACHED} 00 项，{NOT_REACHED} 00 项，{WAITING} 00 项"


def draw_indicators(page: Page, formulas: IndicatorFormulas) -> None:
    """The whole sheet. Stages for which no indicator is defined are hidden."""
    grid = page.layout.indicators
    if grid is None:
        return
    widths = {1: 7.0, 2: 20.0, 3: 6.0}
    for start in grid.groups.values():
        widths |= {start: 8.0, start + 1: 8.0, start + 2: 7.0}
    page.set_widths(widths)
    used = {stage for _, stage in formulas} or set(grid.groups)
    split = head(page, (), grid.last_column, HINT, COUNTED)
    school_line(page, grid.last_column)
    _draw_header(page, grid)
    for rule in grid.rows:
        _draw_indicator(page, grid, rule, formulas)
    if grid.rows:
        _count_verdicts(page, grid, split)
        _colour_verdicts(page, grid)
    for stage, start in grid.groups.items():
        if stage not in used:
            for column in range(start, start + len(INDICATOR_HEADERS)):
                page.widths[column] = 0.0
                page.worksheet.set_column(column - 1, column - 1, 0, None, {"hidden": True})
    finish(
        page,
        grid.last_column,
        freeze=(grid.header_row + 1, 2),
        repeat=(grid.header_row, grid.header_row + 1),
    )


def _draw_header(page: Page, grid: IndicatorLayout) -> None:
    styles, row, sheet = page.styles, grid.header_row, page.sheet.title
    for column, text in ((1, "编号"), (2, "指标名称"), (3, "单位")):
        page.merge(Area(sheet, row, column, row + 1, column), text, styles.header())
    for stage, start in grid.groups.items():
        last = start + len(INDICATOR_HEADERS) - 1
        page.merge(page.span(row, start, last), grid.titles[stage], styles.header())
        for offset, text in enumerate(INDICATOR_HEADERS):
            page.write(row + 1, start + offset, text, styles.header())
    page.height(row, 22)
    page.height(row + 1, 20)


def _draw_indicator(
    page: Page, grid: IndicatorLayout, rule: str, formulas: IndicatorFormulas
) -> None:
    styles, row = page.styles, grid.rows[rule]
    known = next((item for (id_, _), item in formulas.items() if id_ == rule), None)
    title, unit = (known.title, known.unit) if known else ("", "")
    page.write(row, 1, rule, styles.centred())
    page.write(row, 2, title, styles.label())
    page.write(row, 3, unit, styles.centred())
    height = row_height((title, page.widths[2], 11), (unit, page.widths[3], 11)) + 4
    page.height(row, max(TWO_LINES, height))
    for stage, start in grid.groups.items():
        cell = page.span(row, start + 1, start + 1)
        page.name(indicator_name(rule, stage), cell)
        indicator = formulas.get((rule, stage))
        if indicator is None:
            for column in range(start, start + len(INDICATOR_HEADERS)):
                page.write(row, column, "", styles.closed())
            continue
        page.write(row, start, indicator.limit_text, styles.centred())
        value = value_formula(indicator, page.template, stage)
        page.formula(row, start + 1, value, styles.shown(indicator.number_format, "right"))
        verdict = verdict_formula(indicator, page.template, rule, stage)
        page.formula(row, start + 2, verdict, styles.shown("@", "left"))


def _count_verdicts(page: Page, grid: IndicatorLayout, column: int) -> None:
    """How many are reached and how many are not, opposite the hint."""
    rows, row = grid.rows.values(), 3
    corner = f"{column_letters(grid.last_column)}${max(rows)}"
    area = f"$D${min(rows)}:${corner}"
    told = [
        f'"{word} "&COUNTIF({area},"{pattern}")&" 项"'
        for word, pattern in (
            (REACHED, f"{REACHED}*"),
            (NOT_REACHED, f"{NOT_REACHED}*"),
            (WAITING, WAITING),
        )
    ]
    style = page.styles.get(align="right", bold=True)
    page.formula(row, column, '&"，"&'.join(told), style)


def _colour_verdicts(page: Page, grid: IndicatorLayout) -> None:
    """Letters, not fills: the fill of a cell belongs to the marks of the checker."""
    rows = grid.rows.values()
    for start in grid.groups.values():
        for word, colour in ((REACHED, "#006100"), (NOT_REACHED, "#9C0006")):
            page.worksheet.conditional_format(
                min(rows) - 1,
                start + 1,
                max(rows) - 1,
                start + 1,
                {
                    "type": "text",
                    "criteria": "begins with",
                    "value": word,
                    "format": page.styles.difference(font_color=colour, bold=True),
                },
            )
