"""docs/design/cascades.md: what one slip of a clerk sets off, and what is left of it when the
first things are done. The figures of the table are counted here again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from checker.model.cells import CellRef
from checker.model.report import CauseKind, Report
from checker.model.submission import FactRef, Submission
from checker.model.verdicts import Outcome
from checker.reading import read_snapshot_bytes
from checker.session import Session

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "design" / "cascades.md"
ROW = re.compile(
    r"^\| ([^|]+) \| [^|]*\d[^|]* \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE
)
FINDINGS = (Outcome.FAIL, Outcome.DOUBT, Outcome.UNMET)

Slip = Callable[[Workbook, Submission], None]


def place(filled: Submission, field: str, column: str) -> CellRef:
    found = filled.locate(FactRef(field, column))
    assert found is not None
    return found


def a_digit_more(book: Workbook, filled: Submission) -> None:
    at = place(filled, "students.total", "primary")
    book[at.sheet][at.a1].value *= 10


def another_type(book: Workbook, filled: Submission) -> None:
    at = place(filled, "school.type", "whole")
    book[at.sheet][at.a1].value = "311"


def a_row_down(book: Workbook, filled: Submission) -> None:
    cells = [fact.cell for fact in filled.facts.values() if fact.cell and fact.cell.sheet == "教师"]
    rows = sorted({cell.row for cell in cells})
    for column in {cell.column for cell in cells}:
        values = [book["教师"].cell(row, column).value for row in rows]
        for row, value in zip(rows, [None, *values[:-1]], strict=True):
            book["教师"].cell(row, column).value = value


def headers_swapped(book: Workbook, filled: Submission) -> None:
    heads = {
        cell.value: cell
        for row in book["教师"].iter_rows(min_row=1, max_row=6)
        for cell in row
        if cell.value in ("小学段", "初中段")
    }
    heads["小学段"].value, heads["初中段"].value = "初中段", "小学段"


def nobody(book: Workbook, filled: Submission) -> None:
    at = place(filled, "staff.total", "whole")
    book[at.sheet][at.a1].value = 0


SLIPS: dict[str, tuple[Slip, CauseKind]] = {
    "在校学生数多写了一位": (a_digit_more, CauseKind.FIGURE),
    "办学类型填成 311": (another_type, CauseKind.TYPE),
    "“教师”表整体往下错一行": (a_row_down, CauseKind.SHIFT),
    "“教师”表两个表头对调": (headers_swapped, CauseKind.STRUCTURE),
    "教职工数填 0": (nobody, CauseKind.FIGURE),
}


@pytest.fixture(scope="module")
def session() -> Session:
    """All rules of the project."""
    return Session()


def after(session: Session, path: Path, slip: Slip) -> Report:
    """The report on a school's workbook in which one slip was made."""
    filled = session.bind(read_snapshot_bytes(path.name, path.read_bytes()))
    book = openpyxl.load_workbook(path)
    slip(book, filled)
    data = io.BytesIO()
    book.save(data)
    report = session.check(path.name, data.getvalue()).report
    assert report is not None
    return report


def told(report: Report) -> tuple[int, int, int, int]:
    """Findings, missing data, things to do, and the findings that go away with them."""
    findings = sum(verdict.outcome in FINDINGS for verdict in report.verdicts)
    gone = sum(cause.gone for cause in report.causes)
    return findings, report.count(Outcome.INCOMPLETE), len(report.causes), gone


@pytest.mark.parametrize("name", SLIPS)
def test_one_slip_is_one_thing_to_do(session: Session, right_school: Path, name: str) -> None:
    """As the table says; one thing, the right one, and nothing is left when it is done."""
    table = {
        match[1].strip(): match.groups()[1:] for match in ROW.finditer(TABLE.read_text("utf-8"))
    }
    slip, kind = SLIPS[name]
    report = after(session, right_school, slip)
    findings, missing, things, gone = told(report)
    assert tuple(map(int, table[name])) == (findings, missing, things, gone)
    assert (things, gone) == (1, findings)
    assert report.causes[0].kind is kind


def test_swapped_headers_are_named_as_the_place_to_look(
    session: Session, right_school: Path
) -> None:
    (cause,) = after(session, right_school, headers_swapped).causes
    assert cause.sheet == "教师"
    assert "表头" in cause.message


def test_the_table_names_every_slip() -> None:
    assert {match[1].strip() for match in ROW.finditer(TABLE.read_text("utf-8"))} == set(SLIPS)


def test_shangshiqiao_reads_as_it_is() -> None:
    """A school of which only a report is known: cells to fill in by sheet, one figure in doubt,
    sixteen classes too large, a scorecard; no blank cell is said to hold a figure."""
    path = ROOT / "examples" / "shangshiqiao.xlsx"
    report = Session().judge_file(path).report
    assert report is not None
    kinds = [cause.kind for cause in report.causes]
    assert kinds[:5] == [CauseKind.BLANKS] * 5
    failed = {verdict.rule for verdict in report.verdicts if verdict.outcome is Outcome.FAIL}
    assert failed == {"FORM001"}
    doubted = {verdict.rule for verdict in report.verdicts if verdict.outcome is Outcome.DOUBT}
    assert doubted <= {"RES203", "CLS1a", "CLS2"}  # the last two only inform
    large = {
        verdict.unit.row
        for verdict in report.verdicts
        if verdict.rule == "GOV5a" and verdict.outcome is Outcome.UNMET
    }
    assert len(large) == 16
    assert len(report.scorecard) == 2
    assert not any("按 0 算" in verdict.message for verdict in report.verdicts)
