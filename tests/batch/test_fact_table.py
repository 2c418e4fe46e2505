"""The facts of a submission come out of their bytes as they went in."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.batch.fact_table import FactRow, FactTable, packed_facts

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(st.builds(FactRow, TEXTS, TEXTS, st.integers(0, 2**31 - 1), TEXTS, TEXTS))


@given(ROWS)
def test_whatever_a_school_typed_comes_back(rows: list[FactRow]) -> None:
    table = FactTable(packed_facts(rows))
    assert list(table) == rows and len(table) == len(rows)


def test_the_form_itself_without_the_rows_of_its_tables() -> None:
    rows = [
        FactRow("students.total", "primary", 0, "45", "基本情况!D9"),
        FactRow("school.name", "", 0, "城关第一小学", "封面!C3"),
        FactRow("classes.total", "", 1, "52", "班级!F5"),
    ]
    assert FactTable(packed_facts(rows)).of_form() == {
        ("students.total", "primary"): "45",
        ("school.name", ""): "城关第一小学",
    }


def test_no_facts_take_no_bytes() -> None:
    assert packed_facts([]) == b""
    assert list(FactTable(b"")) == [] and FactTable(b"").of_form() == {}


@pytest.mark.parametrize("plain", [b"", b"abc" * 100, bytes(7), b"\xff" * 64])
def test_other_bytes_are_refused(plain: bytes) -> None:
    with pytest.raises(ValueError, match=r"table of facts|multiple of item size"):
        FactTable(zlib.compress(plain))
