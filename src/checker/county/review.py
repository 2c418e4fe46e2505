"""说明审核: what the schools explained, in one table, with what the county decides of each text.

The table is the county's: once anything is filled in, no run writes into it again. New texts come
in a further table (说明审核(2).xlsx), and all of them are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import BinaryIO, NamedTuple

from checker.county.list_sheets import ListBook, Row, heads_of
from checker.county.report import ACCEPTED, SENT_BACK, CountyReport, Decision
from checker.county.work_list import township_of
from checker.model.verdicts import rule_of
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.trouble import UserMistake

REVIEW = "说明审核.xlsx"
_NAME = re.compile(r"说明审核(?:\((\d+)\))?\.xlsx")
_SHEET = "说明审核"
_CODE, _TEXT, _DECISION, _REMARK, _KEY = 2, 5, 6, 7, 8


class ReviewProblem(UserMistake):
    """A table of decisions that cannot be used; the text is a Chinese sentence."""


def is_review(name: str) -> bool:
    """Whether a file of the result folder is such a table."""
    return _NAME.fullmatch(name) is not None


def decisions_in(tables: Mapping[str, bytes]) -> dict[tuple[str, str], Decision]:
    """Everything decided in some tables, by their names; of two the one with the higher number
    holds. Raises ReviewProblem."""
    found: dict[tuple[str, str], Decision] = {}
    for name in sorted(tables, key=_number):
        found.update(_decided(name, tables[name]))
    return found


def _number(name: str) -> int:
    match = _NAME.fullmatch(name)
    return int(match[1] or 1) if match else 0


def _decided(name: str, data: bytes) -> dict[tuple[str, str], Decision]:
    try:
        snapshot = read_snapshot_bytes(name, data)
    except UnreadableWorkbook as problem:
        raise ReviewProblem(f"“{name}”打不开：{problem.reason}") from problem
    heads = heads_of(_SHEET)
    for sheet in snapshot.sheets.values():
        rows = [[_text(cell) for cell in row] for row in sheet.rows]
        head = next((number for number, row in enumerate(rows) if set(heads) <= set(row)), None)
        if head is not None:
            places = [rows[head].index(title) for title in heads]
            return _of_rows(name, places, rows[head + 1 :], sheet.origin[0] + head + 1)
    needed = "、".join(heads)
    raise ReviewProblem(f"“{name}”里没有找到标题行（{needed}），请不要改动标题。")


def _of_rows(
    name: str, places: list[int], rows: Iterable[list[str]], first: int
) -> dict[tuple[str, str], Decision]:
    found = {}
    for number, row in enumerate(rows, first):
        cells = [row[place] if place < len(row) else "" for place in places]
        word = cells[_DECISION]
        if word not in ("", ACCEPTED, SENT_BACK):
            raise ReviewProblem(
                f"“{name}”第 {number} 行的“审核”填的是“{word}”，请填“{ACCEPTED}”或“{SENT_BACK}”。"
            )
        if cells[_CODE] and cells[_KEY]:
            decision = Decision(cells[_TEXT], word, cells[_REMARK])
            found[cells[_CODE], cells[_KEY]] = decision
    return found


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


class ReviewLine(NamedTuple):
    """One text that a school wrote, and what was decided of it."""

    township: str
    school: str
    code: str
    rule: str
    issue: str
    text: str
    decision: Decision | None
    key: str


def review_lines(report: CountyReport) -> list[ReviewLine]:
    """Every text of the schools that count, 乡镇 by 乡镇. A decision holds for the very text that
    it was made of: what was written anew is open again."""
    found = []
    for school in report.schools:
        entry = report.roster.get(school.code)
        for item in school.explained:
            decision = report.decisions.get((school.code, item.key))
            if decision is not None and decision.text != item.text:
                decision = None
            found.append(
                ReviewLine(
                    township_of(entry, school.name, school.path),
                    school.name,
                    school.code,
                    rule_of(item.key),
                    item.message,
                    item.text,
                    decision,
                    item.key,
                )
            )
    return sorted(found, key=lambda line: (not line.township, line.township, line.school))


def new_lines(report: CountyReport) -> list[ReviewLine]:
    """The texts that no table has yet."""
    return [line for line in review_lines(report) if line.decision is None]


def write_review(lines: Iterable[ReviewLine], title: str, target: BinaryIO, on_disk: bool) -> None:
    """The table of these texts."""
    book = ListBook(target, title, on_disk)
    last = book.write_list(_SHEET, map(_row, lines))
    sheet = book.book.get_worksheet_by_name(_SHEET)
    choice = {
        "validate": "list",
        "source": [ACCEPTED, SENT_BACK],
        "error_title": "审核",
        "error_message": "请选“认可”或“退回”。",
        "input_title": "审核",
        "input_message": "“退回”的，下次校验时这一条又是存疑，备注写进学校的副本。",
    }
    sheet.data_validation(1, _DECISION, last, _DECISION, choice)
    sheet.set_column(_KEY, _KEY, 30, None, {"hidden": True})
    book.close()


def _row(line: ReviewLine) -> Row:
    said = line.decision or Decision("", "", "")
    values = (*line[:6], said.word, said.remark, line.key)
    return values, {_DECISION: "input", _REMARK: "input", _KEY: "text"}
