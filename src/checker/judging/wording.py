"""Default sentences: what is there, what is required, how much is missing, in the form's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor

from checker.judging.context import Context
from checker.judging.marked_facts import marked
from checker.judging.unit import Unit
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.template import WHOLE_WORDS
from checker.model.verdicts import (
    Gap,
    Outcome,
    Quantity,
    Requirement,
    Said,
    Severity,
    Verdict,
    format_number,
    quotes_within,
)
from checker.rules import units
from checker.rules.evaluation import compile_node
from checker.rules.expression import parse
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
    Text,
    Truth,
    Unary,
)
from checker.rules.values import MissingInput, NotApplicable, RuleDefect, Value, truth

SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "=", "!=": "≠"}
"""How comparisons are shown."""

IN_WORDS = {
    ">=": "不小于",
    "<=": "不大于",
    ">": "大于",
    "<": "小于",
    "==": "等于",
    "!=": "不等于",
}
"""How comparisons are read in a sentence."""

_DEMANDS = {Severity.SOFT: "一般", Severity.INFO: "一般"}
"""A rule of experience demands nothing: what it asks for is usual."""

_STANDS_FOR = {Severity.SOFT: "一般", Severity.INFO: "参考值"}
"""How the limit of an indicator is introduced; 要求 where it is one."""

LONGEST_DESCRIPTION = 60
"""An expression that takes more characters than this in words is better called by its rule's
title."""
LEFT_BLANK = "没有填（按 0 算）"
"""What a blank cell that counts as 0 is said to hold."""

_SAID_OF_BLANK = re.compile(r"(?:填了|为|是) ?没有填（按 0 算）")
_OPERATIONS = {"+": "+", "-": "-", "*": "×", "/": "÷"}
_SPLIT_THINGS = frozenset({*units.MEASURES, "%", "‰", "", "小时", "学时", "课时", "分"})
_POINTS = {"%": "个百分点", "‰": "个千分点"}
"""What two shares are apart."""


class Words:
    """Names and units of one unit's fields, for sentences about an expression."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.unit: Unit = context.unit

    # -- units.Declared ----------------------------------------------------------------------

    def measure_of(self, name: str) -> units.Measure:
        """Of a field; raises KeyError for an unknown one."""
        try:
            unit = self.unit.unit_of(name)
        except RuleDefect:
            raise KeyError(name) from None
        if unit:
            return units.of_unit(unit)
        # codes and texts are compared with texts, inside the conditions of table functions
        return units.TEXT if self.unit.codes_of(name) else units.FREE

    def threshold_measure(self, threshold_id: str) -> units.Measure:
        """Of a threshold in force, for whichever stage there is one: the unit is the same."""
        stages = [stage.id for stage in self.unit.template.stages]
        for stage in (None, *stages):
            try:
                return units.of_unit(self.context.limit(threshold_id, stage).unit)
            except NotApplicable:
                continue
        raise KeyError(threshold_id)

    # -- sentences ---------------------------------------------------------------------------

    def unit_shown(self, node: Node) -> str:
        """The unit of an expression's value; "" where it has none to show."""
        if isinstance(node, Name):
            return self.unit.unit_of(node.id)
        try:
            return units.measure(node, self, "").unit
        except ExpressionError:
            return ""

    def unit_of_side(self, node: Node) -> str:
        """The same for one side of a comparison: ``number(field)`` loses its unit for the
        calculation, not for the reader."""
        if isinstance(node, Call) and node.function == "number":
            return self.unit_of_side(node.arguments[0])
        return self.unit_shown(node)

    def describe(self, node: Node, outer: bool = True) -> str:
        """An expression in labels: 专任教师 + 兼任教师."""
        if isinstance(node, Name):
            return self.unit.label_of(node.id).removeprefix("其中：")
        if isinstance(node, Number):
            return format_number(node.value, 6)
        if isinstance(node, Text):
            return f"“{node.value}”"
        if isinstance(node, Truth):
            return "是" if node.value else "否"
        if isinstance(node, Unary):
            if node.operator == "not":
                return self._not(node.operand)
            return f"-{self.describe(node.operand, False)}"
        if isinstance(node, Binary):
            additive = node.operator in "+-"
            left = self.describe(node.left, additive)
            right = self.describe(node.right, node.operator == "+")
            text = f"{left} {_OPERATIONS[node.operator]} {right}"
            return text if outer or not additive else f"（{text}）"
        if isinstance(node, Comparison):
            text = self.describe(node.operands[0])
            for sign, operand in zip(node.operators, node.operands[1:], strict=True):
                text += f" {SIGNS[sign]} {self._choice(operand, node.operands[0])}"
            return text if outer else f"（{text}）"
        if isinstance(node, Membership):
            items = "、".join(self._choice(item, node.operand) for item in node.items)
            return f"{self.describe(node.operand)}{'不' if node.negated else ''}是{items}之一"
        if isinstance(node, Logic):
            joint = "，并且" if node.operator == "and" else "，或者"
            text = joint.join(self.describe(part, False) for part in node.parts)
            return text if outer else f"（{text}）"
        return self._call(node)

    def _not(self, node: Node) -> str:
        """The contrary of a condition."""
        if isinstance(node, Call) and node.function == "given":
            return f"没有填写{self.describe(node.arguments[0])}"
        if isinstance(node, Name):
            return f"“{self.describe(node)}”填“否”"
        return f"不是{self.describe(node, False)}"

    def _choice(self, node: Node, chosen_in: Node) -> str:
        """A value that is compared with a field: of a code list, as it is chosen in the cell."""
        if isinstance(node, Text) and isinstance(chosen_in, Name):
            codes = self.unit.template.code_lists.get(self.unit.codes_of(chosen_in.id) or "", {})
            return f"“{codes.get(node.value, node.value) or '（不填）'}”"
        return self.describe(node)

    def quantity(self, value: Value, node: Node, digits: int = 2) -> Quantity | str:
        """A value with the unit it has in this expression; a blank cell is never said to hold 0."""
        if not value and isinstance(node, Name) and self._left_blank(node.id):
            return LEFT_BLANK
        if type(value) is Fraction:
            return Quantity(value, self.unit_shown(node), digits)
        return shown(value)

    def fill(self, message: str, known: dict[str, str]) -> str:
        """A message of a manifest with its {placeholders} worked out."""

        def put(found: re.Match[str]) -> str:
            inner, _, digits = found[1].partition(":")
            if inner in known:
                return known[inner]
            value, node = self.context.evaluate(inner), parse(inner)
            if isinstance(node, Name) and isinstance(value, str):
                return self._chosen(node.id, value)
            return str(self.quantity(value, node, int(digits or 2)))

        filled = re.sub(r"\{([^{}]+)\}", put, message)
        return _SAID_OF_BLANK.sub(LEFT_BLANK, filled)

    def _chosen(self, field: str, value: str) -> str:
        """A number of a code list with its meaning: 311 初级中学. Other texts as they are."""
        codes = self.unit.template.code_lists.get(self.unit.codes_of(field) or "", {})
        meaning = codes.get(value, "")
        return f"{value} {meaning}" if meaning and value.isdigit() else value

    def _left_blank(self, field: str) -> bool:
        """Whether nothing was typed into the cells of a field."""
        try:
            return not self.unit.given(field)
        except (MissingInput, RuleDefect):
            return False

    def _call(self, node: Call) -> str:
        first = node.arguments[0]
        if node.function in ("count", "total", "highest", "lowest"):
            return self._of_table(node)
        if node.function == "if_":
            # only the branch that counts: the other may speak of what was rightly left empty
            return self.describe(node.arguments[1 if self._holds(first) else 2])
        name = self.describe(first) if not isinstance(first, Text) else first.value
        if node.function == "whole":
            return f"{WHOLE_WORDS[self.unit.template.level]}{name}"
        if node.function == "stage" and isinstance(node.arguments[1], Text):
            return self._in_column(name, node.arguments[1].value)
        if node.function == "threshold":
            stage = node.arguments[1] if len(node.arguments) > 1 else None
            of_stage = stage.value if isinstance(stage, Text) else None
            return f"限值 {format_number(self.context.threshold(name, of_stage), 4)}"
        words = FUNCTIONS[node.function].words or node.function
        others = [self.describe(argument) for argument in node.arguments[1:]]
        if "{" in words:
            return words.format(name, *others)
        return f"{words}（{'、'.join([self.describe(first), *others])}）"

    def _in_column(self, name: str, column: str) -> str:
        """A figure of one stage (小学段在校生数) or of a column of its own sheet (合计的未开工)."""
        if any(stage.id == column for stage in self.unit.template.stages):
            return f"{self.unit.template.stage_title(column)}{name}"
        return f"{name}的{self.unit.column_titles.get(column, column)}"

    def _holds(self, condition: Node) -> bool:
        """Whether a condition holds; False where what it needs is missing (words only)."""
        try:
            return truth(compile_node(condition)(self.unit, self.context), "if_ 的条件")
        except (MissingInput, NotApplicable):
            return False

    def _of_table(self, node: Call) -> str:
        first = node.arguments[0]
        assert isinstance(first, Name)
        table_id = first.id if node.function == "count" else first.id.rpartition(".")[0]
        tables = self.unit.template.tables()
        title = tables[table_id].title if table_id in tables else table_id
        return FUNCTIONS[node.function].words.format(
            table=title,
            chosen="中符合条件的" if len(node.arguments) > 1 else "的",
            column="" if node.function == "count" else self.unit.label_of(first.id),
        )


