"""县级汇总.xlsx: the county's report as a workbook. Text is written as text, never a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import BinaryIO

from checker.county.conclusions import CountyFinding, cells_of, county_word
from checker.county.list_sheets import ListBook, Row, Value, set_height
from checker.county.report import (
    CountyReport,
    FactColumn,
    Indicator,
    Level,
    school_years,
    state_of,
)
from checker.county.townships import townships
from checker.county.traces import hint
from checker.county.work_list import HANDED_IN, WorkList
from checker.model.verdicts import (
    MISSED,
    OUTCOME_WORDS,
    SEVERITY_WORDS,
    Outcome,
    Severity,
    format_number,
)

TITLE = "县级汇总"

_WORST_FIRST = (
    Outcome.FAIL,
    Outcome.UNMET,
    Outcome.INCOMPLETE,
    Outcome.DOUBT,
    Outcome.EXPLAINED,
    Outcome.PASS,
)
_TO_MEND_FIRST = (Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET, Outcome.EXPLAINED)
_FLAGS = {"True": "是", "False": "否"}


def write_county_book(
    report: CountyReport, target: BinaryIO, todo: WorkList, on_disk: bool = True
) -> None:
    """Write the summary workbook, row by row; ``todo`` is the report's work list. Links to
    marked copies are relative to the workbook's own folder. ``on_disk`` as in `ListBook`."""
    book = ListBook(target, f"{report.county}{TITLE}", on_disk)
    measured = [f"{item.title}（{item.unit}）" for item in report.indicators]
    columns = report.fact_columns
    _overview(book, report, todo)
    book.write_list("工作清单", _work_list(todo))
    book.write_list("乡镇", _townships(report, todo))
    book.write_list("应报清单", _filing(report))
    book.write_list("问题清单", _errors(report))
    book.write_list("学校指标总表", _matrix(report), measured, width=12)
    book.write_list("差异系数", _dispersion(report))
    book.write_list("缺口", _shortages(report))
    book.write_list("与去年比", _years(report))
    book.write_list("进度", _runs(report))
    book.write_list("审定", _locks(report))
    book.write_list("数据表", _facts(report), [item.title for item in columns], width=13)
    book.close()


def _overview(book: ListBook, report: CountyReport, todo: WorkList) -> None:
    sheet = book.book.add_worksheet("概览")
    widths = (44, 96)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    book.title(sheet, f"{report.county or '县域'}填报数据校验汇总")
    row = 1
    for total in _totals(report):
        row += 1
        book.write_line(sheet, row, total, ("text", "left"))
    tasks = [
        (f"{task.name} {task.contact}".strip(), f"{task.what}（{task.effect}）", "wrap")
        for task in todo.tonight
    ]
    concluded = [
        (
            f"{item.rule} {item.label}（{report.stages.get(item.stage, '全县')}）",
            f"{item.word}：{item.message}",
            "wrap" if item.informs else _look(item.outcome, item.provisional),
        )
        for item in sorted(report.findings, key=lambda found: _WORST_FIRST.index(found.outcome))
    ]
    for heads, lines in (
        (("今晚先做", "核对什么，影响什么"), tasks),
        (("县级校验", "结论"), concluded),
    ):
        row += 2
        book.write_line(sheet, row, heads, ("head", "head"))
        for name, told, look in lines:
            row += 1
            set_height(sheet, row, (name, told), widths)
            book.write_line(sheet, row, (name, told), ("wrap", look))


def _look(outcome: Outcome, provisional: bool) -> str:
    """暂通过 is not green: schools that are still missing may turn it."""
    return Outcome.DOUBT if provisional and outcome is Outcome.PASS else outcome


def _work_list(todo: WorkList) -> Iterator[Row]:
    """One school takes one line, whatever is wrong with it."""
    for line in todo.lines:
        counts = line.counts
        numbers = (counts.fail, counts.doubt, counts.unmet, counts.unjudged)
        values = (
            *(line.name, line.code, line.type, line.township, "、".join(line.stages), line.state),
            *(number or None for number in numbers),
            *(line.first, "\n".join(map(str, line.hinges)), line.contact),
        )
        looks = {} if line.state == HANDED_IN else {5: "fail"}
        for place, look in enumerate(("fail", "doubt", "unmet", "incomplete"), 6):
            if values[place]:
                looks[place] = look
        if line.hinges:
            looks[11] = "incomplete"
        yield values, looks


