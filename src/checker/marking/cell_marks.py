"""Cells to be coloured: one mark per cell, the worst colour wins, the note says all in words."""

from __future__ import annotations

from collections.abc import Sequence

from checker.marking.findings import Finding
from checker.model.cells import CellRef
from checker.model.marks import WORST_FIRST, Fill, Mark
from checker.model.report import Report
from checker.model.submission import FactRef
from checker.model.verdicts import Outcome

MOST_MARKS = 5000
"""Marks on one workbook. Beyond it the mildest go; the sheet 校验结果 still lists them."""

MOST_IN_NOTE = 5
"""Findings told in one note; a note nobody can read to its end helps nobody."""

MOST_RELATED = 12
"""Cells marked for one finding; a sum of a whole table would otherwise colour the table."""

FILL_OF: dict[Outcome, Fill] = {
    Outcome.PASS: Fill.PASS,
    Outcome.FAIL: Fill.FAIL,
    Outcome.DOUBT: Fill.DOUBT,
    Outcome.EXPLAINED: Fill.EXPLAINED,
    Outcome.UNMET: Fill.UNMET,
}


def fill_of(finding: Finding) -> Fill:
    """The colour of one finding: grey for what only informs."""
    return Fill.INFO if finding.informs else FILL_OF[finding.verdict]


def note_of(finding: Finding) -> str:
    """The note of one finding; begins with 不通过, 存疑, 已说明 or 提示."""
    unit = f"（{finding.unit}）" if finding.unit else ""
    lines = [f"{finding.word}　{finding.rule} {finding.title}{unit}".rstrip()]
    if finding.message:
        lines.append(finding.message)
    if finding.actual:
        lines.append(f"现在：{finding.actual}")
    if finding.required:
        lines.append(f"要求：{finding.required}")
    if finding.gap:
        lines.append(f"差距：{finding.gap}")
    if finding.borderline:
        lines.append("临界值：按显示的位数四舍五入后结论会相反，本结论以未舍入的数为准。")
    if finding.source:
        lines.append(f"依据：{finding.source}")
    if finding.fix:
        lines.append(f"怎么改：{finding.fix}")
    if finding.verdict is Outcome.DOUBT and not finding.informs:
        lines.append(f"核实无误的，请在“说明”表编号 {finding.key} 一行写明情况。")
    return "\n".join(lines)


def _related_note(finding: Finding) -> str:
    """The short note of the other cells that one finding speaks of."""
    first = finding.places[0]
    head = f"{finding.word}　{finding.rule} {finding.title}"
    return f"{head}\n{finding.message}\n与 {first.sheet}!{first.a1} 一并核对，详见该单元格批注。"


class _Gathered:
    """What has been said of one cell so far."""

    __slots__ = ("fill", "notes")

    def __init__(self, fill: Fill) -> None:
        self.fill = fill
        self.notes: list[tuple[Fill, str]] = []

    def add(self, fill: Fill, note: str) -> None:
        if WORST_FIRST.index(fill) < WORST_FIRST.index(self.fill):
            self.fill = fill
        self.notes.append((fill, note))

    def note(self) -> str | None:
        """The notes of the cell, worst first, repeated texts once."""
        ordered = sorted(self.notes, key=lambda item: WORST_FIRST.index(item[0]))
        texts = list(dict.fromkeys(text for _, text in ordered))
        if not texts:
            return None
        told = texts[:MOST_IN_NOTE]
        if len(texts) > MOST_IN_NOTE:
            told.append(f"此处另有 {len(texts) - MOST_IN_NOTE} 条，见“校验结果”表。")
        return "\n\n".join(told)


def marks_for(
    report: Report, findings: Sequence[Finding], most: int = MOST_MARKS
) -> tuple[Mark, ...]:
    """One mark per cell: findings with their notes, passes as a plain green fill.

    Cells of the sheet 指标 take the colour of the indicator's own verdict. At most ``most`` marks
    come back, the worst first when some must go.
    """
    cells: dict[CellRef, _Gathered] = {}
    for finding in findings:
        fill = fill_of(finding)
        for position, place in enumerate(finding.places[:MOST_RELATED]):
            note = note_of(finding) if position == 0 else _related_note(finding)
            cells.setdefault(place, _Gathered(fill)).add(fill, note)
    _mark_indicators(report, findings, cells)
    chosen = sorted(cells.items(), key=lambda item: WORST_FIRST.index(item[1].fill))[:most]
    marks = [
        Mark(place.sheet, place.a1, gathered.fill, gathered.note()) for place, gathered in chosen
    ]
    passed = Fill.PASS
    for place in _passed_places(report):
        if len(marks) >= most:
            break
        if place not in cells:
            marks.append(Mark(place.sheet, place.a1, passed))
    return tuple(marks)


def _passed_places(report: Report) -> dict[CellRef, None]:
    """The cells of everything that passed, each once. Facts are many times fewer than the verdicts
    that speak of them, so each is looked up once."""
    locate = report.submission.locate
    places: dict[CellRef, None] = {}
    seen: set[FactRef] = set()
    for verdict in report.verdicts:
        if verdict.outcome is not Outcome.PASS:
            continue
        if verdict.cell is not None:
            places[verdict.cell] = None
        for ref in verdict.at:
            if ref not in seen:
                seen.add(ref)
                place = locate(ref)
                if place is not None:
                    places[place] = None
    return places


def _mark_indicators(
    report: Report, findings: Sequence[Finding], cells: dict[CellRef, _Gathered]
) -> None:
    told = {(finding.rule, finding.stage): finding for finding in findings}
    passed = {
        (verdict.rule, verdict.unit.stage or "")
        for verdict in report.verdicts
        if verdict.outcome is Outcome.PASS
    }
    for shown in report.submission.indicators:
        key = (shown.rule, shown.stage)
        finding = told.get(key)
        if finding is not None:
            fill = fill_of(finding)
            cells.setdefault(shown.cell, _Gathered(fill)).add(fill, note_of(finding))
        elif key in passed:
            cells.setdefault(shown.cell, _Gathered(Fill.PASS))
