"""What a file really is, by its first bytes and its parts, whatever its name says."""

from __future__ import annotations

from enum import Enum

from checker.reading import unreadable
from checker.reading.package import Package
from checker.reading.unreadable import UnreadableWorkbook

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
    if lowered.endswith((".et", ".ett")):
        raise UnreadableWorkbook(unreadable.WPS_ET)
    if data.startswith(_ZIP):
        package = Package(data)
        return _kind_of_package(package), package
    if data.startswith(_COMPOUND):
        return _kind_of_compound(data), None
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
            if b"<manifest:encryption-data" in _manifest(package):
                raise UnreadableWorkbook(unreadable.ENCRYPTED)
            return FileKind.ODS
        if b"opendocument.text" in kind:
            raise UnreadableWorkbook(unreadable.WORD_DOCUMENT)
        if b"opendocument.presentation" in kind:
            raise UnreadableWorkbook(unreadable.PRESENTATION)
    if not package.has("[Content_Types].xml"):
        inside = any(member.name.startswith(("xl/", "xl\\")) for member in package.members)
        raise UnreadableWorkbook(unreadable.DAMAGED if inside else unreadable.ARCHIVE)
    return FileKind.XLSX


def _manifest(package: Package) -> bytes:
    name = "META-INF/manifest.xml"
    return package.read(name) if package.has(name) else b""


def _stream(name: str) -> bytes:
    return name.encode("utf-16-le")


def _kind_of_compound(data: bytes) -> FileKind:
    """Stream names of the old container stand in its directory as UTF-16; finding them in the raw
    bytes is enough to tell the kinds apart."""
    if _stream("EncryptedPackage") in data or _stream("EncryptionInfo") in data:
        raise UnreadableWorkbook(unreadable.ENCRYPTED)
    if _stream("WordDocument") in data:
        raise UnreadableWorkbook(unreadable.WORD_DOCUMENT)
    if _stream("PowerPoint Document") in data:
        raise UnreadableWorkbook(unreadable.PRESENTATION)
    if _stream("Workbook") in data or _stream("Book") in data:
        return FileKind.XLS
    raise UnreadableWorkbook(unreadable.NOT_A_WORKBOOK)


def _other(data: bytes) -> str:
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"%pdf"):
        return unreadable.PDF
    if head.startswith((b"rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"pk\x05\x06")):
        return unreadable.ARCHIVE
    if head.startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        return unreadable.WEB_PAGE
    if head.startswith(b"{\\rtf"):
        return unreadable.WORD_DOCUMENT
    return unreadable.NOT_A_WORKBOOK
