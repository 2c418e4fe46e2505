"""The sheet 说明: soft findings that await a text are entered; what was explained stays."""

from __future__ import annotations

from collections.abc import Sequence

from checker.marking.findings import Finding
from checker.model.cells import CellRef
from checker.model.marks import CellEdit
from checker.model.report import Report
from checker.model.submission import key_offset
from checker.model.verdicts import Outcome

PLACE, ISSUE, TEXT = range(1, 4)
"""Offsets of the columns 位置, 问题 and 说明文字."""


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
    key = key_offset(area)
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
        _edit(first, item.row, offset, value)
        for item in known
        if item.text.strip() and item.key
        for offset, value in ((key, item.key), (PLACE, item.place), (ISSUE, item.issue))
        if value
    ]
    free = (row for row in range(first.row, last.row + 1) if row not in explained)
    for finding, row in zip(waiting.values(), free, strict=False):
        stale.discard(row)
        for offset, value in zip((key, PLACE, ISSUE), _entry(finding), strict=True):
            edits.append(_edit(first, row, offset, value))
    for row in sorted(stale):
        edits.extend(_edit(first, row, offset, None) for offset in (key, PLACE, ISSUE))
    return tuple(edits)


def _edit(corner: CellRef, row: int, offset: int, value: str | None) -> CellEdit:
    cell, text = (CellRef(corner.sheet, row, corner.column + n).a1 for n in (offset, TEXT))
    return CellEdit(corner.sheet, cell, value, beside=text)
