"""Reads risky files in a process of their own, with a limit on memory and time.

A hostile .xls of 1 KB can make a reader ask for gigabytes and take the whole process down. In a
process of its own that only costs that process. The answer comes back as JSON, so nothing that it
sends can run here.

The memory limit is the operating system's (POSIX only); on Windows the time limit stands alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from checker.model.snapshot import SheetSnapshot
from checker.reading import unreadable
from checker.reading.limits import LIMITS
from checker.reading.unreadable import UnreadableWorkbook
from checker.safe_path import without_current_folder

WORKER_COMMAND = "__read-values__"
"""First argument that makes a frozen (PyInstaller) program act as the guarded process."""


def read_guarded(
    data: bytes, *, memory: int = LIMITS.memory, seconds: float = LIMITS.seconds
) -> list[SheetSnapshot]:
    """The worksheets of a file of any kind, in tab order. ``memory`` in bytes, ``seconds`` of wall
    time. Raises UnreadableWorkbook for what could not be read, and when reading was stopped."""
    import subprocess

    try:
        done = subprocess.run(
            [*_command(), str(memory), str(int(seconds) + 1)],
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
    answer: dict[str, Any] = json.loads(done.stdout)
    if "reason" in answer:
        raise UnreadableWorkbook(str(answer["reason"]))
    return [decoded(sheet) for sheet in answer["sheets"]]


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


def encoded(sheet: SheetSnapshot) -> list[object]:
    """A sheet as JSON takes it, dates excepted: see ``encode_value``."""
    return [
        sheet.title,
        sheet.rows,
        sheet.origin,
        sheet.visible,
        list(sheet.errors.items()),
        list(sheet.formulas.items()),
        list(sheet.uncomputed),
        list(sheet.percent),
        sheet.merged,
    ]


def decoded(said: list[Any]) -> SheetSnapshot:
    """What ``encoded`` made, as it was."""
    title, rows, origin, visible, errors, formulas, uncomputed, percent, merged = said
    return SheetSnapshot(
        title=title,
        rows=[[decode_value(cell) for cell in line] for line in rows],
        origin=(origin[0], origin[1]),
        visible=visible,
        errors={(row, column): text for (row, column), text in errors},
        formulas={(row, column): text for (row, column), text in formulas},
        uncomputed=_positions(uncomputed),
        percent=_positions(percent),
        merged=tuple((top, left, bottom, right) for top, left, bottom, right in merged),
    )


def _positions(said: Iterable[Any]) -> frozenset[tuple[int, int]]:
    return frozenset((row, column) for row, column in said)


def encode_value(value: object) -> dict[str, str]:
    """A date, time or duration as JSON; for ``json.dumps(default=...)``."""
    if isinstance(value, timedelta):
        return {"seconds": repr(value.total_seconds())}
    if isinstance(value, datetime | date | time):
        return {type(value).__name__: value.isoformat()}
    raise TypeError(type(value).__name__)


def decode_value(value: object) -> object:
    """What ``encode_value`` made, and every plain value, as it was."""
    if not isinstance(value, dict):
        return value
    (kind, text), *_ = value.items()
    if kind == "seconds":
        return timedelta(seconds=float(text))
    if kind == "datetime":
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if kind == "date" else time.fromisoformat(text)
