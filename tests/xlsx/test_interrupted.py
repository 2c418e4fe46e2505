"""The program is killed while it marks an open workbook: the next click puts everything right."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlwings as xw

from checker.writing import clean_marks
from checker.writing.memory_sheet import is_provisional

sys.path.insert(0, str(Path(__file__).parent))
from whole_book import filled, looks, told

pytestmark = pytest.mark.real

MOMENTS = int(os.environ.get("CHECKER_KILLS", "6"))
"""Six in every run, for the sake of time; thirty before a release (CHECKER_KILLS=30)."""


@pytest.fixture
def book(office, tmp_path: Path) -> Iterator[xw.Book]:
    """The example school, open, with its first sheet in front."""
    opened = office.open(filled(tmp_path / "上石桥 一小.xlsm"))
    yield opened
    opened.close()


def settings(book: xw.Book) -> dict[str, object]:
    """What a program could leave changed in LibreOffice."""
    api = book.api
    return {
        "calculates": api.isAutomaticCalculationEnabled(),
        "screen held": api.hasControllersLocked(),
        "actions held": api.isActionLocked(),
        "protected": [sheet.api.isProtected() for sheet in book.sheets],
    }


def titles(book: xw.Book) -> list[str]:
    return [sheet.name for sheet in book.sheets]


def test_killed_at_random_moments(
    office, book: xw.Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third of them anywhere, the others while it writes; every third time into an earlier run's
    marks; then one click on 清除."""
    timings, answer = tmp_path / "timings.jsonl", tmp_path / "answer.txt"
    monkeypatch.setenv("CHECKER_TIMINGS", str(timings))
    before, as_set = looks(book), settings(book)
    office.click(book, "check", f"--answer={answer}")
    office.click(book, "clean", f"--answer={answer}")
    steps = json.loads(timings.read_text("utf-8").splitlines()[0])
    started, written_from, done = steps["started"], steps["judged"], steps["done"]
    chance = random.Random(14)
    left = {"sheets": 0, "held": 0, "nothing": 0}
    for number in range(MOMENTS):
        if number % 3 == 0:
            office.click(book, "check", f"--answer={answer}")
        process = office.start_click(book, "check", f"--answer={answer}")
        if number % 3 == 1:
            time.sleep(chance.uniform(0, done - started))
        else:
            while process.poll() is None and not any(map(is_provisional, titles(book))):
                time.sleep(0.02)
            time.sleep(chance.uniform(0, done - written_from))
        process.send_signal(signal.SIGKILL)
        process.wait()
        unfinished = any(map(is_provisional, titles(book)))
        held = settings(book)["screen held"]
        left["sheets" if unfinished else "held" if held else "nothing"] += 1
        answer.unlink(missing_ok=True)
        office.click(book, "clean", f"--answer={answer}")
        assert "程序自身出错" not in told(answer)
        assert settings(book) == as_set, number
        assert looks(book) == before, number
    print(left)
    assert left["sheets"] > 0, "the moments did not meet the writing"


def test_what_was_left_is_taken_up_by_the_next_check_too(
    office, book: xw.Book, tmp_path: Path
) -> None:
    """The same marks as without an interruption, and nothing provisional stays."""
    answer = tmp_path / "answer.txt"
    before = looks(book)
    office.click(book, "check", f"--answer={answer}")
    marked = looks(book)
    office.click(book, "clean", f"--answer={answer}")
    interrupt_while_painting(book)
    saved = office.save(book, tmp_path / "半截.xlsx")
    office.click(book, "check", f"--answer={answer}")
    assert looks(book) == marked
    office.click(book, "clean", f"--answer={answer}")
    assert told(answer).startswith("校验标记已全部清除")
    assert looks(book) == before
    # The same leftovers in a file are cleaned by the command.
    cleaned = tmp_path / "清除后.xlsx"
    assert clean_marks(saved, cleaned).found
    again = office.open(cleaned)
    try:
        assert looks(again) == before
    finally:
        again.close()


def interrupt_while_painting(book: xw.Book) -> None:
    """As if the program had ended after half of its cells: its work is carried out so far."""
    from checker_xlsx import painting
    from checker_xlsx.attached import Attached
    from checker_xlsx.looks import Look
    from checker_xlsx.marking import plan_marks

    from checker.marking import changes_for
    from checker.session import Session

    session = Session()
    attached = Attached(book)
    snapshot = attached.read()
    report = session.judge_snapshot(snapshot).report
    assert report is not None
    plan = plan_marks(attached, changes_for(report, session.rules), snapshot)
    cells = [order for order in plan.orders.work if isinstance(order, Look)]
    half = set(cells[: len(cells) // 2])
    painting._obey(book, [one for one in plan.orders.work if one in half or one not in cells])
