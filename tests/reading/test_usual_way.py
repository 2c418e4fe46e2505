"""The quick way of reading gives what the thorough way gives, or leaves the file to it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model.snapshot import SheetSnapshot
from checker.reading import UnreadableWorkbook, read_snapshot_bytes, usual_rows
from checker.reading.inflate import unpacked
from checker.reading.package import Package
from checker.reading.parts import read_workbook_part
from checker.reading.snapshots import read_thoroughly
from checker.reading.usual_cells import KEPT_CELLS, Unusual
from checker.reading.usual_formats import CellFormats
from checker.reading.usual_workbook import read_usual

Pack = Callable[..., bytes]
Rows = Callable[[str], str]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROOT = Path(__file__).resolve().parents[2]

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="171" formatCode="h:mm"/><numFmt numFmtId="172" formatCode="0.0%"/>'
    '<numFmt numFmtId="173" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/>'
    + "".join(f'<xf numFmtId="{number}"/>' for number in (170, 171, 172, 173, 14, 22, 49, 2, 27))
    + "</cellXfs></styleSheet>"
)
STRINGS = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="{MAIN}">'
    "<si><t>教师</t></si><si><t>a &amp; b&#10;c</t></si>"
    '<si><r><rPr><b/></rPr><t>专任</t></r><r><t xml:space="preserve"> 教师</t></r></si>'
    '<si><t>学校</t><phoneticPr fontId="1" type="noConversion"/></si><si><t></t></si></sst>'
)


def thorough(data: bytes) -> dict[str, SheetSnapshot] | None:
    """What the thorough way reads; None if it refuses the file."""
    package = Package(data)
    try:
        return read_thoroughly(data, package, read_workbook_part(package))
    except UnreadableWorkbook:
        return None


def usual(data: bytes) -> dict[str, SheetSnapshot] | None:
    """What the quick way reads; None if it leaves the file to the thorough one."""
    package = Package(data)
    try:
        return read_usual(package, read_workbook_part(package))
    except Unusual:
        return None


def types(sheets: dict[str, SheetSnapshot]) -> list[type]:
    """1.0 and True are equal, and not the same."""
    return [type(value) for sheet in sheets.values() for row in sheet.rows for value in row]


def assert_same(data: bytes) -> bool:
    """Whether the quick way read it; fails if it read anything else than the thorough way."""
    quick = usual(data)
    if quick is None:
        return False
    careful = thorough(data)
    assert careful is not None
    assert list(quick) == list(careful)
    assert quick == careful
    assert types(quick) == types(careful)
    return True


def with_strings(packed: Pack, sheet: Rows, cells: str) -> bytes:
    """A workbook with these rows, the styles and the shared strings above."""
    return packed(
        {
            "xl/worksheets/sheet1.xml": sheet(cells),
            "xl/styles.xml": STYLES,
            "xl/sharedStrings.xml": STRINGS,
            "xl/_rels/workbook.xml.rels": "<Relationships "
            'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            + "".join(
                f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
                for number, (kind, target) in enumerate(
                    (
                        ("worksheet", "worksheets/sheet1.xml"),
                        ("styles", "styles.xml"),
                        ("sharedStrings", "sharedStrings.xml"),
                    ),
                    start=1,
                )
            )
            + "</Relationships>",
        }
    )


def test_public_workbooks_are_read_the_same(
    workbooks_of: Callable[[str], Iterator[Path]],
) -> None:
    quick = 0
    files = list(workbooks_of("ok"))
    for path in files:
        data = path.read_bytes()
        try:
            read_workbook_part(Package(data))
        except UnreadableWorkbook:
            continue
        quick += assert_same(data)
    assert quick > len(files) / 2  # else the quick way is no way at all


def test_our_own_forms_go_the_quick_way() -> None:
    books = [
        path
        for path in sorted((ROOT / "workbook_templates").glob("*/*.xls?"))
        if not path.name.startswith("~$")
    ]
    assert books
    for path in books:
        assert assert_same(path.read_bytes()), path.name


USUAL_CELLS = st.sampled_from(
    [
        '<c r="{}"/>',
        '<c r="{}" s="3"/>',
        '<c r="{}"><v>12</v></c>',
        '<c r="{}" s="8"><v>-0.5</v></c>',
        '<c r="{}" s="1"><v>46000</v></c>',
        '<c r="{}" s="5"><v>61</v></c>',
        '<c r="{}" s="3"><v>0.955</v></c>',
        '<c r="{}" t="n"><v>1E+3</v></c>',
        '<c r="{}"><v>0.30000000000000004</v></c>',
        '<c r="{}"><v></v></c>',
        '<c r="{}" t="s"><v>0</v></c>',
        '<c r="{}" t="s"><v>1</v></c>',
        '<c r="{}" t="s"><v>2</v></c>',
        '<c r="{}" t="s"><v>3</v></c>',
        '<c r="{}" t="s"><v>4</v></c>',
        '<c r="{}" t="s"><v></v></c>',
        '<c r="{}" t="str"><v> x &lt; y </v></c>',
        '<c r="{}" t="str"><f>A1</f><v></v></c>',
        '<c r="{}" t="b"><v>1</v></c>',
        '<c r="{}" t="e"><v>#DIV/0!</v></c>',
        '<c r="{}" t="e"><f>1/0</f><v>#N/A</v></c>',
        '<c r="{}"><f>SUM(A1:A2)</f></c>',
        '<c r="{}" s="3"><f aca="false">1&gt;2</f><v>3</v></c>',
        '<c r="{}"><f t="shared" si="0"/><v>4</v></c>',
        '<c r="{}"><f t="shared" si="0"/></c>',
        '<c r="{}" t="inlineStr"><is><t>三年级</t></is></c>',
        '<c r="{}" t="inlineStr"><is><t xml:space="preserve"> 甲 </t></is></c>',
        '<c r="{}" t="inlineStr"><is><t></t></is></c>',
    ]
)


@given(st.dictionaries(st.tuples(st.integers(1, 6), st.integers(0, 25)), USUAL_CELLS, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_mixture_of_cells_is_read_the_same(
    packed: Pack, sheet: Rows, cells: dict[tuple[int, int], str]
) -> None:
    rows = "".join(
        f'<row r="{row}">'
        + "".join(
            cells[at].format(f"{chr(65 + at[1])}{row}") for at in sorted(cells) if at[0] == row
        )
        + "</row>"
        for row in sorted({row for row, _ in cells})
    )
    assert assert_same(with_strings(packed, sheet, rows))


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2" s="1"><v>46000.25</v></c>',
        '<c r="B2" s="2"><v>0.25</v></c>',
        '<c r="B2" s="5"><v>60</v></c>',
        '<c r="B2" s="4"><v>1.5</v></c>',
        '<c r="B2" s="9"><v>45000</v></c>',
        '<c r="B2"><v>１</v></c>',
        '<c r="B2"><v> 5 </v></c>',
        '<c r="B2" t="str"><v>a_x000D_b</v></c>',
        '<c r="B2" t="inlineStr"><is><t> 乙 </t></is></c>',
    ],
)
def test_a_cell_that_readers_may_understand_in_two_ways_is_left_to_calamine(
    packed: Pack, sheet: Rows, cell: str
) -> None:
    assert usual(with_strings(packed, sheet, f'<row r="2">{cell}</row>')) is None


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="B5"><v>1</v></c></row>',  # the cell stands in another row
        '<row r="2"><c r="C2"><v>1</v></c><c r="A2"><v>2</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>',
        '<row><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c><v>1</v></c></row>',
        '<row r="1"> <c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v><extLst/></c></row>',
        '<row r="1"><c r="A1"><v>1</v><f>2</f></c></row>',
        '<row r="1"><c r="A1" t="str"><v><![CDATA[a]]></v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>2020-01-02</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" s="99"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>nan</v></c></row>',
        '<row r="1"><c r="A1"><v>1_000</v></c></row>',
        '<row r="1"><c r="A1"><is><t>x</t></is></c></row>',
        '<row r="1"><c r="A1" t="e"><v>#OOPS!</v></c></row>',
        '<row r="1"><c r="A1" t="b"><v>2</v></c></row>',
        '<row r="1"><c r="XFD1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&unknown;</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row>junk',
    ],
)
def test_what_is_not_written_in_the_usual_way_goes_the_thorough_way(
    packed: Pack, sheet: Rows, rows: str
) -> None:
    assert usual(with_strings(packed, sheet, rows)) is None


NUMBERS_TYPED = st.sampled_from(
    ["0", "-0", "7", "7.0", "45", "0.1", "1E+3", "1e400", "12345678901234567", "-3.50"]
)
ODDLY_TYPED = st.sampled_from(["", " 7", "7 ", "nan", "1_0", "+7", "７", ".5", "#N/A"])
INDEXES = st.sampled_from(["0", "1", "2", "3", "4"])
TEXTS_TYPED = st.sampled_from(["", "三年级", " 甲 ", "a &amp; b", "a&#10;b", "_x000D_", "7"])
FILLED_IN = {
    '<c r="B2" s="8"><v>{}</v></c>': NUMBERS_TYPED | ODDLY_TYPED,
    '<c r="C2" t="s"><v>{}</v></c>': INDEXES | st.sampled_from(["", "99", "x"]),
    '<c r="D2" t="str"><f>B2</f><v>{}</v></c>': TEXTS_TYPED,
    '<c r="E2" t="n"><v>{}</v></c>': NUMBERS_TYPED,
    '<c r="F2" s="3"><f>B2/E2</f><v>{}</v></c>': NUMBERS_TYPED | st.just(""),
    '<c r="G2" t="inlineStr"><is><t>{}</t></is></c>': TEXTS_TYPED,
    '<c r="H2" s="5"><v>{}</v></c>': st.sampled_from(["46000", "61", "60", "7.5"]),
    '<c r="I2" t="b"><v>{}</v></c>': st.sampled_from(["0", "1", "2"]),
    '<c r="J2" t="e"><v>{}</v></c>': st.sampled_from(["#N/A", "#DIV/0!", "7"]),
    '<c r="K2" s="2"/>': st.just(""),
}
"""Cells of one row that many schools fill in: between the tags stands something else each time."""


@given(
    st.lists(st.sampled_from(list(FILLED_IN)), unique=True, min_size=1, max_size=6).map(sorted),
    st.data(),
)
@settings(max_examples=80, deadline=None)
def test_rows_that_differ_in_their_values_only_are_read_the_same(
    packed: Pack, sheet: Rows, tags: list[str], data: st.DataObject
) -> None:
    for _ in range(4):
        cells = "".join(tag.format(data.draw(FILLED_IN[tag])) for tag in tags)
        book = with_strings(packed, sheet, f'<row r="2">{cells}</row>')
        for _ in range(3):  # the second and third time everything there is to know is known
            assert_same(book)


def test_filled_in_rows_of_a_known_pattern_are_not_read_cell_by_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = usual_rows.RowReader(CellFormats(("plain",), frozenset()))
    row = '<row r="2"><c r="A2" t="s"><v>{}</v></c><c r="C2"><v>{}</v></c></row>'
    reader.rows(row.format(3, 7).encode())
    reader.rows(row.format(3, 8).encode())  # the second one says that there will be more
    monkeypatch.setattr(reader, "_cells", None)  # whoever reads cells now, fails
    (other,) = reader.rows(row.format(4, -8.5).encode())
    box = usual_rows.SharedStrings(("一", "二", "三", "四", "五"), kept=True).box(1, 4)
    assert other.lay(box) == ["五", "", -8.5, ""]
    with pytest.raises(AttributeError):
        reader.rows(row.format(4, "nan").encode())


def test_a_sheet_that_nobody_fills_in_is_laid_out_once_for_all_workbooks(
    packed: Pack, sheet: Rows
) -> None:
    book = with_strings(packed, sheet, '<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    read = [usual(book) for _ in range(4)]
    assert all(read)
    assert read[2]["表"] is read[3]["表"]  # type: ignore[index]
    assert read[0] == read[3] == thorough(book)


def test_a_damaged_part_is_refused_whatever_unpacks_it(packed: Pack, sheet: Rows) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 400))
    book = with_strings(packed, sheet, rows)
    assert assert_same(book)
    package = Package(book)
    part = package.packed_part("xl/worksheets/sheet1.xml")
    at = book.index(part.packed)
    for place in range(at, at + len(part.packed), 37):
        damaged = book[:place] + bytes([book[place] ^ 0x55]) + book[place + 1 :]
        assert usual(damaged) is None
        with pytest.raises(UnreadableWorkbook):
            Package(damaged).read("xl/worksheets/sheet1.xml")
    longer = part._replace(size=part.size - 1)
    with pytest.raises(UnreadableWorkbook):
        unpacked(longer)


def test_a_row_met_before_is_read_with_the_strings_of_its_own_workbook(
    packed: Pack, sheet: Rows
) -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46000</v></c></row>'
    first = with_strings(packed, sheet, rows)
    assert read_snapshot_bytes("甲.xlsx", first).sheets["表"].rows == [["教师", date(2025, 12, 9)]]
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(first)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sharedStrings.xml"):
                content = content.replace("教师".encode(), "学生".encode(), 1)
            if name.endswith("styles.xml"):
                content = content.replace(b"yyyy\\-mm\\-dd", b"0.00")
            copy.writestr(name, content)
    second = target.getvalue()
    assert read_snapshot_bytes("乙.xlsx", second).sheets["表"].rows == [["学生", 46000.0]]
    assert read_snapshot_bytes("甲.xlsx", first).sheets["表"].rows == [["教师", date(2025, 12, 9)]]


def test_what_is_remembered_stays_bounded() -> None:
    reader = usual_rows.RowReader(CellFormats(("plain",), frozenset()))
    for part in range(30):
        cells = "".join(
            f'<row r="{row}"><c r="A{row}"><v>{part * 1_000 + row}</v></c>'
            f'<c r="B{row}"><v>{part}.{row}</v></c></row>'
            for row in range(1, 1_000)
        )
        assert len(reader.rows(cells.encode())) == 999
        assert len(reader._kept) + len(reader._older) <= 2 * usual_rows.KEPT_ROWS
        patterns = len(reader._patterns) + len(reader._older_patterns)
        assert patterns <= 2 * usual_rows.KEPT_PATTERNS
        assert len(reader._marks) <= usual_rows.KEPT_MARKS
        assert len(reader._cells._cells) <= KEPT_CELLS + 1_000
        assert len(usual_rows._numbers) <= usual_rows.KEPT_NUMBERS
