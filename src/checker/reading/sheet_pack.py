"""Sheets as msgpack, on their way from the guarded process to the one that asked: nothing but data,
read as records of the declared types."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import msgpack
from msgspec.structs import replace

from checker.model.snapshot import SheetSnapshot
from checker.reading.unreadable import UnreadableWorkbook
from checker.toml_files import marked, unmarked


def packed(sheets: Iterable[SheetSnapshot]) -> bytes:
    """Sheets as an answer."""
    return msgpack.encode([replace(sheet, rows=marked(sheet.rows)) for sheet in sheets])


def refusal(error: UnreadableWorkbook) -> bytes:
    """Why there are none, as an answer."""
    return msgpack.encode(error.reason)


def unpacked(answer: bytes) -> list[SheetSnapshot]:
    """The sheets of an answer. Raises UnreadableWorkbook if it is a refusal."""
    said = msgpack.decode(answer, type=list[SheetSnapshot] | str, ext_hook=unmarked)
    if isinstance(said, str):
        raise UnreadableWorkbook(said)
    return said
