"""The cell values of a workbook as calamine gives them, sheet by sheet."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from checker.reading import unreadable
from checker.reading.limits import LIMITS
from checker.reading.unreadable import UnreadableWorkbook

SheetValues = tuple[tuple[int, int], Sequence[Sequence[object]]]
"""The 1-based position of ``rows[0][0]``, and the rows."""


def read_values(data: bytes) -> Iterator[tuple[str, bool, SheetValues]]:
    """Title, whether it is shown, and values of all worksheets of a file in any format that
    calamine reads, in tab order.

    Raises UnreadableWorkbook on whatever calamine refuses. A panic of its native code, which is
    no ordinary Exception, counts as damage too.
    """
    area = 0
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            for index, meta in enumerate(workbook.sheets_metadata):
                if meta.typ is not SheetTypeEnum.WorkSheet:
                    continue
                sheet = workbook.get_sheet_by_index(index)
                row, column = sheet.start or (0, 0)
                rows = sheet.to_python(skip_empty_area=True) if sheet.start else []
                area += len(rows) * len(rows[0]) if rows else 0
                if area > LIMITS.area:
                    raise UnreadableWorkbook(unreadable.TOO_WIDE)
                visible = meta.visible is SheetVisibleEnum.Visible
                yield meta.name, visible, ((row + 1, column + 1), rows)
    except (KeyboardInterrupt, SystemExit, GeneratorExit, UnreadableWorkbook):
        raise
    except PasswordError as error:
        raise UnreadableWorkbook(unreadable.ENCRYPTED) from error
    except MemoryError as error:
        raise UnreadableWorkbook(unreadable.STRICT_LIMIT) from error
    except BaseException as error:
        raise UnreadableWorkbook(unreadable.DAMAGED) from error
