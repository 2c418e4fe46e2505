"""The button goes into the county's own workbook, and nothing else in it changes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from checker_xlsx.choices import options_at
from checker_xlsx.saved_copy import looks_in
from click.testing import CliRunner
from openpyxl.comments import Comment
from tests.adopted import own_forms as forms

from checker.cli.check import command as check
from checker.cli.template import command
from checker.reading import read_snapshot
from checker.session import Session
from checker.settings import allow
from checker.writing import clean_marks

TIED = {
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
}
OURS = [
    rb' ?codeName="\w+"',
    rb"<sheetPr/>",
    rb'<legacyDrawing xmlns:r="[^"]*" r:id="rId\d+"/>|<legacyDrawing r:id="rId\d+"/>',
]


def with_button(source: Path, out: Path, *more: str, code: int = 0) -> str:
    words = ["adopt", "--with-button", str(source), "-o", str(out), *more]
    result = CliRunner().invoke(command, words)
    assert result.exit_code == code, result.output
    return result.output


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def without_ours(xml: bytes) -> bytes:
    for pattern in OURS:
        xml = re.sub(pattern, b"", xml)
    return xml


@pytest.mark.parametrize(
    "name", [forms.CONDITIONS, forms.LEDGER, forms.STATISTICS, forms.ROSTER], ids="abcd"
)
def test_every_other_part_is_byte_for_byte_as_it_was(tmp_path: Path, name: str) -> None:
    with_button(forms.FORMS / name, tmp_path)
    before, after = parts(forms.FORMS / name), parts(tmp_path / f"{Path(name).stem}.xlsm")
    sheets = {part for part in before if part.startswith("xl/worksheets/sheet")}
    for part, content in before.items():
        if part in sheets:
            assert after[part] != content
            assert without_ours(after[part]) == without_ours(content)
        elif part not in TIED:
            assert after[part] == content
    assert without_ours(after["xl/workbook.xml"]) == without_ours(before["xl/workbook.xml"])
    new = set(after) - set(before)
    assert {"xl/vbaProject.bin", "customUI/customUI.xml"} < new
    assert len([part for part in new if part.endswith(".vml")]) == len(sheets)
    assert all(part.endswith((".vml", ".xml.rels", ".bin", "customUI.xml")) for part in new)


def test_the_workbook_is_read_and_judged_as_before(own: Session, tmp_path: Path) -> None:
    told = with_button(forms.FORMS / forms.CONDITIONS, tmp_path)
    assert "按钮在 Sheet1!L1" in told
    after = read_snapshot(tmp_path / f"{Path(forms.CONDITIONS).stem}.xlsm")
    assert after.sheets == forms.read(forms.CONDITIONS).sheets
    found = {(each.rule, str(each.places[0])) for each in forms.findings(own, after)}
    before = forms.findings(own, forms.read(forms.CONDITIONS))
    assert found == {(each.rule, str(each.places[0])) for each in before}


def test_marks_come_and_go_beside_the_buttons(tmp_path: Path) -> None:
    with_button(forms.FORMS / forms.CONDITIONS, tmp_path)
    path = tmp_path / f"{Path(forms.CONDITIONS).stem}.xlsm"
    words = [str(path), "--plugin-dir", str(forms.PLUGIN), "--out", str(tmp_path / "结果")]
    assert CliRunner().invoke(check, words).exit_code == 1
    marked = tmp_path / "结果" / path.name
    look = looks_in(marked.read_bytes(), [("Sheet1", 6, 7)])[0]
    assert look.fill == "FFC7CE" and "不能超过" in look.note
    drawing = next(part for part in parts(marked) if part.endswith(".vml"))
    assert b"Checker_Check" in parts(marked)[drawing]
    clean_marks(marked, tmp_path / "清除.xlsm")
    assert parts(tmp_path / "清除.xlsm") == parts(path)


def test_notes_code_names_and_hidden_sheets_of_the_county_stay(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(forms.FORMS / forms.CONDITIONS_RIGHT)
    book["Sheet1"]["B5"].comment = Comment("县里写的批注", "教育股")
    book["Sheet1"].sheet_properties.codeName = "OurForm"
    hidden = book.create_sheet("字典")
    hidden.sheet_state = "hidden"
    source = tmp_path / "自查表.xlsx"
    book.save(source)
    with_button(source, tmp_path / "带按钮", "--button-at", "M3")
    after = parts(tmp_path / "带按钮" / "自查表.xlsm")
    assert b'codeName="OurForm"' in after["xl/worksheets/sheet1.xml"]
    assert b"legacyDrawing" not in after["xl/worksheets/sheet2.xml"]
    drawings = [content for part, content in after.items() if part.endswith(".vml")]
    assert len(drawings) == 1 and drawings[0].count(b'ObjectType="Note"') == 1
    assert drawings[0].count(b'ObjectType="Button"') == 2
    assert b"<x:Anchor>12, 2, 2, 2, " in drawings[0]
    numbers = re.findall(rb'id="_x0000_s(\d+)"', drawings[0])
    assert len(set(numbers)) == len(numbers) == 3
    again = openpyxl.load_workbook(tmp_path / "带按钮" / "自查表.xlsm")
    assert again["Sheet1"]["B5"].comment.text == "县里写的批注"


def test_an_old_workbook_is_converted_first_and_told(tmp_path: Path) -> None:
    told = with_button(forms.FORMS / forms.SAFETY, tmp_path)
    assert "e_安全自查表.xls 由 LibreOffice 转成了 .xlsx" in told
    made = tmp_path / f"{Path(forms.SAFETY).stem}.xlsm"
    assert "xl/vbaProject.bin" in parts(made)
    before, after = read_snapshot(forms.FORMS / forms.SAFETY), read_snapshot(made)
    for title, sheet in before.sheets.items():
        cells = {(row, at) for row in range(1, sheet.last_row + 1) for at in range(1, 9)}
        assert all(
            (sheet.raw(*cell) or None) == (after.sheets[title].raw(*cell) or None) for cell in cells
        )


def test_what_cannot_bear_a_button_is_refused_in_plain_words(tmp_path: Path) -> None:
    with_button(forms.FORMS / forms.CONDITIONS, tmp_path)
    made = tmp_path / f"{Path(forms.CONDITIONS).stem}.xlsm"
    assert "已经有了，不覆盖" in with_button(forms.FORMS / forms.CONDITIONS, tmp_path, code=2)
    assert "已经有宏" in with_button(made, tmp_path / "再一次", code=3)
    assert "不是格子" in with_button(
        forms.FORMS / forms.LEDGER, tmp_path, "--button-at", "右边", code=2
    )
    words = [str(forms.FORMS / forms.CONDITIONS), "--plugin-dir", str(forms.PLUGIN)]
    assert CliRunner().invoke(check, [*words, "--out", str(tmp_path / "结果")]).exit_code == 1
    marked = tmp_path / "结果" / forms.CONDITIONS
    assert "请先清除" in with_button(marked, tmp_path / "标记过", code=3)
    book = openpyxl.load_workbook(forms.FORMS / forms.CONDITIONS)
    book.create_chartsheet("图")
    book.save(tmp_path / "图表.xlsx")
    assert "图表" in with_button(tmp_path / "图表.xlsx", tmp_path / "图", code=3)
    assert not list((tmp_path / "图").glob("*"))


def test_a_click_runs_no_plugin_that_came_with_the_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the workbook a settings file names a folder: it counts once the user has allowed it;
    what the user's own settings name counts at once."""
    monkeypatch.setenv("CHECKER_CONFIG_DIR", str(tmp_path / "自己的设置"))
    folder = tmp_path / "收到的表"
    (folder / "插件").mkdir(parents=True)
    (folder / "checker.toml").write_text('plugin_dirs = ["插件"]\n', "utf-8")
    assert options_at(folder / "表.xlsm").plugin_dirs == ()
    (tmp_path / "自己的设置").mkdir()
    own = tmp_path / "自己的设置" / "checker.toml"
    own.write_text(f"plugin_dirs = [{str(forms.PLUGIN)!r}]\n", "utf-8")
    assert options_at(folder / "表.xlsm").plugin_dirs == (str(forms.PLUGIN),)
    allow(folder / "插件")
    assert options_at(folder / "表.xlsm").plugin_dirs == (
        str(forms.PLUGIN),
        str(folder / "插件"),
    )
