"""A second run over an unchanged folder finds everything again, and nothing that is not so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from checker.batch.cache import Remembered, ResultCache
from checker.batch.copies import remember_copy, serves
from checker.batch.discovery import Source
from checker.batch.fact_table import FactRow
from checker.batch.record import Head, Judged, Measure, bulk_of, head_of, kept, record_of

HEAD = Head(
    status="checked",
    name="城关第一小学",
    counts=(1, 0, 0, 0, 30, 0, 0),
    errors=({"plugin": "teachers", "rule": None, "message": "坏了", "where": "rules.py:3"},),
)
FACT = FactRow("students.total", "primary", 0, "21803", "基本情况!D9")
KEPT = kept(
    HEAD,
    bulk_of(
        findings=[{"rule": "RES3", "cell": "C7"}],
        judged=[Judged("RES3", "primary", "fail", "871/1000", "9/10", "7", "名")],
        measures=[Measure("CTY101", "primary", "19000", "21803")],
        facts=[FACT],
    ),
)
SOURCE = Source("/county/一小.xlsx", "一小.xlsx", size=10, modified=5.0)


def test_what_was_judged_survives_being_written_down() -> None:
    head = head_of(KEPT.head)
    record = record_of("城关镇/一小.xlsx", "/county/城关镇/一小.xlsx", 5.0, "", head, KEPT.bulk)
    assert (record.status, record.name) == ("checked", "城关第一小学")
    assert record.counts["fail"] == 1 and record.counts["passed"] == 30
    assert record.findings == ({"file": "城关镇/一小.xlsx", "rule": "RES3", "cell": "C7"},)
    assert record.errors[0]["file"] == "/county/城关镇/一小.xlsx"
    assert record.judged[0].gap_unit == "名"
    assert record.measures[0].fractions()[0] == 19000
    assert list(record.facts) == [FACT]


def test_found_by_place_and_by_content_but_only_under_the_same_rules(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "results.sqlite"
    store = ResultCache(path, "rules-1")
    store.keep(SOURCE, "digest", KEPT, markable=True)
    store.close()

    again = ResultCache(path, "rules-1")
    known = Remembered("digest", True)
    assert again.unchanged(SOURCE) == known
    assert again.unchanged(SOURCE._replace(modified=6.0)) is None
    assert again.unchanged(SOURCE._replace(size=11)) is None
    assert again.same_content("digest") == known
    assert again.kept("digest") == KEPT
    assert again.kept("another") is None
    assert again.sizes() == {10}
    again.close()

    other = ResultCache(path, "rules-2")
    assert other.unchanged(SOURCE) is None and other.same_content("digest") is None
    assert other.kept("digest") is None and not other.sizes()
    other.close()


@pytest.mark.parametrize(
    ("head", "markable"),
    [
        (HEAD, True),
        (HEAD._replace(cannot_write="文件加了保护。"), False),
        (Head("unreadable", "文件打不开。"), False),
    ],
)
def test_whether_there_can_be_a_marked_copy_is_known_without_the_record(
    tmp_path: Path, head: Head, markable: bool
) -> None:
    store = ResultCache(tmp_path / "results.sqlite", "rules")
    store.keep(SOURCE, "digest", kept(head), head.markable)
    assert store.same_content("digest") == Remembered("digest", markable)
    store.close()


def test_a_marked_copy_serves_as_long_as_it_is_what_was_written(tmp_path: Path) -> None:
    """And serves for other places as well, but only under the rules it was marked by."""
    store = ResultCache(tmp_path / "results.sqlite", "rules")
    here, there = tmp_path / "甲" / "一小.xlsx", tmp_path / "乙" / "一小.xlsx"
    here.parent.mkdir()
    here.write_bytes(b"marked")
    assert not serves(here, "digest", store)  # somebody else's file
    remember_copy(here, "digest", store)
    assert serves(here, "digest", store) and not there.exists()
    assert not serves(here, "another digest", store)
    assert serves(there, "digest", store) and there.read_bytes() == b"marked"
    here.unlink()
    assert serves(here, "digest", store) and here.read_bytes() == b"marked"
    here.write_bytes(b"and edited")
    there.write_bytes(b"and edited")
    assert not serves(here, "digest", store)
    assert here.read_bytes() == b"and edited"  # for the marking to replace
    store.close()
    assert not serves(here, "digest", ResultCache(tmp_path / "results.sqlite", "other rules"))


def test_a_store_of_another_shape_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE records (digest TEXT, copy TEXT)")
        plain.execute("CREATE TABLE seen (place TEXT)")
    store = ResultCache(path, "rules")
    store.keep(SOURCE, "digest", KEPT, markable=True)
    assert store.kept("digest") == KEPT
    store.close()
    with sqlite3.connect(path) as plain:
        names = {name for (name,) in plain.execute("SELECT name FROM sqlite_master")}
    assert "seen" not in names


@pytest.mark.parametrize("part", ["head", "findings", "judged", "facts"])
@pytest.mark.parametrize("damage", ["x'00'", "NULL", "'text'"])
def test_what_is_not_what_was_written_any_more_is_as_good_as_none(
    tmp_path: Path, part: str, damage: str
) -> None:
    path = tmp_path / "results.sqlite"
    store = ResultCache(path, "rules")
    store.keep(SOURCE, "digest", KEPT, markable=True)
    store.close()
    with sqlite3.connect(path) as plain:
        plain.execute(f"UPDATE records SET {part} = {damage}")
    again = ResultCache(path, "rules")
    assert again.unchanged(SOURCE) is not None and again.kept("digest") is None
    again.close()


def test_a_damaged_store_is_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    path.write_bytes(b"this is not a database, however long it may be" * 100)
    store = ResultCache(path, "rules")
    assert store.unchanged(SOURCE) is None
    store.keep(SOURCE, "digest", KEPT, markable=True)
    found = store.unchanged(SOURCE)
    assert found is not None and found.digest == "digest"
    store.close()
