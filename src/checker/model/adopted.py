"""Adopted layout 采用的版式: where the fields of a template stand in a workbook that a county made
itself. Everything is said in the words that are printed there; positions are the last resort."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec import field as made_by


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """Where one field stands: beside, below or behind a printed ``label``; where a ``header`` path
    and a ``row`` path cross; or ``at`` a position ("C3"), which no printed word confirms.

    ``number`` is the cell in the official notation 表号.行号,列号 ("教基3112.01,5"): what is found
    by words is read only if the numbers printed there say the same.

    ``value`` says where the value of a ``label`` is: "same" cell (after the colon), "beside" or
    "below". ``column`` is the column id; "" for the field's only one.

    With ``at``, ``header`` and ``row`` are words that have to stand above the cell and at the left
    of it, within longer texts; where they do not, the cell is not read. ``optional``: not every
    printing of the form has it; where its words are nowhere on the sheet, nothing was filled in.
    """

    field: str
    column: str = ""
    label: str = ""
    value: str = "beside"
    header: str = ""
    row: str = ""
    number: str = ""
    at: str = ""
    optional: bool = False


class Grid(Struct, frozen=True, forbid_unknown_fields=True):
    """Fields in rows under the header paths of ``columns`` (by column id).

    ``labels`` is the header path over the row labels, ``groups`` that over the groups of rows at
    the left of them, ``code`` that over 序号 or 行号. ``block`` is which of ``blocks`` tables side
    by side it is, counted from the left, where all have the same headers; ``beside`` are
    the headers over the labels of all of them from the left, where these differ. ``left``: the
    labels stand in the columns at the left of the header, which bear none. ``fields``
    are the fields in it, () for all of the sheet that stand nowhere else. ``cells`` are crossings
    of a header path with a row path. ``ticks``, by column id: option -> header path, where the
    answer is the option that is ticked. ``below`` is a text above the header that tells it from
    others on the sheet.
    """

    labels: str = ""
    groups: str = ""
    code: str = ""
    block: int = 0
    blocks: int = 0
    beside: tuple[str, ...] = ()
    left: bool = False
    columns: Mapping[str, str] = made_by(default_factory=dict)
    fields: tuple[str, ...] = ()
    cells: tuple[Place, ...] = ()
    ticks: Mapping[str, Mapping[str, str]] = made_by(default_factory=dict)
    below: str = ""


class Listing(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the template: ``headers`` by table column id; ``code`` is the header of 序号."""

    table: str
    headers: Mapping[str, str] = made_by(default_factory=dict)
    code: str = ""
    ticks: Mapping[str, Mapping[str, str]] = made_by(default_factory=dict)
    below: str = ""


class Ledger(Struct, frozen=True, forbid_unknown_fields=True):
    """A sheet of which each row is a unit of its own. ``headers`` by field id, or by
    ``field@column`` where a field has several columns."""

    headers: Mapping[str, str]
    code: str = ""
    below: str = ""


class AdoptedSheet(Struct, frozen=True, forbid_unknown_fields=True):
    """One sheet of the workbook. ``titles`` are texts that stand on it, whole or within a cell;
    ``names`` patterns of what the sheet may be called ("教基1001*").

    ``number`` is the 表号 that has to be printed on it: a sheet without it is not this one. Entries
    of one ``id`` with different numbers are parts of one sheet of the template, on sheets of their
    own in the workbook; entries with the same number are printings of one sheet of the workbook, of
    which the one is taken that fits best. ``optional``: not every workbook has it. ``confirmed``:
    the layout was compared with the official form; ``source`` says where it is from.
    """

    id: str
    number: str = ""
    optional: bool = False
    confirmed: bool = True
    source: str = ""
    titles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    cells: tuple[Place, ...] = ()
    grids: tuple[Grid, ...] = ()
    tables: tuple[Listing, ...] = ()
    ledger: Ledger | None = None


class AdoptedLayout(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole layout. ``file_name`` reads fields from the name of the file:
    ``{school.name}({school.kind})``."""

    sheets: tuple[AdoptedSheet, ...]
    file_name: str = ""
    kind: str = "adopted"

    @property
    def ledger(self) -> Ledger | None:
        """The ledger, if the workbook is one."""
        return next((sheet.ledger for sheet in self.sheets if sheet.ledger), None)
