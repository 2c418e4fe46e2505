"""One sheet of a form with an adopted layout: its grids, tables and ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from checker.forms.adopted_page import LedgerRoom, Page, TableRoom, Ticks
from checker.forms.adopted_pairs import PairReader
from checker.forms.adopted_sheets import grid_paths, listing_paths
from checker.forms.form_fields import FieldReading, read_fact
from checker.forms.header_paths import (
    ALL_COLUMNS,
    Header,
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
)
from checker.forms.plain_text import row_code, squeeze
from checker.forms.tables import Reading, add_row
from checker.model.adopted import AdoptedSheet, Grid, Ledger, Listing, Place
from checker.model.cells import CellRef, column_letters
from checker.model.submission import Fact, FactRef, FactState, TableRow
from checker.model.template import Field, FieldType, TableColumn

FREE_ROWS = 2000
"""So many rows below a table are offered for filling at most."""


class SheetReader(Page):
    """Reads one sheet of the workbook."""

    def read(self, place: AdoptedSheet) -> None:
        """All but the ledger."""
        elsewhere = {cell.field for cell in place.cells}
        elsewhere.update(cell.field for grid in place.grids for cell in grid.cells)
        elsewhere.update(name for grid in place.grids for name in grid.fields)
        parts: tuple[Grid | Listing, ...] = (*place.grids, *place.tables)
        found = [(part, self._header_of(part, place)) for part in parts]
        headers = [(part, header) for part, header in found if header is not None]
        for part, header in headers:
            after = [other.first_row - 1 for _, other in headers]
            after = [row for row in after if row >= header.last_row]
            last = min([*after, self.cells.last_row])
            if isinstance(part, Grid):
                names = [name for name in self.fields if name not in elsewhere]
                self._grid(part, header, last, part.fields or (() if part.cells else names))
            else:
                self._table(part, header, last)
        PairReader(self, place.cells).read()

    def _header_of(self, part: Grid | Listing | Ledger, place: AdoptedSheet) -> Header | None:
        if isinstance(part, Grid):
            paths, what = grid_paths(part), "表格"
        elif isinstance(part, Listing):
            paths, what = listing_paths(part), f"明细表 {part.table} "
        else:
            paths, what = list(part.headers.values()), "台账"
        span = ALL_COLUMNS
        if isinstance(part, Grid) and part.block:
            heads = part.beside or (part.labels,) * part.blocks
            blocks = self.printed.blocks(heads)
            if not blocks:
                several = "、".join(dict.fromkeys(heads))
                why = f"“{several}”不是并排 {len(heads)} 处"
                self.miss(f"{what}的表头（{why}）")
                return None
            span = blocks[part.block - 1]
        beside: tuple[Grid | Listing, ...] = (*place.grids, *place.tables)
        headings = [each.below for each in beside if each.below]
        found = self.printed.header(paths, part.below, span, headings)
        if isinstance(found, Header):
            return found
        if not isinstance(part, Grid) and self._goes_on(found, part.code):
            return replace(found[0], pages=tuple(found[1:]))
        rows = "、".join(str(each.last_row) for each in found)
        why = f"在第 {rows} 行几处都像" if found else "找不到"
        self.miss(f"{what}的表头（{why}）")
        return None

    def _goes_on(self, headers: Sequence[Header], code: str) -> bool:
        """Whether the headers are one that is printed again on each page of a list: they hold the
        same columns, and the numbers of the rows go on below each."""
        if len(headers) < 2 or any(each.columns != headers[0].columns for each in headers):
            return False
        at = self._code(headers[0], code)
        if at is None:
            return False
        number = 0
        ends = [*(each.first_row for each in headers[1:]), self.cells.last_row + 1]
        for header, end in zip(headers, ends, strict=True):
            counted = [
                int(text)
                for row in range(self.printed.first_body_row(header), end)
                if (text := row_code(self.cells.raw(row, at))).isdecimal()
            ]
            if not counted or (number and counted[0] != number + 1):
                return False
            number = counted[-1]
        return True

    def _rows(
        self, header: Header, columns: Sequence[int], code: int | None, last: int
    ) -> Iterator[LedgerRow]:
        """The rows of a list, below its header and below those of its further pages."""
        pages = [header, *header.pages]
        ends = [*(each.first_row - 1 for each in pages[1:]), last]
        for page, end in zip(pages, ends, strict=True):
            first = self.printed.first_body_row(page)
            yield from ledger_rows(self.printed, columns, code, first, max(end, first - 1))

    def _left_of(self, header: Header, code: int | None) -> list[int]:
        """The columns of labels that bear no header, at the left of those that do."""
        last = min(header.columns.values(), default=1)
        return [
            at
            for at in range(max(header.span[0], 1), last)
            if at != code and not self.printed.text(header.last_row, at)
        ]

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
            self.miss(f"{what}（{why}）")
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
        code = self._code(header, grid.code)
        labels = self._left_of(header, code) if grid.left else []
        for path in (grid.groups, grid.labels):
            over = label_columns(self.printed, path, header) if path else []
            if path and not over:
                self.miss(f"行的名称（“{path}”找不到或有几处）")
                return
            labels += over
        labelled = bool(labels)
        first = self.printed.first_body_row(header)
        paths = {row: self.printed.row_path(row, labels) for row in range(first, last + 1)}
        for name in names:
            item = self.fields[name]
            row = self._row(paths, item.label, item.row_code, code, labelled)
            if row is None:
                self.miss(item.label)
            for column in item.columns:
                if column not in columns and column not in ticks:
                    continue
                marked, at = ticks.get(column), columns.get(column)
                if row and marked is not None:
                    self.add_tick(item, column, row, marked)
                else:
                    cell = CellRef(self.title, row, at) if row and at else None
                    self.add_own(item, column, cell)
        for place in grid.cells:
            item = self.fields[place.field]
            if place.optional and not self._printed(place):
                ref = FactRef(item.id, place.column or item.columns[0])
                self.found.facts[ref] = Fact(ref, FactState.BLANK)
                continue
            column_at = self._at(header, place.header, item.label)
            row = self._row(paths, place.row, item.row_code, code, labelled)
            if row is None:
                self.miss(f"{item.label}（“{place.row}”这一行）")
            cell = CellRef(self.title, row, column_at) if row and column_at else None
            why = None
            if cell is not None and place.number:
                why = self._contradicted(place.number, cell, header, code)
            self.add_own(item, place.column or item.columns[0], cell, why)

    def _printed(self, place: Place) -> bool:
        """Whether the last words of a cell's header and of its row stand on the sheet at all."""
        words = [parts[-1] for path in (place.header, place.row) if (parts := parts_of(path))]
        return all(self.printed.containing(word) for word in words)

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
            whole = [row for row in rows if list(paths[row]) == parts]
            rows = whole if len(whole) == 1 else rows
        if (len(rows) > 1 or not labelled) and code is not None:
            wanted = row_code(number)
            rows = [row for row in rows if row_code(self.cells.raw(row, code)) == wanted]
        return rows[0] if len(rows) == 1 else None

    def _ticks(self, header: Header, options: Mapping[str, str], what: str) -> Ticks | None:
        columns = {option: self._at(header, path, what) for option, path in options.items()}
        known = {option: at for option, at in columns.items() if at is not None}
        return known if len(known) == len(columns) else None

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
        standing: list[int] = []

        def read(ref: FactRef, number: int, column: TableColumn) -> Reading:
            marked = ticks.get(column.id)
            if marked is not None:
                return self.ticked(ref, number, marked, column)
            place = self._in_row(number, at.get(column.id), column)
            return read_fact(ref, self.cells, place, column, self.codes)

        for row in self._rows(header, columns, code, last):
            if row.kind is RowKind.UNIT:
                standing.append(row.number)
                self.found.problems += add_row(rows, table, row.number, read)
        if rows or not table.required:
            self.found.tables[table.id] = tuple(rows)
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
            for column, _ in self.cells.line(row):
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
        return self.own(CellRef(self.title, row, at), f"{column_letters(at)}{row}")

    def ledger(self, ledger: Ledger, place: AdoptedSheet) -> list[LedgerRow]:
        """The rows of the ledger of a sheet, those of units with their readings."""
        header = self._header_of(ledger, place)
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
        for row in self._rows(header, columns, code, self.cells.last_row):
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
