"""Names of files that lie in several places: each is shown, and copied, under one of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from checker.checking import Readable


Name = TypeVar("Name", bound="Readable")


def told_apart(sources: Sequence[Name]) -> list[str]:
    """For each source the name to show: its own, or where several files have that one, with the
    folder it lies in before it, or a number. The same file named twice keeps one name."""
    files = {(source.location, source.member): source for source in sources}
    times = Counter(source.shown for source in files.values())
    if len(times) == len(files):
        return [source.shown for source in sources]
    taken = {name for name, count in times.items() if count == 1}
    given: dict[tuple[str, str], str] = {}
    for key, source in files.items():
        shown = source.shown
        if times[shown] > 1:
            shown = _another(source, taken | set(times))
            taken.add(shown)
        given[key] = shown
    return [given[source.location, source.member] for source in sources]


def _another(source: Readable, taken: set[str]) -> str:
    """A name for a source that is not taken."""
    shown = source.shown
    above = PurePosixPath(source.location.replace("\\", "/")).parts
    depth = len(PurePosixPath(shown).parts) - len(PurePosixPath(source.inside).parts)
    folders = [part for part in above[: len(above) - depth] if part.strip("/.:")]
    while shown in taken and folders:
        shown = f"{folders.pop()}/{shown}"
    plain, number = PurePosixPath(shown), 1
    while shown in taken:
        number += 1
        shown = str(plain.with_stem(f"{plain.stem}({number})"))
    return shown
