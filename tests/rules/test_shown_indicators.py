"""What the sheet 指标 shows beside what is computed: FORM016 and FORM017 at their edges."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from checker.judging.engine import judge
from checker.model.cells import Cell, CellKind, CellRef, CellValue
from checker.model.submission import ShownIndicator, Submission
from checker.model.verdicts import Verdict
from checker.plugins.loading import Plugins
from checker.rules.profiles import build

AT = CellRef("指标", 8, 5)
RATIO = """
[[thresholds]]
id = "LIMIT"
unit = "人"
value = 0.9

[[rules]]
id = "TRY1"
kind = "indicator"
title = "体育教师"
severity = "hard"
templates = ["small"]
scope = "stage"
numerator = "teachers.pe"
denominator = "students.total"
scale = 100
unit = "人"
compare = ">="
threshold = "LIMIT"
"""
WORDS = RATIO.replace("indicator", "pattern").partition("numerator")[0] + (
    "field = 'school.code'\npattern = '[0-9]*'\nform = '数字'\n"
)

Told = Callable[..., list[Verdict]]


@pytest.fixture
def told(plugin: Callable[..., Plugins], school: Callable[..., Submission]) -> Told:
    """What is said of the sheet 指标 of a school with 23 PE teachers to 1800 pupils: 1.2777…"""

    def run(
        content: Cell, expected: str | None = None, body: str = RATIO, stage: str = "primary"
    ) -> list[Verdict]:
        form = school(
            {"students.total@primary": 1800, "teachers.pe@primary": 23, "school.code": "5"}
        )
        shown = ShownIndicator("TRY1", stage, AT, content, expected)
        ruleset = plugin(body).ruleset
        report = judge(replace(form, indicators=(shown,)), ruleset, build(ruleset.thresholds))
        assert report.errors == ()
        return [each.worded() for each in report.verdicts if each.rule.startswith("FORM")]

    return run


def number(text: str) -> Cell:
    return Cell(CellKind.NUMBER, Decimal(text))


@pytest.mark.parametrize(
    ("shown", "agrees"),
    [
        ("1.2777777777777777", True),  # as a spreadsheet computes it
        ("1.28", True),  # rounded as it is shown
        ("1.277", False),
        ("1.27", False),
        ("1.29", False),
        ("1.278", False),  # neither exact nor what is shown
        ("1.2777777787", True),  # off by less than 1.28 in a thousand millions
        ("1.2777777792", False),  # off by more
        ("0", False),
        ("-1.28", False),
    ],
)
def test_a_value_agrees_exactly_or_as_it_is_shown(told: Told, shown: str, agrees: bool) -> None:
    found = told(number(shown))
    assert [each.rule for each in found] == ([] if agrees else ["FORM017"])
    if not agrees:
        assert (found[0].cell, found[0].unit.stage) == (AT, "primary")
        assert "按填报数计算应为 1.2778人；请重新计算或恢复公式。" in found[0].message


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (CellKind.EMPTY, None),
        (CellKind.TEXT, "见附件"),
        (CellKind.ERROR, "#DIV/0!"),
        (CellKind.UNCOMPUTED, None),
        (CellKind.BOOLEAN, True),
    ],
)
def test_what_is_no_number_is_not_compared(told: Told, kind: CellKind, value: CellValue) -> None:
    assert told(Cell(kind, value)) == []


def test_a_rule_that_gives_no_number_or_no_verdict_is_not_compared(told: Told) -> None:
    assert told(number("5"), body=WORDS) == []
    assert told(number("5"), body=RATIO.replace("TRY1", "TRY2")) == []
    # 初中段 is no stage of this school: what stands there is about the whole school
    assert told(number("5"), stage="junior") == []


@pytest.mark.parametrize(
    ("formula", "same"),
    [
        ("C8/C9*100", True),
        (" c8 / C9*100", True),
        ("_xlfn.C8/C9*100", True),
        ("C8/C9*10", False),
        (None, False),
    ],
)
def test_a_formula_is_the_template_s_or_was_overwritten(
    told: Told, formula: str | None, same: bool
) -> None:
    content = Cell(CellKind.NUMBER, Decimal("1.28"), formula)
    found = told(content, "=C8/C9*100")
    assert [each.rule for each in found] == ([] if same else ["FORM016"])
    if not same:
        now = f"公式“={formula}”" if formula else "不是公式"
        assert f"（小学段）的公式被改写，现在{now}；" in found[0].message
        assert str(found[0].actual) == ("公式被改动" if formula else "1.28（不是公式）")


def test_an_emptied_or_uncomputed_formula(told: Told) -> None:
    (found,) = told(Cell(CellKind.EMPTY), "=C8/C9*100")
    assert (found.rule, found.actual) == ("FORM016", "空")
    assert told(Cell(CellKind.UNCOMPUTED, None, "C8"), "=C8/C9*100") == []
