"""Starting up: help in Chinese, nothing heavy imported, errors for people."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
        "from checker.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "print([name for name in sys.modules if name.startswith('checker.')])"
    )
    heavy, own = done.stdout.splitlines()[-2:]
    assert heavy == "[]"
    assert own == (
        "['checker.cli', 'checker.harmless', 'checker.safe_path', 'checker.cli.main', "
        "'checker.cli.chinese', 'checker.cli.commands', 'checker.cli.group']"
    )


def test_an_unknown_command_is_a_usage_error_that_names_the_known_ones() -> None:
    done = run("chek")
    assert done.returncode == 2
    assert "没有命令“chek”" in done.stderr
    assert "check" in done.stderr


def test_the_version() -> None:
    from checker import __version__

    assert run("--version").stdout.strip() == f"checker {__version__}"


def test_a_check_imports_nothing_that_it_does_not_use(right: Path) -> None:
    done = run(
        code=f"import sys; sys.argv = ['checker', 'check', {str(right)!r}, '--no-mark']\n"
        "from checker.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {(*HEAVY, 'pluggy')!r} if name in sys.modules])"
    )
    assert done.stdout.splitlines()[-1] == "[]"
