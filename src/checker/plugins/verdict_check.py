"""What a plugin's function gives, checked field by field: told in the words of its author.

Everything that is done with a verdict afterwards (comparing, rounding, putting it into words) can
then not go wrong because of what a plugin put into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from checker.model.cells import CellRef
from checker.model.submission import FactRef
from checker.model.verdicts import Gap, Outcome, Passed, Quantity, Requirement, UnitRef, Verdict

LONGEST_MESSAGE = 4000
"""Characters of one message; a clerk reads one sentence."""

LONGEST_TEXT = 1000
MOST_DIGITS = 12
MOST_PLACES = 5000
MOST_BITS = 4000
"""Of a numerator or denominator: about 1,200 digits."""

GIVEN_OUTCOMES = (Outcome.PASS, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.INCOMPLETE)
"""What a function may say; how bad a failure is, the rule's severity decides."""

_COMPARES = ("", ">=", "<=", "==", ">", "<")
_FIELDS = Verdict.__match_args__


def checked(given: object, rule: str, unit: object) -> Verdict | Passed:
    """A verdict of the rule on the unit it was asked about, of our own classes all through.

    Raises ValueError with what was given and what is expected.
    """
    if not isinstance(given, Verdict | Passed):
        raise ValueError(
            f"给出的应是 Verdict（用 context.passed、context.failed 等得到），却是 {shown(given)}"
        )
    # by attribute, so that words that are made when asked for are made here
    parts: dict[str, Any] = {name: getattr(given, name) for name in _FIELDS}
    for problem in _problems(parts, rule, unit):
        raise ValueError(problem)
    return Verdict(**parts)


def shown(value: object) -> str:
    """What was given, in a few words."""
    kind = type(value).__name__
    if value is None:
        return "None"
    if isinstance(value, int | float | Decimal | Fraction | str | bytes):
        text = repr(value) if isinstance(value, str | bytes) else str(value)
        return f"{kind} {text[:40]}{'…' if len(text) > 40 else ''}"
    return kind


def _problems(parts: dict[str, object], rule: str, unit: object) -> Iterator[str]:
    """The first problem is the one that is told."""
    if parts["rule"] != rule or type(parts["rule"]) is not str:
        yield f"结论的规则编号（rule）应是 {rule}，却是 {shown(parts['rule'])}"
    outcome = parts["outcome"]
    if not isinstance(outcome, Outcome) or outcome not in GIVEN_OUTCOMES:
        listed = "、".join(f"Outcome.{each.name}" for each in GIVEN_OUTCOMES)
        yield f"结论的 outcome 应是 {listed} 之一，却是 {shown(outcome)}"
    yield from _unit_problems(parts["unit"], unit)
    yield from _place_problems(parts["at"])
    yield from text_problems("message", parts["message"], LONGEST_MESSAGE)
    actual, required, gap = parts["actual"], parts["required"], parts["gap"]
    if type(actual) is Quantity:
        yield from _quantity_problems(actual)
    elif isinstance(actual, int | float | Decimal | Fraction):
        yield f"结论的 actual 应写成 Quantity(数, '单位')，却是 {shown(actual)}"
    elif actual is not None:
        yield from text_problems("actual", actual, expected=" Quantity 或文字")
    if type(required) is Requirement:
        yield from _requirement_problems(required)
    elif required is not None:
        yield f"结论的 required 应是 Requirement 或文字，却是 {shown(required)}"
    if type(gap) is Gap:
        yield from _gap_problems(gap)
    elif gap is not None:
        yield f"结论的 gap 应是 Gap，却是 {shown(gap)}"
    if type(parts["borderline"]) is not bool:
        yield f"结论的 borderline 应是 True 或 False，却是 {shown(parts['borderline'])}"
    if parts["cell"] is not None and type(parts["cell"]) is not CellRef:
        yield f"结论的 cell 应是 CellRef，却是 {shown(parts['cell'])}"
    if parts["sheet"] is not None:
        yield from text_problems("sheet", parts["sheet"])


def _unit_problems(unit: object, asked: object) -> Iterator[str]:
    if type(unit) is not UnitRef:
        yield f"结论的 unit 应是 unit.ref，却是 {shown(unit)}"
    elif asked is not None and unit != asked:
        yield f"结论说的是{unit.label}，应是问到的{getattr(asked, 'label', '')}（unit.ref）"


def _place_problems(places: object) -> Iterator[str]:
    if type(places) is not tuple:
        yield f"结论的 at 应是字段编号的列表，却是 {shown(places)}"
        return
    if len(places) > MOST_PLACES:
        yield f"结论的 at 有 {len(places)} 处，最多 {MOST_PLACES} 处"
    for place in places:
        if type(place) is not FactRef:
            yield f"结论的 at 里应是字段编号或 FactRef，却有 {shown(place)}"
        elif (type(place.field), type(place.column), type(place.row)) != (str, str, int):
            told = "、".join(map(shown, (place.field, place.column, place.row)))
            yield f"FactRef 应是（字段编号，栏，行号），却是（{told}）"


def text_problems(
    name: str, text: object, longest: int = LONGEST_TEXT, expected: str = "文字"
) -> Iterator[str]:
    """What is wrong with one text of a verdict."""
    if type(text) is not str:
        yield f"结论的 {name} 应是{expected}，却是 {shown(text)}"
    elif len(text) > longest:
        yield f"结论的 {name} 有 {len(text)} 个字符，太长了，最多 {longest} 个"
    elif not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            yield f"结论的 {name} 里有不成字的字符"


def number_problems(name: str, number: object) -> Iterator[str]:
    """Exact numbers only: an int or a Fraction."""
    if type(number) is float:
        yield (
            f"{name} 是浮点数 {shown(number)}，不精确；请写成准确的数，"
            f'例如 Fraction("{number!r}") 或 Fraction(Decimal("{number!r}"))'
        )
    elif type(number) is Decimal:
        yield f'{name} 是 {shown(number)}，请写成 Fraction(Decimal("{number}"))'
    elif type(number) not in (int, Fraction):
        yield f"{name} 应是准确的数（整数或 Fraction），却是 {shown(number)}"
    elif isinstance(number, int | Fraction) and (
        max(number.numerator.bit_length(), number.denominator.bit_length()) > MOST_BITS
    ):
        yield f"{name} 的位数太多了"


def _quantity_problems(quantity: Quantity) -> Iterator[str]:
    yield from number_problems("actual 的 Quantity", quantity.value)
    yield from text_problems("actual 的单位", quantity.unit)
    digits: object = quantity.digits
    if type(digits) is not int or not 0 <= digits <= MOST_DIGITS:
        yield f"Quantity 的 digits 应是 0 到 {MOST_DIGITS} 的整数，却是 {shown(digits)}"


def _requirement_problems(required: Requirement) -> Iterator[str]:
    yield from text_problems("required 的文字", required.text)
    yield from text_problems("required 的单位", required.unit)
    if type(required.compare) is not str or required.compare not in _COMPARES:
        listed = "、".join(_COMPARES[1:])
        yield f"Requirement 的 compare 应是 {listed} 之一，却是 {shown(required.compare)}"
    if required.value is not None:
        yield from number_problems("required 的 value", required.value)


def _gap_problems(gap: Gap) -> Iterator[str]:
    yield from number_problems("gap 的 value", gap.value)
    yield from number_problems("gap 的 exact", gap.exact)
    yield from text_problems("gap 的单位", gap.unit)
    yield from text_problems("gap 的 noun", gap.noun)
    if type(gap.excess) is not bool:
        yield f"Gap 的 excess 应是 True 或 False，却是 {shown(gap.excess)}"
