"""Files that are written whole or not at all."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_serial = itertools.count()


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A new file beside ``target`` that takes its name when the block ends well, and goes away when
    it does not. A link of that name is replaced, not followed. Raises OSError."""
    draft = _new_file(target.parent)
    try:
        yield draft
        draft.replace(target)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def _new_file(folder: Path) -> Path:
    """A file that did not exist; its name is short, as the target's may be as long as can be."""
    while True:
        path = folder / f".checker-{os.getpid()}-{next(_serial)}.tmp"
        with suppress(FileExistsError):  # left behind by a killed process of that number
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666))
            return path
