"""Find the changed cells of data/mutations.toml anew: for every rule the change of a correct
institution that makes it speak, and as few others as can be. A rule that needs several cells
changed at once is given those of its own examples, less what it can do without.

``python tests/rules/find_mutations.py [institution ...]`` rewrites the file, which takes minutes;
``none`` for the institution keeps the changes and only writes down anew what speaks after each.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from institutions import (
    DATA,
    ODD,
    OPERATIONS,
    Institution,
    Mutation,
    all_mutated,
    cells,
    institutions,
    mutations,
    odd_in,
    readers,
    report_of,
    rules_of,
    template,
)

from checker.model.rules import Example, Rule
from checker.model.template import PREVIOUS_SUFFIX, WHOLE
from checker.rules.rule_reads import fields_read

FILE = DATA / "mutations.toml"


def fired_by(item: Institution, told: str) -> frozenset[str]:
    """The rules that speak after a change."""
    changed = all_mutated(item, told)
    return frozenset(odd_in(report_of(changed))) if changed else frozenset()


def readers_fired(item: Institution, told: str) -> frozenset[str]:
    """The same, asking only the rules that read one of the cells: much faster."""
    changed = all_mutated(item, told)
    if changed is None:
        return frozenset()
    asked = {rule for each in mutations(told) for rule in readers(item.form).get(each.field, ())}
    rules = rules_of(item.form)
    return frozenset(odd_in(report_of(changed, tuple(rules[each] for each in sorted(asked)))))


def single_changes(item: Institution) -> Iterator[tuple[str, frozenset[str]]]:
    """Every change of one cell, and what speaks."""
    for cell in cells(item):
        if not readers(item.form).get(Mutation(cell, "").field):
            continue
        for operation in OPERATIONS:
            told = f"{cell} {operation}"
            fired = readers_fired(item, told)
            if fired:
                yield told, fired


def changes_of_example(item: Institution, rule: Rule, example: Example) -> list[str]:
    """The cells in which an institution is not as the example."""
    fields = template(item.form).fields()
    given: dict[str, Any] = {}
    for name, value in example.facts.items():
        field, _, column = name.partition("@")
        own = fields[field].columns
        column = column or (example.stage if example.stage in own else WHOLE)
        given[f"{field}@{column if column in own else own[0]}"] = value
    held = {name if "@" in name else f"{name}@{WHOLE}": name for name in item.facts}
    found = [
        f"{held.get(cell, cell)} ={_text(value)}"
        for cell, value in given.items()
        if cell not in held or item.facts[held[cell]] != value
    ]
    stages = {cell.partition("@")[2].removesuffix(PREVIOUS_SUFFIX) for cell in given}
    for cell, name in held.items():
        field, _, column = cell.partition("@")
        if (
            field in fields_read(rule)
            and cell not in given
            and (column.removesuffix(PREVIOUS_SUFFIX) in stages)
        ):
            found.append(f"{name} clear")
    for table, rows in example.tables.items():
        for place, row in enumerate(rows):
            own_rows = item.tables.get(table, [])
            for column, value in row.items():
                if place >= len(own_rows) or own_rows[place].get(column) != value:
                    found.append(f"{table}.{column}#{place} ={_text(value)}")
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def by_example(item: Institution, rule: Rule) -> Iterator[str]:
    """The changes after an example that does not pass, without those it can do without."""
    for example in rule.examples:
        if example.expect not in ODD:
            continue
        changes = changes_of_example(item, rule, example)
        if len(changes) > 14 or not changes:
            continue
        try:
            if rule.id not in readers_fired(item, "; ".join(changes)):
                continue
        except Exception as error:
            print(rule.id, error, file=sys.stderr)
            continue
        for each in list(changes):
            fewer = [other for other in changes if other != each]
            if fewer and rule.id in readers_fired(item, "; ".join(fewer)):
                changes = fewer
        yield "; ".join(changes)


class Found:
    """Form and rule to the change after which the fewest rules speak."""

    def __init__(self) -> None:
        self.chosen: dict[tuple[str, str], tuple[tuple[int, int, str], str, str]] = {}

    def consider(self, name: str, told: str, fired: frozenset[str]) -> None:
        """Keep a change of an institution for the rules that have no better one."""
        rank = (len(fired), told.count(";"), told)
        for rule in fired:
            key = institutions()[name].form, rule
            if key not in self.chosen or rank < self.chosen[key][0]:
                self.chosen[key] = rank, name, told

    def look_at(self, name: str, known: Iterable[str]) -> None:
        """Try what is known already and every single cell, then the examples of what is left."""
        item = institutions()[name]
        for told in known:
            self.consider(name, told, readers_fired(item, told))
        for told, fired in single_changes(item):
            self.consider(name, told, fired)
        for rule in rules_of(item.form).values():
            if (item.form, rule.id) not in self.chosen:
                for told in by_example(item, rule):
                    self.consider(name, told, readers_fired(item, told))

    def told(self) -> dict[str, dict[str, list[str]]]:
        """By institution the changes, and all rules that speak after each."""
        wanted: dict[str, set[str]] = {name: set() for name in institutions()}
        for _, name, told in self.chosen.values():
            wanted[name].add(told)
        return {
            name: {told: sorted(fired_by(item, told)) for told in sorted(wanted[name])}
            for name, item in institutions().items()
        }


def main(searched: list[str]) -> None:
    """Rewrite the file: these institutions are searched, of others what is known is kept."""
    known = tomllib.loads(FILE.read_text("utf-8"))
    found = Found()
    for name in institutions():
        if name in searched:
            found.look_at(name, known.get(name, {}))
        else:
            for told in known.get(name, {}):
                found.consider(name, told, readers_fired(institutions()[name], told))
        print(name, file=sys.stderr)
    lines = [
        "# Changed cells of a correct institution and all rules that then speak: see",
        "# test_mutations.py; made by find_mutations.py.",
        '# "cell operation; cell operation"; cells of tables are "table.column#row", rows counted',
        "# from 0.",
    ]
    for name, told in found.told().items():
        lines += ["", f"[{name}]"]
        for each, fired in told.items():
            rules = ", ".join(f'"{rule}"' for rule in fired)
            lines.append(f'"{each}" = [{rules}]')
    FILE.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or [*institutions()])
