"""How a cell looks as far as marks go: its fill and its note, now and before."""

from __future__ import annotations

from decimal import Decimal

from checker_xlsx.vba.texts import escaped, unescaped
from msgspec import Struct, field

from checker.writing.notes import text_pixels

POINTS = 0.75
"""Of a pixel, where nothing is enlarged."""


class Look(Struct, frozen=True):
    """Fill and note of one cell or range.

    ``fill``: None leaves it, "" is no fill, "RRGGBB" a solid one, "RRGGBB;pattern;RRGGBB" one of
    Excel's numbered patterns with its colour. ``note``: None leaves it, "" is no note. ``value``
    (never part of an answer): None leaves it, "" empties the cell, a text is written as text.
    """

    sheet: str
    address: str
    fill: str | None = None
    note: str | None = None
    value: str | Decimal | None = None


class Seen(Struct, frozen=True):
    """How cells look now, without those on the ``refused`` sheets, whose protection has a password
    that is not ours."""

    looks: tuple[Look, ...] = ()
    refused: frozenset[str] = field(default_factory=frozenset)


def order_line(look: Look) -> str:
    """The line by which the macro ``Checker_Repaint`` is asked for this look."""
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
    return "\t".join((escaped(look.sheet), look.address, fill, note, value, box))


def seen(answers: str) -> Seen:
    """The macro's answer. Raises ValueError when it is not one."""
    looks: list[Look] = []
    refused: set[str] = set()
    for line in answers.splitlines():
        if not line:
            continue
        parts = line.split("\t")
        if parts[0] == "!":
            refused.add(unescaped(parts[1]))
            continue
        sheet, address, fill, note = parts
        looks.append(
            Look(
                unescaped(sheet),
                address,
                "" if fill == "-" else fill,
                unescaped(note[1:]).replace("\r\n", "\n").replace("\r", "\n")
                if note.startswith("+")
                else "",
            )
        )
    return Seen(tuple(looks), frozenset(refused))
