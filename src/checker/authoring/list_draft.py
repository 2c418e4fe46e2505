"""A list as a draft: a table of which each row is an entry of its own, such as a teacher."""

from __future__ import annotations

from collections.abc import Mapping

from checker.authoring.draft_parts import (
    NOT_COUNTED,
    DraftedList,
    Proposals,
    code_of,
    table_of,
)
from checker.authoring.patterns import quoted
from checker.authoring.printed_tables import Leaf, PrintedTable
from checker.authoring.printed_types import (
    blank_column_type,
    column_unit,
    head_of_options,
    is_empty,
    only_ticks,
    type_of,
)
from checker.authoring.printed_units import counted_in
from checker.authoring.printed_words import REMARK_WORDS
from checker.authoring.rule_draft import id_card_rules, inline
from checker.forms.adopted_cells import NO_OPTIONS
from checker.forms.ledger_rows import SUMMED
from checker.forms.plain_text import squeeze


def drafted_list(
    table_id: str, each: PrintedTable, sheet_unit: str, proposed: Proposals
) -> DraftedList:
    """The columns of a list. ``sheet_unit`` is the unit that is printed above it; columns of ticks
    under one header are one column with a code list."""
    made = DraftedList(table_id, code_of(each))
    types: dict[str, str] = {}
    by_head: dict[str, list[Leaf]] = {}
    for leaf in each.leaves:
        by_head.setdefault(head_of_options(leaf), []).append(leaf)
    done: set[int] = set()
    for number, leaf in enumerate(each.leaves, 1):
        if leaf.is_called(REMARK_WORDS) or leaf.column in done:
            continue
        head = head_of_options(leaf)
        same = by_head[head]
        column_id = f"c{number}"
        if head and len(same) > 1 and all(only_ticks(option.values) for option in same):
            done.update(option.column for option in same)
            types[column_id] = _options(column_id, head, same, made, proposed)
            continue
        kind, unit = column_type(leaf, sheet_unit)
        types[column_id] = kind
        blank = {"blank": "none"} if any(map(is_empty, leaf.values)) else {}
        unit = unit if kind != "text" else ""
        made.columns.append(inline(id=column_id, title=leaf.path, type=kind, unit=unit, **blank))
        made.headers.append(f"{column_id} = {quoted(leaf.path)}")
    _people(each, types, made.id, proposed)
    return made


def column_type(leaf: Leaf, sheet_unit: str) -> tuple[str, str]:
    """Type and unit of a column of a list, by its header and what stands in it."""
    unit = column_unit(leaf)
    kind = type_of(leaf.values, unit, leaf.path)
    if all(map(is_empty, leaf.values)):
        kind = blank_column_type(leaf.path, kind)
    if not unit and kind in SUMMED and not NOT_COUNTED.search(leaf.path):
        unit = counted_in(sheet_unit, leaf.path)
    return kind, unit


def _options(
    column_id: str, head: str, same: list[Leaf], made: DraftedList, proposed: Proposals
) -> str:
    """Adds one column for those of which one is ticked; its type."""
    options = [(one.path.rpartition("/")[2], one.path) for one in same]
    made.ticks.append(f"{column_id} = {table_of(options)}")
    printed = [squeeze(option) for option, _ in options]
    kind, codes = "flag", {}
    if len(printed) != 2 or not NO_OPTIONS & set(printed):
        own = f"{made.id}_{column_id}"
        proposed.code_lists[own] = table_of(zip(printed, printed, strict=True))
        kind, codes = "code", {"codes": own}
    made.columns.append(inline(id=column_id, title=head, type=kind, **codes))
    return kind


def _people(
    each: PrintedTable, types: Mapping[str, str], table_id: str, proposed: Proposals
) -> None:
    """Proposes what holds of the ID numbers of a list of people; ``types`` by column id."""
    ids = {squeeze(leaf.path): f"c{number}" for number, leaf in enumerate(each.leaves, 1)}
    card = next((own for path, own in ids.items() if "身份证" in path and own in types), None)
    if card is None:
        return
    born = next((own for path, own in ids.items() if path.startswith("出生")), "")
    if types.get(born) not in ("month", "date"):
        born = ""
    proposed.rules += id_card_rules(table_id, card, born, types)
