"""Rules by edition: what a year changes, ends or adds, and the family a rule belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from checker.toml_files import Table, table, texts, whole


def family_of(rule_id: str) -> str:
    """The letters that a rule's id begins with: TEA for TEA12b."""
    return rule_id.rstrip("abcdefghijklmnopqrstuvwxyz").rstrip("0123456789")


def changed(rules: Sequence[Table], changes: Sequence[Table]) -> list[Table]:
    """The ``[[rules]]`` tables with every change applied, in order of editions.

    ``[[changes]] edition = 2027`` with ``remove = ["TEA5"]`` ends rules with the edition before;
    ``[changes.change.TEA101]`` gives the keys that differ from then on: the old version ends, a new
    one begins. Rules that are added simply have ``since = 2027``.
    """
    found = list(rules)
    for change in sorted(changes, key=lambda entry: whole(entry["edition"])):
        edition = whole(change["edition"])
        for rule_id in texts(change.get("remove")):
            _end(found, rule_id, edition - 1)
        for rule_id, keys in table(change.get("change")).items():
            newest = _newest(found, rule_id)
            if newest is None:
                continue
            differing = {**found[newest], **table(keys), "since": edition}
            _end(found, rule_id, edition - 1)
            found.insert(newest + 1, differing)
    return found


def _newest(rules: list[Table], rule_id: str) -> int | None:
    """Place of the newest version of a rule; None if there is none."""
    for place in range(len(rules) - 1, -1, -1):
        if rules[place].get("id") == rule_id:
            return place
    return None


def _end(rules: list[Table], rule_id: str, last: int) -> None:
    """End the newest version of a rule with an edition."""
    place = _newest(rules, rule_id)
    if place is None:
        return
    until = rules[place].get("until")
    if until is None or whole(until) > last:
        rules[place] = {**rules[place], "until": last}
