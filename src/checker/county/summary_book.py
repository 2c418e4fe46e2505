"""县级汇总.xlsx: the county's report as a workbook. Text is written as text, never a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from checker.county.conclusions import DispersionResult, cells_of, county_word
from checker.county.listing import (
    LINE_HEIGHT,
    ListSheet,
    Styles,
    Value,
    lines_of,
    new_book,
    quoted_like,
    styles_of,
    write_line,
)
from checker.county.report import (
    CountyReport,
    FactColumn,
    Indicator,
    Level,
    account_told,
    school_years,
    state_of,
)
from checker.county.townships import townships
from checker.county.traces import hint
from checker.county.work_list import HANDED_IN, WorkList
from checker.marking.file_record import FileRecord, Json
from checker.marking.findings import INFO_WORD
from checker.model.verdicts import (
    MISSED,
    OUTCOME_WORDS,
    SEVERITY_WORDS,
    Outcome,
    Severity,
    format_number,
)
from checker.reports.json_report import finding_word

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

TITLE = "县级汇总"

_WORST_FIRST = {"fail": 0, "doubt": 1, "unmet": 2, "explained": 3}


def write_county_book(
    report: CountyReport, target: BinaryIO, todo: WorkList, on_disk: bool = True
) -> None:
    """Write the summary workbook, row by row; ``todo`` is the report's work list. Links to
    marked copies are relative to the workbook's own folder. ``on_disk`` as in `new_book`."""
    book = new_book(target, f"{report.county}{TITLE}", on_disk)
    styles = styles_of(book)
    _overview(book, styles, report, todo)
    _work_list(book, styles, todo)
    _townships(book, styles, report, todo)
    _filing(book, styles, report)
    _errors(book, styles, report)
    write_matrix(book, styles, report)
    write_dispersion(book, styles, report)
    write_shortages(book, styles, report)
    _years(book, styles, report)
    _runs(book, styles, report)
    _locks(book, styles, report)
    write_facts(book, styles, report)
    book.close()


_WORDS_FIRST = (
    Outcome.FAIL,
    Outcome.UNMET,
    Outcome.INCOMPLETE,
    Outcome.DOUBT,
    Outcome.EXPLAINED,
    Outcome.PASS,
)


def _overview(book: Workbook, styles: Styles, report: CountyReport, todo: WorkList) -> None:
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
    write_line(sheet, row, ("今晚先做", "核对什么，影响什么"), (styles.head, styles.head))
    for task in todo.tonight:
        row += 1
        who = f"{task.name} {task.contact}".strip()
        line = (who, f"{task.what}（{task.effect}）")
        sheet.set_row(row, max(map(lines_of, line, widths)) * LINE_HEIGHT + 2)
        write_line(sheet, row, line, (styles.wrap, styles.wrap))
    row += 2
    write_line(sheet, row, ("县级校验", "结论"), (styles.head, styles.head))
    for item in sorted(report.findings, key=lambda found: _WORDS_FIRST.index(found.outcome)):
        row += 1
        stage = report.stages.get(item.stage, "全县")
        # 暂通过 is not green: schools that are still missing may turn it
        kind = Outcome.DOUBT if item.provisional and item.outcome is Outcome.PASS else item.outcome
        form = styles.wrap if item.informs else styles.fills.get(str(kind), styles.wrap)
        line = (f"{item.rule} {item.label}（{stage}）", f"{item.word}：{item.message}")
        sheet.set_row(row, max(map(lines_of, line, widths)) * LINE_HEIGHT + 2)
        write_line(sheet, row, line, (styles.wrap, form))


