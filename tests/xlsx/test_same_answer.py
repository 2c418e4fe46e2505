"""The button and the command line give the same answer: same verdicts, same marks, same sheets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import xlwings as xw
from checker_xlsx.book import apply_changes, read_open_book, remove_marks
from checker_xlsx.libreoffice.exported import exported, looks_in
from checker_xlsx.reading import read_by_ranges
from checker_xlsx.view import kept_still

from checker.marking import changes_for
from checker.model.marks import FILL_COLOURS, Changes
from checker.model.report import Judgement
from checker.session import Session
from checker.writing import write_changes

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
CHECKER = Path(sys.executable).with_name("checker")
EXAMPLES = {
    "shangshiqiao": "compulsory_school",
    "laian": "county",
    "linyi": "county",
    "honggutan": "county",
}


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


def filled(name: str, folder: Path) -> Path:
    path = folder / f"{name}.xlsm"
    data = ROOT / "examples" / f"{name}.json"
    command = [CHECKER, "template", "fill", EXAMPLES[name], data, "-o", path]
    subprocess.run(command, check=True, capture_output=True)
    return path


def changes_of(judgement: Judgement, session: Session) -> Changes:
    assert judgement.report is not None, judgement.message
    return changes_for(judgement.report, session.rules)


def assert_same(path: Path, office, session: Session, copies: Path) -> None:
    """Judged through the button as through the command; then marked by each, and compared."""
    by_file = changes_of(session.judge_file(path), session)
    book: xw.Book = office.open(path)
    try:
        snapshot = read_open_book(book)
        by_button = changes_of(session.judge_snapshot(snapshot), session)
        assert by_button == by_file
        with kept_still(book):
            apply_changes(book, by_button, snapshot)
        marked_here = exported(book.api)
        copy = copies / path.name
        write_changes(path, copy, by_file)
        cells = [
            (mark.sheet, at.row, at.column)
            for mark in by_file.marks
            if (at := book.sheets[mark.sheet].range(mark.cell))
        ]
        here, there = looks_in(marked_here, cells), looks_in(copy.read_bytes(), cells)
        assert here == there
        assert {look.fill for look in here} <= set(FILL_COLOURS.values())
        with kept_still(book):
            remove_marks(book, read_open_book(book))
        assert looks_in(exported(book.api), cells) == looks_in(path.read_bytes(), cells)
    finally:
        book.close()


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str, office, session: Session, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    assert_same(filled(name, tmp_path), office, session, copies)


def test_a_synthetic_county(office, session: Session, tmp_path: Path) -> None:
    """Schools of every kind, with planted errors of many kinds."""
    county = tmp_path / "county"
    command = [CHECKER, "demo", "county", "--schools", "4", "--seed", "11", "--out", county]
    subprocess.run(command, check=True, capture_output=True)
    copies = tmp_path / "copies"
    copies.mkdir()
    schools = sorted(county.glob("*.xls[xm]"))
    assert len(schools) >= 4
    for school in schools:
        assert_same(school, office, session, copies)


def test_read_range_by_range_as_in_excel(office, session: Session, tmp_path: Path) -> None:
    """The way Excel is read, driven against LibreOffice: the same answer again."""
    path = filled("shangshiqiao", tmp_path)
    book = office.open(path)
    try:
        by_ranges = changes_of(session.judge_snapshot(read_by_ranges(book)), session)
    finally:
        book.close()
    expected = changes_of(session.judge_file(path), session)
    assert by_ranges.marks == expected.marks
    assert by_ranges.edits == expected.edits
