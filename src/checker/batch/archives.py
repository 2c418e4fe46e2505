"""Zip archives that were handed in: what is in them, and the bytes of one member.

The directory is read here, not by the standard library, which refuses a whole archive for one entry
that lies about its name or asks for a newer version. Members are read where they lie, so that a
large archive is not gone through once more for each of them.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from datetime import datetime
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

MOST_MEMBERS = 50_000
MOST_BYTES = 256 * 1024 * 1024
"""Of one unpacked member; larger ones are refused."""

_END = struct.Struct("<4s4H2LH")
_END64_PLACE = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_END = 65_535 + _END.size
_FULL = 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
SAYS_UTF8 = 0x800
"""The flag of a directory entry whose name is UTF-8."""

DAMAGED = "压缩包已损坏、没有下载完，或者不是 zip 格式，请重新发送。"
EMPTY = "压缩包是空的，里面没有文件，请让学校重新打包。"
TOO_MANY = "压缩包里的文件过多，不像是报送的填报表，为安全起见没有打开。"
LOCKED = "压缩包设有密码，读不出内容，请解压后再放进来。"
RENAMED = "这其实是一份工作簿，只是扩展名成了 .zip，请改回 .xlsx。"
OTHER_KINDS = {
    b"Rar!": "这其实是 RAR 压缩包，没有打开，请先解压，再把里面的 Excel 文件放进来。",
    b"7z\xbc\xaf": "这其实是 7z 压缩包，没有打开，请先解压，再把里面的 Excel 文件放进来。",
}
MEMBER_LOCKED = "压缩包里的这个文件设有密码，读不出内容，请解压后再放进来。"
MEMBER_DAMAGED = "压缩包里的这个文件已损坏，读不出内容，请让学校重新打包发送。"
MEMBER_METHOD = "压缩包用了不常见的压缩方式，这个文件读不出来，请解压后再放进来。"
MEMBER_TWICE = "压缩包里有几个同名的文件，内容不同，不能确定哪一份算数，请解压后只留一份。"


class SourceUnreadable(OSError):
    """The bytes of a file, or what is in an archive, cannot be had. ``reason`` is a Chinese
    sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Packed(Struct, frozen=True):
    """Where a member lies in its archive and how it is packed: bytes, offset of its local header,
    method of compression and checksum."""

    offset: int
    packed: int
    size: int
    method: int
    crc: int


class Member(Struct, frozen=True):
    """One file in an archive. ``key`` tells it from all others; ``name`` is for people, with
    forward slashes and nothing that leads out of the archive; ``modified`` in seconds since 1970;
    ``refusal`` why it cannot be read, "" if nothing speaks against it."""

    key: str
    name: str
    modified: float
    packed: Packed
    refusal: str = ""


def members_of(file: BinaryIO) -> list[Member]:
    """The files in an archive, in its order. Raises OSError."""
    directory, count, shift = _directory(file)
    if count == 0 and not directory:
        raise SourceUnreadable(EMPTY)
    found: list[Member] = []
    at = 0
    while at + _ENTRY.size <= len(directory):
        entry = _ENTRY.unpack_from(directory, at)
        if entry[0] != b"PK\x01\x02":
            raise SourceUnreadable(DAMAGED)
        lengths = entry[10:13]
        name_at = at + _ENTRY.size
        raw = directory[name_at : name_at + lengths[0]]
        extra = directory[name_at + lengths[0] : name_at + lengths[0] + lengths[1]]
        at = name_at + sum(lengths)
        member = _member(entry, raw, extra, shift)
        if member is not None:
            found.append(member)
        if len(found) > MOST_MEMBERS:
            raise SourceUnreadable(TOO_MANY)
    found = _once_each(found)
    names = [member.name for member in found]
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        raise SourceUnreadable(RENAMED)
    if found and all(member.refusal == MEMBER_LOCKED for member in found):
        raise SourceUnreadable(LOCKED)
    return found


def read_member(file: BinaryIO, packed: Packed) -> bytes:
    """The content of a member. Raises OSError."""
    if packed.size > MOST_BYTES:
        size = packed.size // 2**20
        raise SourceUnreadable(f"压缩包里的这个文件解开后有 {size} MB，不像是填报表，没有读取。")
    try:
        file.seek(packed.offset)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            raise SourceUnreadable(MEMBER_DAMAGED)
        *_, name_length, extra_length = _LOCAL.unpack(head)
        file.seek(name_length + extra_length, 1)
        content = file.read(min(packed.packed, MOST_BYTES))
    except (ValueError, OverflowError) as problem:
        raise SourceUnreadable(MEMBER_DAMAGED) from problem
    if packed.method == _DEFLATED:
        try:
            # one byte more than declared would betray a member that lies about its size
            content = zlib.decompressobj(-15).decompress(content, packed.size + 1)
        except zlib.error as problem:
            raise SourceUnreadable(MEMBER_DAMAGED) from problem
    if len(content) != packed.size or zlib.crc32(content) != packed.crc:
        raise SourceUnreadable(MEMBER_DAMAGED)
    return content


