"""Pairs of label and value on a sheet that nobody described: within one cell, beside, below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from checker.authoring.printed_headers import header_bottom, values_below
from checker.authoring.printed_rows import is_heading, texts_in
from checker.authoring.printed_tables import PrintedTable
from checker.authoring.printed_units import UNITS, is_quantity, is_unit, unit_behind
from checker.authoring.printed_words import (
    BUDGET_UNITS,
    OWN_WORDS,
    YEAR,
    names_unit,
    without_brackets,
)
from checker.forms.adopted_cells import PAIR_END, PAIR_LABEL
from checker.forms.header_paths import SEARCHED_COLUMNS, SEARCHED_ROWS, PrintedSheet
from checker.forms.plain_text import half_width, row_code, squeeze
from checker.model.snapshot import SheetSnapshot


class Pair(Struct, frozen=True):
    """A label and its value: what stands there now, where ("same" cell, "beside", "below"), the
    number of its row ("" for none), the unit printed behind it."""

    label: str
    value: str
    where: str
    number: str = ""
    unit: str = ""


_NO_LABEL = re.compile(r"(?:填[表报])?(?:说明|须知)|注|附(?:[注件]|$)|其中|备注说明|https?")
_PAIR = re.compile(rf"(?:^|\s)({PAIR_LABEL})\s*:(.*?)(?={PAIR_END})")


def pairs_below(
    printed: PrintedSheet, copies: Sequence[SheetSnapshot] = ()
) -> Iterator[tuple[int, Pair]]:
    """The pairs of a card whose values stand below their labels, with the row of the label."""
    row = 1
    while row <= min(printed.snapshot.last_row, SEARCHED_ROWS):
        if not values_below(printed, row, copies) or header_bottom(printed, row, copies) != row:
            row += 1
            continue
        rows = [row, row + 2]
        while values_below(printed, rows[-1], copies):
            rows.append(rows[-1] + 2)
        for each in rows:
            for at in texts_in(printed, each):
                label = str(printed.snapshot.raw(each, at)).strip()
                yield each, Pair(label, _shown(printed.snapshot.raw(each + 1, at)), "below")
        row = rows[-1] + 2


def pairs_on(
    printed: PrintedSheet, taken: Iterable[int], copies: Sequence[SheetSnapshot] = ()
) -> Iterator[Pair]:
    """Pairs of label and value within one cell, above the tables and below: 学校（盖章）：…"""
    taken = set(taken)
    seen: set[str] = set()
    for cells in printed.texts.values():
        for cell in cells:
            row, column = cell.corner
            raw = printed.snapshot.raw(row, column)
            if (row in taken and ":" not in cell.text) or not isinstance(raw, str):
                continue
            for match in _PAIR.finditer(half_width(raw)):
                label = squeeze(match[1])
                if label in seen or _NO_LABEL.match(label) or label.count("(") != label.count(")"):
                    continue
                seen.add(label)
                value, where = match[2].strip(" _\t"), "same"
                after = cell.area[3] + 1
                alone = not value and match.end() == len(half_width(raw))
                if alone and "_" not in match[2]:
                    beside = _beside(printed, row, after, copies)
                    is_name = names_unit(label) or label in BUDGET_UNITS
                    own = _in_copies(row, column, label, copies) if is_name else ""
                    if own or (names_unit(label) and YEAR.match(beside)):
                        value = own or value  # the year of the form is no school
                    elif beside:
                        value, where = beside, "beside"
                yield Pair(label, value, where)


def _in_copies(row: int, column: int, label: str, copies: Sequence[SheetSnapshot]) -> str:
    """What stands behind a label and its colon in the same cell of a copy; "" for nothing."""
    for sheet in copies:
        for match in _PAIR.finditer(half_width(str(sheet.raw(row, column) or ""))):
            if squeeze(match[1]) == label and match[2].strip(" _\t"):
                return match[2].strip(" _\t")
    return ""


def _beside(printed: PrintedSheet, row: int, column: int, copies: Sequence[SheetSnapshot]) -> str:
    """What stands in a cell on a sheet, or else in a filled copy of it; "" for another pair."""
    for sheet in (printed.snapshot, *copies):
        held = _shown(sheet.raw(row, column))
        if held:
            return "" if ":" in half_width(held) else held
    return ""


def own_pairs(
    printed: PrintedSheet, tables: Iterable[PrintedTable], copies: Sequence[SheetSnapshot] = ()
) -> Iterator[Pair]:
    """What says whose form it is, above the tables and below, with its value in the next cell."""
    taken = {row for each in tables for row in range(each.begin, each.last + 1)}
    for text, cells in printed.texts.items():
        row, column = cells[0].corner
        bare = without_brackets(text)
        known = bare in OWN_WORDS or names_unit(text)
        if not known or len(cells) > 1 or row in taken:
            continue
        value = _beside(printed, row, printed.area(row, column)[3] + 1, copies)
        free = printed.snapshot.raw(row, printed.area(row, column)[3] + 1) in (None, "")
        if (value or (free and names_unit(text))) and not is_unit(value):
            yield Pair(text, value, "beside")


def pairs_beside(
    printed: PrintedSheet, copies: Sequence[SheetSnapshot] = (), rows: Iterable[int] = ()
) -> Iterator[Pair]:
    """Pairs of label and value side by side, after a row's number; of ``rows`` beside tables those
    whose value stands there in the sheet or a copy. A unit may stand behind the value, and the name
    of a group of rows before the labels."""
    cells = printed.snapshot
    seen: set[str] = set()
    widest = max(sheet.last_column for sheet in (cells, *copies))
    last_column = min(max(widest, 2), SEARCHED_COLUMNS)
    only = set(rows)
    for row in range(2, min(cells.last_row, SEARCHED_ROWS) + 1):
        if only and row not in only:
            continue
        at = 1
        while at <= last_column:
            text = printed.text(row, at)
            area = printed.area(row, at)
            after = area[3] + 1
            if _is_group(printed, row, at):
                at = after
                continue
            if (
                not text
                or "□" in text
                or text.isdigit()  # a row number: 01
                or is_quantity(text)
                or (":" in text and not text.startswith("其中"))
                or is_heading(printed, row, copies)
                or area[:2] != (row, at)
            ):
                at = after
                continue
            if after > last_column:
                break
            value = cells.raw(row, after)
            label = str(cells.raw(row, at)).strip()
            number = row_code(cells.raw(row, at - 1)) if at > 1 else ""
            behind = printed.area(row, after)[3] + 1
            unit = squeeze(cells.raw(row, behind)).strip("()")
            unit = unit if unit in UNITS else ""
            held = _beside(printed, row, after, copies)
            if unit_behind(held) and not unit:
                unit = unit_behind(held)
                behind -= 1
            if squeeze(label) not in seen and (held or not only) and not is_unit(value):
                seen.add(squeeze(label))
                printed_number = number if number.isdigit() and len(number) < 5 else ""
                yield Pair(label, _shown(value) or held, "beside", printed_number, unit)
            at = behind + 1 if unit else behind


def _is_group(printed: PrintedSheet, row: int, column: int) -> bool:
    """Whether the name of a group of rows stands at a cell: a text over several rows, with another
    text beside it in a cell that is lower."""
    area = printed.area(row, column)
    beside = printed.area(row, area[3] + 1)
    return area[2] > area[0] and beside[2] - beside[0] < area[2] - area[0]


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
