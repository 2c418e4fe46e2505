"""先做这几件事: five slips of a clerk, each of which sets off a cascade of findings in a correct
school's workbook, and each of which is named as the one thing to do."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from checker.authoring.examples import submission_for
from checker.model.cells import CellRef
from checker.model.report import CauseKind, Report
from checker.model.rules import Example, Plain
from checker.model.submission import FactRef, Submission
from checker.model.verdicts import Outcome
from checker.reading import read_snapshot_bytes
from checker.session import Session, SessionOptions

Edit = Callable[[Workbook], None]
SAY_CAUSES = """
import sys
from pathlib import Path
from checker.session import Session
session = Session()
for path in sorted(Path(sys.argv[1]).iterdir()):
    print(*(cause.message for cause in session.check(path.name, path.read_bytes()).report.causes))
"""
WRONG = (Outcome.FAIL, Outcome.DOUBT)


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def right(right_school: Path) -> Path:
    return right_school


def wrong(report: Report) -> int:
    """How many things are wrong or in doubt."""
    return sum(verdict.outcome in WRONG for verdict in report.verdicts)


def told(report: Report) -> int:
    """What is wrong, in doubt or below standard: all of it follows from one wrong figure."""
    return wrong(report) + report.count(Outcome.UNMET)


def judged(session: Session, path: Path, edit: Edit) -> Report:
    """The report on the workbook after a slip of the pen."""
    book = openpyxl.load_workbook(path)
    edit(book)
    data = io.BytesIO()
    book.save(data)
    report = session.check(path.name, data.getvalue()).report
    assert report is not None
    return report


@pytest.fixture(scope="module")
def filled(session: Session, right: Path) -> Submission:
    return session.bind(read_snapshot_bytes(right.name, right.read_bytes()))


def cell(filled: Submission, field: str, column: str) -> CellRef:
    place = filled.locate(FactRef(field, column))
    assert place is not None
    return place


def test_the_school_itself_has_nothing_to_do(session: Session, right: Path) -> None:
    assert judged(session, right, lambda book: None).causes == ()


@pytest.mark.parametrize(
    ("field", "column", "times", "least"),
    [("students.total", "primary", 10, 8), ("staff.total", "whole", 0, 3)],
    ids=["ten times too many pupils", "no staff at all"],
)
def test_one_wrong_figure_is_the_one_thing_to_do(
    session: Session,
    right: Path,
    filled: Submission,
    field: str,
    column: str,
    times: int,
    least: int,
) -> None:
    place = cell(filled, field, column)

    def slip(book: Workbook) -> None:
        book[place.sheet][place.a1].value *= times

    report = judged(session, right, slip)
    assert wrong(report) >= least
    (cause,) = report.causes
    assert (cause.kind, cause.place) == (CauseKind.FIGURE, place)
    assert cause.gone == told(report)


def test_the_wrong_type_of_school(session: Session, right: Path, filled: Submission) -> None:
    typed = filled.template.split.field
    assert typed is not None
    place = cell(filled, typed, "whole")

    def slip(book: Workbook) -> None:
        book[place.sheet][place.a1].value = "311"

    report = judged(session, right, slip)
    assert wrong(report) > 60
    cause = report.causes[0]
    assert (cause.kind, cause.place) == (CauseKind.TYPE, place)
    assert "211 小学" in cause.message
    assert cause.gone == told(report)


def test_a_column_shifted_down_by_a_row(session: Session, right: Path) -> None:
    filled = session.bind(read_snapshot_bytes(right.name, right.read_bytes()))
    cells = [f.cell for f in filled.facts.values() if f.cell and f.cell.sheet == "教师"]
    rows, columns = sorted({c.row for c in cells}), sorted({c.column for c in cells})

    def slip(book: Workbook) -> None:
        sheet: Worksheet = book["教师"]
        for column in columns:
            values = [sheet.cell(row, column).value for row in rows]
            for row, value in zip(rows, [None, *values[:-1]], strict=True):
                sheet.cell(row, column).value = value

    report = judged(session, right, slip)
    assert wrong(report) >= 5
    cause = report.causes[0]
    assert (cause.kind, cause.sheet) == (CauseKind.SHIFT, "教师")
    assert cause.place is not None
    assert cause.place.row == rows[0]
    assert "往上移一行" in cause.message
    assert cause.gone == told(report)


@pytest.mark.parametrize(
    ("field", "column", "wrong_figure"),
    [
        ("teachers.full_time", "primary", lambda figure: 0),
        ("students.total", "primary", lambda figure: figure // 10),
        ("students.total", "primary", lambda figure: 0),
        ("area.building", "whole", lambda figure: figure * 10),
        ("money.public_funds", "primary", lambda figure: figure / 10000),
        ("staff.total", "whole", lambda figure: figure * 10),
    ],
)
def test_one_wrong_figure_is_not_taken_for_a_shifted_sheet(
    session: Session,
    right: Path,
    filled: Submission,
    field: str,
    column: str,
    wrong_figure: Callable[[int], float],
) -> None:
    """The cell itself is named, and all that hangs on it goes with it, unmet standards as well."""
    place = cell(filled, field, column)

    def slip(book: Workbook) -> None:
        book[place.sheet][place.a1].value = wrong_figure(book[place.sheet][place.a1].value)

    report = judged(session, right, slip)
    (cause,) = report.causes
    assert (cause.kind, cause.place) == (CauseKind.FIGURE, place)
    assert cause.gone == told(report) > 1


def test_a_standard_missed_by_an_impossible_figure_goes_with_it(session: Session) -> None:
    """Ten times too many pupils of a senior school: one sum that is wrong, two standards that are
    not met because of it."""
    example = Path(__file__).parents[2] / "examples" / "senior_school.xlsx"
    senior = session.bind(read_snapshot_bytes(example.name, example.read_bytes()))
    place = cell(senior, "students.total", "whole")

    def slip(book: Workbook) -> None:
        book[place.sheet][place.a1].value *= 10

    report = judged(session, example, slip)
    (cause,) = report.causes
    assert (cause.kind, cause.place, cause.gone) == (CauseKind.FIGURE, place, 3)
    assert "1 处问题、2 项未达标" in cause.message


def test_blank_cells_are_one_thing_a_sheet(session: Session, right: Path) -> None:
    def slip(book: Workbook) -> None:
        for address in ("E17", "D7"):
            book["教师"][address].value = None

    causes = judged(session, right, slip).causes
    blanks = [cause for cause in causes if cause.kind is CauseKind.BLANKS]
    assert [(cause.sheet, cause.gone) for cause in blanks] == [("教师", 2)]


def test_an_untouched_form_is_one_line(session: Session) -> None:
    folder = Path(__file__).parents[2] / "workbook_templates" / "compulsory_school"
    (empty,) = folder.glob("*.xlsx")
    report = session.judge_file(empty).report
    assert report is not None
    assert report.blank
    assert (report.verdicts, report.causes) == ((), ())


CANTEEN = """
[plugin]
id = "canteen"
title = "学校食堂"
version = "2026.1"
api_version = 1

