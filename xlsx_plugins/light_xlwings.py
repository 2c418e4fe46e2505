"""Importing xlwings without what it brings that the button must not have.

It loads the scientific packages whenever they are installed, which takes longer than everything
else together. And on Windows it registers a clean-up for the end of the process that ends by force
every Excel without a window of its own: sheets being edited inside Word, previews, Excels that
other programs drive. Their unsaved work would be lost at each click.
"""

from __future__ import annotations

import atexit
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
        keep_other_excels_alive()


def keep_other_excels_alive() -> None:
    """Unregister xlwings' clean-up at exit, where it has one."""
    windows = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        atexit.unregister(windows.cleanup)
