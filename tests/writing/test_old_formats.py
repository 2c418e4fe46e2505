"""A workbook in an old format gets its marked copy as .xlsx, made by the real LibreOffice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from checker_xlsx.dropped import check_dropped
from click.testing import CliRunner
from msgspec.structs import replace
from tests.adopted import own_forms as forms

from checker.cli.check import command as check
from checker.cli.county import command as county
from checker.cli.template import command as template
from checker.model.snapshot import Snapshot
from checker.reading import read_snapshot
from checker.reading.signature import FileKind
from checker.writing import UnwritableWorkbook, old_formats
from checker.writing.old_formats import FILLING, as_xlsx, old_format

sys.path.insert(0, str(Path(__file__).parents[1]))
from warm_cache import warm

SAFETY = forms.FORMS / forms.SAFETY
RED = {"F10", "D12", "D16"}
ROOT = forms.HERE.parents[1]
PLUGIN = ["--plugin-dir", str(forms.PLUGIN)]


@pytest.fixture(autouse=True)
def office() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("not installed: libreoffice")
        pytest.skip("not installed: libreoffice")
    return found


@pytest.fixture(autouse=True)
def nothing_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an earlier test's copies of the same contents."""
    monkeypatch.setenv("CHECKER_CACHE_DIR", str(warm(tmp_path / "cache")))


def run(command: object, *words: object, code: int) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words])  # type: ignore[arg-type]
    assert result.exit_code == code, result.output
    return result.output


def reds(path: Path) -> set[str]:
    cells = (cell for row in openpyxl.load_workbook(path).worksheets[0].rows for cell in row)
    return {cell.coordinate for cell in cells if str(cell.fill.fgColor.rgb).endswith("FFC7CE")}


def test_the_marked_copy_of_an_xls_is_an_xlsx_and_the_xls_stays(tmp_path: Path) -> None:
    shutil.copy(SAFETY, tmp_path)
    source = tmp_path / forms.SAFETY
    told = run(check, source, *PLUGIN, "--out", tmp_path / "结果", code=1)
    assert "原件是 .xls，写不进标记，没有改动" in told and "没有写标记" not in told
    copy = tmp_path / "结果" / "e_安全自查表（原为xls）.xlsx"
    assert str(copy) in told.replace("\n", "")
    assert reds(copy) == RED
    assert source.read_bytes() == SAFETY.read_bytes()
    before, after = read_snapshot(source), read_snapshot(copy)
    assert before.sheets["Sheet1"].raw(10, 2) == after.sheets["Sheet1"].raw(10, 2) != ""


def test_a_folder_with_old_and_new_files_of_one_name(tmp_path: Path, office: str) -> None:
    """学校.xls and 学校.xlsx, our own form as .ods, with texts that formulas give, and the .xls in
    an archive: each has its own copy; a second run takes them as they are."""
    folder = tmp_path / "报送"
    folder.mkdir()
    shutil.copy(SAFETY, folder / "学校.xls")
    shutil.copy(forms.FORMS / forms.CONDITIONS, folder / "学校.xlsx")
    with zipfile.ZipFile(folder / "补交.zip", "w") as archive:
        archive.write(SAFETY, "补交/学校.xls")
    shutil.copy(ROOT / "examples" / "special_school.xlsx", tmp_path / "特教.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    words = [office, profile, "--headless", "--convert-to", "ods", "--outdir", str(folder)]
    subprocess.run([*words, str(tmp_path / "特教.xlsx")], check=True, timeout=500)
    words = (folder, *PLUGIN, "--out", tmp_path / "结果", "--workers", "2")
    run(check, *words, code=1)
    made = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "结果").rglob("*.xlsx")}
    assert sorted(made) == ["学校.xlsx", "学校（原为xls）.xlsx", "特教（原为ods）.xlsx"]
    assert [reds(path) for path in (tmp_path / "结果").rglob("学校（原为xls）.xlsx")] == [RED, RED]
    assert "G6" in reds(tmp_path / "结果" / "学校.xlsx")
    told = run(check, *words, code=1)
    again = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "结果").rglob("*.xlsx")}
    assert again == made and told.count("由 LibreOffice 转成 .xlsx") == 3
    names = ["学校.xls", "学校.xlsx", "特教.ods", "补交.zip"]
    assert sorted(path.name for path in folder.iterdir()) == names


def test_the_county_writes_copies_of_old_files(tmp_path: Path) -> None:
    folder = tmp_path / "报送"
    folder.mkdir()
    shutil.copy(SAFETY, folder)
    run(county, folder, *PLUGIN, "--out", tmp_path / "结果", "--workers", "1", code=1)
    (copy,) = (tmp_path / "结果").rglob("*（原为xls）.xlsx")
    assert reds(copy) == RED


@pytest.fixture
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.usefixtures("without_office")
def test_without_libreoffice_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    shutil.copy(SAFETY, tmp_path)
    told = run(check, tmp_path / forms.SAFETY, *PLUGIN, "--out", tmp_path / "结果", code=1)
    reason = (
        "这台电脑上没有 LibreOffice，转不成 .xlsx，.xls 写不进标记；"
        "请用 Excel 或 WPS 另存为 .xlsx 再校验。"
    )
    assert f"没有写标记：{reason}" in told and not list((tmp_path / "结果").glob("*.xlsx"))
    words = (tmp_path / forms.SAFETY, *PLUGIN, "--out", tmp_path / "县", "--workers", "1")
    assert f"没有标记副本 1 份：{forms.SAFETY}：{reason}" in run(county, *words, code=1)


