"""What the sheet 指标 shows, so that it can be held against what checker computes itself."""

from __future__ import annotations

from checker.model.cells import CellKind
from checker.model.snapshot import Snapshot
from checker.model.submission import Problem, ShownIndicator
from checker.model.template import WHOLE, Sheet, Template
from checker.templates.names import indicator_name


def read_indicators(
    snapshot: Snapshot, template: Template, sheet: Sheet, stages: tuple[str, ...]
) -> tuple[list[ShownIndicator], list[Problem]]:
    """The named 数值 cells of the school's own stages and of the whole, and FORM016 for each that
    holds a typed value where the form has a formula. ``stage`` of a whole-school one is "".

    Whether a value is right is not judged here.
    """
    shown: list[ShownIndicator] = []
    problems: list[Problem] = []
    for rule in sheet.indicators:
        for stage in (*stages, WHOLE):
            target = snapshot.names.get(indicator_name(rule, stage))
            if target is None or target[0].sheet not in snapshot.sheets:
                continue
            place = target[0]
            content = snapshot.sheets[place.sheet].cell(place.row, place.column)
            if content.kind is CellKind.EMPTY and content.formula is None:
                continue  # this indicator is not defined for this stage
            indicator = ShownIndicator(rule, "" if stage == WHOLE else stage, place, content)
            shown.append(indicator)
            if snapshot.formulas_known and content.formula is None:
                problems.append(_overwritten(indicator, template))
    return shown, problems


def _overwritten(indicator: ShownIndicator, template: Template) -> Problem:
    stage = template.stage_title(indicator.stage) if indicator.stage else "全校"
    message = (
        f"指标 {indicator.rule}（{stage}）的公式被覆盖，现在是填进去的“{indicator.content.value}”；"
        "请从空白表中复制公式，或撤销这一格的改动。"
    )
    return Problem(
        "FORM016",
        message,
        cell=indicator.cell,
        sheet=indicator.cell.sheet,
        actual=str(indicator.content.value),
        required="公式",
    )
