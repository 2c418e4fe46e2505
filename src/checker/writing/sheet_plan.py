"""What is to happen on one sheet, cell by cell: marks and edits with merged ranges worked out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from checker.model.marks import WORST_FIRST, CellEdit, Fill, Mark
from checker.writing.addresses import Area, parse_area

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
