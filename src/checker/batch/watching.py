"""What changes in folders while corrections come in: ``--watch``. Needs the extra ``watch``.

The system's own notices (watchfiles) only wake the watcher up. What has changed is told by looking
again, so nothing is missed: neither what came while files were being judged, nor what another
computer wrote to a shared drive, of which no notice comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from checker.batch.discovery import Discovery, Source, apart_from, discover, plain_path
from checker.extras import need
from checker.trouble import UserMistake

_QUIET = 400
"""Milliseconds without a notice before looking: a workbook is saved in several steps."""

_LONGEST = 3000
"""Milliseconds after which to look although notices keep coming."""

_LOOK_ANYWAY = 5000
"""Milliseconds after which to look although no notice came."""

WAITING = "正在等待文件变化，按 Ctrl-C 结束。"
"""What is said to people when the first run is over."""

Key = tuple[str, str]


class WatchUnavailable(UserMistake):
    """These paths cannot be watched; the text is a Chinese sentence."""


class Changes(Struct, frozen=True):
    """What is different from the last look; ``found`` is everything that is there now. ``others``
    are files watched beside the workbooks, such as a roster, and files that cannot be judged."""

    new: tuple[Source, ...]
    altered: tuple[Source, ...]
    gone: tuple[Source, ...]
    others: bool
    found: Discovery

    def __bool__(self) -> bool:
        return bool(self.new or self.altered or self.gone or self.others)


class FolderWatch:
    """Watches the workbooks at ``paths``. What lies in ``apart`` (folders for results, last year's)
    is no concern of it; ``others`` are further files to be watched, whether they exist or not.

    The state to compare with is taken when it is made: make it before the first run.
    Raises WatchUnavailable, or MissingExtra without watchfiles.
    """

    def __init__(
        self, paths: Sequence[str], apart: Sequence[str] = (), others: Sequence[Path] = ()
    ) -> None:
        need("watch", "watchfiles")
        for path in paths:
            if "://" in path and not path.startswith("file://"):
                raise WatchUnavailable(f"--watch 只能用于本机的文件夹和文件，不能用于 {path}。")
            if not Path(path).exists() and "://" not in path:
                raise WatchUnavailable(f"没有 {path}，无法监视，请检查路径。")
        self._paths, self._apart, self._others = tuple(paths), tuple(apart), tuple(others)
        self._seen = self._look()

    def changes(self) -> Iterator[Changes]:
        """Whatever is new, altered or gone, as it happens; ends with Ctrl-C."""
        import logging

        from watchfiles import watch

        logging.getLogger("watchfiles").setLevel(
            logging.ERROR
        )  # it says in English that Ctrl-C came
        folders = [path for path in map(_local, self._paths) if path.is_dir()]
        beside = [] if folders else [path.parent for path in map(_local, self._paths)]
        woken = watch(
            *(folders or beside),
            watch_filter=None,
            debounce=_LONGEST,
            step=_QUIET,
            rust_timeout=_LOOK_ANYWAY if folders else 1000,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=bool(folders),
        )
        first = self.difference()  # what came during the first run
        if first:
            yield first
        for _ in woken:
            changes = self.difference()
            if changes:
                yield changes

    def difference(self) -> Changes:
        """What has changed since the last look. A folder that cannot be looked into for a while (a
        shared drive that is away) has not lost its files."""
        (_, before, others_before), now = self._seen, self._look()
        if any(path in self._paths for path, _ in now[0].failures):
            return Changes((), (), (), False, self._seen[0])
        found, after, others_after = self._seen = now
        stamp = _stamp
        return Changes(
            tuple(source for key, source in after.items() if key not in before),
            tuple(
                source
                for key, source in after.items()
                if key in before and stamp(source) != stamp(before[key])
            ),
            tuple(source for key, source in before.items() if key not in after),
            others_before != others_after,
            found,
        )

    def _look(self) -> tuple[Discovery, dict[Key, Source], tuple[object, ...]]:
        found = discover(self._paths)
        sources = apart_from(found.sources, self._apart)
        unread = tuple(apart_from(found.unread, self._apart))
        others = tuple(path.stat().st_mtime if path.is_file() else 0.0 for path in self._others)
        return (
            Discovery(tuple(sources), unread),
            {(source.location, source.member): source for source in sources},
            (*others, *unread),
        )


def _local(path: str) -> Path:
    return Path(plain_path(path))


def _stamp(source: Source) -> tuple[int, float]:
    return source.size, source.modified
