"""Starting up: help in Chinese, nothing heavy imported, errors for people."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("pandas", "openpyxl", "xlwings", "rich", "cerberus", "lxml", "pyarrow", "xlsxwriter")


def run(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    """The real command in its own process; ``code`` runs Python instead."""
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "checker.cli.main"]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_help_lists_the_commands_in_chinese() -> None:
    done = run("--help")
    assert done.returncode == 0
    for text in ("用法：", "check", "校验文件或文件夹", "explain", "选项"):
        assert text in done.stdout
    assert "Show this message" not in done.stdout
    assert "Usage" not in done.stdout


def test_help_imports_no_command_and_nothing_heavy() -> None:
    done = run(
        code="import sys; sys.argv = ['checker', '--help']\n"
        "from checker.cli.main import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "print([name for name in sys.modules if name.startswith('checker.')])"
    )
    heavy, own = done.stdout.splitlines()[-2:]
    assert heavy == "[]"
    assert own == (
        "['checker.cli', 'checker.cli.main', 'checker.cli.chinese', 'checker.cli.group']"
    )


def test_an_unknown_command_is_a_usage_error_that_names_the_known_ones() -> None:
    done = run("chek")
    assert done.returncode == 2
    assert "没有命令“chek”" in done.stderr
    assert "check" in done.stderr


def test_the_version() -> None:
    from checker import __version__

    assert run("--version").stdout.strip() == f"checker {__version__}"


def test_a_plain_check_is_read_alike_by_the_small_table_and_by_click(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the table reads, click reads the same; and the table knows every option."""
    from checker.cli import check
    from checker.cli.plain_check import FLAGS, LISTS, NUMBERS, WORDS, parsed

    known = {*FLAGS, *WORDS, *NUMBERS, *LISTS}
    assert {option for item in check.command.params[1:] for option in item.opts} == known
    line = ["甲.xlsx", "--select", "TEA", "乙", "--select", "RES1", "--format", "json", "--no-mark"]
    line += ["--ignore", "GOV", "--profile", "jiangxi", "--edition", "2026", "--previous", "去年"]
    line += ["--plugin-dir", "省", "--plugins", "teachers,codes", "--workers", "2", "--out", "出"]
    seen: list[object] = []
    monkeypatch.setattr(check, "run_check", seen.append)
    check.command.main(line, standalone_mode=False)
    assert seen == [parsed(line)]


@pytest.mark.parametrize(
    "line",
    [
        [],
        ["--help"],
        ["甲.xlsx", "--format", "pdf"],
        ["甲.xlsx", "--out"],
        ["甲.xlsx", "--nix", "1"],
    ],
)
def test_what_needs_explaining_is_left_to_click(line: list[str]) -> None:
    from checker.cli.plain_check import parsed

    assert parsed(line) is None


def test_a_plain_check_imports_neither_click_nor_anything_heavy(right: Path) -> None:
    done = run(
        code=f"import sys; sys.argv = ['checker', 'check', {str(right)!r}, '--no-mark']\n"
        "from checker.cli.main import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {(*HEAVY, 'click', 'pluggy')!r} if name in sys.modules])"
    )
    assert done.stdout.splitlines()[-1] == "[]"
