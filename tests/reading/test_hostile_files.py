"""Nothing a school can send in stops the run: each bad file gets one clear Chinese sentence."""

from __future__ import annotations

import random
import struct
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from msgspec import structs

from checker.reading import UnreadableWorkbook, read_snapshot, read_snapshot_bytes, snapshots
from checker.reading.guard import read_guarded
from checker.reading.limits import LIMITS

Pack = Callable[..., bytes]
Ole = Callable[[Mapping[str, bytes]], bytes]
Parts = Mapping[str, str]
Sheet = Callable[[str], str]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_strings(packed: Pack, strings: str, rows: str) -> bytes:
    """A workbook with these shared strings and rows."""
    kinds = (
        ("worksheet", "worksheets/sheet1.xml"),
        ("styles", "styles.xml"),
        ("sharedStrings", "sharedStrings.xml"),
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds, start=1)
    )
    return packed(
        {
            "xl/sharedStrings.xml": strings,
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
            "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        }
    )


@contextmanager
def little_memory() -> Iterator[None]:
    """What is done inside takes less than 8 MiB: nothing was unpacked to find out."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def reason(name: str, data: bytes) -> str:
    with pytest.raises(UnreadableWorkbook) as refusal:
        read_snapshot_bytes(name, data)
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
        "duplicate-filename-case-insensitive.xlsx",
        "a89d8116_duplicate-filename-case-insensitive.xlsx",
    }, refused


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("学校.xlsx", b"", "空的"),
        ("~$学校.xlsx", b"\x05Admin", "临时文件"),
        ("学校.xlsx", b"%PDF-1.7 ...", "PDF"),
        ("学校.xls", b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        ("学校.xlsx", b"Rar!\x1a\x07\x00", "压缩包"),
        ("学校.xlsx", "学校名称,学生数\n".encode("gb18030"), "不是电子表格"),
        ("学校.xlsx", b"PK\x03\x04", "损坏"),
        ("学校.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "损坏"),
    ],
)
def test_what_it_really_is(name: str, data: bytes, told: str) -> None:
    assert told in reason(name, data)


@pytest.mark.parametrize(
    ("name", "streams", "told"),
    [
        ("学校.xlsx", ["EncryptionInfo", "EncryptedPackage"], "密码"),
        ("学校.et", ["EncryptionInfo", "EncryptedPackage"], "密码"),
        ("学校.et", ["Workbook"], "WPS"),
        ("学校.xls", ["WordDocument", "1Table"], "Word"),
        ("学校.xls", ["PowerPoint Document"], "演示文稿"),
        ("学校.xls", ["VisioDocument"], "不是电子表格"),
    ],
)
def test_what_an_ole_file_is_stands_in_its_directory(
    ole: Ole, name: str, streams: list[str], told: str
) -> None:
    assert told in reason(name, ole(dict.fromkeys(streams, b"\x00" * 4096)))


def test_names_of_other_documents_inside_an_old_workbook_do_not_make_it_one(ole: Ole) -> None:
    """Words that stand in a stream, as those of an embedded document do, are no directory."""
    inside = "WordDocument".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le")
    book = bytes.fromhex("0908100000060500") + b"\0" * 12 + bytes.fromhex("0a000000")
    data = ole({"Workbook": (book + inside).ljust(4096, b"\0")})
    text = reason("学校.xls", data)
    assert "Word" not in text and "密码" not in text


def test_an_old_workbook_with_a_password_is_told_so(ole: Ole) -> None:
    book = (
        bytes.fromhex("0908100000060500")
        + b"\0" * 12
        + bytes.fromhex("2f0006000000000000000a000000")
    )
    assert "密码" in reason("学校.xls", ole({"Workbook": book.ljust(4096, b"\0")}))


def test_an_encrypted_ods_is_told_so_whatever_its_prefixes_are() -> None:
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>'
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", b"\x07\x01scrambled")
    assert "密码" in reason("学校.ods", target.getvalue())


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


@pytest.mark.parametrize("address", ["AAAA99999999", "AAAAAA1", "A99999999999", "XFE0", "A0", "1"])
def test_a_cell_whose_address_is_none_is_damage_and_takes_no_memory(
    packed: Pack, sheet: Sheet, address: str
) -> None:
    """Calamine asked for 58 terabytes, and the whole process was stopped."""
    near = '<row r="1"><c r="A1"><v>1</v></c></row>'
    for quote in ('"', "'"):
        odd = f'{near}<row r="2"><c r={quote}{address}{quote}><v>2</v></c></row>'
        text = reason("表.xlsx", packed({"xl/worksheets/sheet1.xml": sheet(odd)}))
        assert "文件已损坏（xl/worksheets/sheet1.xml）" in text


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
    assert len(read_guarded(data)[0].rows) == 59_999
    with pytest.raises(UnreadableWorkbook, match="内存"):
        # twice what the worker itself needs, and not half of what it is given to read
        read_guarded(data + bytes(100_000_000), memory=40_000_000)
    with pytest.raises(UnreadableWorkbook, match="用时过长"):
        read_guarded(data, seconds=0.001)


def test_shared_strings_that_claim_billions_take_nothing(packed: Pack) -> None:
    """Calamine made room for as many as were claimed, and the whole process was stopped."""
    strings = (
        f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295"><si><t>a</t></si></sst>'
    )
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    for sst in (strings, strings.replace("<sst", "<!-- 甲 --><sst")):
        data = with_strings(packed, sst, rows)
        assert read_snapshot_bytes("表.xlsx", data).sheets["表"].rows == [["a"]]


@pytest.mark.parametrize(("formats", "told"), [(2_500_000, "过大"), (1_000_000, "格式过多")])
def test_millions_of_cell_formats_are_refused_within_bounds(
    packed: Pack, parts: Parts, formats: int, told: str
) -> None:
    styles = parts["xl/styles.xml"].replace("<cellXfs>", "<cellXfs>" + "<xf/>" * formats)
    data = packed({"xl/styles.xml": styles})
    assert len(data) < 200_000
    begin = time.process_time()
    assert told in reason("表.xlsx", data)
    assert time.process_time() - begin < 3


def test_a_format_code_without_end_takes_no_time(packed: Pack, parts: Parts) -> None:
    code = "[a" * 1_000_000
    styles = parts["xl/styles.xml"].replace(
        "<cellXfs>", f'<numFmts><numFmt numFmtId="170" formatCode="{code}"/></numFmts><cellXfs>'
    )
    begin = time.process_time()
    assert read_snapshot_bytes("表.xlsx", packed({"xl/styles.xml": styles})).sheets
    assert time.process_time() - begin < 3


def test_a_workbook_with_tens_of_thousands_of_sheets_is_refused(packed: Pack, parts: Parts) -> None:
    one = '<sheet name="表" sheetId="1" r:id="rId1"/>'
    assert one in parts["xl/workbook.xml"]
    many = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 20_001))
    data = packed({"xl/workbook.xml": parts["xl/workbook.xml"].replace(one, many)})
    assert "工作表的数目过多" in reason("表.xlsx", data)


def test_many_wide_sheets_are_refused_together(packed: Pack, parts: Parts, sheet: Sheet) -> None:
    """Each is small enough by itself; the boxes of all of them would fill the memory."""
    one = '<sheet name="表" sheetId="1" r:id="rId1"/>'
    many = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 301))
    wide = sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="9999"><c r="ZZ9999"><v>1</v></c></row>'
    )
    data = packed(
        {
            "xl/workbook.xml": parts["xl/workbook.xml"].replace(one, many),
            "xl/worksheets/sheet1.xml": wide,
        }
    )
    assert "有效范围过大" in reason("表.xlsx", data)


def test_a_zip_directory_without_end_is_not_listed(packed: Pack) -> None:
    data = b"PK\x03\x04" + b"PK\x01\x02" * (LIMITS.members + 1) + packed()
    with little_memory():
        assert "过大" in reason("表.xlsx", data)


def test_an_old_xls_that_claims_a_full_sheet_is_refused_before_it_is_read(ole: Ole) -> None:
    dimensions = struct.pack("<HHLLHHH", 0x200, 14, 0, 0xFFFFFFFF, 0, 0xFFFF, 0)
    start = bytes.fromhex("0908100000060500") + b"\0" * 12
    title = "表".encode("utf-16-le")
    bound = struct.pack("<HHLHBB", 0x85, 8 + len(title), len(start) + 16 + 4, 0, 1, 1)[:-1]
    bound += b"\x01" + title
    book = start + bound + b"\0" * (16 - len(bound)) + bytes.fromhex("0a000000")
    at = len(book)
    bound = bound.replace(struct.pack("<L", len(start) + 20), struct.pack("<L", at))
    book = (start + bound).ljust(at - 4, b"\0") + bytes.fromhex("0a000000")
    sheet = start + dimensions + bytes.fromhex("0a000000")
    data = ole({"Workbook": (book + sheet).ljust(4096, b"\0")})
    assert "有效范围过大" in reason("旧表.xls", data)


def test_names_of_members_that_lie_about_utf8_are_damage(packed: Pack) -> None:
    data = packed().replace(b"xl/styles.xml", b"xl/st\xff\xfees.xml")
    flagged = bytearray(data)
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        flagged[at + 9] |= 0x08  # the name is said to be in UTF-8
    assert "损坏" in reason("表.xlsx", bytes(flagged))


@pytest.mark.parametrize("encoding", ["x-nobody-knows", "shift_jis_2099", "utf-16"])
def test_an_encoding_that_is_unknown_or_untrue_is_damage_and_where(
    packed: Pack, parts: Parts, encoding: str
) -> None:
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"):
        text = f'<?xml version="1.0" encoding="{encoding}"?>' + parts[part]
        text += " " if len(text.encode()) % 2 == 0 else ""  # an odd number of bytes is no UTF-16
        found = reason("表.xlsx", packed({part: text}))
        assert "文件已损坏" in found and part in found


def test_the_guarded_process_never_imports_from_the_current_folder(
    packed: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = "open('ran.txt', 'a').write(__name__)\n"
    for name in ("json", "struct", "olefile", "python_calamine", "msgspec", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(trap, encoding="utf-8")
    (tmp_path / "checker").mkdir()
    (tmp_path / "checker" / "__init__.py").write_text(trap, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend("")
    assert read_guarded(packed())[0].rows == [[12.5]]
    assert not (tmp_path / "ran.txt").exists()


def test_a_large_workbook_is_read_in_the_guarded_process_and_to_the_same_values(
    packed: Pack, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (
        '<row r="2"><c r="B2"><f>1/0</f></c><c r="C2" t="e"><v>#N/A</v></c>'
        '<c r="D2" s="1"><v>46000</v></c><c r="E2" s="2"><v>0.5</v></c></row>'
    )
    styles = parts["xl/styles.xml"].replace("<cellXfs>", '<cellXfs><xf/><xf numFmtId="14"/>')
    styles = styles.replace("</cellXfs>", "</cellXfs>").replace(
        '"14"/>', '"14"/><xf numFmtId="9"/>'
    )
    tail = '</sheetData><mergeCells><mergeCell ref="A1:C1"/></mergeCells></worksheet>'
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}{tail}'
    data = packed({"xl/worksheets/sheet1.xml": xml, "xl/styles.xml": styles})
    here = read_snapshot_bytes("表.xlsx", data)
    monkeypatch.setattr(snapshots, "LIMITS", structs.replace(LIMITS, in_process_bytes=1))
    assert read_snapshot_bytes("表.xlsx", data) == here
    assert here.sheets["表"].merged == ((1, 1, 1, 3),)
    assert here.sheets["表"].percent == {(2, 5)} and here.sheets["表"].uncomputed == {(2, 2)}
