"""A small report to mark: two cells of one sheet, an indicator, and rules to cite."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from checker.model.cells import EMPTY_CELL, CellRef
from checker.model.report import Report
from checker.model.rules import Citation, Rule
from checker.model.submission import (
    Explanation,
    Fact,
    FactRef,
    FactState,
    ShownIndicator,
    Submission,
)
from checker.model.template import Identity, Sheet, SheetKind, StageSplit, Template
from checker.model.verdicts import (
    Gap,
    Outcome,
    Quantity,
    Requirement,
    Scope,
    Severity,
    UnitRef,
    Verdict,
)

PE = FactRef("teachers.pe", "primary")
TOTAL = FactRef("students.total", "primary")
PRIMARY = UnitRef(Scope.STAGE, "小学段", "primary")
CELLS = {PE: CellRef("教师", 30, 5), TOTAL: CellRef("基本情况", 28, 5)}
AREA = (CellRef("说明", 6, 1), CellRef("说明", 8, 4))


def rule(rule_id: str, severity: Severity = Severity.HARD) -> Rule:
    """A rule with a citation and a way to mend."""
    return Rule(
        id=rule_id,
        kind="relation",
        title=f"{rule_id}的名称",
        severity=severity,
        scope=Scope.STAGE,
        family=rule_id[:3],
        plugin="test",
        templates=("school",),
        what="查什么。",
        why="为什么。",
        citations=(Citation("督导评估办法", "教督〔2017〕6号", "第八条"),),
        fix="补足教师。",
        examples=(),
        spec={},
    )


RULES = {
    "RES3": rule("RES3"),
    "TEA101": rule("TEA101"),
    "TEA201": rule("TEA201", Severity.SOFT),
    "FORM003": rule("FORM003", Severity.INFO),
}


def short_of_teachers() -> Verdict:
    """来安 小学: 190 of 197 teachers, a golden case."""
    return Verdict(
        "RES3",
        Outcome.FAIL,
        PRIMARY,
        (PE, TOTAL),
        Quantity(Fraction(19000, 21803), "人"),
        Requirement("≥ 0.9人", ">=", Fraction(9, 10), "人"),
        Gap(Fraction(7), Fraction(6227, 1000), "名", "体育、艺术专任教师"),
        "每百名学生只有 0.87 名体育、艺术专任教师。",
    )


def verdict(rule_id: str, outcome: Outcome, *at: FactRef) -> Verdict:
    """A verdict with little to say."""
    return Verdict(rule_id, outcome, PRIMARY, at, message=f"{rule_id}说的话。")


def report(
    *verdicts: Verdict,
    explanations: tuple[Explanation, ...] = (),
    area: tuple[CellRef, CellRef] | None = AREA,
) -> Report:
    """A report on a submission that has the two cells and the indicator RES3."""
    sheets = (
        Sheet("basic", "基本情况", SheetKind.FORM),
        Sheet("teachers", "教师", SheetKind.FORM),
    )
    template = Template(
        "school", "填报表", 2026, "school", (), StageSplit(), Identity(), sheets, {}
    )
    facts = {ref: Fact(ref, FactState.GIVEN, Decimal(190), cell) for ref, cell in CELLS.items()}
    submission = Submission(
        name="某小学.xlsx",
        template=template,
        facts=facts,
        tables={},
        stages=("primary",),
        explanations={item.key: item for item in explanations},
        indicators=(ShownIndicator("RES3", "primary", CellRef("指标", 8, 5), EMPTY_CELL),),
        sheet_titles={"basic": "基本情况", "teachers": "教师"},
        explanation_area=area,
    )
    return Report(submission, verdicts, profile="全国")
