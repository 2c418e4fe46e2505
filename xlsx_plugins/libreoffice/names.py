"""The defined names of a LibreOffice document as xlwings sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker_xlsx.libreoffice.notation import to_excel
from xlwings import base_classes

if TYPE_CHECKING:
    from checker_xlsx.libreoffice.documents import Book


class Names(base_classes.Names):
    """The defined names of the whole book."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._names = book.document.NamedRanges

    def snapshot(self) -> Sequence[tuple[str, Name]]:
        return [(title, Name(self.book, title)) for title in self._names.ElementNames]

    def contains(self, title: str) -> bool:
        return bool(self._names.hasByName(title))

    def __call__(self, title: str) -> Name:
        if not self.contains(title):
            raise KeyError(title)
        return Name(self.book, title)


class Name(base_classes.Name):
    """One defined name."""

    def __init__(self, book: Book, title: str) -> None:
        self.book = book
        self._title = title

    @property  # type: ignore[misc]  # the base class can also be written
    def name(self) -> str:
        return self._title

    @property  # type: ignore[misc]
    def refers_to(self) -> str:
        """Excel's notation: ``='教师'!$C$7``; ``=#REF!`` when the target is lost."""
        content = str(self.book.document.NamedRanges.getByName(self._title).Content)
        if "#REF!" in content:
            return "=#REF!"
        first, _, last = to_excel(content).partition(":")
        return f"={first}:{last.rpartition('!')[2]}" if last else f"={first}"
