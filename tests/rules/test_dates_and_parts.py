"""Parts of codes and dates in expressions: at the limit, one beside it, and what they refuse."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from checker.judging.kinds.codes import org_code_problem
from checker.rules.evaluation import Choices, compiled
from checker.rules.values import NotApplicable, RuleDefect, Value


class Row:
    """Two texts and a day."""

    def __init__(self) -> None:
        self.known: dict[str, Value] = {
            "a.code": "36011219900228123X",
            "a.day": date(2026, 9, 1),
            "a.number": Fraction(5),
        }


def worked_out(text: str) -> Value:
    return compiled(text)(Row(), _NO_CHOICES)  # type: ignore[arg-type]


_NO_CHOICES: Choices = object()  # type: ignore[assignment]

RIGHT: list[tuple[str, Value]] = [
    ("mid(a.code, 7, 8)", "19900228"),
    ("mid(a.code, 1, 6) == left(a.code, 6)", True),
    ("mid(a.code, 18, 5)", "X"),
    ("mid(a.code, 19, 1)", ""),
    ("mid(a.code, 3, 0)", ""),
    ("contains(a.code, '1990')", True),
    ("contains(a.code, '1991')", False),
    ("date('2026-9-1') == a.day", True),
    ("date('20260901') == a.day", True),
    ("date('2026/09/01') == a.day", True),
    ("date(a.day) == a.day", True),
    ("days(a.day, date('2026-10-01'))", Fraction(30)),
    ("days(a.day, a.day)", Fraction(0)),
    ("days(a.day, date('2026-08-31'))", Fraction(-1)),
    ("days(date('2024-02-28'), date('2024-03-01'))", Fraction(2)),
    ("age(date('1966-09-01'), a.day)", Fraction(60)),
    ("age(date('1966-09-02'), a.day)", Fraction(59)),
    ("age(date('2004-02-29'), date('2022-02-28'))", Fraction(17)),
    ("age(date('2004-02-29'), date('2022-03-01'))", Fraction(18)),
    ("year(a.day)", Fraction(2026)),
]


@pytest.mark.parametrize(("text", "value"), RIGHT, ids=[text for text, _ in RIGHT])
def test_what_it_comes_to(text: str, value: Value) -> None:
    assert worked_out(text) == value


@pytest.mark.parametrize("text", ["20260230", "2026", "2026-13-01", "2026-0901", "无", ""])
def test_what_is_no_date_does_not_apply(text: str) -> None:
    """It is the school's text, not the rule, that is odd: other rules say so."""
    with pytest.raises(NotApplicable, match="不是日期"):
        worked_out(f"date('{text}')")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mid(a.code, 0, 1)", "从 1 数起"),
        ("mid(a.number, 1, 1)", "mid 的参数须是文字"),
        ("days(a.code, a.day)", "days 的参数须是日期"),
        ("age(a.day, a.number)", "age 的参数须是日期"),
        ("contains(a.day, '1')", "contains 的参数须是文字"),
    ],
)
def test_what_the_author_mixed_up(text: str, told: str) -> None:
    with pytest.raises(RuleDefect, match=told):
        worked_out(text)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("D2143569-X", None),
        ("D2143569X", None),
        ("D2143569-1", "应为 X"),
        ("D2143568-X", "应为"),
        ("000000000", None),
        ("123", "应为 8 位"),
        ("d2143569-x", "应为 8 位"),
    ],
)
def test_organisation_codes(code: str, problem: str | None) -> None:
    """GB 11714: the standard's own example, and its neighbours."""
    found = org_code_problem(code)
    assert found is None if problem is None else problem in str(found)
