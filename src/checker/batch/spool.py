"""The bulky parts of a run's records in one temporary file, so that memory holds only their heads.

The file has no name (on Windows: is deleted when it is closed, also by a crash), so that nothing of
a run that was killed can be taken for a result later.
"""

from __future__ import annotations

import struct
from sys import intern
from tempfile import TemporaryFile
from types import TracebackType

from msgspec import Struct
from msgspec.structs import replace

from checker.marking.file_record import Bulk, FileRecord

_SIZES = struct.Struct("<5I")
"""What stands before the parts of a record: how many bytes each of them takes."""


class Spool:
    """Records are kept as they come and read back in any order, as long as it is open."""

    def __init__(self) -> None:
        """The file is made in the system's folder for temporary files."""
        self._file = TemporaryFile(prefix="checker-")  # noqa: SIM115 - closed by __exit__
        self._end = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def keep(self, record: FileRecord) -> FileRecord:
        """The same record, its bulky parts written down here as they are."""
        place, parts = self._end, record.parts
        bulk = [parts.part(number) for number in range(len(Bulk._fields))]
        data = b"".join((_SIZES.pack(*map(len, bulk)), *bulk))
        self._file.seek(place)
        self._file.write(data)
        self._end += len(data)
        return replace(
            record,
            status=intern(record.status),
            template=intern(record.template),
            type=intern(record.type),
            submitted=intern(record.submitted),
            cannot_write=intern(record.cannot_write),
            parts=Spooled(self, place),
        )

    def read(self, place: int, part: int) -> bytes:
        """One part of the record that begins at ``place``. Raises ValueError once the spool is
        closed."""
        self._file.seek(place)
        sizes = _SIZES.unpack(self._file.read(_SIZES.size))
        before = sum(sizes[:part])
        if before:
            self._file.seek(place + _SIZES.size + before)
        return self._file.read(sizes[part])


class Spooled(Struct, frozen=True):
    """Where the bulky parts of a record are: in the spool, from this place on."""

    spool: Spool
    place: int

    def part(self, place: int) -> bytes:
        """One part, by its place in `Bulk`. Raises ValueError once the spool is closed."""
        return self.spool.read(self.place, place)
