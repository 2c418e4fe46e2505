"""Changes -> a changed package: what is to happen on each sheet, doing it, and remembering it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from checker.model.marks import (
    FILL_COLOURS,
    WORST_FIRST,
    CellEdit,
    Changes,
    Fill,
    Mark,
)
from checker.writing.addresses import Area, location, parse_area, quoted_title, split_location
from checker.writing.cell_contents import Content, content_of, encode, stored_in
from checker.writing.grid import grow_rows
from checker.writing.memory_sheet import TITLE, Memory, memory_sheet_xml
from checker.writing.notes import SheetNotes
from checker.writing.outcome import THREADED, Skipped, UnwritableWorkbook, WriteSummary
from checker.writing.result_sheet import result_sheet_xml, with_left_out
from checker.writing.sheet_cells import CellChange, add_links, change_cells, linked_cells
from checker.writing.sheet_part import Place, SheetPart
from checker.writing.styles_part import Styles, solid
from checker.writing.workbook_part import Sheet, Workbook, list_titles

MOST_CELLS = 200_000
"""Cells one range may colour; a whole column or sheet is surely a mistake."""

_MOST_LISTED = 5_000

Cell = tuple[int, int]
Look = tuple[str, str, bool]


class SheetPlan(Struct, frozen=True):
    """By cell (row, column); a cell inside a merged range stands for the range's corner."""

    fills: dict[Cell, Fill] = field(default_factory=dict)
    notes: dict[Cell, list[str]] = field(default_factory=dict)
    links: dict[Cell, str] = field(default_factory=dict)
    edits: dict[Cell, CellEdit] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def plan_sheet(
    merged: Sequence[Area], marks: Iterable[Mark], edits: Iterable[CellEdit]
) -> SheetPlan:
    """The plan for one sheet's marks and edits; what cannot be done is in ``skipped``."""
    plan = SheetPlan()
    corners = _corners(merged)
    for mark in marks:
        area = parse_area(mark.cell)
        if area is None:
            plan.skipped.append((mark.cell, "不是单元格地址"))
            continue
        single = area.top == area.bottom and area.left == area.right
        near: Sequence[Area] = ()
        if single and corners is not None:
            first = corners.get(area[:2], area[:2])
        else:
            near = [one for one in merged if _meet(one, area)]
            first = _corner(near, area.top, area.left)
        if mark.note:
            texts = plan.notes.setdefault(first, [])
            if mark.note not in texts:
                texts.append(mark.note)
        if mark.link:
            plan.links.setdefault(first, mark.link)
        if mark.fill is None:
            continue
        if single:
            _strengthen(plan, first, mark.fill)
        else:
            _plan_fill(plan, mark.fill, area, near, mark.cell)
    for edit in edits:
        area = parse_area(edit.cell)
        if area is None or area.size != 1:
            plan.skipped.append((edit.cell, "不是单元格地址"))
            continue
        plan.edits[_corner(merged, area.top, area.left)] = edit
    return plan


def _plan_fill(
    plan: SheetPlan, fill: Fill, area: Area, merged: Sequence[Area], written: str
) -> None:
    if area.size > MOST_CELLS:
        plan.skipped.append((written, "范围太大，没有上色"))
        return
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            _strengthen(plan, _corner(merged, row, column) if merged else (row, column), fill)


def _strengthen(plan: SheetPlan, cell: Cell, fill: Fill) -> None:
    known = plan.fills.get(cell)
    if known is None or WORST_FIRST.index(fill) < WORST_FIRST.index(known):
        plan.fills[cell] = fill


def _corners(merged: Sequence[Area]) -> dict[Cell, Cell] | None:
    """By cell of a merged range the range's corner; None where ranges are too large to list."""
    if sum(one.size for one in merged) > _MOST_LISTED:
        return None
    corners: dict[Cell, Cell] = {}
    for top, left, bottom, right in merged:
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                corners.setdefault((row, column), (top, left))
    return corners


def _meet(one: Area, other: Area) -> bool:
    return (
        one.top <= other.bottom
        and other.top <= one.bottom
        and one.left <= other.right
        and other.left <= one.right
    )


def _corner(merged: Sequence[Area], row: int, column: int) -> Cell:
    for top, left, bottom, right in merged:
        if top <= row <= bottom and left <= column <= right:
            return top, left
    return row, column


def areas_of(cells: dict[Cell, Look]) -> list[tuple[Area, Look]]:
    """Cells with the same value put together: runs within a row, then equal runs of rows."""
    runs: list[tuple[int, int, int, Look]] = []  # row, left, right, value
    for (row, column), value in sorted(cells.items()):
        if runs:
            last_row, left, right, last = runs[-1]
            if last_row == row and right == column - 1 and last == value:
                runs[-1] = row, left, column, value
                continue
        runs.append((row, column, column, value))
    open_blocks: dict[tuple[int, int, Look], tuple[int, int]] = {}  # -> top, bottom
    blocks = []
    for row, left, right, value in runs:
        key = left, right, value
        above = open_blocks.get(key)
        if above is not None and above[1] == row - 1:
            open_blocks[key] = above[0], row
            continue
        if above is not None:
            blocks.append((Area(above[0], left, above[1], right), value))
        open_blocks[key] = row, row
    for (left, right, value), (top, bottom) in open_blocks.items():
        blocks.append((Area(top, left, bottom, right), value))
    return blocks


