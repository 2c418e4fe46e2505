"""Rows written past XlsxWriter's cells are, byte for byte, the rows it would have written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import openpyxl
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.reports.book_rows import write_rows
from checker.reports.book_sheets import ListSheet, Value, styles_of

WIDE = 30
ROWS: list[list[Value]] = [
    [f"{text}{number}" if place % 3 else place * number for place, text in enumerate("甲乙丙" * 10)]
    for number in range(40)
]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12
) | st.sampled_from(["a_x0041_", " 前", "后\n", "<b>&amp;", "=1+1", "\x07", "_x000D_"])
VALUES = (
    TEXTS
    | st.none()
    | st.integers(-(10**12), 10**12)
    | st.decimals(-(10**9), 10**9, places=4)
    | st.fractions(-(10**6), 10**6, max_denominator=10**6)
)


def parts(path: Path, rows: Sequence[Sequence[Value]], direct: bool) -> dict[str, bytes]:
    """The parts of a workbook with these rows below a header."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    styles = styles_of(book)
    first = ListSheet(book, styles, "概览", ["名"], [10.0])
    first.write(["值"], [styles.text])
    first.write(["值"], [styles.text])
    wide = len(rows[0]) if rows else 1
    page = ListSheet(book, styles, "数据表", ["头"] * wide, [13.0] * wide)
    if direct:
        write_rows(page, iter(rows), len(rows), styles.text)
    else:
        for row in rows:
            page.write(row, [styles.text] * len(row), wraps=False)
    page.add_filter()
    book.close()
    with ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist() if "core" not in name}


def test_a_sheet_of_many_rows_has_the_same_bytes(tmp_path: Path) -> None:
    usual = parts(tmp_path / "a.xlsx", ROWS, direct=False)
    direct = parts(tmp_path / "b.xlsx", ROWS, direct=True)
    assert direct == usual
    assert usual["xl/worksheets/sheet2.xml"].count(b"<row ") == 41


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=6))
def test_whatever_stands_in_the_cells(rows: list[list[Value]]) -> None:
    with TemporaryDirectory() as folder:
        usual = parts(Path(folder) / "a.xlsx", rows, direct=False)
        assert parts(Path(folder) / "b.xlsx", rows, direct=True) == usual


def test_texts_come_back_as_they_were_even_what_looks_like_finished_xml(tmp_path: Path) -> None:
    texts: list[Value] = ["=1+1", "a_b", " 前 ", "<r>不是 & 富文本</r>", "两行\n字", None]
    path = tmp_path / "c.xlsx"
    numbers: list[Value] = [1, Decimal("2.50"), Fraction(1, 4), None, "", "末"]
    parts(path, [texts, numbers, texts], direct=True)
    rows = list(openpyxl.load_workbook(path)["数据表"].iter_rows(min_row=2, values_only=True))
    assert [list(row) for row in rows[:2]] == [texts, [1, 2.5, 0.25, None, "", "末"]]
