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


def _flat(identifier: str) -> str:
    return identifier.replace(".", "_")


def field_name(field: str, column: str) -> str:
    """Name of one field's cell in one column: F_teachers_full_time__primary."""
    return _flat(f"F_{field}__{column}")


def table_name(table: str) -> str:
    """Name of a table's body range, header excluded: T_classes."""
    return f"T_{_flat(table)}"


def indicator_name(rule: str, stage: str) -> str:
    """Name of the value cell of one indicator on the sheet 指标: I_RES1__primary."""
    return f"I_{rule}__{_flat(stage)}"


def stage_name(stage: str) -> str:
    """Name of the hidden cell that is TRUE when the school has this stage, FALSE when it has not,
    and empty text while the school type is not chosen: S_primary."""
    return f"S_{_flat(stage)}"


def share_name(stage: str) -> str:
    """Name of the hidden cell with the stage's share of what several stages use together (共用):
    its weighted enrolment over that of all stages of the school: W_primary."""
    return f"W_{_flat(stage)}"


def code_list_name(code_list: str) -> str:
    """Name of the range that holds the choices of a code list: C_school_type."""
    return f"C_{_flat(code_list)}"


def code_choice(code: str, meaning: str) -> str:
    """What the drop-down list of a code field puts into the cell: "211 小学".

    The code stands first and is followed by one blank, so it can be read back by cutting at the
    blank. A code that is a word already ("一年级") stands alone.
    """
    return f"{code} {meaning}" if meaning and code.isascii() and meaning != code else code
