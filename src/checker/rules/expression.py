"""The expression language of rules: text becomes a small tree that only holds what is listed.

Reading text is the part of ``expression_reader``; here is what may be asked of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from checker.rules.functions import FUNCTIONS, Takes
from checker.rules.syntax import (
    Binary,
    Call,
    Comparison,
    Logic,
    Membership,
    Name,
    Node,
    Packed,
    Text,
    Unary,
    unpacked,
)

_STORED: dict[str, Packed] = {}
_WORDS = frozenset({"true", "false", "not", "and", "or", "in", "if", "else", "is"})
PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*")


@cache
def parse(text: str) -> Node:
    """The tree of an expression. Raises ExpressionError, which points into ``text``."""
    if PLAIN_NAME.fullmatch(text) and text not in _WORDS and text not in FUNCTIONS:
        return Name(text, 0)
    stored = _STORED.get(text)
    if stored is not None:
        return unpacked(stored)
    from checker.rules.expression_reader import read

    return read(text)


def remember(trees: Mapping[str, Packed]) -> None:
    """Trees of expressions that were parsed before, as ``packed`` gave them: reading them back is
    much quicker than parsing, and most expressions of a manifest are never needed in a run."""
    _STORED.update(trees)


def names(node: Node) -> tuple[str, ...]:
    """Ids of all fields and ``table.column`` it speaks of, in order of appearance, each once."""
    found: dict[str, None] = {}
    for name, takes, _ in _walk_names(node, Takes.VALUE):
        if takes is not Takes.TABLE:
            found[name.id] = None
    return tuple(found)


def tables(node: Node) -> tuple[str, ...]:
    """Ids of the tables named by count(), total() and their like, in order, each once."""
    found: dict[str, None] = {}
    for name, takes, _ in _walk_names(node, Takes.VALUE):
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


def _walk_names(node: Node, takes: Takes, table: str = "") -> Iterator[tuple[Name, Takes, str]]:
    if isinstance(node, Name):
        yield node, takes, table
    elif isinstance(node, Call):
        kinds = FUNCTIONS[node.function].takes
        for position, argument in enumerate(node.arguments):
            kind = kinds[min(position, len(kinds) - 1)]
            inner = table
            if kind is Takes.CONDITION and isinstance(node.arguments[0], Name):
                named = node.arguments[0].id
                inner = named if kinds[0] is Takes.TABLE else named.rpartition(".")[0]
            yield from _walk_names(argument, kind, inner)
    else:
        for child in children(node):
            yield from _walk_names(child, Takes.VALUE, table)
