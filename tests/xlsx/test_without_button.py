"""Where no button can be clicked: a workbook dropped on the program, the doctor, the frozen one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import checker_xlsx.bundle
import pytest
from checker_xlsx.dropped import COPY_SUFFIX, check_dropped
from checker_xlsx.installing import this_program

from checker.reading import read_snapshot

sys.path.insert(0, str(Path(__file__).parent))
import whole_book

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="opens windows and registry keys there; see the checklist"
)
ROOT = Path(__file__).parents[2]
CHECKER = Path(sys.executable).with_name("checker")


def run(*words: object, program: Path = CHECKER, **settings: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, **settings}
    environment.pop("DISPLAY", None)
    return subprocess.run(
        [program, *words], capture_output=True, text=True, check=False, env=environment
    )


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return whole_book.filled(tmp_path / "上石桥 一小.xlsx")


def test_a_dropped_workbook_gets_a_marked_copy_beside_it(filled: Path) -> None:
    before = filled.read_bytes()
    done = run("open", "--no-window", filled)
    copy = filled.with_name(f"上石桥 一小{COPY_SUFFIX}.xlsx")
    assert done.returncode == 0, done.stderr
    assert "处必须修改" in done.stdout
    assert str(copy) in done.stdout
    assert "校验结果" in read_snapshot(copy).sheets
    assert filled.read_bytes() == before


def test_what_cannot_be_checked_is_said_without_a_traceback(tmp_path: Path) -> None:
    letter = tmp_path / "信.xlsx"
    letter.write_bytes(b"PK not really")
    done = run("open", "--no-window", letter, tmp_path / "没有.xlsx")
    assert done.returncode == 3
    assert "信.xlsx：没有校验" in done.stdout
    assert "没有.xlsx：没有这个文件" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_without_a_screen_the_message_still_comes(filled: Path) -> None:
    done = run("open", filled, PATH="/nowhere")
    assert "处必须修改" in done.stdout


def test_settings_beside_the_workbook_hold_but_bring_no_code(filled: Path) -> None:
    trap = filled.parent / "plugins" / "trap"
    trap.mkdir(parents=True)
    trap.joinpath("plugin.toml").write_text('id = "trap"\napi_version = 1\n')
    trap.joinpath("rules.py").write_text("raise SystemExit('code of a workbook ran')")
    settings = filled.with_name("checker.toml")
    settings.write_text('select = ["FORM"]\nplugin_dirs = ["plugins"]\n', encoding="utf-8")
    outcome = check_dropped(filled)
    assert outcome.copy is not None
    rows = read_snapshot(outcome.copy).sheets["校验结果"].rows
    rules = {str(row[4]) for row in rows if len(row) > 4}
    assert {rule[:4] for rule in rules if re.fullmatch(r"[A-Z]+\d+", rule)} == {"FORM"}


def test_the_profile_is_named_as_check_names_it(filled: Path) -> None:
    outcome = check_dropped(filled)
    assert outcome.copy is not None
    run("check", filled, "--out", filled.parent / "副本")
    checked = read_snapshot(filled.parent / "副本" / filled.name).sheets["校验结果"]
    dropped = read_snapshot(outcome.copy).sheets["校验结果"]
    assert dropped.rows[1][0] == checked.rows[1][0]
    assert "口径：" in str(dropped.rows[1][0])
    assert "口径" not in outcome.text  # the national one was not chosen


def test_a_chosen_profile_is_named_on_the_screen(filled: Path) -> None:
    filled.with_name("checker.toml").write_text('profile = "jiangxi"\n', encoding="utf-8")
    opened, checked = (
        run("open", "--no-window", filled).stdout,
        run("check", filled, "--profile", "jiangxi", "--no-mark").stdout,
    )
    named = [line for line in checked.splitlines() if line.startswith("口径：")]
    assert len(named) == 1
    assert named[0] in opened.splitlines()


def test_the_doctor_says_what_there_is_and_what_is_missing(tmp_path: Path) -> None:
    asked = run("doctor", "--format", "json", HOME=str(tmp_path), PATH="/usr/bin:/bin")
    assert asked.returncode == 1, "scripts can tell that something is missing"
    said = {one["about"]: one for one in json.loads(asked.stdout)}
    assert said["校验程序"]["state"] == "正常"
    assert said["按钮用的程序"]["state"] == "缺少"
    assert "checker button install" in said["按钮用的程序"]["text"]
    assert "条规则" in said["规则与表样"]["text"]

    registered = run("button", "install", HOME=str(tmp_path))
    assert "已登记" in registered.stdout
    text = run("doctor", HOME=str(tmp_path), PATH="/usr/bin:/bin")
    assert "正常　按钮用的程序" in text.stdout
    assert text.returncode == ("缺少　" in text.stdout)


def test_the_program_is_found_where_pip_puts_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Python for Windows has a folder Scripts, the user another, and neither is on PATH."""
    for kind in ("scripts of all", "scripts of the user"):
        python, scripts = tmp_path / kind / "python", tmp_path / kind / "Scripts"
        for folder in (python, scripts):
            folder.mkdir(parents=True)
        (scripts / "checker").write_text("#!/bin/sh\n")
        given = {1: python, 2: scripts} if "user" in kind else {1: scripts, 2: python}
        monkeypatch.setattr(sys, "executable", str(python / "python"))
        monkeypatch.setenv("PATH", "/nowhere")
        monkeypatch.setattr(
            "checker_xlsx.installing.sysconfig.get_path",
            lambda *which, given=given: str(given[len(which)]),
        )
        assert this_program() == scripts / "checker"


