"""Unpacking, by Intel's library when the optional package `isal` is installed, else the standard's.

Both read the same streams and give the same checksums. Loading Intel's takes a while, so only runs
over several workbooks and writing ever load this module.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType

from checker.reading.package import DEFLATED, PackedPart

intel: ModuleType | None = None
with suppress(ImportError):
    from isal import isal_zlib

    intel = isal_zlib

Checksum = Callable[[bytes, int], int]
crc32: Checksum = zlib.crc32 if intel is None else intel.crc32


def inflate(packed: bytes | memoryview, most: int) -> bytes:
    """Unpack at most ``most`` bytes. Raises `zlib.error` for what is no deflate stream."""
    if intel is None:
        return zlib.decompressobj(-15).decompress(packed, most)
    try:
        content: bytes = intel.decompressobj(-15).decompress(packed, most)
    except intel.error as problem:
        raise zlib.error(str(problem)) from None
    return content


def unpacked(part: PackedPart) -> bytes:
    """The content of a part; what does not agree with length and checksum is unpacked again by the
    standard library, which then says what is wrong. Raises UnreadableWorkbook if it is damaged or
    longer than it says."""
    if part.method == DEFLATED:
        with suppress(zlib.error):
            # one byte more than declared would betray a part that lies about its size
            content = inflate(part.packed, part.size + 1)
            if len(content) == part.size and crc32(content, 0) == part.crc:
                return content
    return part.unpacked()