@pytest.mark.usefixtures("without_office")
def test_a_blank_that_cannot_be_filled_is_no_matter_of_marks() -> None:
    told = "写不进数；请用 Excel 或 WPS 另存为 .xlsx 再填。"
    with pytest.raises(UnwritableWorkbook, match=told):
        as_xlsx(SAFETY.read_bytes(), FileKind.XLS, FILLING)


def test_once_libreoffice_is_there_the_copy_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was remembered of the run without it is not believed."""
    folder = tmp_path / "报送"
    folder.mkdir()
    shutil.copy(SAFETY, folder)
    words = (folder, *PLUGIN, "--out", tmp_path / "结果")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nowhere")
        run(check, *words, code=1)
    run(check, *words, code=1)
    assert reds(tmp_path / "结果" / "e_安全自查表（原为xls）.xlsx") == RED


def test_a_program_in_the_folder_of_the_workbooks_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, office: str
) -> None:
    """A stranger put a soffice beside the workbook, and the path begins with the current folder."""
    planted = tmp_path / "soffice"
    planted.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n", "utf-8")
    planted.chmod(0o755)
    shutil.copy(SAFETY, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    run(check, forms.SAFETY, *PLUGIN, "--out", tmp_path / "结果", code=1)
    assert not (tmp_path / "ran").exists()
    assert (tmp_path / "结果" / "e_安全自查表（原为xls）.xlsx").is_file()


@pytest.fixture
def stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A LibreOffice that starts a child and never ends; the file with the child's number."""
    (tmp_path / "bin").mkdir()
    program, pid = tmp_path / "bin" / "soffice", tmp_path / "pid"
    program.write_text(f"#!/bin/sh\n/bin/sleep 600 &\necho $! > {pid}\nwait\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(old_formats, "SECONDS", 1.0)
    yield pid


def test_a_program_that_hangs_is_ended_with_its_children(stuck: Path) -> None:
    with pytest.raises(UnwritableWorkbook, match="用时过长，已经停止；请用 Excel 或 WPS 另存为"):
        as_xlsx(SAFETY.read_bytes(), FileKind.XLS)
    child = Path("/proc") / stuck.read_text("utf-8").strip()
    for _ in range(600):
        status = child / "stat"
        if not child.exists() or status.read_text("utf-8").rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the child is still there")


def test_a_copy_that_differs_is_not_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the reason: a figure that came out otherwise is not handed on as the school's."""
    other = forms.with_cells(forms.read(forms.SAFETY), {"F10": "另一句话"})
    real = old_formats.read_snapshot_bytes
    monkeypatch.setattr(
        old_formats,
        "read_snapshot_bytes",
        lambda name, data: real(name, data) if name.endswith("xlsx") else other,
    )
    with pytest.raises(UnwritableWorkbook, match="Sheet1!F10"):
        as_xlsx(SAFETY.read_bytes(), FileKind.XLS)


def test_a_computed_share_is_the_same_to_the_digits_that_excel_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An .xls keeps 600 / 67 to its last bit, LibreOffice writes 15 digits."""
    one = replace(forms.read(forms.SAFETY).sheets["Sheet1"], rows=((600 / 67, 3924.774774774775),))
    right, wrong = (8.95522388059701, 3924.77477477478), (8.95522388059, 3924.77477477478)
    for figures, told in ((right, []), (wrong, ["S!A1"])):
        books = [Snapshot("a", {"S": one}), Snapshot("b", {"S": replace(one, rows=(figures,))})]
        assert list(old_formats._differences(*books)) == told


def test_a_workbook_dropped_on_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "设置"
    settings.mkdir()
    (settings / "checker.toml").write_text(f'plugin_dirs = ["{forms.PLUGIN}"]\n', "utf-8")
    monkeypatch.setenv("CHECKER_CONFIG_DIR", str(settings))
    shutil.copy(SAFETY, tmp_path)
    outcome = check_dropped(tmp_path / forms.SAFETY)
    assert outcome.copy is not None and reds(outcome.copy) == RED
    assert "原件是 .xls" in outcome.text


def test_what_is_read_of_an_xls_is_shown_in_an_xlsx(tmp_path: Path) -> None:
    run(template, "show", SAFETY, "-o", tmp_path / "对照.xlsx", *PLUGIN, code=0)
    book = openpyxl.load_workbook(tmp_path / "对照.xlsx")
    assert "对照" in book.sheetnames
    assert book["Sheet1"]["D5"].comment.text.startswith("items.answer")


def test_only_old_workbooks_are_converted() -> None:
    assert old_format(SAFETY.read_bytes()) is FileKind.XLS
    assert old_format((forms.FORMS / forms.ROSTER).read_bytes()) is None
    assert old_format(b"<html><table>") is None and old_format(b"PK\x03\x04") is None
