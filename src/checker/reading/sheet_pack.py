"""Sheets as msgpack, on their way from the guarded process to the one that asked: nothing but data,
read as records of the declared types."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from msgspec import msgpack
from msgspec.structs import replace

from checker.model.snapshot import SheetSnapshot
from checker.reading.unreadable import UnreadableWorkbook

_CODES: dict[type, int] = {date: 1, datetime: 2, time: 3, timedelta: 4}
"""msgpack knows no days and times: they are marked."""
_READERS: dict[int, Callable[[str], object]] = {
    1: date.fromisoformat,
    2: datetime.fromisoformat,
    3: time.fromisoformat,
    4: lambda text: timedelta(seconds=float(text)),
}


def packed(sheets: Iterable[SheetSnapshot]) -> bytes:
    """Sheets as an answer."""
    return msgpack.encode(
        [
            replace(sheet, rows=[[_marked(value) for value in line] for line in sheet.rows])
            for sheet in sheets
        ]
    )


def refusal(error: UnreadableWorkbook) -> bytes:
    """Why there are none, as an answer."""
    return msgpack.encode(error.reason)


def unpacked(answer: bytes) -> list[SheetSnapshot]:
    """The sheets of an answer. Raises UnreadableWorkbook if it is a refusal."""
    said: list[SheetSnapshot] | str = _ANSWER.decode(answer)
    if isinstance(said, str):
        raise UnreadableWorkbook(said)
    return said


def _marked(value: object) -> object:
    code = _CODES.get(type(value))
    if code is None:
        return value
    text = repr(value.total_seconds()) if isinstance(value, timedelta) else str(value)
    return msgpack.Ext(code, text.encode())


_ANSWER = msgpack.Decoder(
    list[SheetSnapshot] | str, ext_hook=lambda code, data: _READERS[code](str(data, "ascii"))
)
