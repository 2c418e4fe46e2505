"""The sheet 说明: what clerks wrote about their soft findings, and where its rows are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from checker.forms.form_grid import squeeze
from checker.forms.names import EXPLANATIONS_NAME
from checker.forms.typed_value import trim
from checker.model.cells import CellRef
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import Explanation

if TYPE_CHECKING:
    from checker.forms.layout import Layout

WIDTH = 4  # the columns 编号, 位置, 问题 and 说明文字
TEXT_OFFSET = WIDTH - 1
SEARCHED_ROWS = 30

Area = tuple[CellRef, CellRef]


def read_explanations(
    snapshot: Snapshot, title: str, declared: Callable[[], Layout]
) -> tuple[Mapping[str, Explanation], Area | None]:
    """Explanations by the key of their finding, and the body of the table.

    Rows that checker entered and that still await a text are among them, with text "". When one
    key stands in several rows, a row with a text wins. A text that has no key, or whose key another
    row with a text has, belongs to no finding; it stands under "@" and its row, so that no other
    finding is ever entered beside it.
    """
    sheet = snapshot.sheets[title]
    area = _area(snapshot, sheet, title, declared)
    if area is None:
        return {}, None
    first, _ = area
    found: dict[str, Explanation] = {}
    for row in range(first.row, sheet.last_row + 1):
        key, place, issue, text = (_text(sheet, row, first.column + n) for n in range(WIDTH))
        if key and (key not in found or (text and not found[key].text)):
            found[key] = Explanation(key, text, row, issue, place)
        elif text:
            found[f"@{row}"] = Explanation("", text, row)
    return found, area


def _area(
    snapshot: Snapshot, sheet: SheetSnapshot, title: str, declared: Callable[[], Layout]
) -> Area | None:
    named = snapshot.names.get(EXPLANATIONS_NAME)
    if named is not None and named[0].sheet == title:
        return named
    prepared = declared().explanations
    rows = 1 + prepared.last_row - prepared.first_row if prepared else 1
    for offset, line in enumerate(sheet.rows[:SEARCHED_ROWS]):
        texts = [squeeze(value) for value in line]
        for shift, text in enumerate(texts):
            if text == "编号" and texts[shift + TEXT_OFFSET : shift + TEXT_OFFSET + 1] == [
                "说明文字"
            ]:
                row, column = sheet.origin[0] + offset + 1, sheet.origin[1] + shift
                last = CellRef(title, row + rows - 1, column + TEXT_OFFSET)
                return CellRef(title, row, column), last
    return None


def _text(sheet: SheetSnapshot, row: int, column: int) -> str:
    value = sheet.raw(row, column)
    return trim(value) if isinstance(value, str) else "" if value is None else str(value)
