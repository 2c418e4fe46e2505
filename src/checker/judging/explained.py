"""Whether what a clerk wrote in 说明 still speaks of the numbers that stand in the form."""

from __future__ import annotations

import re

from checker.model.submission import Explanation

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def outdated(explanation: Explanation, message: str) -> bool:
    """Whether the numbers changed since the finding was entered in the sheet 说明.

    Only the numbers are compared: another edition may word the same finding otherwise. A row
    without a 问题 was written by the clerk alone and holds as it stands.
    """
    return bool(explanation.issue) and _numbers(explanation.issue) != _numbers(message)


def asked_again(explanation: Explanation, message: str) -> str:
    """The finding with what was explained before, and what the clerk is to do."""
    return (
        f"{message}“说明”表第{explanation.row}行的说明是针对改数之前的情况写的（当时："
        f"{explanation.issue}）。请核对；数据属实的，删去原来的说明文字，再校验一次，按现在的数重写。"
    )


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)
