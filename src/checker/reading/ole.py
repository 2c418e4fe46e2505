"""The directory of an OLE compound file: what .xls workbooks and encrypted files come in."""

from __future__ import annotations

from io import BytesIO

from checker.reading import unreadable
from checker.reading.unreadable import UnreadableWorkbook


class OleDirectory:
    """Names and streams at the top of the file; what is embedded in it is not looked at."""

    def __init__(self, data: bytes) -> None:
        """Raises UnreadableWorkbook if the structure is broken."""
        from olefile import OleFileIO  # few files are of this kind, and it takes 30 ms to import

        try:
            self._file = OleFileIO(BytesIO(data))
            self.names = {
                path[0].lower() for path in self._file.listdir(storages=False) if len(path) == 1
            }
        except Exception as error:  # olefile raises all kinds of errors on broken files
            raise UnreadableWorkbook(unreadable.DAMAGED) from error

    def workbook(self) -> bytes:
        """The stream of an .xls workbook. Raises UnreadableWorkbook if it is not there whole."""
        name = "Workbook" if "workbook" in self.names else "Book"
        try:
            with self._file.openstream(name) as stream:
                content: bytes = stream.read()
        except Exception as error:
            raise UnreadableWorkbook(unreadable.DAMAGED) from error
        return content
