"""Snapshot + template with an adopted layout -> Submission: a form that a county drew itself.

Everything is found by the words that are printed in the workbook. What is not found exactly is not
read, and said for the author of the template: the clerk is never asked to repair the layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from checker.forms.adopted_cells import (
    drawn_from_name,
    is_pair,
    own_words,
    pair_value,
    read_tick,
    without_noise,
)
from checker.forms.adopted_sheets import adopted_sheets, grid_paths, listing_paths
from checker.forms.cell_words import CodeList
from checker.forms.form_fields import CodeLists, FieldReading, cell_problems, read_fact
from checker.forms.header_paths import (
    ALL_COLUMNS,
    Header,
    PrintedSheet,
    cell_at,
    ends_with,
    label_columns,
    parts_of,
)
from checker.forms.ledger_rows import (
    SUMMED,
    LedgerRow,
    RowKind,
    ledger_rows,
    open_rows,
    repeated_codes,
    wrong_totals,
)
from checker.forms.normalise import normalise
from checker.forms.plain_text import row_code, squeeze
from checker.forms.stage_units import stages_of
from checker.forms.tables import row_problems
from checker.forms.typed_value import TypedValue
from checker.model.adopted import AdoptedLayout, AdoptedSheet, Grid, Ledger, Listing, Place
from checker.model.cells import Cell, CellKind, CellRef, column_letters
from checker.model.snapshot import Area, Snapshot
from checker.model.submission import Fact, FactRef, FactState, Problem, Submission, TableRow
from checker.model.template import Column, Field, FieldType, Sheet, TableColumn, Template

NOT_BOUND = "FORM027"
NAMED_AT_MOST = 6
FREE_ROWS = 2000
"""So many rows below a table are offered for filling at most."""

Ticks = Mapping[str, int]
"""Option -> column in which it is ticked."""


class Room(Struct, frozen=True):
    """Where a value of a form is written: a cell; behind the label ``pair`` in it; or a tick in the
    one of ``ticks`` (option -> cell) that is chosen."""

    cell: CellRef
    pair: str = ""
    ticks: Mapping[str, CellRef] = field(default_factory=dict)


class TableRoom(Struct, frozen=True):
    """Where the rows of a table are written: those that stand there, then those that are free.
    ``columns`` by table column id; ``ticks`` by table column id, then option."""

    sheet: str
    rows: tuple[int, ...]
    columns: Mapping[str, int]
    ticks: Mapping[str, Ticks]


class LedgerRoom(Struct, frozen=True):
    """Where the rows of a ledger are written: all rows between its header and its total or its end.
    ``columns`` by field id and column id."""

    sheet: str
    rows: tuple[int, ...]
    columns: Mapping[tuple[str, str], int]


class Rooms(Struct, frozen=True):
    """The rooms of a workbook by field and column, by table, and of its ledger."""

    fields: Mapping[FactRef, Room]
    tables: Mapping[str, TableRoom]
    ledger: LedgerRoom | None = None


class _Found(Struct):
    """What was read of a workbook so far. ``lacking`` by sheet title: what was not found."""

    facts: dict[FactRef, Fact] = field(default_factory=dict)
    tables: dict[str, tuple[TableRow, ...]] = field(default_factory=dict)
    readings: list[FieldReading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    by_position: list[CellRef] = field(default_factory=list)
    rooms: dict[FactRef, Room] = field(default_factory=dict)
    table_rooms: dict[str, TableRoom] = field(default_factory=dict)
    ledger_room: LedgerRoom | None = None

    def miss(self, sheet: str, what: str) -> None:
        """Notes what was not found."""
        self.lacking.setdefault(sheet, []).append(what)


def bind_adopted(snapshot: Snapshot, template: Template) -> Submission:
    """All facts of a workbook as the layout of ``template`` says where they stand.

    Never raises for what a workbook contains. Of a ledger the submission's ``units`` are its rows.
    """
    layout = template.layout
    assert layout is not None
    found, titles, ledger = _read(snapshot, template, layout)
    unused = tuple(each.id for each in template.sheets if each.optional and each.id not in titles)
    codes = {name: CodeList(meanings) for name, meanings in template.code_lists.items()}
    _add_from_name(snapshot.name, template, codes, found)
    for sheet in template.sheets:
        for item in sheet.fields:
            for column in item.columns:
                ref = FactRef(item.id, column)
                found.facts.setdefault(ref, Fact(ref, FactState.UNBOUND))
    found.problems += _not_bound(found, titles)
    if layout.ledger is not None:
        return _of_ledger(snapshot, template, titles, found, ledger)
    return replace(_submission(snapshot.name, template, titles, found), not_handed_in=unused)


def rooms_of(snapshot: Snapshot, template: Template) -> Rooms:
    """Where the values of a form with an adopted layout are written in a workbook of it; what is
    not found for certain has no room."""
    assert template.layout is not None
    found, _, _ = _read(snapshot, template, template.layout)
    return Rooms(found.rooms, found.table_rooms, found.ledger_room)


def _read(
    snapshot: Snapshot, template: Template, layout: AdoptedLayout
) -> tuple[_Found, Mapping[str, str], Sequence[LedgerRow]]:
    """What stands on the sheets, the sheets' titles by id, and the rows of the ledger."""
    codes = {name: CodeList(meanings) for name, meanings in template.code_lists.items()}
    placed, lacking = adopted_sheets(snapshot, layout)
    titles: dict[str, str] = {}
    found = _Found()
    for what in lacking:
        found.miss("", what)
    ledger: list[LedgerRow] = []
    for place, title in placed:
        sheet = template.sheet(place.id)
        titles.setdefault(place.id, title)
        reader = _SheetReader(PrintedSheet(snapshot.sheets[title]), title, sheet, codes, found)
        reader.read(place)
        if place.ledger is not None:
            ledger = reader.ledger(place.ledger)
    return found, titles, ledger


