"""Results of earlier runs, found again by content + rules + profile + program version.

A file whose path, size and time stamp have not changed is not even opened again. The store is one
SQLite file of plain data (msgpack of declared types); whatever in it is not what was written counts
as unknown, and a damaged store is thrown away: everything in it can be computed again.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from checker import __version__
from checker.batch.discovery import Source, discover
from checker.batch.previous_year import in_full, session_for
from checker.batch.result_folder import (
    claim,
    converted_from,
    copy_name,
    copy_target,
)
from checker.marking.file_record import BadRecord, Bulk, Kept, check_kept
from checker.session import Session, SessionOptions
from checker.whole_files import replacing
from checker.writing import carries_marks

STORE = "results.sqlite"
"""The store's file in the user's cache folder, shared by ``check`` and ``county``."""

_NOTED = "\ncounty"
"""Added to the fingerprint of a marked copy that holds a county's notes too."""

_COARSE = 2.0
"""Seconds: the steps in which memory sticks (FAT) keep time."""

_SHAPE = 6
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


class Remembered(Struct, frozen=True):
    """What is known without reading the record itself: the digest of the file's content, and
    whether there can be a marked copy of it."""

    digest: str
    markable: bool


class ResultCache:
    """Records by content digest, for one fingerprint of rules, profile and program version."""

    def __init__(self, path: Path, rules: str) -> None:
        """``path`` of the store (made if absent); ``rules`` the fingerprint all lookups use."""
        self._rules = rules
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._store = self._open()
        except (sqlite3.DatabaseError, UnicodeError):  # names of tables that are no text
            for leftover in ("", "-wal", "-shm"):
                Path(f"{path}{leftover}").unlink(missing_ok=True)
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

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        """What the store says; nothing where it is damaged, or another program holds it."""
        try:
            return self._store.execute(query, values).fetchall()
        except (sqlite3.Error, OverflowError, UnicodeError):
            return []

    def _write(self, query: str, values: Sequence[object]) -> None:
        """Remember something; a store that cannot take it costs time, never a result."""
        with suppress(sqlite3.Error, OverflowError, UnicodeError):
            self._store.execute(query, values)

    def unchanged(self, source: Source) -> Remembered | None:
        """What is known of a file that has the path, size and time stamp it had when judged."""
        if not source.modified:
            return None
        rows = self._rows(
            "SELECT digest, markable FROM places JOIN records USING (digest)"
            " WHERE place = ? AND places.size = ? AND modified = ? AND rules = ?",
            (_place(source), source.size, source.modified, self._rules),
        )
        return _remembered(rows)

    def same_content(self, digest: str) -> Remembered | None:
        """What is known of a file with the same bytes, wherever it was."""
        rows = self._rows(
            "SELECT digest, markable FROM records WHERE digest = ? AND rules = ?",
            (digest, self._rules),
        )
        return _remembered(rows)

    def kept(self, digest: str) -> Kept | None:
        """What is kept of this content; None if it is not known, or is not what was written any
        more, or is nothing that a judgement can be."""
        rows = self._rows(
            "SELECT proof, head, findings, judged, measures, unmeasured, facts FROM records"
            " WHERE digest = ? AND rules = ?",
            (digest, self._rules),
        )
        if not rows:
            return None
        proof, *columns = rows[0]
        parts = [part for part in columns if isinstance(part, bytes)]
        if len(parts) != len(columns) or proof != _proof(parts):
            return None
        head, *bulk = parts
        found = Kept(head, Bulk(*bulk))
        try:
            check_kept(found)
        except BadRecord:
            return None
        return found

    def keep(self, source: Source, digest: str, kept: Kept, markable: bool) -> None:
        """Remember what is kept of a content, and whether there can be a marked copy of it.
        Nothing is written to disk before ``commit``."""
        parts = (kept.head, *kept.bulk)
        self.found_at(source, digest)
        self._write(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (digest, self._rules, source.size, markable, _proof(parts), *parts),
        )

    def sizes(self) -> frozenset[int]:
        """How many bytes the contents take that are known by these rules: one of another size need
        not be read to know that it is not among them. 0 stands for sizes that nobody told."""
        rows = self._rows("SELECT DISTINCT size FROM records WHERE rules = ?", (self._rules,))
        return frozenset(size for (size,) in rows if isinstance(size, int))

    def found_at(self, source: Source, digest: str) -> None:
        """Remember what a place holds now: content that is known already."""
        self._write(
            "INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)",
            (_place(source), source.size, source.modified, digest),
        )

    def remember_copy(self, path: Path, digest: str, noted: bool = False) -> None:
        """Remember that the marked copy of this content, marked by these rules, was just written to
        ``path``. ``noted``: it has what the county says of the school as well, so it serves that
        place only."""
        with suppress(OSError):
            status = path.stat()
            rules = self._rules + _NOTED if noted else self._rules
            self._write(
                "INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?)",
                (str(path), digest, rules, status.st_size, status.st_mtime),
            )

    def copy_in(self, folder: Path, source: Source, digest: str) -> Path | None:
        """Where in the result folder the marked copy of this content is; None if it must be
        written. It lies there as it was written, or one that another command wrote elsewhere does
        and has now been copied. Marking depends on content and rules alone, so all copies of one
        content are equal."""
        of_content = "digest = ? AND rules = ?"
        plain = self._copies(of_content, digest, self._rules)
        noted = self._copies(of_content, digest, self._rules + _NOTED)
        converted = next((converted_from(copy.name) for copy in (*plain, *noted)), "")
        own = folder / copy_name(source, converted)
        if own in (*noted, *plain) and not own.is_symlink():
            return own
        if not plain:
            return None
        path = copy_target(folder, source, converted, carries_marks)
        if path in plain:
            return path
        if path.exists() and not self._copies("copy = ?", str(path)):
            return None  # somebody saved it since: what may become of it is decided when marking
        if not carries_marks(plain[0]):  # whatever the store says
            return None
        try:
            claim(folder, path)
            with replacing(path) as draft:
                shutil.copyfile(plain[0], draft)
        except OSError:
            return None  # marking it anew will say what is wrong there
        self.remember_copy(path, digest)
        return path

    def _copies(self, which: str, *values: str) -> list[Path]:
        """The marked copies of which that is so, as far as they lie as they were written."""
        rows = self._rows(f"SELECT copy, size, modified FROM copies WHERE {which}", values)
        return [Path(str(copy)) for copy, *written in rows if _is_intact(str(copy), *written)]

    def commit(self) -> None:
        """Make what was kept durable."""
        with suppress(sqlite3.Error):
            self._store.commit()

    def close(self) -> None:
        """Commit and let go of the store."""
        self.commit()
        self._store.close()


