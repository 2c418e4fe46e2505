"""Where in a TOML file a table or key stands, so that a problem can name the line."""

from __future__ import annotations

import re
from collections.abc import Iterator

Place = tuple[str | int, ...]
"""Way to a table or key: ("rules", 3, "check"); tables of an array are numbered from 0."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=(.*)$"""
)


class TomlPlaces:
    """Line numbers (from 1) of the tables and keys of a TOML text that can be parsed."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {}
        table: Place = ()
        counted: dict[Place, int] = {}
        for number, line in _outer_lines(text):
            header = _HEADER.match(line)
            if header:
                names = _parts(header[2])
                table = _resolved(names, counted)
                if header[1] == "[[":
                    counted[table] = counted.get(table, -1) + 1
                    table = (*table, counted[table])
                self._lines.setdefault(table, number)
                continue
            key = _KEY.match(line)
            if key:
                self._lines.setdefault((*table, *_parts(key[1])), number)

    def line(self, *place: str | int) -> int:
        """The line of a key or table; of what it stands in if it is not found itself; 0 if
        nothing of it is in the file."""
        for end in range(len(place), 0, -1):
            found = self._lines.get(place[:end])
            if found is not None:
                return found
        return 0


def _resolved(names: Place, counted: dict[Place, int]) -> Place:
    """``rules.x`` below the newest ``[[rules]]`` is ("rules", n, "x")."""
    place: Place = names[:1]
    for name in names[1:]:
        if place in counted:
            place = (*place, counted[place])
        place = (*place, name)
    return place


def _parts(text: str) -> Place:
    return tuple(
        part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', text)
    )


def _outer_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that begin a statement: those inside a value of several lines are left out."""
    inside = ""  # the closing quotes of a text of several lines
    depth = 0  # open brackets of a list
    for number, line in enumerate(text.splitlines(), 1):
        if not inside and depth == 0:
            yield number, line
            if _HEADER.match(line):
                continue
        inside, depth = _after(line, inside, depth)


_TOKENS = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|[\[\]{}]|#.*')


def _after(line: str, inside: str, depth: int) -> tuple[str, int]:
    """The state after a line, given the state before it."""
    position = 0
    while position < len(line):
        if inside:
            end = line.find(inside, position)
            if end < 0:
                return inside, depth
            position, inside = end + 3, ""
            continue
        token = _TOKENS.search(line, position)
        if token is None:
            break
        position = token.end()
        text = token[0]
        if text in ('"""', "'''"):
            inside = text
        elif text in "[{":
            depth += 1
        elif text in "]}":
            depth -= 1
    return inside, max(depth, 0)
