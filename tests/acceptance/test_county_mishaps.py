"""The night before the deadline: a folder with everything that goes wrong in it."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import msoffcrypto
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import checker, document, fill_school, write_roster

UNREADABLE = 3
"""The documented exit code when a file cannot be read."""

SCHOOLS = [
    (f"21360000{number:02d}", f"第{word}小学") for number, word in enumerate("一二三四五六七八", 1)
]


def encrypted(source: Path, target: Path) -> None:
    """The workbook with an opening password, as Excel saves it."""
    with source.open("rb") as plain, target.open("wb") as secret:
        file = msoffcrypto.OfficeFile(plain)
        assert isinstance(file, OOXMLFile)
        file.encrypt("123456", secret)


def word_document() -> bytes:
    """The least that is a .docx."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
            'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        package.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        package.writestr("word/document.xml", "<w:document/>")
    return content.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight schools on the roster; three are well, one sent two copies, one nothing at all."""
    folder = tmp_path_factory.mktemp("mishaps") / "收到的表"
    pupils = {"students.total": {"primary": 300}}
    for code, name in SCHOOLS[:3]:
        fill_school(folder / "邮件" / f"{name}.xlsx", code, name, pupils)
    code, name = SCHOOLS[2]
    later = {"students.total": {"primary": 310}, "school.filled_on": date(2026, 9, 20)}
    fill_school(folder / "邮件" / f"{name}(2)最终版.xlsx", code, name, later)
    good = (folder / "邮件" / "第一小学.xlsx").read_bytes()
    encrypted(folder / "邮件" / "第一小学.xlsx", folder / "第四小学.xlsx")
    (folder / "第五小学.xlsx").write_bytes(good[: len(good) // 2])
    (folder / "第六小学.xlsx").write_bytes(b"")
    (folder / "第七小学.et").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))
    (folder / "说明.xlsx").write_bytes(word_document())
    (folder / "~$第一小学.xlsx").write_bytes(b"lock")
    fill_school(folder / "外县小学.xlsx", "9900000001", "外县小学", pupils)
    write_roster(folder, SCHOOLS)
    return folder


@pytest.fixture(scope="module")
def lines(folder: Path) -> list[str]:
    """What the screen says."""
    done = checker("county", ".", "--out", "../结果", cwd=folder)
    assert done.returncode == UNREADABLE, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("第四小学.xlsx", "打开密码"),
        ("第五小学.xlsx", "损坏"),
        ("第六小学.xlsx", "0 字节"),
        ("第七小学.et", "另存为"),
        ("说明.xlsx", "Word 文档"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(lines: list[str], file: str, words: str) -> None:
    (line,) = [line for line in lines if line.startswith(f"  无法校验：{file}")]
    assert words in line


def test_who_is_missing_and_which_file_may_be_theirs(lines: list[str]) -> None:
    assert lines[0] == ("应报 8 所，已报 3 所，缺报 5 所；一校多份 1 所，不在名册 1 份。")
    missing = {line.split("：")[1][:4]: line for line in lines if line.startswith("  缺报：")}
    assert list(missing) == ["第四小学", "第五小学", "第六小学", "第七小学", "第八小学"]
    assert "第四小学.xlsx" in missing["第四小学"] and "无法校验的文件" in missing["第四小学"]
    assert missing["第八小学"].endswith("（2136000008）")


def test_the_copy_that_counts_and_the_stranger(lines: list[str]) -> None:
    (choice,) = [line for line in lines if "一校多份：" in line]
    assert "采用 邮件/第三小学(2)最终版.xlsx" in choice and "2026-09-20" in choice
    assert choice.endswith("未采用 邮件/第三小学.xlsx")
    (stranger,) = [line for line in lines if "不在名册：" in line]
    assert "外县小学.xlsx" in stranger
    (lock,) = [line for line in lines if line.startswith("  没有查看：~$第一小学.xlsx：")]
    assert "临时文件" in lock


def test_everything_else_was_judged_all_the_same(folder: Path, lines: list[str]) -> None:
    done = checker("county", ".", "--out", "../结果", "--format", "json", cwd=folder)
    assert done.returncode == UNREADABLE
    found: dict[str, Any] = document(done)
    statuses = [item["status"] for item in found["files"]]
    assert statuses.count("checked") == 5 and statuses.count("unreadable") == 5
    assert {item["code"] for item in found["units"]} == {code for code, _ in SCHOOLS[:3]}
    for item in found["files"]:
        if item["status"] == "checked":
            assert (folder.parent / "结果" / item["marked_copy"]).is_file()


def test_a_folder_where_all_is_well_but_a_school_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "县"
    write_roster(folder, SCHOOLS[:2])
    fill_school(folder / "一.xlsx", *SCHOOLS[0], {"students.total": {"primary": 300}})
    done = checker("county", ".", "--no-mark", "--plugins", "county", cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "缺报：第二小学（2136000002）" in done.stdout


def test_a_roster_nobody_can_use_is_said_before_anything_is_judged(tmp_path: Path) -> None:
    folder = tmp_path / "县"
    folder.mkdir()
    (folder / "名册.csv").write_text("学校,电话\n一小,1\n", "utf-8")
    done = checker("county", ".", cwd=folder)
    assert done.returncode == 2 and "标识码" in done.stderr and not done.stdout


def test_a_folder_without_any_form_is_no_success(tmp_path: Path) -> None:
    folder = tmp_path / "县"
    folder.mkdir()
    (folder / "说明.txt").write_text("没有表", "utf-8")
    done = checker("county", ".", cwd=folder)
    assert done.returncode == UNREADABLE and "没有填报表" in done.stdout
    empty = tmp_path / "空"
    empty.mkdir()
    for command in ("county", "check"):
        gone = checker(command, "没有这个文件夹", "--out", "结果", cwd=empty)
        assert gone.returncode == UNREADABLE
        assert "没有这个文件或文件夹" in gone.stdout + gone.stderr
        assert list(empty.iterdir()) == []
