"""The sheet 校验结果: counts on top, then one row per finding with a link to its cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.marking.cell_marks import fill_of
from checker.marking.findings import Counts, Finding
from checker.marking.overview import BLANK_FORM, Overview
from checker.model.marks import WORST_FIRST, Fill, ResultCell, ResultSheet
from checker.model.report import Report

RESULT_SHEET = "校验结果"
"""Title of the sheet that every run adds or replaces."""

MOST_ROWS = 2000
"""Findings listed; a sheet that cannot be read to its end is cut, and says so."""

REPEATED = 3
"""From so many findings of one rule on one sheet on, they are one row."""

HEADINGS: tuple[tuple[str, float], ...] = (
    ("序号", 4.5),
    ("结论", 7),
    ("单元格", 16),
    ("填报单元", 8.5),
    ("规则", 9),
    ("问题", 35),
    ("现在", 8.5),
    ("要求", 11.5),
    ("差距", 10),
    ("怎么办", 21),
)
"""Together as wide as A4 across, letters of 9 points in LibreOffice too."""

LINE, BEFORE_UNIT, UNIT_AND_RULE = 98, 21, 17
"""Half-width characters of a line that runs over the columns from 填报单元 on; how many more there
are from 结论 on, and how many less from 问题 on."""

UNTIL_THEN = "，暂不能判断。"
"""What a message about missing data ends with; the heading of their list says it for all."""


def link_to(sheet: str, cell: str) -> str:
    """A location inside the workbook as hyperlinks want it: quoted sheet title, address."""
    title = sheet.replace("'", "''")
    return f"'{title}'!{cell}"


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


def advice(counts: Counts, blank: bool = False) -> str:
    """How many things there are of each kind, and what the clerk is to do."""
    if blank:
        return BLANK_FORM
    told = counts.told()
    if counts.fail:
        return f"{told}。请先做下面列出的事，改完再校验一次。"
    if counts.doubt:
        return f"{told}。黄色单元格请核实，属实的到“说明”表写明情况，再校验一次。"
    if counts.unjudged:
        return f"{told}。已填的数没有发现错误，补齐数据后再校验一次。"
    if counts.unmet:
        return f"{told}。数据没有发现错误，可以上报；不要为了达标改数。"
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


def _finding_rows(ordered: Sequence[Finding]) -> Iterator[list[ResultCell]]:
    """One row per finding; the same rule in many places of a sheet is one row that names them."""
    told = _Told()
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in ordered:
        groups.setdefault((finding.rule, finding.word, finding.sheet), []).append(finding)
    number = 0
    for alike in groups.values():
        if len(alike) < REPEATED:
            for finding in alike:
                number += 1
                message = told_once(finding.title, finding.message)
                yield _finding_row(number, finding, message, finding.unit, told)
            continue
        number += 1
        first = alike[0]
        cells = "、".join(dict.fromkeys(item.cell for item in alike if item.cell))
        message = f"{first.title}，共 {len(alike)} 处（{cells}）。例如：{first.message}"
        units = {item.unit for item in alike}
        yield _finding_row(number, first, message, first.unit if len(units) == 1 else "", told)


def _finding_row(
    number: int, finding: Finding, message: str, unit: str, told: _Told
) -> list[ResultCell]:
    return [
        ResultCell(number, border=True),
        ResultCell(finding.word, fill=fill_of(finding), bold=True, border=True),
        _place_cell(finding.sheet, finding.cell),
        told(unit),
        told(finding.rule),
        told(message),
        told(finding.actual),
        told(finding.required),
        told(finding.gap),
        told(finding.fix),
    ]


def _place_cell(sheet: str, cell: str) -> ResultCell:
    if not cell:
        return ResultCell(sheet or None, border=True, wrap=True)
    return ResultCell(f"{sheet}!{cell}", link=link_to(sheet, cell), border=True, wrap=True)


def _overview_rows(overview: Overview) -> Iterator[list[ResultCell]]:
    """The composite standards, how far the form is filled in, and what to do first."""
    if overview.note:
        yield [ResultCell(), ResultCell("年度", border=True), ResultCell(overview.note)]
    fills = {"达标": Fill.PASS, "未达标": Fill.UNMET}
    for score in overview.scorecard:
        word = ResultCell(score.word, fill=fills.get(score.word), bold=True, border=True)
        yield from _lines([ResultCell(), word], str(score), LINE)
    if overview.filled:
        parts = "　".join(f"{item.sheet} {item.given}/{item.asked}" for item in overview.filled)
        before = [ResultCell(), ResultCell("已填", border=True)]
        yield from _lines(before, f"必填项：{parts}", LINE)
    if overview.first:
        yield [ResultCell("先做这几件事", bold=True, size=12)]
    for number, thing in enumerate(overview.first, 1):
        place = _place_cell(thing.sheet, thing.cell)
        before = [ResultCell(number, border=True), ResultCell(), place]
        yield from _lines(before, str(thing), LINE)


def _unjudged_rows(overview: Overview) -> Iterator[list[ResultCell]]:
    """Official items that could not be judged for want of data, after all findings."""
    if not overview.unjudged:
        return
    yield []
    yield [ResultCell("缺数据、未判断的项目（补齐数据后会自动判断）", bold=True)]
    for item in overview.unjudged[:MOST_ROWS]:
        missing = item.message.replace(UNTIL_THEN, "。")
        before = [
            ResultCell(),
            ResultCell("缺数据", border=True),
            _place_cell(item.sheet, item.cell),
            ResultCell(item.unit, border=True),
            ResultCell(item.rule, border=True),
        ]
        yield from _lines(before, f"{item.title}：{missing}", LINE - UNIT_AND_RULE)


def _source_rows(findings: Sequence[Finding]) -> Iterator[list[ResultCell]]:
    """Where each rule comes from, once, after everything that is to be done."""
    rules: dict[str, list[str]] = {}
    for finding in findings:
        known = rules.setdefault(finding.source, [])
        if finding.source and finding.rule not in known:
            known.append(finding.rule)
    if not any(rules.values()):
        return
    yield []
    yield [ResultCell("依据", bold=True)]
    for source, named in rules.items():
        if source:
            text = f"{'、'.join(named)}：{source}"
            yield from _lines([ResultCell()], text, LINE + BEFORE_UNIT)


def _lines(before: list[ResultCell], text: str, width: int) -> Iterator[list[ResultCell]]:
    """A text that runs over the columns behind some cells, in as many rows as it needs."""
    for line in lines_of(text, width):
        yield [*before, ResultCell(line)]
        before = [ResultCell()] * len(before)


def lines_of(text: str, width: int) -> list[str]:
    """A text cut into lines of so many half-width characters, so that it is not cut off at the
    edge of the paper; no line begins with a mark that belongs to the end of one."""
    lines, line, used = [], "", 0
    for letter in text:
        size = 1 if letter.isascii() else 2
        if used + size > width and letter not in "，。；：、）”》":
            lines.append(line)
            line, used = "", 0
        line += letter
        used += size
    return [*lines, line]


def result_sheet(
    report: Report,
    findings: Sequence[Finding],
    counts: Counts,
    overview: Overview,
    profile_title: str = "",
) -> ResultSheet:
    """The sheet for one report: the overview, then findings by severity, those that follow from one
    cause together, within it as on the form."""
    submission = report.submission
    code = submission.identity("code")
    who = submission.identity("name") or submission.name
    about = f"{who}（{code}）" if code else who
    edition = f"{submission.template.title}（{submission.template.edition}年版）"
    profile_name = profile_title or report.profile
    profile = f"　口径：{profile_name}" if profile_name else ""
    last = len(report.causes) + 1
    ordered = sorted(
        findings, key=lambda item: (WORST_FIRST.index(fill_of(item)), item.cause or last)
    )
    rows: list[list[ResultCell]] = [
        [ResultCell(RESULT_SHEET, bold=True, size=16)],
        [ResultCell(f"{about}　{edition}{profile}")],
        [ResultCell(advice(counts, report.blank), bold=True)],
        _counts_row(counts),
        *([[ResultCell(), ResultCell(counts.lacking())]] if counts.lacking() else []),
        *_overview_rows(overview),
    ]
    rows.append([ResultCell(title, header=True, border=True) for title, _ in HEADINGS])
    header = len(rows)
    listed = list(_finding_rows(ordered))
    rows += listed[:MOST_ROWS]
    if len(listed) > MOST_ROWS:
        rows.append([ResultCell(f"另有 {len(listed) - MOST_ROWS} 条未列出，请先做以上各条。")])
    rows += _unjudged_rows(overview)
    rows += _source_rows(ordered)
    return ResultSheet(
        title=RESULT_SHEET,
        rows=rows,
        widths=[width for _, width in HEADINGS],
        freeze_rows=4,
        merges=["A1:J1", "A2:J2", "A3:J3"],
        repeated_row=header if listed else 0,
    )
