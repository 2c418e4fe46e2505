"""Unpacking for the quick way: by Intel's library when the optional package `isal` is installed.

What comes out is held against length and checksum as ever, and what does not agree is unpacked
again by the standard library, which then says what is wrong. Like that one it unpacks no more than
it is asked for. It takes a while to load, so only runs over several workbooks ever load it.
"""

from __future__ import annotations

import zlib
from types import ModuleType

from checker.reading.package import DEFLATED, PackedPart

_library: ModuleType = zlib
try:
    from isal import isal_zlib

    _library = isal_zlib
except ImportError:
    pass


def unpacked(part: PackedPart) -> bytes:
    """The content of a part. Raises UnreadableWorkbook if it is damaged or longer than it says."""
    if part.method == DEFLATED:
        try:
            # one byte more than declared would betray a part that lies about its size
            unpacker = _library.decompressobj(-15)
            content: bytes = unpacker.decompress(part.packed, part.size + 1)
        except _library.error:
            return part.unpacked()
        if len(content) == part.size and _library.crc32(content) == part.crc:
            return content
    return part.unpacked()
