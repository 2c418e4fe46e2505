"""The facts of one submission, packed column by column: as Parquet wants them, in few bytes."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

_TEXTS = 4
"""Columns of text: field, column, value, cell. The fifth, row, is a number."""

_SIZE = array("I").itemsize


class FactRow(NamedTuple):
    """One line of the facts table. ``value`` is the exact text of the typed value."""

    field: str
    column: str
    row: int
    value: str
    cell: str


class FactColumns(NamedTuple):
    """The same, column by column."""

    field: Sequence[str]
    column: Sequence[str]
    row: Sequence[int]
    value: Sequence[str]
    cell: Sequence[str]


class PackedTexts(NamedTuple):
    """A column of texts: how many bytes of UTF-8 each takes, and all of them in a row."""

    sizes: array[int]
    data: bytes

    def texts(self) -> list[str]:
        """The texts one by one."""
        data, places = self.data, pairwise(accumulate(self.sizes, initial=0))
        if data.isascii():
            text = data.decode()
            return [text[start:end] for start, end in places]
        return [data[start:end].decode() for start, end in places]


def packed_facts(facts: Iterable[FactRow]) -> bytes:
    """Rows put into bytes."""
    columns = list(zip(*facts, strict=True))
    return packed_columns(FactColumns(*columns)) if columns else b""


def packed_columns(facts: FactColumns) -> bytes:
    """Columns of one length put into bytes; no bytes at all where there are no facts."""
    if not facts.field:
        return b""
    texts = [packed(each) for each in (facts.field, facts.column, facts.value, facts.cell)]
    head = array("I", (len(facts.field), *(len(each.data) for each in texts)))
    numbers = (head, *(each.sizes for each in texts), array("I", facts.row))
    parts = [*(each.tobytes() for each in numbers), *(each.data for each in texts)]
    return zlib.compress(b"".join(parts), 1)


def packed(texts: Sequence[str]) -> PackedTexts:
    """A column of texts put into bytes."""
    joined = "".join(texts)
    data = joined.encode()
    plain = len(data) == len(joined)  # nothing but ASCII: as many bytes as characters
    return PackedTexts(
        array("I", map(len, texts) if plain else [len(text.encode()) for text in texts]), data
    )


class FactTable:
    """What ``packed_facts`` made, unpacked. Raises ValueError or zlib.error on anything else."""

    def __init__(self, packed: bytes) -> None:
        plain = zlib.decompress(packed) if packed else bytes(_SIZE * (_TEXTS + 1))
        head = _numbers(plain, 0, _TEXTS + 1)
        count = head[0]
        columns = [
            _numbers(plain, _TEXTS + 1 + place * count, count) for place in range(_TEXTS + 1)
        ]
        self.row = columns.pop()
        ends = list(accumulate(head[1:], initial=_SIZE * (_TEXTS + 1) * (count + 1)))
        if ends[-1] != len(plain):
            raise ValueError("not a table of facts")
        self.field, self.column, self.value, self.cell = (
            PackedTexts(sizes, plain[start:end])
            for sizes, (start, end) in zip(columns, pairwise(ends), strict=True)
        )

    def __len__(self) -> int:
        return len(self.row)

    def __iter__(self) -> Iterator[FactRow]:
        texts = (self.field.texts(), self.column.texts(), self.row, self.value.texts())
        return map(FactRow, *texts, self.cell.texts())

    def of_form(self) -> dict[tuple[str, str], str]:
        """(field, column) -> value of the form itself, without the rows of its tables."""
        names = zip(self.field.texts(), self.column.texts(), strict=True)
        rows = zip(names, self.value.texts(), self.row, strict=True)
        return {name: value for name, value, row in rows if not row}


def _numbers(data: bytes, place: int, count: int) -> array[int]:
    """So many numbers, from the one at ``place`` on."""
    found = array("I")
    found.frombytes(data[place * _SIZE : (place + count) * _SIZE])
    if len(found) != count:
        raise ValueError("not a table of facts")
    return found
