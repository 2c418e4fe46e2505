"""``checker report`` as the county office runs it: on Word files, with the form, for a draft."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from docx import Document
from openxml_audit import OpenXmlValidator

sys.path.insert(0, str(Path(__file__).parents[1]))
from command_server import run_command

EXAMPLES = Path(__file__).parents[2] / "examples"


def checker(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command in a folder."""
    return run_command(["report", *arguments], cwd)


@pytest.fixture
def word(tmp_path: Path) -> Path:
    """A Word report: a wrong total across runs of several styles, one in a table, one right."""
    document = Document()
    document.add_heading("履行教育职责自评报告", 0)
    paragraph = document.add_paragraph("全市共有学生")
    paragraph.add_run("198840名").bold = True
    paragraph.add_run("，其中小学生136736名，初中生62059名，特殊教育学生145名。教师队伍稳定。")
    document.add_paragraph("残疾儿童共244人，其中送教上门87人，随班就读157人。")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "“双减”"
    table.cell(0, 1).text = "学科类机构由65所压减到13所，压减率98.5%。"
    path = tmp_path / "自评报告.docx"
    document.save(str(path))
    return path


def test_a_word_report_is_marked_in_a_copy(word: Path) -> None:
    before = word.read_bytes()
    done = checker(word.name, cwd=word.parent)
    assert done.returncode == 1, done.stderr
    assert "算错 2 处" in done.stdout and "算得对 1 处" in done.stdout
    assert word.read_bytes() == before
    copy = Document(str(word.with_name("自评报告.标记.docx")))
    assert [one.text for one in copy.paragraphs] == [
        one.text for one in Document(str(word)).paragraphs
    ]
    comments = [comment.text for comment in copy.comments]
    assert len(comments) == 2
    assert "相差 100" in comments[0] and "80%" in comments[1]
    (sentence,) = [one for one in copy.paragraphs if "198840" in one.text]
    coloured = "".join(run.text for run in sentence.runs if run.font.highlight_color is not None)
    assert coloured == "198840名，其中小学生136736名，初中生62059名，特殊教育学生145名"
    assert [run.bold for run in sentence.runs if run.text == "198840名"] == [True]


def test_a_marked_copy_has_no_fault_that_its_original_has_not(word: Path) -> None:
    """By an independent reading of the Office Open XML standard. What it says of the part
    stylesWithEffects is true of each empty document of python-docx."""
    checker(word.name, cwd=word.parent)
    faults = [
        {
            error.description
            for error in OpenXmlValidator().validate(str(path)).errors
            if "stylesWithEffects" not in error.description
        }
        for path in (word, word.with_name("自评报告.标记.docx"))
    ]
    assert faults[1] - faults[0] == set()


def test_a_marked_copy_is_never_written_over(word: Path) -> None:
    """Somebody may have answered the comments."""
    checker(word.name, cwd=word.parent)
    copy = word.with_name("自评报告.标记.docx")
    copy.write_bytes(b"answered")
    done = checker(word.name, cwd=word.parent)
    assert done.returncode == 1 and "算错" in done.stdout
    second = copy.with_name("自评报告.标记(2).docx")
    assert second.is_file() and f"{second.name}（已有“{copy.name}”" in done.stdout
    assert copy.read_bytes() == b"answered"
    done = checker(word.name, "-o", copy.name, cwd=word.parent)
    assert done.returncode == 3
    assert "算错" in done.stdout, "what was found is told all the same"
    assert "没有覆盖" in done.stderr
    assert copy.read_bytes() == b"answered"


def test_json_tells_where_each_statement_stands(word: Path) -> None:
    done = checker(word.name, "--no-mark", "--format", "json", cwd=word.parent)
    document = json.loads(done.stdout)
    assert document["counts"] == {"wrong": 2, "ask": 0, "right": 1}
    assert document["marked_copy"] is None
    assert [one["paragraph"] for one in document["statements"]] == [2, 3, 5]


def test_a_report_without_mistakes_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "好.txt").write_text("学校52所，其中小学30所，初中22所。", "gb18030")
    done = checker("好.txt", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "算得对 1 处" in done.stdout


def test_figures_are_held_against_the_county_form(tmp_path: Path) -> None:
    """红谷滩区's own form: one figure agrees, one was changed in the report."""
    text = "2021年公共财政教育支出77673万元，2020年公共财政教育支出63000万元。"
    (tmp_path / "自评.txt").write_text(text, "utf-8")
    form = EXAMPLES / "honggutan.xlsx"
    done = checker("自评.txt", "--with", form, "--verbose", cwd=tmp_path)
    assert done.returncode == 0
    assert "经费!D7）填的是 77673万元" in done.stdout
    assert "请核对（与县级自查表对照）" in done.stdout and "63000万元" in done.stdout


def test_a_school_s_form_is_not_the_county_s(tmp_path: Path) -> None:
    (tmp_path / "自评.txt").write_text("学校5所。", "utf-8")
    done = checker("自评.txt", "--with", EXAMPLES / "shangshiqiao.xlsx", cwd=tmp_path)
    assert done.returncode == 3
    assert "这里要用县级自查表" in done.stderr


def test_a_draft_holds_verified_figures_with_their_cells(tmp_path: Path) -> None:
    done = checker("--draft", EXAMPLES / "honggutan.xlsx", "-o", "草稿.docx", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    paragraphs = [one.text for one in Document(str(tmp_path / "草稿.docx")).paragraphs]
    text = "\n".join(paragraphs)
    body, left_out = text.split("没有写入正文的数")
    assert "14652元" in body and "经费!F12" in body
    assert "规则 FIN" in body or "规则 CLS" in body
    assert "17.88" not in body
    assert "17.88" in left_out and "FIN1c" in left_out


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.docx", b"", "0 字节"),
        ("坏.docx", b"PK\x03\x04broken", "损坏"),
        ("旧.doc", b"\xd0\xcf\x11\xe0" + bytes(600), "另存为 .docx"),
        ("图.txt", bytes(range(256)) * 4, "不是文字文件"),
    ],
)
def test_what_is_no_report_gets_one_plain_line(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = checker(name, cwd=tmp_path)
    assert done.returncode == 3
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bomb_and_entities_are_refused(tmp_path: Path) -> None:
    for name, body in (
        ("炸弹.docx", b"0" * 120_000_000),
        ("实体.docx", b'<!DOCTYPE d [<!ENTITY a "x">]><w:document/>'),
    ):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", body)
        done = checker(name, cwd=tmp_path)
        assert done.returncode == 3, name
        assert "没有读取" in done.stderr


@pytest.mark.parametrize(
    "text", ["1所" * 240_000, "占比5%，" * 95_000, "巩固率9%。巩固率8%。" * 40_000, "(" * 600_000]
)
def test_a_text_that_is_no_report_ends_soon(tmp_path: Path, text: str) -> None:
    (tmp_path / "乱.txt").write_text(text, "utf-8")
    done = run_command(["report", "乱.txt"], tmp_path, processor_seconds=30)
    assert done.returncode in (0, 1, 3)
    assert "Traceback" not in done.stderr


def test_a_missing_file_and_senseless_options(tmp_path: Path) -> None:
    assert checker("没有.docx", cwd=tmp_path).returncode == 3
    assert checker("甲.docx", "--draft", "--no-mark", cwd=tmp_path).returncode == 2
