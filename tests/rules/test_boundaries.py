"""Each kind of rule at its limit, one below and one above, at one half, and beside bad cells.

Every expected outcome, value and gap was worked out by hand from the numbers beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest

from checker.judging.kinds.codes import id_card_problem, uscc_problem
from checker.model.report import Report
from checker.model.rules import Plain
from checker.model.submission import FactState
from checker.model.verdicts import Outcome, Verdict, digits_beside, format_number
from checker.rules.values import rounded

Only = Callable[..., Verdict]
Judged = Callable[..., Report]

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.INCOMPLETE
NONE, UNMET, DOUBT = Outcome.NOT_APPLICABLE, Outcome.UNMET, Outcome.DOUBT

PUPILS, PE, FULL = "students.total@primary", "teachers.pe@primary", "teachers.full_time@primary"
BUDGET, BEFORE = "money.budget@whole", "money.budget@whole.previous"


def limit(name: str, value: str, unit: str) -> str:
    """A threshold of a manifest."""
    return f'[[thresholds]]\nid = "{name}"\nunit = "{unit}"\nvalue = {value}\n'


def rule(
    kind: str,
    keys: str,
    scope: str = "submission",
    severity: str = "hard",
    number: int = 1,
) -> str:
    """One rule TRY1 of a kind."""
    return (
        f'[[rules]]\nid = "TRY{number}"\nkind = "{kind}"\ntitle = "第{number}项"\n'
        f'severity = "{severity}"\ntemplates = ["small"]\nscope = "{scope}"\n{keys}\n'
    )


def per_hundred(sign: str, value: str = "0.9", gap: str = "") -> str:
    """PE teachers to a hundred pupils."""
    return limit("LIMIT", value, "人") + rule(
        "indicator",
        'numerator = "teachers.pe"\ndenominator = "students.total"\nscale = 100\nunit = "人"\n'
        f'compare = "{sign}"\nthreshold = "LIMIT"\n{gap}',
        "stage",
    )


def per_teacher(sign: str, value: str = "19") -> str:
    """Pupils to one of the staff: what is missing is staff."""
    return limit("LIMIT", value, "人") + rule(
        "indicator",
        'numerator = "students.total"\ndenominator = "staff.total"\nunit = "人"\n'
        f'compare = "{sign}"\nthreshold = "LIMIT"\n'
        'gap = { unit = "名", noun = "教职工", of = "denominator" }',
    )


def area_each(sign: str) -> str:
    """㎡ to a pupil: what is missing can be split."""
    return limit("LIMIT", "4.5", "㎡") + rule(
        "indicator",
        'numerator = "area.teaching"\ndenominator = "students.total"\nunit = "㎡"\n'
        f'compare = "{sign}"\nthreshold = "LIMIT"',
        "stage",
    )


def relation(check: str) -> str:
    return rule("relation", f"check = '{check}'")


def total(tolerance: str = "") -> str:
    known = limit("SLACK", tolerance, "人") if tolerance else ""
    return known + rule(
        "sum",
        'total = "staff.total"\nparts = ["teachers.full_time", "teachers.pe"]\n'
        + ('tolerance = "SLACK"' if tolerance else ""),
    )


SUBSET = rule("subset", 'whole = "staff.total"\nparts = ["teachers.full_time"]')


def between(low: str = "", high: str = "", field: str = "students.total", unit: str = "人") -> str:
    keys = f'value = "{field}"\n'
    known = ""
    if low:
        known += limit("LOW", low, unit)
        keys += 'minimum = "LOW"\n'
    if high:
        known += limit("HIGH", high, unit)
        keys += 'maximum = "HIGH"\n'
    return known + rule("range", keys)


CLAIMED = rule(
    "growth",
    'current = "money.budget"\nprevious = "previous(money.budget)"\nclaimed = "growth.claimed"',
)


RECOMPUTED = rule(
    "claim",
    'claimed = "growth.claimed"\n'
    'value = "(money.budget - previous(money.budget)) / previous(money.budget) * 100"\n'
    'slips = ["(money.budget - previous(money.budget)) / money.budget * 100"]\n'
    'slip_names = ["除以了本期数"]',
)


KINDS = rule(
    "table_sum",
    'total = "kinds.total"\nparts = ["kinds.primary", "kinds.junior"]\n'
    'columns = ["schools", "students"]\n'
    'total_column = "schools"\npart_columns = ["public", "private"]',
)


def kinds(**columns: tuple[Plain, ...]) -> Mapping[str, Plain]:
    """合计, 小学, 初级中学 by column; None is an empty cell."""
    names = ("kinds.total", "kinds.primary", "kinds.junior")
    return {
        f"{name}@{column}": number
        for column, numbers in columns.items()
        for name, number in zip(names, numbers, strict=True)
        if number is not None
    }


def grown(sign: str) -> str:
    return limit("LIMIT", "5", "%") + rule(
        "growth",
        'current = "money.budget"\nprevious = "previous(money.budget)"\n'
        f'compare = "{sign}"\nthreshold = "LIMIT"',
    )


def against_last_year(sign: str) -> str:
    return rule("year_on_year", f'field = "money.budget"\ncompare = "{sign}"')


WITHIN = limit("JUMP", "30", "%") + rule(
    "year_on_year", 'field = "money.budget"\ncompare = "=="\nwithin = "JUMP"'
)


class Case(NamedTuple):
    """What is typed, and what must come of it; ``actual`` and ``gap`` as they are read."""

    body: str
    facts: Mapping[str, Plain]
    outcome: Outcome
    actual: str | None = None
    gap: str | None = None
    says: str = ""
    borderline: bool = False


def pe(pupils: int, teachers: int) -> dict[str, Plain]:
    return {PUPILS: pupils, PE: teachers}


def staff(pupils: int, number: int) -> dict[str, Plain]:
    return {PUPILS: pupils, "staff.total": number}


def parts(whole: int, full: int, pe: int = 0) -> dict[str, Plain]:
    return {"staff.total": whole, FULL: full, PE: pe}


def years(now: str, before: str, claimed: str | None = None) -> dict[str, Plain]:
    known: dict[str, Plain] = {BUDGET: Decimal(now), BEFORE: Decimal(before)}
    return known if claimed is None else {**known, "growth.claimed": Decimal(claimed)}


NOUN = 'gap = { unit = "名", noun = "体育教师", whole = true }'
LACK = 'gap = { unit = "间", noun = "教室", lack = true }'

CASES: dict[str, Case] = {
    # indicator: 9 of 1000 is 0.9 to a hundred
    "indicator at >=": Case(per_hundred(">="), pe(1000, 9), PASS, "0.9人"),
    "indicator below >=": Case(
        per_hundred(">=", gap=NOUN), pe(1000, 8), FAIL, "0.8人", "缺 1 名体育教师"
    ),
    "indicator above >=": Case(per_hundred(">="), pe(1000, 10), PASS, "1人"),
    "indicator at >": Case(per_hundred(">"), pe(1000, 9), FAIL, "0.9人", "缺 1 人"),
    "indicator above >": Case(per_hundred(">"), pe(1000, 10), PASS, "1人"),
    "indicator below >": Case(per_hundred(">"), pe(1000, 8), FAIL, "0.8人", "缺 2 人"),
    "indicator at <=": Case(per_hundred("<="), pe(1000, 9), PASS, "0.9人"),
    "indicator above <=": Case(per_hundred("<="), pe(1000, 10), FAIL, "1人", "超出 1 人"),
    "indicator below <=": Case(per_hundred("<="), pe(1000, 8), PASS, "0.8人"),
    "indicator at <": Case(per_hundred("<"), pe(1000, 9), FAIL, "0.9人", "超出 1 人"),
    "indicator below <": Case(per_hundred("<"), pe(1000, 8), PASS, "0.8人"),
    "indicator above <": Case(per_hundred("<"), pe(1000, 10), FAIL, "1人", "超出 2 人"),
    "indicator at ==": Case(per_hundred("=="), pe(1000, 9), PASS, "0.9人"),
    "indicator off ==": Case(per_hundred("=="), pe(1000, 10), FAIL, "1人", "相差 1 人"),
    "indicator lack is never too much": Case(
        per_hundred("<=", gap=LACK), pe(1000, 10), FAIL, "1人", "缺 1 间教室"
    ),
    # 179 of 20000 is 0.895: shown with two places it would be the limit itself
    "indicator half, up to the limit": Case(
        per_hundred(">="), pe(20000, 179), FAIL, "0.895人", "缺 1 人", "按未四舍五入的数比较", True
    ),
    "indicator a hair below half": Case(
        per_hundred(">="), pe(1000000, 8949), FAIL, "0.89人", "缺 51 人"
    ),
    # 181 of 20000 is 0.905: rounds half up to 0.91, over the limit either way
    "indicator half, over a maximum": Case(
        per_hundred("<="), pe(20000, 181), FAIL, "0.91人", "超出 1 人"
    ),
    # 9049 of 1000000 is 0.9049: rounds down to 0.90, which would keep the maximum
    "indicator below half, over a maximum": Case(
        per_hundred("<="), pe(1000000, 9049), FAIL, "0.905人", "超出 49 人", "0.905人", True
    ),
    # 0.895 keeps a maximum below 0.9 although 0.90 would not
    "indicator half, kept below": Case(
        per_hundred("<"), pe(20000, 179), PASS, "0.895人", None, "未四舍五入为 0.895人", True
    ),
    "indicator of none": Case(per_hundred(">="), pe(1000, 0), FAIL, "0人", "缺 9 人"),
    "indicator per none": Case(per_hundred(">="), pe(0, 9), NONE, None, None, "“在校学生数”为 0"),
    "indicator per one": Case(per_hundred("<="), pe(1, 0), PASS, "0人"),
    # 0.009 of a teacher too few is a whole teacher; 9 of 1001 is 0.8991, shown as 0.90 otherwise
    "indicator gap rounded up": Case(
        per_hundred(">="), pe(1001, 9), FAIL, "0.899人", "缺 1 人", "未四舍五入为 0.899", True
    ),
    "indicator gap just over one": Case(per_hundred(">="), pe(1112, 9), FAIL, "0.81人", "缺 2 人"),
    "indicator split at >=": Case(
        area_each(">="), {PUPILS: 10, "area.teaching@primary": 45}, PASS, "4.5㎡"
    ),
    "indicator split below >=": Case(
        area_each(">="),
        {PUPILS: 10, "area.teaching@primary": Decimal("44.5")},
        FAIL,
        "4.45㎡",
        "缺 0.5 ㎡",
    ),
    "indicator split at >": Case(
        area_each(">"), {PUPILS: 10, "area.teaching@primary": 45}, FAIL, "4.5㎡"
    ),
    # 3800 / 19 = 200 staff
    "denominator at <=": Case(per_teacher("<="), staff(3800, 200), PASS, "19人"),
    "denominator one pupil above <=": Case(
        per_teacher("<="), staff(3801, 200), FAIL, "19.01人", "缺 1 名教职工"
    ),
    "denominator a whole one above <=": Case(
        per_teacher("<="), staff(3819, 200), FAIL, "19.1人", "缺 1 名教职工"
    ),
    "denominator two above <=": Case(
        per_teacher("<="), staff(3820, 200), FAIL, "19.1人", "缺 2 名教职工"
    ),
    "denominator at <": Case(per_teacher("<"), staff(3800, 200), FAIL, "19人", "缺 1 名教职工"),
    "denominator below <": Case(
        per_teacher("<"), staff(3799, 200), PASS, "18.995人", None, "未四舍五入为 18.995人", True
    ),
    "denominator below >=": Case(
        per_teacher(">="), staff(3780, 200), FAIL, "18.9人", "超出 2 名教职工"
    ),
    "denominator limit 0": Case(
        per_teacher("<=", "0"), staff(5, 2), FAIL, "2.5人", "超出 5 名教职工"
    ),
    # relation
    "relation at <=": Case(relation("teachers.full_time <= staff.total"), parts(45, 45), PASS),
    "relation above <=": Case(
        relation("teachers.full_time <= staff.total"), parts(45, 46), FAIL, "46人", "超出 1 人"
    ),
    "relation below <=": Case(relation("teachers.full_time <= staff.total"), parts(45, 44), PASS),
    "relation at <": Case(
        relation("teachers.full_time < staff.total"), parts(45, 45), FAIL, "45人", "超出 1 人"
    ),
    "relation above <": Case(
        relation("teachers.full_time < staff.total"), parts(45, 46), FAIL, "46人", "超出 2 人"
    ),
    "relation at >=": Case(relation("teachers.full_time >= staff.total"), parts(45, 45), PASS),
    "relation below >=": Case(
        relation("teachers.full_time >= staff.total"), parts(45, 44), FAIL, "44人", "缺 1 人"
    ),
    "relation at >": Case(
        relation("teachers.full_time > staff.total"), parts(45, 45), FAIL, "45人", "缺 1 人"
    ),
    "relation equal": Case(relation("teachers.full_time == staff.total"), parts(45, 45), PASS),
    "relation not equal": Case(
        relation("teachers.full_time == staff.total"),
        parts(45, 46),
        FAIL,
        "46人",
        "相差 1 人",
        "相差 1人",
    ),
    "relation must differ": Case(
        relation("teachers.full_time != staff.total"), parts(45, 45), FAIL, "45人", None, "不应等于"
    ),
    "relation differs": Case(relation("teachers.full_time != staff.total"), parts(45, 44), PASS),
    "relation strict in what can be split, gap of zero": Case(
        relation("money.budget > previous(money.budget)"), years("100", "100"), FAIL, "100元", None
    ),
    "relation strict in what can be split": Case(
        relation("money.budget > previous(money.budget)"),
        years("99.5", "100"),
        FAIL,
        "99.5元",
        "缺 0.5 元",
    ),
    "relation chained, low end": Case(
        relation("0 < teachers.pe <= staff.total"), parts(3, 0, 0), FAIL, "0", "超出 1 人"
    ),
    "relation chained, high end": Case(
        relation("0 < teachers.pe <= staff.total"), parts(3, 0, 4), FAIL, "4人", "超出 1 人"
    ),
    "relation chained, at the high end": Case(
        relation("0 < teachers.pe <= staff.total"), parts(3, 0, 3), PASS
    ),
    "relation: 2.5 rounds to 3": Case(
        relation("round(money.budget / staff.total) == 3"), {BUDGET: 5, "staff.total": 2}, PASS
    ),
    "relation: -2.5 rounds to -3": Case(
        relation("round(0 - money.budget / staff.total) == -3"), {BUDGET: 5, "staff.total": 2}, PASS
    ),
    "relation: 2.4999 rounds to 2": Case(
        relation("round(money.budget / staff.total) == 2"),
        {BUDGET: Decimal("4.9998"), "staff.total": 2},
        PASS,
    ),
    "relation: 0.125 to two places is 0.13": Case(
        relation("round(money.budget / staff.total, 2) == 0.13"),
        {BUDGET: 1, "staff.total": 8},
        PASS,
    ),
    "relation: close values are shown apart": Case(
        relation("money.budget >= 1"), {BUDGET: Decimal("0.999")}, FAIL, "0.999元", "缺 0.001 元"
    ),
    # sum
    "sum exact": Case(total(), parts(47, 40, 7), PASS, "47人"),
    "sum one too many": Case(total(), parts(48, 40, 7), FAIL, "48人", "相差 1 人", "相差 1人"),
    "sum one too few": Case(total(), parts(46, 40, 7), FAIL, "46人", "相差 1 人", "相差 1人"),
    "sum off by the tolerance": Case(total("2"), parts(49, 40, 7), PASS, "49人"),
    "sum off by the tolerance below": Case(total("2"), parts(45, 40, 7), PASS, "45人"),
    "sum off by more": Case(total("2"), parts(50, 40, 7), FAIL, "50人", "相差 3 人"),
    "sum off by more below": Case(total("2"), parts(44, 40, 7), FAIL, "44人", "相差 3 人"),
    "sum of nothing": Case(total(), parts(0, 0, 0), PASS, "0人"),
    # subset
    "subset at the whole": Case(SUBSET, parts(45, 45), PASS, "45人"),
    "subset one below": Case(SUBSET, parts(45, 44), PASS, "44人"),
    "subset one above": Case(SUBSET, parts(45, 46), FAIL, "46人", "超出 1 人"),
    "subset none of none": Case(SUBSET, parts(0, 0), PASS, "0人"),
    "subset one of none": Case(SUBSET, parts(0, 1), FAIL, "1人", "超出 1 人"),
    # range
    "range at the minimum": Case(between("10", "60"), {PUPILS: 10}, PASS, "10人"),
    "range below the minimum": Case(
        between("10", "60"), {PUPILS: 9}, FAIL, "9人", None, "10人 至 60人"
    ),
    "range at the maximum": Case(between("10", "60"), {PUPILS: 60}, PASS, "60人"),
    "range above the maximum": Case(between("10", "60"), {PUPILS: 61}, FAIL, "61人", None),
    "range minimum only, at": Case(between("10"), {PUPILS: 10}, PASS, "10人"),
    "range minimum only, below": Case(between("10"), {PUPILS: 9}, FAIL, "9人", "缺 1 人"),
    "range maximum only, at": Case(between("", "60"), {PUPILS: 60}, PASS, "60人"),
    "range maximum only, above": Case(between("", "60"), {PUPILS: 61}, FAIL, "61人", "超出 1 人"),
    "range maximum of 0, at": Case(between("", "0"), {PUPILS: 0}, PASS, "0人"),
    "range minimum of 0 with a maximum of 0": Case(
        between("0", "0"), {PUPILS: 1}, FAIL, "1人", None, "应为 0人"
    ),
    "range of one value": Case(between("7", "7"), {PUPILS: 7}, PASS, "7人"),
    "range of one value, below": Case(
        between("7", "7"), {PUPILS: 6}, FAIL, "6人", None, "应为 7人"
    ),
    "range close to the maximum is shown apart": Case(
        between("", "1", "money.budget", "元"),
        {BUDGET: Decimal("1.004")},
        FAIL,
        "1.004元",
        "超出 0.004 元",
    ),
    # growth: 100125 against 100000 is 0.125 %, 99875 is -0.125 %
    "growth claimed, half up": Case(CLAIMED, years("100125", "100000", "0.13"), PASS, "0.13%"),
    "growth claimed, half down": Case(
        CLAIMED, years("100125", "100000", "0.12"), FAIL, "0.12%", None, "应为 0.13%"
    ),
    "growth claimed, half away from zero": Case(
        CLAIMED, years("99875", "100000", "-0.13"), PASS, "-0.13%"
    ),
    "growth claimed, half towards zero": Case(
        CLAIMED, years("99875", "100000", "-0.12"), FAIL, "-0.12%"
    ),
    "growth claimed with one place": Case(CLAIMED, years("100125", "100000", "0.1"), PASS, "0.1%"),
    "growth claimed with one place, above": Case(
        CLAIMED, years("100125", "100000", "0.2"), FAIL, "0.2%"
    ),
    "growth claimed with three places": Case(
        CLAIMED, years("100125", "100000", "0.125"), PASS, "0.125%"
    ),
    "growth claimed without places": Case(CLAIMED, years("1005", "1000", "1"), PASS, "1%"),
    "growth claimed of none": Case(CLAIMED, years("100", "100", "0"), PASS, "0%"),
    "growth from none": Case(CLAIMED, years("100", "0", "0"), NONE),
    "growth to none": Case(CLAIMED, years("0", "100", "-100"), PASS, "-100%"),
    "growth at >=": Case(grown(">="), years("105", "100"), PASS, "5%"),
    "growth below >=": Case(grown(">="), years("104.99", "100"), FAIL, "4.99%"),
    "growth at >": Case(grown(">"), years("105", "100"), FAIL, "5%"),
    "growth at <=": Case(grown("<="), years("105", "100"), PASS, "5%"),
    "growth above <=": Case(grown("<="), years("105.01", "100"), FAIL, "5.01%"),
    # a claim of a growth: the county of the reports, 63787 to 77673, is 21.7693 %
    "claim right": Case(RECOMPUTED, years("77673", "63787", "21.77"), PASS, "21.77%"),
    "claim right without places": Case(RECOMPUTED, years("77673", "63787", "22"), PASS, "22%"),
    "claim one above": Case(
        RECOMPUTED, years("77673", "63787", "21.78"), FAIL, "21.78%", None, "应为 21.77%"
    ),
    "claim truncated": Case(
        RECOMPUTED, years("77673", "63787", "21.76"), FAIL, "21.76%", None, "没有四舍五入"
    ),
    "claim two below is not truncated": Case(
        RECOMPUTED, years("77673", "63787", "21.75"), FAIL, "21.75%", None, "应为 21.77%。"
    ),
    "claim by the wrong year": Case(
        RECOMPUTED, years("77673", "63787", "17.88"), FAIL, "17.88%", None, "可能是除以了本期数"
    ),
    "claim as a fraction": Case(
        RECOMPUTED, years("77673", "63787", "0.22"), FAIL, "0.22%", None, "把百分数填成了小数"
    ),
    "claim half up": Case(RECOMPUTED, years("100125", "100000", "0.13"), PASS, "0.13%"),
    "claim half down": Case(
        RECOMPUTED, years("100125", "100000", "0.12"), FAIL, "0.12%", None, "没有四舍五入"
    ),
    "claim with the sign turned": Case(
        RECOMPUTED, years("95", "100", "5"), FAIL, "5%", None, "正负号写反了"
    ),
    "claim from none": Case(RECOMPUTED, years("100", "0", "0"), NONE),
    # a table whose rows and columns add up: 41 schools of 28 and 13 in the reports
    "table sum right": Case(KINDS, kinds(schools=(41, 28, 13), students=(900, 500, 400)), PASS),
    "table sum one above": Case(
        KINDS,
        kinds(schools=(42, 28, 13)),
        FAIL,
        "42",
        "相差 1",
        "为 42，各部分之和为 41（小学 28 + ",
    ),
    "table sum one below": Case(KINDS, kinds(schools=(40, 28, 13)), FAIL, "40", "相差 1"),
    "table sum in the other column": Case(
        KINDS,
        kinds(schools=(41, 28, 13), students=(901, 500, 400)),
        FAIL,
        "901",
        "相差 1",
        "学生数",
    ),
    "table sum without a part": Case(KINDS, kinds(schools=(28, 28, None)), PASS),
    "table sum of no part": Case(KINDS, kinds(schools=(41, None, None)), NONE),
    "table sum without the total": Case(KINDS, kinds(schools=(None, 28, 13)), NONE),
    "table sum of parts that are 0": Case(KINDS, kinds(schools=(1, 0, 0)), FAIL, "1", "相差 1"),
    "table sum across right": Case(
        KINDS, kinds(schools=(41, 28, 13), public=(35, 24, 11), private=(6, 4, 2)), PASS
    ),
    "table sum across wrong": Case(
        KINDS,
        kinds(schools=(41, 28, 13), public=(35, 24, 11), private=(6, 4, 1)),
        FAIL,
        "13",
        "相差 1",
        "“初级中学”一行：“学校数”为 13，各部分之和为 12（公办 11 + 民办 1），相差 1",
    ),
    # year on year
    "year at >=": Case(against_last_year(">="), years("100", "100"), PASS, "100元"),
    "year below >=": Case(
        against_last_year(">="), years("99", "100"), FAIL, "99元", "缺 1 元", "减少 1元"
    ),
    "year above >=": Case(against_last_year(">="), years("101", "100"), PASS, "101元"),
    "year at >": Case(
        against_last_year(">"), years("100", "100"), FAIL, "100元", None, "与上年相同"
    ),
    "year above <=": Case(
        against_last_year("<="), years("101", "100"), FAIL, "101元", "超出 1 元", "增加 1元"
    ),
    "year at <": Case(
        against_last_year("<"), years("100", "100"), FAIL, "100元", None, "与上年相同"
    ),
    "year at ==": Case(against_last_year("=="), years("100", "100"), PASS, "100元"),
    "year against none": Case(against_last_year(">="), years("0", "0"), PASS, "0元"),
    "year within, at": Case(WITHIN, years("130", "100"), PASS, "130元", None, "增加 30%"),
    "year within, at below": Case(WITHIN, years("70", "100"), PASS, "70元", None, "减少 30%"),
    "year within, above": Case(WITHIN, years("131", "100"), FAIL, "131元", None, "增加 31%"),
    "year within, below": Case(WITHIN, years("69", "100"), FAIL, "69元", None, "减少 31%"),
    "year within, same": Case(WITHIN, years("100", "100"), PASS, "100元", None, "增加 0%"),
    "year within, from none": Case(WITHIN, years("1", "0"), NONE, None, None, "上年数为 0"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_at_the_limit_and_one_beside_it(only: Only, case: Case) -> None:
    verdict = only(case.body, case.facts)
    assert verdict.outcome is case.outcome, verdict.message
    if case.actual is not None:
        assert str(verdict.actual) == case.actual
    assert (None if verdict.gap is None else str(verdict.gap)) == case.gap
    assert case.says in verdict.message
    assert verdict.borderline is case.borderline


def test_a_negative_denominator_never_reaches_a_limit(only: Only) -> None:
    """More pupils left than there were: no limit, not even a maximum, is kept."""
    body = limit("LIMIT", "5", "人") + rule(
        "indicator",
        'numerator = "teachers.pe"\ndenominator = "students.total - students.boarders"\n'
        'unit = "人"\ncompare = "<="\nthreshold = "LIMIT"',
        "stage",
    )
    facts = {PUPILS: 10, "students.boarders@primary": 11, PE: 1}
    verdict = only(body, facts)
    assert verdict.outcome is FAIL
    assert verdict.actual is None
    assert "为 -1，不可能小于 0" in verdict.message
    assert only(body, {**facts, "students.boarders@primary": 10}).outcome is NONE
    assert only(body, {**facts, "students.boarders@primary": 9}).outcome is PASS


# -- beside cells that hold something else -----------------------------------------------------

BAD = {
    "text": FactState.UNREADABLE,
    "error": FactState.ERROR,
    "not computed": FactState.UNCOMPUTED,
    "without a cell": FactState.UNBOUND,
    "empty": FactState.BLANK,
}
FIGURES: dict[str, tuple[str, Mapping[str, Plain], tuple[str, ...]]] = {
    "indicator": (per_hundred(">="), pe(1000, 9), (PUPILS, PE)),
    "relation": (
        relation("teachers.full_time <= staff.total"),
        parts(45, 45),
        (FULL, "staff.total@whole"),
    ),
    "sum": (total(), parts(47, 40, 7), ("staff.total@whole", FULL, PE)),
    "subset": (SUBSET, parts(45, 45), ("staff.total@whole", FULL)),
    "table_sum": (
        rule(
            "table_sum",
            'total = "teachers.full_time"\nparts = ["teachers.pe"]\ncolumns = ["primary"]',
        ),
        {FULL: 9, PE: 9},
        (FULL, PE),
    ),
    "range": (between("10", "60"), {PUPILS: 10}, (PUPILS,)),
    "growth": (grown(">="), years("105", "100"), (BUDGET, BEFORE)),
    "claim": (RECOMPUTED, years("105", "100", "5"), (BUDGET, BEFORE)),
    "year_on_year": (against_last_year(">="), years("100", "100"), (BUDGET, BEFORE)),
    "code": (
        rule("code", 'field = "school.type"\nlist = "school_type"'),
        {"school.type": "211"},
        ("school.type@whole",),
    ),
    "pattern": (
        rule("pattern", "field = 'school.code'\npattern = '[0-9]{10}'\nform = '10位数字'"),
        {"school.code": "2136000501"},
        ("school.code@whole",),
    ),
}


@pytest.mark.parametrize("state", BAD)
@pytest.mark.parametrize("kind", FIGURES)
def test_what_cannot_be_used_is_missing_and_named(only: Only, kind: str, state: str) -> None:
    """Right at its limit the rule passes; with any one of its cells spoilt nothing is decided."""
    body, facts, cells = FIGURES[kind]
    assert only(body, facts).outcome is PASS
    for name in cells:
        verdict = only(body, facts, states={name: BAD[state]})
        assert verdict.outcome is OPEN, (name, verdict.message)
        assert str(verdict.at[0]) == name


@pytest.mark.parametrize("state", BAD)
def test_a_spoilt_cell_of_another_stage_costs_nothing(judged: Judged, state: str) -> None:
    facts = {
        "school.type": "312",
        **pe(1000, 9),
        "students.total@junior": 9,
        "teachers.pe@junior": 9,
    }
    report = judged(per_hundred(">="), facts, states={"teachers.pe@junior": BAD[state]})
    assert [(each.unit.stage, each.outcome) for each in report.verdicts] == [
        ("primary", PASS),
        ("junior", OPEN),
    ]


def test_an_empty_cell_counts_as_its_field_says(only: Only) -> None:
    """寄宿生 left empty is none, as far as that holds; 仪器设备值 left empty is unknown: a hard
    rule passes over it, a standard cannot be judged."""
    boarders = rule("range", 'value = "students.boarders"\nminimum = "1"', "stage")
    typed = only(boarders, {PUPILS: 10, "students.boarders@primary": 0})
    assert (typed.outcome, str(typed.gap)) == (FAIL, "缺 1 人")
    soft = rule("range", 'value = "students.boarders"\nminimum = "1"', "stage", severity="soft")
    empty = only(soft, {PUPILS: 10})  # it passes where none is right, and accuses nobody
    assert (empty.outcome, [ref.field for ref in empty.at]) == (OPEN, ["students.boarders"])
    assert only(boarders, {PUPILS: 10, "students.boarders@primary": 1}).outcome is PASS
    for severity, outcome in (("hard", NONE), ("soft", NONE), ("info", NONE), ("standard", OPEN)):
        optional = rule("range", 'value = "equipment.value"\nminimum = "1"', severity=severity)
        verdict = only(optional, {PUPILS: 10})
        assert verdict.outcome is outcome
        assert only(optional, {"equipment.value": 1}).outcome is PASS
        below = only(optional, {"equipment.value": 0}).outcome
        assert below is {"hard": FAIL, "standard": UNMET}.get(severity, DOUBT)
        spoilt = only(optional, {}, states={"equipment.value@whole": FactState.ERROR})
        assert spoilt.outcome is OPEN
        if severity == "standard":
            assert [ref.field for ref in verdict.at] == ["equipment.value"]


# 110 pupils × 1 and 100 pupils × 1.1: each stage bears half of what is in common
TWO_STAGES: dict[str, Plain] = {
    "school.type": "312",
    "students.total@primary": 110,
    "students.total@junior": 100,
}
SHARED = limit("LIMIT", "20", "人") + rule(
    "range", 'value = "teachers.full_time"\nminimum = "LIMIT"', "stage"
)


@pytest.mark.parametrize(
    ("own", "shared", "outcome", "actual"),
    [
        (15, 10, PASS, "20人"),
        (15, 9, FAIL, "19.5人"),
        (15, 11, PASS, "20.5人"),
        (14, 10, FAIL, "19人"),
        (None, 40, PASS, "20人"),  # all in common
        (None, 39, FAIL, "19.5人"),
        (20, None, PASS, "20人"),  # nothing in common
        (20, 0, PASS, "20人"),
        (None, None, OPEN, None),
    ],
)
def test_what_is_in_common_is_shared_by_weighted_enrolment(
    judged: Judged, own: int | None, shared: int | None, outcome: Outcome, actual: str | None
) -> None:
    facts = dict(TWO_STAGES)
    if own is not None:
        facts |= {"teachers.full_time@primary": own, "teachers.full_time@junior": own}
    if shared is not None:
        facts["teachers.full_time@shared"] = shared
    verdicts = [each.worded() for each in judged(SHARED, facts).verdicts]
    assert [each.outcome for each in verdicts] == [outcome, outcome]
    if actual is not None:
        assert {str(each.actual) for each in verdicts} == {actual}


@pytest.mark.parametrize("state", [name for name in BAD if name not in ("empty", "without a cell")])
def test_a_spoilt_cell_in_common_spoils_every_stage(judged: Judged, state: str) -> None:
    facts = {**TWO_STAGES, "teachers.full_time@primary": 30, "teachers.full_time@junior": 30}
    report = judged(SHARED, facts, states={"teachers.full_time@shared": BAD[state]})
    assert [each.outcome for each in report.verdicts] == [OPEN, OPEN]
    assert {str(each.at[0]) for each in report.verdicts} == {"teachers.full_time@shared"}


def test_without_any_pupils_the_weights_alone_share(judged: Judged) -> None:
    """21 in common, weights 1 and 1.1: 10 and 11."""
    facts: dict[str, Plain] = {
        "school.type": "312",
        "students.total@primary": 0,
        "students.total@junior": 0,
        "teachers.full_time@shared": 21,
    }
    verdicts = [each.worded() for each in judged(SHARED, facts).verdicts]
    assert [str(each.actual) for each in verdicts] == ["10人", "11人"]


# -- rows --------------------------------------------------------------------------------------

UNIQUE = rule("unique", 'table = "rooms"\ncolumns = ["use", "area"]')


@pytest.mark.parametrize(
    ("rows", "repeated"),
    [
        ([{"use": "音乐", "area": 96}, {"use": "音乐", "area": 96}], [2]),
        ([{"use": "音乐", "area": 96}, {"use": "音乐", "area": 97}], []),
        ([{"use": "音乐", "area": 96}, {"use": "美术", "area": 96}], []),
        ([{"use": "音乐", "area": 0}, {"use": "音乐", "area": 0}], [2]),
        ([{"use": "音乐"}, {"use": "音乐"}], []),
        ([{"area": 96}, {"area": 96}], []),
        ([{"use": "音乐", "area": 1}] * 3, [2, 3]),
        ([{"use": "音乐"}, {"use": "音乐", "area": 1}, {"use": "音乐", "area": 1}], [3]),
        ([{"use": "音乐", "area": 1}], []),
    ],
)
def test_only_whole_rows_that_are_the_same_repeat(
    judged: Judged, rows: list[dict[str, Plain]], repeated: list[int]
) -> None:
    found = judged(UNIQUE, {}, {"rooms": rows}).verdicts
    if repeated:
        assert [each.at[0].row for each in found] == repeated
        assert all(f"与第{row}行重复" in found[0].message for row in {found[0].at[2].row})
        assert {each.outcome for each in found} == {FAIL}
    else:
        assert [each.outcome for each in found] == [PASS]


@pytest.mark.parametrize(("area", "outcome"), [(89, FAIL), (90, PASS), (91, PASS), (0, FAIL)])
def test_a_row_at_its_limit(only: Only, area: int, outcome: Outcome) -> None:
    body = rule("relation", 'table = "rooms"\ncheck = "rooms.area >= 90"', "row")
    assert only(body, {}, {"rooms": [{"use": "音乐", "area": area}]}).outcome is outcome


@pytest.mark.parametrize(("large", "marked"), [(29, 29), (30, 30), (31, 30)])
def test_a_finding_colours_no_more_than_thirty_rows(only: Only, large: int, marked: int) -> None:
    body = rule("relation", 'check = "count(rooms, rooms.area < 90) == 0"')
    rows = [{"use": "音乐", "area": 96}, *({"use": f"{n}", "area": 1} for n in range(large))]
    verdict = only(body, {}, {"rooms": rows})
    assert [ref.row for ref in verdict.at] == list(range(2, marked + 2))


# -- composites --------------------------------------------------------------------------------


def composite(of: str, at_least: str, floor: str = "", sign: str = ">=") -> str:
    """TRY9 of three indicators with the limit 100, each a standard."""
    items = ("staff.total", "students.total", "teachers.pe")
    return (
        limit("LIMIT", "100", "人")
        + limit("COUNT", at_least, "项")
        + (limit("FLOOR", floor, "%") if floor else "")
        + rule(
            "composite",
            f'of = {of}\nat_least = "COUNT"\n' + ('floor = "FLOOR"' if floor else ""),
            severity="standard",
            number=9,
        )
        + "".join(
            rule(
                "indicator",
                f'numerator = "{item}"\nunit = "人"\ncompare = "{sign}"\nthreshold = "LIMIT"\n'
                f'when = "{item} != 7"',
                severity="standard",
                number=number,
            )
            for number, item in enumerate(items, 1)
        )
    )


THREE = '["TRY1", "TRY2", "TRY3"]'
JOINED = '["TRY1 + TRY2", "TRY3"]'


@pytest.mark.parametrize(
    ("body", "values", "outcome", "words"),
    [
        (composite(THREE, "2"), (100, 100, 99), PASS, "2 项达标"),
        (composite(THREE, "2"), (100, 99, 99), UNMET, "1 项达标，要求至少 2 项达标"),
        (composite(THREE, "3"), (100, 100, 99), UNMET, "2 项达标"),
        (composite(THREE, "3"), (100, 100, 100), PASS, "3 项达标"),
        (composite(THREE, "0"), (0, 0, 0), PASS, "0 项达标"),
        # one that does not apply lowers what is asked by one
        (composite(THREE, "3"), (100, 100, 7), PASS, "2 项指标中 2 项达标"),
        (composite(THREE, "3"), (100, 99, 7), UNMET, "1 项达标，要求每一项都达标"),
        (composite(THREE, "2"), (100, 7, 7), PASS, "1 项指标中 1 项达标"),
        (composite(THREE, "1"), (0, 7, 7), PASS, "0 项达标"),
        (composite(THREE, "2"), (7, 7, 7), NONE, "各项指标都不适用"),
        # what is missing matters only while it could decide
        (composite(THREE, "2"), (100, None, None), OPEN, "1 项达标、2 项缺数据"),
        (composite(THREE, "3"), (99, None, None), UNMET, "还有 2 项缺数据"),
        (composite(THREE, "2"), (99, 100, None), OPEN, "1 项达标、1 项缺数据"),
        # at the floor, one below it
        (composite(THREE, "2", "85"), (100, 100, 85), PASS, "2 项达标"),
        (composite(THREE, "2", "85"), (100, 100, 84), UNMET, "其中 1 项低于限值的 85%"),
        (composite(THREE, "2", "85"), (100, 100, 0), UNMET, "其中 1 项低于限值的 85%"),
        (composite(THREE, "1", "100"), (100, 99, 100), UNMET, "其中 1 项低于限值的 100%"),
        # of a maximum: 125 reaches 80 % of 100, 126 less
        (composite(THREE, "2", "80", "<="), (100, 100, 125), PASS, "2 项达标"),
        (composite(THREE, "2", "80", "<="), (100, 100, 126), UNMET, "其中 1 项低于"),
        # joined with +: one item, missed if either is
        (composite(JOINED, "2"), (100, 100, 100), PASS, "2 项指标中 2 项达标"),
        (composite(JOINED, "2"), (100, 99, 100), UNMET, "2 项指标中 1 项达标"),
        (composite(JOINED, "1"), (100, 99, 100), PASS, "1 项达标"),
        (composite(JOINED, "2"), (100, 7, 100), PASS, "2 项达标"),
        (composite(JOINED, "2"), (7, 7, 100), PASS, "1 项指标中 1 项达标"),
        (composite(JOINED, "2"), (100, None, 100), OPEN, "1 项达标、1 项缺数据"),
        (composite(JOINED, "2"), (99, None, 100), UNMET, "1 项达标"),
        # the worse of the two counts at the floor
        (composite(JOINED, "1", "85"), (90, 84, 100), UNMET, "其中 1 项低于"),
        (composite(JOINED, "1", "85"), (90, 85, 100), PASS, "1 项达标"),
    ],
)
def test_so_many_items_and_no_fewer(
    judged: Judged, body: str, values: tuple[int | None, ...], outcome: Outcome, words: str
) -> None:
    names = ("staff.total", PUPILS, PE)
    facts = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    report = judged(body, facts)
    assert report.errors == ()
    by_rule = {each.rule: each for each in report.verdicts}
    verdict = by_rule["TRY9"]
    assert (verdict.outcome, words in verdict.message) == (outcome, True), verdict.message
    # within what the composite allows a missed item is marked as allowed, else it is not
    missed = [each for each in report.verdicts if each.outcome is UNMET and each.rule != "TRY9"]
    assert {each.allowed for each in missed} <= {outcome is PASS}
    scores = [(score.outcome, score.rule) for score in report.scorecard]
    assert scores == ([] if outcome is NONE else [(outcome, "TRY9")])


# -- codes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("91350100M000100Y43", None),
        ("91350100M000100Y4", "应为 18 位，现在是 17 位"),
        ("91350100M000100Y433", "应为 18 位，现在是 19 位"),
        ("", "应为 18 位，现在是 0 位"),
        ("I1350100M000100Y43", "第 1 位“I”不能用"),
        ("91350100M000100Y4O", "第 18 位“O”不能用"),
        # all zeros: the sum is 0, and 31 - 0 is 31, whose sign is that of 0
        ("000000000000000000", None),
        ("000000000000000001", "最后一位校验码应为 0"),
    ],
)
def test_a_credit_code_of_eighteen_signs(code: str, problem: str | None) -> None:
    found = uscc_problem(code)
    assert found is None if problem is None else (found or "").startswith(problem)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("11010519491231002X", None),
        ("11010519491231002", "应为 17 位数字加 1 位数字或 X"),
        ("11010519491231002XX", "应为 17 位数字加 1 位数字或 X"),
        ("110105194912310021", "最后一位校验码应为 X"),
        ("110105194902290021", "第 7 至 14 位“19490229”不是出生日期"),
        ("110105194902300021", "第 7 至 14 位“19490230”不是出生日期"),
        ("110105194900010021", "第 7 至 14 位“19490001”不是出生日期"),
    ],
)
def test_an_identity_number_of_eighteen_signs(code: str, problem: str | None) -> None:
    found = id_card_problem(code)
    assert found is None if problem is None else (found or "").startswith(problem)


@pytest.mark.parametrize(("digits", "matches"), [(9, False), (10, True), (11, False), (0, False)])
def test_a_pattern_of_ten_digits(only: Only, digits: int, matches: bool) -> None:
    body = rule("pattern", "field = 'school.code'\npattern = '[0-9]{10}'\nform = '10位数字'")
    verdict = only(body, {"school.code": "2136000501"[:digits].ljust(digits, "7")})
    assert verdict.outcome is (PASS if matches else FAIL)


@pytest.mark.parametrize("length", [12, 13])
def test_a_code_list_is_spelt_out_up_to_twelve(only: Only, length: int) -> None:
    listed = "\n".join(f'"{n}" = "第{n}类"' for n in range(length))
    body = f"[code_lists.long]\n{listed}\n" + rule("code", 'field = "school.code"\nlist = "long"')
    verdict = only(body, {"school.code": "x"})
    assert ("应为：0 第0类" in verdict.message) is (length == 12)


# -- what is shown -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "other", "digits", "shown"),
    [
        ("1", "1", 2, 2),
        ("0.999", "1", 2, 3),
        ("0.995", "1", 2, 3),  # half up would be 1.00
        ("0.9949", "1", 2, 2),
        ("1.004", "1", 2, 3),
        ("1.005", "1", 2, 2),  # half up is 1.01
        ("-0.999", "-1", 2, 3),
        ("-0.995", "-1", 2, 3),
        ("-1.005", "-1", 2, 2),
        ("0.4", "0", 0, 1),
        ("0.5", "0", 0, 0),
        ("0.5", "1", 0, 1),
        ("0.999999999", "1", 2, 9),
        ("0.9999999999", "1", 2, 10),  # eight more and no further
        ("0.99999999999999", "1", 2, 10),
    ],
)
def test_a_value_is_shown_on_its_side_of_the_limit(
    value: str, other: str, digits: int, shown: int
) -> None:
    assert digits_beside(Fraction(value), Fraction(other), digits) == shown


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        ("0.005", 2, "0.01"),
        ("0.0049", 2, "0"),
        ("-0.005", 2, "-0.01"),
        ("-0.0049", 2, "0"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("9.995", 2, "10"),
        ("0.1", 2, "0.1"),
        ("100", 2, "100"),
        ("99.5", 0, "100"),
    ],
)
def test_a_number_is_shown_rounded_half_away_from_zero(value: str, digits: int, text: str) -> None:
    assert format_number(Fraction(value), digits) == text
    assert rounded(Fraction(value), digits) == Fraction(text)


# -- the whole sentence, where a part of it could go unnoticed ------------------------------------


@pytest.mark.parametrize(
    ("body", "facts", "message"),
    [
        (
            rule("code", 'field = "school.type"\nlist = "school_type"'),
            {"school.type": "999"},
            "“办学类型”填的是“999”，代码表中没有这一项，应为：211 小学、312 九年一贯制学校。",
        ),
        (
            relation("staff.total in (1, 2)"),
            {"staff.total": 3},
            "应当教职工数是1、2之一，现在不是这样。",
        ),
        (
            relation("safety.alarm != true"),
            {"safety.alarm": True},
            "“一键式报警”（是）不应等于“是”。",
        ),
        (
            relation("safety.alarm == true"),
            {"safety.alarm": False},
            "“一键式报警”应为“是”，现在是“否”。",
        ),
        (
            relation("not safety.alarm"),
            {"safety.alarm": True},
            "“一键式报警”应为“否”，现在是“是”。",
        ),
        (
            relation("staff.total >= if_(safety.alarm, teachers.pe, teachers.full_time)"),
            {"safety.alarm": False, **parts(3, 5, 4)},
            "“教职工数”（3人）应不小于“专任教师”（5人），缺 2 人。",
        ),
        (
            relation("staff.total >= if_(safety.alarm, teachers.pe, teachers.full_time)"),
            {"safety.alarm": True, **parts(3, 5, 4)},
            "“教职工数”（3人）应不小于“体育专任教师”（4人），缺 1 人。",
        ),
        (
            relation("school.code == school.credit_code"),
            {"school.code": "1", "school.credit_code": "2"},
            "“标识码”（1）应等于“2”。",
        ),
        (
            between("10", "60"),
            {PUPILS: 9},
            "“在校学生数”为 9人，应在 10人 至 60人 之间。",
        ),
        (between("10"), {PUPILS: 9}, "“在校学生数”为 9人，应不小于 10人，缺 1 人。"),
        (between("7", "7"), {PUPILS: 6}, "“在校学生数”为 6人，应为 7人。"),
        (
            SUBSET,
            parts(45, 46),
            "“专任教师”为 46人，不能超过“教职工数”（45人），超出 1 人。",
        ),
        (
            CLAIMED,
            years("110", "100", "9.09"),
            "“自报增长率”填报 9.09%，按“（本期数 - 上期数）÷ 上期数”应为 10%："
            "（110 - 100）÷ 100 = 10%。填报数误以本期为基数（除以了本期数）。",
        ),
        (grown(">="), years("104", "100"), "“公用经费”增长率为 4%，不符合 ≥ 5% 的要求。"),
        (
            WITHIN,
            years("131", "100"),
            "“公用经费”为 131元，上年为 100元，增加 31%，超过了 30%，请核对。",
        ),
        (
            composite(THREE, "3", "85"),
            {"staff.total": 100, PUPILS: 0, PE: 90},
            "3 项指标中 1 项达标，要求每一项都达标；"
            "未达标：第2项（0人，为限值的 0%）、第3项（90人，为限值的 90%）；"
            "其中 1 项低于限值的 85%。",
        ),
    ],
)
def test_what_the_clerk_reads(
    judged: Judged, body: str, facts: Mapping[str, Plain], message: str
) -> None:
    report = judged(body, facts)
    assert report.errors == ()
    assert report.verdicts[0].message == message


def test_halves_that_came_of_sharing_are_told_as_halves(judged: Judged) -> None:
    """11 in common are 5.5 on each stage: half a teacher more than the parts, not a whole one."""
    body = rule("sum", 'total = "teachers.full_time"\nparts = ["teachers.pe"]', "stage")
    facts = {
        **TWO_STAGES,
        "teachers.full_time@shared": 11,
        "teachers.pe@primary": 5,
        "teachers.pe@junior": 6,
    }
    first, second = (each.worded() for each in judged(body, facts).verdicts)
    assert (str(first.actual), str(first.gap)) == ("5.5人", "相差 0.5 人")
    assert (str(second.actual), str(second.gap)) == ("5.5人", "相差 0.5 人")
    assert [str(ref) for ref in first.at] == ["teachers.full_time@shared", PE]


def test_joined_items_of_a_whole_school_hold_on_every_stage(judged: Judged) -> None:
    """TRY1 is judged by stage; the school reaches it only where both stages do."""
    body = (
        limit("LIMIT", "100", "人")
        + limit("COUNT", "1", "项")
        + rule("composite", 'of = ["TRY1"]\nat_least = "COUNT"', severity="standard", number=9)
        + rule(
            "indicator",
            'numerator = "students.total"\nunit = "人"\ncompare = ">="\nthreshold = "LIMIT"',
            "stage",
            "standard",
        )
    )
    for junior, outcome in ((100, PASS), (99, UNMET)):
        facts = {"school.type": "312", PUPILS: 100, "students.total@junior": junior}
        report = judged(body, facts)
        assert report.errors == ()
        assert report.verdicts[0].outcome is outcome


def test_one_rule_may_ask_for_another_s_verdict(only: Only, judged: Judged) -> None:
    body = rule("function", 'function = "asks"', number=2) + rule(
        "range", 'value = "staff.total"\nminimum = "5"'
    )
    code = (
        "def asks(unit, context):\n"
        "    own, none = context.result('TRY1'), context.result('TRY8')\n"
        "    yield context.passed(f'{own.outcome.value} {none}')\n"
    )
    report = judged(body, {"staff.total": 4}, code=code)
    assert [error.message for error in report.errors] == []
    assert report.verdicts[0].message == "fail None"


# -- last year ---------------------------------------------------------------------------------

NOT_FEWER = rule("year_on_year", 'field = "staff.total"\ncompare = ">="')
NOT_FEWER_BY_STAGE = rule("year_on_year", 'field = "teachers.pe"\ncompare = ">="', "stage")


@pytest.mark.parametrize(
    ("typed", "workbook", "outcome"),
    [
        (None, None, OPEN),  # the form has a column for it, and it is empty
        (5, None, PASS),
        (6, None, FAIL),
        (None, 5, PASS),  # what is not typed is taken from last year's workbook
        (None, 6, FAIL),
        (5, 6, PASS),  # what is typed goes before it
        (6, 5, FAIL),
    ],
)
def test_last_year_is_what_is_typed_else_what_the_workbook_said(
    judged: Judged, typed: int | None, workbook: int | None, outcome: Outcome
) -> None:
    facts: dict[str, Plain] = {"staff.total": 5}
    if typed is not None:
        facts["staff.total@whole.previous"] = typed
    previous = None if workbook is None else {"staff.total": workbook}
    found = {each.rule: each for each in judged(NOT_FEWER, facts, previous=previous).verdicts}
    assert found["TRY1"].outcome is outcome
    # that the two disagree is said of the form
    assert ("FORM023" in found) is (typed is not None and workbook is not None)


@pytest.mark.parametrize(("workbook", "outcome"), [(None, NONE), (5, PASS), (4, PASS), (6, FAIL)])
def test_a_figure_without_a_column_for_last_year(
    only: Only, workbook: int | None, outcome: Outcome
) -> None:
    previous = None if workbook is None else {PE: workbook}
    assert only(NOT_FEWER_BY_STAGE, {PE: 5}, previous=previous).outcome is outcome


ROOMS: list[dict[str, Plain]] = [{"use": "音乐", "area": 96}, {"use": "美术", "area": 73}]


@pytest.mark.parametrize(
    ("check", "message", "rows"),
    [
        (
            "count(rooms) >= 3",
            "“专用教室表的行数”（2个）应不小于3个，缺 1 个。",
            [],
        ),
        (
            "count(rooms, rooms.area < 90) == 0",
            "“专用教室表中符合条件的行数”（1个）应等于0个，相差 1个。",
            [2],
        ),
        (
            "total(rooms.area) >= 170",
            "“专用教室表的‘面积’之和”（169㎡）应不小于170㎡，缺 1 ㎡。",
            [1, 2],
        ),
        (
            "total(rooms.area, rooms.area > 90) >= 97",
            "“专用教室表中符合条件的‘面积’之和”（96㎡）应不小于97㎡，缺 1 ㎡。",
            [1],
        ),
        (
            "lowest(rooms.area) >= 74",
            "“专用教室表的最小‘面积’”（73㎡）应不小于74㎡，缺 1 ㎡。",
            [2],
        ),
        (
            "highest(rooms.area) <= 95",
            "“专用教室表的最大‘面积’”（96㎡）应不大于95㎡，超出 1 ㎡。",
            [1],
        ),
    ],
)
def test_what_the_clerk_reads_about_a_table(
    only: Only, check: str, message: str, rows: list[int]
) -> None:
    verdict = only(relation(check), {}, {"rooms": ROOMS})
    assert (verdict.message, [ref.row for ref in verdict.at]) == (message, rows)
