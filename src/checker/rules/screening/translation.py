"""Translation of a rule's expressions into Python, where what they mean is certain beforehand.

Every name, literal and function has one declared kind (number, text, flag, date); an expression in
which kinds do not fit is not translated, and the rule's own kind reports it. Numbers are exact:
``int`` and ``Fraction`` only. A name becomes ``k['field.id']`` (``Figures``), read where and only
where the expression reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import cast

from checker.rules.evaluation import rounded
from checker.rules.exact_sums import exact_sum
from checker.rules.expression import parse
from checker.rules.screening.figures import Figure, Figures, Unsure, figure, quotient
from checker.rules.syntax import (
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


class NotTranslated(Exception):
    """The expression is left to the rule's own kind."""


NUMBER, TEXT, FLAG, DATE = "number", "text", "flag", "date"

_PLAIN = re.compile(r"k\['([^']+)'\]")

_MOST_DIGITS = 12
"""As in ``round()`` of expressions."""


class Translator:
    """Turns the expressions of one template's rules into Python source.

    ``globals`` is what that source needs; ``shared`` holds what several rules work out alike, by
    the name under which ``Figures`` remember it, as source.
    """

    def __init__(
        self,
        fields: Mapping[str, str],
        columns: Mapping[str, str],
        threshold: Callable[[str, str], Fraction | None],
        definitions: Mapping[str, str],
    ) -> None:
        """``fields`` and ``columns`` (of tables) say what kind each is; ``threshold`` gives the
        value of a limit for a stage."""
        self._fields, self._columns = fields, columns
        self._threshold, self._definitions = threshold, definitions
        self.globals: dict[str, object] = {
            "ceil": ceil,
            "different": _different,
            "figure": figure,
            "floor": floor,
            "quotient": quotient,
            "rounded": rounded,
            "some": _some,
            "together": together,
        }
        self.shared: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._row = ""

    # -- what kinds of rule ask for ----------------------------------------------------------

    def number(self, text: str) -> str:
        """Source of an expression that is a number."""
        return self._of_kind(_tree(text), NUMBER)

    def flag(self, text: str) -> str:
        """Source of an expression that is true or false."""
        return self._of_kind(_tree(text), FLAG)

    def text(self, text: str) -> str:
        """Source of an expression that is a text."""
        return self._of_kind(_tree(text), TEXT)

    def value(self, text: str) -> str:
        """Source of an expression of whatever kind."""
        return self._of(_tree(text))[0]

    def limit(self, text: str) -> str:
        """Source of a key that takes a threshold id (capital letter first) or an expression."""
        return self.threshold(text) if text[:1].isupper() else self.number(text)

    def threshold(self, threshold_id: str) -> str:
        """Source of the limit for the unit's stage."""
        return f"k.limits[{threshold_id!r}]"

    def previous(self, field: str) -> str:
        """Source of last year's number."""
        return self._of_kind(Call("previous", (Name(field, 0),), 0), NUMBER)

    def once(self, source: str) -> str:
        """The same, worked out once for each unit however many rules ask."""
        return f"k[{self._named(source)!r}]"

    def condition(self, text: str) -> str:
        """Under which name the figures remember an expression that is true or false."""
        return self._named(self.flag(text))

    def of_each_row(self, table: str, columns: Sequence[str]) -> str:
        """Source of a list with, for each row of a table, the values in some columns."""
        self._row = table
        try:
            cells = "".join(f"{self._of(Name(column, 0))[0]}, " for column in columns)
        finally:
            self._row = ""
        return f"[({cells}) for k in k.rows({table!r})]"

    def constant(self, value: object) -> str:
        """A name for a value that the source uses."""
        name = f"c{len(self.globals)}"
        self.globals[name] = value
        return name

    def of_rows(self, table: str) -> None:
        """From now on units are rows of this table ("": they are not)."""
        self._row = table

    def _named(self, source: str) -> str:
        plain = _PLAIN.fullmatch(source)
        if plain is not None:  # it has a name already
            return plain[1]
        name = self._known.get(source)
        if name is None:
            name = self._known[source] = f"#{len(self._known)}"
            self.shared[name] = source
        return name

    # -- one node ----------------------------------------------------------------------------

    def _of_kind(self, node: Node, wanted: str) -> str:
        source, kind = self._of(node)
        if kind != wanted:
            raise NotTranslated
        return source

    def _of(self, node: Node) -> tuple[str, str]:
        if isinstance(node, Name):
            return f"k[{node.id!r}]", self._kind(node.id)
        if isinstance(node, Number):
            return self._literal(node.value), NUMBER
        if isinstance(node, Text):
            return repr(node.value), TEXT
        if isinstance(node, Truth):
            return repr(node.value), FLAG
        if isinstance(node, Binary):
            return self._arithmetic(node), NUMBER
        if isinstance(node, Comparison):
            return self._comparison(node), FLAG
        if isinstance(node, Logic):
            parts = [self._of_kind(part, FLAG) for part in node.parts]
            return f"({f' {node.operator} '.join(parts)})", FLAG
        if isinstance(node, Membership):
            return self._membership(node), FLAG
        if isinstance(node, Unary):
            if node.operator == "not":
                return f"(not {self._of_kind(node.operand, FLAG)})", FLAG
            return f"(-{self._of_kind(node.operand, NUMBER)})", NUMBER
        return self._call(node)

    def _kind(self, name: str) -> str:
        if self._row and name.rpartition(".")[0] == self._row:
            kind = self._columns.get(name)
        else:
            kind = self._fields.get(name)
        if kind is None:
            raise NotTranslated
        return kind

    def _literal(self, value: Fraction) -> str:
        return str(value.numerator) if value.denominator == 1 else self.constant(value)

    def _arithmetic(self, node: Binary) -> str:
        left, right = self._of_kind(node.left, NUMBER), self._of_kind(node.right, NUMBER)
        if node.operator == "/":
            return f"quotient({left}, {right})"
        return f"({left} {node.operator} {right})"

    def _comparison(self, node: Comparison) -> str:
        found = [self._of(operand) for operand in node.operands]
        kind = found[0][1]
        ordered = any(operator not in ("==", "!=") for operator in node.operators)
        if any(other != kind for _, other in found) or (ordered and kind not in (NUMBER, DATE)):
            raise NotTranslated
        parts = [found[0][0]]
        for operator, (source, _) in zip(node.operators, found[1:], strict=True):
            parts += [operator, source]
        return f"({' '.join(parts)})"

    def _membership(self, node: Membership) -> str:
        source, kind = self._of(node.operand)
        items = [self._of_kind(item, kind) for item in node.items]
        word = "not in" if node.negated else "in"
        return f"({source} {word} ({''.join(f'{item}, ' for item in items)}))"

    # -- calls -------------------------------------------------------------------------------

    def _call(self, node: Call) -> tuple[str, str]:
        name, arguments = node.function, node.arguments
        if name in _OF_UNITS:
            return self._of_unit(node)
        if name in ("count", "total", "highest", "lowest"):
            return self.once(self._of_table(node)), NUMBER
        if name == "if_":
            condition = self._of_kind(arguments[0], FLAG)
            (then, kind), otherwise = self._of(arguments[1]), arguments[2]
            return f"({then} if {condition} else {self._of_kind(otherwise, kind)})", kind
        if name == "left":
            text, length = self._of_kind(arguments[0], TEXT), self._of_kind(arguments[1], NUMBER)
            return f"{text}[:int({length})]", TEXT
        if name == "length":
            return f"len({self._of_kind(arguments[0], TEXT)})", NUMBER
        if name == "year":
            return f"{self._of_kind(arguments[0], DATE)}.year", NUMBER
        return self._of_numbers(name, arguments), NUMBER

    def _of_numbers(self, name: str, arguments: tuple[Node, ...]) -> str:
        given = [self._of_kind(argument, NUMBER) for argument in arguments]
        if name in ("abs", "ceil", "floor"):
            return f"{name}({given[0]})"
        if name in ("min", "max"):
            return f"{name}(({', '.join(given)},))"
        if name == "sum":
            return f"together(({', '.join(given)},))"
        if name == "yuan":
            return f"({given[0]} * 10000)"
        if name == "number":
            return given[0]
        if name == "round" and (len(arguments) == 1 or _digits(arguments[1])):
            return f"rounded({', '.join([*given, '0'][:2])})"
        raise NotTranslated

    def _of_unit(self, node: Call) -> tuple[str, str]:
        """What is asked of the unit itself, or of the profile in force."""
        name, first = node.function, node.arguments[0]
        stage = node.arguments[1] if len(node.arguments) > 1 else None
        if isinstance(first, Text):
            if name == "definition":
                return repr(self._definitions.get(first.value, "")), TEXT
            if name == "has_stage":
                return f"({first.value!r} in k.unit.stages)", FLAG
            if name == "threshold" and stage is None:
                return self.threshold(first.value), NUMBER
            if name == "threshold" and isinstance(stage, Text):
                value = self._threshold(first.value, stage.value)
                if value is not None:
                    return self._literal(value), NUMBER
            raise NotTranslated
        if not isinstance(first, Name):
            raise NotTranslated
        field, kind = repr(first.id), self._kind(first.id)
        if name == "given":
            return self.once(f"k.given({field})"), FLAG
        if name in ("previous", "whole"):
            return self.once(f"figure(k.unit.{name}({field}), {kind!r})"), kind
        if name == "stage" and isinstance(stage, Text):
            return self.once(f"figure(k.unit.in_stage({field}, {stage.value!r}), {kind!r})"), kind
        raise NotTranslated

    def _of_table(self, node: Call) -> str:
        named = node.arguments[0]
        if not isinstance(named, Name) or self._row:
            raise NotTranslated
        table = named.id if node.function == "count" else named.id.rpartition(".")[0]
        self._row = table
        try:
            chosen = f"for k in k.rows({table!r})"
            if len(node.arguments) > 1:
                chosen += f" if {self._of_kind(node.arguments[1], FLAG)}"
            if node.function == "count":
                return f"len([1 {chosen}])"
            cells = f"[{self._of_kind(named, NUMBER)} {chosen}]"
        finally:
            self._row = ""
        if node.function == "total":
            return f"together({cells})"
        return f"{'max' if node.function == 'highest' else 'min'}(some({cells}))"


