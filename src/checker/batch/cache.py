"""Results of earlier runs, found again by content + rules + profile + program version.

A file whose path, size and time stamp have not changed is not even opened again. The store is one
SQLite file; a damaged one is thrown away, since everything in it can be computed again.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from checker.batch.discovery import Source
from checker.batch.record import FactRow, FileRecord

_TABLES = """
CREATE TABLE IF NOT EXISTS seen (place TEXT PRIMARY KEY, size INTEGER, modified REAL, digest TEXT);
CREATE TABLE IF NOT EXISTS results (
    digest TEXT, rules TEXT, record BLOB, facts BLOB, PRIMARY KEY (digest, rules)
);
"""


class Remembered(NamedTuple):
    """The digest of a file's content, and its record without the facts."""

    digest: str
    record: FileRecord


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
        store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _TABLES)
        return store

    def unchanged(self, source: Source) -> Remembered | None:
        """What is known of a file that has the path, size and time stamp it had when judged."""
        if not source.modified:
            return None
        row = self._store.execute(
            "SELECT digest, record FROM seen JOIN results USING (digest)"
            " WHERE place = ? AND size = ? AND modified = ? AND rules = ?",
            (_place(source), source.size, source.modified, self._rules),
        ).fetchone()
        return _remembered(row)

    def same_content(self, digest: str) -> Remembered | None:
        """What is known of a file with the same bytes, wherever it was."""
        row = self._store.execute(
            "SELECT digest, record FROM results WHERE digest = ? AND rules = ?",
            (digest, self._rules),
        ).fetchone()
        return _remembered(row)

    def facts(self, digest: str) -> tuple[FactRow, ...]:
        """The facts of a record: kept apart, since most of a record's size is theirs."""
        row = self._store.execute(
            "SELECT facts FROM results WHERE digest = ? AND rules = ?", (digest, self._rules)
        ).fetchone()
        return tuple(FactRow(*item) for item in json.loads(zlib.decompress(row[0]))) if row else ()

    def keep(self, source: Source, digest: str, record: FileRecord) -> None:
        """Remember a record. Nothing is written to disk before ``commit``."""
        record_blob = zlib.compress(replace(record, facts=()).to_json().encode(), 1)
        facts_blob = zlib.compress(json.dumps(record.facts, ensure_ascii=False).encode(), 1)
        self._store.execute(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)",
            (_place(source), source.size, source.modified, digest),
        )
        self._store.execute(
            "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)",
            (digest, self._rules, record_blob, facts_blob),
        )

    def commit(self) -> None:
        """Make what was kept durable."""
        self._store.commit()

    def close(self) -> None:
        """Commit and let go of the store."""
        self._store.commit()
        self._store.close()


def _place(source: Source) -> str:
    location = source.location
    if "://" not in location:
        location = str(Path(location).resolve())
    return f"{location}\n{source.member}"


def _remembered(row: tuple[str, bytes] | None) -> Remembered | None:
    if row is None:
        return None
    try:
        return Remembered(row[0], FileRecord.from_json(zlib.decompress(row[1]).decode()))
    except (ValueError, TypeError, KeyError, zlib.error):
        return None  # written by a program of another shape: judge again
