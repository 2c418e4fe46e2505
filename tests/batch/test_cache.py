"""A second run over an unchanged folder finds everything again, and nothing that is not so."""

from __future__ import annotations

import pickle
import shutil
import sqlite3
import zlib
from pathlib import Path

import msgspec
import pytest
from msgspec import to_builtins
from msgspec.structs import replace

import checker
from checker.batch.cache import Remembered, ResultCache, fingerprint
from checker.batch.discovery import Source
from checker.marking.file_record import (
    FactRow,
    FactTable,
    Head,
    Judged,
    Measure,
    bulk_of,
    head_of,
    kept,
    record_of,
)
from checker.marking.findings import Counts, Finding
from checker.model.marks import Changes, Fill, Mark
from checker.model.verdicts import Outcome, RuleError, Severity
from checker.session import Session
from checker.writing import write_changes

EXAMPLES = Path(__file__).parents[2] / "examples"
encode = msgspec.msgpack.encode

HEAD = Head(
    status="checked",
    name="城关第一小学",
    counts=Counts(fail=1, passed=30),
    errors=(RuleError("teachers", None, "坏了", "rules.py:3"),),
)
FINDING = Finding(
    **dict.fromkeys(("title", "family", "unit", "stage", "actual", "required", "gap"), ""),
    **dict.fromkeys(("message", "source", "fix", "key"), ""),
    rule="RES3",
    severity=Severity.HARD,
    verdict=Outcome.FAIL,
    sheet="教师",
    cell="C7",
    related=("教师!D9",),
    borderline=False,
)
FACT = FactRow("students.total", "primary", 0, "21803", "基本情况!D9")
KEPT = kept(
    HEAD,
    bulk_of(
        findings=[FINDING],
        judged=[Judged("RES3", "primary", "fail", "871/1000", "9/10", "7", "名")],
        measures=[Measure("CTY101", "primary", "19000", "21803")],
        facts=FactTable(*([each] for each in FACT)),
    ),
)
SOURCE = Source("/county/一小.xlsx", "一小.xlsx", size=10, modified=5.0)


def test_what_was_judged_survives_being_written_down() -> None:
    head = head_of(KEPT.head)
    record = record_of("城关镇/一小.xlsx", 5.0, "", head, KEPT.bulk)
    assert (record.status, record.name) == ("checked", "城关第一小学")
    assert record.counts == Counts(fail=1, passed=30)
    assert record.findings == (FINDING,) and record.errors == HEAD.errors
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
    assert again.unchanged(replace(SOURCE, modified=6.0)) is None
    assert again.unchanged(replace(SOURCE, size=11)) is None
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
        (replace(HEAD, cannot_write="文件加了保护。"), False),
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
    here, there = tmp_path / "甲" / "校验结果", tmp_path / "乙" / "校验结果"
    here.mkdir(parents=True)
    source = Source(str(EXAMPLES / "laian.xlsx"), "一小.xlsx")
    marks = Changes(marks=(Mark("教育质量", "D7", Fill.FAIL, "差 7 名"),))
    copy = here / "一小.xlsx"
    write_changes(Path(source.location), copy, marks)
    marked = copy.read_bytes()

    assert store.copy_in(here, source, "digest") is None  # an earlier run's, of another content
    store.remember_copy(copy, "digest")
    assert store.copy_in(here, source, "digest") == copy and not there.exists()
    assert store.copy_in(here, source, "another digest") is None
    assert store.copy_in(there, source, "digest") == there / "一小.xlsx"
    assert (there / "一小.xlsx").read_bytes() == marked
    copy.unlink()
    assert store.copy_in(here, source, "digest") == copy and copy.read_bytes() == marked
    copy.write_bytes(b"and edited")
    (there / "一小.xlsx").write_bytes(b"and edited")
    assert store.copy_in(here, source, "digest") is None
    assert copy.read_bytes() == b"and edited"
    store.close()
    other = ResultCache(tmp_path / "results.sqlite", "other rules")
    assert other.copy_in(here, source, "digest") is None
    other.close()


def test_a_store_cannot_name_any_other_file_as_a_marked_copy(tmp_path: Path) -> None:
    """Whoever can write into a shared cache gets no file of this user copied."""
    secret = tmp_path / "secret.xlsx"
    secret.write_bytes(b"not marked by us")
    store = ResultCache(tmp_path / "results.sqlite", "rules")
    store.remember_copy(secret, "digest")
    source = Source("/county/一小.xlsx", "一小.xlsx")
    assert store.copy_in(tmp_path / "校验结果", source, "digest") is None
    assert not (tmp_path / "校验结果").exists()
    store.close()


