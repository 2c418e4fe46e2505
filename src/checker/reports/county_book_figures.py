"""The sheets of figures in 县级汇总.xlsx: school × indicator matrix, 差异系数, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from checker.county.report import CountyReport, Indicator, Level
from checker.model.verdicts import MISSED, OUTCOME_WORDS, Outcome, format_number
from checker.reports.book_sheets import ListSheet, Styles, Value

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook


def write_matrix(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """School × indicator, coloured by how far each is from its standard."""
    titles = [f"{item.title}（{item.unit}）" for item in report.indicators]
    heads = ("学校", "标识码", "学段", "未达标项数", *titles)
    widths = (28, 13, 9, 10, *[12.0] * len(titles))
    page = ListSheet(book, styles, "学校指标总表", heads, widths)
    for school, units in report.units():
        for stage, title in report.stages.items():
            levels = units.get(stage)
            if levels is None:
                continue
            failed = sum(level.outcome in MISSED for level in levels.values())
            values: list[Value] = [school.name, school.code, title, failed]
            formats = [styles.text] * len(values)
            for item in report.indicators:
                value, form = _level(item, levels.get(item.rule), styles)
                values.append(value)
                formats.append(form)
            page.write(values, formats, wraps=False)
    page.sheet.freeze_panes(1, 1)
    page.add_filter()


def _level(item: Indicator, level: Level | None, styles: Styles) -> tuple[Value, Format]:
    if level is None or level.value is None:
        outcome = level.outcome if level else Outcome.NOT_APPLICABLE
        return OUTCOME_WORDS[outcome], styles.absent
    kind = str(level.outcome)
    if level.outcome in MISSED and level.limit and level.value:
        ratio = level.value / level.limit if item.at_least else level.limit / level.value
        kind = "near" if ratio >= Fraction(17, 20) else "fail"
    shown = Decimal(format_number(level.value, item.digits))
    return shown, styles.numbers.get((kind, item.digits), styles.text)


def write_dispersion(book: Workbook, styles: Styles, report: CountyReport) -> None:
    """差异系数 by stage and indicator, with the order in which mending schools lowers it."""
    heads = (
        *("学段", "指标", "学校数", "均值", "差异系数", "上限", "结论", "未加权（对照）"),
        "数据不全，未计入",
        *("补齐顺序", "学校", "单独补齐后", "依次补齐后", "依次补齐后是否达标"),
    )
    widths = (9, 34, 8, 11, 11, 8, 9, 12, 20, 9, 26, 12, 12, 12)
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
        kind = Outcome.DOUBT if item.word == "暂通过" else item.outcome
        verdict = styles.fills.get(str(kind), styles.wrap) if item.decides else styles.wrap
        front = (stage, item.title, item.schools, mean, cv, item.limit)
        for step in steps:
            values: tuple[Value, ...] = (*front, word, plain, left_out, *step)
            formats = [styles.wrap] * len(values)
            formats[6] = verdict
            page.write(values, formats)
    page.add_filter()


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
