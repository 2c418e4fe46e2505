"""Which rules hold for a workbook on the clerk's desk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.session import SessionOptions


def options_at(workbook: Path | None) -> SessionOptions:
    """The settings that hold where the workbook lies, as for ``checker check`` there; except
    folders of plugins: a click must not run code that came along with a workbook.

    ``workbook`` is None where it lies nowhere on this PC. Raises `checker.settings.BadSettings`.
    """
    from checker.session import SessionOptions
    from checker.settings import Settings, find_settings

    settings = find_settings(workbook.parent) if workbook is not None else Settings()
    return SessionOptions(
        profile=settings.profile,
        edition=settings.edition,
        select=settings.select,
        ignore=settings.ignore,
        plugins=settings.plugins,
        previous=settings.previous,
    )
