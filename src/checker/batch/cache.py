"""Results of earlier runs, found again by content + rules + profile + program version.

A file whose path, size and time stamp have not changed is not even opened again. The store is one
SQLite file; a damaged one is thrown away, since everything in it can be computed again.
"""

from __future__ import annotations

import functools
import os
import sqlite3
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from checker.batch.discovery import Source
from checker.batch.record import Bulk, Kept

_SHAPE = 5
"""Number of the tables' present shape. A store of another shape is emptied: its results are those
of another version of the program, so they are of no use any more."""

_TABLES = """
CREATE TABLE IF NOT EXISTS places (
    place TEXT PRIMARY KEY, size INTEGER, modified REAL, digest TEXT
);
CREATE TABLE IF NOT EXISTS records (
    digest TEXT, rules TEXT, size INTEGER, markable INTEGER, proof INTEGER, head BLOB,
    findings BLOB, judged BLOB, measures BLOB, unmeasured BLOB, facts BLOB,
    PRIMARY KEY (digest, rules)
);
CREATE TABLE IF NOT EXISTS copies (
    copy TEXT PRIMARY KEY, digest TEXT, rules TEXT, size INTEGER, modified REAL
);
CREATE INDEX IF NOT EXISTS sizes ON records (rules, size);
CREATE INDEX IF NOT EXISTS copies_of ON copies (digest, rules);
"""


class Remembered(NamedTuple):
    """What is known without reading the record itself: the digest of the file's content, and
    whether there can be a marked copy of it."""

    digest: str
    markable: bool


class Copy(NamedTuple):
    """A marked copy as it was written: where, how many bytes, when (seconds since 1970)."""

    path: Path
    size: int
    modified: float


class ResultCache:
    """Records by content digest, for one fingerprint of rules, profile and program version."""

    def __init__(self, path: Path, rules: str) -> None:
        """``path`` of the store (made if absent); ``rules`` the fingerprint all lookups use."""
        self._rules = rules
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._store = self._open()
        except sqlite3.DatabaseError:
            path.unlink(missing_ok=True)
            self._store = self._open()

    def _open(self) -> sqlite3.Connection:
        store = sqlite3.connect(self._path, timeout=30)
        store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        if store.execute("PRAGMA user_version").fetchone() != (_SHAPE,):
            tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
            for (name,) in store.execute(tables).fetchall():
                store.execute(f'DROP TABLE "{name}"')
            store.execute(f"PRAGMA user_version = {_SHAPE}")
        store.executescript(_TABLES)
        return store

    def unchanged(self, source: Source) -> Remembered | None:
        """What is known of a file that has the path, size and time stamp it had when judged."""
        if not source.modified:
            return None
        row = self._store.execute(
            "SELECT digest, markable FROM places JOIN records USING (digest)"
            " WHERE place = ? AND places.size = ? AND modified = ? AND rules = ?",
            (_place(source), source.size, source.modified, self._rules),
        ).fetchone()
        return None if row is None else Remembered(row[0], bool(row[1]))

    def same_content(self, digest: str) -> Remembered | None:
        """What is known of a file with the same bytes, wherever it was."""
        row = self._store.execute(
            "SELECT digest, markable FROM records WHERE digest = ? AND rules = ?",
            (digest, self._rules),
        ).fetchone()
        return None if row is None else Remembered(row[0], bool(row[1]))

    def kept(self, digest: str) -> Kept | None:
        """What is kept of this content; None if it is not known or not what was written any more.
        Nothing of it is looked into here."""
        row = self._store.execute(
            "SELECT proof, head, findings, judged, measures, unmeasured, facts FROM records"
            " WHERE digest = ? AND rules = ?",
            (digest, self._rules),
        ).fetchone()
        if row is None:
            return None
        proof, *parts = row
        if not all(isinstance(part, bytes) for part in parts) or proof != _proof(parts):
            return None
        head, *bulk = parts
        return Kept(head, Bulk(*bulk))

    def keep(self, source: Source, digest: str, kept: Kept, markable: bool) -> None:
        """Remember what is kept of a content, and whether there can be a marked copy of it.
        Nothing is written to disk before ``commit``."""
        parts = (kept.head, *kept.bulk)
        self.found_at(source, digest)
        self._store.execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (digest, self._rules, source.size, markable, _proof(parts), *parts),
        )

    def sizes(self) -> frozenset[int]:
        """How many bytes the contents take that are known by these rules: one of another size need
        not be read to know that it is not among them. 0 stands for sizes that nobody told."""
        rows = self._store.execute(
            "SELECT DISTINCT size FROM records WHERE rules = ?", (self._rules,)
        )
        return frozenset(size for (size,) in rows)

    def found_at(self, source: Source, digest: str) -> None:
        """Remember what a place holds now: content that is known already."""
        self._store.execute(
            "INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)",
            (_place(source), source.size, source.modified, digest),
        )

    def keep_copy(self, copy: Copy, digest: str) -> None:
        """Remember that this is the marked copy of this content, marked by these rules."""
        self._store.execute(
            "INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?)",
            (str(copy.path), digest, self._rules, copy.size, copy.modified),
        )

    def copies(self, digest: str) -> list[Copy]:
        """Every marked copy of this content by these rules, as it was when it was written; by now
        it may be gone or altered."""
        rows = self._store.execute(
            "SELECT copy, size, modified FROM copies WHERE digest = ? AND rules = ?",
            (digest, self._rules),
        )
        return [Copy(Path(path), size, modified) for path, size, modified in rows]

    def commit(self) -> None:
        """Make what was kept durable."""
        self._store.commit()

    def close(self) -> None:
        """Commit and let go of the store."""
        self._store.commit()
        self._store.close()


def _proof(parts: Sequence[bytes]) -> int:
    """What tells that parts are still what was written."""
    return zlib.crc32(b"".join(parts))


def _place(source: Source) -> str:
    location = source.location
    if "://" not in location:
        folder, name = os.path.split(location)
        location = f"{_resolved(folder)}/{name}"
    return f"{location}\n{source.member}"


@functools.lru_cache(maxsize=256)
def _resolved(folder: str) -> str:
    """Thousands of files lie in a few folders."""
    return str(Path(folder).resolve())
