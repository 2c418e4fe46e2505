"""Marked workbooks opened and saved by real LibreOffice: marks show, and can still be undone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

sys.path.insert(0, str(Path(__file__).parent))
from writing_corpus import CORPUS, Book, SheetCells, Story, story_of, writable_files

from checker.model.marks import FILL_COLOURS, Fill
from checker.writing import clean_marks, write_changes

pytestmark = pytest.mark.real
TELLING = ("vml", "drawing", "control", "pivot", "slicer", "comment", "table", "chart", "vba")
SAMPLE = 44
TOO_LARGE = 120_000
OURS = {FILL_COLOURS[fill] for fill in Fill}


@cache
def _sample() -> list[Path]:
    """The feature-rich files first, then others spread over the corpus."""
    files = [path for path in writable_files() if path.stat().st_size < TOO_LARGE]

    def richness(path: Path) -> int:
        names = " ".join(names_in(path)).lower()
        return sum(word in names for word in TELLING)

    ranked = sorted(files, key=lambda path: (-richness(path), path.name))
    rich = list(islice(filter(_cells_are_numbered, ranked), SAMPLE // 2))
    rest = [path for path in files if path not in rich]
    return rich + rest[:: max(1, len(rest) // (SAMPLE - len(rich)))][: SAMPLE - len(rich)]


def names_in(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if not name.endswith("/")]


def _cells_are_numbered(path: Path) -> bool:
    return bool(Book(path).worksheets())


def soffice() -> str:
    """The program; in CI it must be there."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is needed in CI")
        pytest.skip("没有安装 LibreOffice，跳过")
    return program


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Story, Path]]]:
    """File name -> what was written into it, and the file as LibreOffice saved it."""
    program = soffice()
    folder = tmp_path_factory.mktemp("calc")
    marked, out = folder / "marked", folder / "out"
    marked.mkdir()
    stories = {}
    for source in _sample():
        story = story_of(Book(source))
        target = marked / f"{source.stem}.xlsx"
        write_changes(source, target, story.changes)
        stories[target.name] = story
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    command += [str(path) for path in sorted(marked.iterdir())]
    subprocess.run(command, check=True, capture_output=True, timeout=800)
    yield {name: (story, out / name) for name, story in stories.items()}


def test_calc_shows_every_fill_and_note(saved: dict[str, tuple[Story, Path]]) -> None:
    assert len(saved) >= 40
    sources = {f"{path.stem}.xlsx": Book(path) for path in _sample()}
    for name, (story, path) in saved.items():
        assert path.exists(), f"LibreOffice could not open {name}"
        book = _load(path)
        assert "校验结果" in book.sheetnames
        assert book["校验记录"].sheet_state != "visible"
        for title, filled in story.filled.items():
            for (row, column), fill in filled.items():
                if sources[name].in_pivot(title, (row, column)):
                    continue
                sheet = _tab(book, sources[name], title)
                colour = sheet.cell(row, column).fill.fgColor.rgb
                assert colour == f"FF{FILL_COLOURS[fill]}", (name, title, row, column)
            for row, column in story.noted.get(title, ()):
                note = _tab(book, sources[name], title).cell(row, column).comment
                assert note is not None, (name, title, row, column)
                assert any(word in note.text for word in ("不通过：", "已说明：", "提示：")), name


def test_clean_restores_what_calc_has_saved(
    saved: dict[str, tuple[Story, Path]], tmp_path: Path
) -> None:
    for name, (story, path) in saved.items():
        cleaned = tmp_path / name
        summary = clean_marks(path, cleaned)
        assert summary.found and not summary.exact
        source = next((CORPUS / "ok").glob(f"{Path(name).stem}.xls?"))
        book, before, after = Book(source), _load(source, lenient=True), _load(cleaned)
        assert not {"校验结果", "校验记录"} & set(after.sheetnames)
        for title, filled in story.filled.items():
            if before is None or title not in before.sheetnames:
                continue
            tab = _tab(after, book, title)
            cells, styles = SheetCells.of(book.worksheets()[title]), book.styles()
            for row, column in filled:
                if book.in_pivot(title, (row, column)):
                    continue
                was = styles.pattern(cells.style((row, column)))
                fill = tab.cell(row, column).fill
                if tab.cell(row, column).has_style:
                    assert (fill.fill_type or "none") == was, (name, title, row, column)
                if styles.colour(cells.style((row, column))) not in OURS:
                    assert fill.fgColor.rgb not in {f"FF{colour}" for colour in OURS}
            for row, column in story.noted.get(title, ()):
                was, now = (one.cell(row, column).comment for one in (before[title], tab))
                assert (now is None) == (was is None), (name, title, row, column)
                if now is not None:
                    assert now.text.split() == was.text.split()


def _tab(saved: openpyxl.Workbook, source: Book, title: str) -> Worksheet:
    """The sheet by its place: LibreOffice gives some sheets (there is a "sheet1") a new title."""
    return saved[saved.sheetnames[list(source.sheets).index(title)]]


def _load(path: Path, lenient: bool = False) -> openpyxl.Workbook | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(path)
        except Exception:
            if lenient:  # some sources are beyond openpyxl
                return None
            raise
