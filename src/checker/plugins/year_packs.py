"""Rules by year: what a ``[[changes]]`` table changes with an edition, as new versions of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from checker.model.rules import Citation, Plain, Rule

Table = Mapping[str, Plain]


def changed(
    rules: Sequence[Rule],
    changes: Sequence[Table],
    declared: Sequence[Table],
    documents: Mapping[str, Citation],
) -> list[Rule]:
    """The rules with every change applied, in order of editions.

    ``[[changes]] edition = 2027`` with ``remove = ["TEA5"]`` ends rules with the edition before;
    ``[changes.change.TEA101]`` gives the keys that differ from then on: the old version ends, a new
    one begins. Rules that are added simply have ``since = 2027``.
    """
    from checker.plugins.manifest import decode_rule

    found = list(rules)
    newest: dict[str, Table] = {str(entry["id"]): entry for entry in declared}
    for change in sorted(changes, key=lambda entry: int(str(entry["edition"]))):
        edition = int(str(change["edition"]))
        removed = change.get("remove")
        for rule_id in removed if isinstance(removed, list) else []:
            _end(found, str(rule_id), edition - 1)
        differing = change.get("change")
        for rule_id, keys in (differing if isinstance(differing, dict) else {}).items():
            if not isinstance(keys, dict) or rule_id not in newest:
                continue
            place = _end(found, rule_id, edition - 1)
            if place is None:
                continue
            old = found[place]
            newest[rule_id] = {**newest[rule_id], **keys, "since": edition}
            newer = decode_rule(newest[rule_id], old.plugin, old.path, documents)
            found.insert(place + 1, newer)
    return found


def _end(rules: list[Rule], rule_id: str, last: int) -> int | None:
    """End the newest version of a rule with an edition; its place, None if there is none."""
    for place in range(len(rules) - 1, -1, -1):
        rule = rules[place]
        if rule.id == rule_id:
            if rule.until is None or rule.until > last:
                rules[place] = replace(rule, until=last)
            return place
    return None
