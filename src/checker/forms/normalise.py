"""From a messy cell to a typed value, with a finding for the clerk and never a wrong number."""

from __future__ import annotations

from checker.forms.cell_dates import read_date, read_month, read_year
from checker.forms.cell_numbers import read_number
from checker.forms.cell_words import CodeList, read_code, read_flag, read_text
from checker.forms.plain_text import trim
from checker.forms.typed_value import NUMBERS, Entry, TypedValue, blank, remarked, unreadable
from checker.model.cells import Cell, CellKind
from checker.model.submission import FactState
from checker.model.template import FieldType

ERROR_TEXTS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"}
)
"""Pasting "values only" turns an error value into text that looks the same."""

_PICTURE = "DISPIMG("
"""The function by which WPS puts a picture into a cell."""

_READERS = {
    **dict.fromkeys(NUMBERS, read_number),
    FieldType.FLAG: read_flag,
    FieldType.TEXT: read_text,
    FieldType.DATE: read_date,
    FieldType.YEAR: read_year,
    FieldType.MONTH: read_month,
}


def normalise(cell: Cell, entry: Entry, codes: CodeList | None = None) -> TypedValue:
    """The typed value of one cell.

    ``entry`` is the field or table column that the cell was bound to, ``codes`` its code list (for
    type CODE). Missing values are not judged here: whether an empty cell is a fault depends on the
    school's stages.
    """
    kind = cell.kind
    if cell.formula and _PICTURE in cell.formula:
        return _picture()
    if kind is CellKind.EMPTY:
        return blank(entry)
    if kind is CellKind.UNCOMPUTED:
        return remarked(FactState.UNCOMPUTED, None, "", "FORM005.uncomputed")
    if isinstance(cell.value, str):
        text = trim(cell.value)
        if kind is CellKind.ERROR or text in ERROR_TEXTS:
            return remarked(FactState.ERROR, None, text, "FORM004.error_value")
        if not text:
            return blank(entry)
        if _PICTURE in text:
            return _picture()
    if entry.type is FieldType.CODE:
        return read_code(cell, entry, codes or CodeList({}))
    return _READERS[entry.type](cell, entry)


def _picture() -> TypedValue:
    return unreadable("FORM025.picture", "（图片）", "文字或数")
