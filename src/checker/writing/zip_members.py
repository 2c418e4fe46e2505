"""Reading the members of a zip file: the directory, compressed bytes as they are, bounded inflate.

The standard library cannot hand out a member's compressed bytes, which is what makes copying
untouched members free and exact. Names are never used as paths on disk.
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

from checker.writing.deflate import crc32, inflate
from checker.writing.errors import DAMAGED, UnwritableWorkbook

MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = 768 * 1024 * 1024
MAX_RATIO = 400
SMALL = 16 * 1024 * 1024
"""Members that unpack to less than this are never called bombs, whatever their ratio."""

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

BOMB = "文件解压后大得不正常，可能是恶意文件，没有处理。"


class Member(NamedTuple):
    """One entry of the zip directory."""

    raw_name: bytes
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int  # bytes in the file
    size: int  # bytes when unpacked
    offset: int  # of the local header
    attributes: int

    @property
    def name(self) -> str:
        """The name as text."""
        return self.raw_name.decode("utf-8" if self.flags & 0x800 else "cp437")


def read_directory(data: bytes | memoryview) -> list[Member]:
    """All members of the zip file in ``data``. Raises `UnwritableWorkbook` if it is not sound."""
    view = memoryview(data)
    tail_start = max(0, len(view) - 65_557)
    tail = bytes(view[tail_start:])
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise UnwritableWorkbook(DAMAGED)
    _, _, _, _, count, length, start, _ = _END.unpack_from(tail, at)
    end = tail_start + at
    if count == 0xFFFF or start == 0xFFFFFFFF or length == 0xFFFFFFFF:
        count, length, start, end = _zip64_end(view, end)
    shift = end - length - start  # bytes in front of the zip, as in self-extracting files
    if count > MAX_MEMBERS:
        raise UnwritableWorkbook(BOMB)
    if shift < 0:
        raise UnwritableWorkbook(DAMAGED)
    members = []
    at = start + shift
    for _ in range(count):
        if at + _ENTRY.size > end:
            raise UnwritableWorkbook(DAMAGED)
        entry = _ENTRY.unpack_from(view, at)
        if entry[0] != b"PK\x01\x02":
            raise UnwritableWorkbook(DAMAGED)
        (_, _, _, flags, method, time, date, crc, packed, size) = entry[:10]
        name_length, extra_length, comment_length, _, _, attributes, offset = entry[10:]
        at += _ENTRY.size
        name = bytes(view[at : at + name_length])
        if 0xFFFFFFFF in (packed, size, offset):
            extra = bytes(view[at + name_length : at + name_length + extra_length])
            packed, size, offset = _zip64_sizes(extra, packed, size, offset)
        at += name_length + extra_length + comment_length
        if flags & 1:
            raise UnwritableWorkbook("文件内容加了密，无法写入。请先取消密码再试。")
        if method not in (0, 8):
            raise UnwritableWorkbook(
                "文件用了不常见的压缩方式，无法写入。请用 Excel 另存一份再试。"
            )
        members.append(
            Member(name, flags, method, time, date, crc, packed, size, offset + shift, attributes)
        )
    _refuse_bombs(members)
    return members


def _zip64_end(view: memoryview, end: int) -> tuple[int, int, int, int]:
    at = end - _END64_LOCATOR.size
    if at < 0 or bytes(view[at : at + 4]) != b"PK\x06\x07":
        raise UnwritableWorkbook(DAMAGED)
    where = _END64_LOCATOR.unpack_from(view, at)[2]
    if where + _END64.size > at or bytes(view[where : where + 4]) != b"PK\x06\x06":
        raise UnwritableWorkbook(DAMAGED)
    record = _END64.unpack_from(view, where)
    return record[7], record[8], record[9], where


def _zip64_sizes(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        at += 4
        if kind == 1:
            numbers = iter(struct.unpack_from(f"<{length // 8}Q", extra, at))
            try:
                size = next(numbers) if size == 0xFFFFFFFF else size
                packed = next(numbers) if packed == 0xFFFFFFFF else packed
                offset = next(numbers) if offset == 0xFFFFFFFF else offset
            except StopIteration:
                raise UnwritableWorkbook(DAMAGED) from None
            return packed, size, offset
        at += length
    raise UnwritableWorkbook(DAMAGED)


def _refuse_bombs(members: list[Member]) -> None:
    total = 0
    for member in members:
        total += member.size
        if member.size > MAX_MEMBER_BYTES:
            raise UnwritableWorkbook(BOMB)
        if member.size > SMALL and member.size > MAX_RATIO * max(member.packed, 1):
            raise UnwritableWorkbook(BOMB)
    if total > 4 * MAX_MEMBER_BYTES:
        raise UnwritableWorkbook(BOMB)


def packed_bytes(data: bytes | memoryview, member: Member) -> memoryview:
    """The member's bytes as they lie in the file, still compressed."""
    view = memoryview(data)
    if member.offset + _LOCAL.size > len(view):
        raise UnwritableWorkbook(DAMAGED)
    header = _LOCAL.unpack_from(view, member.offset)
    start = member.offset + _LOCAL.size + header[9] + header[10]
    if header[0] != b"PK\x03\x04" or start + member.packed > len(view):
        raise UnwritableWorkbook(DAMAGED)
    return view[start : start + member.packed]


def unpack(data: bytes | memoryview, member: Member) -> bytes:
    """The member's contents, checked against its stated size and checksum."""
    packed = packed_bytes(data, member)
    if member.method == 0:
        content = bytes(packed)
    else:
        try:
            content = inflate(packed, member.size + 1)
        except zlib.error:
            raise UnwritableWorkbook(DAMAGED) from None
    if len(content) != member.size or crc32(content, 0) != member.crc:
        raise UnwritableWorkbook(DAMAGED)
    return content
