"""A run's marks as orders to the painter: replacing those of an earlier run, all of it or nothing.

Everything is worked out here from what is there now, whichever carrier tells it: the open book, or
a copy that the launcher saved. The memory of what was there is the first thing that the orders
write; new sheets are made under provisional titles and only take an earlier run's places when all
cells are done. A run that ended in the middle therefore leaves a book in which the next one finds,
for every cell, what it was; see docs/design/protocol.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from checker_xlsx.looks import Look, Seen
from checker_xlsx.marking_plan import CellPlan, Key, cells_of, persons_of, plan_cells
from checker_xlsx.memory import memory_orders
from checker_xlsx.orders import Order, Orders, Step, Verb
from checker_xlsx.result_sheets import result_sheet_orders
from msgspec import Struct

from checker.model.marks import Changes, Mark
from checker.model.snapshot import Snapshot
from checker.writing.addresses import Area
from checker.writing.memory_sheet import PROVISIONAL, TITLE, Memory, is_provisional
from checker.writing.outcome import THREADED, Skipped
from checker.writing.result_sheet import with_left_out

PASSWORD = "这张工作表设有密码，没有着色，也没有添加批注"
COVERED = "这里的条件格式盖住了颜色"


class Remembered(Struct, frozen=True):
    """What earlier runs left: their memories, and the titles of the sheets that hold them. There
    are two such sheets when a run was interrupted; both are true."""

    memories: tuple[Memory, ...] = ()
    sheets: tuple[str, ...] = ()


class Present(Protocol):
    """The book as it is now, as a carrier tells it."""

    @property
    def titles(self) -> Sequence[str]: ...
    def remembered(self) -> Remembered: ...
    def looks(self, cells: Iterable[Key]) -> Seen: ...


class Plan(Struct, frozen=True):
    """The orders; how many cells change; the sheets left alone because of somebody's password;
    whether there was anything of an earlier run; how many notes a conversation leaves no room for.
    """

    orders: Orders
    changed: int
    refused: frozenset[str] = frozenset()
    had_marks: bool = False
    without_note: int = 0


def plan_marks(present: Present, changes: Changes, snapshot: Snapshot) -> Plan:
    """What replaces the marks of an earlier run by those of ``changes``.

    ``snapshot`` is the book as it was read for judging; it tells what the edited cells held.
    Marks on sheets under somebody's password are left out.
    """
    titles = list(present.titles)
    left = present.remembered()
    earlier = left.memories
    marks = [mark for mark in changes.marks if mark.sheet in titles]
    now, refused = _looks(present, marks, earlier, titles)
    plans = plan_cells(marks, changes.edits, earlier, now, snapshot)
    plans = [plan for plan in plans if plan.key[0] in titles and plan.key[0] not in refused]
    left_out, without_note = _left_out(plans, refused)
    looks = [change for plan in plans if (change := plan.change()) is not None]
    memories = [memory for plan in plans for memory in plan.memories()]
    memories += [one for one in persons_of(changes.edits) if one.sheet not in refused]
    memories += [one for one in earlier if one.sheet in refused and one.kind != "sheet"]
    old = [one.sheet for one in earlier if one.kind == "sheet"] + list(left.sheets)
    old += [title for title in titles if is_provisional(title)]
    gone = [title for title in dict.fromkeys(old) if title in titles]
    made = _made(changes, bool(memories), titles, gone)
    memories += [
        Memory("sheet", provisional, Area(1, 1, 1, 1), title, None)
        for provisional, title in list(made.items())[1:]
    ]
    return Plan(
        Orders(
            [*_new_sheets(changes, left_out, memories, list(made)), *looks],
            [*_undoing(plans), *(Step(Verb.DROP, title) for title in made)],
            [
                *(Step(Verb.DROP, title) for title in gone),
                *(Step(Verb.NAME, provisional, title) for provisional, title in made.items()),
            ],
        ),
        len(looks),
        refused,
        bool(earlier or gone),
        without_note,
    )


def _left_out(plans: Sequence[CellPlan], refused: Iterable[str]) -> tuple[list[Skipped], int]:
    """What will not be seen where it belongs, for the result sheet, and how many notes of it there
    are; these are taken out of the plans."""
    told = [Skipped(f"{title}!A1", PASSWORD) for title in sorted(refused)]
    without_note = 0
    for plan in plans:
        place = f"{plan.key[0]}!{plan.address}"
        if plan.now is not None and plan.now.threaded and plan.notes:
            told.append(Skipped(place, THREADED))
            plan.notes = []
            without_note += 1
        if plan.now is not None and plan.now.covered and plan.fill is not None:
            told.append(Skipped(place, COVERED))
    return told, without_note


def _looks(
    present: Present, marks: Sequence[Mark], earlier: Sequence[Memory], titles: Sequence[str]
) -> tuple[dict[Key, Look], frozenset[str]]:
    """Fill and note, as they are now, of every cell that a mark is or was on."""
    wanted = {key for mark in marks for key in cells_of(mark.sheet, mark.cell)}
    for memory in earlier:
        if memory.kind in ("fill", "note") and memory.sheet in titles:
            wanted.update(cells_of(memory.sheet, memory.area.reference))
    seen = present.looks(wanted)
    found = {}
    for one in seen.looks:
        for key in cells_of(one.sheet, one.address):
            found[key] = one
    return found, seen.refused


def _made(
    changes: Changes, remembering: bool, titles: Sequence[str], gone: Sequence[str]
) -> dict[str, str]:
    """Provisional titles and the final ones of the sheets to be made: the memory, then results."""
    if not (remembering or changes.sheets):
        return {}
    taken = {title.casefold() for title in titles} - {title.casefold() for title in gone}
    numbers = (n for n in range(1000) if f"{PROVISIONAL}{n}" not in titles)
    made = {}
    for wished in (TITLE, *(result.title for result in changes.sheets)):
        made[f"{PROVISIONAL}{next(numbers)}"] = _free(wished, taken)
    return made


def _new_sheets(
    changes: Changes, left_out: Sequence[Skipped], memories: Sequence[Memory], made: Sequence[str]
) -> list[Order]:
    """Orders that make and fill the new sheets: all added first, since the memory names them."""
    orders: list[Order] = [Step(Verb.ADD, title) for title in made]
    if made:
        orders += memory_orders(made[0], memories)
    for number, (title, result) in enumerate(zip(made[1:], changes.sheets, strict=True)):
        told = result if number else with_left_out(result, left_out)
        orders += result_sheet_orders(title, told)
    return orders


def _undoing(plans: Sequence[CellPlan]) -> list[Look]:
    return [back for plan in plans if (back := plan.undoing()) is not None]


def _free(wished: str, taken: set[str]) -> str:
    title, number = wished[:31], 2
    while title.casefold() in taken:
        suffix = f"({number})"
        title, number = wished[: 31 - len(suffix)] + suffix, number + 1
    taken.add(title.casefold())
    return title
