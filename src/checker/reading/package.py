"""A zip package read with bounds: what is in it is listed first, and nothing is unpacked beyond."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import NamedTuple

from checker.reading import unreadable
from checker.reading.unreadable import UnreadableWorkbook

MAX_MEMBERS = 5_000
MAX_MEMBER_BYTES = 300_000_000
MAX_TOTAL_BYTES = 800_000_000
SUSPICIOUS_RATIO = 300
"""Real workbooks compress 5 to 60 times; only bombs above ``RATIO_MATTERS_FROM`` reach this."""
RATIO_MATTERS_FROM = 50_000_000

_END = b"PK\x05\x06"
_CENTRAL = b"PK\x01\x02"
_LOCAL = b"PK\x03\x04"
_LENGTHS = struct.Struct("<2H").unpack_from
_UNKNOWN = 0xFFFFFFFF
_CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
STORED, DEFLATED = 0, 8


class Member(NamedTuple):
    """One entry of the zip directory; sizes in bytes as declared there."""

    name: str
    method: int
    encrypted: bool
    crc: int
    packed_size: int
    size: int
    offset: int


class PackedPart(NamedTuple):
    """One part as it stands in the package. Equal packed parts have equal content, so what was
    learnt of one can be kept by it."""

    packed: bytes
    method: int
    crc: int
    size: int

    def unpacked(self) -> bytes:
        """The content. Raises UnreadableWorkbook if it is damaged or longer than it says."""
        if self.method == STORED:
            content = self.packed
        elif self.method == DEFLATED:
            try:
                # one byte more than declared would betray a part that lies about its size
                content = zlib.decompressobj(-15).decompress(self.packed, self.size + 1)
            except zlib.error as error:
                raise UnreadableWorkbook(unreadable.DAMAGED) from error
        else:
            raise UnreadableWorkbook(unreadable.DAMAGED)
        if len(content) != self.size or zlib.crc32(content) != self.crc:
            raise UnreadableWorkbook(unreadable.DAMAGED)
        return content


class Package:
    """The parts of a workbook file. Part names are looked up without regard to case, and with
    backslashes and leading slashes forgiven, as spreadsheet programs do."""

    def __init__(self, data: bytes) -> None:
        """Reads the zip directory. Raises UnreadableWorkbook when it is damaged or a bomb."""
        self._data = data
        self.members, self._end_of_members = _directory(data)
        self.total_size = sum(member.size for member in self.members)
        _refuse_bombs(self.members, self.total_size, len(data))
        keys = [_key(member.name) for member in self.members]
        self._by_name: dict[str, Member] = dict(zip(keys, self.members, strict=True))
        self._twice: set[str] = set()
        if len(self._by_name) < len(keys):
            seen: set[str] = set()
            for key in keys:
                (self._twice if key in seen else seen).add(key)

    def has(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return _key(name) in self._by_name

    def size(self, name: str) -> int:
        """Declared unpacked size in bytes; 0 for a part that is not there."""
        member = self._by_name.get(_key(name))
        return member.size if member else 0

    def read(self, name: str) -> bytes:
        """The unpacked part. Raises UnreadableWorkbook if it is damaged, encrypted, twice in the
        package, or longer than it says; KeyError if there is none."""
        return self.packed_part(name).unpacked()

    def packed_part(self, name: str) -> PackedPart:
        """The part still packed. Raises as ``read`` does, for all that shows without unpacking."""
        key = _key(name)
        member = self._by_name[key]
        if key in self._twice:
            raise UnreadableWorkbook(unreadable.DUPLICATE_PARTS)
        if member.encrypted:
            raise UnreadableWorkbook(unreadable.ENCRYPTED)
        return PackedPart(self._packed(member), member.method, member.crc, member.size)

    def with_part(self, name: str, content: bytes) -> bytes:
        """The whole package with one existing part replaced; every other byte stays. KeyError if
        there is no such part."""
        old = self._by_name[_key(name)]
        raw = old.name.encode("utf-8")
        crc, size, offset = zlib.crc32(content), len(content), self._end_of_members
        local = struct.pack("<4s5H3L2H", _LOCAL, 20, 0x800, 0, 0, 33, crc, size, size, len(raw), 0)
        head = self._data[:offset] + local + raw + content
        new = Member(old.name, STORED, False, crc, size, size, offset)
        records = [_central_record(new if item is old else item) for item in self.members]
        directory = b"".join(records)
        count = len(records)
        end = struct.pack("<4s4H2LH", _END, 0, 0, count, count, len(directory), len(head), 0)
        return head + directory + end

    def _packed(self, member: Member) -> bytes:
        header = self._data[member.offset : member.offset + 30]
        if len(header) < 30 or header[:4] != _LOCAL:
            raise UnreadableWorkbook(unreadable.DAMAGED)
        name_length, extra_length = _LENGTHS(header, 26)
        start = member.offset + 30 + name_length + extra_length
        packed = self._data[start : start + member.packed_size]
        if len(packed) != member.packed_size:
            raise UnreadableWorkbook(unreadable.DAMAGED)
        return packed


def _key(name: str) -> str:
    return _key_of(name) if len(name) <= KEPT_LENGTH else _key_of.__wrapped__(name)


KEPT_LENGTH = 200
"""A longer name of a part is not remembered."""


@lru_cache(512)  # the parts of workbooks are called the same
def _key_of(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _directory(data: bytes) -> tuple[list[Member], int]:
    """The entries, and where the directory that lists them begins."""
    end = data.rfind(_END, max(0, len(data) - 65_557))
    if end < 0 or end + 22 > len(data):
        raise UnreadableWorkbook(unreadable.DAMAGED)
    count, _, position = struct.unpack_from("<HLL", data, end + 10)
    if count > MAX_MEMBERS:
        raise UnreadableWorkbook(unreadable.TOO_LARGE)
    members: list[Member] = []
    begin, length = position, len(data)
    for _ in range(count):
        if position + 46 > length:
            raise UnreadableWorkbook(unreadable.DAMAGED)
        fields = _CENTRAL_HEADER.unpack_from(data, position)
        signature, _, _, flags, method, _, _, crc, packed, size = fields[:10]
        if signature != _CENTRAL:
            raise UnreadableWorkbook(unreadable.DAMAGED)
        start = position + 46
        end_of_name = start + fields[10]
        end_of_extra = end_of_name + fields[11]
        offset = fields[16]
        name = data[start:end_of_name].decode("utf-8" if flags & 0x800 else "cp437")
        if _UNKNOWN in (size, packed, offset):
            extra = data[end_of_name:end_of_extra]
            size, packed, offset = _zip64(extra, size, packed, offset)
        members.append(Member(name, method, bool(flags & 1), crc, packed, size, offset))
        position = end_of_extra + fields[12]
    return members, begin


def _central_record(member: Member) -> bytes:
    raw = member.name.encode("utf-8")
    fixed = (_CENTRAL, 20, 20, 0x800, member.method, 0, 33)
    sizes = (member.crc, member.packed_size, member.size, len(raw), 0, 0, 0, 0, 0, member.offset)
    return _CENTRAL_HEADER.pack(*fixed, *sizes) + raw


def _zip64(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Replaces the values that the directory leaves to the zip64 extra field (id 1)."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            body = extra[position + 4 : position + 4 + length]
            longs = iter(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
            size, packed, offset = (
                next(longs, value) if value == _UNKNOWN else value
                for value in (size, packed, offset)
            )
            break
        position += 4 + length
    return size, packed, offset


def _refuse_bombs(members: list[Member], total: int, packed: int) -> None:
    if total > MAX_TOTAL_BYTES or any(member.size > MAX_MEMBER_BYTES for member in members):
        raise UnreadableWorkbook(unreadable.TOO_LARGE)
    if total > RATIO_MATTERS_FROM and total > packed * SUSPICIOUS_RATIO:
        raise UnreadableWorkbook(unreadable.TOO_LARGE)
