"""LibreOffice's open spreadsheets as xlwings sees them: books, sheets, defined names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checker_xlsx.description import Description
from checker_xlsx.libreoffice.cells import Corners, Range, corners
from checker_xlsx.libreoffice.connection import Uno, uno_module
from checker_xlsx.libreoffice.exported import exported
from checker_xlsx.libreoffice.formats import Formats, formats_of
from checker_xlsx.libreoffice.names import Names
from checker_xlsx.libreoffice.repainting import protect_again, refused_sheets, repaint
from checker_xlsx.looks import Look, Seen
from checker_xlsx.saved_copy import looks_in, snapshot_of
from xlwings import base_classes

from checker.model.snapshot import Snapshot

if TYPE_CHECKING:
    from checker_xlsx.libreoffice.engine import App

_FORMULA_ERROR = 4  # com.sun.star.sheet.FormulaResult.ERROR
_ERROR_NAMES = {
    502: "#VALUE!",
    503: "#NUM!",
    519: "#VALUE!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}
_SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"


class Book(base_classes.Book):
    """One open spreadsheet document."""

    def __init__(self, app: App, document: Uno) -> None:
        self._app = app
        self.document = document
        self._export: bytes | None = None

    @property
    def app(self) -> App:
        return self._app

    @property
    def api(self) -> Uno:
        return self.document

    @property
    def controller(self) -> Uno:
        return self.document.CurrentController

    @property
    def name(self) -> str:
        return Path(self.fullname).name

    @property
    def fullname(self) -> str:
        """The path of the file; the window's title for a book that was never saved."""
        url = self.document.URL
        return str(uno_module().fileUrlToSystemPath(url) if url else self.document.Title)

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)

    def activate(self) -> None:
        self.controller.Frame.activate()

    def save(self, path: str | None = None, password: str | None = None) -> None:
        if path is not None or password is not None:
            raise NotImplementedError("saving under another name")
        self.document.store()

    def close(self) -> None:
        self.document.close(True)

    # What Excel is asked for range by range, or through the launcher's procedures (CheckerMarks).

    def snapshot(self) -> Snapshot:
        """The whole document as read in one call; see `checker_xlsx.libreoffice.exported`."""
        self.release()
        self.accept_input()
        if not self.document.isAutomaticCalculationEnabled():
            self.document.calculate()
        self._export = exported(self.document)
        read: Snapshot = snapshot_of(self.name, self._export)
        return read

    def look(self, cells: Sequence[tuple[str, int, int]]) -> Seen:
        """Fills and notes of cells, from the copy read last unless it was painted since."""
        data = self._export or exported(self.document)
        titles = self.document.Sheets.ElementNames
        refused = refused_sheets(self.document, {key[0] for key in cells}.intersection(titles))
        wanted = [key for key in cells if key[0] not in refused]
        return Seen(tuple(looks_in(data, wanted)), refused)

    def repaint(self, looks: Sequence[Look]) -> None:
        """Give many cells their fill, note and value; see `checker_xlsx.painting`."""
        self._export = None
        repaint(self.document, looks)

    def accept_input(self) -> None:
        """Put what is being typed into its cell, as Return would: a click on a button in the sheet
        does not end LibreOffice's input line, and touching the sheets later would lose it."""
        context = self.app.context
        dispatcher = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.DispatchHelper", context
        )
        dispatcher.executeDispatch(self.controller.Frame, ".uno:AcceptFormula", "", 0, ())

    def description(self) -> Description:
        """What it says about itself that its copy does not."""
        return Description(
            book=self.name,
            structure_protected=bool(self.document.isProtected()),
            read_only=bool(self.document.isReadonly()),
        )

    def release(self) -> None:
        """Free the screen, and protect the sheet, that a program left which was ended."""
        protect_again(self.document)
        while self.document.hasControllersLocked():
            self.document.unlockControllers()
        if self.document.isActionLocked():
            self.document.resetActionLocks()


class Books(base_classes.Books):
    """The open spreadsheet documents; text documents and hidden helpers are left out."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def active(self) -> Book | None:
        current = self.app.desktop.getCurrentComponent()
        if current is not None and current.supportsService(_SPREADSHEET):
            return Book(self.app, current)
        return next(iter(self), None)

    def __call__(self, name_or_index: int | str) -> Book:
        for number, book in enumerate(self, 1):
            if name_or_index in (number, book.name, book.fullname):
                return book
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Book]:
        components = self.app.desktop.Components.createEnumeration()
        while components.hasMoreElements():
            document = components.nextElement()
            if document is not None and document.supportsService(_SPREADSHEET):
                yield Book(self.app, document)


class Sheets(base_classes.Sheets):
    """The sheets of a book, in tab order."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._sheets = book.document.Sheets

    @property
    def active(self) -> Sheet:
        return Sheet(self.book, self.book.controller.ActiveSheet)

    def __call__(self, name_or_index: int | str) -> Sheet:
        if isinstance(name_or_index, int):
            return Sheet(self.book, self._sheets.getByIndex(name_or_index - 1))
        if not self._sheets.hasByName(name_or_index):
            raise KeyError(name_or_index)
        return Sheet(self.book, self._sheets.getByName(name_or_index))

    def __len__(self) -> int:
        return int(self._sheets.Count)

    def __iter__(self) -> Iterator[Sheet]:
        for number in range(1, len(self) + 1):
            yield self(number)

    def add(
        self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None
    ) -> Sheet:
        at = len(self)
        if before is not None:
            at = before.index - 1
        elif after is not None:
            at = after.index
        title = name or f"Sheet{len(self) + 1}"
        self._sheets.insertNewByName(title, at)
        return self(title)


