"""The parts an expression of a rule is made of, after parsing, and the functions that it may call,
with what; the whole list (functions.json)."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct, json


class ExpressionError(Exception):
    """An expression that cannot be understood. ``column`` is 0-based in ``text``; ``str()`` shows
    the expression with a caret under the place. The message is for authors of rules (Chinese)."""

    def __init__(self, text: str, column: int, message: str) -> None:
        self.text = text
        self.column = column
        self.message = message
        super().__init__(text, column, message)

    def __str__(self) -> str:
        line = " ".join(self.text.split("\n"))
        # wide characters fill two columns of a terminal
        pad = "".join("　" if ord(letter) > 0x2E7F else " " for letter in line[: self.column])
        return f"第 {self.column + 1} 个字符处：{self.message}\n  {line}\n  {pad}^"


class Number(Struct, frozen=True):
    """A number literal, exact."""

    value: Fraction
    column: int


class Text(Struct, frozen=True):
    """A quoted text."""

    value: str
    column: int


class Truth(Struct, frozen=True):
    """true / false."""

    value: bool
    column: int


class Name(Struct, frozen=True):
    """A field id, or ``table.column``; as an argument of some functions the id of a table."""

    id: str
    column: int


class Unary(Struct, frozen=True):
    """``-x`` or ``not x``."""

    operator: str
    operand: Node
    column: int


class Binary(Struct, frozen=True):
    """``x + y`` and its like: + - * /"""

    operator: str
    left: Node
    right: Node
    column: int


class Comparison(Struct, frozen=True):
    """``a <= b < c``: ``operands`` has one more entry than ``operators``."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]
    column: int


class Membership(Struct, frozen=True):
    """``x in [a, b]``; ``negated`` for not in."""

    operand: Node
    items: tuple[Node, ...]
    negated: bool
    column: int


class Logic(Struct, frozen=True):
    """``a and b and c`` or ``a or b or c``."""

    operator: str
    parts: tuple[Node, ...]
    column: int


class Call(Struct, frozen=True):
    """A listed function with its arguments."""

    function: str
    arguments: tuple[Node, ...]
    column: int


Node: TypeAlias = (
    Number | Text | Truth | Name | Unary | Binary | Comparison | Membership | Logic | Call
)


# -- functions -------------------------------------------------------------------------------


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
