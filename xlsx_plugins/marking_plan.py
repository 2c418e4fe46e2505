"""What is to become of each cell: from the earlier run's marks and this run's to one look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from checker_xlsx.fills import fill_text, fill_xml
from checker_xlsx.looks import Look
from msgspec import Struct, field

from checker.model.marks import FILL_COLOURS, WORST_FIRST, CellEdit, Fill, Mark, Scalar
from checker.model.snapshot import Snapshot
from checker.writing.addresses import Area, parse_area
from checker.writing.cell_contents import Content, content_of, decode, encode, rich_text
from checker.writing.memory_sheet import Memory
from checker.writing.note_texts import SEPARATOR, plain_text, text_xml

Key = tuple[str, int, int]
"""Sheet title, row, column."""


def cells_of(sheet: str, address: str) -> list[Key]:
    """The cells of "C7" or "C7:D9", row by row."""
    area = parse_area(address)
    if area is None:
        return []
    return [
        (sheet, row, column)
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    ]


class CellPlan(Struct):
    """One cell: how it is now, how the user has it without marks, and how it shall be."""

    key: Key
    now: Look | None = None
    fill_before: str | None = None  # XML, for the memory; None: not looked at
    user_note: str = ""
    note_before: str | None = None  # encoded, from the earlier memory, kept word for word
    fill: Fill | None = None
    notes: list[str] = field(default_factory=list)
    value_now: str | Decimal = ""
    value_before: str | None = None  # encoded, for the memory
    value: str | Decimal | None = None  # to be written
    edited: bool = False  # by this run

    @property
    def address(self) -> str:
        return Area(self.key[1], self.key[2], self.key[1], self.key[2]).reference

    def note(self) -> str:
        """The note the cell shall carry: the user's own, then ours."""
        ours = "\n".join(self.notes)
        if self.user_note and ours:
            return f"{self.user_note}{SEPARATOR}{ours}"
        return self.user_note or ours

    def change(self) -> Look | None:
        """What has to be done to the cell; None if it is as it shall be."""
        fill = note = None
        if self.now is not None:
            wanted = FILL_COLOURS[self.fill] if self.fill else fill_text(self.fill_before or "")
            fill = wanted if wanted != self.now.fill else None
            note = (
                self.note() if plain_text(self.note()) != plain_text(self.now.note or "") else None
            )
        value = self.value if self.value is not None and self.value != self.value_now else None
        if fill is None and note is None and value is None:
            return None
        return Look(self.key[0], self.address, fill, note, value)

    def undoing(self) -> Look | None:
        """What turns the change back; None if there was none."""
        if self.change() is None:
            return None
        value = None if self.value is None else self.value_now
        if self.now is None:
            return Look(self.key[0], self.address, value=value)
        note = None if self.now.threaded else self.now.note
        return Look(self.key[0], self.address, self.now.fill, note, value)

    def memories(self) -> list[Memory]:
        """What the memory sheet has to keep of this cell."""
        area = Area(self.key[1], self.key[2], self.key[1], self.key[2])
        kept = []
        if self.fill is not None:
            kept.append(
                Memory("fill", self.key[0], area, FILL_COLOURS[self.fill], self.fill_before)
            )
        if self.notes:
            before = self.note_before
            if before is None and self.user_note:
                before = encode(Content("", text_xml(self.user_note)))
            kept.append(Memory("note", self.key[0], area, "\n".join(self.notes), before))
        if self.edited and self.value is not None:
            wrote = encode(content_of(self.value))
            kept.append(Memory("edit", self.key[0], area, wrote, self.value_before))
        return kept


