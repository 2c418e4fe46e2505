"""One bad entry of an archive costs that entry; each gets one Chinese line."""

from __future__ import annotations

import sys
import time
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from hostile_zips import HARMLESS, SPOILT, zipped

from checker.batch.archives import SourceUnreadable
from checker.batch.discovery import Discovery, discover
from checker.batch.result_folder import copy_name

GOOD, BAD = "good.xlsx", "xxbad.xlsx"


def told(found: Discovery) -> list[str]:
    """What is said of everything that cannot be read."""
    lines = [reason for _, reason in found.failures]
    for source in found.sources:
        try:
            source.read()
        except SourceUnreadable as problem:
            lines.append(problem.reason)
    for line in lines:
        assert line.endswith("。") and "\n" not in line
    return lines


@pytest.mark.parametrize("kind", SPOILT)
def test_a_spoilt_member_costs_itself(tmp_path: Path, kind: str) -> None:
    spoil, words = SPOILT[kind]
    path = tmp_path / "a.zip"
    path.write_bytes(spoil(zipped({GOOD: b"good" * 100, BAD: b"bad" * 100}), BAD))
    found = discover([str(path)])
    (line,) = told(found)
    assert words in line
    assert [each.read() for each in found.sources if each.inside == GOOD] == [b"good" * 100]


@pytest.mark.parametrize("kind", HARMLESS)
def test_oddities_that_cost_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(HARMLESS[kind](zipped({GOOD: b"good", BAD: b"bad"}), BAD))
    found = discover([str(path)])
    assert not told(found) and [each.read() for each in found.sources] == [b"good", b"bad"]
    if kind == "name that is no UTF-8":
        assert found.sources[1].inside == "田bad.xlsx"  # it was GBK


def test_an_archive_with_a_password_on_every_member_is_one_line(tmp_path: Path) -> None:
    spoil, _ = SPOILT["password"]
    path = tmp_path / "a.zip"
    path.write_bytes(spoil(spoil(zipped({GOOD: b"1", BAD: b"2"}), BAD), GOOD))
    found = discover([str(tmp_path)])
    assert found.failures == (("a.zip", "压缩包设有密码，读不出内容，请解压后再放进来。"),)
    assert not found.sources


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped({}), "压缩包是空的"),
        (zipped({"__MACOSX/._a.xlsx": b""}), "压缩包是空的"),
        (b"", "已损坏、没有下载完"),
        (zipped({GOOD: b"x" * 1000})[:60], "已损坏、没有下载完"),
        (b"Rar!\x1a\x07\x00" + bytes(40), "RAR 压缩包"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z 压缩包"),
        (zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "请改回 .xlsx"),
    ],
    ids=["empty", "only a Mac's", "no bytes", "cut off", "rar", "7z", "a workbook"],
)
def test_what_is_no_archive_of_workbooks(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    found = discover([str(tmp_path)])
    ((path, reason),) = found.failures
    assert path == "a.zip" and words in reason and reason.endswith("。") and not found.sources


def test_an_archive_in_an_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(
        zipped({"b.zip": zipped({GOOD: b"1"}), GOOD: b"2", "x.rar": b""})
    )
    found = discover([str(tmp_path)])
    assert [each.shown for each in found.sources] == ["a.zip/good.xlsx"]
    assert [(each.shown, each.reason[:7]) for each in found.unread] == [
        ("a.zip/b.zip", "这是压缩包里的"),
        ("a.zip/x.rar", "这是压缩包，请"),
    ]
    assert all(each.status == "not_looked_at" for each in found.unread)


def test_two_members_of_one_name(tmp_path: Path) -> None:
    """Of equal contents one is read; of different ones nobody knows which counts."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("same.xlsx", b"1")
        archive.writestr("same.xlsx", b"1")
        archive.writestr("other.xlsx", b"1")
        archive.writestr("other.xlsx", b"2")
    found = discover([str(path)])
    assert [(each.inside, each.read()) for each in found.sources] == [("same.xlsx", b"1")]
    ((name, reason),) = found.failures
    assert name == "a.zip/other.xlsx" and "几个同名的文件" in reason


def test_a_name_of_300_letters_gets_a_copy_of_a_shorter_one(tmp_path: Path) -> None:
    names = [f"{'长' * 300}{number}.xlsx" for number in range(2)]
    (tmp_path / "a.zip").write_bytes(zipped(dict.fromkeys(names, b"x")))
    found = discover([str(tmp_path)])
    copies = [copy_name(each) for each in found.sources]
    assert len(set(copies)) == 2
    for copy in copies:
        assert copy.suffix == ".xlsx" and len(copy.name.encode()) <= 200


def test_names_do_not_lead_out_of_the_result_folder(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"../../x.xlsx": b"", "/etc/y.xlsx": b""}))
    shown = [each.shown for each in discover([str(tmp_path)]).sources]
    assert shown == ["a.zip/x.xlsx", "a.zip/etc/y.xlsx"]


def test_4000_members_are_read_without_going_through_the_archive_for_each(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({f"{n}.xlsx": b"%d" % n for n in range(4000)}))
    began = time.process_time()
    found = discover([str(tmp_path)])
    assert [int(each.read()) for each in found.sources] == list(range(4000))
    assert time.process_time() - began < 5  # it was 150 s
