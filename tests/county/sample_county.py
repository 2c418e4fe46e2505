"""A county report with every part filled, made from seeded numbers: for looking at pages."""

from __future__ import annotations

import random
from fractions import Fraction

from msgspec.structs import replace

from checker.county.conclusions import CountyFinding, DispersionResult
from checker.county.county_page import county_page
from checker.county.dispersion import Holding, dispersion, improvements
from checker.county.handing_in import Choice, Disagreement, HandingIn
from checker.county.report import CountyReport, Indicator, Level, Shortage
from checker.county.roster import RosterEntry
from checker.county.school_copy import notes_of
from checker.county.work_list import work_list
from checker.marking.file_record import FileRecord, bulk_of
from checker.marking.findings import Counts, Finding
from checker.model.report import Asked
from checker.model.verdicts import Outcome, Severity

INDICATORS = (
    Indicator("RES1", "每百名学生拥有高于规定学历教师数", "人", 2, True),
    Indicator("RES2", "每百名学生拥有县级以上骨干教师数", "人", 2, True),
    Indicator("RES3", "每百名学生拥有体育、艺术专任教师数", "人", 2, True),
    Indicator("RES4", "生均教学及辅助用房面积", "㎡", 2, True),
    Indicator("RES6", "生均教学仪器设备值", "元", 2, True),
    Indicator("GOV5", "最大班额", "人", 0, False),
)
LIMITS = {"RES1": "4.2", "RES2": "1", "RES3": "0.9", "RES4": "4.5", "RES6": "2000", "GOV5": "45"}


def finding(rule: str, message: str) -> Finding:
    """Something that a school must mend in 教师!D9."""
    text = dict.fromkeys(("title", "family", "unit", "stage", "actual", "required"), "")
    return Finding(
        **text,
        rule=rule,
        severity=Severity.HARD,
        verdict=Outcome.FAIL,
        sheet="教师",
        cell="D9",
        related=(),
        gap="",
        message=message,
        source="",
        fix="补足后重填。",
        key=f"{rule}@teachers@primary",
        borderline=False,
    )


def sample_county(schools: int, hostile: str = "") -> CountyReport:
    """A county of so many schools; ``hostile`` is put into one school's name."""
    chance = random.Random(7)
    listed, levels, shortages = [], [], []
    holdings: dict[str, list[Holding]] = {item.rule: [] for item in INDICATORS}
    for number in range(schools):
        code, name = f"2136{number:06d}", f"城关镇第{number + 1}小学"
        if number == 1:
            name += hostile
        pupils = Fraction(chance.randint(60, 2400))
        findings = []
        for item in INDICATORS:
            limit = Fraction(LIMITS[item.rule])
            value = limit * Fraction(chance.randint(60, 160), 100)
            good = value >= limit if item.at_least else value <= limit
            outcome = Outcome.PASS if good else Outcome.FAIL
            levels.append(Level(code, "primary", item.rule, outcome, value, limit))
            holdings[item.rule].append(Holding(code, pupils, value * pupils))
            if not good and item.at_least:
                short = -(-(limit - value) * pupils // 100)
                shortages.append(
                    Shortage(
                        code, name, "primary", item.rule, item.title, Fraction(short), "名", "教师"
                    )
                )
                findings.append(finding(item.rule, f"{item.title}不够" + hostile))
        listed.append(
            FileRecord(
                f"城关镇/{name}.xlsx",
                "checked",
                code=code,
                name=name,
                type="小学",
                submitted="2026-09-10",
                counts=Counts(fail=len(findings)),
                marked_copy=f"城关镇/{name}.xlsx",
                parts=bulk_of(findings=findings),
            )
        )
    broken = FileRecord("加密.xlsx", "unreadable", "文件加了密码,请取消密码后再报。")
    results = []
    for item in INDICATORS[:5]:
        rows, limit = holdings[item.rule], Fraction(1, 4)
        found = dispersion(rows)
        assert found is not None
        results.append(
            DispersionResult(
                CountyFinding(
                    *("CTY101", "", "hard", Outcome.PASS if found.within(limit) else Outcome.FAIL),
                    *("primary", "", "", "", "", ""),
                ),
                item.rule,
                item.title,
                len(rows),
                found.cv,
                found.unweighted_cv,
                found.mean,
                limit,
                Outcome.PASS if found.unweighted_within(limit) else Outcome.FAIL,
                improvements(rows, Fraction(LIMITS[item.rule]), limit),
            )
        )
    first = replace(listed[0], path="城关镇/一小.xlsx")
    second = replace(first, path="城关镇/一小(2)最终版.xlsx", submitted="2026-09-12")
    return CountyReport(
        county="示例县",
        profile="全国 2026",
        edition=2026,
        asked=Asked("national", 2026, previous=False),
        handing_in=HandingIn(
            expected=schools + 1,
            counted={school.code: school for school in listed},
            missing=(RosterEntry("2136009999", "没交的小学", "小学"),),
            choices=(Choice(first.code, second, (first,), "填报日期最新(2026-09-12)"),),
            disagreements=(
                Disagreement("same_content", ("a.xlsx", "b.xlsx"), "两校数据完全相同。"),
            ),
        ),
        records=(*listed, broken),
        schools=tuple(listed),
        stages={"primary": "小学段", "junior": "初中段"},
        indicators=INDICATORS,
        levels=tuple(levels),
        dispersion=tuple(results),
        shortages=tuple(shortages),
        findings=(
            CountyFinding(
                "CTY201",
                "大班额占比",
                "hard",
                Outcome.FAIL,
                "primary",
                "6.1%",
                "≤ 5%",
                "大班额占比超过 5%。",
                "国发〔2016〕40号",
                "拆分大班。",
            ),
        ),
    )


def page_of(report: CountyReport, generated: str = "2026-09-20") -> str:
    """The page as a whole, as it stands in its file."""
    return "".join(county_page(report, generated, work_list(report), notes_of(report)))
