"""Importing xlwings without the scientific packages that it loads whenever they are installed.

The button needs none of them, and they take longer to import than everything else together.
"""

from __future__ import annotations

import sys

_NOT_NEEDED = ("pandas", "numpy", "polars", "matplotlib", "PIL")


def import_xlwings_lightly() -> None:
    """Import xlwings now, telling it that those packages are absent; later imports find them."""
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python spells "not there"
    try:
        import xlwings
        import xlwings.conversion  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]
