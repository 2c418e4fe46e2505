"""The county's result folder as a run uses it: papers, the run log, and what people filled in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from checker.batch.result_folder import claim, result_target
from checker.county.report import CountyReport, Decisions
from checker.county.review import (
    REVIEW,
    decisions_in,
    is_review,
    review_lines,
    write_review,
)
from checker.county.run_log import LOG, Lock, RunLog, digest_of, log_bytes, read_log
from checker.whole_files import replacing


class ResultDesk:
    """Reads what earlier runs and people left in the folder; writes whole files only. A table of
    说明审核 in which anything was changed is never written into again."""

    def __init__(self, folder: Path) -> None:
        """Raises ReviewProblem, OSError."""
        self._folder = folder
        self.log = self._read_log()
        self._reviews = self._read_reviews()
        self.decisions: Decisions = decisions_in(self._reviews)

    def write(self, name: str, write: Callable[[BinaryIO], object]) -> Path:
        """A file of the run, complete or not at all; where it lies. Raises OSError."""
        target = result_target(self._folder, name)
        claim(self._folder, target)
        with replacing(target) as draft, draft.open("wb") as file:
            write(file)
        return target

    def replace(self, path: Path, content: bytes) -> None:
        """Another content for a file that this run wrote. Raises OSError."""
        with replacing(path) as draft:
            draft.write_bytes(content)

    def drop_others(self, folder: str, kept: Mapping[str, Path]) -> None:
        """Take away papers of earlier runs in a folder of ours that this run has no more: a school
        that has nothing to mend gets no paper."""
        known = set(self.log.written)
        now = {name for name in kept if name.startswith(f"{folder}/")}
        for name in known - now:
            if name.startswith(f"{folder}/"):
                self._drop_if_ours(name)
        written = {key: value for key, value in self.log.written.items() if key not in known - now}
        for name in now:
            written[name] = digest_of(kept[name].read_bytes())
        self.log = replace(self.log, written=written)

    def _drop_if_ours(self, name: str) -> None:
        path = self._folder / name
        with suppress(OSError):
            if not path.is_symlink() and digest_of(path.read_bytes()) == self.log.written[name]:
                path.unlink()

    def write_review(self, report: CountyReport) -> Path | None:
        """The table of 说明审核: anew while nobody touched the last one, else what is not in any
        yet in a further one. None if there is nothing to write."""
        known = self._reviews.items()
        untouched = [name for name, data in known if self._is_as_written(name, data)]
        touched = {name: data for name, data in self._reviews.items() if name not in untouched}
        decided = decisions_in(touched)
        lines = [
            line._replace(decision=None)
            for line in review_lines(report)
            if (line.code, line.key) not in decided
            or decided[line.code, line.key].text != line.text
        ]
        name = untouched[0] if untouched else self._free_name()
        if not lines:
            return None
        target = self._folder / name
        title = f"{report.county}说明审核"
        with replacing(target) as draft:
            with draft.open("wb") as file:
                write_review(lines, title, file, on_disk=True)
            content = draft.read_bytes()
        self.log = replace(self.log, written={**self.log.written, name: digest_of(content)})
        return target

    def lock(self, lock: Lock) -> None:
        """Approve a school's file as it is now."""
        self.log = replace(self.log, locks={**self.log.locks, lock.code: lock})

    def unlock(self, code: str) -> None:
        """Approve it no more."""
        locks = {key: lock for key, lock in self.log.locks.items() if key != code}
        self.log = replace(self.log, locks=locks)

    def save(self) -> None:
        """Write the log. Raises OSError."""
        self.write(LOG, lambda file: file.write(log_bytes(self.log)))

    def _read_log(self) -> RunLog:
        try:
            return read_log(result_target(self._folder, LOG).read_bytes())
        except OSError:
            return RunLog()

    def _read_reviews(self) -> dict[str, bytes]:
        """The tables by name. Raises OSError."""
        if not self._folder.is_dir():
            return {}
        names: Collection[str] = sorted(path.name for path in self._folder.iterdir())
        return {
            name: (self._folder / name).read_bytes()
            for name in names
            if is_review(name) and (self._folder / name).is_file()
        }

    def _is_as_written(self, name: str, data: bytes) -> bool:
        return self.log.written.get(name) == digest_of(data)

    def _free_name(self) -> str:
        stem, _, ending = REVIEW.rpartition(".")
        number, name = 1, REVIEW
        while (self._folder / name).exists() or (self._folder / name).is_symlink():
            number += 1
            name = f"{stem}({number}).{ending}"
        return name
