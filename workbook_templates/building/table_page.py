"""Draws a table: header, numbered rows to be filled, lists and prompts; and a sheet of tables."""

from __future__ import annotations

from checker_templates.building.input_rules import NUMBER_FORMATS, input_rule
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
from checker_templates.building.page_styles import ROW_HEIGHT, row_height

from checker.forms.layout import LABEL_COLUMN, Area, TableLayout
from checker.forms.names import table_name
from checker.model.template import Blank, FieldType

ORDINAL_HEADER = "序号"
INSERT_HINT = "行数不够时，请在表格中间插入行，不要接在最后一行的下面。"


def draw_table_sheet(page: Page) -> None:
    """A sheet that holds tables only."""
    last = page.layout.last_columns[page.sheet.id]
    tables = [page.layout.tables[table.id] for table in page.sheet.tables]
    widths = {1: 6.0}
    for table in tables:
        for column in table.table.columns:
            at = table.columns[column.id]
            widths[at] = max(widths.get(at, 0.0), column.width * 1.1)
    page.set_widths(widths)
    head(page, [column.unit for table in page.sheet.tables for column in table.columns], last)
    school_line(page, last)
    for table in tables:
        draw_table(page, table)
    at = page.layout.footer_rows[page.sheet.id]
    foot(page, at, last)
    columns = [column for table in page.sheet.tables for column in table.columns]
    notes = [f"{column.title}：{column.note}" for column in columns if column.note]
    relations = list(page.relations.get(page.sheet.id, ()))
    below(page, at + 2, last, [(NOTES, notes), (RELATIONS, relations)])
    first = tables[0]
    page.worksheet.set_selection(first.body.first)
    finish(
        page,
        last,
        freeze=(first.number_row, 1),
        repeat=(first.header_row, first.number_row) if len(tables) == 1 else None,
        insert_rows=True,
        filled=first.body if len(tables) == 1 else None,
    )


def draw_table(page: Page, table: TableLayout) -> None:
    """One table where the layout says; the name T_<table> covers its body and grows with it."""
    styles = page.styles
    labelled = table.ordinal_column > LABEL_COLUMN  # under a form: the table's title as 甲
    if table.title_row:
        page.write(table.title_row, 1, table.table.title, styles.heading())
        page.height(table.title_row, 26)
    if table.note_row:
        note = f"{table.table.note}{INSERT_HINT}"
        page.merge(
            page.span(table.note_row, 1, page.layout.last_columns[page.sheet.id]),
            note,
            styles.line(),
        )
        page.height(table.note_row, 18)
    heads = [(table.ordinal_column, ORDINAL_HEADER, "乙" if labelled else "甲")]
    if labelled:
        heads.insert(0, (LABEL_COLUMN, table.table.title, "甲"))
    for number, (column_id, column) in enumerate(table.columns.items(), start=1):
        heads.append((column, table.headers[column_id], str(number)))
    for column, text, number_text in heads:
        page.write(table.header_row, column, text, styles.header())
        page.write(table.number_row, column, number_text, styles.number())
    heights = ((text, page.widths.get(at, 9.0), 11.0) for at, text, _ in heads)
    page.height(table.header_row, row_height(*heights) + 4)
    page.height(table.number_row, 15)

    formats = {
        column.id: styles.input(*NUMBER_FORMATS[column.type]) for column in table.table.columns
    }
    for ordinal in range(1, table.table.capacity + 1):
        row = table.first_row + ordinal - 1
        page.height(row, ROW_HEIGHT)
        page.write(row, table.ordinal_column, ordinal, styles.centred())
        if labelled:
            page.write(row, LABEL_COLUMN, table.table.title, styles.label())
        for column_id, column in table.columns.items():
            page.write(row, column, "", formats[column_id])
    page.name(table_name(table.table.id), table.body)
    for table_column in table.table.columns:
        at = table.columns[table_column.id]
        rule = input_rule(table_column, required=table_column.blank is Blank.MISSING)
        page.worksheet.data_validation(
            table.first_row - 1, at - 1, table.last_row - 1, at - 1, dict(rule)
        )
        if table_column.type in (FieldType.TEXT, FieldType.CODE):
            page.text_areas.append(Area(page.sheet.title, table.first_row, at, table.last_row, at))
