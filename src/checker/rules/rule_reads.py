"""What a rule reads: the expressions among its keys, and the fields they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.model.rules import Plain, Rule
from checker.rules.expression import names, parse, thresholds
from checker.rules.kinds import KINDS, Key, Takes
from checker.rules.syntax import Name, Node
from checker.toml_files import texts


def expressions(rule: Rule) -> Iterator[tuple[str, Node]]:
    """Key and tree of every expression of a rule."""
    if rule.when is not None:
        yield "when", parse(rule.when)
    for key in KINDS[rule.kind].keys:
        if key.name in rule.spec and _is_expression(key, rule.spec[key.name]):
            for text in texts(rule.spec[key.name]):
                yield key.name, parse(text)


def _is_expression(key: Key, value: Plain) -> bool:
    if key.takes is Takes.LIMIT:
        return not str(value)[:1].isupper()
    return key.takes in (Takes.EXPRESSION, Takes.EXPRESSIONS, Takes.FIELD)


def fields_read(rule: Rule) -> set[str]:
    """Ids of the fields a rule reads, as far as its expressions say."""
    found: set[str] = set(rule.at)
    for _, node in expressions(rule):
        found.update(names(node))
        if isinstance(node, Name):
            found.add(node.id)
    table = ""
    if rule.kind == "unique":
        table = str(rule.table or rule.spec.get("table", ""))
    elif rule.kind == "score_table":
        table = str(rule.spec["section"]).rpartition(".")[0]
    if table:
        found.update(f"{table}.{column}" for column in texts(rule.spec["columns"]))
    return found


def limits_read(rule: Rule) -> Iterator[tuple[str, str]]:
    """Key and id of every limit that a rule reads."""
    for name, node in expressions(rule):
        yield from ((name, limit) for limit in thresholds(node))
    for key in KINDS[rule.kind].keys:
        if key.takes in (Takes.THRESHOLD, Takes.LIMIT) and key.name in rule.spec:
            yield key.name, str(rule.spec[key.name])
    yield from (("limits", limit) for limit in texts(rule.spec.get("limits")))


def limits_told(rule: Rule) -> set[str]:
    """Ids of the limits that are told of a rule: those it reads, and those that bear the id of a
    rule it is made of or looks at."""
    found = {limit for _, limit in limits_read(rule)}
    for key in ("of", "indicator"):
        for item in texts(rule.spec.get(key)):
            found.update(name.strip() for name in item.split("+"))
    return found


PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
"""What stands for a value in a message."""


def placeholders(message: str) -> Iterator[str]:
    """The expressions of a message that are worked out; ``{actual}`` and its like are not."""
    for inner in PLACEHOLDER.findall(message):
        text = inner.partition(":")[0]
        if text not in ("actual", "required", "gap"):
            yield text
