"""Which functions an expression may call, with what; the whole list."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


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
    out; ``repeats``: the last one may be given any number of times. ``help`` is for authors."""

    takes: tuple[Takes, ...]
    help: str
    optional: int = 0
    repeats: bool = False

    @property
    def least(self) -> int:
        """The smallest number of arguments."""
        return len(self.takes) - self.optional


_V, _F, _T, _C, _K, _S = (
    Takes.VALUE,
    Takes.FIELD,
    Takes.TABLE,
    Takes.CELLS,
    Takes.CONDITION,
    Takes.TEXT,
)

FUNCTIONS: dict[str, Function] = {
    "abs": Function((_V,), "绝对值"),
    "ceil": Function((_V,), "向上取整"),
    "floor": Function((_V,), "向下取整"),
    "round": Function((_V, _V), "四舍五入到几位小数（默认 0 位）", optional=1),
    "min": Function((_V, _V), "几个数中最小的", repeats=True),
    "max": Function((_V, _V), "几个数中最大的", repeats=True),
    "sum": Function((_V,), "几个数之和", repeats=True),
    "if_": Function((_V, _V, _V), "if_(条件, 成立时的值, 不成立时的值)"),
    "previous": Function((_F,), "上年数（本表上年数一栏；没有这一栏时取上年的填报表）"),
    "whole": Function((_F,), "全校（全县）的数"),
    "stage": Function((_F, _S), "某一学段的数，如 stage(students.total, 'junior')"),
    "threshold": Function((_S, _S), "限值；第二个参数指定学段", optional=1),
    "definition": Function((_S,), "口径中选定的定义，如 definition('safety') == '4x'"),
    "given": Function((_F,), "是否填了"),
    "has_stage": Function((_S,), "学校是否有某一学段"),
    "count": Function((_T, _K), "表中（满足条件的）行数", optional=1),
    "total": Function((_C, _K), "表中一列（满足条件的行）之和", optional=1),
    "highest": Function((_C, _K), "表中一列（满足条件的行）的最大值", optional=1),
    "lowest": Function((_C, _K), "表中一列（满足条件的行）的最小值", optional=1),
    "left": Function((_V, _V), "文字的前几个字符"),
    "mid": Function((_V, _V, _V), "文字从第几个起的几个字符，如 mid(school.code, 7, 3)"),
    "contains": Function((_V, _V), "前一段文字里有没有后一段"),
    "length": Function((_V,), "文字的字符数"),
    "yuan": Function((_V,), "万元换算为元（乘以 10000）"),
    "number": Function((_V,), "去掉单位，只留数值"),
    "year": Function((_V,), "日期的年份"),
    "date": Function((_V,), "文字读成日期：date('2026-09-01')，date(mid(身份证号, 7, 8))"),
    "days": Function((_V, _V), "从前一个日期到后一个日期有几天；后一个更早则为负"),
    "age": Function((_V, _V), "前一个日期出生的，到后一个日期满几周岁"),
}
