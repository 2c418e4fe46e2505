"""The folder as an aggregator really has it: copies, archives, lock files and leftovers."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from checker.batch.archives import SourceUnreadable
from checker.batch.discovery import discover, path_shown
from checker.batch.result_folder import copy_name


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_workbooks_below_a_folder_without_leftovers(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "城关镇/一小(2)最终版.xlsx",
        "城关镇/二小.xls",
        "wps.et",
        "~$一小.xlsx",
        ".隐藏.xlsx",
        "一小.备份.xlsx",
        "校验结果/一小.xlsx",
        "县级汇总.xlsx",
        "名册.csv",
        "通知.docx",
    )
    found = discover([str(tmp_path)])
    assert [item.shown for item in found.sources] == [
        "wps.et",
        "城关镇/一小(2)最终版.xlsx",
        "城关镇/二小.xls",
    ]
    assert found.failures == ()


def test_an_archive_is_looked_into(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "报送.zip", "w") as archive:
        archive.writestr("一小.xlsx", b"one")
        archive.writestr("__MACOSX/._一小.xlsx", b"")
        archive.writestr("说明.txt", b"")
    (source,) = discover([str(tmp_path)]).sources
    assert source.shown == "报送.zip/一小.xlsx"
    assert source.read() == b"one"


def test_names_written_by_an_old_windows_are_readable(tmp_path: Path) -> None:
    path = tmp_path / "old.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("AAAA.xlsx", b"one")  # 4 bytes, replaced by two GBK characters
    path.write_bytes(path.read_bytes().replace(b"AAAA", "一小".encode("gbk")))
    (source,) = discover([str(path)]).sources
    assert source.shown == "old.zip/一小.xlsx" and source.read() == b"one"
    assert path_shown(source) == f"{path}/一小.xlsx"
    assert copy_name(source).as_posix() == "old.zip/一小.xlsx"


def test_names_written_by_some_linux_programs_are_readable(tmp_path: Path) -> None:
    path = tmp_path / "old.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("AAAAAA/BBB.xlsx", b"one")
    named = path.read_bytes().replace(b"AAAAAA", "去年".encode()).replace(b"BBB", "甲".encode())
    path.write_bytes(named)
    (source,) = discover([str(path)]).sources
    assert source.shown == "old.zip/去年/甲.xlsx" and source.read() == b"one"


def test_what_cannot_be_looked_into_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "坏.zip")
    found = discover([str(tmp_path), str(tmp_path / "没有")])
    assert [path for path, _ in found.failures] == ["坏.zip", str(tmp_path / "没有")]
    assert "没有这个文件" in found.failures[1][1]


def test_a_path_of_another_file_system(tmp_path: Path) -> None:
    import fsspec

    system = fsspec.filesystem("memory")
    system.pipe("/county/一小.xlsx", b"remote")
    system.pipe("/county/校验结果/一小.xlsx", b"ours")
    (source,) = discover(["memory://county"]).sources
    assert source.shown == "一小.xlsx" and source.read() == b"remote"


def test_files_of_one_name_in_several_folders_are_told_apart(tmp_path: Path) -> None:
    touch(tmp_path, "甲镇/一小.xlsx", "甲镇/二小.xlsx", "乙镇/一小.xlsx", "乙镇/村/一小.xlsx")
    found = discover([str(tmp_path / "甲镇"), str(tmp_path / "乙镇"), str(tmp_path / "乙镇/村")])
    assert [(item.shown, Path(item.location).read_bytes()) for item in found.sources] == [
        ("甲镇/一小.xlsx", b"x"),
        ("二小.xlsx", b"x"),
        ("乙镇/一小.xlsx", b"x"),
        ("村/一小.xlsx", b"x"),
    ]


def test_members_of_one_name_in_an_archive_are_told_apart(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "全县.zip", "w") as archive:
        archive.writestr("a/一小.xlsx", b"1")
        archive.writestr("a/../a/一小.xlsx", b"2")
        archive.writestr("二小.xlsx", b"3")
    found = discover([str(tmp_path / "全县.zip")])
    shown = [item.shown for item in found.sources]
    assert len(set(shown)) == 3 and "全县.zip/二小.xlsx" in shown
    assert sorted(item.read() for item in found.sources) == [b"1", b"2", b"3"]


def test_folders_nested_without_end_are_told_and_not_called_links(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 110)
    deep.mkdir(parents=True)
    (deep / "一小.xlsx").write_bytes(b"x")
    found = discover([str(tmp_path)])
    ((place, reason),) = found.failures
    assert place.endswith("/d") and "套得太深" in reason and "链接" not in reason


def test_results_of_an_earlier_run_below_are_named(tmp_path: Path) -> None:
    """Those directly in the folder are our own; a school may have sent a folder of such copies."""
    for place in ("校验结果", "镇/校验结果"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "一小.xlsx").write_bytes(b"x")
    found = discover([str(tmp_path)])
    assert not found.sources and not found.failures
    ((shown, reason),) = [(each.shown, each.reason) for each in found.beside]
    assert shown == "镇/校验结果" and "以前的校验结果" in reason


def test_a_file_larger_than_any_is_refused_before_a_byte_is_read(tmp_path: Path) -> None:
    for name in ("一.xlsx", "二.xls"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(50 << 30)
    sources = discover([str(tmp_path)]).sources
    grown = replace(sources[0], size=10)  # it was small when it was found
    for source in (*sources, grown):
        with pytest.raises(SourceUnreadable, match="文件过大"):
            source.read()
