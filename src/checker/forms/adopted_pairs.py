"""Values of a form with an adopted layout that stand by a label, or at a known place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checker.forms.adopted_cells import is_pair, pair_value
from checker.forms.adopted_page import Page, Room
from checker.forms.header_paths import cell_at
from checker.forms.normalise import normalise
from checker.forms.plain_text import row_code, squeeze
from checker.model.adopted import Place
from checker.model.cells import Cell, CellKind, CellRef
from checker.model.snapshot import Area
from checker.model.submission import Fact, FactRef
from checker.model.template import Field, FieldType

_REMARK = re.compile(r"[(\[【][^()]*[)\]】]:?")
"""A text in brackets and nothing else, as `squeeze` leaves it."""


class PairReader:
    """Reads the values that stand beside, below or behind a label, or at a known place."""

    def __init__(self, page: Page, places: Sequence[Place]) -> None:
        self.page = page
        self.places = places
        self.labels = {squeeze(place.label).rstrip(":") for place in places if place.label}
        self.beside = [place for place in places if place.label and place.value == "beside"]

    def read(self) -> None:
        """All of them."""
        for place in self.places:
            self._pair(place)

    def _pair(self, place: Place) -> None:
        item = self.page.fields[place.field]
        column = place.column or item.columns[0]
        if place.value == "same" and not place.at:
            self._behind(place, item, column)
            return
        if place.at:
            cell = cell_at(self.page.title, place.at)
            why = self._other_words(cell, place) if cell is not None else None
            if cell is not None and not (place.header or place.row):
                self.page.found.by_position.append(cell)
            self.page.add_own(item, column, cell, why)
        else:
            self.page.add(item, column, *self._by_label(place, item))

    def _behind(self, place: Place, item: Field, column: str) -> None:
        """Reads the value that stands in one cell with its label, behind the colon."""
        text = squeeze(place.label).rstrip(":")
        read = pair_value(self.page.printed, text)
        if read is None:
            self.page.add(item, column, None, _no_label(place))
            return
        (row, at), typed_text = read
        beside = None if typed_text else self._lone_beside(row, at)
        if beside is not None:
            self.page.add(item, column, beside)
            return
        held = Cell(CellKind.TEXT, typed_text) if typed_text else Cell(CellKind.EMPTY)
        typed = normalise(held, item, self.page.codes.get(item.codes or ""))
        cell = CellRef(self.page.title, row, at)
        fact = Fact(FactRef(item.id, column), typed.state, typed.value, cell, typed.typed)
        self.page.found.rooms[fact.ref] = Room(cell, text)
        self.page.keep(item, column, fact, typed)

    def _by_label(self, place: Place, item: Field) -> tuple[CellRef | None, str | None]:
        """The cell beside or below a label, and why it is not certain that the value is there."""
        label = self._label(place)
        if label is None:
            return None, _no_label(place)
        row, at, *_ = area = self._beside(label, place)
        cell = CellRef(self.page.title, row, at)
        there = self.page.printed.text(row, at)
        number = row_code(self.page.cells.raw(row, at))
        why = None
        if number and number == row_code(item.row_code) != "":
            why = f"{cell.a1} 像是行号"
        elif not number and self._may_have_moved(area, item, place.value == "below"):
            why = f"{cell.a1} 是空的，旁边另有内容"
        elif is_pair(there) or there.rstrip(":") in self.labels:
            why = f"{cell.a1} 里是另一项“{there}”"
        elif self._is_remark(there, item, area):
            why = f"{cell.a1} 里的“{there}”像是注，旁边另有内容"
        elif self._others_moved(place, at):
            why = f"{cell.a1} 这一列别的格子都是空的，内容在旁边"
        return cell, why

    def _lone_beside(self, row: int, at: int) -> CellRef | None:
        """The cell beside one that ends with the colon of its label, if something stands there that
        is no other pair and no label."""
        printed = self.page.printed
        if not printed.text(row, at).endswith(":"):
            return None
        top, left, *_ = printed.area(row, printed.area(row, at)[3] + 1)
        there = printed.text(top, left)
        if self.page.cells.raw(top, left) in (None, "") or top != row:
            return None
        if is_pair(there) or there.rstrip(":") in self.labels or there.endswith(":"):
            return None
        return CellRef(self.page.title, top, left)

    def _is_remark(self, there: str, item: Field, area: Area) -> bool:
        """Whether the cell beside the label of a text has only a remark, as （全称）, and the text
        itself may stand beside it."""
        top, _, _, right = area
        following = self.page.printed.text(top, right + 1)
        return (
            item.type is FieldType.TEXT
            and _REMARK.fullmatch(there) is not None
            and following != ""
            and following.rstrip(":") not in self.labels
        )

    def _label(self, place: Place) -> Area | None:
        """Where the label of a pair stands; None unless it stands once."""
        text = squeeze(place.label).rstrip(":")
        labels = [*self.page.printed.bearing(text), *self.page.printed.bearing(f"{text}:")]
        return labels[0].area if len(labels) == 1 else None

    def _beside(self, label: Area, place: Place) -> Area:
        """The cell beside or below a label."""
        top, left, bottom, right = label
        row, at = (bottom + 1, left) if place.value == "below" else (top, right + 1)
        return self.page.printed.area(row, at)

    def _others_moved(self, place: Place, at: int) -> bool:
        """Whether of the other values that should stand in this column more have something beside
        an empty cell than stand there: a column was inserted, and somebody wrote in it."""
        moved = there = 0
        for other in self.beside:
            label = self._label(other) if other is not place else None
            area = self._beside(label, other) if label is not None else None
            if area is None or area[1] != at:
                continue
            if self.page.printed.snapshot.raw(area[0], area[1]) not in (None, ""):
                there += 1
            elif self._may_have_moved(area, self.page.fields[other.field], False):
                moved += 1
        return moved > there

    def _other_words(self, cell: CellRef, place: Place) -> str | None:
        """Why a cell is not the one at which these words are printed; None if it is, or if there
        are no words."""
        if not (place.header or place.row):
            return None
        above = [self.page.printed.text(row, cell.column) for row in range(1, cell.row)]
        left = [self.page.printed.text(cell.row, column) for column in range(1, cell.column)]
        for words, texts in ((place.header, above), (place.row, left)):
            if words and not any(squeeze(words) in text for text in texts):
                return f"{cell.a1} 的上方、左边没有印“{words}”"
        rows = range(1, cell.row)
        signs = [row for row in rows if self.page.printed.counts_from_left(row, cell.column)]
        if not signs:
            return f"{cell.a1} 的上方没有一行从 A 列起连着印的甲、乙、1、2……"
        number = row_code(self.page.cells.raw(cell.row, 2))  # under 乙
        if number != row_code(str(cell.row - signs[-1])):
            return f"{cell.a1} 这一行印的行号不是从 01 起连着数到的"
        return None

    def _may_have_moved(self, area: Area, item: Field, below: bool) -> bool:
        """Whether near a cell that is empty something stands that is neither a label nor a row's
        number: a row or column may have been inserted or moved, and that be the value."""
        top, left, bottom, _ = area
        if below:
            for row in range(bottom + 1, min(bottom + 3, self.page.cells.last_row + 1)):
                if self.page.cells.raw(row, left) not in (None, ""):
                    return self.page.printed.text(row, left).rstrip(":") not in self.labels
            return False
        for column in range(1, self.page.cells.last_column + 1):
            value = self.page.cells.raw(top, column)
            over = self.page.printed.area(top, column)
            if value in (None, "") or over[0] != over[2]:
                continue
            known = self.page.printed.text(top, column).rstrip(":") in self.labels
            if not known and row_code(value) != row_code(item.row_code):
                return True
        return False


def _no_label(place: Place) -> str:
    return f"“{place.label}”找不到或有几处"
