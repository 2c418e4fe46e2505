"""The path that modules are imported from, without the folder that the user works in.

Workbooks of strangers lie there, and whoever sends a workbook can send a ``json.py`` with it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable


def without_current_folder(places: Iterable[str]) -> list[str]:
    """An import path without the current folder, unless the program itself is installed there."""
    try:
        here = os.path.realpath(os.getcwd())  # noqa: PTH109 - before pathlib is imported
    except OSError:  # it has been removed: only relative places could lead to it
        return [place for place in places if os.path.isabs(place)]  # noqa: PTH117
    own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
    return [place for place in places if os.path.realpath(place or ".") != here or here == own]


def leave_current_folder() -> None:
    """Import nothing from the current folder any more, in this process."""
    sys.path[:] = without_current_folder(sys.path)
