"""Draws a table: header, numbered rows to be filled, lists and prompts; and a sheet of tables."""

from __future__ import annotations

from collections.abc import Sequence

from checker_templates.building.input_rules import NUMBER_FORMATS, input_rule
from checker_templates.building.layout import LABEL_COLUMN, Area, TableLayout
from checker_templates.building.page_frame import (
    NOTES,
    RELATIONS,
    Page,
    below,
    finish,
    foot,
    head,
    school_line,
)
from checker_templates.building.page_styles import (
    ACROSS,
    INPUT_COLOUR,
    LINE_COLOUR,
    ROW_HEIGHT,
    SMALLEST,
    header_text,
    row_height,
)

from checker.forms.names import table_name
from checker.model.cells import column_letters
from checker.model.template import Blank, FieldType

ORDINAL_HEADER = "序号"
INSERT_HINT = "行数不够时，请在表格中间插入行，不要接在最后一行的下面。"
ORDINAL_PROMPT = "可以不填，不影响校验。"
WIDE = 14.0
"""Characters: a column wider than this holds texts that may as well take more lines."""
OFFERED = 6
"""So many empty rows below the last one that is filled look as if they were to be filled."""


def draw_table_sheet(page: Page) -> None:
    """A sheet that holds tables only."""
    last = page.layout.last_columns[page.sheet.id]
    tables = [page.layout.tables[table.id] for table in page.sheet.tables]
    widths = {1: 6.0}
    for table in tables:
        for column in table.table.columns:
            at = table.columns[column.id]
            widths[at] = max(widths.get(at, 0.0), column.width * 1.1)
    wide = {at: width for at, width in widths.items() if width > WIDE}
    over = sum(widths.values()) - ACROSS
    if over > 0:  # wide texts have their lines shortened, so that letters need not be smaller
        share = max(0.5, 1 - over / sum(wide.values()))
        widths |= {at: max(WIDE, width * share) for at, width in wide.items()}
    page.set_widths(widths)
    head(page, [column.unit for table in page.sheet.tables for column in table.columns], last)
    school_line(page, last)
    first = tables[0]
    columns = [column for table in page.sheet.tables for column in table.columns]
    notes = [f"{column.title}：{column.note}" for column in columns if column.note]
    relations = list(page.relations.lines.get(page.sheet.id, ()))
    growing = len(tables) == 1
    if growing:  # what stands below the rows would be printed on a sheet of paper far away
        remarks = [f"{NOTES}：{' '.join(notes)}"] if notes else []
        remarks += [f"{RELATIONS}：{'　　'.join(relations)}"] if relations else []
        draw_table(page, first, growing=True, remarks=remarks)
    else:
        for table in tables:
            draw_table(page, table)
        at = foot(page, page.layout.footer_rows[page.sheet.id], last)
        below(page, at + 2, last, [(NOTES, notes), (RELATIONS, relations)])
    page.worksheet.set_selection(first.body.first)
    finish(
        page,
        last,
        freeze=(first.number_row, 1),
        repeat=(first.header_row, first.number_row) if len(tables) == 1 else None,
        insert_rows=True,
        filled=first.body if growing else None,
    )