def _submission(
    name: str, template: Template, titles: Mapping[str, str], found: _Found
) -> Submission:
    stages = stages_of(template, template.fields(), found.facts)
    due = own_words(cell_problems(found.readings, stages, found.facts), template, found.facts)
    return Submission(
        name=name,
        template=template,
        facts=found.facts,
        tables=found.tables,
        stages=stages,
        problems=tuple(without_noise([*found.problems, *due])),
        sheet_titles=dict(titles),
    )


def _of_ledger(
    snapshot: Snapshot,
    template: Template,
    titles: Mapping[str, str],
    found: _Found,
    rows: Sequence[LedgerRow],
) -> Submission:
    """The submission of a ledger: its rows as units, and what is wrong with it as a whole."""
    units: list[Submission] = []
    problems = list(found.problems)
    facts: dict[FactRef, Fact] = {}
    noted: list[Problem] = []
    for row in rows:
        if row.kind is not RowKind.UNIT:
            continue
        number = len(units) + 1
        own = _Found(facts=dict(found.facts), readings=list(row.readings))
        own.facts.update((reading.fact.ref, reading.fact) for reading in row.readings)
        unit = _submission(f"{snapshot.name} 第 {row.number} 行", template, titles, own)
        told = [each for each in unit.problems if each.rule == "FORM003"]
        noted += told
        unit = replace(unit, problems=tuple(each for each in unit.problems if each not in told))
        units.append(unit)
        for ref, fact in own.facts.items():
            moved = replace(ref, row=number)
            facts[moved] = Fact(moved, fact.state, fact.value, fact.cell, fact.typed)
    problems += without_noise([replace(each, ref=None) for each in noted])
    problems += wrong_totals(rows)
    problems += repeated_codes(template, units)
    return Submission(
        name=snapshot.name,
        template=template,
        facts=facts,
        tables={},
        stages=(),
        problems=tuple(problems),
        sheet_titles=dict(titles),
        units=tuple(units),
    )


def _not_bound(found: _Found, titles: Mapping[str, str]) -> Iterator[Problem]:
    """One line a sheet for the author: what could not be found, and what was read by position."""
    first = next(iter(titles.values()), None)
    for title, items in found.lacking.items():
        some = "、".join(items[:NAMED_AT_MOST]) + (f" 等 {len(items)} 项" * (len(items) > 6))
        where = f"工作表“{title}”里" if title else "这份工作簿里"
        message = (
            f"{where}按模板没有找到确定的位置，没有读，也没有校验：{some}。"
            "填表人不用改表样；请模板的作者核对版式（checker template adopt --check）。"
        )
        yield Problem(NOT_BOUND, message, sheet=title or first)
    if found.by_position:
        cells = "、".join(cell.a1 for cell in found.by_position[:NAMED_AT_MOST])
        message = (
            f"模板只写了位置、没有写名称的格子（{cells}）是按位置读的；"
            "插入过行或列的表会读错，请模板的作者改用名称。"
        )
        yield Problem("FORM030", message, None, found.by_position[0], found.by_position[0].sheet)


