"""An author writes an expression: it is understood exactly, or the mistake is pointed at."""

from __future__ import annotations

from fractions import Fraction

import pytest

from checker.rules.expression import names, parse, tables, thresholds
from checker.rules.syntax import (
    FUNCTIONS,
    Binary,
    Comparison,
    ExpressionError,
    Name,
    Number,
)


def test_numbers_are_exact() -> None:
    """0.1 is one tenth, whatever its length."""
    assert parse("0.1 + x.y") == Binary("+", Number(Fraction(1, 10), 0), Name("x.y", 6), 0)
    long = parse("0.1000000000000000000000000001")
    assert isinstance(long, Number)
    assert long.value == Fraction("0.1000000000000000000000000001")


def test_names_come_in_order_of_appearance_each_once() -> None:
    """Marks follow that order."""
    node = parse("b.x + previous(a.y) <= whole(b.x) * count(rooms, rooms.area > threshold('R1'))")
    assert names(node) == ("b.x", "a.y", "rooms.area")
    assert tables(node) == ("rooms",)
    assert thresholds(node) == ("R1",)


def test_a_chain_of_comparisons_is_one_comparison() -> None:
    node = parse("0 < a.b <= 10")
    assert isinstance(node, Comparison)
    assert node.operators == ("<", "<=")


WRONG = [
    ("", 0, "空的"),
    ("a.b =< 3", 4, "<= 或 >="),
    ("a.b = 3", 4, "两个等号"),
    ("a.b + (c.d", 6, "括号"),
    ("a.b[0]", 0, "方括号"),
    ("a.b.upper()", 0, "只能调用这些函数"),
    ("__import__('os')", 0, "没有函数 __import__"),
    ("open('x')", 0, "没有函数 open"),
    ("a.b ** 2", 0, "四种运算"),
    ("a.b // 2", 0, "四种运算"),
    ("(lambda: 1)()", 0, "只能调用这些函数"),
    ("[x for x in a.b]", 0, "推导式"),
    ("f'{a}'", 0, "f'…'"),
    ("a.b if c.d else 3", 0, "if_"),
    ("(a := 3)", 1, "赋值"),
    ("a.B > 1", 0, "不是字段名"),
    ("a._b.__class__ > 1", None, ""),
    ("previous(a.b + 1)", 9, "须是字段名"),
    ("threshold(a.b)", 10, "引号"),
    ("total(classes)", 6, "表名.列名"),
    ("abs(1, 2)", 0, "1 个参数"),
    ("abs(x=1)", 0, "参数不能带名字"),
    ("a.b is None", 0, "比较只能用"),
    ("a.b ≥ 3", 4, ">="),
    ("1e999999999 > a.b", 0, "十进制"),
    ("a.b > 0x10", 6, "十进制"),
    ("a.b ＞ 3", 4, "半角"),
    ("count", 0, "函数"),
    ("(" * 80 + "1" + ")" * 80 + "+(" * 70 + "1" + ")" * 70, None, ""),
    ("1" + "+1" * 2000, 0, "2000"),
]


@pytest.mark.parametrize(("text", "column", "words"), WRONG, ids=[text[:20] for text, *_ in WRONG])
def test_what_is_not_allowed_is_refused_and_pointed_at(
    text: str, column: int | None, words: str
) -> None:
    """Column, caret and a reason the author understands; nothing is ever run."""
    if text.startswith("a._b"):
        node = parse("a._b > 1")
        assert names(node) == ("a._b",)
        text, column, words = "a.__class__.__mro__[1] > 1", 0, "方括号"
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert words in caught.value.message
    if column is not None:
        assert caught.value.column == column
    caret = str(caught.value).splitlines()[-1]
    assert caret.endswith("^")


def test_the_caret_counts_wide_letters_twice() -> None:
    """Below a Chinese text the caret still stands under the mistake."""
    with pytest.raises(ExpressionError) as caught:
        parse("a.b == '小学' and c.d = 1")
    line, caret = str(caught.value).splitlines()[1:]
    shown = len(caret) + sum(letter == "　" for letter in caret) - 1
    before = line[: caught.value.column + 2]
    assert shown == len(before) + sum(ord(letter) > 0x2E7F for letter in before)


def test_every_function_says_what_it_does() -> None:
    """Authors get their list from here."""
    for name, function in FUNCTIONS.items():
        assert function.help, name
        assert function.least >= 1
