"""openpyxl and forty checks by hand, as a script at a county office does it."""

from __future__ import annotations

from pathlib import Path

from form import checks, failed, run
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

CHECKS = checks()


def cells_of(path: Path) -> dict[tuple[str, str], object]:
    """All filled cells by sheet and address."""
    book = load_workbook(path, read_only=True, data_only=True)
    found: dict[tuple[str, str], object] = {}
    letters = [get_column_letter(number) for number in range(1, 60)]
    for sheet in book.worksheets:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            for letter, value in zip(letters, row, strict=False):
                if value is not None:
                    found[sheet.title, f"{letter}{number}"] = value
    book.close()
    return found


def judge(path: Path) -> list[str]:
    """What does not hold in one workbook."""
    return failed(cells_of(path), CHECKS)


if __name__ == "__main__":
    run(judge)
