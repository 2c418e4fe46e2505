"""The sheet 说明: soft findings that await a text are entered; what was explained stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.marking.findings import Finding
from checker.model.cells import CellRef
from checker.model.marks import CellEdit
from checker.model.report import Report
from checker.model.submission import RETURNED, Explanation, ExplanationArea, key_offset
from checker.model.verdicts import Outcome

NUMBER, PLACE, ISSUE, TEXT = range(4)
"""Offsets of the columns 编号, 位置, 问题 and 说明文字."""


def _entry(finding: Finding) -> tuple[str, str, str]:
    place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
    return (finding.key, place, finding.message or finding.title)


def explanation_edits(report: Report, findings: Sequence[Finding]) -> tuple[CellEdit, ...]:
    """Edits of the sheet 说明, none if the workbook has no such sheet.

    A row whose text is filled in keeps all it says, also when the marks are taken away: a text that
    lost its key would be no explanation any more. The other rows were written by an earlier run:
    those whose finding is gone are emptied, and findings without a row take the free ones. When the
    rows run out, the rest stands in 校验结果 only.
    """
    area = report.submission.explanation_area
    if area is None:
        return ()
    first, last = area
    known = report.submission.explanations.values()
    explained = {item.row for item in known if item.text.strip()}
    explained_keys = {item.key for item in known if item.text.strip()}
    stale = {item.row for item in known} - explained
    waiting = {
        finding.key: finding
        for finding in findings
        if finding.verdict is Outcome.DOUBT
        and not finding.informs
        and finding.key not in explained_keys
    }
    edits = [
        edit
        for item in known
        if item.text.strip() and item.key
        for edit in _row(area, item.row, item.key, item.place, _issue(item))
        if edit.value is not None
    ]
    free = (row for row in range(first.row, last.row + 1) if row not in explained)
    for finding, row in zip(waiting.values(), free, strict=False):
        stale.discard(row)
        edits.extend(_row(area, row, *_entry(finding)))
    for row in sorted(stale):
        edits.extend(_row(area, row))
    return tuple(edits)


def _issue(item: Explanation) -> str:
    """What stands as 问题 beside a text: with why the county sent the text back, if it did."""
    issue = item.issue.partition(RETURNED)[0]
    if item.returned is None:
        return issue
    return f"{issue}{RETURNED}{f'：{item.returned}' if item.returned else ''}〕"


def _row(
    area: ExplanationArea, row: int, key: str = "", place: str = "", issue: str = ""
) -> Iterator[CellEdit]:
    """What stands in one row beside the text: 编号, if the key has a column of its own, the key,
    位置 and 问题; without a key, the row is emptied."""
    first, _ = area
    beside = CellRef(first.sheet, row, first.column + TEXT).a1
    at = key_offset(area)
    values: dict[int, str | int] = {at: key, PLACE: place, ISSUE: issue}
    if at != NUMBER:
        values = {NUMBER: row - first.row + 1 if key else "", **values}
    for offset, value in values.items():
        cell = CellRef(first.sheet, row, first.column + offset).a1
        yield CellEdit(first.sheet, cell, value or None, beside=beside)
