"""What the listed functions of an expression do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from checker.rules.evaluation import (
    Choices,
    Compiled,
    compile_node,
    kind_of,
    number,
    rounded,
    truth,
)
from checker.rules.exact_sums import exact_sum
from checker.rules.syntax import Call, Name, Text
from checker.rules.unit import Unit
from checker.rules.values import ZERO, NotApplicable, RuleDefect, Value


def compile_call(node: Call) -> Compiled:
    """The closure of a call."""
    maker = _OF_VALUES.get(node.function)
    if maker is not None:
        return maker([compile_node(argument) for argument in node.arguments])
    return _OF_NAMES[node.function](node)


def _on_numbers(name: str, work: Callable[[list[Fraction]], Fraction | int]) -> _Maker:
    def make(arguments: list[Compiled]) -> Compiled:
        what = f"{name} 的参数"

        def call(unit: Unit, choices: Choices) -> Value:
            return Fraction(work([number(each(unit, choices), what) for each in arguments]))

        return call

    return make


def _choose(arguments: list[Compiled]) -> Compiled:
    condition, then, otherwise = arguments

    def choose(unit: Unit, choices: Choices) -> Value:
        chosen = then if truth(condition(unit, choices), "if_ 的条件") else otherwise
        return chosen(unit, choices)

    return choose


def _left(arguments: list[Compiled]) -> Compiled:
    text, length = arguments

    def left(unit: Unit, choices: Choices) -> Value:
        return _text(text(unit, choices), "left")[: int(number(length(unit, choices), "长度"))]

    return left


def _length(arguments: list[Compiled]) -> Compiled:
    return lambda unit, choices: Fraction(len(_text(arguments[0](unit, choices), "length")))


def _year(arguments: list[Compiled]) -> Compiled:
    def year(unit: Unit, choices: Choices) -> Value:
        value = arguments[0](unit, choices)
        if isinstance(value, date):
            return Fraction(value.year)
        raise RuleDefect(f"year 的参数须是日期，这里是{kind_of(value)}")

    return year


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
    "left": _left,
    "length": _length,
    "year": _year,
}


def _named(node: Call) -> str:
    first = node.arguments[0]
    return first.id if isinstance(first, Name) else first.value if isinstance(first, Text) else ""


def _second(node: Call) -> str | None:
    if len(node.arguments) < 2:
        return None
    second = node.arguments[1]
    return second.value if isinstance(second, Text) else None


def _previous(node: Call) -> Compiled:
    name = _named(node)
    return lambda unit, choices: unit.previous(name)


def _whole(node: Call) -> Compiled:
    name = _named(node)
    return lambda unit, choices: unit.whole(name)


def _stage(node: Call) -> Compiled:
    name, stage = _named(node), _second(node) or ""
    return lambda unit, choices: unit.in_stage(name, stage)


def _given(node: Call) -> Compiled:
    name = _named(node)
    return lambda unit, choices: unit.given(name)


def _has_stage(node: Call) -> Compiled:
    name = _named(node)
    return lambda unit, choices: unit.has_stage(name)


def _threshold(node: Call) -> Compiled:
    name, stage = _named(node), _second(node)
    return lambda unit, choices: choices.threshold(name, stage)


def _definition(node: Call) -> Compiled:
    name = _named(node)
    return lambda unit, choices: choices.definition(name)


def _chosen_rows(node: Call) -> Callable[[Unit, Choices], list[Unit]]:
    """The rows of the call's table that fulfil its condition."""
    table = _named(node)
    if node.function != "count":
        table = table.rpartition(".")[0]
    if len(node.arguments) < 2:
        return lambda unit, choices: list(unit.rows(table))
    condition = compile_node(node.arguments[1])
    what = f"{node.function} 的条件"

    def chosen(unit: Unit, choices: Choices) -> list[Unit]:
        return [row for row in unit.rows(table) if truth(condition(row, choices), what)]

    return chosen


def _count(node: Call) -> Compiled:
    rows = _chosen_rows(node)
    return lambda unit, choices: Fraction(len(rows(unit, choices)))


def _of_cells(work: Callable[[list[Fraction]], Fraction], of_none: Fraction | None) -> _NodeMaker:
    def make(node: Call) -> Compiled:
        rows, column = _chosen_rows(node), _named(node)

        def call(unit: Unit, choices: Choices) -> Value:
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
    "previous": _previous,
    "whole": _whole,
    "stage": _stage,
    "given": _given,
    "has_stage": _has_stage,
    "threshold": _threshold,
    "definition": _definition,
    "count": _count,
    "total": _of_cells(exact_sum, ZERO),
    "highest": _of_cells(max, None),
    "lowest": _of_cells(min, None),
}
