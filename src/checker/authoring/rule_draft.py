"""The relations that hold in a county's workbooks, written as rules: a draft of plugin.toml that
can be run at once. All are soft: whether one always holds is for the author to say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct

from checker import toml_files
from checker.authoring.patterns import filled, quoted
from checker.authoring.printed_tables import Leaf
from checker.authoring.printed_words import TOTALS
from checker.forms.plain_text import squeeze
from checker.model.template import FieldType
from checker.toml_files import tables, texts

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
    lines = (f"total = {quoted(total)}", f"parts = {json.dumps(list(parts))}")
    title = f"{_words(labels[0])}等于{'、'.join(map(_words, labels[1]))}之和"
    return rule_of_sums("sum", title, lines, [(total, parts)], support)


def rule_of_sums(
    kind: str,
    title: str,
    lines: tuple[str, ...],
    cells: Sequence[tuple[str, Sequence[str]]],
    support: str,
) -> ProposedRule:
    """A rule with its examples; ``cells``: the totals that it compares, each with its parts."""
    many = len(cells[0][1])
    figures = {cells[0][0]: "%s", **{total: str(many) for total, _ in cells[1:]}}
    for _, parts in cells:
        figures |= {part: "1" for part in parts if part not in figures}
    added = ", ".join(f"{quoted(cell)} = {figure}" for cell, figure in figures.items())
    facts = f"facts = {{ {added} }}"
    return ProposedRule(title, kind, lines, facts % many, facts % (many + 7), support)


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

    examples = {
        "right": rows(right),
        "wrong": rows(wrong),
        "twice": rows(right, right),
        "born_otherwise": rows({**right, born: "1950-01-01"}),
    }
    names = {"table": table, "column": column, "born": born}
    return [
        ProposedRule(
            str(entry["title"]),
            str(entry["kind"]),
            tuple(line.format(**names) for line in texts(entry["lines"])),
            examples["right"],
            examples[str(entry["bad"])],
        )
        for entry in tables(toml_files.parse(_OF_ID_CARDS)["rules"])
        if born or "born" not in str(entry["bad"])
    ]


_OF_ID_CARDS = Path(__file__).with_name("id_card_rules.toml")


# -- between the columns of a list -----------------------------------------------------------

ENOUGH = 0.9
Named: TypeAlias = Mapping[int, str]
"""Field ids by column of the sheet."""
Seen: TypeAlias = Iterator[tuple[str, ProposedRule]]
"""The relation as a sentence, "" where the rule says it all, and the rule."""


def relations_of(leaves: Sequence[Leaf], named: Named) -> Seen:
    """合计 = the other columns under the same header, without 其中; 其中 ≤ 合计; and a column =
    those under the header that bears its name (专任教师 and 专任教师学历)."""
    groups: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        head, _, tail = leaf.path.rpartition("/")
        if head and "其中" not in tail:
            groups.setdefault(head, []).append(leaf)
    for head, own in groups.items():
        total = next(
            (leaf for leaf in own if squeeze(leaf.path.rpartition("/")[2]) in TOTALS), None
        )
        if total is not None:
            yield from _parts_within(head, total, leaves, named)
            yield from _total(total, [leaf for leaf in own if leaf is not total], named)
        elif len(own) > 1:
            yield from _bearing_its_name(head, own, leaves, named)


def _parts_within(head: str, total: Leaf, leaves: Sequence[Leaf], named: Named) -> Seen:
    for leaf in leaves:
        if not (leaf.path.startswith(f"{head}/") and "其中" in leaf.path):
            continue
        support = _support([total, leaf], lambda row: row[1] <= row[0])
        if support:
            ids = named[leaf.column], named[total.column]
            yield "", subset_rule(*ids, (leaf.path, total.path), "", support)


def _total(total: Leaf, others: Sequence[Leaf], named: Named) -> Seen:
    """Of as many of the other columns as add up, from the first on."""
    for many in range(len(others), 1, -1):
        parts = others[:many]
        support = _support([total, *parts], lambda row: adds_up(row[0], row[1:]))
        if support:
            names = " + ".join(leaf.path.rpartition("/")[2] for leaf in parts)
            yield f"{total.path} = {names}：{support}", _sum(total, parts, named, support)
            return


def _bearing_its_name(head: str, own: Sequence[Leaf], leaves: Sequence[Leaf], named: Named) -> Seen:
    for leaf in leaves:
        name = squeeze(leaf.path.rpartition("/")[2])
        if leaf in own or len(name) < 2 or name not in squeeze(head):
            continue
        support = _support([leaf, *own], lambda row: adds_up(row[0], row[1:]))
        if support:
            names = " + ".join(one.path for one in own)
            yield f"{leaf.path} = {names}：{support}", _sum(leaf, own, named, support)


def _sum(total: Leaf, parts: Sequence[Leaf], named: Named, support: str) -> ProposedRule:
    ids = [named[part.column] for part in parts]
    labels = total.path.rpartition("/")[0], [part.path for part in parts]
    return sum_rule(named[total.column], ids, labels, support)


def adds_up(total: float, parts: Iterable[float]) -> bool:
    """Whether a total is the sum of its parts, but for what binary fractions lose."""
    return abs(total - sum(parts)) < 1e-6


def support_of(held: int, compared: int) -> str:
    """In how many of the places where it can be compared a relation holds."""
    return f"{held} 处都成立" if held == compared else f"{compared} 处里 {held} 处成立"


def _support(columns: Sequence[Leaf], holds: Callable[[Sequence[Any]], bool]) -> str:
    """In how many of the rows with a number in each of these columns it holds; "" if in too few."""
    rows = [
        row
        for row in zip(*(leaf.values for leaf in columns), strict=True)
        if all(isinstance(value, int | float) for value in row)
    ]
    held = sum(map(holds, rows))
    return f"{len(rows)} 行里 {held} 行成立" if rows and held / len(rows) >= ENOUGH else ""


# -- the file --------------------------------------------------------------------------------

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