def _add_from_name(name: str, template: Template, codes: CodeLists, found: _Found) -> None:
    """The fields that the file's name tells, and where it contradicts the workbook."""
    assert template.layout is not None
    fields = template.fields()
    drawn = drawn_from_name(template.layout.file_name, name)
    if drawn is None:
        found.miss("", f"文件名“{name}”不是“{template.layout.file_name}”的样子")
        return
    for field_id, text in drawn.items():
        item = fields[field_id]
        ref = FactRef(field_id, item.columns[0])
        typed = normalise(Cell(CellKind.TEXT, text), item, codes.get(item.codes or ""))
        known = found.facts.get(ref)
        if known is None or known.state is FactState.UNBOUND:
            found.facts[ref] = Fact(ref, typed.state, typed.value, None, typed.typed)
        elif known.state is FactState.GIVEN and not _agree(known, typed):
            message = (
                f"文件名里的“{item.label}”是“{text}”，表里填的是“{known.typed}”；"
                "请核对，改正填错的一个。"
            )
            sheet = known.cell.sheet if known.cell else None
            found.problems.append(
                Problem("FORM031", message, ref, known.cell, sheet, known.typed, text)
            )


def _agree(known: Fact, drawn: TypedValue) -> bool:
    """Whether the workbook and the file's name say the same; before a name there may stand a number
    or the like (03_某某小学)."""
    if known.value == drawn.value:
        return True
    one, other = squeeze(known.typed), squeeze(drawn.typed)
    return isinstance(drawn.value, str) and (other.endswith(one) or one.endswith(other))


# -- one sheet -----------------------------------------------------------------------------


