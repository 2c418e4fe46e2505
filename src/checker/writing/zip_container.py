"""The zip file: its directory, members as they are packed, bounded unpacking, atomic writing.

The standard library lists the members; it cannot hand out their compressed bytes, which is what
makes copying untouched members free and exact. Names are never used as paths on disk.
"""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipInfo

from checker.trouble import disk_reason
from checker.whole_files import replacing
from checker.writing.outcome import DAMAGED, UnwritableWorkbook

if TYPE_CHECKING:
    from typing import BinaryIO

MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = 768 * 1024 * 1024
MAX_RATIO = 400
SMALL = 16 * 1024 * 1024
"""Members that unpack to less than this are never called bombs, whatever their ratio."""

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY_MARK = b"PK\x01\x02"

BOMB = "文件解压后大得不正常，可能是恶意文件，没有处理。"


def read_directory(data: bytes) -> list[ZipInfo]:
    """All members of the zip file in ``data``. Raises `UnwritableWorkbook` if it is not sound."""
    if data.count(_ENTRY_MARK) > MAX_MEMBERS:
        raise UnwritableWorkbook(BOMB)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
        for member in members:
            raw_name(member)
    except Exception as error:  # BadZipFile, and whatever names or fields that lie bring about
        raise UnwritableWorkbook(DAMAGED) from error
    for member in members:
        if member.flag_bits & 1:
            raise UnwritableWorkbook("文件内容加了密，无法写入。请先取消密码再试。")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnwritableWorkbook(
                "文件用了不常见的压缩方式，无法写入。请用 Excel 另存一份再试。"
            )
        if member.file_size > max(SMALL, MAX_RATIO * max(member.compress_size, 1)):
            raise UnwritableWorkbook(BOMB)
        if member.file_size > MAX_MEMBER_BYTES:
            raise UnwritableWorkbook(BOMB)
    if sum(member.file_size for member in members) > 4 * MAX_MEMBER_BYTES:
        raise UnwritableWorkbook(BOMB)
    return members


def raw_name(member: ZipInfo) -> bytes:
    """The member's name as it is written in the file."""
    return member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437")


def packed_bytes(data: bytes | memoryview, member: ZipInfo) -> memoryview:
    """The member's bytes as they lie in the file, still compressed."""
    view = memoryview(data)
    if not 0 <= member.header_offset <= len(view) - _LOCAL.size:
        raise UnwritableWorkbook(DAMAGED)
    header = _LOCAL.unpack_from(view, member.header_offset)
    start = member.header_offset + _LOCAL.size + header[9] + header[10]
    if header[0] != b"PK\x03\x04" or start + member.compress_size > len(view):
        raise UnwritableWorkbook(DAMAGED)
    return view[start : start + member.compress_size]


def unpack(data: bytes | memoryview, member: ZipInfo) -> bytes:
    """The member's contents, checked against its stated size and checksum."""
    packed = packed_bytes(data, member)
    if member.compress_type == zipfile.ZIP_STORED:
        content = bytes(packed)
    else:
        try:
            content = zlib.decompressobj(-15).decompress(packed, member.file_size + 1)
        except zlib.error:
            raise UnwritableWorkbook(DAMAGED) from None
    if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        raise UnwritableWorkbook(DAMAGED)
    return content


LEVEL = 4
"""Deflate level for changed parts: some 5 % larger than Excel's own files, twice as fast."""

_SMALL_TEXT = 8 * 1024
_BLOCK = 1 << 20


class ZipOutput:
    """Appends members to an open file: compressed bytes copied as they are, or new contents."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._offset = 0
        self._directory: list[bytes] = []

    def copy(self, member: ZipInfo, packed: memoryview) -> None:
        """Append a member of another zip without unpacking it."""
        # Bit 3 says that sizes follow the data; they are known here, so it is cleared.
        method = member.flag_bits & ~8, member.compress_type
        self._append(member, method, packed, member.CRC, member.file_size)

    def add(self, member: ZipInfo, chunks: Iterable[bytes | memoryview]) -> None:
        """Append new contents, deflated, with name, its flag and time of ``member``."""
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
        method = member.flag_bits & 0x800, zipfile.ZIP_DEFLATED
        self._append(member, method, memoryview(b"".join(packed)), crc, size)

    def _append(
        self, member: ZipInfo, method: tuple[int, int], packed: memoryview, crc: int, size: int
    ) -> None:
        if self._offset + len(packed) > 0xFFFF0000:
            raise UnwritableWorkbook("文件太大（超过 4 GB），无法写入。")
        name = raw_name(member)
        year, month, day, hour, minute, second = member.date_time
        time = hour << 11 | minute << 5 | second // 2
        date = year - 1980 << 9 | month << 5 | day
        common = 20, *method, time, date, crc, len(packed), size, len(name)
        self._stream.write(_LOCAL.pack(b"PK\x03\x04", *common, 0))
        self._stream.write(name)
        self._stream.write(packed)
        places = 0, 0, 0, 0, member.external_attr, self._offset
        self._directory.append(_ENTRY.pack(_ENTRY_MARK, 20, *common, *places) + name)
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
        with replacing(target) as draft:
            with draft.open("wb", buffering=1 << 20) as stream:
                fill(stream)
                stream.flush()
                os.fsync(stream.fileno())
            with contextlib.suppress(FileNotFoundError):
                draft.chmod(target.stat().st_mode & 0o7777)
                replaces = True
        if replaces or is_backup:
            _sync_folder(target.parent)
    except OSError as error:
        raise UnwritableWorkbook(reason_of(error, target)) from error


def write_whole(target: Path, content: bytes, is_backup: bool = False) -> None:
    """`write_atomically` of contents that are there already."""
    write_atomically(target, lambda stream: stream.writelines((content,)), is_backup)


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
