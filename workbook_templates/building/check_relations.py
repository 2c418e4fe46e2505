"""The 审核关系 printed under each form: what has to add up, in the notation 表号.行号,列号."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from checker.model.template import Template
from checker.model.verdicts import Severity
from checker.rules.notation import relation_in_notation
from checker.rules.ruleset import RuleSet

KINDS = ("sum", "subset", "total")
"""Rules whose relation holds for every truthful form; limits of policy are printed on 指标."""

_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))


def check_relations(template: Template, ruleset: RuleSet) -> Mapping[str, Sequence[str]]:
    """The relations by the id of the sheet whose number comes first in them."""
    numbers = {
        sheet.form_number: sheet.id
        for sheet in template.sheets
        if sheet.form_number and (sheet.fields or sheet.tables)
    }
    found: dict[str, list[str]] = {}
    for rule in ruleset.for_template(template.id, template.edition):
        if rule.kind not in KINDS or rule.severity is not Severity.HARD:
            continue
        for relation in relation_in_notation(rule, template):
            places = [(relation.find(f"{number}."), id_) for number, id_ in numbers.items()]
            named = [(at, id_) for at, id_ in places if at >= 0]
            if named:
                text = _SIGN.sub(lambda sign: _SIGNS[sign[0]], relation)
                found.setdefault(min(named)[1], []).append(text)
    return {sheet: tuple(dict.fromkeys(lines)) for sheet, lines in found.items()}
