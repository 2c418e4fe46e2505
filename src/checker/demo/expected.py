"""What has to be found because of a planted fault."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class At(Struct, frozen=True):
    """A finding at a field's cell, or (with a row) at a cell of a table: row 1 is the first."""

    rule: str
    field: str
    column: str = "whole"
    row: int = 0


class OnSheet(Struct, frozen=True):
    """A finding about a sheet as a whole, by the title it has in the workbook; "" for the book.
    ``cell`` is the address when there is one that belongs to no field."""

    rule: str
    sheet: str
    cell: str = ""


Expected: TypeAlias = At | OnSheet
