"""JSON written piece by piece: long lists come from streams and are never held as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from checker.marking.file_record import Json

Member: TypeAlias = "Json | Iterator[Json]"
"""A value, or a stream of values that is written as a list."""


def object_pieces(members: Mapping[str, Member]) -> Iterator[str]:
    """The text of one object as ``json.dumps(…, ensure_ascii=False)`` writes it."""
    before = "{"
    for name, value in members.items():
        yield f"{before}{_text(name)}: "
        if isinstance(value, Iterator):
            yield from _list_pieces(value)
        else:
            yield _text(value)
        before = ", "
    yield "}" if members else "{}"


def _list_pieces(values: Iterator[Json]) -> Iterator[str]:
    before = "["
    for value in values:
        yield before + _text(value)
        before = ", "
    yield "[]" if before == "[" else "]"


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