def _work_list(book: Workbook, styles: Styles, todo: WorkList) -> None:
    """One school takes one line, whatever is wrong with it."""
    heads = (
        *("学校", "标识码", "办学类型", "乡镇", "学段", "状态", "必须修改", "需要说明", "未达标"),
        *("未判断", "先做什么", "影响的全县结论", "联系人"),
    )
    widths = (22, 12, 11, 10, 9, 8, 7, 7, 7, 7, 56, 36, 18)
    page = ListSheet(book, styles, "工作清单", heads, widths)
    for line in todo.lines:
        numbers = (line.hard, line.doubt, line.unmet, line.unjudged)
        values: tuple[Value, ...] = (
            *(line.name, line.code, line.type, line.township, "、".join(line.stages), line.state),
            *(number or None for number in numbers),
            *(line.first, "\n".join(map(str, line.hinges)), line.contact),
        )
        formats = [styles.wrap] * len(values)
        if line.state != HANDED_IN:
            formats[5] = styles.fills["fail"]
        for place, kind in enumerate(("fail", "doubt", "unmet", "incomplete"), 6):
            if values[place]:
                formats[place] = styles.fills[kind]
        if line.hinges:
            formats[11] = styles.fills["incomplete"]
        page.write(values, formats)
    page.sheet.freeze_panes(1, 1)
    page.add_filter()


def _townships(book: Workbook, styles: Styles, report: CountyReport, todo: WorkList) -> None:
    """乡镇 by 乡镇; no sheet where the schools do not lie in several."""
    towns = townships(report, todo.lines)
    if not towns:
        return
    heads = (
        *("乡镇", "应报", "已报", "没有计入", "有必须修改的学校", "必须修改", "需要说明", "未达标"),
        *("未判断", "低于标准的学校", "最低（占标准的%）", "最低的学校", "最低的指标"),
    )
    widths = (14, 7, 7, 9, 10, 9, 9, 9, 9, 10, 11, 26, 40)
    page = ListSheet(book, styles, "乡镇", heads, widths)
    for town in towns:
        lowest = town.weakest[0] if town.weakest else None
        values: tuple[Value, ...] = (
            *(town.name, town.expected, town.received, town.expected - town.received, town.failing),
            *(town.hard, town.doubt, town.unmet, town.unjudged, len(town.below)),
            *(
                (round(lowest.reached * 100, 1), lowest.school, lowest.title)
                if lowest
                else (None, None, None)
            ),
        )
        formats = [styles.wrap] * len(values)
        if town.received < town.expected:
            formats[3] = styles.fills["fail"]
        if town.below:
            formats[9] = formats[10] = styles.fills["unmet"]
        page.write(values, formats)
    for column, colour in ((5, "#F4B6B0"), (6, "#FFE08A"), (7, "#F8CBAD")):
        bar = {"type": "data_bar", "bar_color": colour}
        page.sheet.conditional_format(1, column, page.row, column, bar)
    page.sheet.freeze_panes(1, 1)
    page.add_filter()


