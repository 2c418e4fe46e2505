"""Unpacking, by Intel's library when the optional package `isal` is installed, else the standard's.

Both read the same streams and give the same checksums.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType

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
