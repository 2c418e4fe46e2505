"""The parts an expression of a rule is made of, after parsing."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import NamedTuple, TypeAlias, cast


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


class Number(NamedTuple):
    """A number literal, exact."""

    value: Fraction
    column: int


class Text(NamedTuple):
    """A quoted text."""

    value: str
    column: int


class Truth(NamedTuple):
    """true / false."""

    value: bool
    column: int


class Name(NamedTuple):
    """A field id, or ``table.column``; as an argument of some functions the id of a table."""

    id: str
    column: int


class Unary(NamedTuple):
    """``-x`` or ``not x``."""

    operator: str
    operand: Node
    column: int


class Binary(NamedTuple):
    """``x + y`` and its like: + - * /"""

    operator: str
    left: Node
    right: Node
    column: int


class Comparison(NamedTuple):
    """``a <= b < c``: ``operands`` has one more entry than ``operators``."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]
    column: int


class Membership(NamedTuple):
    """``x in [a, b]``; ``negated`` for not in."""

    operand: Node
    items: tuple[Node, ...]
    negated: bool
    column: int


class Logic(NamedTuple):
    """``a and b and c`` or ``a or b or c``."""

    operator: str
    parts: tuple[Node, ...]
    column: int


class Call(NamedTuple):
    """A listed function with its arguments."""

    function: str
    arguments: tuple[Node, ...]
    column: int


Node: TypeAlias = (
    Number | Text | Truth | Name | Unary | Binary | Comparison | Membership | Logic | Call
)

Packed: TypeAlias = tuple[object, ...]
"""A tree as nested plain tuples, to be stored: (class number, parts ...)."""

_CLASSES = (Number, Text, Truth, Name, Unary, Binary, Comparison, Membership, Logic, Call)
_NUMBERS = {kind: number for number, kind in enumerate(_CLASSES)}


def packed(node: Node) -> Packed:
    """The tree as nested plain tuples."""
    if isinstance(node, Number):
        return (0, node.value.numerator, node.value.denominator, node.column)
    return (_NUMBERS[type(node)], *(_packed_part(part) for part in node))


def _packed_part(part: object) -> object:
    if type(part) in _NUMBERS:
        return packed(cast("Node", part))
    if isinstance(part, tuple):
        return (-1, *(_packed_part(item) for item in part))
    return part


def unpacked(stored: Packed) -> Node:
    """The tree that ``packed`` gave this for. Raises TypeError, IndexError on anything else."""
    number = cast("int", stored[0])
    if number == 0:
        above, below = cast("int", stored[1]), cast("int", stored[2])
        return Number(_exact(above, below), cast("int", stored[3]))
    # as _make of the class does it, without a call for every node
    return _new_tuple(
        _CLASSES[number],
        [
            part
            if type(part) is not tuple
            else unpacked(part)
            if part[0] != -1
            else tuple([unpacked(item) if type(item) is tuple else item for item in part[1:]])
            for part in stored[1:]
        ],
    )


_new_tuple = cast("Callable[[type[Node], list[object]], Node]", tuple.__new__)


@cache
def _exact(above: int, below: int) -> Fraction:
    """A literal; the same few stand in most rules."""
    return Fraction(above, below)