def draw_table(
    page: Page, table: TableLayout, *, growing: bool = False, remarks: Sequence[str] = ()
) -> None:
    """One table where the layout says; the name T_<table> covers its body and grows with it.

    With ``growing`` only the rows in use and a few more are drawn, so that no program prints the
    others. ``remarks`` are lines below the table's note.
    """
    styles = page.styles
    labelled = table.ordinal_column > LABEL_COLUMN  # under a form: the table's title as 甲
    if table.title_row:
        page.write(table.title_row, 1, table.table.title, styles.heading())
        page.height(table.title_row, 26)
    if table.note_row:
        note = "\n".join([f"{table.table.note}{INSERT_HINT}", *remarks])
        last = page.layout.last_columns[page.sheet.id]
        page.merge(page.span(table.note_row, 1, last), note, styles.line())
        page.height(table.note_row, row_height((note, page.width(1, last) * 0.9, SMALLEST)) + 3)
    heads = [(table.ordinal_column, ORDINAL_HEADER, "乙" if labelled else "甲")]
    if labelled:
        heads.insert(0, (LABEL_COLUMN, table.table.title, "甲"))
    for number, (column_id, column) in enumerate(table.columns.items(), start=1):
        heads.append((column, table.headers[column_id], str(number)))
    heads = [
        (at, header_text(text, page.widths.get(at, 9.0)), number) for at, text, number in heads
    ]
    for column, text, number_text in heads:
        page.write(table.header_row, column, text, styles.header())
        page.write(table.number_row, column, number_text, styles.number())
    heights = ((text, page.widths.get(at, 9.0), 11.0) for at, text, _ in heads)
    page.height(table.header_row, row_height(*heights) + 4)
    page.height(table.number_row, 15)

    formats = {
        column.id: styles.input(*NUMBER_FORMATS[column.type]) for column in table.table.columns
    }
    undrawn = {
        column.id: styles.open(*NUMBER_FORMATS[column.type]) for column in table.table.columns
    }
    for ordinal in range(1, table.table.capacity + 1):
        row = table.first_row + ordinal - 1
        page.height(row, ROW_HEIGHT)
        drawn = not growing or ordinal == 1  # the first row has the mark of an empty table
        if growing:
            style = styles.input("0", "center") if drawn else styles.open("0", "center")
            page.write(row, table.ordinal_column, "", style)
        else:
            page.write(row, table.ordinal_column, ordinal, styles.centred())
        if labelled:
            page.write(row, LABEL_COLUMN, table.table.title, styles.label())
        for column_id, column in table.columns.items():
            page.write(row, column, "", (formats if drawn else undrawn)[column_id])
    if growing:
        _draw_used_rows(page, table)
    page.name(table_name(table.table.id), table.body)
    for table_column in table.table.columns:
        at = table.columns[table_column.id]
        rule = input_rule(table_column, required=table_column.blank is Blank.MISSING)
        page.worksheet.data_validation(
            table.first_row - 1, at - 1, table.last_row - 1, at - 1, dict(rule)
        )
        if table_column.type in (FieldType.TEXT, FieldType.CODE):
            page.text_areas.append(Area(page.sheet.title, table.first_row, at, table.last_row, at))


def _draw_used_rows(page: Page, table: TableLayout) -> None:
    """Lines around the rows down to the last one filled, and lines and colour for some below it.

    The colour is kept off the filled rows: it would cover that of a mark.
    """
    body, last = table.body, filled_to(table)
    area = (table.first_row - 1, table.ordinal_column - 1, table.last_row - 1, body.right - 1)
    lines = {"border": 1, "border_color": LINE_COLOUR}
    at = f"ROW($A{table.first_row})"
    for criteria, properties in (
        (f"={at}<={last}", lines),
        (
            f"=AND({at}>{table.first_row},{at}<=MAX({table.first_row},{last})+{OFFERED})",
            lines | {"bg_color": INPUT_COLOUR},
        ),
    ):
        style = page.styles.difference(**properties)
        rule = {"type": "formula", "criteria": criteria, "format": style, "stop_if_true": True}
        page.worksheet.conditional_format(*area, rule)
    page.worksheet.data_validation(
        table.first_row - 1,
        table.ordinal_column - 1,
        table.last_row - 1,
        table.ordinal_column - 1,
        {"validate": "any", "input_title": ORDINAL_HEADER, "input_message": ORDINAL_PROMPT},
    )


def filled_to(table: TableLayout) -> str:
    """Excel expression (no "="): the last row of the table with anything in it, 0 without any."""
    left, right = column_letters(table.body.left), column_letters(table.body.right)
    rows = f"${left}${table.first_row}:${right}${table.last_row}"
    return f'SUMPRODUCT(MAX(({rows}<>"")*ROW({rows})))'
