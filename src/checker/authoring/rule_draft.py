"""The relations that hold in a county's workbooks, written as rules: a draft of plugin.toml that
can be run at once. All are soft: whether one always holds is for the author to say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from checker.authoring.scaffold import filled, quoted
from checker.model.template import FieldType

_SAMPLES = {
    FieldType.COUNT: "1",
    FieldType.AMOUNT: "1",
    FieldType.SIGNED: "1",
    FieldType.PERCENT: "1",
    FieldType.FLAG: "true",
    FieldType.DATE: "1949-12-31",
    FieldType.MONTH: "1949-12-01",
    FieldType.YEAR: "1949",
}
"""What stands in a row of an example where it does not matter."""
ID_CARD = "11010519491231002X"
"""The example of GB 11643."""


class ProposedRule(Struct, frozen=True):
    """One rule: its kind, the lines that say what is checked, and examples (the facts or tables of
    one that holds and one that does not, as TOML). ``support`` says in how many places it holds."""

    title: str
    kind: str
    lines: tuple[str, ...]
    good: str
    bad: str
    support: str = ""


def subset_rule(
    part: str, whole: str, labels: tuple[str, str], stage: str, support: str
) -> ProposedRule:
    """其中 is not more than the whole, in each stage ("" for none)."""
    scope = ('scope = "stage"',) if stage else ()
    more = f'stage = "{stage}", ' if stage else ""
    facts = f'{more}facts = {{ "{part}" = %s, "{whole}" = 2 }}'
    lines = (*scope, f'parts = ["{part}"]', f'whole = "{whole}"')
    title = f"{_words(labels[0])}不超过{_words(labels[1])}"
    return ProposedRule(title, "subset", lines, facts % 1, facts % 3, support)


def sum_rule(
    total: str, parts: Sequence[str], labels: tuple[str, Sequence[str]], support: str
) -> ProposedRule:
    """A total is the sum of its parts."""
    added = ", ".join(f'"{part}" = 1' for part in parts)
    facts = f'facts = {{ "{total}" = %s, {added} }}'
    lines = (f'total = "{total}"', f"parts = {json.dumps(list(parts))}")
    title = f"{_words(labels[0])}等于{'、'.join(map(_words, labels[1]))}之和"
    right, wrong = len(parts), len(parts) + 7
    return ProposedRule(title, "sum", lines, facts % right, facts % wrong, support)


def id_card_rules(
    table: str, column: str, born: str, types: Mapping[str, str]
) -> list[ProposedRule]:
    """Check digit, uniqueness and date of birth of the ID numbers in a list of people; ``types`` by
    table column id, ``born`` the column of the month of birth, "" for none."""
    right = {name: _SAMPLES.get(FieldType(kind), '"甲"') for name, kind in types.items()}
    right[column] = f'"{ID_CARD}"'
    wrong = {**right, column: f'"{ID_CARD[:-1]}1"'}

    def rows(*entries: Mapping[str, str]) -> str:
        listed = ", ".join(
            f"{{ {', '.join(f'{name} = {value}' for name, value in entry.items())} }}"
            for entry in entries
        )
        return f"tables = {{ {table} = [ {listed} ] }}"

    of_row = ('scope = "row"', f'table = "{table}"')
    field = f"{table}.{column}"
    found = [
        ProposedRule(
            "身份证号校验码",
            "check_digit",
            (*of_row, f'field = "{field}"', 'algorithm = "id_card"'),
            rows(right),
            rows(wrong),
        ),
        ProposedRule(
            "身份证号不重复",
            "unique",
            (f'table = "{table}"', f'columns = ["{column}"]'),
            rows(right),
            rows(right, right),
        ),
    ]
    if born:
        apart = f"days({table}.{born}, date(mid({field}, 7, 8)))"
        check = f'check = "{apart} >= 0 and {apart} <= 30"'
        words = 'message = "出生年月与身份证号里的出生日期不是同一个月。"'
        when = f'when = "length({field}) == 18"'
        lines = (*of_row, when, check, f'at = ["{table}.{born}"]', words)
        other = rows({**right, born: "1950-01-01"})
        title = "出生年月与身份证号一致"
        found.append(ProposedRule(title, "relation", lines, rows(right), other))
    return found


DRAFTED = "# 由 checker template adopt 起草"
"""Begins a plugin.toml that was drafted; more rules are put behind those in it."""


def plugin_text(plugin_id: str, title: str) -> str:
    """The head of a new plugin."""
    return filled("adopted_plugin.toml", {"drafted": DRAFTED, "id": plugin_id, "title": title})


def write_rules(rules: Sequence[ProposedRule], out: Path, template_id: str) -> Path | None:
    """Writes the proposed rules of the template in ``out``: as plugin.toml of a new plugin, where
    ``out`` is in its folder templates, or behind the rules of one that was drafted; else beside the
    template. Returns the file, None if there is nothing to write. Raises OSError."""
    plugin = out.parent.parent / "plugin.toml"
    in_plugin = out.parent.name == "templates"
    if in_plugin and not plugin.exists():
        name = plugin.parent.absolute().name
        own_id = name if re.fullmatch(r"[a-z][a-z0-9_]*", name) else "own_forms"
        plugin.write_text(plugin_text(own_id, name) + rules_text(rules, template_id), "utf-8")
        return plugin
    if not rules:
        return None
    known = 0
    if in_plugin:
        before = plugin.read_text("utf-8")
        known = highest_number(before)
        if before.startswith(DRAFTED):
            more = rules_text(rules, template_id, known)
            plugin.write_text(before.rstrip("\n") + "\n" + more, "utf-8")
            return plugin
    beside = out / "规则草稿.toml"
    beside.write_text(rules_text(rules, template_id, known), "utf-8")
    return beside


def rules_text(rules: Sequence[ProposedRule], template_id: str, after: int = 0) -> str:
    """The rules, numbered on from ``after``."""
    values = {"rules": rules, "template": template_id, "after": after}
    return filled("adopted_rules.toml", values)


def highest_number(plugin: str) -> int:
    """The highest number that a rule OWN… of a plugin has; 0 for none."""
    return max(map(int, re.findall(r'^id = "OWN([0-9]+)"', plugin, re.MULTILINE)), default=0)


def _words(label: str) -> str:
    return label.replace("//", "/").rpartition("/")[2].removeprefix("其中:") or label


def inline(**values: object) -> str:
    """An inline table."""
    return f"{{ {', '.join(f'{key} = {quoted(value)}' for key, value in values.items())} }}"
