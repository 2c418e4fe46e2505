"""Last year's workbooks: finds, for one school, what it handed in a year ago."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TypeGuard

from msgspec.structs import replace

from checker.batch.archives import SourceUnreadable
from checker.batch.discovery import (
    Source,
    discover,
    full_path,
    is_single_workbook,
    plain_path,
)
from checker.forms.errors import UnknownForm
from checker.model.submission import Submission
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.session import BadChoice, Session, SessionOptions
from checker.trouble import disk_reason


@functools.lru_cache(maxsize=4)
def session_for(options: SessionOptions) -> Session:
    """One session per process and choice of rules, last year's workbooks at hand if they were
    named. Raises BadChoice."""
    problem = None if options.previous is None else _why_not(options.previous)
    if problem is not None:
        raise BadChoice(problem)
    session = Session(options)
    if options.previous is not None:
        session.last_year = last_year = PreviousYear(options.previous, session)
        problem = last_year.why_not()
        if problem is not None:
            raise BadChoice(problem)
    return session


def in_full(options: SessionOptions) -> SessionOptions:
    """The same choice with every path in full: equal for every command and from every folder, and
    usable by the workers of a cluster, which run in folders of their own."""
    profile = options.profile
    if profile is not None and Path(profile).is_file():
        profile = full_path(profile)
    return replace(
        options,
        profile=profile,
        plugin_dirs=tuple(map(full_path, options.plugin_dirs)),
        previous=None if options.previous is None else full_path(options.previous),
    )


def _why_not(place: str) -> str | None:
    """Why nothing can be read from the place named for last year (a Chinese sentence); None if
    there is something. Only what is not an existing local file or folder is looked into."""
    if "://" not in place and not place.lower().endswith(".zip"):
        return None if Path(place).exists() else f"没有上年的文件或文件夹 {place}。"
    found = discover([place])
    if found.failures:
        return f"上年的表读不出来：{found.failures[0][0]}：{found.failures[0][1]}"
    return None if found.sources else f"{place} 里没有上年的填报表。"


class PreviousYear:
    """Last year's submissions at a file, folder, archive or address, by 标识码; read when needed.

    A school is looked for under the same file name first: that costs one file, not a folder. Only
    where the others lie is remembered, not what is in them, so memory does not grow with them.
    """

    def __init__(self, place: str, session: Session) -> None:
        """``place`` is a path or fsspec URL; a zip archive counts as a folder. ``session`` knows
        the templates."""
        self._place = plain_path(place)
        self._session = session
        self._is_one = is_single_workbook(self._place)
        self._one: Submission | None = None
        self._sources: Sequence[Source] | None = None
        self._by_code: dict[str, Source] | None = None

    def why_not(self) -> str | None:
        """Why the one file that was named for last year is no form (a Chinese sentence); None if it
        is, and for a folder, in which any file may be of use."""
        place = self._place
        many = "://" in place or place.lower().endswith(".zip") or Path(place).is_dir()
        if many and not self._is_one:
            return None
        found = discover([place])
        reason = next((reason for _, reason in found.failures), "不是填报表。")
        for source in found.sources:
            try:
                self._one = self._bound(source)
                return None
            except (SourceUnreadable, UnreadableWorkbook, UnknownForm) as problem:
                reason = problem.reason
            except (OSError, KeyError, ValueError) as problem:
                reason = f"打不开（{disk_reason(problem)}）。"
        return f"上年的表读不出来：{place}：{reason}"

    def of(self, submission: Submission) -> Submission | None:
        """Last year's submission of the same school on the same template, if it is there.

        A single file is taken at the user's word unless it carries another school's code.
        """
        code = submission.identity("code")
        if self._is_one:
            if self._one is None:
                self._one = next(map(self._load, self._all()), None)
            return self._one if _may_be(self._one, submission, code) else None
        if not code:
            return None
        for namesake in self._namesakes(PurePosixPath(submission.name.replace("\\", "/")).name):
            found = self._load(namesake)
            if _may_be(found, submission, code):
                return found
        place = self._index().get(code)
        found = None if place is None else self._load(place)
        return found if _may_be(found, submission, code) else None

    def _namesakes(self, name: str) -> Sequence[Source]:
        """Files of this name; one that lies in the folder itself is found without listing it."""
        if "://" not in self._place:
            path = Path(self._place) / name
            if path.is_file():
                return [Source(str(path), name)]
        return [item for item in self._all() if PurePosixPath(item.shown).name == name]

    def _all(self) -> Sequence[Source]:
        if self._sources is None:
            self._sources = discover([self._place]).sources
        return self._sources

    def _load(self, source: Source) -> Submission | None:
        try:
            return self._bound(source)
        except (OSError, KeyError, ValueError, UnreadableWorkbook, UnknownForm):
            return None

    def _bound(self, source: Source) -> Submission:
        name = PurePosixPath(source.shown).name
        return self._session.bind(read_snapshot_bytes(name, source.read()))

    def _index(self) -> dict[str, Source]:
        if self._by_code is None:
            self._by_code = {}
            for source in self._all():
                found = self._load(source)
                if found is not None and found.identity("code"):
                    self._by_code.setdefault(found.identity("code"), source)
        return self._by_code


def _may_be(found: Submission | None, submission: Submission, code: str) -> TypeGuard[Submission]:
    if found is None:
        return False
    theirs = found.identity("code")
    return found.template.id == submission.template.id and theirs in ("", code)
