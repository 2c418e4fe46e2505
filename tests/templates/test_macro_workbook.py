"""The workbook with the button: the same form, the buttons, and words on how to let them run."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from checker_templates.building.indicator_formulas import IndicatorFormulas
from checker_templates.building.macro_workbook import NOTICES, build_macro_workbook

from checker.model.template import Template


@pytest.fixture(scope="module")
def macro(
    small: Template, formulas: IndicatorFormulas, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("macro") / "small.xlsm"
    build_macro_workbook(small, path, formulas=formulas)
    return path


def test_it_is_the_same_form(macro: Path, built: Path) -> None:
    with_macros, plain = openpyxl.load_workbook(macro), openpyxl.load_workbook(built)
    assert with_macros.sheetnames == plain.sheetnames
    names = {name: item.attr_text for name, item in plain.defined_names.items()}
    assert {name: item.attr_text for name, item in with_macros.defined_names.items()} == names
    for sheet in plain.worksheets[1:]:
        ours = [[cell.value for cell in row] for row in with_macros[sheet.title]]
        assert ours == [[cell.value for cell in row] for row in sheet]


def test_every_sheet_has_the_buttons_and_the_first_says_how_to_enable_them(
    macro: Path, small: Template
) -> None:
    with ZipFile(macro) as package:
        drawings = [
            package.read(name).decode()
            for name in package.namelist()
            if re.fullmatch(r"xl/drawings/vmlDrawing\d+\.vml", name)
        ]
    assert len(drawings) == len(small.sheets)
    for drawing in drawings:
        assert re.findall(r"<x:FmlaMacro>(?:\[0\]!)?(\w+)<", drawing) == [
            "Checker_Check",
            "Checker_Clean",
        ]
    guide = openpyxl.load_workbook(macro).worksheets[0]
    shown = [str(cell.value) for row in guide.iter_rows() for cell in row if cell.value]
    assert [text for text in shown if text in NOTICES] == list(NOTICES)
    assert shown.index(NOTICES[0]) < shown.index("填表说明")


def test_the_same_template_gives_the_same_bytes(
    small: Template, formulas: IndicatorFormulas, macro: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.xlsm"
    build_macro_workbook(small, again, formulas=formulas)
    assert again.read_bytes() == macro.read_bytes()