_OF_UNITS = frozenset(
    {"previous", "whole", "stage", "given", "has_stage", "threshold", "definition"}
)


def together(values: list[int | Fraction] | tuple[int | Fraction, ...]) -> int | Fraction:
    """Σ, exact."""
    for value in values:
        if type(value) is not int:
            return exact_sum(map(Fraction, values))
    return sum(values)


def _different(keys: Sequence[tuple[Figure, ...]]) -> bool:
    """Whether no two are alike. Unsure where one is all empty: such a row has no key."""
    for key in keys:
        if not any(value != "" for value in key):
            raise Unsure
    return len(set(keys)) == len(keys)


def _some(values: list[Figure]) -> list[Figure]:
    if not values:
        raise Unsure
    return values


def _digits(node: Node) -> bool:
    return isinstance(node, Number) and node.value in range(_MOST_DIGITS + 1)


def _tree(text: str) -> Node:
    try:
        return parse(text)
    except ExpressionError:
        raise NotTranslated from None


def compiled(
    translator: Translator, sources: Mapping[str, str]
) -> dict[str, Callable[[Figures], Figure]]:
    """A function of the figures for every source, by its name; all compiled in one go."""
    made = {name: f"f{number}" for number, name in enumerate(sources)}
    lines = [f"def {made[name]}(k): return {source}" for name, source in sources.items()]
    space = dict(translator.globals)
    exec(compile("\n".join(lines), "<screens>", "exec"), space)
    return {name: cast("Callable[[Figures], Figure]", space[made[name]]) for name in sources}
