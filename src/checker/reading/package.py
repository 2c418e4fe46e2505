"""A zip package read with bounds: what is in it is listed first, and nothing is unpacked beyond."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from checker.reading import unreadable
from checker.reading.limits import LIMITS
from checker.reading.unreadable import UnreadableWorkbook, damaged

_ENTRY, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"


class Package:
    """The parts of a workbook file. Part names are looked up without regard to case, and with
    backslashes and leading slashes forgiven, as spreadsheet programs do."""

    def __init__(self, data: bytes) -> None:
        """Reads the zip directory. Raises UnreadableWorkbook when it is damaged or a bomb."""
        if data.count(_ENTRY) > LIMITS.members:
            raise UnreadableWorkbook(unreadable.TOO_LARGE)
        self._data = data
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                members = archive.infolist()
        except Exception as error:  # BadZipFile, and whatever names or fields that lie bring about
            raise UnreadableWorkbook(unreadable.DAMAGED) from error
        _refuse_bombs([member.file_size for member in members], len(data))
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._twice: set[str] = set()
        for member in members:
            key = _key(member.filename)
            if key in self._members:
                self._twice.add(key)
            self._members[key] = member

    @property
    def names(self) -> list[str]:
        """The parts' names, in lower case and with forward slashes."""
        return list(self._members)

    def has(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return _key(name) in self._members

    def size(self, name: str) -> int:
        """Declared unpacked size in bytes; 0 for a part that is not there."""
        member = self._members.get(_key(name))
        return member.file_size if member else 0

    def read(self, name: str, most: int = LIMITS.small_part_bytes) -> bytes:
        """The unpacked part. Raises UnreadableWorkbook if it is damaged, encrypted, twice in the
        package, larger than ``most`` bytes, or not as long as it says; KeyError if there is none.
        """
        key = _key(name)
        member = self._members[key]
        if key in self._twice:
            raise UnreadableWorkbook(unreadable.DUPLICATE_PARTS)
        if member.flag_bits & 1:
            raise UnreadableWorkbook(unreadable.ENCRYPTED)
        if member.file_size > most:
            raise UnreadableWorkbook(unreadable.TOO_LARGE)
        packed = self._packed(member)
        if member.compress_type == zipfile.ZIP_STORED:
            content = packed
        elif member.compress_type == zipfile.ZIP_DEFLATED:
            try:
                # one byte more than declared would betray a part that lies about its size
                content = zlib.decompressobj(-15).decompress(packed, member.file_size + 1)
            except zlib.error as error:
                raise damaged(name) from error
        else:
            raise damaged(name)
        if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
            raise damaged(name)
        return content

    def _packed(self, member: zipfile.ZipInfo) -> bytes:
        header = self._data[member.header_offset : member.header_offset + 30]
        if len(header) < 30 or header[:4] != _LOCAL:
            raise damaged(member.filename)
        name_length, extra_length = struct.unpack_from("<2H", header, 26)
        start = member.header_offset + 30 + name_length + extra_length
        packed = self._data[start : start + member.compress_size]
        if len(packed) != member.compress_size:
            raise damaged(member.filename)
        return packed


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A package of these parts, uncompressed, to be read at once."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _refuse_bombs(sizes: list[int], packed_size: int) -> None:
    total = sum(sizes)
    if total > LIMITS.total_bytes or any(size > LIMITS.part_bytes for size in sizes):
        raise UnreadableWorkbook(unreadable.TOO_LARGE)
    if total > LIMITS.ratio_from_bytes and total > packed_size * LIMITS.ratio:
        raise UnreadableWorkbook(unreadable.TOO_LARGE)
