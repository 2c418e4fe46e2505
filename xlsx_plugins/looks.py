"""How a cell looks as far as marks go: its fill and its note, now and before."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field


class Look(Struct, frozen=True):
    """Fill and note of one cell or range.

    ``fill``: None leaves it, "" is no fill, "RRGGBB" a solid one, "RRGGBB;pattern;RRGGBB" one of
    Excel's numbered patterns with its colour. ``note``: None leaves it, "" is no note. ``value``
    (never part of an answer): None leaves it, "" empties the cell, a text is written as text.
    ``threaded`` and ``covered`` (only in an answer): a conversation leaves no room for a note, a
    conditional format shows another colour than the fill.
    """

    sheet: str
    address: str
    fill: str | None = None
    note: str | None = None
    value: str | Decimal | None = None
    threaded: bool = False
    covered: bool = False


class Seen(Struct, frozen=True):
    """How cells look now, without those on the ``refused`` sheets, whose protection has a password
    that is not ours."""

    looks: tuple[Look, ...] = ()
    refused: frozenset[str] = field(default_factory=frozenset)
