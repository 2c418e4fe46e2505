"""Rules in the official notation 表号.行号,列号, as the statistics software writes its checks.

``teachers.full_time <= staff.total`` reads ``校表2.02,1 <= 校表2.01,1`` in the first stage column;
last year's workbook is ``last 校表2.02,1``; operators are ``+ - * / = > >= < <= != && ||``.
"""

from __future__ import annotations

from collections.abc import Callable

from checker.model.rules import Rule
from checker.model.template import PREVIOUS_SUFFIX, SHARED, WHOLE, Field, Sheet, Template
from checker.model.verdicts import Scope, format_number
from checker.rules.expression import parse
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
from checker.toml_files import texts

_COMPARE = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_TIGHTNESS = {"+": 1, "-": 1, "*": 2, "/": 2}


LimitText = Callable[[str, str | None], str]
"""What is written for a threshold: its id and the stage (None: the whole) -> text."""


def named_limit(threshold_id: str, stage: str | None) -> str:
    """A threshold by its name."""
    return f"限值[{threshold_id}]"


def relations_by_stage(
    rule: Rule, template: Template, limit_text: LimitText = named_limit
) -> list[tuple[str, str]]:
    """The relations of a rule, each with the title of the stage that it is judged in ("" for the
    whole); none for kinds that are no relation between fields (codes, patterns, functions)."""
    stages: list[tuple[str | None, str]] = [(None, "")]
    if rule.scope is Scope.STAGE:
        stages = [
            (stage.id, stage.title)
            for stage in template.stages
            if not rule.stages or stage.id in rule.stages
        ]
    written = [(title, Notation(template, stage, limit_text)) for stage, title in stages]
    texts_of = formulas(rule)
    return [(title, each.write(parse(text))) for title, each in written for text in texts_of]


def relation_in_notation(rule: Rule, template: Template) -> list[str]:
    """The relations of a rule, each line once."""
    return list(dict.fromkeys(line for _, line in relations_by_stage(rule, template)))


def formulas(rule: Rule) -> list[str]:
    """The relations of a rule between fields, as expressions; none for kinds that are no relation
    (codes, patterns, functions)."""
    spec = rule.spec

    def limit(key: str) -> str:
        text = str(spec[key])
        return f"threshold('{text}')" if text[:1].isupper() else text

    match rule.kind:
        case "relation":
            return [str(spec["check"])]
        case "table_sum" if spec.get("columns") == []:
            return []
        case "sum" | "table_sum":
            return [f"{spec['total']} == {' + '.join(texts(spec['parts']))}"]
        case "subset":
            return [f"{part} <= {spec['whole']}" for part in texts(spec["parts"])]
        case "indicator":
            text = str(spec["numerator"])
            scale = str(spec.get("scale", 1))
            if "denominator" in spec:
                text = f"{_wrapped(text)} / {_wrapped(str(spec['denominator']))}"
            elif scale != "1":
                text = _wrapped(text)
            text += f" * {scale}" if scale != "1" else ""
            return [f"{text} {spec['compare']} {limit('threshold')}"]
        case "growth":
            before = _wrapped(str(spec["previous"]))
            rate = f"({spec['current']} - {before}) / {before} * 100"
            found = [f"{spec['claimed']} == {rate}"] if "claimed" in spec else []
            if "threshold" in spec:
                found.append(f"{rate} {spec['compare']} {limit('threshold')}")
            return found
        case "claim":
            return [f"{spec['claimed']} == {spec['value']}"]
        case "year_on_year":
            now, before = str(spec["field"]), f"previous({spec['field']})"
            if "within" in spec:
                return [f"abs({now} - {before}) / {before} * 100 <= {limit('within')}"]
            return [f"{now} {spec['compare']} {before}"]
        case "range":
            sides = (("minimum", ">="), ("maximum", "<="))
            return [f"{spec['value']} {sign} {limit(key)}" for key, sign in sides if key in spec]
    return []


def _wrapped(text: str) -> str:
    """An expression as an operand of another."""
    return text if isinstance(parse(text), Name | Number | Call) else f"({text})"