_SOLID = {fill: (colour, solid(colour)) for fill, colour in FILL_COLOURS.items()}


class Applier:
    """Puts one run's changes into a workbook that carries no marks of an earlier run."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._styles = Styles(workbook)
        self._memories: list[Memory] = []
        self._tabs = {sheet.title: place for place, sheet in enumerate(workbook.sheets)}
        self._skipped: list[Skipped] = []
        self._formula_overwritten = False
        # Cells of one style that get one colour look the same before and after.
        self._looks: dict[tuple[int, int, bool], tuple[CellChange, tuple[str, str, bool]]] = {}

    def apply(self, changes: Changes) -> WriteSummary:
        """Make all changes and add the sheet that remembers them."""
        workbook = self._workbook
        before = [sheet.title for sheet in workbook.sheets]
        titles = self._result_titles([sheet.title for sheet in changes.sheets])
        for sheet, marks, edits in self._by_sheet(changes):
            self._apply_sheet(sheet, marks, edits, titles)
        for number, result in enumerate(changes.sheets):
            title = titles[result.title]
            told = result if number else with_left_out(result, self._skipped)
            xml = result_sheet_xml(told, workbook, self._styles, titles)
            workbook.add_sheet(title, xml, repeated_row=told.repeated_row)
            self._tabs[title] = len(workbook.sheets) - 1
            self._remember("sheet", title, Area(1, 1, 1, 1), title, None)
        counts: Counter[str] = Counter()
        for memory in self._memories:
            counts[memory.kind] += memory.area.size
        if counts["edit"]:
            workbook.recalculate_on_load()
            first = next(one.sheet for one in self._memories if one.kind == "edit")
            self._remember("recalculation", first, Area(1, 1, 1, 1), "", None)
        if self._formula_overwritten:
            workbook.drop_calculation_chain()
        self._styles.finish()
        if self._memories:
            title = self._free_title(TITLE, set())
            xml = memory_sheet_xml(workbook, self._memories)
            workbook.add_sheet(title, xml, "veryHidden")
            list_titles(workbook.package, before, [sheet.title for sheet in workbook.sheets])
        return WriteSummary(
            filled=counts["fill"],
            notes=counts["note"],
            links=counts["link"],
            edits=counts["edit"],
            sheets=tuple(titles[sheet.title] for sheet in changes.sheets),
            skipped=tuple(self._skipped),
        )

    def fill(self, edits: Sequence[CellEdit]) -> None:
        """Put values into cells for good. Raises `UnwritableWorkbook` if one cannot be put in."""
        for sheet, marks, of_sheet in self._by_sheet(Changes(edits=edits)):
            self._apply_sheet(sheet, marks, of_sheet, {})
            self._grow_rows(sheet, of_sheet)
        if self._skipped:
            first = self._skipped[0]
            raise UnwritableWorkbook(f"{first.place}：{first.reason}，没有写入。")
        if self._formula_overwritten:
            self._workbook.drop_calculation_chain()

    def _grow_rows(self, sheet: Sheet, edits: Sequence[CellEdit]) -> None:
        part = SheetPart(self._workbook.package.part(sheet.key))
        plan = plan_sheet(part.merged(), (), edits)
        texts = {
            cell: edit.value
            for cell, edit in plan.edits.items()
            if isinstance(edit.value, str) and edit.value
        }
        if texts:
            grow_rows(part, self._styles, texts)

    def _result_titles(self, wished: Iterable[str]) -> dict[str, str]:
        given: dict[str, str] = {}
        for title in wished:
            if title in given:
                raise ValueError(f"two result sheets with one title: {title}")
            given[title] = self._free_title(title, set(given.values()))
        return given

    def _free_title(self, wished: str, taken: set[str]) -> str:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", wished).strip("'")[:31] or "结果"
        used = {sheet.title.casefold() for sheet in self._workbook.sheets}
        used |= {title.casefold() for title in taken}
        title, number = plain, 2
        while title.casefold() in used:
            suffix = f"({number})"
            title, number = plain[: 31 - len(suffix)] + suffix, number + 1
        return title

    def _by_sheet(self, changes: Changes) -> Iterable[tuple[Sheet, list[Mark], list[CellEdit]]]:
        wanted: dict[str, tuple[list[Mark], list[CellEdit]]] = {}
        for mark in changes.marks:
            wanted.setdefault(mark.sheet, ([], []))[0].append(mark)
        for edit in changes.edits:
            wanted.setdefault(edit.sheet, ([], []))[1].append(edit)
        together: dict[str, tuple[Sheet, list[Mark], list[CellEdit]]] = {}
        for title, (marks, edits) in wanted.items():
            sheet = self._workbook.sheet(title)
            if sheet is None or sheet.kind != "worksheet" or not sheet.key:
                reason = "没有这个工作表" if sheet is None else "这一页是图表或对话框，没有单元格"
                for cell in [*(one.cell for one in marks), *(one.cell for one in edits)]:
                    self._skip(title, cell, reason)
                continue
            known = together.setdefault(sheet.key, (sheet, [], []))
            known[1].extend(marks)
            known[2].extend(edits)
        yield from together.values()

    def _remember(
        self,
        kind: str,
        sheet: str,
        area: Area,
        wrote: str,
        before: str | None,
        created: bool = False,
    ) -> None:
        memory = Memory(kind, sheet, area, wrote, before, created, self._tabs[sheet])
        self._memories.append(memory)

    def _skip(self, sheet: str, cell: str, reason: str) -> None:
        self._skipped.append(Skipped(f"{sheet}!{cell}", reason))

    # ---- one sheet

    def _apply_sheet(
        self,
        sheet: Sheet,
        marks: Sequence[Mark],
        edits: Sequence[CellEdit],
        titles: dict[str, str],
    ) -> None:
        part = SheetPart(self._workbook.package.part(sheet.key))
        plan = plan_sheet(part.merged(), marks, edits)
        for cell_, reason in plan.skipped:
            self._skip(sheet.title, cell_, reason)
        places = part.locate({*plan.fills, *plan.edits})
        changes: dict[Cell, CellChange] = {}
        before: dict[Cell, tuple[str, str, bool]] = {}
        for cell, fill in plan.fills.items():
            place = places[cell]
            # A fill by its identity: hashing an enumeration's member is slow.
            look = place.style, id(fill), place.row is None
            known = self._looks.get(look)
            if known is None:
                colour, xml = _SOLID[fill]
                old = self._styles.fill_of(place.style).decode()
                change = CellChange(style=self._styles.with_fill(place.style, xml))
                known = self._looks[look] = change, (colour, old, not place.exists)
            changes[cell], before[cell] = known
        title, tab = sheet.title, self._tabs[sheet.title]
        self._memories += [
            Memory("fill", title, area, colour, old, created, tab)
            for area, (colour, old, created) in areas_of(before)
        ]
        self._plan_edits(sheet, part, plan, places, changes)
        change_cells(part, changes, places)
        self._write_links(sheet, part, plan, titles)  # hyperlinks stand before legacyDrawing
        self._write_notes(sheet, part, plan)

    def _plan_edits(
        self,
        sheet: Sheet,
        part: SheetPart,
        plan: SheetPlan,
        places: dict[Cell, Place],
        changes: dict[Cell, CellChange],
    ) -> None:
        for cell, edit in plan.edits.items():
            place = places[cell]
            stored = stored_in(part, place, self._workbook.shared_string)
            if stored.is_tied_formula:
                self._skip(sheet.title, edit.cell, "这里是数组公式或共享公式，没有改写")
                continue
            self._formula_overwritten |= stored.is_formula
            content = content_of(edit.value, self._workbook.dates_from_1904)
            changes[cell] = CellChange(changes.get(cell, CellChange()).style, content)
            area = Area(*cell, *cell)
            before = encode(content_of(None) if edit.beside else stored)
            self._remember(
                "edit", sheet.title, area, encode(content), before, created=not place.exists
            )
        for beside in dict.fromkeys(edit.beside for edit in plan.edits.values()):
            person = parse_area(beside or "")
            if person is not None:
                self._remember("person", sheet.title, person, "", None)

    def _write_notes(self, sheet: Sheet, part: SheetPart, plan: SheetPlan) -> None:
        if not plan.notes:
            return
        notes = SheetNotes(self._workbook, sheet, part)
        for cell, texts in sorted(plan.notes.items()):
            area = Area(*cell, *cell)
            address = area.reference
            existing = notes.existing(address)
            if existing is not None and existing.is_thread:
                self._skip(sheet.title, address, THREADED)
                continue
            text = "\n".join(texts)
            before = None
            if existing is None:
                notes.add(address, *cell, text)
            else:
                anchor = notes.append(existing, *cell, text)
                before = encode(Content(anchor or "", existing.text_xml))
            self._remember("note", sheet.title, area, text, before)
        notes.finish()

    def _write_links(
        self, sheet: Sheet, part: SheetPart, plan: SheetPlan, titles: dict[str, str]
    ) -> None:
        if not plan.links:
            return
        taken = linked_cells(part)
        links = {}
        for cell, link in sorted(plan.links.items()):
            area = Area(*cell, *cell)
            if area.reference in taken:
                continue
            title, to = split_location(location(link))
            given = titles.get(title, title)
            links[area.reference] = (
                location(link) if given == title else f"{quoted_title(given)}!{to}"
            )
            self._remember("link", sheet.title, area, links[area.reference], None)
        add_links(part, links)
