"""A result sheet, such as 校验结果, as orders to the painter: its rows, then formats by area."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal

from checker_xlsx.looks import Look
from checker_xlsx.orders import Entry, Order, Step, Verb

from checker.model.marks import FILL_COLOURS, ResultCell, ResultSheet, Scalar
from checker.writing.addresses import Area, location
from checker.writing.result_sheet import HEADER_COLOUR

_BORDER_COLOUR = "BFBFBF"
_MOST_FORMULA_TEXT = 255
"""Excel refuses a longer text inside a formula."""


def result_sheet_orders(title: str, result: ResultSheet) -> list[Order]:
    """What fills the empty sheet ``title``: its rows, how they are set, and their colours."""
    orders: list[Order] = [
        Step(Verb.PUT, title, str(number), entries=tuple(map(_typed, row)))
        for number, row in enumerate(result.rows, 1)
        if row
    ]

    def dress(area: str, what: str, value: Entry = 1) -> None:
        orders.append(Step(Verb.DRESS, title, area, what, (value,)))

    for area, size in _areas(result, lambda cell: cell.size):
        if isinstance(size, float | int):
            dress(area.reference, "size", size)
    for area, _ in _areas(result, lambda cell: cell.bold or cell.header or None):
        dress(area.reference, "bold")
    for area, _ in _areas(result, lambda cell: cell.header or None):
        dress(area.reference, "colour", "'FFFFFF")
    for area, _ in _areas(result, lambda cell: cell.wrap or None):
        dress(area.reference, "wrap")
    for area, _ in _areas(result, lambda cell: cell.border or None):
        dress(area.reference, "border", f"'{_BORDER_COLOUR}")
    for number, characters in enumerate(result.widths, 1):
        if characters:
            dress(Area(1, number, 1, number).reference, "width", characters)
    for merged in result.merges:
        dress(merged, "merge")
    orders += [
        Look(title, area.reference, fill)
        for area, fill in _areas(result, _fill_of)
        if isinstance(fill, str)
    ]
    if result.landscape:
        dress("A1", "page", result.repeated_row)
    if result.freeze_rows:
        dress("A1", "freeze", result.freeze_rows)
    return orders


def _fill_of(cell: ResultCell) -> str | None:
    if cell.header:
        return HEADER_COLOUR
    return FILL_COLOURS[cell.fill] if cell.fill else None


def _typed(cell: ResultCell) -> Entry:
    """What is written so that the program takes it as meant: texts as texts, links as formulas."""
    if cell.link and isinstance(cell.value, str):
        target, shown = f"#{location(cell.link)}", cell.value
        if max(len(target), len(shown)) <= _MOST_FORMULA_TEXT:
            return '=HYPERLINK("{}","{}")'.format(
                target.replace('"', '""'), shown.replace('"', '""')
            )
    return literal(cell.value)


def literal(value: Scalar) -> Entry:
    """An entry that can never become a formula, a date or another number."""
    if isinstance(value, str):
        return "'" + value
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return float(value)
    return value


def _areas(
    result: ResultSheet, what: Callable[[ResultCell], Hashable | None]
) -> Iterable[tuple[Area, Hashable]]:
    """Rectangles of cells for which ``what`` says the same; cells of which it says None are left
    out. Runs of one column are put together first: tables repeat downwards, not sideways."""
    columns: dict[tuple[int, int, Hashable], list[int]] = {}
    height = len(result.rows)
    width = max((len(row) for row in result.rows), default=0)
    for column in range(1, width + 1):
        top = 0
        for row in range(1, height + 2):
            here = _said(result, row, column, what)
            if top and (row > height or here != _said(result, top, column, what)):
                said = _said(result, top, column, what)
                assert said is not None
                columns.setdefault((top, row - 1, said), []).append(column)
                top = 0
            if not top and here is not None:
                top = row
    for (top, bottom, said), numbers in columns.items():
        left = previous = numbers[0]
        for number in [*numbers[1:], 0]:
            if number != previous + 1:
                yield Area(top, left, bottom, previous), said
                left = number
            previous = number


def _said(
    result: ResultSheet, row: int, column: int, what: Callable[[ResultCell], Hashable | None]
) -> Hashable | None:
    if row > len(result.rows) or column > len(result.rows[row - 1]):
        return None
    return what(result.rows[row - 1][column - 1])
