"""The facts of a submission come out of their bytes as they went in."""

from __future__ import annotations

import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.marking.file_record import (
    BadRecord,
    FactRow,
    FactTable,
    bulk_of,
    facts_of,
    packed_facts,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(st.builds(FactRow, TEXTS, TEXTS, st.integers(0, 2**31 - 1), TEXTS, TEXTS))


def _table(rows: list[FactRow]) -> FactTable:
    return FactTable(*map(list, zip(*rows, strict=True)))


@given(ROWS)
def test_whatever_a_school_typed_comes_back(rows: list[FactRow]) -> None:
    table = facts_of(bulk_of(facts=_table(rows)).facts)
    assert list(table) == rows and len(table) == len(rows)


def test_the_form_itself_without_the_rows_of_its_tables() -> None:
    rows = [
        FactRow("students.total", "primary", 0, "45", "基本情况!D9"),
        FactRow("school.name", "", 0, "城关第一小学", "封面!C3"),
        FactRow("classes.total", "", 1, "52", "班级!F5"),
    ]
    assert facts_of(bulk_of(facts=_table(rows)).facts).of_form() == {
        ("students.total", "primary"): "45",
        ("school.name", ""): "城关第一小学",
    }


def test_no_facts_take_no_bytes() -> None:
    assert packed_facts(FactTable()) == b""
    assert list(facts_of(b"")) == [] and facts_of(b"").of_form() == {}


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"abc" * 100,
        bytes(7),
        b"\xff" * 64,
        msgspec.msgpack.encode([["field"], [], [], [], []]),  # columns of different lengths
        msgspec.msgpack.encode([["field"], [""], ["row"], ["1"], ["A1"]]),
    ],
)
def test_other_bytes_are_refused(plain: bytes) -> None:
    for packed in (plain, zlib.compress(plain)):
        if packed:
            with pytest.raises(BadRecord):
                facts_of(packed)
