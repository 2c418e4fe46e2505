"""Fills a workbook that a county made itself: values go into the cells that its template finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from checker_templates.building.fill import content_of, only_column
from checker_templates.building.fill_data import FillData, FillError, FillValue

from checker.forms.adopted import bind_adopted, rooms_of
from checker.forms.adopted_cells import NO_OPTIONS, WRITING_LINE, pair_pattern
from checker.forms.adopted_page import LedgerRoom, Room, Rooms, TableRoom
from checker.forms.plain_text import half_width, squeeze
from checker.model.cells import CellRef
from checker.model.marks import CellEdit, Scalar
from checker.model.snapshot import Snapshot
from checker.model.submission import FactState
from checker.model.template import Field, FieldType, TableColumn, Template
from checker.reading import read_snapshot

TICK = "√"


def fill_own_workbook(
    template: Template, workbook: Path, target: Path, data: FillData, *, verbatim: bool = False
) -> None:
    """Writes ``data`` into a copy of the county's own blank ``workbook``, saved as ``target``.

    Raises FillError, UnreadableWorkbook, OSError, and the writer's own errors.
    """
    from checker.writing import fill_cells

    snapshot = read_snapshot(workbook)
    fill_cells(workbook, target, own_edits(template, snapshot, data, verbatim=verbatim))


def left_in_blank(template: Template, snapshot: Snapshot, data: FillData) -> list[str]:
    """A sentence for each field that a workbook which ought to be blank has a value for, and that
    ``data`` does not replace."""
    fields = template.fields()
    given = {
        (name, column)
        for name, values in data.facts.items()
        for column in (
            values
            if isinstance(values, Mapping)
            else [only_column(fields[name]) if name in fields else ""]
        )
    }
    return [
        f"空白表里已经填了“{fields[ref.field].label}”（{fact.cell}：{fact.typed}），"
        "请先清空，或在数据里写明。"
        for ref, fact in bind_adopted(snapshot, template).facts.items()
        if fact.cell is not None
        and fact.state not in (FactState.BLANK, FactState.UNBOUND)
        and not ref.row  # of a ledger: a row may name its school already
        and (ref.field, ref.column) not in given
        and (fact.cell.row, fact.cell.column) not in snapshot.sheets[fact.cell.sheet].formulas
    ]


def own_edits(
    template: Template, snapshot: Snapshot, data: FillData, *, verbatim: bool = False
) -> list[CellEdit]:
    """The cells of a blank workbook of an adopted form that ``data`` fills.

    A field whose cell is not found for certain is refused, and so is a cell that holds a formula.
    Raises FillError naming every problem.
    """
    problems = left_in_blank(template, snapshot, data)
    writing = _Writing(template, snapshot, rooms_of(snapshot, template), verbatim)
    for problem in (*writing.facts(data), *writing.tables(data), *writing.units(data)):
        problems.append(problem)
    if data.explanations:
        problems.append("这份表没有“说明”表，不能填说明文字。")
    if problems:
        raise FillError(problems)
    return [CellEdit(cell.sheet, cell.a1, content) for cell, content in writing.cells.items()]


class _Writing:
    """Collects what is to stand in which cell; its generators yield what cannot be written."""

    def __init__(
        self, template: Template, snapshot: Snapshot, rooms: Rooms, verbatim: bool
    ) -> None:
        self.template = template
        self.snapshot = snapshot
        self.rooms = rooms
        self.verbatim = verbatim
        self.cells: dict[CellRef, Scalar] = {}

    def facts(self, data: FillData) -> Iterator[str]:
        """Takes in the facts."""
        fields = self.template.fields()
        places = {(ref.field, ref.column): room for ref, room in self.rooms.fields.items()}
        for field_id, given in data.facts.items():
            field = fields.get(field_id)
            if field is None:
                yield f"模板里没有字段 {field_id}。"
                continue
            by_column = given if isinstance(given, Mapping) else {only_column(field): given}
            for column, value in by_column.items():
                room = places.get((field_id, column))
                if column not in field.columns:
                    known = "、".join(field.columns)
                    yield f"字段 {field_id} 没有列“{column}”，可填的列是 {known}。"
                elif room is None:
                    yield f"字段 {field_id}（{column}）在空白表里没有找到确定的位置。"
                else:
                    yield from self._put(room, field, value, f"字段 {field_id}（{column}）")

    def tables(self, data: FillData) -> Iterator[str]:
        """Takes in the rows of the tables."""
        tables = self.template.tables()
        for table_id, rows in data.tables.items():
            place = self.rooms.tables.get(table_id)
            if table_id not in tables:
                yield f"模板里没有明细表 {table_id}。"
            elif place is None:
                yield f"明细表 {table_id} 在空白表里没有找到确定的位置。"
            elif len(rows) > len(place.rows):
                yield f"明细表 {table_id} 只有 {len(place.rows)} 行可填，数据有 {len(rows)} 行。"
            else:
                columns = {column.id: column for column in tables[table_id].columns}
                for number, values in zip(place.rows, rows, strict=False):
                    for name, value in values.items():
                        what = f"明细表 {table_id} 第 {number} 行 {name}"
                        room = _room_in_row(place, number, name)
                        if name not in columns:
                            yield f"明细表 {table_id} 没有列 {name}，应为 {'、'.join(columns)}。"
                        elif room is None:
                            yield f"{what}：在空白表里没有找到确定的位置。"
                        else:
                            yield from self._put(room, columns[name], value, what)

    def units(self, data: FillData) -> Iterator[str]:
        """Takes in the rows of the ledger: each in the row that names the unit already, else in the
        next one that is empty."""
        room = self.rooms.ledger
        if not data.units:
            return
        if room is None:
            yield "这份模板没有台账，或在空白表里没有找到台账的表头，不能填 units。"
            return
        fields = self.template.fields()
        cells = self.snapshot.sheets[room.sheet]
        known = self._named_rows(room)
        empty = [
            row
            for row in room.rows
            if all(
                cells.raw(row, at) in (None, "") or (row, at) in cells.formulas
                for at in room.columns.values()
            )
        ]
        for number, unit in enumerate(data.units, start=1):
            what = f"台账第 {number} 个单位"
            rows = {row for key in self._keys(unit) for row in known.get(key, ())}
            if len(rows) > 1:
                yield f"{what}：空白表里有几行是它（第 {'、'.join(map(str, sorted(rows)))} 行）。"
                continue
            if not rows and not empty:
                yield f"{what}：空白表里没有空行了；请在合计行上面插入行再填。"
                continue
            row = rows.pop() if rows else empty.pop(0)
            for name, value in unit.items():
                field_id, _, column = name.partition("@")
                field = fields.get(field_id)
                at = room.columns.get((field_id, column or (only_column(field) if field else "")))
                if field is None:
                    yield f"{what}：模板里没有字段 {field_id}。"
                elif at is None:
                    yield f"{what}：字段 {name} 在空白表里没有找到确定的一栏。"
                else:
                    cell = CellRef(room.sheet, row, at)
                    yield from self._put(Room(cell), field, value, f"{what}的 {name}")
                    held = None if (row, at) in cells.formulas else cells.raw(row, at)
                    if held not in (None, "") and not _alike(held, self.cells.get(cell)):
                        yield f"{what}：{cell} 已经填了“{_as_text(held)}”，请先清空。"

    def _keys(self, unit: Mapping[str, FillValue]) -> Iterator[tuple[str, str]]:
        """What a unit is known by: its code, its name."""
        for part in ("code", "name"):
            field_id = getattr(self.template.identity, part)
            value = unit.get(field_id) if field_id else None
            if value not in (None, ""):
                yield part, squeeze(str(value))

    def _named_rows(self, room: LedgerRoom) -> dict[tuple[str, str], list[int]]:
        """Code or name -> the rows of a ledger that bear it already."""
        found: dict[tuple[str, str], list[int]] = {}
        for part in ("code", "name"):
            field_id = getattr(self.template.identity, part)
            at = next((at for (name, _), at in room.columns.items() if name == field_id), None)
            for row in room.rows if at is not None else ():
                held = self.snapshot.sheets[room.sheet].raw(row, at or 0)
                if held not in (None, ""):
                    found.setdefault((part, squeeze(_as_text(held))), []).append(row)
        return found

    def _put(
        self, room: Room, entry: Field | TableColumn, value: FillValue, what: str
    ) -> Iterator[str]:
        codes = self.template.code_lists.get(entry.codes or "", {})
        try:
            content = content_of(entry.type, codes, value, self.verbatim)
        except ValueError as error:
            yield f"{what}：{error}"
            return
        if entry.type is FieldType.CODE and isinstance(value, str):
            content = value.strip()  # the county's form has no list that joins code and meaning
        if room.ticks:
            yield from self._tick(room, content, what)
        elif (room.cell.row, room.cell.column) in self.snapshot.sheets[room.cell.sheet].formulas:
            yield f"{what}：{room.cell} 是公式，不用填。"
        elif room.pair:
            cell = room.cell
            printed = self.snapshot.sheets[cell.sheet].raw(cell.row, cell.column)
            known = self.cells.get(cell, str(printed))
            try:
                text = "" if content is None else str(content)
                self.cells[cell] = with_pair_value(str(known), room.pair, text)
            except ValueError:
                yield f"{what}：{cell} 里找不到“{room.pair}：”后面的位置。"
        else:
            self.cells[room.cell] = content

    def _tick(self, room: Room, content: Scalar, what: str) -> Iterator[str]:
        if content == "否":
            chosen = next((option for option in room.ticks if option in NO_OPTIONS), None)
        elif content == "是" and "是" not in room.ticks:
            chosen = next((option for option in room.ticks if option not in NO_OPTIONS), None)
        else:
            chosen = next((option for option in room.ticks if option == content), None)
        if content is not None and chosen is None:
            yield f"{what}：“{content}”不是可打勾的一栏，应为 {'、'.join(room.ticks)}。"
            return
        for option, cell in room.ticks.items():
            self.cells[cell] = TICK if option == chosen else None


def _alike(held: object, content: Scalar) -> bool:
    return squeeze(_as_text(held)) == squeeze(_as_text(content))


def _as_text(value: object) -> str:
    """A cell's value as a text; 12.0 as 12."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _room_in_row(place: TableRoom, row: int, name: str) -> Room | None:
    ticks = place.ticks.get(name)
    if ticks:
        cells = {option: CellRef(place.sheet, row, at) for option, at in ticks.items()}
        return Room(next(iter(cells.values())), "", cells)
    column = place.columns.get(name)
    return None if column is None else Room(CellRef(place.sheet, row, column))


def with_pair_value(text: str, label: str, value: str) -> str:
    """The text of a cell with the value behind ``label`` (squeezed) and its colon replaced; other
    pairs in it stay. Raises ValueError where the pair is not there exactly once."""
    plain = half_width(text)
    found = list(pair_pattern(label).finditer(plain))
    if len(found) != 1 or len(plain) != len(text):
        raise ValueError(label)
    held = found[0][1]
    start = found[0].start(1) + len(held) - len(held.lstrip(WRITING_LINE))
    end = found[0].end(1) - (len(held) - len(held.rstrip(WRITING_LINE)))
    return text[: max(start, 0)] + value + text[max(end, start) :]
