"""How many findings there are of each kind, which of nested ones speak, and in which order."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sample_report import PE, PRIMARY, RULES, TOTAL, report, rule, verdict

from checker.marking.findings import (
    Counts,
    by_sheet,
    counts_of,
    finding_of,
    findings_of,
    places_of,
    severity_of,
)
from checker.model.cells import CellRef
from checker.model.report import Cause, CauseKind
from checker.model.submission import FactRef
from checker.model.verdicts import Outcome, Scope, Severity, UnitRef, finding_key

JUNIOR = UnitRef(Scope.STAGE, "初中段", "junior")
NESTED = {
    "CLS45": replace(rule("CLS45", Severity.STANDARD), stricter=("CLS56", "CLS66")),
    "CLS56": replace(rule("CLS56", Severity.STANDARD), stricter=("CLS66",)),
    "CLS66": rule("CLS66", Severity.STANDARD),
}
"""More than 45, 56 and 66 pupils in one class."""


@pytest.mark.parametrize(
    ("missed", "told"),
    [
        (("CLS45",), ["CLS45"]),
        (("CLS45", "CLS56"), ["CLS56"]),
        (("CLS45", "CLS56", "CLS66"), ["CLS66"]),
        (("CLS56", "CLS66"), ["CLS66"]),
        (("CLS45", "CLS66"), ["CLS66"]),
        ((), []),
    ],
)
def test_of_nested_sizes_the_strictest_that_was_missed_speaks(
    missed: tuple[str, ...], told: list[str]
) -> None:
    verdicts = [
        verdict(name, Outcome.UNMET if name in missed else Outcome.PASS, PE) for name in NESTED
    ]
    found = report(*verdicts)
    assert [each.rule for each in findings_of(found, NESTED)] == told
    assert counts_of(found, NESTED) == Counts(unmet=len(told), passed=3 - len(missed))


def test_another_unit_s_class_silences_nothing() -> None:
    small = verdict("CLS45", Outcome.UNMET, PE)
    large = replace(verdict("CLS66", Outcome.UNMET, TOTAL), unit=JUNIOR)
    assert len(findings_of(report(small, large), NESTED)) == 2
    assert len(findings_of(report(small, replace(large, unit=PRIMARY)), NESTED)) == 1


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.INCOMPLETE, Outcome.NOT_APPLICABLE])
def test_only_a_stricter_rule_that_was_missed_silences(outcome: Outcome) -> None:
    found = report(verdict("CLS45", Outcome.UNMET, PE), verdict("CLS66", outcome, PE))
    assert [each.rule for each in findings_of(found, NESTED)] == ["CLS45"]


def test_a_rule_that_is_not_at_hand_silences_nobody_and_is_told() -> None:
    found = report(verdict("XYZ12a", Outcome.UNMET, PE), verdict("CLS45", Outcome.UNMET, PE))
    assert {each.rule for each in findings_of(found, NESTED)} == {"XYZ12a", "CLS45"}


def test_each_outcome_is_counted_under_its_own_name() -> None:
    rules = {**RULES, "GOV1": rule("GOV1", Severity.STANDARD)}
    allowed = replace(verdict("GOV1", Outcome.UNMET, PE), allowed=True)
    found = report(
        verdict("RES3", Outcome.FAIL, PE),
        verdict("TEA101", Outcome.FAIL, TOTAL),
        verdict("TEA201", Outcome.DOUBT, PE),
        verdict("TEA201", Outcome.EXPLAINED, PE),
        verdict("GOV1", Outcome.UNMET, TOTAL),
        allowed,
        verdict("FORM003", Outcome.DOUBT, PE),
        verdict("RES3", Outcome.PASS, PE),
        verdict("RES3", Outcome.NOT_APPLICABLE, PE),
        verdict("RES3", Outcome.INCOMPLETE, PE),
        verdict("GOV1", Outcome.INCOMPLETE, PE),
    )
    counts = counts_of(found, rules)
    assert counts == Counts(
        fail=2,
        doubt=1,
        explained=1,
        unmet=1,
        info=2,
        passed=1,
        incomplete=2,
        not_applicable=1,
        unjudged=1,
    )
    assert counts.words() == (
        "不通过 2 · 存疑 1 · 已说明 1 · 未达标 1 · 提示 2 · 未判断 1 · 通过 1"
    )
    assert counts.told() == (
        "2 处必须修改，1 处需要说明，1 项未达标（据实上报），1 项缺数据，未判断"
    )
    found_ = findings_of(found, rules)
    assert {each.word for each in found_ if each.informs} == {"提示", "未达标（允许）"}
    assert len([each for each in found_ if each.informs]) == 2


def test_what_is_zero_is_not_mentioned_but_passes_are() -> None:
    assert Counts().words() == "通过 0"
    assert Counts().told() == ""
    assert Counts(unjudged=1).words() == "未判断 1 · 通过 0"
    assert Counts(doubt=1, info=3).told() == "1 处需要说明"


@pytest.mark.parametrize(
    ("kind", "severity", "unjudged"),
    [
        ("indicator", Severity.STANDARD, 1),
        ("composite", Severity.STANDARD, 0),
        ("indicator", Severity.HARD, 0),
        ("indicator", Severity.SOFT, 0),
        ("indicator", Severity.INFO, 0),
    ],
)
def test_unjudged_are_the_single_standards_that_lack_data(
    kind: str, severity: Severity, unjudged: int
) -> None:
    rules = {"GOV1": replace(rule("GOV1", severity), kind=kind)}
    found = report(verdict("GOV1", Outcome.INCOMPLETE, PE), verdict("XYZ1", Outcome.INCOMPLETE, PE))
    counts = counts_of(found, rules)
    assert (counts.unjudged, counts.incomplete) == (unjudged, 2)


def test_findings_stand_in_the_order_of_the_form() -> None:
    """Those of the whole workbook first, then by sheet, row and rule; unknown sheets last."""
    found = report(
        verdict("TEA201", Outcome.DOUBT, PE),
        replace(verdict("FORM001", Outcome.FAIL), sheet="别的表"),
        verdict("RES3", Outcome.FAIL, PE),
        verdict("TEA101", Outcome.FAIL, TOTAL),
        verdict("FORM002", Outcome.FAIL),
        replace(verdict("FORM004", Outcome.FAIL), cell=CellRef("教师", 30, 4)),
        replace(verdict("FORM005", Outcome.FAIL), cell=CellRef("教师", 29, 9)),
    )
    findings = findings_of(found, RULES)
    assert [(each.rule, each.sheet, each.cell) for each in findings] == [
        ("FORM002", "", ""),
        ("TEA101", "基本情况", "E28"),
        ("FORM005", "教师", "I29"),
        ("FORM004", "教师", "D30"),
        ("RES3", "教师", "E30"),
        ("TEA201", "教师", "E30"),
        ("FORM001", "别的表", ""),
    ]
    groups = [(sheet, len(some)) for sheet, some in by_sheet(findings)]
    assert groups == [("", 1), ("基本情况", 1), ("教师", 4), ("别的表", 1)]


def test_a_finding_knows_the_first_cause_it_follows_from() -> None:
    wrong, doubt = verdict("RES3", Outcome.FAIL, PE), verdict("TEA201", Outcome.DOUBT, TOTAL)
    causes = (
        Cause(CauseKind.BLANKS, "填。", None, "", ("FORM001@x",)),
        Cause(CauseKind.FIGURE, "核对。", None, "", (finding_key(wrong),)),
    )
    found = replace(report(wrong, doubt), causes=causes)
    assert {each.rule: each.cause for each in findings_of(found, RULES)} == {"RES3": 2, "TEA201": 0}


def test_places_are_named_once_the_verdict_s_own_cell_first() -> None:
    own = CellRef("教师", 1, 1)
    nowhere = FactRef("no.such", "primary")
    found = report(replace(verdict("RES3", Outcome.FAIL, TOTAL, PE, TOTAL, nowhere), cell=own))
    (one,) = found.verdicts
    assert [str(place) for place in places_of(found, one.worded())] == [
        str(own),
        str(CellRef("基本情况", 28, 5)),
        str(CellRef("教师", 30, 5)),
    ]


@pytest.mark.parametrize(
    ("outcome", "implied"),
    [
        (Outcome.FAIL, Severity.HARD),
        (Outcome.UNMET, Severity.STANDARD),
        (Outcome.DOUBT, Severity.SOFT),
        (Outcome.EXPLAINED, Severity.SOFT),
    ],
)
def test_without_its_rule_a_finding_is_as_severe_as_its_outcome(
    outcome: Outcome, implied: Severity
) -> None:
    one = verdict("XYZ12a", outcome, PE)
    assert severity_of(one, None) is implied
    found = finding_of(report(one), one, None)
    assert (found.family, found.title, found.source, found.informs) == ("XYZ", "", "", False)
    assert severity_of(one, rule("XYZ12a", Severity.INFO)) is Severity.INFO