@pytest.mark.parametrize("own", ["forms/remarks.toml", "rules/kinds.json", "judging/engine.py"])
def test_nothing_is_found_again_once_the_program_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str
) -> None:
    """Its sentences and kinds of rules stand in data files: those count as its code does."""
    folder = tmp_path / "checker"
    shutil.copytree(checker.__path__[0], folder, ignore=shutil.ignore_patterns("__pycache__"))
    session = Session()
    monkeypatch.setattr(checker, "__path__", [str(folder)])
    before = fingerprint(session)
    assert fingerprint(session) == before
    with (folder / own).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert fingerprint(session) != before


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


class Runs:
    """What pickle would run when it reads this."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('a tampered cache was run')",))


POISON = {
    "pickle": pickle.dumps(Runs()),
    "nothing": b"",
    "a number": encode(7),
    "a text": encode("RES3"),
    "null": encode(None),
    "nested": encode([[[[[]]]]] * 3),
    "deep": b"\x91" * 100_000,
    "huge": b"\xdd\xff\xff\xff\xff",
    "extension": encode(msgspec.msgpack.Ext(5, b"os.system")),
    "words that no judgement has": encode([{**to_builtins(FINDING), "verdict": "fine"}]),
    "a verdict that no finding has": encode([replace(FINDING, verdict=Outcome.PASS)]),
    "a cell that is none": encode([replace(FINDING, cell="C0")]),
    "a place that is none": encode([replace(FINDING, related=("教师!C0",))]),
    "a cause that is none": encode([replace(FINDING, cause=9)]),
    "a number that is none": encode([["RES3", "primary", "fail", "1/0"]]),
    "a measure that is none": encode([["CTY101", "primary", "os.system", "1"]]),
    "a bomb": zlib.compress(encode([["x"] * 5, [], [], [], []]), 9),
}


@pytest.mark.parametrize("part", ["head", "findings", "judged", "measures", "unmeasured", "facts"])
@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
def test_a_tampered_store_runs_nothing_and_stops_nothing(
    tmp_path: Path, part: str, poison: bytes
) -> None:
    """Even with a right proof: then only the types stand between the bytes and the reports."""
    path = tmp_path / "results.sqlite"
    store = ResultCache(path, "rules")
    store.keep(SOURCE, "digest", KEPT, markable=True)
    store.close()
    names = ["head", *KEPT.bulk._fields]
    parts = {**dict(zip(names, (KEPT.head, *KEPT.bulk), strict=True)), part: poison}
    with sqlite3.connect(path) as plain:
        plain.execute(
            f"UPDATE records SET {part} = ?, proof = ?",
            (poison, zlib.crc32(b"".join(parts.values()))),
        )
    again = ResultCache(path, "rules")
    found = again.kept("digest")
    again.close()
    if found is None:
        return
    # of this part's type as it happens: then it is only data, and every report can read it
    record = record_of("一小.xlsx", 5.0, "", head_of(found.head), found.bulk)
    assert (part, poison) == ("facts", b"") and list(record.facts) == []


@pytest.mark.parametrize("table", ["places", "records", "copies"])
@pytest.mark.parametrize("value", [None, -1, 1.5, "text", b"\x00", 2**62])
def test_any_value_in_any_column_is_only_a_value(tmp_path: Path, table: str, value: object) -> None:
    path = tmp_path / "results.sqlite"
    store = ResultCache(path, "rules")
    store.keep(SOURCE, "digest", KEPT, markable=True)
    (tmp_path / "copy.xlsx").write_bytes(b"x" * 10)
    store.remember_copy(tmp_path / "copy.xlsx", "digest")
    store.close()
    with sqlite3.connect(path) as plain:
        columns = [row[1] for row in plain.execute(f"PRAGMA table_info({table})")]
    for column in columns:
        if column in ("digest", "rules", "place"):
            continue
        with sqlite3.connect(path) as plain:
            plain.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))
        again = ResultCache(path, "rules")
        again.unchanged(SOURCE), again.same_content("digest"), again.kept("digest"), again.sizes()
        source = Source("/county/一小.xlsx", "一小.xlsx")
        assert again.copy_in(tmp_path / "校验结果", source, "digest") is None
        again.close()
