"""Relation 关系: an expression that must hold. A plain comparison says both sides and the gap."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from msgspec.structs import replace

from checker.judging.context import Context
from checker.judging.marked_facts import facts_of, marked
from checker.judging.unit import Unit
from checker.judging.wording import (
    LONGEST_DESCRIPTION,
    SIGNS,
    Words,
    demanded,
    gap_of,
    limit_said,
    missed,
    please,
    should,
    shown,
)
from checker.model.rules import Rule
from checker.model.verdicts import (
    Gap,
    Passed,
    Quantity,
    Requirement,
    Said,
    Severity,
    Verdict,
    digits_beside,
)
from checker.rules.evaluation import compile_node
from checker.rules.expression import parse
from checker.rules.syntax import Call, Comparison, Logic, Name, Node, Number, Truth, Unary
from checker.rules.values import compare, truth


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict. Of conditions joined with "and" the first that does not hold is reported."""
    check = str(rule.spec["check"])
    if context.holds(check):
        return (context.fulfilled(_said, marked, context),)
    failing = _failing(parse(check), context)
    words = Words(context)
    sides = _sides(failing, context, words)
    if sides is not None:
        actual, required, gap = sides
        message = _sentence(rule, failing, words, actual, required, gap)
        said = Said(message, actual, required)
    else:
        gap, wished = None, words.describe(failing)
        # a rule that has a sentence of its own says there what is required, better than its formula
        plain = isinstance(failing, Call) and failing.function == "given"
        told = Requirement(wished) if plain or not rule.message else None
        said = Said(f"应当{wished}，现在不是这样。", None, told)
    return (missed(context, said, at=facts_of(context, failing), gap=gap),)


def _said(context: Context) -> Said:
    """The words of a relation that holds."""
    sides = _sides(parse(str(context.rule.spec["check"])), context, Words(context))
    actual, required, _ = sides or (None, None, None)
    message = f"{context.rule.title}：符合要求。"
    return Said(message, actual, required)


def _failing(node: Node, context: Context) -> Node:
    """The smallest part of a condition that does not hold and explains why it does not."""
    if isinstance(node, Logic) and node.operator == "and":
        for part in node.parts:
            if not truth(compile_node(part)(context.unit, context), "and 的两边"):
                return _failing(part, context)
    if isinstance(node, Comparison) and len(node.operators) > 1:
        values = [compile_node(operand)(context.unit, context) for operand in node.operands]
        for place, sign in enumerate(node.operators):
            if not compare(sign, values[place], values[place + 1]):
                return Comparison((sign,), node.operands[place : place + 2], node.column)
    return node


def _sides(
    node: Node, context: Context, words: Words
) -> tuple[Quantity | str, Requirement, Gap | None] | None:
    """Left value, requirement and gap of a plain comparison, or of a flag that must be 是 or 否."""
    digits = context.rule.spec.get("digits", 2)
    flag = _flag(node)
    if flag is not None:
        name, wanted = flag
        return shown(context.unit.value(name)), Requirement(shown(wanted), "=="), None
    if not isinstance(node, Comparison) or len(node.operators) > 1:
        return None
    left, right = (compile_node(operand)(context.unit, context) for operand in node.operands)
    if isinstance(left, bool) and not any(isinstance(each, Truth) for each in node.operands):
        return None  # whether two conditions agree is no figure to be shown
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        digits = digits_beside(left, right, digits)
    one, two = (words.unit_of_side(operand) for operand in node.operands)
    actual = words.quantity(left, node.operands[0], digits)
    if isinstance(actual, Quantity) and not isinstance(node.operands[0], Number):
        # a quotient, or a column without a unit of its own, is compared in the other side's
        actual = replace(actual, unit=one or two)
    sign = node.operators[0]
    if not isinstance(right, Fraction):
        return actual, Requirement(f"{SIGNS[sign]} “{shown(right)}”", sign), None
    quantity = Quantity(right, two or one, digits)
    required = Requirement(f"{SIGNS[sign]} {quantity}", sign, right, two or one)
    if not isinstance(left, Fraction) or sign == "!=":
        return actual, required, None
    gap = gap_of(
        context.rule,
        abs(left - right),
        one or two,
        sign,
        excess=left > right or sign == "<",
        split=sign not in ("<", ">"),
    )
    return actual, required, gap if gap.value else None


def _flag(node: Node) -> tuple[str, bool] | None:
    """A flag by itself, negated, or compared with true or false: its field and what it must be."""
    if isinstance(node, Name):
        return node.id, True
    if isinstance(node, Unary) and node.operator == "not" and isinstance(node.operand, Name):
        return node.operand.id, False
    if isinstance(node, Comparison) and node.operators == ("==",):
        left, right = node.operands
        if isinstance(left, Name) and isinstance(right, Truth):
            return left.id, right.value
    return None


def _sentence(
    rule: Rule,
    node: Node,
    words: Words,
    actual: Quantity | str,
    required: Requirement,
    gap: Gap | None,
) -> str:
    flag = _flag(node)
    if flag is not None:
        label = words.unit.label_of(flag[0])
        if rule.severity is Severity.STANDARD:
            return f"“{label}”填的是“{actual}”，还没有达到要求。"
        return f"“{label}”{demanded(rule)}为“{required.text}”，现在是“{actual}”{please(rule)}。"
    assert isinstance(node, Comparison)
    left, right = (words.describe(operand) for operand in node.operands)
    sign = node.operators[0]
    if required.value is None:
        wanted = required.text[len(SIGNS[sign]) + 1 :]
        return f"“{left}”（{actual}）{should(rule, sign)}{wanted}{please(rule)}。"
    if len(left) > LONGEST_DESCRIPTION or len(right) > LONGEST_DESCRIPTION:
        told = f"{limit_said(rule, required)}{f'，{gap}' if gap else ''}{please(rule)}"
        return f"{rule.title}：现在为 {actual}，{told}。"
    wanted = str(Quantity(required.value, required.unit))
    # a bare number or a limit needs no name of its own
    bare = right.removeprefix("限值 ").replace(".", "").isdigit()
    other = wanted if bare else f"“{right}”（{wanted}）"
    tail = f"，{gap}" if gap else ""
    if sign == "==" and gap:
        tail = f"，相差 {Quantity(gap.exact, gap.unit)}"
    return f"“{left}”（{actual}）{should(rule, sign)}{other}{tail}{please(rule)}。"