class _SheetReader:
    """Reads one sheet of the workbook into ``found``."""

    def __init__(
        self, printed: PrintedSheet, title: str, sheet: Sheet, codes: CodeLists, found: _Found
    ) -> None:
        self.printed = printed
        self.cells = printed.snapshot
        self.title = title
        self.sheet = sheet
        self.codes = codes
        self.found = found
        self.fields: dict[str, Field] = {item.id: item for item in sheet.fields}
        self.labels: set[str] = set()
        self.headings: list[str] = []
        self.pairs: list[Place] = []
        self.columns: dict[str, Column] = {column.id: column for column in sheet.columns}

    def read(self, place: AdoptedSheet) -> None:
        """All but the ledger."""
        self.labels = {squeeze(cell.label).rstrip(":") for cell in place.cells if cell.label}
        self.pairs = [cell for cell in place.cells if cell.label and cell.value == "beside"]
        elsewhere = {cell.field for cell in place.cells}
        elsewhere.update(cell.field for grid in place.grids for cell in grid.cells)
        elsewhere.update(name for grid in place.grids for name in grid.fields)
        headers: list[tuple[Grid | Listing, Header]] = []
        parts: tuple[Grid | Listing, ...] = (*place.grids, *place.tables)
        self.headings = [part.below for part in parts if part.below]
        for part in parts:
            header = self._header_of(part)
            if header is not None:
                headers.append((part, header))
        for part, header in headers:
            after = [
                other.first_row - 1 for _, other in headers if other.first_row > header.last_row
            ]
            last = min([*after, self.cells.last_row])
            if isinstance(part, Grid):
                names = [name for name in self.fields if name not in elsewhere]
                self._grid(part, header, last, part.fields or (() if part.cells else names))
            else:
                self._table(part, header, last)
        for cell in place.cells:
            self._pair(cell)

    def _header_of(self, part: Grid | Listing | Ledger) -> Header | None:
        if isinstance(part, Grid):
            paths, what = grid_paths(part), "表格"
        elif isinstance(part, Listing):
            paths, what = listing_paths(part), f"明细表 {part.table} "
        else:
            paths, what = list(part.headers.values()), "台账"
        span = ALL_COLUMNS
        if isinstance(part, Grid) and part.block:
            beside = self.printed.blocks(part.labels)
            if len(beside) != part.blocks or part.block > part.blocks:
                why = f"“{part.labels}”不是并排 {part.blocks} 处"
                self.found.miss(self.title, f"{what}的表头（{why}）")
                return None
            span = beside[part.block - 1]
        found = self.printed.header(paths, part.below, span, self.headings)
        if isinstance(found, Header):
            return found
        rows = "、".join(str(each.last_row) for each in found)
        why = f"在第 {rows} 行几处都像" if found else "找不到"
        self.found.miss(self.title, f"{what}的表头（{why}）")
        return None

    def _code(self, header: Header, path: str) -> int | None:
        """The column of 序号 or 行号; None where there is none for certain."""
        columns = label_columns(self.printed, path, header) if path else []
        return columns[0] if len(columns) == 1 else None

    def _at(self, header: Header, path: str, what: str) -> int | None:
        """The column of a header path; None (and noted) where it is not certain."""
        column = header.columns.get(path)
        if column is None:
            several = header.doubled.get(path, ())
            cells = "、".join(CellRef(self.title, *at).a1 for at in several)
            if len(several) > 1:
                why = f"“{path}”在 {cells} 几处都有"
            else:
                why = f"“{path}”{'占了几列' if several else '找不到'}"
            self.found.miss(self.title, f"{what}（{why}）")
        return column

    # -- grids ---------------------------------------------------------------------------

    def _grid(self, grid: Grid, header: Header, last: int, names: Iterable[str]) -> None:
        columns = {
            column: self._at(header, path, self._column_title(column))
            for column, path in grid.columns.items()
        }
        ticks = {
            column: self._ticks(header, options, self._column_title(column))
            for column, options in grid.ticks.items()
        }
        labels: list[int] = []
        for path in (grid.groups, grid.labels):
            over = label_columns(self.printed, path, header) if path else []
            if path and not over:
                self.found.miss(self.title, f"行的名称（“{path}”找不到或有几处）")
                return
            labels += over
        code = self._code(header, grid.code)
        first = self.printed.first_body_row(header)
        paths = {row: self.printed.row_path(row, labels) for row in range(first, last + 1)}
        for name in names:
            item = self.fields[name]
            row = self._row(paths, item.label, item.row_code, code, bool(grid.labels))
            if row is None:
                self.found.miss(self.title, item.label)
            for column in item.columns:
                if column not in columns and column not in ticks:
                    continue
                marked = ticks.get(column)
                if row is not None and marked is not None:
                    self._add_tick(item, column, row, marked)
                else:
                    at = columns.get(column)
                    whole = row is not None and at is not None
                    cell = CellRef(self.title, row or 0, at or 0) if whole else None
                    self._add(item, column, self._own(cell, item.label))
        for place in grid.cells:
            item = self.fields[place.field]
            if place.optional and not self._printed(place):
                self._add_absent(item, place.column or item.columns[0])
                continue
            column_at = self._at(header, place.header, item.label)
            row = self._row(paths, place.row, item.row_code, code, bool(grid.labels))
            if row is None:
                self.found.miss(self.title, f"{item.label}（“{place.row}”这一行）")
            cell = CellRef(self.title, row, column_at) if row and column_at else None
            if cell is not None and place.number:
                why = self._contradicted(place.number, cell, header, code)
                if why:
                    self.found.miss(self.title, f"{item.label}（{why}）")
                    cell = None
            self._add(item, place.column or item.columns[0], self._own(cell, item.label))

    def _printed(self, place: Place) -> bool:
        """Whether the last words of a cell's header and of its row stand on the sheet at all."""
        words = [parts[-1] for path in (place.header, place.row) if (parts := parts_of(path))]
        return all(self.printed.containing(word) for word in words)

    def _add_absent(self, item: Field, column: str) -> None:
        """A cell that this printing of the form does not have."""
        ref = FactRef(item.id, column)
        self.found.facts[ref] = Fact(ref, FactState.BLANK)

    def _contradicted(
        self, number: str, cell: CellRef, header: Header, code: int | None
    ) -> str | None:
        """Why a cell is not the one that the official notation 表号.行号,列号 names, by the numbers
        printed on the sheet; None if it is."""
        form, _, at = number.rpartition(".")
        row_number, _, column_number = at.partition(",")
        if not self.printed.containing(squeeze(form)):
            return f"表上没有印表号 {form}"
        signs = self.printed.sign_row(header)
        printed = (
            row_code(self.cells.raw(cell.row, code)) if code else "",
            row_code(self.cells.raw(signs, cell.column)) if signs else "",
        )
        if printed == (row_code(row_number), row_code(column_number)):
            return None
        return f"{cell.a1} 印的行号、列号是 {','.join(printed)}，不是 {at}"

    def _column_title(self, column: str) -> str:
        return self.columns[column].title if column in self.columns else column

    def _row(
        self,
        paths: Mapping[int, Sequence[str]],
        label: str,
        number: str,
        code: int | None,
        labelled: bool,
    ) -> int | None:
        """The row with this label path; of several that with this number; without labels that with
        this number. None unless there is exactly one."""
        rows = list(paths)
        if labelled:
            parts = parts_of(label)
            rows = [row for row, path in paths.items() if ends_with(path, parts)]
        if (len(rows) > 1 or not labelled) and code is not None:
            wanted = row_code(number)
            rows = [row for row in rows if row_code(self.cells.raw(row, code)) == wanted]
        return rows[0] if len(rows) == 1 else None

    def _ticks(self, header: Header, options: Mapping[str, str], what: str) -> Ticks | None:
        columns = {option: self._at(header, path, what) for option, path in options.items()}
        known = {option: at for option, at in columns.items() if at is not None}
        return known if len(known) == len(columns) else None

    # -- pairs ---------------------------------------------------------------------------

    def _pair(self, place: Place) -> None:
        item = self.fields[place.field]
        column = place.column or item.columns[0]
        if place.at:
            cell = cell_at(self.title, place.at)
            if cell is not None and (place.header or place.row):
                why = self._other_words(cell, place)
                if why:
                    self.found.miss(self.title, f"{item.label}（{why}）")
                    cell = None
            elif cell is not None:
                self.found.by_position.append(cell)
            self._add(item, column, self._own(cell, item.label))
            return
        text = squeeze(place.label).rstrip(":")
        if place.value == "same":
            read = pair_value(self.printed, text)
            if read is None:
                self.found.miss(self.title, f"{item.label}（“{place.label}”找不到或有几处）")
                self._add(item, column, None)
                return
            (row, at), typed_text = read
            ref = FactRef(item.id, column)
            held = Cell(CellKind.TEXT, typed_text) if typed_text else Cell(CellKind.EMPTY)
            typed = normalise(held, item, self.codes.get(item.codes or ""))
            cell = CellRef(self.title, row, at)
            fact = Fact(ref, typed.state, typed.value, cell, typed.typed)
            self.found.rooms[ref] = Room(cell, text)
            self._keep(item, column, fact, typed)
            return
        label = self._label(place)
        if label is None:
            self.found.miss(self.title, f"{item.label}（“{place.label}”找不到或有几处）")
            self._add(item, column, None)
            return
        row, at, *_ = area = self._beside(label, place)
        number = row_code(self.cells.raw(row, at))
        if number and number == row_code(item.row_code) != "":
            why = f"{CellRef(self.title, row, at).a1} 像是行号"
        elif not number and self._may_have_moved(area, item, place.value == "below"):
            why = f"{CellRef(self.title, row, at).a1} 是空的，旁边另有内容"
        elif is_pair(there := self.printed.text(row, at)) or there.rstrip(":") in self.labels:
            why = f"{CellRef(self.title, row, at).a1} 里是另一项“{there}”"
        elif self._others_moved(place, at):
            why = f"{CellRef(self.title, row, at).a1} 这一列别的格子都是空的，内容在旁边"
        else:
            self._add(item, column, CellRef(self.title, row, at))
            return
        self.found.miss(self.title, f"{item.label}（{why}）")
        self._add(item, column, None)

    def _label(self, place: Place) -> Area | None:
        """Where the label of a pair stands; None unless it stands once."""
        text = squeeze(place.label).rstrip(":")
        labels = [*self.printed.bearing(text), *self.printed.bearing(f"{text}:")]
        return labels[0].area if len(labels) == 1 else None

    def _beside(self, label: Area, place: Place) -> Area:
        """The cell beside or below a label."""
        top, left, bottom, right = label
        row, at = (bottom + 1, left) if place.value == "below" else (top, right + 1)
        return self.printed.area(row, at)

    def _others_moved(self, place: Place, at: int) -> bool:
        """Whether of the other values that should stand in this column more have something beside
        an empty cell than stand there: a column was inserted, and somebody wrote in it."""
        moved = there = 0
        for other in self.pairs:
            label = self._label(other) if other is not place else None
            area = self._beside(label, other) if label is not None else None
            if area is None or area[1] != at:
                continue
            if self.printed.snapshot.raw(area[0], area[1]) not in (None, ""):
                there += 1
            elif self._may_have_moved(area, self.fields[other.field], False):
                moved += 1
        return moved > there

    def _other_words(self, cell: CellRef, place: Place) -> str | None:
        """Why a cell is not the one at which these words are printed; None if it is."""
        above = [self.printed.text(row, cell.column) for row in range(1, cell.row)]
        left = [self.printed.text(cell.row, column) for column in range(1, cell.column)]
        for words, texts in ((place.header, above), (place.row, left)):
            if words and not any(squeeze(words) in text for text in texts):
                return f"{cell.a1} 的上方、左边没有印“{words}”"
        rows = range(1, cell.row)
        signs = [row for row in rows if self.printed.counts_from_left(row, cell.column)]
        if not signs:
            return f"{cell.a1} 的上方没有一行从 A 列起连着印的甲、乙、1、2……"
        number = row_code(self.cells.raw(cell.row, 2))  # under 乙
        if number != row_code(str(cell.row - signs[-1])):
            return f"{cell.a1} 这一行印的行号不是从 01 起连着数到的"
        return None

    def _may_have_moved(self, area: Area, item: Field, below: bool) -> bool:
        """Whether near a cell that is empty something stands that is neither a label nor a row's
        number: a row or column may have been inserted or moved, and that be the value."""
        top, left, bottom, _ = area
        if below:
            for row in range(bottom + 1, min(bottom + 3, self.cells.last_row + 1)):
                if self.cells.raw(row, left) not in (None, ""):
                    return self.printed.text(row, left).rstrip(":") not in self.labels
            return False
        for column in range(1, self.cells.last_column + 1):
            value = self.cells.raw(top, column)
            over = self.printed.area(top, column)
            if value in (None, "") or over[0] != over[2]:
                continue
            known = self.printed.text(top, column).rstrip(":") in self.labels
            if not known and row_code(value) != row_code(item.row_code):
                return True
        return False

    # -- cells ---------------------------------------------------------------------------

    def _own(self, cell: CellRef | None, what: str) -> CellRef | None:
        """The cell, if it is not merged with others."""
        if cell is None or not self.cells.merged:
            return cell
        top, left, bottom, right = self.printed.area(cell.row, cell.column)
        if (top, left) == (bottom, right):
            return cell
        self.found.miss(self.title, f"{what}（{cell.a1} 与别的格子合并了）")
        return None

    def _add(self, item: Field, column: str, cell: CellRef | None) -> None:
        ref = FactRef(item.id, column)
        fact, remark = read_fact(ref, self.cells, cell, item, self.codes)
        if cell is not None:
            self.found.rooms[ref] = Room(cell)
        self._keep(item, column, fact, remark)

    def _add_tick(self, item: Field, column: str, row: int, ticks: Ticks) -> None:
        cell, typed = self._ticked(row, ticks, item)
        ref = FactRef(item.id, column)
        fact = Fact(ref, typed.state, typed.value, cell, typed.typed)
        options = {option: CellRef(self.title, row, at) for option, at in ticks.items()}
        self.found.rooms[ref] = Room(cell, "", options)
        self._keep(item, column, fact, typed)

    def _ticked(
        self, row: int, ticks: Ticks, entry: Field | TableColumn
    ) -> tuple[CellRef, TypedValue]:
        cells = {option: self.cells.cell(row, at) for option, at in ticks.items()}
        option, typed = read_tick(cells, entry, self.codes.get(entry.codes or ""))
        return CellRef(self.title, row, ticks[option]), typed

    def _keep(self, item: Field, column: str, fact: Fact, remark: TypedValue | None) -> None:
        self.found.facts[fact.ref] = fact
        told = remark if remark is not None and remark.rule else None
        self.found.readings.append(FieldReading(item, self.columns[column], fact, told))

    # -- tables --------------------------------------------------------------------------

    def _table(self, listing: Listing, header: Header, last: int) -> None:
        table = next(each for each in self.sheet.tables if each.id == listing.table)
        at = {
            name: self._at(header, path, f"{table.title}的“{path}”")
            for name, path in listing.headers.items()
        }
        ticks = {
            name: self._ticks(header, options, f"{table.title}的“{name}”")
            for name, options in listing.ticks.items()
        }
        columns = [column for column in at.values() if column is not None]
        for marked in ticks.values():
            columns += (marked or {}).values()
        code = self._code(header, listing.code)
        rows: list[TableRow] = []
        first = self.printed.first_body_row(header)
        by_column: list[Problem] = []
        standing: list[int] = []
        for row in ledger_rows(self.printed, columns, code, first, last):
            if row.kind is not RowKind.UNIT:
                continue
            standing.append(row.number)
            ordinal = len(rows) + 1
            facts: dict[str, Fact] = {}
            remarks: list[tuple[TableColumn, Fact, TypedValue | None]] = []
            for column in table.columns:
                ref = FactRef(f"{table.id}.{column.id}", "", ordinal)
                marked = ticks.get(column.id)
                if marked is not None:
                    cell, typed = self._ticked(row.number, marked, column)
                    fact = Fact(ref, typed.state, typed.value, cell, typed.typed)
                    remark = typed if typed.rule else None
                else:
                    place = self._in_row(row.number, at.get(column.id), column)
                    fact, remark = read_fact(ref, self.cells, place, column, self.codes)
                facts[column.id] = fact
                remarks.append((column, fact, remark))
            rows.append(TableRow(ordinal, facts))
            by_column += row_problems(self.title, table, row.number, remarks)
        if rows or not table.required:
            self.found.tables[table.id] = tuple(rows)
        self.found.problems += by_column
        self.found.table_rooms[table.id] = TableRoom(
            self.title,
            (*standing, *self._free_rows(max([*standing, first - 1]), code)),
            {name: column for name, column in at.items() if column is not None},
            {name: marked for name, marked in ticks.items() if marked is not None},
        )

    def _free_rows(self, after: int, code: int | None) -> Iterator[int]:
        """The rows below a row, at most `FREE_ROWS`, up to the first that holds more than its
        number."""
        for row in range(after + 1, after + FREE_ROWS + 1):
            for column in range(1, self.cells.last_column + 1):
                if column != code and self.printed.text(row, column):
                    return
            yield row

    def _in_row(self, row: int, at: int | None, entry: Field | TableColumn) -> CellRef | None:
        """The cell of a row in a column; of a text that is merged over several rows its first."""
        if at is None:
            return None
        top, left, bottom, right = self.printed.area(row, at)
        if (top, left) == (bottom, right):
            return CellRef(self.title, row, at)
        if left == at == right and entry.type in (FieldType.TEXT, FieldType.CODE):
            return CellRef(self.title, top, left)
        return self._own(CellRef(self.title, row, at), f"{column_letters(at)}{row}")

    def ledger(self, ledger: Ledger) -> list[LedgerRow]:
        """The rows of the ledger, those of units with their readings."""
        header = self._header_of(ledger)
        if header is None:
            return []
        places: list[tuple[Field, str, int | None]] = []
        for name, path in ledger.headers.items():
            field_id, _, column = name.partition("@")
            item = self.fields[field_id]
            places.append((item, column or item.columns[0], self._at(header, path, item.label)))
        columns = [at for *_, at in places if at is not None]
        code = self._code(header, ledger.code)
        first = self.printed.first_body_row(header)
        rows: list[LedgerRow] = []
        self.found.ledger_room = LedgerRoom(
            self.title,
            tuple(open_rows(self.printed, first, FREE_ROWS)),
            {(item.id, column): at for item, column, at in places if at is not None},
        )
        for row in ledger_rows(self.printed, columns, code, first, self.cells.last_row):
            readings: list[FieldReading] = []
            for item, column, at in places:
                if row.kind is not RowKind.UNIT and item.type not in SUMMED:
                    at = None  # a total has no code and no name
                cell = self._in_row(row.number, at, item)
                ref = FactRef(item.id, column)
                fact, remark = read_fact(ref, self.cells, cell, item, self.codes)
                readings.append(FieldReading(item, self.columns[column], fact, remark))
            rows.append(replace(row, readings=tuple(readings)))
        return rows
