"""The expression language of rules: text becomes a small tree that only holds what is listed.

Python's own parser reads the text; every node that is not one of ours is refused, so there is no
attribute access, no indexing, no call but the listed functions, and nothing is ever executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from checker.rules.syntax import (
    FUNCTIONS,
    Binary,
    Call,
    Comparison,
    ExpressionError,
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

PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*")
_WORDS = frozenset({"true", "false", "not", "and", "or", "in", "if", "else", "is"})
_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_LONGEST = 2000
_DEEPEST = 60

_BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.GtE: ">=",
    ast.Gt: ">",
}
_REFUSED: dict[type[ast.AST], str] = {
    ast.Subscript: "不能用方括号取值",
    ast.Lambda: "不能用 lambda",
    ast.IfExp: "请用 if_(条件, 甲, 乙)",
    ast.JoinedStr: "不能用 f'…'",
    ast.NamedExpr: "不能赋值（比较相等要用两个等号 ==）",
    ast.ListComp: "不能用推导式",
    ast.GeneratorExp: "不能用推导式",
    ast.Dict: "不能用花括号",
    ast.Set: "不能用花括号",
    ast.Starred: "不能用星号展开",
    ast.Await: "不能用 await",
}


@cache
def parse(text: str) -> Node:
    """The tree of an expression. Raises ExpressionError, which points into ``text``."""
    if PLAIN_NAME.fullmatch(text) and text not in _WORDS and text not in FUNCTIONS:
        return Name(text, 0)  # most are a single field
    if not text.strip():
        raise ExpressionError(text, 0, "表达式是空的")
    if len(text) > _LONGEST:
        raise ExpressionError(text[:60], 0, f"表达式超过 {_LONGEST} 个字符")
    # one line, same length: columns stay those of the author's text
    flat = text.replace("\r", " ").replace("\n", " ")
    blanks = len(flat) - len(flat.lstrip())
    try:
        tree = ast.parse(flat.lstrip(), mode="eval")
    except SyntaxError as error:
        column, why = _syntax_column(error, flat, blanks), _why(flat)
        if "too many nested" in str(error):
            why = "括号一层套一层，套得太深了"
        elif why == UNCLEAR and _UNFINISHED.search(flat):
            column, why = len(flat.rstrip()) - 1, "式子没有写完，后面还缺一个值"
        raise ExpressionError(text, column, why) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError(text, 0, "表达式无法解析") from None
    return _Reader(text, flat.lstrip(), blanks).node(tree.body, 0)


def names(node: Node) -> tuple[str, ...]:
    """Ids of all fields and ``table.column`` it speaks of, in order of appearance, each once."""
    found: dict[str, None] = {}
    for name, takes in _walk_names(node, Takes.VALUE):
        if takes is not Takes.TABLE:
            found[name.id] = None
    return tuple(found)


def tables(node: Node) -> tuple[str, ...]:
    """Ids of the tables named by count(), total() and their like, in order, each once."""
    found: dict[str, None] = {}
    for name, takes in _walk_names(node, Takes.VALUE):
        if takes is Takes.TABLE:
            found[name.id] = None
        elif takes is Takes.CELLS:
            found[name.id.rpartition(".")[0]] = None
    return tuple(found)


def thresholds(node: Node) -> tuple[str, ...]:
    """Ids of the thresholds it reads."""
    return tuple(
        dict.fromkeys(
            call.arguments[0].value
            for call in calls(node)
            if call.function == "threshold" and isinstance(call.arguments[0], Text)
        )
    )


def calls(node: Node) -> Iterator[Call]:
    """Every function call in it, outermost first."""
    if isinstance(node, Call):
        yield node
    for child in children(node):
        yield from calls(child)


def children(node: Node) -> tuple[Node, ...]:
    """The parts directly below a node, in order of appearance."""
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Comparison):
        return node.operands
    if isinstance(node, Membership):
        return (node.operand, *node.items)
    if isinstance(node, Logic):
        return node.parts
    if isinstance(node, Call):
        return node.arguments
    return ()


def _walk_names(node: Node, takes: Takes) -> Iterator[tuple[Name, Takes]]:
    """Every name in it, and what it stands for there."""
    if isinstance(node, Name):
        yield node, takes
    elif isinstance(node, Call):
        kinds = FUNCTIONS[node.function].takes
        for position, argument in enumerate(node.arguments):
            yield from _walk_names(argument, kinds[min(position, len(kinds) - 1)])
    else:
        for child in children(node):
            yield from _walk_names(child, Takes.VALUE)


def _syntax_column(error: SyntaxError, flat: str, blanks: int) -> int:
    column = max((error.offset or 1) - 1, 0) + blanks
    return min(column, max(len(flat) - 1, 0))


def _why(flat: str) -> str:
    """What is probably wrong with text that Python cannot parse."""
    if re.search(r"=[<>]", flat):
        return "请写成 <= 或 >="
    if re.search(r"(?<![<>=!])=(?!=)", flat):
        return "比较相等要用两个等号 =="
    if flat.count("(") != flat.count(")"):
        return "括号不成对"
    if flat.count("'") % 2 or flat.count('"') % 2:
        return "引号不成对"
    if re.search(r"[（），；：＋－＜＞＝“”‘’]", flat):
        return "请用半角符号，不要用全角的括号、逗号、引号"
    sign = next((sign for sign in _SIGNS if sign in flat), "")
    if sign:
        return f"“{sign}”请写成 {_SIGNS[sign]}"
    return UNCLEAR


_SIGNS = {"≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/"}
_UNFINISHED = re.compile(r"(?:[-+*/<>=,]|\b(?:and|or|not|in))\s*$")
UNCLEAR = "这里看不懂"


class _Reader:
    """Turns Python's tree into ours, refusing whatever is not listed."""

    def __init__(self, text: str, flat: str, blanks: int) -> None:
        self.text = text
        self.flat = flat
        self.bytes = flat.encode()
        self.plain = flat.isascii()
        self.blanks = blanks

    def column(self, node: ast.expr) -> int:
        if self.plain:
            return node.col_offset + self.blanks
        return len(self.bytes[: node.col_offset].decode(errors="ignore")) + self.blanks

    def refuse(self, node: ast.expr, message: str) -> ExpressionError:
        return ExpressionError(self.text, self.column(node), message)

    def node(self, node: ast.expr, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self.refuse(node, "表达式嵌套太深")
        column, below = self.column(node), depth + 1
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.Name | ast.Attribute):
            return self.name(node)
        if isinstance(node, ast.BinOp):
            operator = _BINARY.get(type(node.op))
            if operator is None:
                raise self.refuse(node, "只能用 + - * / 四种运算")
            return Binary(
                operator, self.node(node.left, below), self.node(node.right, below), column
            )
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.UAdd):
                return self.node(node.operand, below)
            if isinstance(node.op, ast.Invert):
                raise self.refuse(node, "不能用 ~")
            sign = "-" if isinstance(node.op, ast.USub) else "not"
            return Unary(sign, self.node(node.operand, below), column)
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.node(part, below) for part in node.values)
            return Logic("and" if isinstance(node.op, ast.And) else "or", parts, column)
        if isinstance(node, ast.Compare):
            return self.comparison(node, below)
        if isinstance(node, ast.Call):
            return self.call(node, below)
        raise self.refuse(node, _REFUSED.get(type(node), "不允许这样写"))

    def constant(self, node: ast.Constant) -> Node:
        column = self.column(node)
        if isinstance(node.value, bool):
            return Truth(node.value, column)
        if isinstance(node.value, int | float):
            literal = self.bytes[node.col_offset : node.end_col_offset].decode().replace("_", "")
            if not _DECIMAL.fullmatch(literal):  # 1e9999999999 would take all memory
                raise self.refuse(node, "数字请写成十进制，如 0.85")
            return Number(Fraction(literal), column)
        if isinstance(node.value, str):
            return Text(node.value, column)
        raise self.refuse(node, "只能写数字、'文字' 和 true、false")

    def name(self, node: ast.Name | ast.Attribute) -> Node:
        parts: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            raise self.refuse(node, "圆点只能用在字段名里")
        full = ".".join([inner.id, *reversed(parts)])
        if full in ("true", "false"):
            return Truth(full == "true", self.column(node))
        if full in FUNCTIONS:
            raise self.refuse(node, f"{full} 是函数，后面要有括号")
        if not PLAIN_NAME.fullmatch(full):
            raise self.refuse(node, f"“{full}”不是字段名（只用小写字母、数字、下划线和圆点）")
        return Name(full, self.column(node))

    def comparison(self, node: ast.Compare, depth: int) -> Node:
        column = self.column(node)
        first = self.node(node.left, depth)
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            listed = node.comparators[0]
            if len(node.ops) > 1 or not isinstance(listed, ast.List | ast.Tuple):
                raise self.refuse(node, "in 后面要用方括号列出各个值，如 in ['211', '218']")
            items = tuple(self.node(item, depth) for item in listed.elts)
            return Membership(first, items, isinstance(node.ops[0], ast.NotIn), column)
        operators: list[str] = []
        for operator in node.ops:
            sign = _COMPARE.get(type(operator))
            if sign is None:
                raise self.refuse(node, "比较只能用 < <= == != >= > 和 in")
            operators.append(sign)
        operands = tuple(self.node(item, depth) for item in node.comparators)
        return Comparison(tuple(operators), (first, *operands), column)

    def call(self, node: ast.Call, depth: int) -> Node:
        listed = "、".join(FUNCTIONS)
        if not isinstance(node.func, ast.Name):
            raise self.refuse(node, f"只能调用这些函数：{listed}")
        name = node.func.id
        function = FUNCTIONS.get(name)
        if function is None:
            from difflib import get_close_matches  # late: only to tell a mistake

            meant = get_close_matches(name, FUNCTIONS, 1, 0.7)
            hint = f"，是不是 {meant[0]}？" if meant else "；"
            raise self.refuse(node, f"没有函数 {name}{hint}只有：{listed}")
        if node.keywords:
            raise self.refuse(node, "参数不能带名字")
        given = len(node.args)
        if given < function.least or (given > len(function.takes) and not function.repeats):
            wanted = str(function.least)
            if function.repeats:
                wanted += " 个以上"
            elif function.optional:
                wanted += f" 到 {len(function.takes)} 个"
            else:
                wanted += " 个"
            raise self.refuse(node, f"{name} 要 {wanted}参数，这里有 {given} 个")
        arguments = tuple(self.node(argument, depth) for argument in node.args)
        for position, argument in enumerate(arguments):
            takes = function.takes[min(position, len(function.takes) - 1)]
            self._argument(name, position, node.args[position], argument, takes)
        return Call(name, arguments, self.column(node))

    def _argument(self, name: str, position: int, at: ast.expr, node: Node, takes: Takes) -> None:
        wrong = ""
        if takes is Takes.FIELD and not isinstance(node, Name):
            wrong = "须是字段名"
        elif takes is Takes.TABLE and not (isinstance(node, Name) and "." not in node.id):
            wrong = "须是表名"
        elif takes is Takes.CELLS and not (isinstance(node, Name) and "." in node.id):
            wrong = "须写成 表名.列名"
        elif takes is Takes.TEXT and not isinstance(node, Text):
            wrong = "须是引号中的文字"
        if wrong:
            raise self.refuse(at, f"{name} 的第 {position + 1} 个参数{wrong}")
