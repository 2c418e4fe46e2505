"""The bulky parts of a run's records in one temporary file, so that memory holds only their heads.

The file has no name (on Windows: is deleted when it is closed, also by a crash), so that nothing of
a run that was killed can be taken for a result later.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import starmap
from struct import Struct
from sys import intern
from tempfile import TemporaryFile
from types import TracebackType

from checker.batch.record import FileRecord, Judged, Measure, Unmeasured
from checker.reports.json_report import Json

_FINDINGS, _JUDGED, _MEASURES, _UNMEASURED, _FACTS = range(5)
_SIZES = Struct("<5I")
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

    def keep(self, record: FileRecord) -> SpooledRecord:
        """The record with its bulky parts written down here. Rows of tables are left out."""
        facts = [(name, column, value) for name, column, row, value, _ in record.facts if not row]
        parts = (
            _json(record.findings),
            _json(record.judged),
            _json(record.measures),
            _json(record.unmeasured),
            zlib.compress(_json(facts), 1),  # most of a record, and read but once
        )
        data = b"".join((_SIZES.pack(*map(len, parts)), *parts))
        place = self._end
        self._file.seek(place)
        self._file.write(data)
        self._end += len(data)
        return SpooledRecord(
            path=record.path,
            status=intern(record.status),
            message=record.message,
            template=intern(record.template),
            name=record.name,
            code=record.code,
            type=intern(record.type),
            submitted=intern(record.submitted),
            content=record.content,
            modified=record.modified,
            counts=record.counts,
            cannot_write=intern(record.cannot_write),
            marked_copy=record.marked_copy,
            errors=record.errors,
            spool=self,
            place=place,
        )

    def read(self, place: int, part: int) -> str:
        """One part, as JSON, of the record that begins at ``place``. Raises ValueError once the
        spool is closed."""
        self._file.seek(place)
        sizes = _SIZES.unpack(self._file.read(_SIZES.size))
        self._file.seek(place + _SIZES.size + sum(sizes[:part]))
        data = self._file.read(sizes[part])
        return (zlib.decompress(data) if part == _FACTS else data).decode()


@dataclass(frozen=True, slots=True, eq=False)
class SpooledRecord:
    """A record of which only the head is in memory; ``errors`` are few and stay with it. What is a
    property here is read from the spool each time it is asked for."""

    path: str
    status: str
    message: str
    template: str
    name: str
    code: str
    type: str
    submitted: str
    content: str
    modified: float
    counts: Mapping[str, int]
    cannot_write: str
    marked_copy: str
    errors: tuple[dict[str, Json], ...]
    spool: Spool
    place: int

    @property
    def findings(self) -> tuple[dict[str, Json], ...]:
        """In the form of the JSON report."""
        return tuple(json.loads(self.spool.read(self.place, _FINDINGS)))

    @property
    def judged(self) -> tuple[Judged, ...]:
        """The indicator verdicts."""
        return tuple(starmap(Judged, json.loads(self.spool.read(self.place, _JUDGED))))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the collection rules need."""
        return tuple(starmap(Measure, json.loads(self.spool.read(self.place, _MEASURES))))

    @property
    def unmeasured(self) -> tuple[Unmeasured, ...]:
        """What the collection rules need but could not be measured."""
        return tuple(starmap(Unmeasured, json.loads(self.spool.read(self.place, _UNMEASURED))))

    @property
    def form_facts(self) -> dict[tuple[str, str], str]:
        """(field, column) -> value of the form itself, without the rows of its tables."""
        found = json.loads(self.spool.read(self.place, _FACTS))
        return {(name, column): value for name, column, value in found}


def _json(part: object) -> bytes:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
