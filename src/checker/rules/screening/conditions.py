"""Under which condition a rule of each kind holds: the kinds' own comparisons, as source.

What is said here must be what ``checker.rules.kinds`` does; ``tests/rules/test_screens.py`` judges
everything both ways. Kinds that are not listed have no screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from checker.model.rules import Rule
from checker.model.verdicts import Scope
from checker.rules.kinds.indicator import compare_of, ratio_of
from checker.rules.kinds.limits import texts
from checker.rules.screening.translation import NotTranslated, Translator

CodeLists: TypeAlias = Callable[[str, str], Mapping[str, str] | None]
"""A code list by plugin and id, as the rule would find it."""


class Condition(NamedTuple):
    """A rule's screen as source: true where the rule holds. For each verdict that it then gives,
    ``marked`` has the expressions whose fields are marked."""

    holds: str
    marked: tuple[tuple[str, ...], ...]


def condition_of(rule: Rule, code: Translator, code_lists: CodeLists) -> Condition | None:
    """The condition of a rule; None if its kind has none. Raises NotTranslated."""
    if rule.kind == "code":
        return _code(rule, code, code_lists)
    make = _MAKERS.get(rule.kind)
    return None if make is None else make(rule, code)


def _relation(rule: Rule, code: Translator) -> Condition:
    check = str(rule.spec["check"])
    return Condition(code.flag(check), ((check,),))


def _indicator(rule: Rule, code: Translator) -> Condition:
    """numerator / denominator x scale against the limit, multiplied out (the denominator is more
    than 0)."""
    ratio = ratio_of(rule)
    left, right = code.number(ratio.numerator), code.threshold(ratio.threshold)
    marked = ((ratio.numerator,),)
    if ratio.scale != 1:
        left = f"{left} * {_exact(ratio.scale, code)}"
    if not ratio.denominator:
        return Condition(f"{left} {ratio.operator} {right}", marked)
    below = code.once(code.number(ratio.denominator))
    return Condition(f"{below} > 0 and {left} {ratio.operator} {right} * {below}", marked)


def _sum(rule: Rule, code: Translator) -> Condition:
    total, parts = str(rule.spec["total"]), texts(rule.spec["parts"])
    sources = "".join(f"{code.number(part)}, " for part in parts)
    difference = f"{code.number(total)} - together(({sources}))"
    marked = ((total, *parts),)
    if "tolerance" not in rule.spec:
        return Condition(f"not ({difference})", marked)
    tolerance = code.limit(str(rule.spec["tolerance"]))
    return Condition(f"abs({difference}) <= {tolerance}", marked)


def _subset(rule: Rule, code: Translator) -> Condition:
    whole, parts = code.number(str(rule.spec["whole"])), texts(rule.spec["parts"])
    holds = " and ".join(f"{code.number(part)} <= {whole}" for part in parts)
    return Condition(holds or "True", tuple((part,) for part in parts))


def _range(rule: Rule, code: Translator) -> Condition:
    spec, text = rule.spec, str(rule.spec["value"])
    source = code.number(text)
    parts = []
    if "minimum" in spec:
        parts.append(f"{source} >= {code.limit(str(spec['minimum']))}")
    if "maximum" in spec:
        parts.append(f"{source} <= {code.limit(str(spec['maximum']))}")
    if not parts:
        raise NotTranslated
    return Condition(" and ".join(parts), ((text,),))


def _pattern(rule: Rule, code: Translator) -> Condition:
    field = str(rule.spec["field"])
    try:
        matches = re.compile(str(rule.spec["pattern"])).fullmatch
    except re.error:
        raise NotTranslated from None
    return Condition(f"{code.constant(matches)}({code.text(field)}) is not None", ((field,),))


def _code(rule: Rule, code: Translator, code_lists: CodeLists) -> Condition:
    field, codes = str(rule.spec["field"]), code_lists(rule.plugin, str(rule.spec["list"]))
    if codes is None:
        raise NotTranslated
    return Condition(f"{code.text(field)} in {code.constant(codes)}", ((field,),))


def _unique(rule: Rule, code: Translator) -> Condition:
    """All rows are filled in, and no two alike."""
    table = str(rule.table or rule.spec.get("table", ""))
    if rule.scope is Scope.ROW or rule.at:
        raise NotTranslated
    columns = [f"{table}.{column}" for column in texts(rule.spec["columns"])]
    keys = code.of_each_row(table, columns)
    return Condition(f"different({keys})", ((),))


def _year_on_year(rule: Rule, code: Translator) -> Condition:
    field = str(rule.spec["field"])
    now, before = code.number(field), code.previous(field)
    if "within" not in rule.spec:
        return Condition(f"{now} {compare_of(rule)} {before}", ((field,),))
    limit = code.threshold(str(rule.spec["within"]))
    return Condition(
        f"{before} != 0 and abs({now} - {before}) * 100 <= {limit} * abs({before})", ((field,),)
    )


_MAKERS: dict[str, Callable[[Rule, Translator], Condition]] = {
    "relation": _relation,
    "indicator": _indicator,
    "sum": _sum,
    "subset": _subset,
    "range": _range,
    "pattern": _pattern,
    "unique": _unique,
    "year_on_year": _year_on_year,
}


def _exact(value: Fraction, code: Translator) -> str:
    return str(value.numerator) if value.denominator == 1 else code.constant(value)
