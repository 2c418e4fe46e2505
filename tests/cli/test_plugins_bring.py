"""What plugins bring beside rules, reached from the command line: commands and report formats."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

MANIFEST = """
rules = []

[plugin]
id = "local"
title = "本县自定"
version = "1"
api_version = 1
hooks = ["checker_commands", "checker_report_formats"]

[families]
LOC = "本县自定"

[commands]
greet = "问好"
broken = "会出错"

[report_formats]
names = "校名"
"""
CODE = """
from checker.api import hookimpl

def names(reports, rules):
    return "".join(f"{report.submission.identity('name')}\\n" for report in reports)

def greet(arguments):
    print("您好", *arguments)
    return 0

def broken(arguments):
    raise RuntimeError("坏")

@hookimpl
def checker_commands():
    return {"greet": greet, "broken": broken}

@hookimpl
def checker_report_formats():
    return {"names": names}
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A folder whose settings name a plugin that the user has not allowed yet."""
    folder = tmp_path / "插件" / "local"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(MANIFEST, "utf-8")
    (folder / "rules.py").write_text(CODE, "utf-8")
    (tmp_path / "checker.toml").write_text('plugin_dirs = ["插件"]\n', "utf-8")
    return tmp_path


def test_a_command_of_a_plugin_runs_with_its_own_arguments(checker: Run, plugin: Path) -> None:
    assert checker("plugin", "allow", "插件").returncode == 0
    done = checker("greet", "甲", "--loud")
    assert (done.returncode, done.stdout) == (0, "您好 甲 --loud\n")


def test_a_settings_file_that_came_with_the_workbooks_runs_nothing(
    checker: Run, plugin: Path, right: Path
) -> None:
    """Until the user allows the folder, names it, or writes it into settings of their own."""
    (plugin / "插件" / "local" / "rules.py").write_text("open('ran', 'w')\n" + CODE, "utf-8")
    below = plugin / "收齐的表"
    below.mkdir()
    for folder in (plugin, below):
        done = checker("check", right, "--no-mark", "--format", "names", cwd=folder)
        assert done.returncode == 2 and "没有输出形式“names”" in done.stderr
        (said,) = (line for line in done.stderr.splitlines() if "没有使用" in line)
        assert str(plugin / "插件") in said and "checker plugin allow" in said
        assert checker("greet", cwd=folder).returncode == 2
    assert not list(plugin.rglob("ran"))

    named = checker("check", right, "--no-mark", "--format", "names", "--plugin-dir", "插件")
    assert (named.returncode, named.stdout) == (0, f"{right.stem}\n")
    own = plugin / "own settings"
    own.mkdir()
    (own / "checker.toml").write_text(f"plugin_dirs = ['{plugin / '插件'}']\n", "utf-8")
    assert checker("greet", cwd=below).stdout == "您好\n"
    (own / "checker.toml").unlink()
    allowed = checker("plugin", "allow", plugin / "插件")
    assert allowed.returncode == 0 and str(plugin / "插件") in allowed.stdout
    done = checker("greet", cwd=below)
    assert (done.stdout, done.stderr) == ("您好\n", "")


def test_a_command_that_goes_wrong_is_an_internal_error_in_one_sentence(
    checker: Run, plugin: Path
) -> None:
    checker("plugin", "allow", "插件")
    done = checker("broken")
    assert done.returncode == 4
    assert "broken" in done.stderr
    assert "Traceback" not in done.stderr


def test_why_nothing_was_given_is_said_where_it_was_asked_for(
    checker: Run, plugin: Path, right: Path
) -> None:
    """The author wrote down the name and forgot the hook, or the code does not load."""
    folder = plugin / "插件" / "local"
    manifest = MANIFEST.replace('"checker_commands", "checker_report_formats"', "")
    (folder / "plugin.toml").write_text(manifest, "utf-8")
    for words, hook in (
        (("greet", "小王"), "checker_commands"),
        (("check", right, "--format", "names", "--no-mark"), "checker_report_formats"),
    ):
        done = checker(*words, "--plugin-dir", folder)
        assert done.returncode == 4
        assert done.stderr.endswith(f"但 plugin.toml 的 [plugin] hooks 里没有 {hook}。\n"), (
            done.stderr
        )
    (folder / "plugin.toml").write_text(MANIFEST, "utf-8")
    (folder / "rules.py").write_text("import 没有这个\n", "utf-8")
    done = checker("greet", "--plugin-dir", folder)
    assert done.returncode == 4 and "rules.py:1" in done.stderr, done.stderr


def test_a_report_format_of_a_plugin(checker: Run, plugin: Path, right: Path) -> None:
    checker("plugin", "allow", "插件")
    done = checker("check", right, "--no-mark", "--format", "names")
    assert (done.returncode, done.stdout) == (0, f"{right.stem}\n")


def test_an_unknown_format_names_the_known_ones(checker: Run, plugin: Path, right: Path) -> None:
    checker("plugin", "allow", "插件")
    done = checker("check", right, "--format", "pdf")
    assert done.returncode == 2
    assert "text、json、junit、sarif、names" in done.stderr


RULE = """
[[rules]]
id = "LOC1"
kind = "relation"
title = "专任教师不多于教职工"
severity = "hard"
templates = ["compulsory_school"]
check = "staff.total >= teachers.full_time"

[plugin]
id = "local"
title = "本县自定"
version = "1"
api_version = {version}

[families]
LOC = "本县自定"
"""


def test_a_named_folder_that_replaces_an_installed_plugin_is_said(
    checker: Run, tmp_path: Path, right: Path
) -> None:
    """Who works on a plugin that is installed as well sees which of the two was used."""
    site, work = tmp_path / "site", tmp_path / "work" / "local"
    for folder in (site / "local", work):
        folder.mkdir(parents=True)
        (folder / "plugin.toml").write_text(RULE.format(version=1), "utf-8")
    (site / "local" / "__init__.py").write_text("")
    info = site / "local-2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: local\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text("[checker.validators]\nlocal = local\n")
    here = {"PYTHONPATH": str(site)}
    done = checker("check", right, "--no-mark", "--plugin-dir", work, env=here)
    assert done.returncode == 0
    assert done.stderr == f"提醒：插件 local 用的是文件夹 {work}，不是已安装的软件包 local 2.1。\n"
    assert checker("check", right, "--no-mark", env=here).stderr == ""


def test_a_rule_of_a_plugin_that_is_off_is_not_simply_unknown(checker: Run, tmp_path: Path) -> None:
    """``explain`` says in a line of its own which plugin is off, and why."""
    folder = tmp_path / "local"
    folder.mkdir()
    (folder / "plugin.toml").write_text(RULE.format(version=9), "utf-8")
    done = checker("explain", "LOC1", "--plugin-dir", folder)
    assert done.returncode == 2
    unknown, off = done.stderr.strip().splitlines()[-2:]
    assert "没有规则 LOC1" in unknown
    assert off.startswith("有插件没有启用：local（插件按第 9 版接口编写")
