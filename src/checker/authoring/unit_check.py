"""Units of what a rule compares: its figure, the unit it says it is in, and its limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.model.rules import Rule, Threshold
from checker.model.template import Template
from checker.rules import units
from checker.rules.expression import parse
from checker.rules.rule_check import DeclaredUnits
from checker.rules.syntax import Binary, ExpressionError

SCALES = {"%": 100, "‰": 1000}
"""What a plain quotient is multiplied with to be in this unit."""


def figure_problems(
    rule: Rule, template: Template, limits: Mapping[str, Threshold]
) -> Iterator[str]:
    """What a rule's fields come to, against the unit of the rule and of its limits; "key：…"."""
    declared = DeclaredUnits(template, limits)
    try:
        if rule.kind == "indicator":
            yield from _indicator_problems(rule, declared)
        elif rule.kind == "range":
            yield from _range_problems(rule, declared, limits)
    except (ExpressionError, KeyError):
        return  # an unknown field or wrong expression is told by itself


def _indicator_problems(rule: Rule, declared: DeclaredUnits) -> Iterator[str]:
    text = str(rule.spec["numerator"])
    node = parse(text)
    if "denominator" in rule.spec:
        node = Binary("/", node, parse(str(rule.spec["denominator"])), 0)
    figure = units.measure(node, declared, text)
    unit, scale = str(rule.spec["unit"]), rule.spec.get("scale", 1)
    if figure.units == () and unit in SCALES:
        if scale != SCALES[unit]:
            yield (
                f"unit：单位是 {unit} 时，两个数相除后要乘 {SCALES[unit]}，这里的 scale 是 {scale}"
            )
    elif scale == 1 and figure.unit in units.MEASURES and figure.unit != _plain(unit):
        yield f"unit：算出来的数单位是{figure.unit}，这里写的是{unit or '没有单位'}，不能相比"


def _range_problems(
    rule: Rule, declared: DeclaredUnits, limits: Mapping[str, Threshold]
) -> Iterator[str]:
    text = str(rule.spec["value"])
    figure = units.measure(parse(text), declared, text)
    for key in ("minimum", "maximum"):
        limit = limits.get(str(rule.spec.get(key, "")))
        if limit is not None and units.same(figure, units.of_unit(limit.unit)) is None:
            yield f"{key}：{text} 的单位是{figure}，限值 {limit.id} 的单位是{limit.unit}，不能相比"


def _plain(unit: str) -> str:
    """元/人 is 元 for each of something that is counted."""
    unit = units.SYNONYMS.get(unit, unit)
    return unit if unit in units.MEASURES and "/" not in unit else unit.partition("/")[0]
