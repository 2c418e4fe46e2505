"""名册: which schools of the county should hand in, read from a csv or a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

CODE_HEADERS = (
    "标识码",
    "学校标识码",
    "学校(机构)标识码",
    "学校（机构）标识码",
    "机构标识码",
    "code",
)
NAME_HEADERS = ("学校名称", "学校(机构)名称", "学校（机构）名称", "名称", "单位名称", "name")
TYPE_HEADERS = ("办学类型", "学校类型", "类型", "type")


class RosterEntry(NamedTuple):
    """One school that should hand in. ``code`` is its 标识码 as text, ``type`` its 办学类型."""

    code: str
    name: str
    type: str = ""


class RosterProblem(Exception):
    """The roster cannot be used. ``reason`` is one Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_roster(path: Path) -> tuple[RosterEntry, ...]:
    """The schools listed in a csv (UTF-8 or GB18030) or in the first sheet of a workbook.

    The header row is looked for among the first ten rows. Raises RosterProblem where there is no
    标识码 or no 学校名称 column, no school, or one 标识码 twice.
    """
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise RosterProblem(f"名册“{path.name}”打不开：{problem.strerror}。") from problem
    return roster_in(path.name, data)


def roster_in(name: str, data: bytes) -> tuple[RosterEntry, ...]:
    """The same from the content of a file of this name. Raises RosterProblem."""
    is_text = Path(name).suffix.lower() in {".csv", ".txt"}
    return parse_roster(_csv_rows(name, data) if is_text else _workbook_rows(name, data), name)


def parse_roster(rows: Iterable[Sequence[str]], source: str) -> tuple[RosterEntry, ...]:
    """The roster in a table of texts. ``source`` names the file in messages."""
    table = [[cell.strip() for cell in row] for row in rows]
    for index, row in enumerate(table[:10]):
        code, name = _find(row, CODE_HEADERS), _find(row, NAME_HEADERS)
        if code is not None and name is not None:
            kind = _find(row, TYPE_HEADERS)
            return _entries(table[index + 1 :], code, name, kind, source, index + 2)
    raise RosterProblem(f"名册“{source}”里没有找到标题行：前十行中需要有“标识码”和“学校名称”两列。")


def _entries(
    rows: list[list[str]], code: int, name: int, kind: int | None, source: str, first: int
) -> tuple[RosterEntry, ...]:
    entries: dict[str, RosterEntry] = {}
    for number, row in enumerate(rows, first):
        cells = row + [""] * (max(code, name, kind or 0) + 1 - len(row))
        if not cells[code] and not cells[name]:
            continue
        if not cells[code]:
            raise RosterProblem(f"名册“{source}”第 {number} 行“{cells[name]}”没有标识码，请补上。")
        if cells[code] in entries:
            first_name = entries[cells[code]].name
            raise RosterProblem(
                f"名册“{source}”第 {number} 行的标识码 {cells[code]} 与“{first_name}”重复，"
                "请改正后再运行。"
            )
        entries[cells[code]] = RosterEntry(
            cells[code], cells[name], "" if kind is None else cells[kind]
        )
    if not entries:
        raise RosterProblem(f"名册“{source}”里没有学校。")
    return tuple(entries.values())


def _find(row: list[str], headers: tuple[str, ...]) -> int | None:
    folded = [cell.replace(" ", "").replace("\n", "").lower() for cell in row]
    return next((folded.index(header) for header in headers if header in folded), None)


def _csv_rows(name: str, data: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(data.decode(encoding))))
        except UnicodeDecodeError:
            continue
    raise RosterProblem(f"名册“{name}”的编码无法识别，请另存为 UTF-8 编码的 csv 或 xlsx。")


def _workbook_rows(name: str, data: bytes) -> list[list[str]]:
    from checker.reading import UnreadableWorkbook, read_snapshot_bytes

    try:
        snapshot = read_snapshot_bytes(name, data)
    except UnreadableWorkbook as problem:
        raise RosterProblem(f"名册“{name}”打不开：{problem.reason}") from problem
    for sheet in snapshot.sheets.values():
        if sheet.rows:
            return [[_text(value) for value in row] for row in sheet.rows]
    raise RosterProblem(f"名册“{name}”是空的。")


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a 标识码 typed as a number
    return "" if value is None else str(value)
