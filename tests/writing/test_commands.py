"""`checker mark` and `checker clean` as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from school import build_school
from writing_corpus import parts_of

from checker.cli.clean import command as clean
from checker.cli.mark import command as mark

LIST = {
    "marks": [
        {"sheet": "教师", "cell": "B4", "fill": "fail", "note": "不通过：应不少于 35。"},
        {"sheet": "没有", "cell": "A1", "fill": "pass"},
    ],
    "sheets": [
        {
            "title": "校验结果",
            "rows": [
                ["位置", "数"],
                ["教师!B4", 1.5, {"value": "坏", "fill": "fail", "bold": True}],
            ],
            "widths": [20],
            "freeze_rows": 1,
        }
    ],
}


@pytest.fixture
def school(tmp_path: Path) -> Path:
    return build_school(tmp_path / "学校.xlsx")


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    path = tmp_path / "标记.json"
    path.write_text(json.dumps(LIST, ensure_ascii=False), "utf-8")
    return path


def test_mark_then_clean_through_the_real_program(school: Path, marks: Path) -> None:
    run = [sys.executable, "-c", "from checker.cli.main import main; main()"]
    out = school.with_name("out.xlsx")
    done = subprocess.run(
        [*run, "mark", str(school), str(marks), "-o", str(out)], capture_output=True, timeout=500
    )
    assert done.returncode == 0, done.stderr.decode()
    assert "着色 1 格，批注 1 条，结果表 校验结果" in done.stdout.decode()
    assert "没有!A1：没有这个工作表" in done.stderr.decode()
    book = openpyxl.load_workbook(out)
    assert book["教师"]["B4"].fill.fgColor.rgb == "FFFFC7CE"
    assert book["校验结果"]["B2"].value == 1.5
    assert book["校验结果"]["C2"].font.b
    done = subprocess.run([*run, "clean", str(out)], capture_output=True, timeout=500)
    assert done.returncode == 0, done.stderr.decode()
    assert "一模一样" in done.stdout.decode()
    assert parts_of(school.with_name("out.清除.xlsx")) == parts_of(school)


def test_in_place_and_back(school: Path, marks: Path) -> None:
    before = parts_of(school)
    assert CliRunner().invoke(mark, [str(school), str(marks), "--in-place"]).exit_code == 0
    assert school.with_name("学校.备份.xlsx").exists()
    assert parts_of(school) != before
    assert CliRunner().invoke(clean, [str(school), "--in-place"]).exit_code == 0
    assert parts_of(school) == before


def test_without_o_the_copy_lies_beside(school: Path, marks: Path) -> None:
    result = CliRunner().invoke(mark, [str(school), str(marks)])
    assert result.exit_code == 0
    assert school.with_name("学校.标记.xlsx").exists()


def test_a_bad_list_is_explained(school: Path, tmp_path: Path) -> None:
    bad = tmp_path / "坏.json"
    for content, words in (
        ("{", "不是正确的 JSON，第 1 行"),
        ('{"marks": {}}', "marks 应是一个数组"),
        ('{"marks": [{"sheet": "教师", "cell": "7C"}]}', "marks 第 1 项：“7C”不是单元格地址"),
        ('{"marks": [{"sheet": "教师", "cell": "C7", "fill": "红"}]}', "没有颜色“红”"),
        ('{"marks": [{"sheet": "教师", "cell": "C7", "colour": 1}]}', "不认识“colour”"),
        ('{"sheets": [{"title": "a", "rows": [1]}]}', "rows 第 1 行应是一个数组"),
    ):
        bad.write_text(content, "utf-8")
        result = CliRunner().invoke(mark, [str(school), str(bad)])
        assert result.exit_code == 2, content
        assert words in result.output


def test_files_that_cannot_be_used_end_with_three(school: Path, marks: Path) -> None:
    broken = school.with_name("坏.xlsx")
    broken.write_bytes(b"no workbook")
    result = CliRunner().invoke(mark, [str(broken), str(marks)])
    assert result.exit_code == 3 and "不是 xlsx" in result.output
    assert CliRunner().invoke(mark, [str(school), "没有.json"]).exit_code == 3
    result = CliRunner().invoke(clean, [str(broken), str(school)])
    assert result.exit_code == 3
    assert "没有校验留下的标记" in result.output, "the other file is still done"
    assert CliRunner().invoke(clean, [str(school), "-o", "a", "--in-place"]).exit_code == 2


def test_a_note_that_a_conversation_keeps_out_is_told(tmp_path: Path) -> None:
    """The cell has a threaded comment, which is not ours to touch: the clerk learns it on the
    screen and in 校验结果, where the finding itself stands."""
    book = Path(__file__).parent / "cases" / "有批注对话.xlsx"
    command = [Path(sys.executable).with_name("checker"), "check", book, "--out", tmp_path]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "没有标在副本里：基本情况!E30：这里有批注对话" in told.stdout
    marked = openpyxl.load_workbook(tmp_path / book.name)
    rows = [[cell.value for cell in row] for row in marked["校验结果"].iter_rows()]
    (row,) = [row for row in rows if "这里有批注对话" in str(row[3])]
    assert row[2] == "基本情况!E30" and "问题见上" in row[3]
    assert any(row[2] == "基本情况!E30" and row[1] == "不通过" for row in rows)