def _townships(report: CountyReport, todo: WorkList) -> Iterator[Row]:
    """乡镇 by 乡镇; none where the schools do not lie in several."""
    for town in townships(report, todo.lines):
        lowest = town.weakest[0] if town.weakest else None
        counts = town.counts
        values = (
            *(town.name, town.expected, town.received, town.expected - town.received, town.failing),
            *(counts.fail, counts.doubt, counts.unmet, counts.unjudged, len(town.below)),
            *((round(lowest.reached * 100, 1), lowest.school, lowest.title) if lowest else ()),
            *(() if lowest else (None, None, None)),
        )
        looks = {3: "fail"} if town.received < town.expected else {}
        yield values, looks | ({9: "unmet", 10: "unmet"} if town.below else {})


def _years(report: CountyReport) -> Iterator[Row]:
    """This year beside last, indicator by indicator; none without last year's workbooks."""
    names = report.names
    for line in report.years:
        values = (
            *(report.stages.get(line.stage, line.stage), f"{line.title}（{line.unit}）"),
            *(_rounded(line.cv_then), _rounded(line.cv_now)),
            *(
                None if mean is None else Decimal(format_number(mean, line.digits))
                for mean in (line.mean_then, line.mean_now)
            ),
            *(line.schools, line.up, line.down, line.met_then, line.met_now, line.unsure),
            *(school_years(rows, names, line.digits) for rows in (line.best, line.worst)),
        )
        looks = {}
        if line.cv_then is not None and line.cv_now is not None and line.cv_then != line.cv_now:
            looks[3] = "pass" if line.cv_now < line.cv_then else "doubt"
        yield values, looks


def _runs(report: CountyReport) -> Iterator[Row]:
    """How the county stood after each run, the newest first."""
    for run in reversed(report.runs):
        numbers = (run.expected, run.received, run.hard, run.doubt, run.unmet, run.open)
        more = f"\n另有 {run.more} 所" if run.more else ""
        yield (run.at, *numbers, "\n".join(run.news) + more), {}


def _locks(report: CountyReport) -> Iterator[Row]:
    """The 审定 schools, those first whose file is not the approved one any more."""
    for item in sorted(report.locks, key=lambda item: not item.change):
        now = {3: "fail" if item.change else "pass"}
        yield (item.name, item.code, item.at, item.change or "没有变"), now


def _totals(report: CountyReport) -> Iterator[tuple[str, Value]]:
    filing, deciding, sums = report.handing_in, report.deciding(), report.sums()
    passed = sum(item.finding.outcome is Outcome.PASS for item in deciding)
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
    yield "文件", report.account_told()
    yield "必须修改的问题", sums.fail
    yield "需要说明的问题", sums.doubt
    yield "未达标（据实上报）", sums.unmet
    unsure = sum(item.finding.provisional for item in deciding)
    note = f"（{unsure} 项是暂时的，有学校未计入）" if unsure else ""
    hanging = sum(bool(item.finding.hinges) for item in deciding)
    note += f"，{hanging} 项暂不能下结论" if hanging else ""
    yield "差异系数达标项数", f"{passed} / {len(deciding)}{note}"
    yield "未判断的项", sums.unjudged
    for rate in report.attainments:
        where = report.stages.get(rate.stage, "学校")
        told = (
            f"达标 {rate.met}，未达标 {rate.missed}，有错或存疑 {rate.unsure}，缺数据 {rate.open}"
        )
        yield f"{rate.title}率（{where}）", f"{rate.rate}：{told}"


def _filing(report: CountyReport) -> Iterator[Row]:
    filing = report.handing_in
    reasons = {choice.code: choice for choice in filing.choices}
    for entry in filing.missing:
        code = "" if entry.has_no_code else entry.code
        told = ("缺报", "", hint(report, entry) or "尚未收到")
        yield (code, entry.name, entry.type, *told), {3: "fail"}
    for record in report.unreadable():
        told = (state_of(record), record.path, record.message)
        yield (record.code, record.name, "", *told), {3: "fail"}
    for record in report.blanks():
        told = ("空白表", record.path, "没有填数，没有计入")
        yield (record.code, record.name, "", *told), {3: "doubt"}
    for code, item in filing.counted.items():
        choice, state, note = reasons.get(code), "已报", ""
        if choice:
            others = "、".join(other.path for other in choice.others)
            state, note = "一校多份", f"采用理由：{choice.reason}；未采用：{others}"
        look = {3: "doubt" if choice else "pass"}
        yield (code, item.name, item.type, state, item.path, note), look
    for item, about in filing.nobodys():
        state = "不在名册" if item.code else "没有标识码"
        yield (item.code, item.name, "", state, item.path, about), {3: "doubt"}
    for found in filing.to_check():
        yield ("", "", "", "需要核对", "、".join(found.files), found.message), {3: "doubt"}
    for path, reason in report.beside:
        yield ("", "", "", "不用校验", path, reason), {}


