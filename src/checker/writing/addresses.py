"""Cell addresses and ranges as numbers: "C7:D9" is rows 7 to 9, columns 3 to 4."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from checker.model.cells import column_letters as _column_letters
from checker.model.cells import column_number as _column_number

column_letters = cache(_column_letters)
column_number = cache(_column_number)

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?")
_PLAIN_TITLE = re.compile(r"[^\W\d][\w.]*")
_LIKE_ADDRESS = re.compile(r"[A-Za-z]{1,3}\d+|[RrCc]\d*|[Rr]\d*[Cc]\d*")


class Area(NamedTuple):
    """A rectangle of cells, 1-based, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> int:
        """Number of cells."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    @property
    def reference(self) -> str:
        """As written in a file: "C7" or "C7:D9"."""
        return self._written("")

    @property
    def absolute(self) -> str:
        """As written in a formula that must follow its cells: "$C$7:$D$9"."""
        return self._written("$")

    def _written(self, sign: str) -> str:
        top, left, bottom, right = self
        first = f"{sign}{column_letters(left)}{sign}{top}"
        if top == bottom and left == right:
            return first
        return f"{first}:{sign}{column_letters(right)}{sign}{bottom}"


@lru_cache(maxsize=4096)  # a run marks the same cells in workbook after workbook
def parse_area(text: str) -> Area | None:
    """The rectangle of an address such as "C7", "$C$7" or "C7:D9"; None if it is none."""
    found = _AREA.fullmatch(text.strip())
    if found is None:
        return None
    left, top = column_number(found[1]), int(found[2])
    right = column_number(found[3]) if found[3] else left
    bottom = int(found[4]) if found[4] else top
    area = Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
    if area.top < 1 or area.bottom > LAST_ROW or area.right > LAST_COLUMN:
        return None
    return area


def quoted_title(title: str) -> str:
    """The sheet title as it is written in formulas, always in quotes."""
    return "'" + title.replace("'", "''") + "'"


def location(link: str) -> str:
    """A link such as "教师!C7" with its sheet title quoted where Excel wants it quoted."""
    title, mark, cell = link.removeprefix("#").rpartition("!")
    if not mark or title.startswith("'"):
        return link.removeprefix("#")
    plain = _PLAIN_TITLE.fullmatch(title) and not _LIKE_ADDRESS.fullmatch(title)
    return f"{title if plain else quoted_title(title)}!{cell}"


def split_location(text: str) -> tuple[str, str]:
    """Sheet title (unquoted) and address of a reference such as "'教师 表'!$C$7"."""
    title, _, cell = text.rpartition("!")
    if title.startswith("'") and title.endswith("'") and len(title) > 1:
        title = title[1:-1].replace("''", "'")
    return title, cell
