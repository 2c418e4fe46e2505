"""Reads the values of odd files in a process of their own, with a limit on memory and time.

A hostile .xls of 1 KB can make a reader ask for gigabytes and take the whole process down. In a
worker that only costs the worker. The answer comes back as JSON, so nothing that the worker sends
can run here.

The memory limit is the operating system's (POSIX only); on Windows the time limit stands alone.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from checker.reading import unreadable
from checker.reading.cell_values import SheetValues
from checker.reading.unreadable import UnreadableWorkbook

MEMORY_LIMIT = 1_500_000_000  # bytes of address space
TIME_LIMIT = 30.0  # seconds
WORKER_COMMAND = "__read-values__"
"""First argument that makes a frozen (PyInstaller) program act as the worker."""


def read_values_guarded(
    data: bytes, *, memory: int = MEMORY_LIMIT, seconds: float = TIME_LIMIT
) -> list[SheetValues]:
    """``read_any`` in a worker process. ``memory`` in bytes, ``seconds`` of wall time.

    Raises UnreadableWorkbook for what the worker could not read, and when it was stopped.
    """
    import subprocess

    environment = dict(os.environ)
    source = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, [source, environment.get("PYTHONPATH", "")])
    )
    try:
        done = subprocess.run(
            [*_worker(), str(memory), str(int(seconds) + 1)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env=environment,
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
    return [
        SheetValues(
            title,
            visible,
            (origin[0], origin[1]),
            [[decode_value(cell) for cell in line] for line in rows],
            {(row, column): text for (row, column), text in errors},
            frozenset((row, column) for row, column in percent),
        )
        for title, visible, origin, rows, errors, percent in answer["sheets"]
    ]


def _worker() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, WORKER_COMMAND]
    return [sys.executable, "-m", "checker.reading.worker"]


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