class Notation:
    """Writes expressions for one stage (None: the whole) of a template."""

    def __init__(
        self, template: Template, stage: str | None, limit_text: LimitText = named_limit
    ) -> None:
        self.template = template
        self.stage = stage
        self.limit_text = limit_text
        self.fields: dict[str, tuple[Sheet, Field]] = {
            field.id: (sheet, field) for sheet in template.sheets for field in sheet.fields
        }
        self.tables = template.tables()

    def write(self, node: Node, inside: int = 0) -> str:
        """An expression in the notation; ``inside`` is how tightly its surroundings bind."""
        if isinstance(node, Name):
            return self.place(node.id)
        if isinstance(node, Number):
            return format_number(node.value, 8)
        if isinstance(node, Text):
            return f"“{node.value}”"
        if isinstance(node, Truth):
            return "是" if node.value else "否"
        if isinstance(node, Unary):
            return f"{'!' if node.operator == 'not' else '-'}{self.write(node.operand, 3)}"
        if isinstance(node, Binary):
            tight = _TIGHTNESS[node.operator]
            right = tight + (node.operator in "-/")
            text = f"{self.write(node.left, tight)} {node.operator} {self.write(node.right, right)}"
            return f"({text})" if tight < inside else text
        if isinstance(node, Comparison):
            text = self.write(node.operands[0], 1)
            for sign, operand in zip(node.operators, node.operands[1:], strict=True):
                text += f" {_COMPARE[sign]} {self.write(operand, 1)}"
            return f"({text})" if inside else text
        if isinstance(node, Membership):
            items = ",".join(self.write(item) for item in node.items)
            word = "不属于" if node.negated else "属于"
            return f"{self.write(node.operand, 1)} {word} {{{items}}}"
        if isinstance(node, Logic):
            joint = " && " if node.operator == "and" else " || "
            text = joint.join(self.write(part, isinstance(part, Logic)) for part in node.parts)
            return f"({text})" if inside else text
        return self.call(node)

    def call(self, node: Call) -> str:
        """A function; those that only choose a column are written as that column."""
        first = node.arguments[0]
        if isinstance(first, Name) and node.function == "previous":
            return self.last_year(first.id)
        if isinstance(first, Name) and node.function == "whole":
            return self.place(first.id, whole=True)
        if isinstance(first, Name) and node.function == "stage":
            second = node.arguments[1]
            stage = second.value if isinstance(second, Text) else None
            return Notation(self.template, stage).place(first.id)
        if node.function == "threshold" and isinstance(first, Text):
            chosen = node.arguments[1] if len(node.arguments) > 1 else None
            return self.limit_text(
                first.value, chosen.value if isinstance(chosen, Text) else self.stage
            )
        if node.function == "yuan":
            return f"{self.write(first, 2)} * 10000"
        if node.function == "number":
            return self.write(first, 3)
        inner = ",".join(self.write(argument) for argument in node.arguments)
        return f"{node.function.rstrip('_')}({inner})"

    def place(self, name: str, whole: bool = False, suffix: str = "") -> str:
        """表号.行号,列号 of a field, or the title and column number of a table's column."""
        if name in self.fields:
            sheet, field = self.fields[name]
            form = sheet.form_number or sheet.title
            numbers = [item.id for item in sheet.columns]
            columns = self.columns(field, None if whole else self.stage, suffix)
            parts = [
                f"{form}.{field.row_code},{numbers.index(column) + 1}"
                for column in columns
                if column in numbers
            ]
            text = " + ".join(parts)
            return f"({text})" if len(parts) > 1 else text
        table_id, _, column_id = name.rpartition(".")
        table = self.tables.get(table_id) or self.tables.get(name)
        if table is None:
            return name
        columns = [item.id for item in table.columns]
        if column_id not in columns:
            return table.title
        return f"{table.title}.*,{columns.index(column_id) + 1}"

    def last_year(self, name: str) -> str:
        """上年数 of this form if the form has it, else ``last`` and the place."""
        if name in self.fields:
            _, field = self.fields[name]
            if self.columns(field, self.stage, PREVIOUS_SUFFIX):
                return self.place(name, suffix=PREVIOUS_SUFFIX)
        return f"last {self.place(name)}"

    def columns(self, field: Field, stage: str | None, suffix: str) -> list[str]:
        """The columns that make up a field in a stage (None: the whole)."""
        if stage and stage + suffix in field.columns:
            return [stage + suffix]
        if WHOLE + suffix in field.columns:
            return [WHOLE + suffix]
        known = [item.id for item in self.template.stages if item.id + suffix in field.columns]
        shared = [SHARED + suffix] if SHARED + suffix in field.columns else []
        return [name + suffix for name in known] + shared
