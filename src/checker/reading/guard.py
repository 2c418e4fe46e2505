"""Reads risky files in a process of their own, with a limit on memory and time.

A hostile .xls of 1 KB can make a reader ask for gigabytes and take the whole process down. In a
process of its own that only costs that process. The answer comes back as plain data, so nothing
that it sends can run here.

The memory limit is the operating system's (POSIX only); on Windows the time limit stands alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from checker.model.snapshot import SheetSnapshot
from checker.reading import unreadable
from checker.reading.limits import LIMITS, limit_changes
from checker.reading.sheet_pack import unpacked
from checker.reading.unreadable import UnreadableWorkbook
from checker.safe_path import without_current_folder

WORKER_COMMAND = "__read-values__"
"""First argument that makes a frozen (PyInstaller) program act as the guarded process."""


def read_guarded(
    data: bytes, *, memory: int | None = None, seconds: float | None = None
) -> list[SheetSnapshot]:
    """The worksheets of a file of any kind, in tab order. ``memory`` in bytes, ``seconds`` of wall
    time; those of `LIMITS` if None. Raises UnreadableWorkbook for what could not be read, and when
    reading was stopped."""
    if sys.platform == "emscripten":  # a browser: the page itself is the process of its own
        from checker.reading.worker import read_sheets

        return read_sheets(data)
    import subprocess

    memory = LIMITS.memory if memory is None else memory
    seconds = LIMITS.seconds if seconds is None else seconds
    changes = json.dumps(limit_changes())
    try:
        done = subprocess.run(
            [*_command(), str(memory), str(int(seconds) + 1), changes],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableWorkbook(unreadable.TOO_SLOW) from error
    if done.returncode != 0:  # stopped by a limit, or a crash of native code
        raise UnreadableWorkbook(unreadable.STRICT_LIMIT)
    return unpacked(done.stdout)


_START = (
    "import sys; sys.path[:0] = sys.argv.pop(1).split('\\n'); "
    "from checker.reading.worker import main; main(sys.argv[1:])"
)


def _command() -> list[str]:
    """The process starts isolated (-I): it imports from where this one was installed, and never
    from the current folder, in which strangers' files lie."""
    if getattr(sys, "frozen", False):
        return [sys.executable, WORKER_COMMAND]
    own = str(Path(__file__).resolve().parents[2])
    others = [path for path in without_current_folder(sys.path) if Path(path).is_absolute()]
    return [sys.executable, "-I", "-c", _START, "\n".join([own, *others])]
