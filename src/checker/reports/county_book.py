"""县级汇总.xlsx: the county's report as a workbook. Text is written as text, never a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from checker.batch.record import FactRow, FileRecord
from checker.county.report import CountyReport, Indicator, Level
from checker.model.verdicts import OUTCOME_WORDS, SEVERITY_WORDS, Outcome, Severity, format_number

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

TITLE = "县级汇总"
FACT_LIMIT = 1_000_000
"""Rows of the facts sheet; more are left to the Parquet files, and the sheet says so."""

_FIXED = datetime(2026, 1, 1)  # the file's own time stamp: equal runs give equal bytes
_WORST_FIRST = {"fail": 0, "doubt": 1, "explained": 2}

Value = str | int | Fraction | Decimal | None


@dataclass(frozen=True, slots=True)
class _Styles:
    title: Format
    head: Format
    text: Format
    wrap: Format
    link: Format
    fills: dict[str, Format]


def write_county_book(
    report: CountyReport, path: Path, facts: Iterable[tuple[FileRecord, FactRow]] = ()
) -> None:
    """Write the summary workbook. ``facts`` may be a stream over all counted schools: it is written
    as it comes. Links to marked copies are relative to the workbook's own folder."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"{report.county}{TITLE}", "created": _FIXED})
    styles = _styles(book)
    _overview(book, styles, report)
    _filing(book, styles, report)
    _errors(book, styles, report)
    _matrix(book, styles, report)
    _dispersion(book, styles, report)
    _shortages(book, styles, report)
    _facts(book, styles, facts)
    book.close()


def _styles(book: Workbook) -> _Styles:
    font = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
    line = {**font, "border": 1, "border_color": "#D9E2EC"}
    head = {**line, "bold": True, "font_color": "#FFFFFF", "bg_color": "#0B4F8A", "text_wrap": True}
    colours = {
        "fail": "#FFC7CE",
        "doubt": "#FFEB9C",
        "explained": "#BDD7EE",
        "pass": "#C6EFCE",
        "near": "#FFEB9C",
    }
    return _Styles(
        title=book.add_format({**font, "bold": True, "font_size": 16}),
        head=book.add_format(head),
        text=book.add_format(line),
        wrap=book.add_format({**line, "text_wrap": True}),
        link=book.add_format({**line, "font_color": "#0B4F8A", "underline": 1}),
        fills={key: book.add_format({**line, "bg_color": bg}) for key, bg in colours.items()},
    )


def _sheet(
    book: Workbook, styles: _Styles, title: str, heads: Sequence[str], widths: Sequence[float]
) -> Worksheet:
    sheet = book.add_worksheet(title)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    _line(sheet, 0, heads, [styles.head] * len(heads))
    return sheet


def _line(sheet: Worksheet, row: int, values: Sequence[Value], formats: Sequence[Format]) -> None:
    for column, (value, form) in enumerate(zip(values, formats, strict=True)):
        if value is None:
            sheet.write_blank(row, column, None, form)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, form)
        else:
            sheet.write_number(row, column, float(value), form)


def _overview(book: Workbook, styles: _Styles, report: CountyReport) -> None:
    sheet = book.add_worksheet("概览")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, f"{report.county or '县域'}填报数据校验汇总", styles.title)
    filing = report.handing_in
    deciding = report.deciding()
    passed = sum(item.outcome is Outcome.PASS for item in deciding)
    lines: list[tuple[str, Value]] = [
        ("年度", report.edition),
        ("口径", report.profile),
        ("应报学校", filing.expected),
        ("已报学校", len(filing.counted)),
        ("缺报学校", len(filing.missing)),
        ("一校多份", len(filing.choices)),
        ("不在名册上的文件", len(filing.strangers)),
        ("没有标识码的文件", len(filing.nameless)),
        ("无法校验的文件", len(report.unreadable())),
        ("必须修改的问题", sum(record.counts.get("fail", 0) for record in report.records)),
        ("需要说明的问题", sum(record.counts.get("doubt", 0) for record in report.records)),
        ("差异系数达标项数", f"{passed} / {len(deciding)}"),
    ]
    for row, (name, value) in enumerate(lines, 2):
        _line(sheet, row, (name, value), (styles.text, styles.text))
    below = len(lines) + 3
    _line(sheet, below, ("县级校验", "结论"), (styles.head, styles.head))
    for row, item in enumerate(report.findings, below + 1):
        stage = report.stages.get(item.stage, "全县")
        form = styles.fills.get(str(item.outcome), styles.wrap)
        text = f"{OUTCOME_WORDS[item.outcome]}:{item.message}"
        _line(sheet, row, (f"{item.rule} {item.title}({stage})", text), (styles.wrap, form))


