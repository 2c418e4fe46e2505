"""``checker plugin``: list, new, check, test, allow."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import click
from msgspec import to_builtins

from checker.cli.commands import (
    HELP,
    Group,
    Refused,
    Unusable,
    plugin_dirs_option,
    plugins_option,
    session_here,
)
from checker.trouble import disk_reason

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(cls=Group)
def command() -> None:
    """插件：列出、新建、检查、测试、允许。"""


@command.command("list")
@plugin_dirs_option
@plugins_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="输出的形式。")  # fmt: skip
def list_plugins(plugin_dirs: tuple[str, ...], plugins: str | None, form: str) -> None:
    """列出插件：版本、规则数、从哪里来；没有启用的说明原因。"""
    from checker.authoring.listing import lines, listed

    session = session_here(plugin_dirs=plugin_dirs, plugins=plugins)
    if form == "json":
        click.echo(json.dumps(to_builtins(list(listed(session))), ensure_ascii=False, indent=1))
    else:
        for line in lines(session):
            click.echo(line)
    if session.errors:
        sys.exit(4)


@command.command("new")
@click.argument("name", metavar="编号")
@click.option("--title", default="", metavar="名称", help="中文名称，默认与编号相同。")
@click.option("--family", default="", metavar="字母", help="规则编号的字母，3 到 6 个大写字母。")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="写到哪里，默认是当前文件夹下的“编号”。",
)
def new(name: str, title: str, family: str, out: Path | None) -> None:
    """新建插件：写好一个马上能通过测试的文件夹，在它上面改。"""
    from checker.authoring.scaffold import ScaffoldError, create

    session = session_here()
    taken = {manifest.id: manifest.id for manifest in session.plugins.manifests}
    taken |= {rule.family: rule.plugin for rule in session.rules.values()}
    folder = out or Path(name)
    try:
        written = create(name, folder, session.edition, taken, title, family)
    except ScaffoldError as problem:
        raise Refused(str(problem)) from None
    except OSError as problem:
        raise Unusable(f"写不进 {folder}（{disk_reason(problem)}）。") from None
    for path in written:
        click.echo(f"已写好 {path.as_posix()}")
    manifest = folder / "plugin.toml"
    click.echo(f"接下来：checker plugin test {folder.as_posix()}，再改 {manifest.as_posix()}。")


@command.command("help")
@click.argument("topic", default="", metavar="[主题]")
@plugin_dirs_option
def explain_topic(topic: str, plugin_dirs: tuple[str, ...]) -> None:
    """怎么写：规则的种类（kinds）、函数（functions）、钩子（hooks）、接口（api）、各页说明。"""
    from checker.authoring.reference import NoTopicError, help_lines

    try:
        for line in help_lines(topic, session_here(plugin_dirs=plugin_dirs)):
            click.echo(line)
    except NoTopicError as nothing:
        raise Refused(str(nothing)) from None


@command.command("check")
@click.argument("folder", type=FOLDER, metavar="文件夹")
@click.option("--strict", is_flag=True, help="有提醒也算不合格。")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="输出的形式。")  # fmt: skip
def check(folder: Path, strict: bool, form: str) -> None:
    """检查插件：清单、编号、依据、例子、说明、没有用上的限值和字段；每个问题一行。"""
    from checker.authoring.inspection import NoPluginError, check_plugin
    from checker.authoring.plugin_source import Weight

    try:
        problems = check_plugin(folder)
    except NoPluginError as trouble:
        raise Refused(str(trouble)) from None
    errors = sum(problem.weight is Weight.ERROR for problem in problems)
    reminders = sum(problem.weight is Weight.REMINDER for problem in problems)
    if form == "json":
        click.echo(json.dumps(to_builtins(problems), ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            click.echo(str(problem))
        verdict = "不能用" if errors else "可以用"
        click.echo(f"{errors} 个错误，{reminders} 个提醒：{verdict}。")
    if errors or (strict and reminders):
        sys.exit(1)


@command.command(
    "test",
    context_settings={**HELP, "ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("folder", type=FOLDER, metavar="文件夹")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[pytest 的参数]…")
def test(folder: Path, arguments: tuple[str, ...]) -> None:
    """运行插件的测试（文件夹里的 tests/），用 checker 提供的 check_rule 等工具。"""
    if importlib.util.find_spec("pytest") is None:
        raise Refused("运行测试需要 pytest，请先安装：pip install pytest")
    if not (folder / "tests").is_dir():
        raise Refused(f"{folder} 中没有 tests 文件夹。")
    sys.stdout.flush()
    # pytest in a process of its own: what it leaves in sys.modules is no concern of ours
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--import-mode=importlib", *arguments, "tests"],
        cwd=folder,
        check=False,
    )
    sys.exit(run.returncode and 1)


@command.command("allow")
@click.argument("folder", type=FOLDER, metavar="文件夹")
def allow_folder(folder: Path) -> None:
    """允许使用这个文件夹里的插件：以后设置文件（checker.toml）写到它就生效。

    插件是会运行的程序，请只允许来源可信的文件夹。
    """
    from checker.settings import allow

    try:
        noted = allow(folder)
    except OSError as problem:
        raise Unusable(f"没能记下来（{disk_reason(problem)}）。") from problem
    click.echo(f"已允许 {folder.resolve()}，记在 {noted}。")
