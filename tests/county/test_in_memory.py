"""The county's judgement on the page, over bytes: no files, processes, threads; the same as the
command's."""

from __future__ import annotations

import builtins
import io
import json
import multiprocessing.process
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import openpyxl
import pytest

from checker.page.county_desk import County, CountyDesk
from checker.session import Session

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))
from county_folder import checker, demo_county


def test_the_page_s_county_says_what_the_command_says_and_touches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = demo_county(tmp_path / "县", 24, 58)
    slip = next(iter(sorted(folder.glob("*小学.xlsx"))))
    book = openpyxl.load_workbook(slip)
    book["校舍与装备"]["E34"] = float(book["校舍与装备"]["E34"].value) * 10000
    book.save(slip)
    done = checker("county", ".", cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    results = folder / "县级校验"
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.xlsx"))}
    roster = (folder / "名册.csv").read_bytes()
    session = Session()
    desk = CountyDesk(session)

    def conclude(names: list[str]) -> County:
        desk.begin()
        for name in names:
            desk.count(session.check(name, files[name]), "", 0.0)
        return desk.concluded("", {}, "名册.csv", roster, "2026-10-12 20:00")

    conclude(list(files)[:2])  # whatever is imported late is there now

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the county on the page went outside")

    plain_open = builtins.open

    def only_reading(file: object, mode: str = "r", *more: object, **named: object) -> object:
        assert not set(mode) & set("wax+"), f"{file} was opened for writing"
        return plain_open(file, mode, *more, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(builtins, "open", only_reading)
    monkeypatch.setattr(io, "open", only_reading)
    for module, name in (
        (tempfile, "mkstemp"),
        (tempfile, "mkdtemp"),
        (tempfile, "TemporaryFile"),
        (tempfile, "NamedTemporaryFile"),
        (subprocess, "Popen"),
        (threading.Thread, "start"),
        (multiprocessing.process.BaseProcess, "start"),
        (os, "fork"),
    ):
        monkeypatch.setattr(module, name, refuse)
    outcome = conclude(list(files))
    papers = dict(outcome.papers)
    marked = {name: desk.marked_copy(name, files[name]) for name in {slip.name, *list(files)[:3]}}
    monkeypatch.undo()

    theirs = json.loads((results / "县级汇总.json").read_text("utf-8"))
    ours = json.loads(papers["县级汇总.json"])
    for part in ("roster", "units", "dispersion", "gaps", "county_findings", "findings"):
        assert ours[part] == theirs[part], part
    on_disk = {
        path.relative_to(results).as_posix()
        for path in results.rglob("*")
        if path.is_file() and path.parts[len(results.parts)] not in ("校验结果", "数据")
    }
    assert papers.keys() == on_disk - {"运行记录.json"}
    book = openpyxl.load_workbook(io.BytesIO(papers["县级汇总.xlsx"]))
    assert "差异系数" in book.sheetnames
    assert slip.name in marked
    for name, content in marked.items():
        assert content == (results / "校验结果" / name).read_bytes(), name
    told = openpyxl.load_workbook(io.BytesIO(marked[slip.name]))["校验结果"]
    assert any("全县的“" in str(cell.value) for row in told.iter_rows() for cell in row)
