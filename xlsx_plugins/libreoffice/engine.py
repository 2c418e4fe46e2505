"""LibreOffice as an xlwings engine: what makes ``xlwings.Book.caller()`` find the open book."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

import xlwings
from checker_xlsx.libreoffice.cells import Range
from checker_xlsx.libreoffice.connection import Uno, connect
from checker_xlsx.libreoffice.documents import Books
from checker_xlsx.libreoffice.main_thread import in_main_thread
from xlwings import base_classes

NAME = "libreoffice"
_OK = 1


class Engine:
    """The engine; there is one office, so one app."""

    def __init__(self, context: Uno) -> None:
        self.apps = Apps(App(context, self))

    @property
    def name(self) -> str:
        return NAME

    @property
    def type(self) -> str:
        return "desktop"

    @staticmethod
    def prepare_xl_data_element(value: object, options: object) -> object:
        """A value as LibreOffice's data arrays take it: text, float or None."""
        if isinstance(value, bool | int | float | Decimal):
            return float(value)
        if isinstance(value, datetime):
            return (value - datetime(1899, 12, 30)).total_seconds() / 86_400
        if isinstance(value, date):
            return float((value - date(1899, 12, 30)).days)
        return value

    @staticmethod
    def clean_value_data(
        rows: Sequence[Sequence[object]],
        dates: Callable[..., object],
        empty: object,
        numbers: Callable[[float], object] | None,
        errors_as_text: bool,
    ) -> list[list[object]]:
        """Rows as the caller of ``Range.value`` wants them."""

        def clean(value: object) -> object:
            if value is None:
                return empty
            if isinstance(value, float) and numbers is not None:
                return numbers(value)
            return value

        return [[clean(value) for value in row] for row in rows]


class Apps(base_classes.Apps):
    """The one running office."""

    def __init__(self, app: App) -> None:
        self._app = app

    def keys(self) -> list[int]:
        return [self._app.pid]

    def __iter__(self) -> Iterator[App]:
        yield self._app

    def __len__(self) -> int:
        return 1

    def __getitem__(self, pid: int) -> App:
        if pid != self._app.pid:
            raise KeyError(pid)
        return self._app


class App(base_classes.App):
    """The running office. What Excel keeps per application (calculation, selection) belongs to
    the active book here."""

    def __init__(self, context: Uno, engine: Engine) -> None:
        self.engine = engine
        self.context = context
        self.desktop = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", context
        )
        self._drawing = True

    @property
    def api(self) -> Uno:
        return self.desktop

    @property
    def pid(self) -> int:
        """Not the office's process id, which UNO does not tell, but something as constant."""
        return os.getppid() if hasattr(os, "getppid") else 0

    @property
    def version(self) -> str:
        """The version that the office claims towards macros is Excel 11; its interface is newer."""
        return "16.0"

    @property
    def books(self) -> Books:
        return Books(self)

    def _document(self) -> Uno:
        book = self.books.active
        if book is None:
            raise KeyError("no spreadsheet is open")
        return book.document

    def activate(self, steal_focus: bool = False) -> None:
        """The office needs no activation: its books have windows of their own."""

    @property
    def selection(self) -> Range | None:
        """The selected rectangle of the active book; None when something else is selected."""
        book = self.books.active
        if book is None:
            return None
        selected = book.document.getCurrentSelection()
        if selected is None or not selected.supportsService("com.sun.star.sheet.SheetCellRange"):
            return None
        place = selected.RangeAddress
        return Range(
            book.sheets(place.Sheet + 1),
            (place.StartRow + 1, place.StartColumn + 1, place.EndRow + 1, place.EndColumn + 1),
        )

    @property
    def screen_updating(self) -> bool:
        return self._drawing

    @screen_updating.setter
    def screen_updating(self, drawing: bool) -> None:
        document = self._document()
        if drawing == self._drawing:
            return
        if drawing:
            document.removeActionLock()
            document.unlockControllers()
        else:
            document.lockControllers()
            document.addActionLock()
        self._drawing = drawing

    @property
    def calculation(self) -> str:
        return "automatic" if self._document().isAutomaticCalculationEnabled() else "manual"

    @calculation.setter
    def calculation(self, mode: str) -> None:
        self._document().enableAutomaticCalculation(mode == "automatic")

    def calculate(self) -> None:
        self._document().calculate()

    @property
    def display_alerts(self) -> bool:
        return True

    @display_alerts.setter
    def display_alerts(self, alerts: bool) -> None:
        """Nothing here asks back."""

    @property
    def enable_events(self) -> bool:
        return True

    @enable_events.setter
    def enable_events(self, events: bool) -> None:
        """The templates have no event macros; there is nothing to hold back."""

    @property
    def status_bar(self) -> str:
        return ""

    @status_bar.setter
    def status_bar(self, text: str | bool) -> None:
        frame = self.desktop.getCurrentFrame()
        if frame is None:
            return
        indicator = frame.createStatusIndicator()
        if text:
            indicator.start(str(text), 1)
        else:
            indicator.end()

    def alert(
        self,
        prompt: str,
        title: str | None = None,
        buttons: str = "ok",
        mode: str | None = None,
        callback: object = None,
    ) -> str:
        """Show a message box over the active book; returns when it is closed."""

        def show() -> None:
            window = self._document().CurrentController.Frame.ContainerWindow
            kind = _message_kind(mode)
            box = window.Toolkit.createMessageBox(window, kind, _OK, title or "", prompt)
            box.execute()
            box.dispose()

        in_main_thread(self.context, show)
        return "ok"

    def run(self, macro: str, args: Sequence[object]) -> object:
        """Run a VBA procedure, named as ``'book'!Procedure``, of an open book."""
        book_name, _, procedure = macro.rpartition("!")
        book = self.books(book_name[1:-1].replace("''", "'")) if book_name else self.books.active
        if book is None:
            raise KeyError(macro)
        libraries = book.document.BasicLibraries
        for library in libraries.ElementNames:
            for module in libraries.getByName(library).ElementNames:
                source = libraries.getByName(library).getByName(module)
                if re.search(rf"^Public (Sub|Function) {procedure}\(", source, re.MULTILINE):
                    script = book.document.getScriptProvider().getScript(
                        f"vnd.sun.star.script:{library}.{module}.{procedure}"
                        "?language=Basic&location=document"
                    )
                    return script.invoke(tuple(args), (), ())[0]
        raise KeyError(macro)


def _message_kind(mode: str | None) -> object:
    from com.sun.star.awt.MessageBoxType import (
        INFOBOX,
        MESSAGEBOX,
        WARNINGBOX,
    )

    return {"info": INFOBOX, "critical": WARNINGBOX}.get(mode or "", MESSAGEBOX)


def use_libreoffice(connection: str | None = None) -> xlwings.App:
    """Make the running LibreOffice the engine that xlwings uses; the app.

    Raises `checker_xlsx.libreoffice.connection.NoLibreOffice` when it cannot be reached.
    """
    engine = xlwings.main.Engine(impl=Engine(connect(connection)))
    xlwings.engines.add(engine)
    engine.activate()
    app = engine.apps.active
    assert app is not None
    return app
