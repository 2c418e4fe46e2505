"""File -> Snapshot: every cell value, and what of formats, formulas and names the binding needs."""

from __future__ import annotations

from pathlib import Path

from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.reading import unreadable
from checker.reading.guard import read_guarded
from checker.reading.limits import LIMITS
from checker.reading.signature import FileKind, kind_of
from checker.reading.unreadable import UnreadableWorkbook
from checker.reading.workbook_part import read_properties, read_workbook_part
from checker.reading.xlsx import read_xlsx, size_of

CANNOT_WRITE = "{} 格式只能校验，标记写不进原文件，需要标记时请另存为 .xlsx 再校验。"


def read_snapshot(path: Path) -> Snapshot:
    """Reads a workbook file once. Raises UnreadableWorkbook, whose reason is for the user, and
    nothing else."""
    try:
        if path.stat().st_size > LIMITS.file_bytes:
            raise UnreadableWorkbook(unreadable.FILE_TOO_LARGE)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableWorkbook(unreadable.MISSING) from error
    except OSError as error:
        raise UnreadableWorkbook(unreadable.NO_PERMISSION) from error
    return read_snapshot_bytes(path.name, data)


def read_snapshot_bytes(name: str, data: bytes) -> Snapshot:
    """Reads a workbook from its bytes; ``name`` is the file's name, without folders.

    Raises UnreadableWorkbook, whose reason is for the user, and nothing else.
    """
    if len(data) > LIMITS.file_bytes:
        raise UnreadableWorkbook(unreadable.FILE_TOO_LARGE)
    kind, package = kind_of(data, name)
    if kind is not FileKind.XLSX or package is None:
        return Snapshot(
            name=name,
            sheets=_by_title(read_guarded(data)),
            cannot_write=CANNOT_WRITE.format(
                "旧的 .xls" if kind is FileKind.XLS else f".{kind.value}"
            ),
            convertible=True,
            formulas_known=False,
            content=data,
        )
    workbook = read_workbook_part(package)
    if size_of(package, workbook) > LIMITS.in_process_bytes:
        sheets = read_guarded(data)
    else:
        sheets = read_xlsx(package, workbook)
    return Snapshot(
        name=name,
        sheets=_by_title(sheets),
        names=workbook.names,
        properties=read_properties(package),
        cannot_write=workbook.cannot_write,
        content=data,
    )


def _by_title(sheets: list[SheetSnapshot]) -> dict[str, SheetSnapshot]:
    if not sheets:
        raise UnreadableWorkbook(unreadable.NO_SHEETS)
    return {sheet.title: sheet for sheet in sheets}