def _years(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """This year beside last, indicator by indicator; no sheet without last year's workbooks."""
    if not report.years:
        return
    heads = (
        *("学段", "指标", "去年差异系数", "今年差异系数", "去年均值", "今年均值", "两年都有的学校"),
        *("提高", "降低", "去年达标", "今年达标", "有疑问未比", "进步最大", "退步最大"),
    )
    widths = (9, 34, 12, 12, 12, 12, 10, 8, 8, 9, 9, 9, 50, 50)
    page = ListSheet(book, styles, "与去年比", heads, widths)
    names = {school.code: school.name for school in report.schools}
    for line in report.years:
        values: tuple[Value, ...] = (
            *(report.stages.get(line.stage, line.stage), f"{line.title}（{line.unit}）"),
            *(None if cv is None else round(cv, 6) for cv in (line.cv_then, line.cv_now)),
            *(
                None if mean is None else Decimal(format_number(mean, line.digits))
                for mean in (line.mean_then, line.mean_now)
            ),
            *(line.schools, line.up, line.down, line.met_then, line.met_now, line.unsure),
            *(school_years(rows, names, line.digits) for rows in (line.best, line.worst)),
        )
        formats = [styles.wrap] * len(values)
        if line.cv_then is not None and line.cv_now is not None and line.cv_then != line.cv_now:
            formats[3] = styles.fills["pass" if line.cv_now < line.cv_then else "doubt"]
        page.write(values, formats)
    page.sheet.freeze_panes(1, 2)
    page.add_filter()


def _runs(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """How the county stood after each run, the newest first; no sheet before there is any."""
    if not report.runs:
        return
    heads = (
        "时间",
        "应报",
        "已报",
        "必须修改",
        "需要说明",
        "未达标",
        "不能下结论",
        "新来的和变了的",
    )
    page = ListSheet(book, styles, "进度", heads, (18, 8, 8, 10, 10, 10, 11, 90))
    for run in reversed(report.runs):
        numbers = (run.expected, run.received, run.hard, run.doubt, run.unmet, run.open)
        more = f"\n另有 {run.more} 所" if run.more else ""
        values: tuple[Value, ...] = (run.at, *numbers, "\n".join(run.news) + more)
        page.write(values, [styles.wrap] * len(values))


def _locks(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """The 审定 schools, those first whose file is not the approved one any more."""
    if not report.locks:
        return
    page = ListSheet(book, styles, "审定", ("学校", "标识码", "审定时间", "现在"), (30, 14, 18, 90))
    for item in sorted(report.locks, key=lambda item: not item.change):
        now = styles.fills["fail" if item.change else "pass"]
        values = (item.name, item.code, item.at, item.change or "没有变")
        page.write(values, [styles.wrap, styles.wrap, styles.wrap, now])
    page.add_filter()


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
    yield "没有校验的文件（无法读取、没有查看、往年的表）", len(report.unreadable())
    yield "不用校验的文件", len(report.beside)
    yield "文件", account_told(report)
    yield "必须修改的问题", sum(record.counts.get("fail", 0) for record in standing)
    yield "需要说明的问题", sum(record.counts.get("doubt", 0) for record in standing)
    yield "未达标（据实上报）", sum(record.counts.get("unmet", 0) for record in standing)
    unsure = sum(item.provisional for item in deciding)
    note = f"（{unsure} 项是暂时的，有学校未计入）" if unsure else ""
    hanging = sum(bool(item.hinges) for item in deciding)
    note += f"，{hanging} 项暂不能下结论" if hanging else ""
    yield "差异系数达标项数", f"{passed} / {len(deciding)}{note}"
    yield "未判断的项", sum(record.counts.get("unjudged", 0) for record in standing)
    for rate in report.attainments:
        where = report.stages.get(rate.stage, "学校")
        told = (
            f"达标 {rate.met}，未达标 {rate.missed}，有错或存疑 {rate.unsure}，缺数据 {rate.open}"
        )
        yield f"{rate.title}率（{where}）", f"{rate.rate}：{told}"


def _filing(book: Workbook, styles: Styles, report: CountyReport) -> None:
    heads = ("标识码", "学校名称", "办学类型", "状态", "文件", "说明")
    page = ListSheet(book, styles, "应报清单", heads, (14, 30, 14, 12, 46, 60))
    filing = report.handing_in
    reasons = {choice.code: choice for choice in filing.choices}
    types = {school.code: school.type for school in report.schools}
    rows: list[tuple[tuple[str, ...], str]] = [
        (
            (code, entry.name, entry.type, "缺报", "", hint(report, entry) or "尚未收到"),
            "fail",
        )
        for entry in filing.missing
        for code in ("" if entry.has_no_code else entry.code,)
    ]
    for record in report.unreadable():
        state = state_of(record)
        rows.append(((record.code, record.name, "", state, record.path, record.message), "fail"))
    for record in report.blanks():
        told = ("空白表", record.path, "没有填数，没有计入")
        rows.append(((record.code, record.name, "", *told), "doubt"))
    for code, item in filing.counted.items():
        choice = reasons.get(code)
        note = ""
        if choice:
            others = "、".join(other.path for other in choice.others)
            note = f"采用理由：{choice.reason}；未采用：{others}"
        line = (code, item.name, types.get(code, ""), "一校多份" if choice else "已报")
        rows.append(((*line, item.path, note), "doubt" if choice else "pass"))
    for item, about in filing.nobodys():
        state = "不在名册" if item.code else "没有标识码"
        rows.append(((item.code, item.name, "", state, item.path, about), "doubt"))
    for found in filing.to_check():
        rows.append((("", "", "", "需要核对", "、".join(found.files), found.message), "doubt"))
    for path, reason in report.beside:
        rows.append((("", "", "", "不用校验", path, reason), ""))
    for values, kind in rows:
        formats = [styles.wrap] * 3 + [styles.fills.get(kind, styles.wrap)] + [styles.wrap] * 2
        page.write(values, formats)
    page.add_filter()


def _errors(book: Workbook, styles: Styles, report: CountyReport) -> None:
    heads = (
        *("学校", "标识码", "级别", "结论", "规则", "工作表", "单元格", "实际", "要求", "缺口"),
        *("问题", "怎么改", "依据", "标记后的副本"),
    )
    widths = (22, 12, 9, 8, 9, 12, 8, 12, 14, 12, 50, 36, 40, 40)
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
    page.sheet.print_area(0, 0, max(1, page.row), heads.index("怎么改"))  # else too small to read
    page.add_filter()


def _ordered_findings(report: CountyReport) -> Iterator[tuple[FileRecord, dict[str, Json]]]:
    for record in sorted(report.standing(), key=lambda item: (item.name, item.path)):
        for finding in sorted(
            record.findings, key=lambda item: _WORST_FIRST.get(str(item.get("verdict")), 4)
        ):
            yield record, finding


def _copy_link(sheet: Worksheet, row: int, column: int, target: str, styles: Styles) -> None:
    if not target:
        sheet.write_blank(row, column, None, styles.text)
    elif row > 60_000:  # Excel keeps at most 65,530 links on a sheet
        sheet.write_string(row, column, target, quoted_like(target, styles.text))
    else:
        link = quoted_like(target, styles.link)
        sheet.write_url(row, column, f"external:{target}", link, target)


_FLAGS = {"True": "是", "False": "否"}


def write_facts(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """Only one school's facts are held at a time. Rows of tables (one per class) are left to the
    Parquet files."""
    columns = report.fact_columns
    heads = ("标识码", "学校名称", *(item.title for item in columns))
    page = ListSheet(book, styles, "数据表", heads, (13, 28, *[13.0] * len(columns)))
    page.sheet.freeze_panes(1, 2)
    page.sheet.set_print_scale(50)  # hundreds of columns: no page is as wide
    page.sheet.repeat_columns(0, 1)
    counted = {item.path for item in report.handing_in.counted.values()}
    for record in report.records:
        if record.path in counted:
            row = _row(record, columns)
            page.write(row, [styles.text] * len(row), wraps=False)
    page.add_filter()


def _row(record: FileRecord, columns: Sequence[FactColumn]) -> list[Value]:
    own = record.facts.of_form()
    return [record.code, record.name, *(_value(item, own) for item in columns)]


def _value(item: FactColumn, own: Mapping[tuple[str, str], str]) -> Value:
    text = own.get((item.field, item.column))
    if text is None or not item.is_number:
        return None if text is None else _FLAGS.get(text, text)
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def write_matrix(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """School × indicator, coloured by how far each is from its standard."""
    titles = [f"{item.title}（{item.unit}）" for item in report.indicators]
    heads = ("学校", "标识码", "学段", "未达标项数", "有错或存疑项数", *titles)
    widths = (28, 13, 9, 10, 10, *[12.0] * len(titles))
    page = ListSheet(book, styles, "学校指标总表", heads, widths)
    for school, units in report.units():
        for stage, title in report.stages.items():
            levels = units.get(stage)
            if levels is None:
                continue
            failed = sum(level.outcome in MISSED and level.sure for level in levels.values())
            unsure = sum(not level.sure for level in levels.values())
            values: list[Value] = [school.name, school.code, title, failed, unsure]
            formats = [styles.text] * len(values)
            for item in report.indicators:
                value, form = _level(item, levels.get(item.rule), styles)
                values.append(value)
                formats.append(form)
            page.write(values, formats, wraps=False)
    page.sheet.freeze_panes(1, 3)
    page.add_filter()


def _level(item: Indicator, level: Level | None, styles: Styles) -> tuple[Value, Format]:
    if level is None or level.value is None:
        outcome = level.outcome if level else Outcome.NOT_APPLICABLE
        return OUTCOME_WORDS[outcome], styles.absent
    kind = str(level.outcome)
    if not level.sure:
        kind = "incomplete"
    elif level.outcome in MISSED and level.limit and level.value:
        ratio = level.value / level.limit if item.at_least else level.limit / level.value
        kind = "near" if ratio >= Fraction(17, 20) else "fail"
    shown = Decimal(format_number(level.value, item.digits))
    return shown, styles.numbers.get((kind, item.digits), styles.text)


def write_dispersion(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """差异系数 by stage and indicator, with the order in which mending schools lowers it."""
    heads = (
        *("学段", "指标", "学校数", "均值", "差异系数", "上限", "结论", "未加权（对照）"),
        "数据不全，未计入",
        *("有错或存疑的学校", "不计这些学校", "不计时结论", "先改这几所（结论取决于它们）"),
        *("补齐顺序", "学校", "单独补齐后", "依次补齐后", "依次补齐后是否达标"),
    )
    widths = (9, 34, 8, 11, 11, 8, 12, 12, 20, 10, 11, 10, 40, 9, 26, 12, 12, 12)
    page = ListSheet(book, styles, "差异系数", heads, widths)
    names = {school.code: school.name for school in report.schools}
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
        left_out = "、".join(names.get(code, code) for code in item.not_measured)
        # the limit of 基本均衡 is for the mean of the eight, not for each
        word = item.word if item.decides else "仅供参考"
        # 暂通过 is not green: schools that are still missing may turn it
        kind = Outcome.DOUBT if item.provisional and item.outcome is Outcome.PASS else item.outcome
        verdict = styles.fills.get(str(kind), styles.wrap) if item.decides else styles.wrap
        front = (stage, item.title, item.schools, mean, cv, item.limit)
        for step in steps:
            values: tuple[Value, ...] = (*front, word, plain, left_out, *_apart(item, names), *step)
            formats = [styles.wrap] * len(values)
            formats[6] = verdict
            page.write(values, formats)
    page.add_filter()


def _apart(item: DispersionResult, names: Mapping[str, str]) -> tuple[Value, ...]:
    """The figure without wrong and doubtful inputs, and the schools on which it hangs."""
    if item.without is None:
        return 0, None, None, None
    without = item.without
    word = county_word(without.outcome, item.severity, item.provisional, False)
    first = "、".join(
        f"{names.get(hinge.school, hinge.school)}（{'、'.join(cells_of(hinge.doubts))}）"
        for hinge in item.hinges
    )
    return len(without.schools), Decimal(without.actual) if without.actual else None, word, first


def write_shortages(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """What is missing: the county's sums of the schools' gaps first, then school by school."""
    heads = ("学校", "标识码", "学段", "规则", "指标", "缺口", "单位")
    page = ListSheet(book, styles, "缺口", heads, (28, 13, 9, 9, 40, 12, 30))
    titles = {item.rule: item.title for item in report.shortages}
    for (stage, rule), (value, unit, count) in sorted(report.total_shortages().items()):
        stage_title = report.stages.get(stage, "全校")
        values = (f"全县合计（{count} 所）", "", stage_title, rule, titles[rule], value, unit)
        page.write(values, [styles.fills["doubt"]] * len(values))
    for item in report.shortages:
        stage_title = report.stages.get(item.stage, "全校")
        school = (item.name, item.code, stage_title, item.rule, item.title)
        page.write((*school, item.value, item.unit + item.noun), [styles.wrap] * 7)
    page.add_filter()