def demanded(rule: Rule) -> str:
    """应; 一般 where experience speaks."""
    return _DEMANDS.get(rule.severity, "应")


def should(rule: Rule, sign: str) -> str:
    """应不小于; 一般不小于 where experience speaks."""
    if sign == "!=" and demanded(rule) == "应":
        return "不应等于"
    return f"{demanded(rule)}{IN_WORDS[sign]}"


def limit_said(rule: Rule, required: Requirement) -> str:
    """要求 ≥ 4.2人; 一般 ≤ 50% and 参考值 ≥ 4.2人 where nobody demands it."""
    return f"{_STANDS_FOR.get(rule.severity, '要求')} {required.text}"


def please(rule: Rule) -> str:
    """What a doubt asks for, at the end of a sentence."""
    return "，请核实" if rule.severity is Severity.SOFT else ""


def read_out(required: Requirement) -> str:
    """A requirement as part of a sentence: 不小于 4人 rather than ≥ 4人."""
    sign, _, rest = required.text.partition(" ")
    words = {shown_sign: IN_WORDS[each] for each, shown_sign in SIGNS.items()}
    return f"{words[sign]} {rest}" if sign in words and rest else required.text


def missed(
    context: Context,
    said: Said,
    *,
    at: Sequence[FactRef] | None = None,
    gap: Gap | None = None,
    told: Mapping[str, str] | None = None,
) -> Verdict:
    """Not as it should be: in the rule's own words if it has any, else in those of ``said``.
    ``at``: None marks what the rule as a whole marks. ``told`` says otherwise, or more, of what the
    rule's {placeholders} may name. A gap of nothing is none: "more than 5" is not missed by an
    amount when it is 5."""
    if gap is not None and not gap.value:
        gap = None
    message, own, actual, required = said.message, context.rule.message, said.actual, said.required
    if own:
        known = {
            "actual": "" if actual is None else str(actual),
            "required": "" if required is None else read_out(required),
            "gap": "" if gap is None else str(gap),
            "unit": context.unit.label,
            "default": message,
        }
        message = Words(context).fill(own, known | dict(told or {}))
    return context.failed(
        message,
        at=marked(context) if at is None else at,
        actual=actual,
        required=required,
        gap=gap,
        borderline=said.borderline,
    )


