"""``checker template`` as it is run: a system administrator sets templates up, another fills."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from checker.forms.registry import installed_templates

SMALL = Path(__file__).parent / "data" / "small.toml"


def checker(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "checker.cli.main", "template", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of templates of one's own."""
    place = tmp_path / "templates" / "small_school"
    place.mkdir(parents=True)
    (place / "template.toml").write_text(SMALL.read_text("utf-8"), "utf-8")
    return place.parent


def test_a_template_of_ones_own_is_listed_built_and_filled(folder: Path, tmp_path: Path) -> None:
    listed = checker("list", "--template-dir", folder)
    assert listed.returncode == 0, listed.stderr
    assert "compulsory_school" in listed.stdout and "small_school" in listed.stdout
    assert "尚未生成" in listed.stdout.splitlines()[-1]

    data = tmp_path / "data.json"
    data.write_text('{"facts": {"school.name": "上石桥一小"}}', "utf-8")
    target = tmp_path / "out.xlsx"
    early = checker("fill", "small_school", data, "-o", target, "--template-dir", folder)
    assert early.returncode == 2 and "checker template build" in early.stderr

    built = checker("build", "small_school", "--template-dir", folder)
    assert built.returncode == 0, built.stderr
    assert (folder / "small_school" / "小型填报表.xlsx").is_file()

    filled = checker("fill", "小型填报表", data, "-o", target, "--template-dir", folder)
    assert filled.returncode == 0, filled.stderr
    assert openpyxl.load_workbook(target)["基本情况"]["D6"].value == "上石桥一小"


def test_the_programs_own_templates_are_built_where_one_is(tmp_path: Path) -> None:
    """Never into the installed package, which may belong to an administrator or be read-only."""
    workbook = next(item.workbook for item in installed_templates() if item.template.id == "county")
    before = workbook.stat().st_mtime_ns
    command = [sys.executable, "-m", "checker.cli.main", "template", "build", "county"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "县级自查表.xlsx").is_file() and (tmp_path / "县级自查表.xlsm").is_file()
    assert workbook.stat().st_mtime_ns == before
    named = subprocess.run(
        [*command, "-o", "空.xlsx"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert named.returncode == 2 and "-o 后面写文件夹" in named.stderr
    assert not (tmp_path / "空.xlsx").exists()


def test_fields_are_shown_for_people_and_for_programs() -> None:
    table = checker("fields", "compulsory_school")
    line = next(row for row in table.stdout.splitlines() if row.startswith("teachers.pe "))
    assert "体育专任教师" in line and "primary=" in line
    entries = json.loads(checker("fields", "compulsory_school", "--format", "json").stdout)
    by_id = {entry["id"]: entry for entry in entries}
    assert by_id["students.total"]["unit"] == "人"
    assert by_id["classes.grade"]["cells"]["row"].startswith("B")
    rows = list(csv.DictReader(io.StringIO(checker("fields", "county", "--format", "csv").stdout)))
    assert {row["field"] for row in rows} >= {"county.name", "students.total"}
    assert all(row["cell"] for row in rows)


def test_mistakes_are_said_in_chinese_with_exit_code_2(folder: Path, tmp_path: Path) -> None:
    unknown = checker("fields", "compulsary_school")
    assert unknown.returncode == 2
    assert "没有模板 compulsary_school" in unknown.stderr
    assert "compulsory_school（义务教育学校填报表，2026年）" in unknown.stderr

    source = folder / "small_school" / "template.toml"
    source.write_text(source.read_text("utf-8").replace('type = "flag"', 'type = "bool"'), "utf-8")
    broken = checker("list", "--template-dir", folder)
    assert broken.returncode == 2
    assert str(source) in broken.stderr and "school.attached_junior" in broken.stderr
    assert "Traceback" not in broken.stderr


def test_two_templates_with_one_id_are_refused_naming_both(folder: Path) -> None:
    twin = folder / "twin"
    twin.mkdir()
    (twin / "template.toml").write_text(SMALL.read_text("utf-8"), "utf-8")
    refused = checker("list", "--template-dir", folder)
    assert refused.returncode == 2
    assert "small_school/template.toml" in refused.stderr.replace("\\", "/")
    assert "twin" in refused.stderr


def test_help_is_chinese() -> None:
    for arguments in ([], ["list"], ["build"], ["fill"], ["fields"]):
        text = checker(*arguments, "--help").stdout
        assert "模板" in text
        assert "OPTIONS" not in text and "ARGS" not in text


def test_a_template_comes_with_its_plugin(tmp_path: Path) -> None:
    plugin = tmp_path / "kindergartens"
    folder = plugin / "templates" / "small_school"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(SMALL.read_text("utf-8"), "utf-8")
    (plugin / "plugin.toml").write_text(
        '[plugin]\nid = "kindergartens"\ntitle = "幼儿园"\nversion = "1"\napi_version = 1\n'
        '[families]\nKIN = "幼儿园"\n',
        "utf-8",
    )
    listed = checker("list", "--plugin-dir", plugin, "--format", "json")
    assert listed.returncode == 0, listed.stderr
    assert "small_school" in {entry["id"] for entry in json.loads(listed.stdout)}
