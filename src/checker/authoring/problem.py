"""What is wrong with a plugin: one line for its author, with the file and the line."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Weight(StrEnum):
    """How bad it is."""

    ERROR = "错误"  # the plugin does not do what it says
    REMINDER = "提醒"  # it works; something is not confirmed, not used or not written


class Problem(Struct, frozen=True, order=True):
    """``file`` is relative to the plugin's folder; ``line`` is from 1, 0 if it has none."""

    file: str
    line: int
    message: str
    weight: Weight = Weight.ERROR

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}　{self.weight.value}：{self.message}"
