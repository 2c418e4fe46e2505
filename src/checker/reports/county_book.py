"""县级汇总.xlsx: the county's report as a workbook. Text is written as text, never a formula."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from checker.county.report import CountyReport
from checker.marking.file_record import FileRecord, Json
from checker.marking.findings import INFO_WORD
from checker.model.verdicts import SEVERITY_WORDS, Outcome, Severity
from checker.reports.book_sheets import (
    LINE_HEIGHT,
    ListSheet,
    Styles,
    Value,
    lines_needed,
    styles_of,
    write_line,
)
from checker.reports.county_book_facts import write_facts
from checker.reports.county_book_figures import write_dispersion, write_matrix, write_shortages
from checker.reports.recorded import finding_word

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

TITLE = "县级汇总"
_FIXED = datetime(2026, 1, 1)  # the file's own time stamp: equal runs give equal bytes
_WORST_FIRST = {"fail": 0, "doubt": 1, "explained": 2}


def write_county_book(report: CountyReport, path: Path) -> None:
    """Write the summary workbook, row by row. Links to marked copies are relative to the workbook's
    own folder."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"{report.county}{TITLE}", "created": _FIXED})
    styles = styles_of(book)
    _overview(book, styles, report)
    _filing(book, styles, report)
    _errors(book, styles, report)
    write_matrix(book, styles, report)
    write_dispersion(book, styles, report)
    write_shortages(book, styles, report)
    write_facts(book, styles, report)
    book.close()


_WORDS_FIRST = (Outcome.FAIL, Outcome.INCOMPLETE, Outcome.DOUBT, Outcome.EXPLAINED, Outcome.PASS)


def _overview(book: Workbook, styles: Styles, report: CountyReport) -> None:
    sheet = book.add_worksheet("概览")
    widths = (44.0, 96.0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, f"{report.county or '县域'}填报数据校验汇总", styles.title)
    row = 1
    for name, value in _totals(report):
        row += 1
        write_line(sheet, row, (name, value), (styles.text, styles.left))
    row += 2
    write_line(sheet, row, ("县级校验", "结论"), (styles.head, styles.head))
    for item in sorted(report.findings, key=lambda found: _WORDS_FIRST.index(found.outcome)):
        row += 1
        stage = report.stages.get(item.stage, "全县")
        # 暂通过 is not green: schools that are still missing may turn it
        kind = Outcome.DOUBT if item.word == "暂通过" else item.outcome
        form = styles.wrap if item.informs else styles.fills.get(str(kind), styles.wrap)
        line = (f"{item.rule} {item.title}（{stage}）", f"{item.word}：{item.message}")
        sheet.set_row(row, max(map(lines_needed, line, widths)) * LINE_HEIGHT + 2)
        write_line(sheet, row, line, (styles.wrap, form))


def _totals(report: CountyReport) -> Iterator[tuple[str, Value]]:
    filing, deciding, standing = report.handing_in, report.deciding(), report.standing()
    passed = sum(item.outcome is Outcome.PASS for item in deciding)
    if report.unjudged:
        yield "校验被中断", f"还有 {len(report.unjudged)} 份文件没有校验，以下都是暂时的"
    yield "年度", report.edition
    yield "口径", report.profile
    yield "应报学校", filing.expected
    yield "已报学校", len(filing.counted)
    yield "缺报学校", len(filing.missing)
    yield "一校多份", len(filing.choices)
    yield "不在名册上的文件", len(filing.strangers)
    yield "没有标识码的文件", len(filing.nameless)
    yield "无法校验的文件", len(report.unreadable())
    yield "必须修改的问题", sum(record.counts.get("fail", 0) for record in standing)
    yield "需要说明的问题", sum(record.counts.get("doubt", 0) for record in standing)
    unsure = sum(item.provisional for item in deciding)
    note = f"（{unsure} 项是暂时的，有学校未计入）" if unsure else ""
    yield "差异系数达标项数", f"{passed} / {len(deciding)}{note}"


def _filing(book: Workbook, styles: Styles, report: CountyReport) -> None:
    heads = ("标识码", "学校名称", "办学类型", "状态", "文件", "说明")
    page = ListSheet(book, styles, "应报清单", heads, (14, 30, 14, 12, 46, 60))
    filing = report.handing_in
    reasons = {choice.code: choice for choice in filing.choices}
    types = {school.code: school.type for school in report.schools}
    rows: list[tuple[tuple[str, ...], str]] = [
        ((entry.code, entry.name, entry.type, "缺报", "", report.hint(entry) or "尚未收到"), "fail")
        for entry in filing.missing
    ]
    for record in report.unreadable():
        rows.append((("", "", "", "无法校验", record.path, record.message), "fail"))
    for code, item in filing.counted.items():
        choice = reasons.get(code)
        note = ""
        if choice:
            others = "、".join(other.path for other in choice.others)
            note = f"采用理由：{choice.reason}；未采用：{others}"
        line = (code, item.name, types.get(code, ""), "一校多份" if choice else "已报")
        rows.append(((*line, item.path, note), "doubt" if choice else "pass"))
    for item in (*filing.strangers, *filing.nameless):
        state = "不在名册" if item.code else "没有标识码"
        rows.append(((item.code, item.name, "", state, item.path, ""), "doubt"))
    for found in filing.disagreements:
        rows.append((("", "", "", "需要核对", "、".join(found.files), found.message), "doubt"))
    for values, kind in rows:
        formats = [styles.wrap] * 3 + [styles.fills[kind]] + [styles.wrap] * 2
        page.write(values, formats)
    page.add_filter()


def _errors(book: Workbook, styles: Styles, report: CountyReport) -> None:
    heads = (
        *("学校", "标识码", "级别", "结论", "规则", "工作表", "单元格", "实际", "要求", "缺口"),
        *("问题", "怎么改", "依据", "标记后的副本"),
    )
    widths = (26, 13, 10, 9, 9, 14, 9, 16, 18, 18, 60, 44, 40, 40)
    page = ListSheet(book, styles, "问题清单", heads, widths)
    for record, finding in _ordered_findings(report):
        severity = str(finding.get("severity", "hard"))
        verdict = str(finding.get("verdict", ""))
        level = SEVERITY_WORDS[Severity(severity)] if severity in set(Severity) else severity
        word = finding_word(finding)
        middle = [str(finding.get(key) or "") for key in ("rule", "sheet", "cell", "actual")]
        tail = [
            str(finding.get(key) or "") for key in ("required", "gap", "message", "fix", "source")
        ]
        values = [record.name or record.path, record.code, level, word, *middle, *tail]
        formats = [styles.wrap] * len(values)
        formats[3] = styles.wrap if word == INFO_WORD else styles.fills.get(verdict, styles.wrap)
        page.write(values, formats)
        _copy_link(page.sheet, page.row, len(values), record.marked_copy, styles)
    page.add_filter()


def _ordered_findings(report: CountyReport) -> Iterator[tuple[FileRecord, dict[str, Json]]]:
    for record in sorted(report.standing(), key=lambda item: (item.name, item.path)):
        for finding in sorted(
            record.findings, key=lambda item: _WORST_FIRST.get(str(item.get("verdict")), 3)
        ):
            yield record, finding


def _copy_link(sheet: Worksheet, row: int, column: int, target: str, styles: Styles) -> None:
    if not target:
        sheet.write_blank(row, column, None, styles.text)
    elif row > 60_000:  # Excel keeps at most 65,530 links on a sheet
        sheet.write_string(row, column, target, styles.text)
    else:
        sheet.write_url(row, column, f"external:{target}", styles.link, target)
