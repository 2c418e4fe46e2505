"""docs/design/walk.md, walked: one figure from the file to its mark, and no step back."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import CodeType, FrameType

import pytest

from checker.model.marks import Changes, Fill, Mark
from checker.session import Session

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "checker"
ROW = re.compile(r"^\| \d+ \| `([\w/]+\.py)` \| `([\w.]+)` \|", re.MULTILINE)
EARLIER = ("reading/", "forms/")
FIGURES = {"D8": 50, "E17": 41, "D9": 0, "D10": 0, "D11": 0, "D12": 0}


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with the figures of the story on the sheet 教师."""
    from openpyxl import load_workbook

    path = tmp_path_factory.mktemp("walk") / "上石桥一小.xlsx"
    book = load_workbook(ROOT / "examples" / "shangshiqiao.xlsx")
    for cell, figure in FIGURES.items():
        book["教师"][cell] = figure
    book.save(path)
    return path


Walk = tuple[list[tuple[str, str]], list[Mark]]
"""Module and function of everything that is called, each once and in order; and the marks."""


@pytest.fixture(scope="module")
def walk(mistaken: Path) -> Walk:
    """The workbook is checked, and who is called is noted."""
    session = Session()
    session.judge_file(mistaken)  # what is loaded once is no part of the way
    called: dict[CodeType, None] = {}
    marked: list[Changes] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called[frame.f_code] = None

    before = sys.getprofile()
    data = mistaken.read_bytes()
    sys.setprofile(note)
    try:
        session.check(str(mistaken), data, marked.append)
    finally:
        sys.setprofile(before)
    calls = [
        (Path(code.co_filename).relative_to(SOURCE).as_posix(), code.co_qualname)
        for code in called
        if Path(code.co_filename).is_relative_to(SOURCE)
    ]
    return calls, list(marked[0].marks)


def test_one_figure_is_followed_to_its_mark(walk: Walk) -> None:
    told = ROW.findall((ROOT / "docs" / "design" / "walk.md").read_text("utf-8"))
    assert 8 <= len(told) <= 12
    calls, marks = walk
    places = [calls.index(step) for step in told]
    assert places == sorted(places)
    of_cell = {mark.cell: mark for mark in marks if mark.sheet == "教师"}
    part, total = of_cell["D8"], of_cell["D7"]
    assert part.fill is total.fill is Fill.FAIL
    assert part.note is not None and "教师!D7" in part.note
    assert total.note is not None and "相差 46人" in total.note


def test_once_judging_has_begun_nothing_is_read_or_bound_any_more(walk: Walk) -> None:
    calls, _ = walk
    judging = calls.index(("judging/engine.py", "judge"))
    assert any(module.startswith(EARLIER) for module, _ in calls[:judging])
    assert [call for call in calls[judging:] if call[0].startswith(EARLIER)] == []
