"""The painter's orders: all that a run does to a book, as lines of text, and the painter's answer.

docs/design/protocol.md describes the lines. They are worked out in Python alone; the launcher's
``Checker_Paint`` carries them out in Excel and WPS, `checker_xlsx.painting` in LibreOffice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from checker_xlsx.looks import Look, Seen
from checker_xlsx.vba.texts import escaped, unescaped
from msgspec import Struct, field
from msgspec.structs import replace

from checker.writing.text_size import text_pixels

PROTOCOL = 3
"""Of launcher and program. It grows when one of them would not understand the other any more."""

POINTS = 0.75
"""Of a pixel, where nothing is enlarged."""

_FIRST_DAY = datetime(1899, 12, 30)

Entry: TypeAlias = str | float | bool | date | None
"""What is put into a cell: a text that starts with "=" is a formula, one that starts with an
apostrophe is what follows it, as text."""


class Verb(Enum):
    """What a step does to a sheet."""

    ADD = "add"
    PUT = "put"
    DRESS = "dress"
    HIDE = "hide"
    DROP = "drop"
    NAME = "name"
    GO = "go"


class Step(Struct, frozen=True):
    """One step that concerns a sheet of ours rather than the look of a cell.

    ``where``: the address (dress, go), the row (put), the new title (name). ``what``: the property
    that is dressed. ``entries``: the row that is put, from column A on, or the property's value.
    """

    verb: Verb
    sheet: str
    where: str = ""
    what: str = ""
    entries: tuple[Entry, ...] = ()


Order: TypeAlias = Look | Step


class Orders(Struct, frozen=True):
    """``work`` first; if one of it fails, ``undo``, else ``finish``.

    ``work`` adds sheets under provisional titles, the memory before anything else, then changes
    cells. ``finish`` takes the earlier run's sheets away and gives the new ones their titles; a
    failure in it leaves a book that the next run takes up.
    """

    work: Sequence[Order] = ()
    undo: Sequence[Order] = ()
    finish: Sequence[Order] = ()


class Answer(Struct, frozen=True):
    """What the painter says: how the cells looked before, the sheets it could not touch, and the
    cells whose note could not be given or whose colour a conditional format covers."""

    seen: Seen = field(default_factory=Seen)
    without_note: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()


def lines_of(orders: Orders) -> str:
    """The orders as text, ASCII, one line each."""
    parts = (
        *map(_line, orders.work),
        "undo",
        *map(_line, orders.undo),
        "finish",
        *map(_line, orders.finish),
    )
    return "".join(f"{line}\n" for line in parts)


def looking(cells: Iterable[tuple[str, str]]) -> Orders:
    """Orders that change nothing: their answer tells how the cells (sheet, address) look."""
    return Orders([Look(sheet, address) for sheet, address in cells])


def _line(order: Order) -> str:
    if isinstance(order, Look):
        return _look_line(order)
    words = [order.verb.value, escaped(order.sheet)]
    if order.where or order.what or order.entries:
        words.append(escaped(order.where))
    if order.verb is Verb.DRESS:
        words.append(order.what)
    words += map(_entry, order.entries)
    return "\t".join(words)


def _look_line(look: Look) -> str:
    fill = "=" if look.fill is None else look.fill or "-"
    note = "=" if look.note is None else "+" + escaped(look.note) if look.note else "-"
    if look.value is None:
        value = "="
    elif isinstance(look.value, Decimal):
        value = f"#{look.value}"
    else:
        value = "+" + escaped(look.value) if look.value else "-"
    width, height = (pixels * POINTS for pixels in text_pixels(look.note)) if look.note else (0, 0)
    box = f"{width:g};{height:g}"
    return "\t".join(("cell", escaped(look.sheet), look.address, fill, note, value, box))


def _entry(entry: Entry) -> str:
    """ "-" nothing, "+text", "#number", "!formula", "?1" a truth value, "@number" a day."""
    if entry is None:
        return "-"
    if isinstance(entry, bool):
        return f"?{int(entry)}"
    if isinstance(entry, float | int):
        return f"#{entry!r}"
    if isinstance(entry, date):
        day = entry if isinstance(entry, datetime) else datetime(entry.year, entry.month, entry.day)
        return f"@{(day - _FIRST_DAY).total_seconds() / 86_400:g}"
    if entry.startswith("="):
        return f"!{escaped(entry)}"
    text = entry.removeprefix("'")
    return f"+{escaped(text)}"


def answered(text: str) -> Answer:
    """The painter's answer. Raises ValueError when it is not one."""
    looks: list[Look] = []
    refused: set[str] = set()
    told: dict[str, list[str]] = {"noteless": [], "covered": []}
    for line in text.splitlines():
        kind, *parts = line.split("\t")
        if kind == "was":
            sheet, address, fill, note = parts
            shown = unescaped(note[1:]).replace("\r\n", "\n").replace("\r", "\n")
            looks.append(
                Look(
                    unescaped(sheet),
                    address,
                    "" if fill == "-" else fill,
                    shown if note.startswith("+") else "",
                )
            )
        elif kind == "refused":
            refused.add(unescaped(parts[0]))
        elif kind in told:
            told[kind].append(f"{unescaped(parts[0])}!{parts[1]}")
        elif kind:
            raise ValueError(f"not an answer of the painter: {line!r}")
    looks = [
        replace(one, threaded=place in told["noteless"], covered=place in told["covered"])
        for one in looks
        for place in (f"{one.sheet}!{one.address}",)
    ]
    return Answer(
        Seen(tuple(looks), frozenset(refused)), tuple(told["noteless"]), tuple(told["covered"])
    )
