"""Names on the hidden sheet of a built workbook: stages, their shares, choices of code lists."""

from __future__ import annotations

from checker.forms.names import flat


def stage_name(stage: str) -> str:
    """Name of the hidden cell that is TRUE when the school has this stage, FALSE when it has not,
    and empty text while the school type is not chosen: S_primary."""
    return f"S_{flat(stage)}"


def share_name(stage: str) -> str:
    """Name of the hidden cell with the stage's share of what several stages use together (共用):
    its weighted enrolment over that of all stages of the school: W_primary."""
    return f"W_{flat(stage)}"


def code_list_name(code_list: str) -> str:
    """Name of the range that holds the choices of a code list: C_school_type."""
    return f"C_{flat(code_list)}"


def code_choice(code: str, meaning: str) -> str:
    """What the drop-down list of a code field puts into the cell: "211 小学".

    The code stands first and is followed by one blank, so it can be read back by cutting at the
    blank. A code that is a word already ("一年级") stands alone.
    """
    return f"{code} {meaning}" if meaning and code.isascii() and meaning != code else code
