"""The cell values of a workbook as calamine gives them, sheet by sheet."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from python_calamine import (
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from checker.model.snapshot import Position
from checker.reading import unreadable
from checker.reading.unreadable import UnreadableWorkbook


class SheetValues(NamedTuple):
    """One sheet's values; ``rows[0][0]`` stands at ``origin`` (1-based row and column). ``errors``
    and ``percent`` as in SheetSnapshot, where they were looked for."""

    title: str
    visible: bool
    origin: tuple[int, int]
    rows: Sequence[Sequence[object]]
    errors: Mapping[Position, str] = {}
    percent: frozenset[Position] = frozenset()


def read_values(data: bytes) -> list[SheetValues]:
    """All worksheets of a file in any format that calamine reads, in tab order.

    Raises UnreadableWorkbook on whatever calamine refuses. A panic of its native code, which is
    no ordinary Exception, counts as damage too.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return [
                _sheet(workbook, index, meta.name, meta.visible is SheetVisibleEnum.Visible)
                for index, meta in enumerate(workbook.sheets_metadata)
                if meta.typ is SheetTypeEnum.WorkSheet
            ]
    except (KeyboardInterrupt, SystemExit, UnreadableWorkbook):
        raise
    except PasswordError as error:
        raise UnreadableWorkbook(unreadable.ENCRYPTED) from error
    except MemoryError as error:
        raise UnreadableWorkbook(unreadable.STRICT_LIMIT) from error
    except BaseException as error:
        raise UnreadableWorkbook(unreadable.DAMAGED) from error


def _sheet(workbook: CalamineWorkbook, index: int, title: str, visible: bool) -> SheetValues:
    sheet = workbook.get_sheet_by_index(index)
    start = sheet.start
    if start is None:
        return SheetValues(title, visible, (1, 1), [])
    rows = sheet.to_python(skip_empty_area=True)
    return SheetValues(title, visible, (start[0] + 1, start[1] + 1), rows)
