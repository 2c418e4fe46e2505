"""The form of a county's own evaluation: the public report of 红谷滩区 with its faults, the same
report set right, and one fault after another planted in it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from institutions import (
    ODD,
    Institution,
    published_self_evaluation,
    report_of,
    rules_of,
    self_evaluation,
)

from checker.model.verdicts import Outcome

Form = dict[str, Any]


def odd_in(item: Institution) -> dict[str, list[str]]:
    """Messages of what is not as it should be, by rule."""
    report = report_of(item)
    assert report.errors == ()
    found: dict[str, list[str]] = {}
    for verdict in report.verdicts:
        if verdict.outcome in ODD:
            found.setdefault(verdict.rule, []).append(verdict.worded().message)
    return found


def test_the_published_report_is_told_its_faults() -> None:
    found = odd_in(published_self_evaluation())
    assert set(found) == {"CLM1", "CLM3", "SEV6"}
    assert "“公共财政教育支出增长率”填报 17.88%，按所填的数计算应为 21.77%" in found["CLM1"][0]
    assert "误以本期数为分母" in found["CLM1"][0]
    assert "按所填的数计算应为 80%" in found["CLM3"][0]
    assert len(found["SEV6"]) == 9  # items 10, 33, 34, 35, 38, 39, 40, 44 and 45


def test_a_report_set_right_has_nothing_to_mend() -> None:
    assert odd_in(self_evaluation()) == {}
    verdicts = report_of(self_evaluation()).verdicts
    judged = {verdict.rule for verdict in verdicts if verdict.outcome is Outcome.PASS}
    assert {rule for rule in rules_of("self_evaluation") if rule.startswith("SEV")} <= judged


def item(form: Form, number: int) -> Form:
    return next(row for row in form["items"] if row["number"] == number)


def planted(change: Callable[[Form], object]) -> dict[str, list[str]]:
    right = self_evaluation()
    form: Form = deepcopy({"facts": right.facts, **right.tables})
    change(form)
    tables = {name: [*map(_exact, rows)] for name, rows in form.items() if name != "facts"}
    return odd_in(Institution(right.form, _exact(form["facts"]), tables))


def _exact(row: Form) -> Form:
    return {k: Decimal(str(v)) if isinstance(v, float) else v for k, v in row.items()}


FAULTS: dict[str, tuple[Callable[[Form], object], set[str]]] = {
    "an item scored above its mark, the difference taken off another": (
        lambda form: (item(form, 51).update(self=2), item(form, 52).update(self=1, reason="扣")),
        {"SEV1"},
    ),
    "an item and its section": (lambda form: item(form, 53).update(self=0.5), {"SEV2", "SEV5"}),
    "a full mark copied wrongly": (lambda form: item(form, 31).update(full=10), {"SEV2", "SEV5"}),
    "a total that forgets the deduction": (
        lambda form: form["facts"].update({"score.total@score": 100}),
        {"SEV3"},
    ),
    "a section that forgets the deduction": (
        lambda form: form["facts"].update({"score.part3@score": 26.2}),
        {"SEV2", "SEV3"},
    ),
    "marks that make 99": (
        lambda form: (
            form["facts"].update({"score.total@full": 99, "score.part6@full": 4.5}),
            item(form, 53).update(full=0.5, self=0.5),
            form["facts"].update({"score.total@score": 98.6, "score.part6@score": 5.0}),
            item(form, 54).update(full=1, self=1.5),
        ),
        {"SEV1", "SEV4"},
    ),
    "a deduction without a reason": (lambda form: item(form, 15).pop("reason"), {"SEV5"}),
    "absent, scored, no rule named": (lambda form: item(form, 33).pop("reason"), {"SEV6"}),
    "a grade too good": (lambda form: form["facts"].update({"score.grade": "2"}), {"SEV7"}),
    "no evidence": (lambda form: item(form, 16).pop("evidence"), {"SEV8"}),
    "a number twice": (lambda form: item(form, 54).update(number=53), {"SEV9", "SEV9a"}),
    "an item left out": (
        lambda form: form["items"].remove(item(form, 28)),
        {"SEV2", "SEV9a", "SEV10"},
    ),
    "another count of items": (lambda form: form["facts"].update({"score.items": 55}), {"SEV10"}),
    "there is a senior school": (
        lambda form: form["facts"].update({"schools.senior": 1}),
        {"SEV11a"},
    ),
    "there is a vocational school": (
        lambda form: form["facts"].update({"schools.vocational": 2}),
        {"SEV11b"},
    ),
    "there is a special school": (
        lambda form: form["facts"].update({"schools.special": 1}),
        {"SEV11c"},
    ),
    "problems that do not add up": (
        lambda form: form["facts"].update({"problems.open": 3}),
        {"SEV12"},
    ),
    "an item without a mark": (
        lambda form: item(form, 28).update(full=0, self=0),
        {"SEV2", "SEV13"},
    ),
    "a quoted growth": (lambda form: form["results"][1].update(claimed=1.42), {"CLM1"}),
    "a quoted share": (lambda form: form["results"][6].update(claimed=15.38), {"CLM2"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_nothing_else_is_said(fault: str) -> None:
    change, rules = FAULTS[fault]
    found = planted(change)
    assert set(found) == rules, found


def test_what_is_said_is_read_without_knowing_the_rule() -> None:
    def first(change: Callable[[Form], object], rule: str) -> str:
        return planted(change)[rule][0]

    assert first(FAULTS["a total that forgets the deduction"][0], "SEV3").startswith(
        "自评分一栏：“合计”为 100分，已填的各部分之和为 99.1分"
    )
    assert first(FAULTS["a section that forgets the deduction"][0], "SEV2").startswith(
        "“第三部分”的自评分为 26.2分，所属 13 项之和为 25.3分，相差 0.9分"
    )
    assert first(FAULTS["a grade too good"][0], "SEV7") == (
        "自评总分 99.1分，与所填的等次不符：90分及以上为优秀，80分及以上为良好，"
        "60分及以上为合格，再低为不合格。"
    )
    assert first(FAULTS["an item left out"][0], "SEV10") == (
        "指标体系有 54项，“各项得分”表填了 53 项。"
    )
    assert "写成了其余部分的占比" in first(FAULTS["a quoted share"][0], "CLM2")
