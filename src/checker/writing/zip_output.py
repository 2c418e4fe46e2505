"""Writing a zip file so that it is either there whole or not there at all."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from checker.writing.deflate import crc32, deflater
from checker.writing.errors import UnwritableWorkbook
from checker.writing.zip_members import Member

if TYPE_CHECKING:
    from typing import BinaryIO

_BLOCK = 1 << 20

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
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
        packer = deflater(sum(map(len, chunks)))
        crc = size = 0
        packed = []
        for chunk in blocks(chunks):
            crc = crc32(chunk, crc)
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
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
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
    return f"写入“{target.name}”时出错（系统错误号 {error.errno}），原文件没有改动。"