def _filing(book: Workbook, styles: _Styles, report: CountyReport) -> None:
    heads = ("标识码", "学校名称", "办学类型", "状态", "文件", "说明")
    sheet = _sheet(book, styles, "应报清单", heads, (14, 30, 14, 12, 46, 60))
    filing = report.handing_in
    reasons = {choice.code: choice for choice in filing.choices}
    types = {school.code: school.type for school in report.schools}
    rows: list[tuple[tuple[str, ...], str]] = [
        ((entry.code, entry.name, entry.type, "缺报", "", "尚未收到"), "fail")
        for entry in filing.missing
    ]
    for record in report.unreadable():
        rows.append((("", "", "", "无法校验", record.path, record.message), "fail"))
    for code, item in filing.counted.items():
        choice = reasons.get(code)
        note = ""
        if choice:
            others = "、".join(other.path for other in choice.others)
            note = f"采用理由:{choice.reason};未采用:{others}"
        line = (code, item.name, types.get(code, ""), "一校多份" if choice else "已报")
        rows.append(((*line, item.path, note), "doubt" if choice else "pass"))
    for item in (*filing.strangers, *filing.nameless):
        state = "不在名册" if item.code else "没有标识码"
        rows.append(((item.code, item.name, "", state, item.path, ""), "doubt"))
    for found in filing.disagreements:
        rows.append((("", "", "", "需要核对", "、".join(found.files), found.message), "doubt"))
    for row, (values, kind) in enumerate(rows, 1):
        formats = [styles.wrap] * 3 + [styles.fills[kind]] + [styles.wrap] * 2
        _line(sheet, row, values, formats)
    sheet.autofilter(0, 0, max(1, len(rows)), len(heads) - 1)


def _errors(book: Workbook, styles: _Styles, report: CountyReport) -> None:
    heads = (
        *("学校", "标识码", "级别", "结论", "规则", "工作表", "单元格", "实际", "要求", "缺口"),
        *("问题", "怎么改", "依据", "标记后的副本"),
    )
    widths = (26, 13, 10, 9, 9, 14, 9, 16, 18, 18, 60, 44, 40, 40)
    sheet = _sheet(book, styles, "问题清单", heads, widths)
    row = 0
    for record, finding in _ordered_findings(report):
        row += 1
        severity = str(finding.get("severity", "hard"))
        verdict = str(finding.get("verdict", ""))
        level = SEVERITY_WORDS[Severity(severity)] if severity in set(Severity) else severity
        word = OUTCOME_WORDS[Outcome(verdict)] if verdict in set(Outcome) else verdict
        middle = [str(finding.get(key) or "") for key in ("rule", "sheet", "cell", "actual")]
        tail = [
            str(finding.get(key) or "") for key in ("required", "gap", "message", "fix", "source")
        ]
        values = [record.name or record.path, record.code, level, word, *middle, *tail]
        formats = [styles.wrap] * len(values)
        formats[3] = styles.fills.get(verdict, styles.wrap)
        _line(sheet, row, values, formats)
        _copy_link(sheet, row, len(values), record.marked_copy, styles)
    sheet.autofilter(0, 0, max(1, row), len(heads) - 1)


def _ordered_findings(report: CountyReport) -> Iterator[tuple[FileRecord, dict[str, object]]]:
    for record in sorted(report.records, key=lambda item: (item.name, item.path)):
        findings: list[dict[str, object]] = [dict(item) for item in record.findings]
        findings.sort(key=lambda item: _WORST_FIRST.get(str(item.get("verdict")), 3))
        for finding in findings:
            yield record, finding


def _copy_link(sheet: Worksheet, row: int, column: int, target: str, styles: _Styles) -> None:
    if not target:
        sheet.write_blank(row, column, None, styles.text)
    elif row > 60_000:  # Excel keeps at most 65,530 links on a sheet
        sheet.write_string(row, column, target, styles.text)
    else:
        sheet.write_url(row, column, f"external:{target}", styles.link, target)