def shown(value: Value) -> str:
    """A value that is not a number, as users read it."""
    if value is True:
        return "是"
    if value is False:
        return "否"
    if isinstance(value, Fraction):
        return format_number(value, 2)
    return str(value)


def requirement(operator: str, value: Fraction, unit: str, digits: int = 4) -> Requirement:
    """≥ 0.9人."""
    text = f"{SIGNS[operator]} {format_number(value, digits)}{unit}"
    return Requirement(text, operator, value, unit)


def gap_of(
    rule: Rule, exact: Fraction, unit: str, compare: str, *, excess: bool, split: bool = False
) -> Gap:
    """The gap in things. ``exact`` is positive (zero only for a strict comparison). The rule's
    ``gap`` table may name another unit and a noun, or say that what counts is a lack (尚缺 15 间 is
    缺, not 超出). Things that cannot be split are rounded up, unless ``split`` (a plain difference
    of two counts). Where it is not known which of two figures is wrong, or whether one is, they are
    apart (相差): nothing lacks."""
    spec = rule.spec.get("gap")
    noun, whole = "", unit not in _SPLIT_THINGS and not split
    unit = _POINTS.get(unit, unit)
    if spec is not None:
        unit, noun = spec.get("unit", unit), spec.get("noun", "")
        whole = spec.get("whole", unit not in _SPLIT_THINGS)
        excess = excess and not spec.get("lack")
    value = exact
    if whole:
        value = Fraction(floor(exact) + 1 if compare in ("<", ">") else ceil(exact))
    soft = rule.severity is Severity.SOFT
    if soft or (rule.severity is Severity.HARD and compare == "=="):
        return Gap(Fraction(ceil(exact)) if whole else exact, exact, unit, "", excess, True)
    return Gap(value, exact, unit, noun, excess)


def lacking(rule: Rule, unit: Unit, missing: MissingInput) -> Verdict:
    """缺数据: the verdict while figures are missing."""
    message = quotes_within(f"缺少{missing_labels(unit, missing.refs)}，暂不能判断。")
    return Verdict(rule.id, Outcome.INCOMPLETE, unit.ref, missing.refs, message=message)


def missing_labels(unit: Unit, refs: tuple[FactRef, ...]) -> str:
    """“在校生数”（小学段）、“专任教师”: what has to be filled in."""
    titles = unit.column_titles
    words: dict[str, None] = {}
    for ref in refs:
        try:
            label = unit.label_of(ref.field)
        except RuleDefect:
            label = ref.field
        place = f"第{ref.row}行" if ref.row else titles.get(ref.column, "")
        words[f"“{label}”（{place}）" if place else f"“{label}”"] = None
    return "、".join(words)
