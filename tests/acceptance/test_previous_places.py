"""``--previous`` wherever last year's workbooks lie: folder, archive, address, web server."""

from __future__ import annotations

import functools
import json
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import fsspec
import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import checker, document, fill_school

from checker.cli.county import command as county_command

NAMES = ("甲小学", "乙小学")


@pytest.fixture
def two_years(tmp_path: Path) -> Path:
    """This year's 上年数 of 乙小学 (96) is not what it handed in last year (95); its file
    had another name then, so only its 标识码 tells."""
    for number, (name, typed, then) in enumerate(zip(NAMES, (50, 96), (50, 95), strict=True), 1):
        code = f"213600000{number}"
        now = {"staff.total": {"whole": 60, "whole.previous": typed}}
        fill_school(tmp_path / "今年" / f"{name}.xlsx", code, name, now)
        older = name if number == 1 else f"{name}（最终版）"
        last = {"staff.total": {"whole": then}}
        fill_school(tmp_path / "去年" / "城关 镇" / f"{older}.xlsx", code, name, last)
    return tmp_path


@pytest.fixture
def server(two_years: Path) -> Iterator[str]:
    """A plain web server over the folder, as anyone can start one."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, form: str, *values: object) -> None:
            pass

    serve = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(two_years))
    )
    thread = threading.Thread(target=serve.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serve.server_address[1]}"
    serve.shutdown()
    thread.join()
    serve.server_close()


def archive_of(folder: Path) -> Path:
    """The folder as somebody sends it by mail."""
    path = folder.parent / "去年的表.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for workbook in folder.rglob("*.xlsx"):
            archive.write(workbook, workbook.relative_to(folder.parent).as_posix())
    return path


def archive_of_windows(folder: Path) -> Path:
    """As Explorer packs it in China: names in GBK, and no word that they are."""

    class Plain(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - of zipfile
            return self.filename.encode("gbk"), self.flag_bits & ~0x800

    path = folder.parent / "两年的表.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for workbook in folder.rglob("*.xlsx"):
            name = workbook.relative_to(folder.parent).as_posix()
            archive.writestr(Plain(name), workbook.read_bytes())
    return path


PLACES: dict[str, Callable[[Path, str], str]] = {
    "folder": lambda place, web: "去年",
    "archive": lambda place, web: archive_of(place / "去年").name,
    "file address": lambda place, web: (place / "去年").as_uri(),
    "inside an archive": lambda place, web: f"zip://去年::{archive_of(place / '去年')}",
    "inside an archive of Windows": lambda place, web: (
        f"zip://去年/城关 镇::{archive_of_windows(place / '去年').name}"
    ),
    "web folder": lambda place, web: f"{web}/{quote('去年')}/",
    "web folder in plain Chinese": lambda place, web: f"{web}/去年",
    "web archive": lambda place, web: f"{web}/{quote(archive_of(place / '去年').name)}",
}


@pytest.mark.parametrize(
    ("command", "where"),
    [*(("check", where) for where in PLACES), ("county", "archive"), ("county", "web folder")],
)
def test_last_year_is_found_there(two_years: Path, server: str, where: str, command: str) -> None:
    previous = PLACES[where](two_years, server)
    done = checker(
        *(command, "今年", "--previous", previous, "--no-mark", "--format", "json"),
        *(("--out", "结果") if command == "county" else ()),
        cwd=two_years,
    )
    differ = [item for item in document(done)["findings"] if item["rule"] == "FORM023"]
    assert [Path(item["file"]).name for item in differ] == ["乙小学.xlsx"]
    (only,) = differ
    assert "96人" in only["message"] and "95人" in only["message"]
    assert (only["verdict"], only["sheet"]) == ("doubt", "教师")


def test_one_workbook_from_the_web(two_years: Path, server: str) -> None:
    """Taken at the user's word; a school with another 标识码 is not compared with it."""
    address = f"{server}/{quote('去年/城关 镇/乙小学（最终版）.xlsx')}"
    told = [
        item
        for name in NAMES
        for item in document(
            checker(
                *("check", f"今年/{name}.xlsx", "--previous", address, "--no-mark"),
                *("--format", "json"),
                cwd=two_years,
            )
        )["findings"]
        if item["rule"] == "FORM023"
    ]
    assert [Path(item["file"]).name for item in told] == ["乙小学.xlsx"]


