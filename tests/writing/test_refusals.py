"""Files that must not be touched, and files made to do harm."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from school import RUN, build_school
from writing_corpus import parts_of

from checker.writing import UnwritableWorkbook, can_write, clean_marks, write_changes


def repacked(source: Path, target: Path, changes: dict[str, bytes]) -> Path:
    """The same package with some members replaced or added."""
    parts = parts_of(source) | changes
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target


@pytest.fixture
def school(tmp_path: Path) -> Path:
    return build_school(tmp_path / "学校.xlsx")


def refuses(path: Path, words: str) -> None:
    """Refused with that reason, without memory, with nothing written."""
    folder = set(path.parent.iterdir())
    tracemalloc.start()
    assert words in (can_write(path) or "")
    for write in (lambda out: write_changes(path, out, RUN), lambda out: clean_marks(path, out)):
        with pytest.raises(UnwritableWorkbook, match=words) as refusal:
            write(path.with_name("out.xlsx"))
        assert "\u4e00" <= refusal.value.reason[0] <= "\u9fff" or refusal.value.reason
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64 << 20
    assert set(path.parent.iterdir()) == folder


def test_a_zip_bomb(school: Path, tmp_path: Path) -> None:
    bomb = repacked(school, tmp_path / "bomb.xlsx", {"xl/media/big.xml": b"0" * (40 << 20)})
    refuses(bomb, "大得不正常")


def test_a_bomb_that_lies_about_its_size(school: Path, tmp_path: Path) -> None:
    """The directory says 1,000 bytes, the data unpack to 40 MB: no more is unpacked than stated."""
    name = b"xl/worksheets/sheet1.xml"
    bomb = repacked(school, tmp_path / "liar.xlsx", {name.decode(): b"<a>" + b" " * (40 << 20)})
    data = bytearray(bomb.read_bytes())
    entry = data.rindex(name) - 46
    struct.pack_into("<L", data, entry + 24, 1000)
    bomb.write_bytes(data)
    tracemalloc.start()
    with pytest.raises(UnwritableWorkbook, match="损坏"):
        write_changes(bomb, tmp_path / "out.xlsx", RUN)
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb(school: Path, tmp_path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "c">]>'
    part = parts_of(school)["xl/workbook.xml"].partition(b"?>")[2].decode()
    bomb = repacked(
        school, tmp_path / "entities.xlsx", {"xl/workbook.xml": (text + part).encode(encoding)}
    )
    refuses(bomb, "实体声明")


def test_too_many_members(school: Path, tmp_path: Path) -> None:
    many = {f"xl/x{number}.bin": b"" for number in range(20_001)}
    refuses(repacked(school, tmp_path / "many.xlsx", many), "大得不正常")


def test_one_name_twice(school: Path, tmp_path: Path) -> None:
    twice = tmp_path / "twice.xlsx"
    twice.write_bytes(school.read_bytes())
    with pytest.warns(UserWarning), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    refuses(twice, "损坏")


def test_names_that_point_outside_are_never_paths(school: Path, tmp_path: Path) -> None:
    sly = repacked(school, tmp_path / "sly.xlsx", {"../../outside.txt": b"x", "/etc/y": b"y"})
    write_changes(sly, tmp_path / "out.xlsx", RUN)
    assert parts_of(tmp_path / "out.xlsx")["../../outside.txt"] == b"x"
    assert not (tmp_path.parent.parent / "outside.txt").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "不是 xlsx"),
        (b"PK\x03\x04 and nothing more", "损坏"),
        ("姓名,年龄\n".encode(), "不是 xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls 文件"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "打开密码",
        ),
    ],
)
def test_what_is_not_a_workbook(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "文件.xlsx"
    path.write_bytes(content)
    refuses(path, words)


def test_a_truncated_file_at_every_length(school: Path, tmp_path: Path) -> None:
    whole = school.read_bytes()
    cut = tmp_path / "cut.xlsx"
    for length in range(0, len(whole), 211):
        cut.write_bytes(whole[:length])
        assert can_write(cut) is not None


def test_flipped_bytes_are_refused_or_harmless(school: Path, tmp_path: Path) -> None:
    whole = school.read_bytes()
    broken, out = tmp_path / "flipped.xlsx", tmp_path / "out.xlsx"
    for at in range(0, len(whole), 97):
        data = bytearray(whole)
        data[at] ^= 0x55
        broken.write_bytes(data)
        try:
            write_changes(broken, out, RUN)
        except UnwritableWorkbook:
            continue
        assert zipfile.ZipFile(out).namelist()


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert "找不到" in (can_write(tmp_path / "没有.xlsx") or "")
    assert "读不出来" in (can_write(tmp_path) or "")


def test_a_word_document(school: Path, tmp_path: Path) -> None:
    types = parts_of(school)["[Content_Types].xml"].replace(
        b"spreadsheetml.sheet.main", b"wordprocessingml.document.main"
    )
    refuses(repacked(school, tmp_path / "d.xlsx", {"[Content_Types].xml": types}), "不是 Excel")
