"""The button and the command line give the same answer: same verdicts, same marks, same sheets."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
import xlwings as xw
from checker_xlsx.book import apply_changes, read_open_book, remove_marks
from checker_xlsx.libreoffice.exported import exported
from checker_xlsx.reading import read_by_ranges
from checker_xlsx.saved_copy import looks_in

from checker.marking import changes_for
from checker.marking.findings import findings_of
from checker.model.cells import CellRef
from checker.model.marks import FILL_COLOURS, Changes
from checker.model.report import Judgement
from checker.model.submission import FactRef
from checker.session import Session
from checker.writing import clean_marks, write_changes
from checker.writing.package import Package, related
from checker.writing.text_size import text_pixels
from checker.writing.workbook_part import Workbook

sys.path.insert(0, str(Path(__file__).parent))
from whole_book import filled

pytestmark = pytest.mark.real

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


def changes_of(judgement: Judgement, session: Session) -> Changes:
    assert judgement.report is not None, judgement.message
    return changes_for(judgement.report, session.rules)


def boxes_in(data: bytes) -> dict[tuple[str, str], list[float]]:
    """Width and height in points of the box of every note, as its drawing says."""
    workbook = Workbook(Package(data))
    found: dict[tuple[str, str], list[float]] = {}
    for sheet in workbook.sheets:
        key = related(workbook.package, sheet.key, "vmlDrawing") if sheet.key else None
        drawing = workbook.package.raw(key).decode("utf-8") if key else ""
        for shape in re.findall(r"<v:shape [^>]*>.*?</v:shape>", drawing, re.DOTALL):
            if 'ObjectType="Note"' not in shape:
                continue
            row, column = (int(re.search(rf"<x:{n}>(\d+)<", shape)[1]) for n in ("Row", "Column"))
            size = [float(re.search(rf"{n}:([\d.]+)pt", shape)[1]) for n in ("width", "height")]
            found[sheet.title, CellRef("", row + 1, column + 1).a1] = size
    return found


def assert_same(path: Path, office, session: Session, copies: Path) -> int:
    """Judged through the button as through the command; then marked by each, and compared. How
    many notes there were."""
    by_file = changes_of(session.judge_file(path), session)
    book: xw.Book = office.open(path)
    try:
        snapshot = read_open_book(book)
        by_button = changes_of(session.judge_snapshot(snapshot), session)
        assert by_button == by_file
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
        boxes, as_written = boxes_in(marked_here), boxes_in(copy.read_bytes())
        noted = [(look.sheet, look.address, look.note) for look in here if look.note]
        for sheet, address, note in noted:
            wanted = [pixels * 0.75 for pixels in text_pixels(note)]
            assert boxes[sheet, address] == pytest.approx(wanted, abs=1.5)
            assert as_written[sheet, address] == pytest.approx(wanted, abs=1.5)
        remove_marks(book, read_open_book(book))
        assert looks_in(exported(book.api), cells) == looks_in(path.read_bytes(), cells)
        return len(noted)
    finally:
        book.close()


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str, office, session: Session, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    path = filled(tmp_path / f"{name}.xlsm", name, EXAMPLES[name])
    assert assert_same(path, office, session, copies) > 3


def test_a_synthetic_county(office, session: Session, tmp_path: Path) -> None:
    """Schools of every kind, with planted errors of many kinds."""
    county = tmp_path / "county"
    command = [CHECKER, "demo", "county", "--schools", "4", "--seed", "11", "--out", county]
    subprocess.run(command, check=True, capture_output=True)
    copies = tmp_path / "copies"
    copies.mkdir()
    schools = sorted(county.glob("*.xls[xm]"))
    assert len(schools) >= 4
    assert sum(assert_same(school, office, session, copies) for school in schools) > 3


def test_read_range_by_range_as_in_excel(office, session: Session, tmp_path: Path) -> None:
    """The way Excel is read, driven against LibreOffice: the same answer again."""
    path = filled(tmp_path / "shangshiqiao.xlsm")
    book = office.open(path)
    try:
        by_ranges = changes_of(session.judge_snapshot(read_by_ranges(book)[0]), session)
    finally:
        book.close()
    expected = changes_of(session.judge_file(path), session)
    assert by_ranges.marks == expected.marks
    assert by_ranges.edits == expected.edits


def test_clearing_by_the_button_leaves_explanations_in_force(
    office, session: Session, tmp_path: Path
) -> None:
    """Check, write one explanation, clear and check again and again, in the open book."""
    path = filled(tmp_path / "shangshiqiao.xlsm")
    book = office.open(path)

    def check() -> Counter[str]:
        snapshot = read_open_book(book)
        judgement = session.judge_snapshot(snapshot)
        apply_changes(book, changes_of(judgement, session), snapshot)
        assert judgement.report is not None
        return Counter(item.verdict for item in findings_of(judgement.report, session.rules))

    def clear() -> None:
        remove_marks(book, read_open_book(book))

    def rows() -> list[list[object]]:
        return [row for row in book.sheets["说明"].range("A6:E205").value if any(row)]

    try:
        toilets = session.bind(read_open_book(book)).locate(FactRef("area.toilets", "whole"))
        assert toilets is not None
        book.sheets[toilets.sheet].range(toilets.a1).value = 0  # a doubt that somebody typed
        before = check()
        entered = rows()
        assert before["doubt"] and len(entered) > 1
        book.sheets["说明"].range("D6").value = "数据属实，本学年由两校合并。"
        for _ in range(3):
            clear()
            assert "校验结果" not in [sheet.name for sheet in book.sheets]
            ((*told, key),) = rows()
            assert told == [*entered[0][:3], "数据属实，本学年由两校合并。"]
            assert key == entered[0][4]
            after = check()
            assert after["explained"] == before["explained"] + 1
            assert after["doubt"] == before["doubt"] - 1
            assert check() == after
        saved = office.save(book, tmp_path / "存盘.xlsx")
        clean_marks(saved, saved)  # the command takes away what the button wrote, and keeps as much
        kept = openpyxl.load_workbook(saved)["说明"]
        assert (kept["E6"].value, kept["E7"].value) == (entered[0][4], None)
        book.sheets["说明"].range("D6").value = None
        clear()
        assert rows() == []
    finally:
        book.close()