def test_what_changes_on_the_web_is_read_again(two_years: Path, server: str) -> None:
    """The cache knows last year's files by their content where the server tells no time."""
    arguments = ("check", "今年", "--previous", f"{server}/去年/", "--no-mark", "--format", "json")

    def differ() -> list[str]:
        found = document(checker(*arguments, cwd=two_years))["findings"]
        return [item["message"] for item in found if item["rule"] == "FORM023"]

    assert len(differ()) == 1
    mended = {"staff.total": {"whole": 96}}
    older = two_years / "去年" / "城关 镇" / "乙小学（最终版）.xlsx"
    fill_school(older, "2136000002", "乙小学", mended)
    assert differ() == []


def test_a_file_system_in_memory(two_years: Path) -> None:
    memory = fsspec.filesystem("memory")
    for workbook in (two_years / "去年").rglob("*.xlsx"):
        memory.pipe_file(f"/earlier/去年/{workbook.name}", workbook.read_bytes())
    try:
        done = CliRunner().invoke(
            county_command,
            [
                *(str(two_years / "今年"), "--previous", "memory://earlier/去年", "--no-cache"),
                *("--out", str(two_years / "结果"), "--no-mark", "--workers", "1"),
                *("--format", "json"),
            ],
        )
    finally:
        memory.rm("/earlier", recursive=True)
    found = json.loads(done.stdout)["findings"]
    assert [item["file"] for item in found if item["rule"] == "FORM023"] == ["乙小学.xlsx"]


def test_the_settings_may_name_an_address(two_years: Path, server: str) -> None:
    """Once the user has allowed the folder: whoever sent it would learn who opened it."""
    (two_years / "checker.toml").write_text(f'previous = "{server}/去年/"\n', "utf-8")
    done = checker("check", "今年", "--no-mark", "--format", "json", cwd=two_years)
    assert f"网络地址 {server}/去年/ 没有使用" in done.stderr
    assert "FORM023" not in {item["rule"] for item in document(done)["findings"]}
    assert checker("plugin", "allow", ".", cwd=two_years).returncode == 0
    done = checker("check", "今年", "--no-mark", "--format", "json", cwd=two_years)
    assert "没有使用" not in done.stderr
    assert "FORM023" in {item["rule"] for item in document(done)["findings"]}


@pytest.mark.parametrize(
    ("previous", "told"),
    [
        ("没有这个文件夹", "没有上年的文件或文件夹"),
        ("没有.zip", "没有这个文件或文件夹"),
        ("坏.zip", "压缩包已损坏"),
        ("空", "压缩包是空的"),
        ("http://127.0.0.1:9/去年/", "连不上，请检查地址和网络"),
        ("nix://去年", "不认识这种地址"),
    ],
)
def test_what_cannot_be_read_is_said_before_anything_is_judged(
    two_years: Path, previous: str, told: str
) -> None:
    (two_years / "坏.zip").write_bytes(b"PK no archive")
    with zipfile.ZipFile(two_years / "空.zip", "w"):
        pass
    previous = "空.zip" if previous == "空" else previous
    for command in ("check", "county"):
        done = checker(command, "今年", "--previous", previous, cwd=two_years)
        assert done.returncode == 2, done.stdout + done.stderr
        assert told in done.stderr and "Traceback" not in done.stderr
        assert done.stdout == ""
        assert {path.name for path in (two_years / "今年").iterdir()} == {
            "甲小学.xlsx",
            "乙小学.xlsx",
        }
