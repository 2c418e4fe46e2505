"""``checker plugin``: list, new, help, check, try, test, build, allow."""

from __future__ import annotations

import importlib.util
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
    echo_json,
    format_option,
    plugin_dirs_option,
    plugin_options,
    session_here,
    writing_to,
)
from checker.trouble import disk_reason

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(cls=Group)
def command() -> None:
    """插件：列出、新建、查写法、检查、试填、测试、打包、允许。"""


@command.command("list")
@plugin_options
@format_option("text", "json")
def list_plugins(form: str) -> None:
    """列出插件：版本、规则数、从哪里来；没有启用的说明原因。"""
    from checker.authoring.listing import lines, listed

    session = session_here()
    if form == "json":
        echo_json(to_builtins(list(listed(session))))
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
@click.option("--with", "parts", default="function", metavar="几样", show_default=True,
              help="另带几样，用逗号隔开：function 函数，sheets 附表，table 明细表，"
                   "county 全县的规则，profile 口径；all 全部。")  # fmt: skip
def new(name: str, title: str, family: str, out: Path | None, parts: str) -> None:
    """新建插件：写好一个马上能通过测试的文件夹，在它上面改。"""
    from checker.authoring.scaffold import PARTS, create

    wanted = list(PARTS) if parts == "all" else [each.strip() for each in parts.split(",") if each]
    unknown = [each for each in wanted if each not in PARTS]
    if unknown:
        raise Refused(f"--with 没有“{unknown[0]}”；可以写：{'、'.join(PARTS)}、all。")
    session = session_here()
    taken = {manifest.id: manifest.id for manifest in session.plugins.manifests}
    taken |= {rule.family: rule.plugin for rule in session.rules.values()}
    folder = out or Path(name)
    with writing_to(folder):
        written = create(name, folder, session.edition, taken, title, family, wanted)
    for path in written:
        click.echo(f"已写好 {path.as_posix()}")
    manifest = folder / "plugin.toml"
    click.echo(f"接下来：checker plugin test {folder.as_posix()}，再改 {manifest.as_posix()}。")


@command.command("help")
@click.argument("topic", default="", metavar="[主题]")
@plugin_dirs_option
def explain_topic(topic: str) -> None:
    """怎么写：规则的种类（kinds）、函数（functions）、钩子（hooks）、接口（api）、各页说明。"""
    from checker.authoring.reference import help_lines

    for line in help_lines(topic, session_here()):
        click.echo(line)


@command.command("check")
@click.argument("folder", type=FOLDER, metavar="文件夹")
@click.option("--strict", is_flag=True, help="有提醒也算不合格。")
@format_option("text", "json")
def check(folder: Path, strict: bool, form: str) -> None:
    """检查插件：清单、编号、依据、例子、说明、没有用上的限值和字段；每个问题一行。"""
    from checker.authoring.inspection import check_plugin
    from checker.authoring.plugin_source import Weight

    problems = check_plugin(folder)
    errors = sum(problem.weight is Weight.ERROR for problem in problems)
    reminders = sum(problem.weight is Weight.REMINDER for problem in problems)
    if form == "json":
        echo_json(to_builtins(problems))
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


@command.command("build")
@click.argument("folder", type=FOLDER, metavar="文件夹")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="dist",
              show_default=True, metavar="文件夹", help="软件包写到哪里。")  # fmt: skip
def build(folder: Path, out: Path) -> None:
    """打成软件包（wheel），别人 pip install 以后就能用；先检查，有错误不打包。"""
    from checker.authoring.inspection import check_plugin
    from checker.authoring.plugin_source import Weight
    from checker.authoring.wheel import build_wheel
    from checker.plugins.manifest import load_manifest

    wrong = [each for each in check_plugin(folder) if each.weight is Weight.ERROR]
    for problem in wrong:
        click.echo(str(problem))
    if wrong:
        raise Refused(f"{len(wrong)} 个错误，没有打包。")
    with writing_to(out):
        wheel = build_wheel(load_manifest(folder / "plugin.toml", ""), out)
    click.echo(f"已写好 {wheel.as_posix()}；安装：pip install --no-deps {wheel.as_posix()}")


@command.command("try")
@click.argument("folder", type=FOLDER, metavar="文件夹")
@click.option("--rule", "rule_id", metavar="规则编号", help="试哪一条，默认第一条能试的。")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="试填",
              show_default=True, metavar="文件夹", help="工作簿写到哪里。")  # fmt: skip
@click.option("--no-open", is_flag=True, help="不打开工作簿。")
def try_plugin(folder: Path, rule_id: str | None, out: Path, no_open: bool) -> None:
    """试一试：生成工作簿，照一条规则的反例填好，校验、着色，打开来看。"""
    from checker_xlsx.dropped import open_workbook

    from checker.authoring.kit import PluginKit
    from checker.model.verdicts import OUTCOME_WORDS

    with writing_to(out):
        tried = PluginKit([folder]).tried(out, rule_id)
    click.echo(f"照规则 {tried.rule} 的第 {tried.example} 个例子填好、校验、着色：")
    for verdict in tried.verdicts:
        word = OUTCOME_WORDS[verdict.outcome]
        click.echo(f"  {verdict.rule}　{word}　{verdict.unit.label}　{verdict.message}")
    click.echo(f"填好的：{tried.book.source.as_posix()}　着色的：{tried.book.path.as_posix()}")
    if not no_open:
        open_workbook(tried.book.path)


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
