"""Mark 标记: what is to be shown in a workbook. Writers turn marks into bytes or into calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, field


class Fill(StrEnum):
    """The six colours a mark may give a cell; the note says the same in words."""

    PASS = "pass"  # 通过, green
    FAIL = "fail"  # 不通过, red
    DOUBT = "doubt"  # 存疑, yellow
    EXPLAINED = "explained"  # 已说明, blue
    UNMET = "unmet"  # 未达标, orange
    INFO = "info"  # 提示, grey


WORST_FIRST: tuple[Fill, ...] = (
    Fill.FAIL,
    Fill.DOUBT,
    Fill.UNMET,
    Fill.EXPLAINED,
    Fill.INFO,
    Fill.PASS,
)
"""Of several colours that one cell should have, the first in this order is shown."""

FILL_COLOURS: dict[Fill, str] = {
    Fill.PASS: "C6EFCE",
    Fill.FAIL: "FFC7CE",
    Fill.DOUBT: "FFEB9C",
    Fill.EXPLAINED: "BDD7EE",
    Fill.UNMET: "F8CBAD",
    Fill.INFO: "E7E6E6",
}
"""Background colours as RRGGBB; black text stays readable on each."""

FILL_WORDS: dict[Fill, str] = {
    Fill.PASS: "通过",
    Fill.FAIL: "不通过",
    Fill.DOUBT: "存疑",
    Fill.EXPLAINED: "已说明",
    Fill.UNMET: "未达标",
    Fill.INFO: "提示",
}


class Mark(Struct, frozen=True):
    """Colour and note for one cell ("C7") or one range ("C7:D9") of a sheet.

    ``fill`` None leaves the colour alone; ``note`` None adds no note. A note on a range, or on a
    merged range, sits on its top-left cell. ``link`` is a location inside the workbook
    ("校验结果!A5") the cell should lead to, or None.
    """

    sheet: str
    cell: str
    fill: Fill | None = None
    note: str | None = None
    link: str | None = None


Scalar = Decimal | int | str | bool | date | None


class CellEdit(Struct, frozen=True):
    """A value to put into a cell of an existing sheet, keeping its style. None empties the cell.

    ``beside`` is the cell of the same row that a person fills. While there is a text in it, the
    edit stays when marks are taken away: the text would mean nothing without it. Without a text,
    the cell is emptied then; such cells are checker's own.
    """

    sheet: str
    cell: str
    value: Scalar
    beside: str | None = None


class ResultCell(Struct, frozen=True):
    """One cell of a result sheet. Text is written as text, never as a formula."""

    value: Scalar = None
    fill: Fill | None = None
    bold: bool = False
    size: float | None = None  # points
    link: str | None = None  # location inside the workbook, e.g. "教师!C7"
    wrap: bool = False
    header: bool = False  # dark header band with white bold text
    border: bool = False


class ResultSheet(Struct, frozen=True):
    """A sheet that is added (or replaced) by a run of checker, such as 校验结果."""

    title: str
    rows: Sequence[Sequence[ResultCell]]
    widths: Sequence[float] = ()  # characters, per column
    freeze_rows: int = 0  # rows kept in view at the top
    merges: Sequence[str] = ()  # ranges such as "A1:H1"
    landscape: bool = True
    repeated_row: int = 0  # printed at the top of every sheet of paper; 0: none


class Changes(Struct, frozen=True):
    """All that one run writes into one workbook."""

    marks: Sequence[Mark] = ()
    sheets: Sequence[ResultSheet] = ()
    edits: Sequence[CellEdit] = field(default_factory=tuple)
