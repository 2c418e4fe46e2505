"""Marked copies that earlier runs left: which of them still serve, and which can be copied."""

from __future__ import annotations

import shutil
from pathlib import Path

from checker.batch.cache import Copy, ResultCache

_COARSE = 2.0
"""Seconds: the steps in which memory sticks (FAT) keep time."""


def remember_copy(path: Path, digest: str, cache: ResultCache) -> None:
    """Remember a marked copy that was just written for this content."""
    found = _as_it_is(path)
    if found is not None:
        cache.keep_copy(found, digest)


def serves(path: Path, digest: str, cache: ResultCache) -> bool:
    """Whether the marked copy of this content is at ``path``: it lies there as it was written, or
    one that another command wrote elsewhere does and has now been copied. Marking depends on
    content and rules alone, so all copies of one content are equal."""
    intact = [copy for copy in cache.copies(digest) if _is_intact(copy)]
    if any(copy.path == path for copy in intact):
        return True
    return bool(intact) and _copied(intact[0].path, path, digest, cache)


def _copied(other: Path, path: Path, digest: str, cache: ResultCache) -> bool:
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(other, draft)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        return False  # marking it anew will say what is wrong there
    remember_copy(path, digest, cache)
    return True


def _is_intact(copy: Copy) -> bool:
    now = _as_it_is(copy.path)
    return (
        now is not None and now.size == copy.size and abs(now.modified - copy.modified) <= _COARSE
    )


def _as_it_is(path: Path) -> Copy | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return Copy(path, status.st_size, status.st_mtime)
