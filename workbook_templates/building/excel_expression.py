"""A rule's expression as an Excel expression over the defined names of a built workbook.

Only for showing values while the clerk types; checker itself computes exactly, from the tree. An
input that is missing makes the Excel expression an error value, which the sheet shows as nothing.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from checker_templates.building.hidden_names import share_name, stage_name

from checker.forms.names import field_name
from checker.model.template import (
    PREVIOUS_SUFFIX,
    SHARED,
    WHOLE,
    Blank,
    Field,
    FieldType,
    Template,
)
from checker.rules.profiles import Profile
from checker.rules.syntax import (
    Binary,
    Call,
    Comparison,
    Logic,
    Membership,
    Name,
    Node,
    Number,
    Text,
    Truth,
    Unary,
)

TRUE, FALSE = "TRUE", "FALSE"
_SIGNS = {"==": "=", "!=": "<>"}
_NUMBERS = {
    "abs": "ABS({})",
    "ceil": "-INT(-({}))",
    "floor": "INT({})",
    "min": "MIN({})",
    "max": "MAX({})",
    "sum": "SUM({})",
    "left": "LEFT({})",
    "length": "LEN({})",
    "year": "YEAR({})",
    "number": "({})",
    "if_": "IF({})",
}


class NotInExcelError(Exception):
    """The expression says something that the sheet 指标 does not show (rows of tables, values of
    another workbook, a field that the template does not have)."""


class ExcelTranslator:
    """Translates expressions for one unit: a stage, or the whole school (``stage`` None)."""

    def __init__(self, template: Template, profile: Profile, stage: str | None) -> None:
        self._template = template
        self._profile = profile
        self._stage = stage
        self._fields = template.fields()

    def translate(self, node: Node) -> str:
        """An Excel expression without "=". Raises NotInExcelError."""
        if isinstance(node, Number):
            return number_text(node.value)
        if isinstance(node, Text):
            return text_literal(node.value)
        if isinstance(node, Truth):
            return TRUE if node.value else FALSE
        if isinstance(node, Name):
            return self.value(node.id, self._stage)
        if isinstance(node, Unary):
            inner = self.translate(node.operand)
            return f"-{grouped(inner)}" if node.operator == "-" else _not(inner)
        if isinstance(node, Binary):
            left, right = self.translate(node.left), self.translate(node.right)
            if node.operator in "*/":
                return f"{grouped(left)}{node.operator}{grouped(right)}"
            return f"({left}{node.operator}{grouped(right)})"
        if isinstance(node, Comparison):
            operands = [self.translate(operand) for operand in node.operands]
            tests = [
                f"{left}{_SIGNS.get(sign, sign)}{right}"
                for left, sign, right in zip(operands, node.operators, operands[1:], strict=False)
            ]
            return tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"
        if isinstance(node, Membership):
            operand = self.translate(node.operand)
            found = ",".join(f"{operand}={self.translate(item)}" for item in node.items)
            return f"NOT(OR({found}))" if node.negated else f"OR({found})"
        if isinstance(node, Logic):
            return self._logic(node)
        return self._call(node)

    def value(self, field_id: str, stage: str | None, suffix: str = "") -> str:
        """A field's value in a stage, or for the whole school: as the rules read it, with the
        stage's share of 共用. ``suffix`` ".previous" reads last year's columns."""
        field = self._field(field_id)
        whole, shared = WHOLE + suffix, SHARED + suffix
        if stage is not None:
            own = stage + suffix
            if own in field.columns:
                if shared in field.columns:
                    return self._with_share(field, stage, suffix)
                return self._cell(field, own)
            if whole in field.columns:
                return self._cell(field, whole)
            raise NotInExcelError(f"{field_id} is not asked of {stage}")
        if whole in field.columns:
            return self._cell(field, whole)
        parts = [
            self._if_present(item.id, self._cell(field, item.id + suffix))
            for item in self._template.stages
            if item.id + suffix in field.columns
        ]
        if shared in field.columns:
            parts.append(field_name(field.id, shared))
        if not parts or field.type in (FieldType.TEXT, FieldType.CODE, FieldType.DATE):
            raise NotInExcelError(f"{field_id} has no value for the whole school")
        return f"({'+'.join(parts)})"

    def _field(self, field_id: str) -> Field:
        if field_id not in self._fields:
            raise NotInExcelError(f"{field_id} is not a field of {self._template.id}")
        return self._fields[field_id]

    def _cell(self, field: Field, column: str) -> str:
        name = field_name(field.id, column)
        if field.type is FieldType.FLAG:
            return f'({name}="是")'
        if field.type is FieldType.CODE:
            return f'LEFT({name}&"",FIND(" ",{name}&" ")-1)'  # "211 小学" -> "211"
        if field.type is FieldType.TEXT:
            return f'({name}&"")'
        if field.blank is Blank.ZERO:
            return name  # an empty cell counts as 0
        return f'IF({name}="",NA(),{name})'

    def _if_present(self, stage: str, value: str) -> str:
        if self._template.split.field is None:
            return value
        return f"IF({stage_name(stage)}=TRUE,{value},0)"

    def _with_share(self, field: Field, stage: str, suffix: str) -> str:
        """Own column plus the stage's share of 共用; one of the two may be left empty."""
        if suffix:
            raise NotInExcelError(f"last year's share of {field.id}")
        own, shared = (field_name(field.id, name) for name in (stage, SHARED))
        given = own
        if field.blank is not Blank.ZERO:
            given = f'IF(AND({own}="",{shared}=""),NA(),{own})'
        return f'({given}+IF({shared}="",0,{shared}*{share_name(stage)}))'

    def _logic(self, node: Logic) -> str:
        """and / or as nested IFs, since Excel's AND and OR look at every part, also at one that is
        an error; what is decided already by what the template has is not written at all."""
        decisive, neutral = (TRUE, FALSE) if node.operator == "or" else (FALSE, TRUE)
        parts: list[str] = []
        for part in node.parts:
            text = self.translate(part)
            if text != neutral:
                parts.append(text)
            if text == decisive:
                break
        if not parts:
            return neutral
        result = parts.pop()
        for text in reversed(parts):
            then, otherwise = (TRUE, result) if decisive == TRUE else (result, FALSE)
            result = f"IF({text},{then},{otherwise})"
        return result

    def _call(self, node: Call) -> str:
        name, arguments = node.function, node.arguments
        first = arguments[0]
        if name in _NUMBERS:
            return _NUMBERS[name].format(",".join(self.translate(item) for item in arguments))
        if name == "yuan":
            return f"{grouped(self.translate(first))}*10000"
        if name == "round":
            digits = self.translate(arguments[1]) if len(arguments) > 1 else "0"
            return f"ROUND({self.translate(first)},{digits})"
        if isinstance(first, Name) and name in ("previous", "whole", "stage", "given"):
            return self._of_field(name, first.id, arguments[1] if len(arguments) > 1 else None)
        if isinstance(first, Text) and name in ("threshold", "definition", "has_stage"):
            return self._of_text(name, first.value, arguments[1] if len(arguments) > 1 else None)
        raise NotInExcelError(f"{name}() is not shown in the workbook")

    def _of_field(self, function: str, field_id: str, second: Node | None) -> str:
        if function == "previous":
            return self.value(field_id, self._stage, PREVIOUS_SUFFIX)
        if function == "whole":
            return self.value(field_id, None)
        if function == "stage":
            return self.value(field_id, second.value if isinstance(second, Text) else "")
        if field_id not in self._fields:
            return FALSE  # a rule for several templates asks first whether there is such a field
        field = self._fields[field_id]
        own = [name for name in (self._stage, WHOLE) if name in field.columns][:1]
        names = ",".join(field_name(field_id, name) for name in own or field.columns)
        return f"COUNTA({names})>0"

    def _of_text(self, function: str, text: str, second: Node | None) -> str:
        if function == "definition":
            return text_literal(self._profile.definitions.get(text, ""))
        if function == "has_stage":
            return f"({stage_name(text)}=TRUE)"
        stage = second.value if isinstance(second, Text) else self._stage
        limit = self._profile.value(text, stage, self._template.edition)
        if limit is None:
            raise NotInExcelError(f"no limit {text}")
        return number_text(limit)


def number_text(value: Fraction) -> str:
    """A number as Excel reads it; a quotient where decimals would not end."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"({value.numerator}/{value.denominator})"
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f")


def grouped(text: str) -> str:
    """The expression, in parentheses unless it is one name, number, call or group already."""
    match = re.fullmatch(r"[A-Za-z_0-9.]*\(.*\)|[A-Za-z_0-9.]+", text)
    return text if match and _closes_last(text) else f"({text})"


def _closes_last(text: str) -> bool:
    """Whether the first parenthesis of a text is closed by its last character (if it has any)."""
    depth, quoted = 0, False
    for place, char in enumerate(text):
        quoted ^= char == '"'
        if not quoted:
            depth += (char == "(") - (char == ")")
        if depth == 0 and char == ")" and not quoted:
            return place == len(text) - 1
    return True


def text_literal(text: str) -> str:
    """A quoted text, quotes doubled."""
    return '"' + text.replace('"', '""') + '"'


def _not(text: str) -> str:
    return {TRUE: FALSE, FALSE: TRUE}.get(text, f"NOT({text})")
