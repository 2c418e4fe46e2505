"""The desk of 校验.html, without a browser: what a browser's Python lacks is taken away here."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from checker.page.desk import Desk
from checker.reading import read_snapshot_bytes
from checker.session import SessionOptions

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "shangshiqiao.xlsx"

AS_IN_A_BROWSER = """
import json, sys
LACKING = ("subprocess", "multiprocessing", "ctypes", "sqlite3", "_posixsubprocess")
sys.modules.update(dict.fromkeys(LACKING))
import threading
def refuse(*_): raise RuntimeError("can't start new thread")
threading.Thread.start = refuse
sys.platform = "emscripten"
from pathlib import Path
from checker.page.desk import Desk
from checker.session import SessionOptions
desk = Desk(SessionOptions(plugin_dirs=tuple(sys.argv[2:])))
data = Path(sys.argv[1]).read_bytes()
checked = desk.check("表" + Path(sys.argv[1]).suffix, data)
told = json.loads(checked.document)
print(json.dumps([told["file"], len(told["findings"]), told["errors"], len(checked.marked or b"")]))
"""

PLUGIN = """
[plugin]
id = "thirdparty"
title = "别人的"
version = "1"
api_version = 1

[families]
TPY = "别人的"

[[rules]]
id = "TPY1"
kind = "function"
function = "look"
title = "看一眼"
severity = "info"
templates = ["compulsory_school"]
scope = "submission"
what = "看一眼。"
why = "试一试。"
fix = "不用改。"
since = 2017
sources = [{ document = "own", clause = "测试" }]
examples = [{ expect = "pass" }, { expect = "fail", note = "从不出现" }]

[documents.own]
title = "测试用"
"""


def in_a_browser(workbook: Path, *plugins: Path) -> list[object]:
    """What the desk answers in a Python without processes, threads, ctypes and sqlite."""
    done = subprocess.run(
        [sys.executable, "-c", AS_IN_A_BROWSER, str(workbook), *map(str, plugins)],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer: list[object] = json.loads(done.stdout)
    return answer


def test_judging_and_marking_need_nothing_that_a_browser_lacks(tmp_path: Path) -> None:
    home = tmp_path / "thirdparty"
    home.mkdir()
    (home / "plugin.toml").write_text(PLUGIN, "utf-8")
    (home / "rules.py").write_text("def look(unit, context):\n    yield context.passed('好。')\n")
    file, findings, errors, marked = in_a_browser(EXAMPLE, home)
    here = json.loads(Desk().check("表.xlsx", EXAMPLE.read_bytes()).document)
    assert isinstance(file, dict)
    assert errors == []
    assert findings == len(here["findings"]) > 50
    counts = dict(here["file"]["counts"])
    assert file["counts"] == counts | {"passed": counts["passed"] + 1}, "the plugin's own pass"
    assert isinstance(marked, int) and marked > 50_000


def test_risky_files_are_read_by_the_browser_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    data = EXAMPLE.read_bytes()
    monkeypatch.setattr("checker.reading.snapshots.size_of", lambda *_: 10**12)
    apart = read_snapshot_bytes("表.xlsx", data).sheets
    monkeypatch.setattr("sys.platform", "emscripten")
    monkeypatch.setitem(sys.modules, "subprocess", None)
    found = read_snapshot_bytes("表.xlsx", data).sheets
    assert list(found) == list(apart)
    assert all(found[title].rows == apart[title].rows for title in apart)


def test_a_bad_entry_of_an_archive_costs_itself_only() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("甲.xlsx", b"A" * 5000)
        archive.write(EXAMPLE, "乙.xlsx")
        archive.writestr("说明.txt", "不是表")
    data = bytearray(stream.getvalue())
    at = data.index("甲.xlsx".encode()) + len("甲.xlsx".encode())
    data[at : at + 10] = b"\xff" * 10
    beside, first, second = Desk().entries("报送.zip", bytes(data))
    assert (beside.name, beside.status) == ("报送.zip/说明.txt", "") and beside.said
    assert (first.name, first.content) == ("报送.zip/甲.xlsx", None) and "重新发送" in first.said
    assert first.status == "unreadable"
    assert (second.name, second.content) == ("报送.zip/乙.xlsx", EXAMPLE.read_bytes())
    (whole,) = Desk().entries("报送.zip", b"PK no archive")
    assert whole.content is None and "损坏" in whole.said


def test_an_explanation_that_belongs_to_nothing_changes_nothing() -> None:
    desk = Desk(SessionOptions())
    data = EXAMPLE.read_bytes()
    plain = desk.check("表.xlsx", data)
    assert desk.check("表.xlsx", data, {"NO1@such@key": "属实"}).marked == plain.marked
    assert desk.check("表.xlsx", data, {"BLD7@area.toilets@whole": "  "}).marked == plain.marked


def test_cells_are_drawn_as_people_read_them() -> None:
    told = json.loads(Desk().check("表.xlsx", EXAMPLE.read_bytes()).document)
    texts = [text for sheet in told["sheets"] for row in sheet["rows"] for text in row]
    assert "211 小学" in texts and "计量单位：年、人、个" in texts
    assert not [text for text in texts if text.endswith(".0") or "E+" in text]
