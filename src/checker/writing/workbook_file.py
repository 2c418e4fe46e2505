"""The writer's front door: files in, files out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from checker.model.marks import CellEdit, Changes
from checker.trouble import disk_reason
from checker.writing.apply import Applier
from checker.writing.memory_sheet import find_memory_sheets
from checker.writing.outcome import CleanSummary, UnwritableWorkbook, WriteSummary
from checker.writing.package import Package
from checker.writing.sheet_part import SheetPart
from checker.writing.undoing import remember, remove_earlier_marks
from checker.writing.workbook_part import Workbook
from checker.writing.zip_container import reason_of, write_whole

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def write_changes(source: Path, target: Path, changes: Changes) -> WriteSummary:
    """Write ``source`` with the changes of one run to ``target`` (which may be ``source`` itself).

    Marks, result sheets and edits of an earlier run are taken away first. The file named ``target``
    is replaced in one step or not at all. Raises `UnwritableWorkbook` before anything is written.
    """
    return write_marked(_read(source), target, changes)


def write_marked(data: bytes, target: Path, changes: Changes) -> WriteSummary:
    """The same for a workbook that is no file of its own, or has been read already."""
    workbook, summary = _marked(opened(data), changes)
    workbook.package.save(target)
    return summary


def marked_content(data: bytes, changes: Changes) -> tuple[bytes, WriteSummary]:
    """What `write_changes` would write, of a workbook that is no file."""
    workbook, summary = _marked(opened(data), changes)
    return workbook.package.content(), summary


def _marked(workbook: Workbook, changes: Changes) -> tuple[Workbook, WriteSummary]:
    workbook, earlier = remove_earlier_marks(workbook)
    workbook.package.settle()
    summary = Applier(workbook).apply(changes)
    if summary.filled or summary.notes or summary.links or summary.edits or summary.sheets:
        remember(workbook.package)
    return workbook, replace(summary, replaced_earlier=earlier.found)


def write_in_place(path: Path, changes: Changes) -> WriteSummary:
    """Write into the file itself; the first time, `文件名.备份.xlsx` is kept beside it."""
    data = _read(path)
    workbook, summary = _marked(opened(data), changes)
    _keep_backup(path, data)
    workbook.package.save(path)
    return summary


def _keep_backup(path: Path, data: bytes) -> None:
    """Copy the file to `文件名.备份.xlsx` unless there is such a copy already."""
    backup = path.with_name(f"{path.stem}.备份{path.suffix}")
    try:
        there = backup.exists()
    except OSError as error:  # such as a name that has become too long
        raise UnwritableWorkbook(reason_of(error, backup)) from error
    if not there:
        write_whole(backup, data, is_backup=True)


def clean_marks(source: Path, target: Path) -> CleanSummary:
    """Write ``source`` without any mark, note, result sheet or edit of ours to ``target``.

    Where no other program has saved the file since, every part is byte for byte as before. A file
    without marks is copied as it is. Raises `UnwritableWorkbook` before anything is written.
    """
    workbook, summary = remove_earlier_marks(_open(source))
    workbook.package.save(target)
    return summary


def clean_in_place(path: Path) -> CleanSummary:
    """The same in the file itself, with a backup as `write_in_place` keeps it."""
    data = _read(path)
    workbook, summary = remove_earlier_marks(opened(data))
    _keep_backup(path, data)
    workbook.package.save(path)
    return summary


def clean_content(data: bytes) -> tuple[bytes, CleanSummary]:
    """What `clean_marks` would write, of a workbook that is no file."""
    workbook, summary = remove_earlier_marks(opened(data))
    return workbook.package.content(), summary


def typed_content(data: bytes, edits: Sequence[CellEdit]) -> bytes:
    """The workbook with texts that a person typed, which no formula reads: results of formulas stay
    as they are stored. Raises `UnwritableWorkbook`."""
    workbook = opened(data)
    Applier(workbook).fill(edits)
    return workbook.package.content()


def fill_cells(source: Path, target: Path, edits: Sequence[CellEdit]) -> None:
    """Write values into input cells, keeping their style; this is not a mark and stays.

    Stored results of formulas are stale afterwards: they are dropped in the whole workbook, and the
    spreadsheet program is asked to compute everything when it opens the file. Raises
    `UnwritableWorkbook`, before anything is written, also for a sheet or cell that is not there.
    """
    workbook = _open(source)
    memories = find_memory_sheets(workbook)
    Applier(workbook).fill(edits)
    for sheet in workbook.sheets:
        if sheet.kind == "worksheet" and sheet.key and sheet not in memories:
            _drop_results(SheetPart(workbook.package.part(sheet.key)))
    workbook.recalculate_on_load()
    workbook.package.save(target)


def can_write(path: Path) -> str | None:
    """Why this file cannot be written, in plain Chinese; None if it can."""
    try:
        _open(path)
    except UnwritableWorkbook as refusal:
        return refusal.reason
    return None


def carries_marks(path: Path) -> bool:
    """Whether a file is a workbook in which an earlier run of ours left its marks."""
    try:
        return bool(find_memory_sheets(_open(path)))
    except UnwritableWorkbook:
        return False


def _open(path: Path) -> Workbook:
    return opened(_read(path))


def opened(data: bytes) -> Workbook:
    """The workbook of a file's bytes. Raises `UnwritableWorkbook` where it must not be written."""
    if data[:8] == _OLE:
        if _ENCRYPTED in data:
            raise UnwritableWorkbook("文件设了打开密码，无法写入。请先取消密码再试。")
        raise UnwritableWorkbook("这是旧版 .xls 文件，无法写入。请另存为 .xlsx 再试。")
    if data[:2] != b"PK":
        raise UnwritableWorkbook("这不是 xlsx 文件，或者文件已损坏，无法写入。")
    workbook = Workbook(Package(data))
    refusal = workbook.refusal()
    if refusal is not None:
        raise UnwritableWorkbook(refusal)
    return workbook


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UnwritableWorkbook(f"找不到文件：{path}") from None
    except OSError as error:
        raise UnwritableWorkbook(f"文件读不出来：{path.name}（{disk_reason(error)}）") from error


def _drop_results(sheet: SheetPart) -> None:
    """Empty the stored results of a sheet's formulas, keeping the formulas."""
    part = sheet.part
    prefix = re.escape(sheet.prefix)
    pattern = re.compile(
        rb"<%sc(?=[\s>])[^>]*>(\s*<%sf(?=[\s/>])(?:[^>]*/>|[^>]*>[^<]*</%sf\s*>))"
        rb"\s*<%sv(?=[\s/>])(?:[^>]*/>|[^>]*>[^<]*</%sv\s*>)" % ((prefix,) * 5)
    )
    # ``vm`` describes the value, so it goes with it; ``cm`` describes the formula.
    of_value = re.compile(rb"""\s+(?:t|vm)\s*=\s*["']\w*["']""")
    for found in pattern.finditer(part.scan, sheet.data.inner_start, sheet.data.inner_end):
        tag = of_value.sub(b"", part.text[found.start() : found.start(1)])
        part.splice(found.start(), found.end(), tag + part.text[found.start(1) : found.end(1)])
    part.commit()
