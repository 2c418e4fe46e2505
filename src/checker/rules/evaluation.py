"""Working out an expression: its tree becomes nested closures over exact fractions."""

from __future__ import annotations

import operator as signs
import re
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from math import ceil, floor
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
from checker.rules.values import (
    ORDER,
    ZERO,
    NotApplicable,
    RuleDefect,
    Value,
    compare,
    exact_sum,
    kind_of,
    number,
    rounded,
    truth,
)


class Facts(Protocol):
    """What an expression reads: the school, one of its stages, or one row of a table."""

    known: dict[str, Value]

    def value(self, field: str) -> Value:
        """The value of a field or ``table.column``."""

    def number(self, field: str) -> Fraction:
        """The same, if it is a number."""

    def previous(self, field: str) -> Value:
        """Last year's value."""

    def whole(self, field: str) -> Value:
        """The value for the whole school."""

    def in_stage(self, field: str, stage: str) -> Value:
        """The value of a stage."""

    def given(self, field: str) -> bool:
        """Whether something usable was typed."""

    def has_stage(self, stage: str) -> bool:
        """Whether the school has this stage."""

    def rows(self, table: str) -> Sequence[Facts]:
        """The filled rows of a table."""


class Choices(Protocol):
    """What an expression may ask beside the unit's values: the profile in force."""

    def threshold(self, threshold_id: str, stage: str | None = None) -> Fraction:
        """The limit for a stage (None: the unit's)."""

    def definition(self, name: str) -> str:
        """The definition chosen by the profile; "" if none was."""


Compiled: TypeAlias = Callable[[Facts, Choices], Value]
"""Works an expression out for one unit. Raises MissingInput, NotApplicable, RuleDefect."""


@cache
def compiled(text: str) -> Compiled:
    """The closure of an expression. Raises RuleDefect if it cannot be parsed."""
    try:
        return compile_node(parse(text))
    except ExpressionError as error:
        raise RuleDefect(f"表达式{error}") from None


def compile_node(node: Node) -> Compiled:
    """The closure of a tree."""
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
    maker = _OF_VALUES.get(node.function)
    if maker is not None:
        return maker([compile_node(argument) for argument in node.arguments])
    return _OF_NAMES[node.function](node)


def _reading(name: str) -> Compiled:
    def read(unit: Facts, choices: Choices) -> Value:
        found = unit.known.get(name)
        return unit.value(name) if found is None else found

    return read


def _arithmetic(node: Binary) -> Compiled:
    left, right = compile_node(node.left), compile_node(node.right)
    operator = node.operator
    what = f"“{operator}”的两边"

    def both(unit: Facts, choices: Choices) -> tuple[Fraction, Fraction]:
        one, other = left(unit, choices), right(unit, choices)
        if type(one) is Fraction and type(other) is Fraction:
            return one, other
        return number(one, what), number(other, what)

    def divide(unit: Facts, choices: Choices) -> Value:
        above, below = both(unit, choices)
        if not below:
            raise NotApplicable("分母为 0")
        return above / below

    work = _ARITHMETIC.get(operator)
    if work is None:
        return divide
    return lambda unit, choices: work(*both(unit, choices))


_ARITHMETIC: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": signs.add,
    "-": signs.sub,
    "*": signs.mul,
}


def _comparison(node: Comparison) -> Compiled:
    operands = [compile_node(operand) for operand in node.operands]
    if len(operands) == 2:
        return _plain_comparison(node.operators[0], *operands)
    operators = node.operators

    def chain(unit: Facts, choices: Choices) -> Value:
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
    if operator in ORDER:
        order = ORDER[operator]

        def ordered(unit: Facts, choices: Choices) -> Value:
            one, other = left(unit, choices), right(unit, choices)
            if type(one) is Fraction and type(other) is Fraction:
                return order(one.numerator * other.denominator, other.numerator * one.denominator)
            return compare(operator, one, other)

        return ordered
    wanted = operator == "=="

    def equal(unit: Facts, choices: Choices) -> Value:
        one, other = left(unit, choices), right(unit, choices)
        if type(one) is type(other):
            return (one == other) is wanted
        return compare(operator, one, other)

    return equal


def _logic(node: Logic) -> Compiled:
    parts = [compile_node(part) for part in node.parts]
    decisive = node.operator == "or"
    what = f"{node.operator} 的两边"

    def decide(unit: Facts, choices: Choices) -> Value:
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

    def member(unit: Facts, choices: Choices) -> Value:
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


def _on_values(work: Callable[..., Value]) -> _Maker:
    """A function of the values of its arguments."""

    def make(arguments: list[Compiled]) -> Compiled:
        return lambda unit, choices: work(*[each(unit, choices) for each in arguments])

    return make


def _on_numbers(name: str, work: Callable[[list[Fraction]], Fraction | int]) -> _Maker:
    what = f"{name} 的参数"
    return _on_values(lambda *given: Fraction(work([number(each, what) for each in given])))


def _on_dates(name: str, work: Callable[..., int]) -> _Maker:
    def call(*given: Value) -> Value:
        for value in given:
            if not isinstance(value, date):
                raise RuleDefect(f"{name} 的参数须是日期，这里是{kind_of(value)}")
        return Fraction(work(*given))

    return _on_values(call)


def _choose(arguments: list[Compiled]) -> Compiled:
    condition, then, otherwise = arguments

    def choose(unit: Facts, choices: Choices) -> Value:
        chosen = then if truth(condition(unit, choices), "if_ 的条件") else otherwise
        return chosen(unit, choices)

    return choose


