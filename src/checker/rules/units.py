"""Units of measure in expressions: 元 and 万元 are never added or compared by accident."""

from __future__ import annotations

from itertools import pairwise
from typing import Protocol

from msgspec import Struct

from checker.model.template import FieldType
from checker.rules.syntax import (
    FUNCTIONS,
    Binary,
    Call,
    Comparison,
    ExpressionError,
    Function,
    Logic,
    Membership,
    Name,
    Node,
    Number,
    Takes,
    Text,
    Truth,
    Unary,
)

SYNONYMS: dict[str, str] = {
    "名": "人",
    "位": "人",
    "平方米": "㎡",
    "m²": "㎡",
    "百分点": "%",
    "％": "%",
}
MEASURES = frozenset({"元", "万元", "亿元", "㎡", "亩", "公顷", "米", "元/人", "元/月", "元/年"})
"""Units that stay in a product or a quotient. All others count things and drop out of it
(人 / 班 is a plain number; 元 / 人 is 元)."""

ANYTHING_COUNTED = "个"
"""A count unit that goes with every other one."""


_KIND_WORDS = {"number": "数字", "text": "文字", "flag": "是/否", "date": "日期"}


class Measure(Struct, frozen=True):
    """What kind of thing an expression is. ``kind``: "number", "text", "flag" or "date".

    ``units`` are measure units with exponents, or one unit as declared; ``free``: a literal, which
    takes on whatever it meets; ``computed``: units of counting have dropped out.
    """

    kind: str = "number"
    units: tuple[tuple[str, int], ...] = ()
    free: bool = False
    computed: bool = False

    @property
    def unit(self) -> str:
        """The unit to show; "" if it has none or several."""
        if len(self.units) == 1 and self.units[0][1] == 1:
            return self.units[0][0]
        return ""

    def __str__(self) -> str:
        if self.kind != "number":
            return _KIND_WORDS[self.kind]
        return "·".join(f"{u}^{n}" if n != 1 else u for u, n in self.units) or "没有单位的数"


FREE = Measure(free=True)
FLAG = Measure("flag")
TEXT = Measure("text")
DATE = Measure("date")


class Declared(Protocol):
    """Where the units of names come from."""

    def measure_of(self, name: str) -> Measure:
        """Of a field or ``table.column``. Raises KeyError if there is none."""

    def threshold_measure(self, threshold_id: str) -> Measure:
        """Of a threshold. Raises KeyError if there is none."""


def of_unit(unit: str) -> Measure:
    """The measure of a number with this unit."""
    unit = SYNONYMS.get(unit, unit)
    return Measure(units=((unit, 1),)) if unit else FREE


def of_field(kind: FieldType, unit: str) -> Measure:
    """The measure of a field of this type and unit."""
    if kind is FieldType.FLAG:
        return FLAG
    if kind in (FieldType.TEXT, FieldType.CODE):
        return TEXT
    if kind in (FieldType.DATE, FieldType.MONTH):
        return DATE
    if kind is FieldType.PERCENT:
        return Measure(units=(("%", 1),))
    if kind is FieldType.YEAR:
        return FREE
    return of_unit(unit)


def measure(node: Node, declared: Declared, text: str) -> Measure:
    """The measure of an expression. Raises ExpressionError where units do not go together, where
    something is not a number, or where a name is not known; it points into ``text``."""
    return _Checker(declared, text).of(node)


def same(one: Measure, other: Measure) -> Measure | None:
    """The common measure of two things to be added or compared; None if they must not be."""
    if one.kind != other.kind:
        return None
    if one.kind != "number" or one.free:
        return other
    if other.free or one.units == other.units:
        return one
    for left, right in ((one, other), (other, one)):
        counted = not any(unit in MEASURES for unit, _ in right.units)
        if left.computed and not left.units and counted:
            return right
        if left.units == ((ANYTHING_COUNTED, 1),) and counted and right.unit != "%":
            return right
    return None


def same_unit(one: str, other: str) -> bool:
    """Whether numbers in these units may be compared: 名 and 人 may, 万元 and 元 may not."""
    return SYNONYMS.get(one, one) == SYNONYMS.get(other, other)


