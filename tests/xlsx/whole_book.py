"""A filled form open in LibreOffice, and all that marks could change in it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import xlwings as xw
from checker_xlsx.libreoffice.exported import exported
from checker_xlsx.saved_copy import looks_in
from checker_xlsx.vba.texts import unescaped

ROOT = Path(__file__).parents[2]
CHECKER = Path(sys.executable).with_name("checker")


def filled(path: Path, name: str = "shangshiqiao", template: str = "compulsory_school") -> Path:
    """An example filled into the form of the file's kind."""
    path.write_bytes(_filled(name, template, path.suffix))
    return path


@cache
def _filled(name: str, template: str, suffix: str) -> bytes:
    """By the command, once for all who ask for the same."""
    data = ROOT / "examples" / f"{name}.json"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, f"{name}{suffix}")
        command = [CHECKER, "template", "fill", template, data, "-o", made]
        subprocess.run(command, check=True, capture_output=True)
        return made.read_bytes()


def told(answer: Path) -> str:
    text = unescaped(answer.read_text("ascii"))
    answer.unlink()
    return text


def everything(book: xw.Book) -> dict[str, object]:
    """All that marks could touch, asked of LibreOffice itself: every cell, note, box and column."""
    seen: dict[str, object] = {"tabs": [(one.name, one.api.IsVisible) for one in book.sheets]}
    # VBA selects all of a merged cell, UNO its corner
    seen["chosen"] = (book.sheets.active.name, book.selection.address.partition(":")[0])
    for sheet in book.sheets:
        api, used = sheet.api, sheet.used_range
        rows, columns = used.shape
        cells = {}
        for group in (
            api.UniqueCellFormatRanges.getByIndex(n)
            for n in range(api.UniqueCellFormatRanges.Count)
        ):
            for area in group.getRangeAddresses():
                if area.StartRow > rows or area.StartColumn > columns:
                    continue
                first = api.getCellByPosition(area.StartColumn, area.StartRow)
                look = (
                    *(first.CellBackColor, first.CharWeight, first.CharHeight, first.CharColor),
                    *(first.IsTextWrapped, first.IsMerged, first.TopBorder.Color),
                    first.TopBorder.OuterLineWidth > 0,
                )
                for row in range(area.StartRow, min(area.EndRow, rows) + 1):
                    for column in range(area.StartColumn, min(area.EndColumn, columns) + 1):
                        cells[row, column] = look
        notes = {}
        for number in range(api.Annotations.Count):
            note = api.Annotations.getByIndex(number)
            size = note.AnnotationShape.Size
            notes[note.Position.Row, note.Position.Column] = (
                note.String,
                # to the tenth of a millimetre: LibreOffice's VBA rounds points differently
                (round(size.Width / 10), round(size.Height / 10)),
            )
        widths = [api.Columns.getByIndex(n).Width for n in range(columns)]
        seen[sheet.name] = {
            "formulas": used.formula,
            "cells": cells,
            "notes": notes,
            "widths": widths,
            "protected": api.isProtected(),
        }
    return seen


def differences(one: dict[str, object], other: dict[str, object]) -> list[str]:
    found = []
    for key in sorted({*one, *other}):
        left, right = one.get(key), other.get(key)
        if left == right:
            continue
        if not (isinstance(left, dict) and isinstance(right, dict)):
            found.append(f"{key}: {left} / {right}")
            continue
        for part in left:
            if left[part] == right[part]:
                continue
            if isinstance(left[part], dict):
                places = [
                    p
                    for p in {*left[part], *right[part]}
                    if left[part].get(p) != right[part].get(p)
                ]
                place = min(places)
                here, there = left[part].get(place), right[part].get(place)
                found.append(f"{key} {part} {len(places)}, first {place}: {here} / {there}")
            else:
                found.append(f"{key} {part}: {str(left[part])[:300]} / {str(right[part])[:300]}")
    return found


def looks(book: xw.Book) -> dict[str, object]:
    """Tabs, formulas, fills and notes, from one saved copy: faster than `everything`."""
    data = exported(book.api)
    seen: dict[str, object] = {"tabs": [(one.name, one.api.IsVisible) for one in book.sheets]}
    for sheet in book.sheets:
        rows, columns = sheet.used_range.shape
        cells = [
            (sheet.name, row, column)
            for row in range(1, rows + 1)
            for column in range(1, columns + 1)
        ]
        seen[sheet.name] = (sheet.used_range.formula, looks_in(data, cells))
    return seen
