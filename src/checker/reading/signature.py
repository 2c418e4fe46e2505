"""What a file really is, by its first bytes and its parts, whatever its name says."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from io import BytesIO

from checker.reading import unreadable
from checker.reading.package import Package
from checker.reading.unreadable import UnreadableWorkbook
from checker.reading.xml_walk import parse

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class OleDirectory:
    """Names and streams at the top of an OLE compound file, in which .xls workbooks and encrypted
    files come; what is embedded in it is not looked at."""

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


class FileKind(Enum):
    """The spreadsheet formats that can be read."""

    XLSX = "xlsx"  # .xlsx and .xlsm
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"


def kind_of(data: bytes, name: str) -> tuple[FileKind, Package | None]:
    """The kind of a file and, for the zip formats, its package.

    Raises UnreadableWorkbook with what the file is instead. ``name`` only serves to tell WPS's
    .et and lock files, which nothing in the bytes tells apart.
    """
    lowered = name.lower()
    if "~$" in lowered[:2]:
        raise UnreadableWorkbook(unreadable.LOCK_FILE)
    if not data:
        raise UnreadableWorkbook(unreadable.EMPTY)
    if data.startswith(_ZIP):
        package = Package(data)
        return _kind_of_package(package), package
    if data.startswith(_COMPOUND):
        kind = _kind_of_compound(data)
        if lowered.endswith((".et", ".ett")):
            raise UnreadableWorkbook(unreadable.WPS_ET)
        return kind, None
    raise UnreadableWorkbook(_other(data))


def _kind_of_package(package: Package) -> FileKind:
    if package.has("xl/workbook.bin"):
        return FileKind.XLSB
    if package.has("word/document.xml"):
        raise UnreadableWorkbook(unreadable.WORD_DOCUMENT)
    if package.has("ppt/presentation.xml"):
        raise UnreadableWorkbook(unreadable.PRESENTATION)
    if package.has("mimetype") and package.size("mimetype") < 200:
        kind = package.read("mimetype")
        if b"spreadsheet" in kind:
            if _is_encrypted(package):
                raise UnreadableWorkbook(unreadable.ENCRYPTED)
            return FileKind.ODS
        if b"opendocument.text" in kind:
            raise UnreadableWorkbook(unreadable.WORD_DOCUMENT)
        if b"opendocument.presentation" in kind:
            raise UnreadableWorkbook(unreadable.PRESENTATION)
    if not package.has("[Content_Types].xml"):
        inside = any(name.startswith("xl/") for name in package.names)
        raise UnreadableWorkbook(unreadable.DAMAGED if inside else unreadable.ARCHIVE)
    return FileKind.XLSX


def _is_encrypted(package: Package) -> bool:
    name = "META-INF/manifest.xml"
    found: list[str] = []

    def start(element: str, _: Mapping[str, str]) -> None:
        if element == "encryption-data":
            found.append(element)

    if package.has(name):
        parse(package.read(name), start, part=name)
    return bool(found)


def _kind_of_compound(data: bytes) -> FileKind:
    names = OleDirectory(data).names
    if names & {"encryptedpackage", "encryptioninfo"}:
        raise UnreadableWorkbook(unreadable.ENCRYPTED)
    if names & {"workbook", "book"}:
        return FileKind.XLS
    if "worddocument" in names:
        raise UnreadableWorkbook(unreadable.WORD_DOCUMENT)
    if "powerpoint document" in names:
        raise UnreadableWorkbook(unreadable.PRESENTATION)
    raise UnreadableWorkbook(unreadable.NOT_A_WORKBOOK)


def _other(data: bytes) -> str:
    head = data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").lower()
    if head.startswith(b"%pdf"):
        return unreadable.PDF
    if head.startswith((b"rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"pk\x05\x06")):
        return unreadable.ARCHIVE
    if head.startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        return unreadable.WEB_PAGE
    if head.startswith(b"{\\rtf"):
        return unreadable.WORD_DOCUMENT
    return unreadable.NOT_A_WORKBOOK