class _Checker:
    def __init__(self, declared: Declared, text: str) -> None:
        self.declared = declared
        self.text = text

    def wrong(self, node: Node, message: str) -> ExpressionError:
        return ExpressionError(self.text, node.column, message)

    def of(self, node: Node) -> Measure:
        if isinstance(node, Number):
            return FREE
        if isinstance(node, Text):
            return TEXT
        if isinstance(node, Truth):
            return FLAG
        if isinstance(node, Name):
            try:
                return self.declared.measure_of(node.id)
            except KeyError:
                raise self.wrong(node, f"没有字段 {node.id}") from None
        if isinstance(node, Unary):
            return self.flag(node.operand) if node.operator == "not" else self.number(node.operand)
        if isinstance(node, Binary):
            return self.arithmetic(node)
        if isinstance(node, Comparison):
            found = [self.of(operand) for operand in node.operands]
            for place, (one, other) in enumerate(pairwise(found), 1):
                self.together(one, other, node.operands[place], "比较")
            return FLAG
        if isinstance(node, Membership):
            operand = self.of(node.operand)
            for item in node.items:
                self.together(operand, self.of(item), item, "比较")
            return FLAG
        if isinstance(node, Logic):
            for part in node.parts:
                self.flag(part)
            return FLAG
        return self.call(node)

    def number(self, node: Node) -> Measure:
        found = self.of(node)
        if found.kind != "number":
            raise self.wrong(node, f"这里要数字，不是{found}")
        return found

    def flag(self, node: Node) -> Measure:
        found = self.of(node)
        if found.kind != "flag":
            raise self.wrong(node, f"这里要“成立或不成立”，不是{found}")
        return found

    def together(self, one: Measure, other: Measure, at: Node, action: str) -> Measure:
        common = same(one, other)
        if common is None:
            raise self.wrong(
                at, f"{one}和{other}不能{action}（换算用 yuan()，确要去掉单位用 number()）"
            )
        return common

    def arithmetic(self, node: Binary) -> Measure:
        left, right = self.number(node.left), self.number(node.right)
        if node.operator in "+-":
            return self.together(left, right, node.right, "相加减")
        if right.free:
            return left
        if left.free and node.operator == "*":
            return right
        powers: dict[str, int] = {}
        sign = 1 if node.operator == "*" else -1
        for units, way in ((left.units, 1), (right.units, sign)):
            for unit, power in units:
                if unit in MEASURES:
                    powers[unit] = powers.get(unit, 0) + way * power
        return Measure(units=tuple((u, n) for u, n in sorted(powers.items()) if n), computed=True)

    def call(self, node: Call) -> Measure:
        name, arguments = node.function, node.arguments
        takes = FUNCTIONS[name].takes
        for position, argument in enumerate(arguments):
            if takes[min(position, len(takes) - 1)] is Takes.CONDITION:
                self.flag(argument)
        if name in ("previous", "whole", "stage", "total", "highest", "lowest"):
            return self.of(arguments[0])
        if name == "threshold":
            return self.threshold(arguments[0])
        function = FUNCTIONS[name]
        if function.of or function.unit or function.gives != "number":
            return self.declared_by(function, name, arguments)
        if name == "if_":
            self.flag(arguments[0])
            then, otherwise = self.of(arguments[1]), self.of(arguments[2])
            return self.together(then, otherwise, arguments[2], "作为同一个结果")
        return self.of_numbers(name, arguments)

    def declared_by(self, function: Function, name: str, arguments: tuple[Node, ...]) -> Measure:
        """Of a function that says itself what it may be given and what it gives."""
        for argument, wanted in zip(arguments, function.of, strict=False):
            given = self.of(argument)
            if given.kind not in wanted:
                said = "或".join(_KIND_WORDS[kind] for kind in wanted)
                raise self.wrong(argument, f"{name} 要{said}，这里是{_KIND_WORDS[given.kind]}")
        return of_unit(function.unit) if function.gives == "number" else Measure(function.gives)

    def threshold(self, argument: Node) -> Measure:
        threshold_id = argument.value if isinstance(argument, Text) else ""
        try:
            return self.declared.threshold_measure(threshold_id)
        except KeyError:
            raise self.wrong(argument, f"没有限值 {threshold_id}") from None

    def of_numbers(self, name: str, arguments: tuple[Node, ...]) -> Measure:
        first = self.number(arguments[0])
        if name == "yuan":
            if first.unit != "万元":
                raise self.wrong(arguments[0], f"yuan 只换算万元，这里是{first}")
            return of_unit("元")
        if name == "number":
            return FREE
        if name in ("min", "max", "sum"):
            for argument in arguments[1:]:
                first = self.together(first, self.number(argument), argument, "放在一起")
        return first
