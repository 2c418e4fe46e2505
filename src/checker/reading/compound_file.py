"""Streams of the old compound file format (OLE2) that .xls workbooks come in.

Source: [MS-CFB]. Every chain is followed at most as far as the file is long.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from checker.reading import unreadable
from checker.reading.unreadable import UnreadableWorkbook

_END_OF_CHAIN = 0xFFFFFFFA  # this and above are marks, not sectors
_DIRECTORY_ENTRY = 128
_STREAM, _ROOT = 2, 5
_HEADER_DIFAT = 109


class CompoundFile:
    """Reads named streams. Raises UnreadableWorkbook when the structure is broken."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            shift, mini_shift = struct.unpack_from("<HH", data, 30)
            first_directory = self._long(48)
            self._cutoff, first_mini = self._long(56), self._long(60)
            if not 7 <= shift <= 16 or not 2 <= mini_shift <= shift:
                raise UnreadableWorkbook(unreadable.DAMAGED)
            self._size, self._mini_size = 1 << shift, 1 << mini_shift
            self._fat = self._read_fat()
            directory = self._chain(first_directory)
            self._mini_fat = _longs(self._chain(first_mini))
            self._entries = dict(_directory(directory))
            root = self._entries.get("")
            self._mini = self._chain(root[0])[: root[1]] if root else b""
        except struct.error as error:
            raise UnreadableWorkbook(unreadable.DAMAGED) from error

    def stream(self, name: str) -> bytes | None:
        """The stream of this name (without regard to case); None if there is none."""
        entry = self._entries.get(name.lower())
        if entry is None:
            return None
        start, size = entry
        if size >= self._cutoff:
            return self._chain(start)[:size]
        pieces: list[bytes] = []
        for sector in _follow(start, self._mini_fat):
            at = sector * self._mini_size
            pieces.append(self._mini[at : at + self._mini_size])
        return b"".join(pieces)[:size]

    def _long(self, at: int) -> int:
        return int.from_bytes(self._data[at : at + 4], "little")

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _read_fat(self) -> list[int]:
        places = list(struct.unpack_from(f"<{_HEADER_DIFAT}L", self._data, 76))
        following = self._long(68)
        for _ in range(len(self._data) // self._size + 1):
            if following >= _END_OF_CHAIN:
                break
            more = _longs(self._sector(following))
            if not more:
                break
            places.extend(more[:-1])
            following = more[-1]
        fat: list[int] = []
        for place in places:
            if place < _END_OF_CHAIN:
                fat.extend(_longs(self._sector(place)))
        return fat

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in _follow(start, self._fat))


def _follow(start: int, table: list[int]) -> Iterator[int]:
    number = start
    for _ in range(len(table)):
        if number >= len(table):
            return
        yield number
        number = table[number]


def _longs(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4]))


def _directory(data: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    """Lower-case names of the streams, "" for the root, with first sector and size in bytes."""
    for at in range(0, len(data) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        entry = data[at : at + _DIRECTORY_ENTRY]
        length = int.from_bytes(entry[64:66], "little")
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
        start, size = struct.unpack_from("<LL", entry, 116)
        if entry[66] == _ROOT:
            yield "", (start, size)
        elif entry[66] == _STREAM:
            yield name, (start, size)