[families]
CAN = "学校食堂"

[documents.form]
title = "填报表各栏的填写说明"
confirmed = true

[[thresholds]]
id = "CAN2"
unit = "㎡"
value = 1.5
since = 2026
confirmed = false
source = "试验"

[[rules]]
id = "CAN1"
kind = "relation"
title = "食堂面积不超过生活用房面积"
severity = "hard"
templates = ["compulsory_school"]
check = "area.canteen <= area.living"
what = "食堂是生活用房的一部分。"
why = "部分不能大于全体。"
fix = "改正填错的一个。"
sources = [{ document = "form" }]
examples = [
  { expect = "pass", facts = { "area.living" = 2000, "area.canteen" = 600 } },
  { expect = "fail", facts = { "area.living" = 600, "area.canteen" = 2000 } },
]

[[rules]]
id = "CAN2"
kind = "indicator"
title = "寄宿生人均食堂面积"
severity = "soft"
templates = ["compulsory_school"]
when = "students.boarders > 0"
numerator = "area.canteen"
denominator = "students.boarders"
unit = "㎡"
compare = ">="
threshold = "CAN2"
what = "食堂够不够用。"
why = "寄宿生都在学校吃。"
fix = "核对；属实的请说明。"
sources = [{ document = "form" }]
examples = [
  { expect = "pass", facts = { "students.boarders@primary" = 100, "area.canteen" = 150 } },
  { expect = "doubt", facts = { "students.boarders@primary" = 100, "area.canteen" = 140 } },
]
"""


def test_findings_that_no_figure_cures_together_are_two_things_to_do(tmp_path: Path) -> None:
    """A canteen of 120 ㎡ in 100 ㎡ of living space, for 100 boarders: at most 100 and at least 150
    cannot both be, so nothing is promised of that cell alone."""
    (tmp_path / "plugin.toml").write_text(CANTEEN, "utf-8")
    here = Session(SessionOptions(plugin_dirs=(str(tmp_path),), select=("CAN",)))
    facts: dict[str, Plain] = {
        "school.type": "211",
        "students.boarders@primary": 100,
        "area.living": 100,
        "area.canteen": 120,
    }
    template = next(each for each in here.templates if each.id == "compulsory_school")
    report = here.judge(submission_for(Example(Outcome.PASS, facts, {}), template))
    of_rules = [cause for cause in report.causes if cause.kind is not CauseKind.BLANKS]
    assert [cause.kind for cause in of_rules] == [CauseKind.RULE, CauseKind.RULE]
    assert [key for cause in of_rules for key in cause.keys] == [
        "CAN1@area.canteen@whole",
        "CAN2@area.canteen@whole",
    ]


def test_every_process_says_the_same(right: Path, tmp_path: Path) -> None:
    """Of cells that explain as much the first of the form is named, whatever order sets have."""
    chance = random.Random(2026)
    for number in range(16):
        book = openpyxl.load_workbook(right)
        figures = [
            cell
            for sheet in book
            if sheet.sheet_state == "visible"
            for row in sheet.iter_rows(min_col=4)
            for cell in row
            if isinstance(cell.value, int) and not isinstance(cell.value, bool)
        ]
        for cell in chance.sample(figures, 2):
            cell.value = chance.choice([0, cell.value * 10, cell.value // 10])
        book.save(tmp_path / f"{number}.xlsx")
    said = {
        subprocess.run(
            [sys.executable, "-c", SAY_CAUSES, tmp_path],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout.decode()
        for seed in "123"
    }
    assert len(said) == 1
    assert said.pop().count("先核对") > 1
