"""Which functions an expression may call, with what; the whole list."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from msgspec import Struct, json


class Takes(StrEnum):
    """What one argument must be."""

    VALUE = "value"  # any expression
    FIELD = "field"  # a field id
    TABLE = "table"  # a table id
    CELLS = "cells"  # table.column
    CONDITION = "condition"  # an expression asked of each row of the table
    TEXT = "text"  # a quoted text


class Function(Struct, frozen=True):
    """One listed function. ``takes`` names its arguments; the last ``optional`` of them may be left
    out; ``repeats``: the last one may be given any number of times. ``help`` is for authors,
    ``words`` is what it is called in a sentence, or
    the sentence of its arguments.

    ``of``: what sort of value each argument may be, where that is always the same; the function
    ``gives`` a value of this sort, a number in this ``unit``.
    """

    takes: tuple[Takes, ...]
    help: str
    optional: int = 0
    repeats: bool = False
    words: str = ""
    of: tuple[tuple[str, ...], ...] = ()
    gives: str = "number"
    unit: str = ""

    @property
    def least(self) -> int:
        """The smallest number of arguments."""
        return len(self.takes) - self.optional


FUNCTIONS = json.decode(
    Path(__file__).with_name("functions.json").read_bytes(), type=dict[str, Function]
)