def _left(text: Value, length: Value) -> Value:
    return _text(text, "left")[: int(number(length, "长度"))]


def _mid(text: Value, start: Value, length: Value) -> Value:
    first = int(number(start, "起始位置")) - 1
    if first < 0:
        raise RuleDefect("mid 的起始位置从 1 数起")
    end = first + max(int(number(length, "长度")), 0)
    return _text(text, "mid")[first:end]


def _contains(text: Value, part: Value) -> Value:
    return _text(part, "contains") in _text(text, "contains")


def _age(born: date, day: date) -> int:
    """Full years; who was born on 29 February is a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


_DATE = re.compile(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})")


def _date(value: Value) -> Value:
    if isinstance(value, date):
        return value
    text = _text(value, "date").strip()
    found = _DATE.fullmatch(text)
    try:
        if found is None or (not found[2] and len(text) != 8):
            raise ValueError(text)
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        raise NotApplicable(f"“{text}”不是日期") from None


def _text(value: Value, what: str) -> str:
    if isinstance(value, str):
        return value
    raise RuleDefect(f"{what} 的参数须是文字，这里是{kind_of(value)}")


_Maker: TypeAlias = Callable[[list[Compiled]], Compiled]


def _digits(value: Fraction) -> int:
    if value not in range(13):
        raise RuleDefect("round 的位数须是 0 到 12 的整数")
    return int(value)


_OF_VALUES: dict[str, _Maker] = {
    "abs": _on_numbers("abs", lambda given: abs(given[0])),
    "ceil": _on_numbers("ceil", lambda given: ceil(given[0])),
    "floor": _on_numbers("floor", lambda given: floor(given[0])),
    "round": _on_numbers(
        "round", lambda given: rounded(given[0], _digits(given[1]) if len(given) > 1 else 0)
    ),
    "min": _on_numbers("min", min),
    "max": _on_numbers("max", max),
    "sum": _on_numbers("sum", exact_sum),
    "yuan": _on_numbers("yuan", lambda given: given[0] * 10000),
    "number": _on_numbers("number", lambda given: given[0]),
    "if_": _choose,
    "left": _on_values(_left),
    "mid": _on_values(_mid),
    "contains": _on_values(_contains),
    "length": _on_values(lambda text: Fraction(len(_text(text, "length")))),
    "year": _on_dates("year", lambda day: day.year),
    "date": _on_values(_date),
    "days": _on_dates("days", lambda earlier, later: (later - earlier).days),
    "age": _on_dates("age", _age),
}


def _named(node: Call) -> str:
    first = node.arguments[0]
    return first.id if isinstance(first, Name) else first.value if isinstance(first, Text) else ""


def _second(node: Call) -> str | None:
    if len(node.arguments) < 2:
        return None
    second = node.arguments[1]
    return second.value if isinstance(second, Text) else None


def _of_name(read: Callable[[Facts, Choices, str], Value]) -> _NodeMaker:
    def make(node: Call) -> Compiled:
        name = _named(node)
        return lambda unit, choices: read(unit, choices, name)

    return make


def _stage(node: Call) -> Compiled:
    name, stage = _named(node), _second(node) or ""
    return lambda unit, choices: unit.in_stage(name, stage)


def _threshold(node: Call) -> Compiled:
    name, stage = _named(node), _second(node)
    return lambda unit, choices: choices.threshold(name, stage)


def _chosen_rows(node: Call) -> Callable[[Facts, Choices], list[Facts]]:
    """The rows of the call's table that fulfil its condition."""
    table = _named(node)
    if node.function != "count":
        table = table.rpartition(".")[0]
    if len(node.arguments) < 2:
        return lambda unit, choices: list(unit.rows(table))
    condition = compile_node(node.arguments[1])
    what = f"{node.function} 的条件"

    def chosen(unit: Facts, choices: Choices) -> list[Facts]:
        return [row for row in unit.rows(table) if truth(condition(row, choices), what)]

    return chosen


def _count(node: Call) -> Compiled:
    rows = _chosen_rows(node)
    return lambda unit, choices: Fraction(len(rows(unit, choices)))


def _of_cells(work: Callable[[list[Fraction]], Fraction], of_none: Fraction | None) -> _NodeMaker:
    def make(node: Call) -> Compiled:
        rows, column = _chosen_rows(node), _named(node)

        def call(unit: Facts, choices: Choices) -> Value:
            given: list[Fraction] = []
            for row in rows(unit, choices):
                try:
                    given.append(row.number(column))
                except NotApplicable:  # an optional cell left empty adds nothing
                    continue
            if not given:
                if of_none is None:
                    raise NotApplicable("表中没有可以比较的行")
                return of_none
            return work(given)

        return call

    return make


_NodeMaker: TypeAlias = Callable[[Call], Compiled]

_OF_NAMES: dict[str, _NodeMaker] = {
    "previous": _of_name(lambda unit, choices, name: unit.previous(name)),
    "whole": _of_name(lambda unit, choices, name: unit.whole(name)),
    "stage": _stage,
    "given": _of_name(lambda unit, choices, name: unit.given(name)),
    "has_stage": _of_name(lambda unit, choices, name: unit.has_stage(name)),
    "threshold": _threshold,
    "definition": _of_name(lambda unit, choices, name: choices.definition(name)),
    "count": _count,
    "total": _of_cells(exact_sum, ZERO),
    "highest": _of_cells(max, None),
    "lowest": _of_cells(min, None),
}
