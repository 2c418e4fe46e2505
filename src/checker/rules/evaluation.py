"""Working out an expression: its tree becomes nested closures over exact fractions."""

from __future__ import annotations

import operator as signs
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import cache
from math import floor
from typing import Protocol, TypeAlias

from checker.rules.expression import parse
from checker.rules.syntax import (
    Binary,
    Call,
    Comparison,
    ExpressionError,
    Logic,
    Membership,
    Name,
    Node,
    Number,
    Text,
    Truth,
    Unary,
)
from checker.rules.unit import Unit
from checker.rules.values import NotApplicable, RuleDefect, Value


class Choices(Protocol):
    """What an expression may ask beside the unit's values: the profile in force."""

    def threshold(self, threshold_id: str, stage: str | None = None) -> Fraction:
        """The limit for a stage (None: the unit's)."""

    def definition(self, name: str) -> str:
        """The definition chosen by the profile; "" if none was."""


Compiled: TypeAlias = Callable[[Unit, Choices], Value]
"""Works an expression out for one unit. Raises MissingInput, NotApplicable, RuleDefect."""


@cache
def compiled(text: str) -> Compiled:
    """The closure of an expression. Raises RuleDefect if it cannot be parsed."""
    try:
        return compile_node(parse(text))
    except ExpressionError as error:
        raise RuleDefect(f"表达式{error}") from None


def number(value: Value, what: str) -> Fraction:
    """The value, if it is a number; otherwise RuleDefect naming ``what``."""
    if type(value) is Fraction:
        return value
    raise RuleDefect(f"{what}须是数字，这里是{kind_of(value)}")


def truth(value: Value, what: str) -> bool:
    """The value, if it is true or false; otherwise RuleDefect naming ``what``."""
    if value is True or value is False:
        return value
    raise RuleDefect(f"{what}须是“成立或不成立”，这里是{kind_of(value)}")


def compare(operator: str, left: Value, right: Value) -> bool:
    """``left operator right``; both must be of one kind. Raises RuleDefect otherwise."""
    if type(left) is not type(right):
        raise RuleDefect(f"{kind_of(left)}和{kind_of(right)}不能比较（{operator}）")
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        # cross-multiplied: a third of the time that comparing Fractions takes
        return _ORDER_NUMBERS[operator](
            left.numerator * right.denominator, right.numerator * left.denominator
        )
    if isinstance(left, date) and isinstance(right, date):
        return _ORDER_DATES[operator](left, right)
    raise RuleDefect(f"{kind_of(left)}不能比大小（{operator}）")


def rounded(value: Fraction, digits: int) -> Fraction:
    """Half away from zero, as clerks and Excel round."""
    scale = 10**digits
    whole = floor(abs(value) * scale + Fraction(1, 2))
    return Fraction(-whole if value < 0 else whole, scale)


def compile_node(node: Node) -> Compiled:
    """The closure of a tree; made once for each, since trees are kept as long as the program."""
    known = _COMPILED.get(id(node))
    if known is None or known[0] is not node:
        known = _COMPILED[id(node)] = (node, _closure(node))
    return known[1]


_COMPILED: dict[int, tuple[Node, Compiled]] = {}


def _closure(node: Node) -> Compiled:
    if isinstance(node, Name):
        return _reading(node.id)
    if isinstance(node, Number | Text | Truth):
        constant: Value = node.value
        return lambda unit, choices: constant
    if isinstance(node, Binary):
        return _arithmetic(node)
    if isinstance(node, Comparison):
        return _comparison(node)
    if isinstance(node, Logic):
        return _logic(node)
    if isinstance(node, Membership):
        return _membership(node)
    if isinstance(node, Unary):
        return _unary(node)
    return _call(node)


def _reading(name: str) -> Compiled:
    def read(unit: Unit, choices: Choices) -> Value:
        found = unit.known.get(name)
        return unit.value(name) if found is None else found

    return read


