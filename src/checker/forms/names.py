"""The defined names of a built workbook: how a program finds a field without knowing its cell."""

from __future__ import annotations

EXPLANATIONS_NAME = "E_explanations"
"""Body of the table on the sheet 说明 (编号, 位置, 问题, 说明文字)."""

CARRIED_NAME = "K_carried"
"""Cell on the sheet 填表说明 that says whether what was carried over from last year's workbook is
still to be confirmed (CARRIED) or was (CONFIRMED)."""
CARRIED, CONFIRMED = "待核对", "已核对"

TEMPLATE_PROPERTY = "checker.template"
EDITION_PROPERTY = "checker.edition"
"""Custom document properties that say which template and edition a workbook was built from."""

CODES_SHEET = "代码"
"""Title of the hidden sheet with the code lists and the stage switches."""


def flat(identifier: str) -> str:
    """An identifier as it may stand in a defined name."""
    return identifier.replace(".", "_")


def field_name(field: str, column: str) -> str:
    """Name of one field's cell in one column: F_teachers_full_time__primary."""
    return flat(f"F_{field}__{column}")


def table_name(table: str) -> str:
    """Name of a table's body range, header excluded: T_classes."""
    return f"T_{flat(table)}"


def indicator_name(rule: str, stage: str) -> str:
    """Name of the value cell of one indicator on the sheet 指标: I_RES1__primary."""
    return f"I_{rule}__{flat(stage)}"
