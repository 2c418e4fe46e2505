"""What the frozen program starts with: a command line, or a workbook that was dropped on it."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

WORKBOOKS = frozenset((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et"))
NOT_INCLUDED = "这是给学校填报用的精简程序，没有县级汇总功能。请用完整版：checker-county。\n"


def main() -> None:
    """Run checker. A dropped workbook means ``checker open``; nothing at all, too: it explains."""
    multiprocessing.freeze_support()
    windowed = sys.stdout is None
    if windowed:  # a program without console has no streams; the texts go to a window instead
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    words = sys.argv[1:]
    if words and Path(words[0]).suffix.lower() in WORKBOOKS:
        sys.argv[1:] = ["open", *words]
    elif windowed and not words:
        sys.argv[1:] = ["open"]
    elif words[:1] == ["county"] and not _has_parquet():
        sys.stderr.write(NOT_INCLUDED)
        sys.exit(2)
    from checker.cli.main import main as run

    run()


def _has_parquet() -> bool:
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None


if __name__ == "__main__":
    main()
