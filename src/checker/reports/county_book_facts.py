"""The sheet 数据表 of 县级汇总.xlsx: a row per school, a column per figure, to calculate with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from checker.county.report import CountyReport, FactColumn
from checker.marking.file_record import FileRecord
from checker.reports.book_sheets import ListSheet, Styles, Value

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

_FLAGS = {"True": "是", "False": "否"}


def write_facts(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """Only one school's facts are held at a time. Rows of tables (one per class) are left to the
    Parquet files."""
    columns = report.fact_columns
    heads = ("标识码", "学校名称", *(item.title for item in columns))
    page = ListSheet(book, styles, "数据表", heads, (13, 28, *[13.0] * len(columns)))
    page.sheet.freeze_panes(1, 2)
    page.sheet.fit_to_pages(0, 0)
    counted = {item.path for item in report.handing_in.counted.values()}
    for record in report.records:
        if record.path in counted:
            row = _row(record, columns)
            page.write(row, [styles.text] * len(row), wraps=False)
    page.add_filter()


def _row(record: FileRecord, columns: Sequence[FactColumn]) -> list[Value]:
    own = record.facts.of_form()
    return [record.code, record.name, *(_value(item, own) for item in columns)]


def _value(item: FactColumn, own: Mapping[tuple[str, str], str]) -> Value:
    text = own.get((item.field, item.column))
    if text is None or not item.is_number:
        return None if text is None else _FLAGS.get(text, text)
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