def plan_cells(
    marks: Sequence[Mark],
    edits: Sequence[CellEdit],
    earlier: Sequence[Memory],
    now: Mapping[Key, Look],
    snapshot: Snapshot,
) -> list[CellPlan]:
    """A plan for every cell that an earlier run or this one concerns.

    A fill that is not the one we gave any more is the user's and stays, as does a note or a value
    that was changed since; and whatever stands beside a text that a person wrote (see
    `CellEdit.beside`).
    """
    written = {
        (memory.sheet, memory.area.top)
        for memory in earlier
        if memory.kind == "person"
        and _has_text(snapshot, (memory.sheet, memory.area.top, memory.area.left))
    }
    plans: dict[Key, CellPlan] = {}

    def plan_of(key: Key) -> CellPlan:
        if key not in plans:
            look = now.get(key)
            plans[key] = CellPlan(
                key,
                look,
                fill_xml(look.fill or "") if look else None,
                (look.note or "") if look else "",
                value_now=value_of(snapshot, key),
            )
        return plans[key]

    for memory in earlier:
        for key in cells_of(memory.sheet, memory.area.reference):
            if memory.kind == "fill":
                _forget_fill(plan_of(key), memory)
            elif memory.kind == "note":
                _forget_note(plan_of(key), memory)
            elif memory.kind == "edit" and key[:2] not in written:
                _forget_edit(plan_of(key), memory)
    for mark in marks:
        keys = cells_of(mark.sheet, mark.cell)
        if mark.note and keys and mark.note not in plan_of(keys[0]).notes:
            plan_of(keys[0]).notes.append(mark.note)
        for key in keys:
            plan = plan_of(key)
            if mark.fill is not None:
                plan.fill = min(plan.fill or mark.fill, mark.fill, key=WORST_FIRST.index)
    for edit in edits:
        for key in cells_of(edit.sheet, edit.cell)[:1]:
            plan = plan_of(key)
            if edit.beside:
                plan.value_before = encode(content_of(None))
            elif plan.value_before is None:
                plan.value_before = encode(content_of(plan.value_now or None))
            plan.value, plan.edited = _entry(edit.value), True
    return [plans[key] for key in sorted(plans)]


def _forget_fill(plan: CellPlan, memory: Memory) -> None:
    if plan.now is not None and plan.now.fill == memory.wrote:
        plan.fill_before = memory.before or ""


def _forget_note(plan: CellPlan, memory: Memory) -> None:
    """The user's own part of a note: what was there before us, and what was typed since."""
    text, ours = plain_text(plan.user_note), plain_text(memory.wrote)
    if memory.before is not None and plain_text(SEPARATOR + memory.wrote) in text:
        plan.user_note = text.replace(plain_text(SEPARATOR + memory.wrote), "", 1).rstrip("\n")
        if plain_text(rich_text(decode(memory.before).inner)) == plain_text(plan.user_note):
            plan.note_before = memory.before
    elif ours in text:
        plan.user_note = text.replace(ours, "", 1).strip("\n ")


def _forget_edit(plan: CellPlan, memory: Memory) -> None:
    wrote, before = _shown(memory.wrote), _shown(memory.before)
    if plan.value_now == wrote:
        plan.value, plan.value_before = before, memory.before


def _shown(encoded: str | None) -> str | Decimal:
    """A remembered value as it is typed; formulas are not edited by us, so none comes back."""
    if encoded is None:
        return ""
    content = decode(encoded)
    if content.type in ("inlineStr", "str"):
        return rich_text(content.inner)
    text = content.inner.decode().removeprefix("<v>").removesuffix("</v>")
    return Decimal(text) if text else ""


def persons_of(edits: Sequence[CellEdit]) -> list[Memory]:
    """The cells that persons fill beside the edited ones, as the memory sheet keeps them."""
    cells = dict.fromkeys((edit.sheet, edit.beside) for edit in edits if edit.beside)
    return [
        Memory("person", sheet, area, "", None)
        for sheet, cell in cells
        if (area := parse_area(cell)) is not None
    ]


def _has_text(snapshot: Snapshot, key: Key) -> bool:
    sheet = snapshot.sheets.get(key[0])
    value = sheet.cell(key[1], key[2]).value if sheet else None
    return value is not None and bool(str(value).strip())


def value_of(snapshot: Snapshot, key: Key) -> str | Decimal:
    """What a cell held when the book was read, as text or number; "" when empty."""
    sheet = snapshot.sheets.get(key[0])
    value = sheet.cell(key[1], key[2]).value if sheet else None
    return value if isinstance(value, str | Decimal) else ""


def _entry(value: Scalar) -> str | Decimal:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