_PAGE_STYLE = "校验结果"
_PAGE = {
    "IsLandscape": True,
    "Width": 29700,
    "Height": 21000,
    "LeftMargin": 900,
    "RightMargin": 900,
    "ScaleToPagesX": 1,
    "ScaleToPagesY": 0,
}
"""Of a result sheet's page, lengths in hundredths of a millimetre."""


class Sheet(base_classes.Sheet):
    """One sheet."""

    def __init__(self, book: Book, api: Uno) -> None:
        self._book = book
        self._api = api
        self._formats: Formats | None = None

    @property
    def book(self) -> Book:
        return self._book

    @property
    def api(self) -> Uno:
        return self._api

    @property
    def name(self) -> str:
        return str(self._api.Name)

    @name.setter
    def name(self, title: str) -> None:
        self._api.Name = title

    @property
    def index(self) -> int:
        return int(self._api.RangeAddress.Sheet) + 1

    @property
    def visible(self) -> bool:
        return bool(self._api.IsVisible)

    @visible.setter
    def visible(self, visible: bool | int) -> None:
        """True or Excel's -1 shows it; False, 0 and 2 (very hidden) hide it."""
        self._api.IsVisible = visible in (True, -1)

    @property
    def used_range(self) -> Range:
        cursor = self._api.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        return Range(self, (1, 1, end.EndRow + 1, end.EndColumn + 1))

    def range(self, first: object, last: object = None) -> Range:
        one, other = self._place(first), self._place(last if last is not None else first)
        return Range(
            self,
            (
                min(one[0], other[0]),
                min(one[1], other[1]),
                max(one[2], other[2]),
                max(one[3], other[3]),
            ),
        )

    def _place(self, where: object) -> Corners:
        if isinstance(where, Range):
            return where.place
        if isinstance(where, tuple):
            row, column = where
            return row, column, row, column
        if isinstance(where, str):
            return corners(where)
        raise TypeError(f"not a place in a sheet: {where!r}")

    def activate(self) -> None:
        self.book.controller.setActiveSheet(self._api)

    def delete(self) -> None:
        self.book.document.Sheets.removeByName(self.name)

    @property
    def freeze_panes(self) -> FreezePanes:
        return FreezePanes(self)

    def print_across(self, repeated_row: int) -> None:
        """On A4 across, as wide as the paper; a row on every sheet of it (0: none)."""
        document = self.book.document
        styles = document.StyleFamilies.getByName("PageStyles")
        if not styles.hasByName(_PAGE_STYLE):
            made = document.createInstance("com.sun.star.style.PageStyle")
            styles.insertByName(_PAGE_STYLE, made)
        style = styles.getByName(_PAGE_STYLE)
        for name, value in _PAGE.items():
            style.setPropertyValue(name, value)
        self._api.PageStyle = _PAGE_STYLE
        if repeated_row:
            rows = self._api.getCellRangeByPosition(0, repeated_row - 1, 0, repeated_row - 1)
            self._api.setTitleRows(rows.RangeAddress)
            self._api.setPrintTitleRows(True)

    def formats(self) -> Formats:
        """How the sheet shows its numbers, looked at once per object."""
        if self._formats is None:
            self._formats = formats_of(self._api, self.book.document.NumberFormats)
        return self._formats

    def errors_in(self, place: Corners) -> Iterator[tuple[int, int, str]]:
        """Row, column and Excel's name of every error value inside ``place``."""
        area = Range(self, place).api
        for found in area.queryFormulaCells(_FORMULA_ERROR).getRangeAddresses():
            for row in range(found.StartRow, found.EndRow + 1):
                for column in range(found.StartColumn, found.EndColumn + 1):
                    error = self._api.getCellByPosition(column, row).getError()
                    yield row + 1, column + 1, _ERROR_NAMES.get(error, "#VALUE!")


class FreezePanes:
    """Rows and columns that stay in view. LibreOffice freezes the active sheet only."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def freeze_at(self, frozen: object) -> None:
        """Keep the rows and columns of the range ``frozen`` (address or Range) in view."""
        rows = re.fullmatch(r"1:(\d+)", frozen) if isinstance(frozen, str) else None
        place = self._sheet.range(getattr(frozen, "impl", frozen)).place if not rows else None
        self._sheet.activate()
        columns = 0 if place is None else place[3]
        self._sheet.book.controller.freezeAtPosition(
            columns, int(rows[1]) if rows else (place or (0, 0, 0, 0))[2]
        )
