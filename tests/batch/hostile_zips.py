"""Zip archives as strangers' programs write them, and worse: each kind made from a sound one."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A sound archive."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def entry_at(data: bytes, name: str) -> int:
    """Where the line of the directory begins that names a member."""
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(name.encode())] != name.encode():
        at = data.index(b"PK\x01\x02", at + 4)
    return at


def patched(data: bytes, at: int, form: str, value: int) -> bytes:
    """The archive with one number of it overwritten."""
    size = struct.calcsize(form)
    return data[:at] + struct.pack(form, value) + data[at + size :]


def _flagged(flag: int) -> Callable[[bytes, str], bytes]:
    def change(data: bytes, name: str) -> bytes:
        at = entry_at(data, name)
        (flags,) = struct.unpack_from("<H", data, at + 8)
        return patched(data, at + 8, "<H", flags | flag)

    return change


def _method(number: int) -> Callable[[bytes, str], bytes]:
    return lambda data, name: patched(data, entry_at(data, name) + 10, "<H", number)


def _crc(data: bytes, name: str) -> bytes:
    return patched(data, entry_at(data, name) + 16, "<L", 0xDEADBEEF)


def _version(data: bytes, name: str) -> bytes:
    return patched(data, entry_at(data, name) + 6, "<H", 0x03E7)


def _offset(data: bytes, name: str) -> bytes:
    return patched(data, entry_at(data, name) + 42, "<L", 0x7FFFFFF0)


def _wrong_place(data: bytes, name: str) -> bytes:
    return patched(data, entry_at(data, name) + 42, "<L", 7)


def _size(data: bytes, name: str) -> bytes:
    return patched(data, entry_at(data, name) + 24, "<L", 3)


def _huge(data: bytes, name: str) -> bytes:
    return patched(data, entry_at(data, name) + 24, "<L", 0x7FFFFFFF)


def _zip64_without_sizes(data: bytes, name: str) -> bytes:
    return patched(data, entry_at(data, name) + 24, "<L", 0xFFFFFFFF)


def _lying_name(data: bytes, name: str) -> bytes:
    """Says UTF-8 of a name that is none, and asks for a version of the future."""
    at = entry_at(data, name)
    data = _flagged(0x800)(_version(data, name), name)
    return data[: at + 46] + "田".encode("gbk") + data[at + 48 :]


SPOILT: dict[str, tuple[Callable[[bytes, str], bytes], str]] = {
    "password": (_flagged(1), "设有密码"),
    "AES": (lambda data, name: _method(99)(_flagged(1)(data, name), name), "设有密码"),
    "Deflate64": (_method(9), "不常见的压缩方式"),
    "LZMA": (_method(14), "不常见的压缩方式"),
    "wrong CRC": (_crc, "已损坏"),
    "bad offset": (_offset, "已损坏"),
    "offset of nothing": (_wrong_place, "已损坏"),
    "size that lies": (_size, "已损坏"),
    "size of 2 GB": (_huge, "不像是填报表"),
    "zip64 without sizes": (_zip64_without_sizes, "不像是填报表"),
}
"""Kind -> what spoils one member (named in ASCII), and what is said of it."""

HARMLESS: dict[str, Callable[[bytes, str], bytes]] = {
    "odd version": _version,
    "name that is no UTF-8": _lying_name,
}
"""What no member need be lost for."""
