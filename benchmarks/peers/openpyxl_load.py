"""openpyxl alone: load every workbook, data only, read only; look at every cell, check nothing."""

from __future__ import annotations

from pathlib import Path

from form import run
from openpyxl import load_workbook


def load(path: Path) -> list[str]:
    """Every value once."""
    book = load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        for _ in sheet.iter_rows(values_only=True):
            pass
    book.close()
    return []


if __name__ == "__main__":
    run(load)
