"""Relations seen between the columns of a list: what holds in nine of ten rows is proposed as a
rule. Whether one always holds is for the author to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from checker.authoring.printed_tables import WORDS, Leaf
from checker.authoring.rule_draft import ProposedRule, subset_rule, sum_rule
from checker.forms.plain_text import squeeze
from checker.toml_files import texts

_ENOUGH = 0.9
_TOTALS = texts(WORDS["totals"])
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
            (leaf for leaf in own if squeeze(leaf.path.rpartition("/")[2]) in _TOTALS), None
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
        support = _support([total, *parts], _adds_up)
        if support:
            names = " + ".join(leaf.path.rpartition("/")[2] for leaf in parts)
            yield f"{total.path} = {names}：{support}", _sum(total, parts, named, support)
            return


def _bearing_its_name(head: str, own: Sequence[Leaf], leaves: Sequence[Leaf], named: Named) -> Seen:
    for leaf in leaves:
        name = squeeze(leaf.path.rpartition("/")[2])
        if leaf in own or len(name) < 2 or name not in squeeze(head):
            continue
        support = _support([leaf, *own], _adds_up)
        if support:
            names = " + ".join(one.path for one in own)
            yield f"{leaf.path} = {names}：{support}", _sum(leaf, own, named, support)


def _sum(total: Leaf, parts: Sequence[Leaf], named: Named, support: str) -> ProposedRule:
    ids = [named[part.column] for part in parts]
    labels = total.path.rpartition("/")[0], [part.path for part in parts]
    return sum_rule(named[total.column], ids, labels, support)


def _adds_up(row: Sequence[Any]) -> bool:
    return bool(abs(row[0] - sum(row[1:])) < 1e-6)


def _support(columns: Sequence[Leaf], holds: Callable[[Sequence[Any]], bool]) -> str:
    """In how many of the rows with a number in each of these columns it holds; "" if in too few."""
    rows = [
        row
        for row in zip(*(leaf.values for leaf in columns), strict=True)
        if all(isinstance(value, int | float) for value in row)
    ]
    held = sum(map(holds, rows))
    return f"{len(rows)} 行里 {held} 行成立" if rows and held / len(rows) >= _ENOUGH else ""
