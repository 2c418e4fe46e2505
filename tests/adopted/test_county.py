"""A county whose schools stand in one ledger, and one whose schools filled in its own form."""

from __future__ import annotations

import json
import re
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from click.testing import CliRunner
from tests.adopted import own_forms as forms

from checker.cli.check import command as check
from checker.cli.county import command as county
from checker.county.conclusions import CountyFinding, as_finding
from checker.county.school_copy import COUNTY_UNIT, marked_again, notes_by_file
from checker.marking.file_record import FileRecord
from checker.model.verdicts import Outcome
from checker.session import Session


def county_of(folder: Path, out: Path) -> dict[str, Any]:
    words = [str(folder), "--plugin-dir", str(forms.PLUGIN), "--out", str(out), "--workers", "1"]
    result = CliRunner().invoke(county, words)
    assert result.exit_code in (0, 1), result.output
    found: dict[str, Any] = json.loads((out / "县级汇总.json").read_text("utf-8"))
    return found


def test_the_rows_of_a_ledger_are_schools_handed_in(tmp_path: Path) -> None:
    folder = tmp_path / "报送"
    folder.mkdir()
    shutil.copy(forms.FORMS / forms.LEDGER, folder)
    (folder / "名册.csv").write_text(
        "学校标识码,学校名称\n2136000001,某某县第1小学\n2136000099,某某县第99小学\n", "utf-8"
    )
    told = county_of(folder, tmp_path / "结果")
    rows = [each for each in told["files"] if each["code"]]
    assert len(rows) == 60
    assert [each["name"] for each in told["roster"]["missing"]] == ["某某县第99小学"]
    where = {(each["rule"], each["cell"]): each["file"] for each in told["findings"]}
    name = forms.LEDGER
    assert where == {
        ("OWN201", "I9"): f"{name} 第 9 行",
        ("OWN207", "P14"): f"{name} 第 14 行",
        ("FORM029", "B19"): name,
        ("FORM002", "P24"): f"{name} 第 24 行",
        ("FORM028", "AC65"): name,
    }


def test_dispersion_is_measured_over_the_rows_of_a_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "报送"
    folder.mkdir()
    shutil.copy(forms.FORMS / forms.LEDGER, folder)
    told = county_of(folder, tmp_path / "结果")["dispersion"]
    assert told["primary"]["OWN601"]["schools"] == 45
    assert told["primary"]["OWN601"]["mean"] == "40"
    assert told["junior"]["OWN601"]["mean"] == "45"


def test_twelve_schools_hand_in_the_countys_own_form(tmp_path: Path) -> None:
    folder = tmp_path / "报送"
    folder.mkdir()
    for number in range(1, 13):
        book = openpyxl.load_workbook(forms.FORMS / forms.CONDITIONS_RIGHT)
        book["Sheet1"]["A2"] = f"学校（盖章）：某某县第{number}实验学校"
        book["Sheet1"]["G5"] = 1020 + number
        book.save(folder / f"第{number}实验学校.xlsx")
    told = county_of(folder, tmp_path / "结果")
    assert told["roster"]["received"] == 12 and not told["roster"]["without_code"]
    assert not told["findings"]
    lines = [f"21360000{n:02},某某县第{n}实验学校" for n in range(1, 14)]
    (folder / "名册.csv").write_text("\n".join(["学校标识码,学校名称", *lines]), "utf-8")
    told = county_of(folder, tmp_path / "按名册")
    assert told["roster"]["received"] == 12
    assert [each["name"] for each in told["roster"]["missing"]] == ["某某县第13实验学校"]
    book["Sheet1"]["A2"] = "学校（盖章）：某某县第20实验学校"
    book.save(folder / "第20实验学校.xlsx")
    told = county_of(folder, tmp_path / "多一所")
    assert not told["roster"]["without_code"], "the form asks for none"
    reminders = (tmp_path / "多一所" / "催报清单.txt").read_text("utf-8")
    assert "请核对贵校报来的表：“某某县第20实验学校”在名册上没有对上一所学校" in reminders
    assert "标识码" not in reminders


def test_the_marks_stand_on_the_rows_of_the_ledger(tmp_path: Path) -> None:
    words = [str(forms.FORMS / forms.LEDGER), "--plugin-dir", str(forms.PLUGIN)]
    result = CliRunner().invoke(check, [*words, "--out", str(tmp_path)])
    assert result.exit_code == 1, result.output
    sheet = openpyxl.load_workbook(tmp_path / forms.LEDGER)["台账"]
    assert "相差 7人" in sheet["I9"].comment.text
    assert sheet["I9"].fill.fgColor.rgb.endswith("FFC7CE")
    assert "与第 5 行重复" in sheet["B19"].comment.text
    assert sheet["AC65"].fill.fgColor.rgb.endswith("FFC7CE")
    assert sheet["I10"].fill.fgColor.rgb.endswith("C6EFCE"), "a total that is the sum of its parts"


def test_what_the_county_says_of_a_row_stands_in_that_row_of_the_ledger(own: Session) -> None:
    data = (forms.FORMS / forms.LEDGER).read_bytes()
    said = CountyFinding(
        *("OWN602", "", "info", Outcome.DOUBT, "primary", "", ""),
        *("全县的差异系数取决于它。", "", ""),
    )
    note = as_finding(said, COUNTY_UNIT, "OWN602@primary")
    record = FileRecord(forms.LEDGER, "checked")
    row = FileRecord(f"{forms.LEDGER} 第 7 行", "checked", code="3136000003")
    notes = notes_by_file([record, row], {"3136000003": [note]}, {forms.LEDGER})
    marked = marked_again(own, forms.LEDGER, data, {}, notes[forms.LEDGER])
    sheet = openpyxl.load_workbook(BytesIO(marked))["台账"]
    noted = {
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment and "取决于它" in cell.comment.text
    }
    assert noted and all(re.fullmatch("[A-Z]+7", name) for name in noted)
    assert "相差 7人" in sheet["I9"].comment.text