def _directory(file: BinaryIO) -> tuple[bytes, int, int]:
    """The directory's bytes, the number of members that it claims, and how many bytes stand before
    the archive, as in self-extracting files."""
    head = file.read(4)
    for mark, reason in OTHER_KINDS.items():
        if head.startswith(mark):
            raise SourceUnreadable(reason)
    length = file.seek(0, 2)
    tail_at = max(0, length - _LONGEST_END)
    file.seek(tail_at)
    tail = file.read(_LONGEST_END)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise SourceUnreadable(DAMAGED)
    *_, count, size, start, _ = _END.unpack_from(tail, at)
    end = tail_at + at
    if _FULL in (size, start) or count == 0xFFFF:
        count, size, start, end = _end64(file, end) or (count, size, start, end)
    shift = end - size - start
    if count > MOST_MEMBERS or size > MOST_MEMBERS * 1024:
        raise SourceUnreadable(TOO_MANY)
    if shift < 0:
        raise SourceUnreadable(DAMAGED)
    file.seek(start + shift)
    return file.read(size), count, shift


def _end64(file: BinaryIO, end: int) -> tuple[int, int, int, int] | None:
    """Count, size, start and end of the directory of an archive beyond 4 GB or 65,535 members."""
    at = end - _END64_PLACE.size
    if at < 0:
        return None
    file.seek(at)
    mark, _, place, _ = _END64_PLACE.unpack(file.read(_END64_PLACE.size))
    if mark != b"PK\x06\x07":
        return None
    if place + _END64.size > at:
        raise SourceUnreadable(DAMAGED)
    file.seek(place)
    mark, *_, count, size, start = _END64.unpack(file.read(_END64.size))
    if mark != b"PK\x06\x06":
        raise SourceUnreadable(DAMAGED)
    return count, size, start, place


def _member(entry: tuple[int, ...], raw: bytes, extra: bytes, shift: int) -> Member | None:
    """One line of the directory; None for a folder."""
    flags, method, time, date, crc, packed, size = entry[3:10]
    offset = entry[16]
    if _FULL in (packed, size, offset):
        packed, size, offset = _sizes64(extra, packed, size, offset)
    name, key = member_name(raw, bool(flags & SAYS_UTF8))
    parts = [part for part in name.split("/") if part not in {"", ".", ".."}]
    if not parts or name.endswith("/"):
        return None
    refusal = ""
    if flags & 0x2041:  # encrypted, strongly encrypted, or with a hidden directory
        refusal = MEMBER_LOCKED
    elif method not in (_STORED, _DEFLATED):
        refusal = MEMBER_METHOD
    place = Packed(offset + shift, packed, size, method, crc)
    return Member(key, "/".join(parts), _seconds(date, time), place, refusal)


def _sizes64(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            content = extra[at + 4 : at + 4 + length]
            numbers = [each for (each,) in struct.iter_unpack("<Q", content[: length // 8 * 8])]
            wanted = [each == _FULL for each in (size, packed, offset)]
            if len(numbers) >= sum(wanted) and len(content) >= sum(wanted) * 8:
                size, packed, offset = (
                    numbers.pop(0) if full else own
                    for full, own in zip(wanted, (size, packed, offset), strict=True)
                )
            break
        at += 4 + length
    return packed, size, offset


def _once_each(members: list[Member]) -> list[Member]:
    """Each name once: of equal contents the first, of different ones none can be read."""
    times = Counter(member.key for member in members)
    if len(times) == len(members):
        return members
    contents: dict[str, set[tuple[int, int]]] = {}
    for member in members:
        contents.setdefault(member.key, set()).add((member.packed.size, member.packed.crc))
    first = {member.key: member for member in reversed(members)}
    return [
        member if len(contents[key]) == 1 else replace(member, refusal=MEMBER_TWICE)
        for key in times
        for member in (first[key],)
    ]


def member_name(raw: bytes, says_utf8: bool) -> tuple[str, str]:
    """(Name for people, key) from the bytes of a directory entry. Windows' own zip writes GBK names
    without saying so, some programs on Linux UTF-8; others say UTF-8 of names that are not."""
    key = raw.decode("cp437")
    if says_utf8:
        try:
            name = key = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("gb18030", "replace")
    else:
        name = _utf8_chinese(raw) or _decoded(raw, "gb18030") or key
    return name.replace("\\", "/").replace("\0", ""), key


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _utf8_chinese(raw: bytes) -> str:
    """The name as UTF-8; "" if it is none. Short GBK names may be valid UTF-8 by chance, but then
    of Cyrillic or Greek letters."""
    name = _decoded(raw, "utf-8")
    return name if all(letter < "\x80" or letter >= "\u2000" for letter in name) else ""


def _seconds(date: int, time: int) -> float:
    try:
        stamp = datetime(
            1980 + (date >> 9),
            (date >> 5) & 15,
            date & 31,
            time >> 11,
            (time >> 5) & 63,
            min((time & 31) * 2, 59),
        )
        return stamp.timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
