"""Nothing a school can send in stops the run: each bad file gets one clear Chinese sentence."""

from __future__ import annotations

import random
import struct
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from checker.reading import UnreadableWorkbook, read_snapshot, read_snapshot_bytes
from checker.reading.guard import read_values_guarded

Pack = Callable[..., bytes]


@contextmanager
def little_memory() -> Iterator[None]:
    """What is done inside takes less than 8 MiB: nothing was unpacked to find out."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def reason(name: str, data: bytes, *, guarded: bool = False) -> str:
    with pytest.raises(UnreadableWorkbook) as refusal:
        read_snapshot_bytes(name, data, guarded=guarded)
    text = refusal.value.reason
    assert text.endswith("。") and "\n" not in text and any("\u4e00" <= c < "\u9fff" for c in text)
    return text


def test_every_bad_file_of_the_corpus_gets_one_clear_line(
    workbooks_of: Callable[[str], Iterator[Path]],
) -> None:
    for path in workbooks_of("bad"):
        text = reason(path.name, path.read_bytes())
        if "protect" in path.name or "encrypt" in path.name:
            assert "打开密码" in text, path.name
        elif path.stat().st_size == 0:
            assert "空的" in text
        elif "duplicate" in path.name:
            assert "重复" in text


def test_every_good_file_of_the_corpus_is_read_or_refused_within_bounds(
    workbooks_of: Callable[[str], Iterator[Path]],
) -> None:
    refused: list[str] = []
    for path in workbooks_of("ok"):
        try:
            snapshot = read_snapshot(path)
        except UnreadableWorkbook:
            refused.append(path.name)
        else:
            for sheet in snapshot.sheets.values():
                for position in (*sheet.errors, *sheet.uncomputed):
                    assert sheet.raw(*position) in ("", None, 0)
    assert {name.partition("_")[2] for name in refused} <= {
        "xlsx-corrupted.xlsx",
        "utf16be.bom.xlsx",
        "duplicate-filename-case-insensitive.xlsx",
        "a89d8116_duplicate-filename-case-insensitive.xlsx",
    }, refused


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("学校.xlsx", b"", "空的"),
        ("~$学校.xlsx", b"\x05Admin", "临时文件"),
        ("学校.et", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "WPS"),
        ("学校.xlsx", b"%PDF-1.7 ...", "PDF"),
        ("学校.xls", b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        ("学校.xlsx", b"Rar!\x1a\x07\x00", "压缩包"),
        ("学校.xlsx", "学校名称,学生数\n".encode("gb18030"), "不是电子表格"),
        ("学校.xlsx", b"PK\x03\x04", "损坏"),
        (
            "学校.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
            "Word",
        ),
        (
            "学校.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "密码",
        ),
    ],
)
def test_what_it_really_is(name: str, data: bytes, told: str) -> None:
    assert told in reason(name, data)


def test_other_documents_in_a_zip(packed: Pack) -> None:
    assert "Word" in reason("表.xlsx", packed({"word/document.xml": "<w/>"}))
    assert "演示文稿" in reason("表.xlsx", packed({"ppt/presentation.xml": "<p/>"}))
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("三小.xlsx", packed())
    assert "压缩包" in reason("全县.xlsx", target.getvalue())


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    for path, told in ((tmp_path / "没有.xlsx", "找不到"), (tmp_path, "权限")):
        with pytest.raises(UnreadableWorkbook) as refusal:
            read_snapshot(path)
        assert told in refusal.value.reason


def test_a_zip_bomb_is_not_unpacked(packed: Pack) -> None:
    bomb = packed({"xl/worksheets/sheet2.xml": b"0" * 60_000_000})
    assert len(bomb) < 200_000
    with little_memory():
        assert "过大" in reason("表.xlsx", bomb)


def test_a_part_that_unpacks_to_more_than_it_says_is_refused(packed: Pack) -> None:
    honest = packed()
    size = len(zipfile.ZipFile(BytesIO(honest)).read("xl/worksheets/sheet1.xml"))
    lying = honest.replace(struct.pack("<L", size), struct.pack("<L", size - 10))
    assert lying != honest
    assert "损坏" in reason("表.xlsx", lying)


def test_entities_are_refused_before_anything_expands(packed: Pack, parts: dict[str, str]) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"):
        text = parts[part] if part != "xl/styles.xml" else parts[part].replace('"0"', '"9"')
        assert "实体" in reason("表.xlsx", packed({part: laughs + text})), part


def test_an_absurdly_large_used_range_is_refused(packed: Pack, sheet: Callable[[str], str]) -> None:
    far = (
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    quoted = far.replace('r="XFD1048576"', "r = 'XFD1048576'")
    for rows in (far, quoted):
        data = packed({"xl/worksheets/sheet1.xml": sheet(rows)})
        with little_memory():
            assert "有效范围过大" in reason("表.xlsx", data)


def test_truncated_and_scrambled_workbooks_never_raise_anything_else(packed: Pack) -> None:
    data = packed()
    chance = random.Random(7)
    for _ in range(300):
        broken = bytearray(data[: chance.randint(1, len(data))])
        for _ in range(chance.randint(0, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            read_snapshot_bytes("表.xlsx", bytes(broken))
        except UnreadableWorkbook as refusal:
            assert refusal.reason.endswith("。")


def test_an_old_xls_that_asks_for_gigabytes_only_costs_its_worker() -> None:
    """A compound file whose header claims absurd numbers of sectors."""
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016)
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<LLLLLLLLL", head, 44, 0x7FFFFFFF, 1, 0, 4096, 1, 0x7FFFFFFF, 1, 1, 0)
    head += "Workbook".encode("utf-16-le")
    assert reason("旧表.xls", bytes(head))


@pytest.mark.skipif(sys.platform == "win32", reason="memory limits are POSIX only")
def test_the_worker_is_stopped_at_its_limits(packed: Pack, sheet: Callable[[str], str]) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 60_000))
    data = packed({"xl/worksheets/sheet1.xml": sheet(rows)})
    assert len(read_values_guarded(data)[0].rows) == 59_999
    with pytest.raises(UnreadableWorkbook, match="内存"):
        # twice what the worker itself needs, and not half of what it is given to read
        read_values_guarded(data + bytes(100_000_000), memory=40_000_000)
    with pytest.raises(UnreadableWorkbook, match="用时过长"):
        read_values_guarded(data, seconds=0.001)


def test_guarded_and_plain_reading_agree(workbooks_of: Callable[[str], Iterator[Path]]) -> None:
    wanted = ("DateFormatNumberTests", "example1", "google")
    chosen = [path for path in workbooks_of("ok") if path.stem.partition("_")[2] in wanted]
    assert chosen
    for path in chosen:
        data = path.read_bytes()
        assert read_snapshot_bytes(path.name, data, guarded=True) == read_snapshot(path)