def _matrix(book: Workbook, styles: _Styles, report: CountyReport) -> None:
    titles = [f"{item.title}({item.unit})" for item in report.indicators]
    heads = ("学校", "标识码", "学段", "未达标项数", *titles)
    widths = (28, 13, 9, 10, *[12.0] * len(titles))
    sheet = _sheet(book, styles, "学校指标总表", heads, widths)
    own: dict[tuple[str, str], dict[str, Level]] = {}
    for level in report.levels:
        own.setdefault((level.code, level.stage), {})[level.rule] = level
    row = 0
    for school in report.schools:
        for stage, title in report.stages.items():
            levels = own.get((school.code, stage))
            if levels is None:
                continue
            row += 1
            failed = sum(level.outcome is Outcome.FAIL for level in levels.values())
            _line(sheet, row, (school.name, school.code, title, failed), [styles.text] * 4)
            for column, item in enumerate(report.indicators, 4):
                _level(sheet, row, column, item, levels.get(item.rule), styles)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, row), len(heads) - 1)


def _level(
    sheet: Worksheet, row: int, column: int, item: Indicator, level: Level | None, styles: _Styles
) -> None:
    if level is None or level.value is None:
        word = OUTCOME_WORDS[level.outcome] if level else OUTCOME_WORDS[Outcome.NOT_APPLICABLE]
        sheet.write_string(row, column, word, styles.text)
        return
    kind = str(level.outcome)
    if level.outcome is Outcome.FAIL and level.limit and level.value:
        ratio = level.value / level.limit if item.at_least else level.limit / level.value
        kind = "near" if ratio >= Fraction(17, 20) else "fail"
    text = format_number(level.value, item.digits)
    sheet.write_number(row, column, float(text), styles.fills.get(kind, styles.text))


def _dispersion(book: Workbook, styles: _Styles, report: CountyReport) -> None:
    heads = (
        *("学段", "指标", "学校数", "均值", "差异系数", "上限", "结论", "未加权(对照)"),
        *("补齐顺序", "学校", "单独补齐后", "依次补齐后", "依次补齐后是否达标"),
    )
    widths = (9, 34, 8, 11, 11, 8, 9, 12, 9, 28, 12, 12, 12)
    sheet = _sheet(book, styles, "差异系数", heads, widths)
    names = {school.code: school.name for school in report.schools}
    row = 0
    for item in report.dispersion:
        stage = report.stages.get(item.stage, item.stage)
        steps: Sequence[tuple[Value, ...]] = [
            (
                number,
                names.get(step.school, step.school),
                round(step.alone, 6),
                round(step.together, 6),
                "是" if step.within else "否",
            )
            for number, step in enumerate(item.improvements, 1)
        ] or [(None, None, None, None, None)]
        cv = None if item.cv is None else round(item.cv, 6)
        plain = None if item.unweighted_cv is None else round(item.unweighted_cv, 6)
        mean = Decimal(format_number(item.mean, 4))
        front = (stage, item.title, item.schools, mean, cv, item.limit)
        for step in steps:
            row += 1
            values: tuple[Value, ...] = (*front, OUTCOME_WORDS[item.outcome], plain, *step)
            formats = [styles.text] * len(values)
            formats[6] = styles.fills.get(str(item.outcome), styles.text)
            _line(sheet, row, values, formats)


def _shortages(book: Workbook, styles: _Styles, report: CountyReport) -> None:
    heads = ("学校", "标识码", "学段", "规则", "指标", "缺口", "单位")
    sheet = _sheet(book, styles, "缺口", heads, (28, 13, 9, 9, 40, 12, 30))
    row = 0
    titles = {item.rule: item.title for item in report.shortages}
    for (stage, rule), (value, unit, count) in sorted(report.total_shortages().items()):
        row += 1
        stage_title = report.stages.get(stage, "全校")
        values = (f"全县合计({count} 所)", "", stage_title, rule, titles[rule], value, unit)
        _line(sheet, row, values, [styles.fills["doubt"]] * len(values))
    for item in report.shortages:
        row += 1
        stage_title = report.stages.get(item.stage, "全校")
        school = (item.name, item.code, stage_title, item.rule, item.title)
        _line(sheet, row, (*school, item.value, item.unit + item.noun), [styles.text] * 7)
    sheet.autofilter(0, 0, max(1, row), len(heads) - 1)


def _facts(book: Workbook, styles: _Styles, facts: Iterable[tuple[FileRecord, FactRow]]) -> None:
    heads = ("标识码", "学校名称", "字段", "列", "行", "值", "位置")
    sheet = _sheet(book, styles, "数据表", heads, (13, 28, 30, 14, 6, 18, 18))
    formats = [styles.text] * len(heads)
    for row, (record, fact) in enumerate(facts, 1):
        if row > FACT_LIMIT:
            sheet.write_string(row, 0, "其余数据见 Parquet 文件", styles.text)
            return
        ordinal = fact.row or None
        front = (record.code, record.name, fact.field, fact.column, ordinal)
        _line(sheet, row, (*front, fact.value, fact.cell), formats)
