"""A second run over an unchanged folder finds everything again, and nothing that is not so."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from checker.batch.cache import Remembered, ResultCache
from checker.batch.copies import remember_copy, serves
from checker.batch.discovery import Source
from checker.batch.record import FactRow, FileRecord, Judged, Measure

RECORD = FileRecord(
    path="城关镇/一小.xlsx",
    status="checked",
    name="城关第一小学",
    stages=("primary",),
    counts={"hard": 1},
    findings=({"rule": "RES3", "cell": "C7"},),
    judged=(Judged("RES3", "primary", "fail", "871/1000", "9/10", "7", "名"),),
    measures=(Measure("CTY101", "primary", "19000", "21803"),),
    facts=(FactRow("students.total", "primary", 0, "21803", "基本情况!D9"),),
)
SOURCE = Source("/county/一小.xlsx", "一小.xlsx", size=10, modified=5.0)


def test_a_record_survives_being_written_down() -> None:
    assert FileRecord.from_json(RECORD.to_json()) == RECORD
    assert RECORD.measures[0].fractions()[0] == 19000


def test_found_by_place_and_by_content_but_only_under_the_same_rules(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "results.sqlite"
    store = ResultCache(path, "rules-1")
    store.keep(SOURCE, "digest", RECORD)
    store.close()

    again = ResultCache(path, "rules-1")
    known = Remembered("digest", True)
    assert again.unchanged(SOURCE) == known
    assert again.unchanged(SOURCE._replace(modified=6.0)) is None
    assert again.unchanged(SOURCE._replace(size=11)) is None
    assert again.same_content("digest") == known
    assert again.record("digest") == RECORD
    assert again.record("another") is None
    again.close()

    other = ResultCache(path, "rules-2")
    assert other.unchanged(SOURCE) is None and other.same_content("digest") is None
    assert other.record("digest") is None
    other.close()


def test_whether_there_can_be_a_marked_copy_is_known_without_the_record(tmp_path: Path) -> None:
    store = ResultCache(tmp_path / "results.sqlite", "rules")
    for digest, record, markable in (
        ("marked", replace(RECORD, marked_copy="/out/一小.xlsx"), True),
        ("locked", replace(RECORD, cannot_write="文件加了保护。"), False),
        ("broken", replace(RECORD, status="unreadable"), False),
    ):
        store.keep(SOURCE, digest, record)
        assert store.same_content(digest) == Remembered(digest, markable)
        found = store.record(digest)
        assert found is not None and found.marked_copy == ""  # where it is, is another matter
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
    store.keep(SOURCE, "digest", RECORD)
    assert store.record("digest") == RECORD
    store.close()
    with sqlite3.connect(path) as plain:
        names = {name for (name,) in plain.execute("SELECT name FROM sqlite_master")}
    assert "seen" not in names


def test_a_record_that_cannot_be_read_any_more_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    store = ResultCache(path, "rules")
    store.keep(SOURCE, "digest", RECORD)
    store.close()
    with sqlite3.connect(path) as plain:
        plain.execute("UPDATE records SET facts = x'00'")
    again = ResultCache(path, "rules")
    assert again.unchanged(SOURCE) is not None and again.record("digest") is None
    again.close()


def test_a_damaged_store_is_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    path.write_bytes(b"this is not a database, however long it may be" * 100)
    store = ResultCache(path, "rules")
    assert store.unchanged(SOURCE) is None
    store.keep(SOURCE, "digest", RECORD)
    found = store.unchanged(SOURCE)
    assert found is not None and found.digest == "digest"
    store.close()