def _errors(report: CountyReport) -> Iterator[Row]:
    for record in sorted(report.standing(), key=lambda item: (item.name, item.path)):
        for finding in sorted(record.findings, key=lambda item: _TO_MEND_FIRST.index(item.verdict)):
            values = (
                *(record.name or record.path, record.code, SEVERITY_WORDS[finding.severity]),
                *(finding.word, finding.rule, finding.sheet, finding.cell, finding.actual),
                *(finding.required, finding.gap, finding.message, finding.fix, finding.source),
                record.marked_copy or None,
            )
            looks = {13: "link" if record.marked_copy else "text"}
            if finding.severity is not Severity.INFO:
                looks[3] = finding.verdict
            yield values, looks


def _facts(report: CountyReport) -> Iterator[Row]:
    """Only one school's facts are held at a time. Rows of tables (one per class) are left to the
    Parquet files."""
    counted = {school.path for school in report.schools}
    for record in report.records:
        if record.path in counted:
            own = record.facts.of_form()
            facts = (_fact(item, own) for item in report.fact_columns)
            yield (record.code, record.name, *facts), {}


def _fact(item: FactColumn, own: Mapping[tuple[str, str], str]) -> Value:
    text = own.get((item.field, item.column))
    if text is None or not item.is_number:
        return None if text is None else _FLAGS.get(text, text)
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _matrix(report: CountyReport) -> Iterator[Row]:
    """School × indicator, coloured by how far each is from its standard."""
    for row in report.unit_rows():
        values = (row.school.name, row.school.code, row.stage_title, row.failed, row.unsure)
        cells = [_level(item, level) for item, level in row.levels]
        yield (
            (*values, *(value for value, _ in cells)),
            {place: look for place, (_, look) in enumerate(cells, len(values))},
        )


def _level(item: Indicator, level: Level | None) -> tuple[Value, str]:
    if level is None or level.value is None:
        return OUTCOME_WORDS[level.outcome if level else Outcome.NOT_APPLICABLE], "absent"
    look = str(level.outcome)
    if not level.sure:
        look = "incomplete"
    elif level.outcome in MISSED and level.limit and level.value:
        look = "near" if (level.ratio(item) or 0) >= Fraction(17, 20) else "fail"
    shown = Decimal(format_number(level.value, item.digits))
    return shown, f"{look}.{item.digits}"


def _dispersion(report: CountyReport) -> Iterator[Row]:
    """差异系数 by stage and indicator, with the order in which mending schools lowers it."""
    names = report.names
    for item in report.dispersion:
        found = item.finding
        left_out = "、".join(names.get(code, code) for code in found.not_measured)
        front = (
            *(report.stages.get(found.stage, found.stage), item.title, item.schools),
            *(Decimal(format_number(item.mean, 4)), _rounded(item.cv), item.limit),
            # the limit of 基本均衡 is for the mean of the eight, not for each
            *(item.word if item.decides else "仅供参考", _rounded(item.unweighted_cv), left_out),
            *_apart(found, names),
        )
        verdict = {6: _look(found.outcome, found.provisional)} if item.decides else {}
        for number, step in enumerate(item.improvements, 1):
            school = names.get(step.school, step.school)
            after = (round(step.alone, 6), round(step.together, 6), "是" if step.within else "否")
            yield (*front, number, school, *after), verdict
        if not item.improvements:
            yield (*front, None, None, None, None, None), verdict


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 6)


def _apart(item: CountyFinding, names: Mapping[str, str]) -> tuple[Value, ...]:
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


def _shortages(report: CountyReport) -> Iterator[Row]:
    """What is missing: the county's sums of the schools' gaps first, then school by school."""
    for total in sorted(report.total_shortages()):
        values = (f"全县合计（{total.schools} 所）", "", total.stage_title, total.rule, total.title)
        yield (*values, total.value, total.unit), dict.fromkeys(range(7), "doubt")
    for item in report.shortages:
        stage_title = report.stages.get(item.stage, "全校")
        school = (item.name, item.code, stage_title, item.rule, item.title)
        yield (*school, item.value, item.unit + item.noun), {}
