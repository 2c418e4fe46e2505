"""The zip file: its directory, members as they are packed, bounded unpacking, atomic writing.

The standard library cannot hand out a member's compressed bytes, which is what makes copying
untouched members free and exact. Names are never used as paths on disk.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from checker.trouble import disk_reason
from checker.writing.outcome import DAMAGED, UnwritableWorkbook

if TYPE_CHECKING:
    from typing import BinaryIO

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


class Member(Struct, frozen=True):
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
            content = zlib.decompressobj(-15).decompress(packed, member.size + 1)
        except zlib.error:
            raise UnwritableWorkbook(DAMAGED) from None
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise UnwritableWorkbook(DAMAGED)
    return content


LEVEL = 4
"""Deflate level for changed parts: some 5 % larger than Excel's own files, twice as fast."""

_SMALL_TEXT = 8 * 1024
_BLOCK = 1 << 20

_EPOCH = (0, 33)  # 1980-01-01, so that equal input gives equal bytes
_serial = itertools.count()


class ZipOutput:
    """Appends members to an open file: compressed bytes copied as they are, or new contents."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._offset = 0
        self._directory: list[bytes] = []

    def copy(self, member: Member, packed: memoryview) -> None:
        """Append a member of another zip without unpacking it."""
        self._append(member, packed, member.crc, member.size)

    def add(self, name: bytes, chunks: Iterable[bytes | memoryview], like: Member | None) -> None:
        """Append new contents, deflated; name flags and time are taken over from ``like``."""
        chunks = list(chunks)
        # A small text needs no large tables; setting them up takes longer than the work itself.
        memory = 8 if sum(map(len, chunks)) > _SMALL_TEXT else 6
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -15, memory)
        crc = size = 0
        packed = []
        for chunk in blocks(chunks):
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            packed.append(packer.compress(chunk))
        packed.append(packer.flush())
        content = b"".join(packed)
        flags = like.flags & 0x800 if like else (0 if name.isascii() else 0x800)
        time, date = (like.time, like.date) if like else _EPOCH
        attributes = like.attributes if like else 0
        member = Member(name, flags, 8, time, date, crc, len(content), size, 0, attributes)
        self._append(member, memoryview(content), crc, size)

    def _append(self, member: Member, packed: memoryview, crc: int, size: int) -> None:
        if self._offset + len(packed) > 0xFFFF0000:
            raise UnwritableWorkbook("文件太大（超过 4 GB），无法写入。")
        name = member.raw_name
        # Bit 3 says that sizes follow the data; they are known here, so it is cleared.
        flags = member.flags & ~8
        common = (
            *(20, flags, member.method, member.time, member.date),
            *(crc, len(packed), size, len(name)),
        )
        self._stream.write(_LOCAL.pack(b"PK\x03\x04", *common, 0))
        self._stream.write(name)
        self._stream.write(packed)
        self._directory.append(
            _ENTRY.pack(b"PK\x01\x02", 20, *common, 0, 0, 0, 0, member.attributes, self._offset)
            + name
        )
        self._offset += _LOCAL.size + len(name) + len(packed)

    def finish(self) -> None:
        """Write the directory."""
        directory = b"".join(self._directory)
        count = len(self._directory)
        self._stream.write(directory)
        self._stream.write(
            _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), self._offset, 0)
        )


def blocks(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """The pieces put together into blocks worth a call, so that memory stays small."""
    waiting: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        while len(piece) > _BLOCK:
            yield b"".join((*waiting, piece[:_BLOCK]))
            waiting, size, piece = [], 0, piece[_BLOCK:]
        waiting.append(piece)
        size += len(piece)
        if size > _BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def write_atomically(
    target: Path, fill: Callable[[BinaryIO], None], is_backup: bool = False
) -> None:
    """Let ``fill`` write a temporary file beside ``target``, then put it in its place.

    The file under the name ``target`` is at every moment either the old one or the new one, whole.
    That it stands there also after a power cut is waited for when it replaces a file or is a
    backup; any other new file can be made again from what it was made of.
    Raises `UnwritableWorkbook` when the disk is full, the folder is read-only, or another program
    holds the target open (Windows).
    """
    target = Path(os.path.realpath(target))
    replaces = False
    try:
        temporary, descriptor = _new_file(target.parent)
        try:
            with open(descriptor, "wb", buffering=1 << 20) as stream:  # noqa: PTH123
                fill(stream)
                stream.flush()
                os.fsync(stream.fileno())
            with contextlib.suppress(FileNotFoundError):
                temporary.chmod(target.stat().st_mode & 0o7777)
                replaces = True
            temporary.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        if replaces or is_backup:
            _sync_folder(target.parent)
    except OSError as error:
        raise UnwritableWorkbook(reason_of(error, target)) from error


def write_whole(target: Path, content: bytes) -> None:
    """`write_atomically` of contents that are there already."""

    def fill(stream: BinaryIO) -> None:
        stream.write(content)

    write_atomically(target, fill)


def _new_file(folder: Path) -> tuple[Path, int]:
    """A file that did not exist; its name is short, as the target's may be as long as can be."""
    while True:
        path = folder / f".checker-{os.getpid()}-{next(_serial)}.tmp"
        with contextlib.suppress(FileExistsError):  # left behind by a killed process of that number
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            return path, os.open(path, flags, 0o666)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system knows how to (not Windows)."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def reason_of(error: OSError, target: Path) -> str:
    """Why ``target`` could not be written, in plain Chinese."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"磁盘空间不足，没有写成“{target.name}”，原文件没有改动。"
    if error.errno == errno.ENAMETOOLONG:
        return f"文件名太长，不能写入：{target.name}"
    if isinstance(error, FileNotFoundError):
        return f"要写入的文件夹不存在：{target.parent}"
    if isinstance(error, PermissionError):
        return (
            f"不能写入“{target.name}”：文件可能正在 Excel 或 WPS 中打开，或者文件夹是只读的。"
            "请关闭后再试，原文件没有改动。"
        )
    return f"写入“{target.name}”时出错（{disk_reason(error)}），原文件没有改动。"