def kind_of(value: Value) -> str:
    """What sort of value it is, in the words of authors of rules."""
    if isinstance(value, bool):
        return "是/否"
    if isinstance(value, Fraction):
        return "数字"
    return "日期" if isinstance(value, date) else "文字"


_ORDER_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "<": signs.lt,
    "<=": signs.le,
    ">": signs.gt,
    ">=": signs.ge,
}
_ORDER_DATES: dict[str, Callable[[date, date], bool]] = {
    "<": signs.lt,
    "<=": signs.le,
    ">": signs.gt,
    ">=": signs.ge,
}


def _arithmetic(node: Binary) -> Compiled:
    left, right = compile_node(node.left), compile_node(node.right)
    operator = node.operator
    what = f"“{operator}”的两边"

    def both(unit: Unit, choices: Choices) -> tuple[Fraction, Fraction]:
        one, other = left(unit, choices), right(unit, choices)
        if type(one) is Fraction and type(other) is Fraction:
            return one, other
        return number(one, what), number(other, what)

    def divide(unit: Unit, choices: Choices) -> Value:
        above, below = both(unit, choices)
        if not below:
            raise NotApplicable("分母为 0")
        return above / below

    def add(unit: Unit, choices: Choices) -> Value:
        one, other = both(unit, choices)
        return one + other

    def subtract(unit: Unit, choices: Choices) -> Value:
        one, other = both(unit, choices)
        return one - other

    def multiply(unit: Unit, choices: Choices) -> Value:
        one, other = both(unit, choices)
        return one * other

    return {"+": add, "-": subtract, "*": multiply, "/": divide}[operator]


def _comparison(node: Comparison) -> Compiled:
    operands = [compile_node(operand) for operand in node.operands]
    if len(operands) == 2:
        return _plain_comparison(node.operators[0], *operands)
    operators = node.operators

    def chain(unit: Unit, choices: Choices) -> Value:
        before = operands[0](unit, choices)
        for sign, operand in zip(operators, operands[1:], strict=True):
            value = operand(unit, choices)
            if not compare(sign, before, value):
                return False
            before = value
        return True

    return chain


def _plain_comparison(operator: str, left: Compiled, right: Compiled) -> Compiled:
    """The usual comparison, of two: numbers are compared without asking again what they are."""
    if operator in _ORDER_NUMBERS:
        order = _ORDER_NUMBERS[operator]

        def ordered(unit: Unit, choices: Choices) -> Value:
            one, other = left(unit, choices), right(unit, choices)
            if type(one) is Fraction and type(other) is Fraction:
                return order(one.numerator * other.denominator, other.numerator * one.denominator)
            return compare(operator, one, other)

        return ordered
    wanted = operator == "=="

    def equal(unit: Unit, choices: Choices) -> Value:
        one, other = left(unit, choices), right(unit, choices)
        if type(one) is type(other):
            return (one == other) is wanted
        return compare(operator, one, other)

    return equal


def _logic(node: Logic) -> Compiled:
    parts = [compile_node(part) for part in node.parts]
    decisive = node.operator == "or"
    what = f"{node.operator} 的两边"

    def decide(unit: Unit, choices: Choices) -> Value:
        for part in parts:
            value = part(unit, choices)
            if value is not True and value is not False:
                truth(value, what)
            if value is decisive:
                return decisive
        return not decisive

    return decide


def _membership(node: Membership) -> Compiled:
    operand = compile_node(node.operand)
    items = [compile_node(item) for item in node.items]
    found, negated = not node.negated, node.negated

    def member(unit: Unit, choices: Choices) -> Value:
        value = operand(unit, choices)
        for item in items:
            if compare("==", value, item(unit, choices)):
                return found
        return negated

    return member


def _unary(node: Unary) -> Compiled:
    operand = compile_node(node.operand)
    if node.operator == "not":
        return lambda unit, choices: not truth(operand(unit, choices), "not 的后面")
    return lambda unit, choices: -number(operand(unit, choices), "负号的后面")


def _call(node: Call) -> Compiled:
    # here, not above: the functions work out their arguments with this module
    from checker.rules import calls

    return calls.compile_call(node)
