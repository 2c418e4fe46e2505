"""The sheets beside the forms: 指标 shows what the workbook computed, 说明 what clerks wrote about
their soft findings."""

from __future__ import annotations

from collections.abc import Mapping

from checker.forms.names import EXPLANATIONS_NAME, indicator_name
from checker.forms.plain_text import squeeze, trim
from checker.model.cells import CellKind, CellRef
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import (
    EXPLANATION_WIDTH,
    Explanation,
    ExplanationArea,
    ShownIndicator,
    key_offset,
)
from checker.model.template import WHOLE, Sheet

EXPLANATION_HEADERS = ("编号", "位置", "问题", "说明文字", "识别码")
EXPLANATION_ROWS = 200
"""Rows of the body of the sheet 说明 as it is built."""

A_FORMULA = ""
"""``expected_formula`` of a cell whose formula is gone: that there was one is certain, its text is
not needed to say so. Cells that still have a formula get None: it may have been rewritten by the
spreadsheet program, and their value is compared anyway."""

TEXT_OFFSET = 3  # of 说明文字, from the column 编号
SEARCHED_ROWS = 30


def read_explanations(
    snapshot: Snapshot, title: str
) -> tuple[Mapping[str, Explanation], ExplanationArea | None]:
    """Explanations by the key of their finding, and the body of the table.

    Rows that checker entered and that still await a text are among them, with text "". When one
    key stands in several rows, a row with a text wins. A text that has no key, or whose key another
    row with a text has, belongs to no finding; it stands under "@" and its row, so that no other
    finding is ever entered beside it.
    """
    sheet = snapshot.sheets[title]
    area = _area(snapshot, sheet, title)
    if area is None:
        return {}, None
    first, _ = area
    offsets = (key_offset(area), 1, 2, TEXT_OFFSET)
    found: dict[str, Explanation] = {}
    for row in range(first.row, sheet.last_row + 1):
        key, place, issue, text = (_text(sheet, row, first.column + n) for n in offsets)
        if key and (key not in found or (text and not found[key].text)):
            found[key] = Explanation(key, text, row, issue, place)
        elif text:
            found[f"@{row}"] = Explanation("", text, row)
    return found, area


def _area(snapshot: Snapshot, sheet: SheetSnapshot, title: str) -> ExplanationArea | None:
    named = snapshot.names.get(EXPLANATIONS_NAME)
    if named is not None and named[0].sheet == title:
        return named
    for offset, line in enumerate(sheet.rows[:SEARCHED_ROWS]):
        texts = [squeeze(value) for value in line]
        for shift, text in enumerate(texts):
            if text == "编号" and texts[shift + TEXT_OFFSET : shift + TEXT_OFFSET + 1] == [
                "说明文字"
            ]:
                row, column = sheet.origin[0] + offset + 1, sheet.origin[1] + shift
                width = TEXT_OFFSET + 1
                if texts[shift + width : shift + width + 1] == [EXPLANATION_HEADERS[width]]:
                    width = EXPLANATION_WIDTH
                last = CellRef(title, row + EXPLANATION_ROWS - 1, column + width - 1)
                return CellRef(title, row, column), last
    return None


def _text(sheet: SheetSnapshot, row: int, column: int) -> str:
    value = sheet.raw(row, column)
    return trim(value) if isinstance(value, str) else "" if value is None else str(value)


def read_indicators(
    snapshot: Snapshot, sheet: Sheet, stages: tuple[str, ...]
) -> list[ShownIndicator]:
    """The named 数值 cells of the school's own stages and of the whole. ``stage`` of a
    whole-school one is "". Whether a value is right is not judged here."""
    shown: list[ShownIndicator] = []
    for rule in sheet.indicators:
        for stage in (*stages, WHOLE):
            target = snapshot.names.get(indicator_name(rule, stage))
            if target is None or target[0].sheet not in snapshot.sheets:
                continue
            place = target[0]
            content = snapshot.sheets[place.sheet].cell(place.row, place.column)
            if content.kind is CellKind.EMPTY and content.formula is None:
                continue  # this indicator is not defined for this stage
            overwritten = snapshot.formulas_known and content.formula is None
            expected = A_FORMULA if overwritten else None
            name = "" if stage == WHOLE else stage
            shown.append(ShownIndicator(rule, name, place, content, expected))
    return shown
