"""Last year's workbooks: finds, for one school, what it handed in a year ago."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from checker.model.submission import Submission

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")

Read = Callable[[Path], Submission | None]
"""Reads and binds one workbook; None for one that cannot be read or is no known form."""


class PreviousYear:
    """Last year's submissions below a file or folder, by 标识码; read when first needed.

    A school is looked for under the same file name first: that costs one file, not a folder.
    """

    def __init__(self, place: Path, read: Read) -> None:
        self._place = place
        self._read = read
        self._known: dict[Path, Submission | None] = {}
        self._by_code: dict[str, Submission] | None = None

    def of(self, submission: Submission) -> Submission | None:
        """Last year's submission of the same school on the same template, if it is there.

        A single file is taken at the user's word unless it carries another school's code.
        """
        code = submission.identity("code")
        if self._place.is_file():
            found = self._load(self._place)
            return found if found is not None and _may_be(found, submission, code) else None
        if not code:
            return None
        name = Path(submission.name.replace("\\", "/")).name
        namesake = self._place / name
        if namesake.is_file():
            found = self._load(namesake)
            if found is not None and _may_be(found, submission, code):
                return found
        found = self._index().get(code)
        return found if found is not None and _may_be(found, submission, code) else None

    def _load(self, path: Path) -> Submission | None:
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _index(self) -> dict[str, Submission]:
        if self._by_code is None:
            self._by_code = {}
            for path in _workbooks(self._place):
                found = self._load(path)
                if found is not None and found.identity("code"):
                    self._by_code.setdefault(found.identity("code"), found)
        return self._by_code


def _may_be(found: Submission, submission: Submission, code: str) -> bool:
    theirs = found.identity("code")
    return found.template.id == submission.template.id and theirs in ("", code)


def _workbooks(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", ".")):
            yield path