@contextmanager
def open_cache(folder: Path | None, options: SessionOptions) -> Iterator[ResultCache | None]:
    """The results of earlier runs with these rules, in the user's cache folder; None if there is no
    such folder or it cannot be written."""
    cache = None
    if folder is not None:
        with suppress(OSError, sqlite3.Error):
            cache = ResultCache(folder / STORE, fingerprint(session_for(options)))
    try:
        yield cache
    finally:
        if cache is not None:
            cache.close()


def _remembered(rows: Sequence[tuple[object, ...]]) -> Remembered | None:
    for digest, markable in rows:
        if isinstance(digest, str):
            return Remembered(digest, bool(markable))
    return None


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


def _is_intact(path: str, size: object, modified: object) -> bool:
    """Whether a file has the size and the time (seconds since 1970) with which it was written."""
    try:
        status = os.stat(path)  # noqa: PTH116 - whatever the store says
    except (OSError, ValueError):
        return False
    near = isinstance(modified, float) and abs(status.st_mtime - modified) <= _COARSE
    return near and status.st_size == size


def fingerprint(session: Session) -> str:
    """A digest that changes whenever the same workbook could get other verdicts."""
    options = in_full(session.options)
    digest = hashlib.sha256(f"{__version__}\n{options!r}\n".encode())
    for path in sorted(_program()):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    for path in sorted(path.absolute() for path in _files(session)):
        digest.update(f"{path}\n".encode())
        digest.update(path.read_bytes())
    if options.previous:
        for source in discover([options.previous]).sources:
            digest.update(f"{source.shown} {source.size} {source.modified}\n".encode())
            if not source.modified:  # a web server that tells no time
                digest.update(hashlib.sha256(_content(source)).digest())
    return digest.hexdigest()


def _content(source: Source) -> bytes:
    try:
        return source.read()
    except (OSError, KeyError, ValueError):
        return b""


def _program() -> Iterator[Path]:
    """The program's own code and data: between two versions they change in a developer's folder
    only."""
    import checker

    for folder in checker.__path__:
        for path in Path(folder).rglob("*"):
            if path.suffix != ".pyc" and path.is_file():
                yield path


def _files(session: Session) -> Iterator[Path]:
    """Manifests, rule code, profiles and templates of every loaded plugin and of the program."""
    import checker_templates

    for manifest in session.plugins.manifests:
        for path in Path(manifest.path).parent.rglob("*"):
            if path.suffix in {".toml", ".py"} and "tests" not in path.parts and path.is_file():
                yield path
    for folder in checker_templates.__path__:
        yield from Path(folder).glob("*/template.toml")
    profile = session.options.profile
    if profile and Path(profile).is_file():
        yield Path(profile)