@pytest.mark.skipif(sys.platform == "win32", reason="install.cmd is for Windows")
def test_installing_on_linux_does_what_its_readme_says(tmp_path: Path) -> None:
    """Program in the user's folder, an icon on the desktop; a second time from there as well."""
    home, folder = tmp_path / "家", tmp_path / "下载"
    (home / "Desktop").mkdir(parents=True)
    folder.mkdir()
    bundle = Path(checker_xlsx.bundle.__file__).parent
    for name in ("checker", "checker-open"):
        (folder / name).write_text("#!/bin/sh\necho 9.9\n")
        (folder / name).chmod(0o755)
    (folder / "install.sh").write_text((bundle / "install.sh").read_text("utf-8"), "utf-8")
    installed = home / ".local" / "share" / "checker"
    for place in (folder, installed):
        done = subprocess.run(
            ["sh", place / "install.sh"],
            env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "安装完成" in done.stdout
        assert (installed / "checker").is_file()
    icon = (home / "Desktop" / "校验.desktop").read_text("utf-8")
    assert f'Exec="{installed}/checker-open" %F' in icon


def test_a_package_that_is_installed_brings_all_that_the_bundle_needs() -> None:
    """What `python -m checker_xlsx.bundle` reads beside itself is named in the project file."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    patterns = settings["package-data"]["checker_xlsx"]
    source = ROOT / "xlsx_plugins"
    data = {path for pattern in patterns for path in source.glob(pattern)}
    others = {
        path for path in source.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert others <= data
    assert "checker_xlsx.bundle" in settings["packages"]


def test_the_button_command_alone_says_that_it_is_for_the_button() -> None:
    done = run("button", "check")
    assert done.returncode == 2
    assert "工作簿里的按钮" in done.stderr


def test_no_libreoffice_is_said_not_shown_as_a_fault(tmp_path: Path) -> None:
    done = run(
        "button",
        "check",
        "--wb=某表.xlsm",
        "--from_xl=1",
        "--launcher=3",
        CHECKER_UNO="pipe,name=nobody",
    )
    assert "没有找到正在运行的 LibreOffice" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.real
def test_the_frozen_program_takes_dropped_workbooks(filled: Path, frozen_program: Path) -> None:
    done = run(filled, program=frozen_program)
    assert "处必须修改" in done.stdout, done.stderr
    assert filled.with_name(f"上石桥 一小{COPY_SUFFIX}.xlsx").exists()
    assert run("check", filled, "--no-mark", program=frozen_program).returncode == 1
    county = run("county", filled.parent, program=frozen_program)
    assert "checker-county" in county.stderr
