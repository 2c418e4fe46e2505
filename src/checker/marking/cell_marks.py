"""Cells to be coloured: one mark per cell, the worst colour wins, the note says all in words."""

from __future__ import annotations

from collections.abc import Sequence

from checker.marking.findings import Finding
from checker.model.cells import CellRef
from checker.model.marks import WORST_FIRST, Fill, Mark
from checker.model.report import Report
from checker.model.submission import FactRef, FactState
from checker.model.verdicts import Outcome

MOST_MARKS = 5000
"""Marks on one workbook. Beyond it the mildest go; the sheet 校验结果 still lists them."""

LONGEST_NOTE = 120
"""Characters of a note; a note nobody can read to its end helps nobody."""

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
    """The note of one finding: what is wrong and how to mend it; it begins with 不通过, 存疑,
    已说明, 未达标 or 提示. The clause and all details stand in 校验结果."""
    said = finding.message or finding.title
    asks = finding.verdict is Outcome.DOUBT and not finding.informs
    tail = "属实的请在“说明”表写明。" if asks else ""
    note = f"{finding.word}：{_cut(said, LONGEST_NOTE - len(finding.word) - 1 - len(tail))}{tail}"
    if finding.fix and len(note) + len(finding.fix) + 1 <= LONGEST_NOTE:
        note += f"\n{finding.fix}"
    return note


def _related_note(finding: Finding) -> str:
    """The short note of the other cells that one finding speaks of."""
    first = finding.places[0]
    return f"{finding.word}：与 {first.sheet}!{first.a1} 一并核对，见那一格的批注。"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


Said = list[tuple[Fill, str]]
"""What has been said of one cell so far: colours with notes; "" for a colour alone."""


def _worst_first(item: tuple[Fill, str]) -> int:
    return WORST_FIRST.index(item[0])


def _note_on(said: Said) -> str | None:
    """The notes of a cell, worst first, repeated texts once."""
    texts = list(dict.fromkeys(text for _, text in sorted(said, key=_worst_first) if text))
    if not texts:
        return None
    note = texts[0]
    more = len(texts) - 1
    if not more:
        return note
    if more == 1 and len(note) + len(texts[1]) + 1 <= LONGEST_NOTE:
        return f"{note}\n{texts[1]}"
    tail = f"\n此处另有 {more} 条，见“校验结果”表。"
    return _cut(note.partition("\n")[0], LONGEST_NOTE - len(tail)) + tail


def marks_for(
    report: Report, findings: Sequence[Finding], most: int = MOST_MARKS
) -> tuple[Mark, ...]:
    """One mark per cell: findings with their notes, passes as a plain green fill.

    Cells of the sheet 指标 take the colour of the indicator's own verdict. At most ``most`` marks
    come back, the worst first when some must go.
    """
    cells: dict[CellRef, Said] = {}
    for finding in findings:
        fill = fill_of(finding)
        for position, place in enumerate(finding.places[:MOST_RELATED]):
            note = note_of(finding) if position == 0 else _related_note(finding)
            cells.setdefault(place, []).append((fill, note))
    _mark_indicators(report, findings, cells)
    worst = {place: min(said, key=_worst_first) for place, said in cells.items()}
    chosen = sorted(worst.items(), key=lambda item: _worst_first(item[1]))[:most]
    marks = [
        Mark(place.sheet, place.a1, fill, _note_on(cells[place])) for place, (fill, _) in chosen
    ]
    passed = Fill.PASS
    for place in _passed_places(report):
        if len(marks) >= most:
            break
        if place not in cells:
            marks.append(Mark(place.sheet, place.a1, passed))
    return tuple(marks)


def _passed_places(report: Report) -> dict[CellRef, None]:
    """The cells of all that passed, each once; a blank one is never green. Facts are many times
    fewer than the verdicts that speak of them, so each is looked up once."""
    submission = report.submission
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
                fact = submission.fact(ref)
                if fact.cell is not None and fact.state is FactState.GIVEN:
                    places[fact.cell] = None
    return places


def _mark_indicators(
    report: Report, findings: Sequence[Finding], cells: dict[CellRef, Said]
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
            cells.setdefault(shown.cell, []).append((fill_of(finding), note_of(finding)))
        elif key in passed:
            cells.setdefault(shown.cell, [(Fill.PASS, "")])
