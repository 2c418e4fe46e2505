"""The sheet 校验结果: counts on top, then one row per finding with a link to its cell."""

from __future__ import annotations

from collections.abc import Sequence

from checker.marking.cell_marks import fill_of
from checker.marking.findings import Counts, Finding
from checker.model.cells import CellRef
from checker.model.marks import WORST_FIRST, Fill, ResultCell, ResultSheet
from checker.model.report import Report
from checker.model.verdicts import Outcome

RESULT_SHEET = "校验结果"
"""Title of the sheet that every run adds or replaces."""

MOST_ROWS = 2000
"""Findings listed; a sheet that cannot be read to its end is cut, and says so."""

HEADINGS: tuple[tuple[str, float], ...] = (
    ("序号", 6),
    ("结论", 9),
    ("单元格", 16),
    ("填报单元", 10),
    ("规则", 10),
    ("问题", 46),
    ("现在", 16),
    ("要求", 22),
    ("差距", 20),
    ("怎么改", 40),
    ("依据", 40),
)


def link_to(place: CellRef) -> str:
    """A location inside the workbook as hyperlinks want it: quoted sheet title, address."""
    title = place.sheet.replace("'", "''")
    return f"'{title}'!{place.a1}"


def _counts_row(counts: Counts) -> list[ResultCell]:
    shown = (
        (f"不通过 {counts.fail}", Fill.FAIL if counts.fail else None),
        (f"存疑 {counts.doubt}", Fill.DOUBT if counts.doubt else None),
        (f"未达标 {counts.unmet}", Fill.UNMET if counts.unmet else None),
        (f"已说明 {counts.explained}", Fill.EXPLAINED if counts.explained else None),
        (f"提示 {counts.info}", Fill.INFO if counts.info else None),
        (f"通过 {counts.passed}", Fill.PASS if counts.passed else None),
        (f"缺数据 {counts.incomplete}", None),
        (f"不适用 {counts.not_applicable}", None),
    )
    cells = [ResultCell(text, fill=fill, bold=True, border=True) for text, fill in shown]
    return [ResultCell(), ResultCell(), *cells]


def _advice(counts: Counts) -> str:
    if counts.fail:
        advice = "请先改正红色单元格"
        if counts.doubt:
            advice += "；黄色单元格请核实，确实无误的到“说明”表写明情况"
        return advice + "，改完再校验一次。"
    if counts.doubt:
        return "没有必须修改的错误。黄色单元格请核实，确实无误的到“说明”表写明情况，再校验一次。"
    if counts.incomplete:
        return "已填的数据没有发现错误，但有的规则因缺数据未能判断。"
    return "全部通过，可以上报。"


def told_once(title: str, message: str) -> str:
    """The rule's title and the message as one sentence; the title only where it adds something."""
    if not message:
        return title
    return message if not title or message.startswith(title) else f"{title}：{message}"


class _Told:
    """The cells of texts that stand in many rows: one for each text, as writers know it again."""

    def __init__(self) -> None:
        self._cells: dict[str, ResultCell] = {}

    def __call__(self, text: str) -> ResultCell:
        cell = self._cells.get(text)
        if cell is None:
            cell = self._cells[text] = ResultCell(text or None, wrap=True, border=True)
        return cell


def _finding_row(number: int, finding: Finding, told: _Told) -> list[ResultCell]:
    place = finding.places[0] if finding.places else None
    where = f"{place.sheet}!{place.a1}" if place else finding.sheet
    title = told_once(finding.title, finding.message)
    return [
        ResultCell(number, border=True),
        ResultCell(finding.word, fill=fill_of(finding), bold=True, border=True),
        ResultCell(where, link=link_to(place) if place else None, border=True, wrap=True),
        told(finding.unit),
        told(finding.rule),
        told(title),
        told(finding.actual),
        told(finding.required),
        told(finding.gap),
        told(finding.fix),
        told(finding.source),
    ]


def _incomplete_rows(report: Report) -> list[list[ResultCell]]:
    """Rules that could not judge for want of data: one line each, after all findings."""
    missing: dict[tuple[str, str], str] = {}
    for verdict in report.verdicts:
        if verdict.outcome is Outcome.INCOMPLETE:
            missing.setdefault((verdict.rule, verdict.unit.label), verdict.message)
    if not missing:
        return []
    rows = [[], [ResultCell("因缺数据未能判断的规则（补齐数据后会自动判断）", bold=True)]]
    front = [ResultCell(), ResultCell("缺数据", border=True), ResultCell(border=True)]
    for (rule, unit), message in list(missing.items())[:MOST_ROWS]:
        cells = [ResultCell(unit, border=True), ResultCell(rule, border=True)]
        rows.append([*front, *cells, ResultCell(message, wrap=True, border=True)])
    return rows


def result_sheet(
    report: Report, findings: Sequence[Finding], counts: Counts, profile_title: str = ""
) -> ResultSheet:
    """The sheet for one report; findings by severity, within one severity as on the form."""
    submission = report.submission
    code = submission.identity("code")
    who = submission.identity("name") or submission.name
    about = f"{who}（{code}）" if code else who
    edition = f"{submission.template.title}（{submission.template.edition}年版）"
    profile_name = profile_title or report.profile
    profile = f"　口径：{profile_name}" if profile_name else ""
    ordered = sorted(findings, key=lambda item: WORST_FIRST.index(fill_of(item)))
    rows: list[list[ResultCell]] = [
        [ResultCell(RESULT_SHEET, bold=True, size=16)],
        [ResultCell(f"{about}　{edition}{profile}")],
        [ResultCell(_advice(counts), bold=True)],
        _counts_row(counts),
        [ResultCell(title, header=True, border=True) for title, _ in HEADINGS],
    ]
    told = _Told()
    rows += [_finding_row(number, item, told) for number, item in enumerate(ordered[:MOST_ROWS], 1)]
    if len(ordered) > MOST_ROWS:
        rows.append([ResultCell(f"另有 {len(ordered) - MOST_ROWS} 条未列出，请先改正以上各条。")])
    rows += _incomplete_rows(report)
    return ResultSheet(
        title=RESULT_SHEET,
        rows=rows,
        widths=[width for _, width in HEADINGS],
        freeze_rows=5,
        merges=["A1:K1", "A2:K2", "A3:K3"],
    )
