"""The 审核关系 printed under each form: what has to add up, in the notation 表号.行号,列号."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from checker.model.template import Template
from checker.model.verdicts import Severity
from checker.rules.notation import relation_in_notation
from checker.rules.ruleset import RuleSet


class Relations(Struct, frozen=True):
    """What is printed of the checks: ``lines`` by sheet id; the fields that are ``totals``; and
    ``wholes``, by the id of a field the fields that it is a part of."""

    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    totals: frozenset[str] = frozenset()
    wholes: Mapping[str, frozenset[str]] = field(default_factory=dict)


KINDS = ("sum", "subset", "total")
"""Rules whose relation holds for every truthful form; limits of policy are printed on 指标."""

_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))
_IF_GIVEN = re.compile(r"if\(given\(([^()]+)\),\1,0\)")
"""A part that older forms do not have: on this form it is simply added."""
_COLUMN = re.compile(r"total\(([^.()]+)\.\*,([0-9]+)\)")


def check_relations(template: Template, ruleset: RuleSet) -> Relations:
    """The relations by the id of the sheet whose number comes first in them, in words and signs
    that a clerk reads."""
    numbers = {
        sheet.form_number: sheet.id
        for sheet in template.sheets
        if sheet.form_number and (sheet.fields or sheet.tables)
    }
    found: dict[str, list[str]] = {}
    totals: set[str] = set()
    wholes: dict[str, frozenset[str]] = {}
    for rule in ruleset.for_template(template.id, template.edition):
        if rule.kind not in KINDS or rule.severity is not Severity.HARD:
            continue
        if rule.kind == "sum":
            totals.add(str(rule.spec["total"]))
        parts = rule.spec.get("parts")
        for part in parts if isinstance(parts, list) else ():
            whole = str(rule.spec.get("whole", rule.spec.get("total", "")))
            wholes[str(part)] = wholes.get(str(part), frozenset()) | {whole}
        for relation in relation_in_notation(rule, template):
            places = [(relation.find(f"{number}."), id_) for number, id_ in numbers.items()]
            named = [(at, id_) for at, id_ in places if at >= 0]
            if named:
                text = _SIGN.sub(lambda sign: _SIGNS[sign[0]], relation)
                text = _COLUMN.sub(r"\1第\2列合计", _IF_GIVEN.sub(r"\1", text))
                found.setdefault(min(named)[1], []).append(text)
    lines = {sheet: tuple(dict.fromkeys(texts)) for sheet, texts in found.items()}
    return Relations(lines, frozenset(totals), wholes)
