"""What the sheet 指标 shows: per indicator and stage a live formula, its limit, and a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from checker_templates.building.hidden_names import stage_name
from msgspec import Struct

from checker.forms.names import field_name, indicator_name
from checker.model.template import WHOLE, FieldType, Template

REACHED, NOT_REACHED, WAITING, NOT_ASKED = "达标", "未达标", "待填", "不适用"
ABOVE, BELOW = "达到", "供参考"
"""Of a figure that no clause judges: it is information, and counted neither way."""
OPERATORS = {">=": ">=", "<=": "<=", ">": ">", "<": "<", "==": "="}
ROUNDING_DIGITS = 9
"""The spreadsheet computes in binary fractions: 9/1000*100 comes out just below 0.9. Rounding the
shown verdict this finely takes that error away and no real difference."""


class IndicatorFormula(Struct, frozen=True):
    """One indicator in one stage.

    ``formula`` is an Excel expression without "=", over defined names; it gives "" or an error
    value while an input is missing. ``compare`` is one of >= <= > < ==. ``digits`` is how many
    decimals are shown, never compared. ``condition`` is an Excel expression that is TRUE where the
    indicator applies; empty: always. ``informs``: its rule is 提示, and the limit only
    a value to compare with.
    """

    title: str
    unit: str
    formula: str
    limit_text: str  # "≥ 4.2"
    compare: str
    limit: Decimal
    digits: int = 2
    condition: str = ""
    informs: bool = False

    @property
    def number_format(self) -> str:
        """The number format of the value cell."""
        return "0." + "0" * self.digits if self.digits else "0"


BAR_CHARACTERS, EIGHTHS = 3, " ▏▎▍▌▋▊▉"
"""A bar is as wide as the word 未达标. These characters are in the fonts of every Chinese PC."""
BAR_STEPS = BAR_CHARACTERS * 8
FULL_BAR = "█" * BAR_CHARACTERS

IndicatorFormulas = Mapping[tuple[str, str], IndicatorFormula]
"""By (rule id, stage id or "whole")."""


def value_formula(indicator: IndicatorFormula, template: Template, stage: str) -> str:
    """Formula of the value cell, without "=": empty text, never an error value, when the school
    has no such stage or the denominator is 0."""
    value = indicator.formula
    if indicator.condition:
        value = f'IF({indicator.condition},{value},"")'
    value = f'IFERROR({value},"")'
    if not _may_be_absent(template, stage):
        return value
    return f'IF({stage_name(stage)}<>TRUE,"",{value})'


def verdict_formula(indicator: IndicatorFormula, template: Template, rule: str, stage: str) -> str:
    """Formula of the verdict cell, without "=": 达标 and 未达标, or 达到 and 供参考 of what only
    informs, with a bar below that says how much of the standard is reached; 待填 while there is no
    value."""
    above, below = (ABOVE, BELOW) if indicator.informs else (REACHED, NOT_REACHED)
    value = indicator_name(rule, stage)
    limit = format(indicator.limit, "f")
    reached = f"ROUND({value},{ROUNDING_DIGITS}){OPERATORS[indicator.compare]}{limit}"
    verdict = f'IF(ISNUMBER({value}),IF({reached},"{above}"&CHAR(10)&"{FULL_BAR}",'
    verdict += f'"{below}"&CHAR(10)&{_bar(indicator, value)}),"{WAITING}")'
    if indicator.condition:
        not_asked = f'"{NOT_ASKED}"'
        if open_codes := _codes_in(indicator.condition, template):
            blank = ",".join(f'{name}=""' for name in open_codes)
            not_asked = f'IF(OR({blank}),"{WAITING}",{not_asked})'
        verdict = f"IF(IFERROR({indicator.condition},TRUE),{verdict},{not_asked})"
    if not _may_be_absent(template, stage):
        return verdict
    return f'IF({stage_name(stage)}<>TRUE,"",{verdict})'


def _codes_in(condition: str, template: Template) -> list[str]:
    """Names of the cells with a code, such as 办学类型, on which a condition hangs: as long as one
    is empty nobody knows whether the indicator is asked of the school."""
    fields = template.fields()
    by_stage = any(stage_name(stage.id) in condition for stage in template.stages)
    decides = template.split.field if by_stage else None
    return [
        name
        for field in fields.values()
        if field.type is FieldType.CODE
        for name in (field_name(field.id, column) for column in field.columns)
        if name in condition or field.id == decides
    ]


def _bar(indicator: IndicatorFormula, value: str) -> str:
    """Excel expression: a bar in eighths of a character, never full, as long as the part of the
    standard that is reached; of an upper limit, as the part of the value that is allowed."""
    limit = format(indicator.limit, "f")
    share = f"{value}/{limit}" if indicator.compare in (">=", ">") else f"{limit}/{value}"
    if indicator.compare == "==":
        share = f"MIN({value},{limit})/MAX({value},{limit})"
    steps = f"IFERROR(MAX(0,MIN({BAR_STEPS - 1},INT({BAR_STEPS}*{share}))),0)"
    return f'REPT("█",INT({steps}/8))&TRIM(MID("{EIGHTHS}",MOD({steps},8)+1,1))'


def _may_be_absent(template: Template, stage: str) -> bool:
    return stage != WHOLE and template.split.field is not None
