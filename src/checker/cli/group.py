"""The group of subcommands: knows them by name, imports one only when it runs."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

import click

from checker import __version__
from checker.cli.commands import Command, Group, plugin_failed, settings_here

COMMANDS: dict[str, str] = {
    "check": "校验文件或文件夹，写出带标记的副本",
    "county": "县级汇总：应报缺报、错误总表、差异系数、缺口",
    "report": "自评报告：核对里面的数，按县级自查表写草稿",
    "diff": "比较两次校验：改好了什么，新出了什么",
    "rules": "列出规则",
    "explain": "解释一条规则：查什么、依据、正反例、怎么改",
    "template": "模板：列出、生成、按数据填写",
    "clean": "清除工作簿里的全部标记",
    "mark": "按一份标记清单给工作簿着色加批注",
    "open": "校验后打开带标记的副本",
    "button": "表内“校验”按钮：安装与运行",
    "page": "校验网页：在浏览器里校验，不用安装",
    "plugin": "插件：列出、新建、查写法、检查、试填、测试、打包、允许",
    "demo": "生成演示用的县",
    "doctor": "检查本机环境",
}
"""Subcommand -> its one line of help. Each lives in ``checker.cli.<name>`` as ``command``."""


class LazyGroup(Group):
    """A group that lists its commands without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of ours, or one that a plugin brings; None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return _of_plugin(cmd_name, ())[0]
        command = importlib.import_module(f"checker.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; a usage error names those there are. What a
        plugin's command is given may name its folder (``--plugin-dir``)."""
        if not args or args[0].startswith("-") or args[0] in COMMANDS:
            return super().resolve_command(ctx, args)
        folders, rest = _plugin_dirs(args[1:])
        command, off = _of_plugin(args[0], folders)
        if command is None:
            known = "、".join(self.list_commands(ctx))
            ctx.fail(f"没有命令“{args[0]}”。可用的命令：{known}。{off}")
        return args[0], command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Name and line of help of each."""
        with formatter.section("命令"):
            formatter.write_dl(list(COMMANDS.items()))


def _plugin_dirs(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The folders that ``--plugin-dir`` names, and the other arguments."""
    folders: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        option, joined, value = word.partition("=")
        if option != "--plugin-dir":
            rest.append(word)
        else:
            folders.append(value if joined else next(words, ""))
    return folders, rest


def _of_plugin(name: str, named: Sequence[str]) -> tuple[click.Command | None, str]:
    """A command that a plugin brings; its arguments are passed on as they are. None if there is
    none, and which plugins are off."""
    from checker.plugins.loading import load_plugins
    from checker.settings import BadSettings

    try:
        folders = [*settings_here().plugin_paths(), *map(Path, named)]
    except BadSettings as problem:
        raise click.UsageError(str(problem)) from problem
    plugins = load_plugins(folders)
    contributions = plugins.contributions()
    commands = contributions.commands()
    if name not in commands:
        return None, plugins.why_off()

    @click.command(
        cls=Command,
        name=name,
        help=commands[name],
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    @click.pass_context
    def command(ctx: click.Context, arguments: tuple[str, ...]) -> None:
        try:
            code = contributions.command(name)(list(arguments))
        except Exception as problem:  # a plugin's fault, whatever it is
            ctx.exit(plugin_failed(problem, f"插件的命令“{name}”出错"))
        ctx.exit(code)

    return command, ""


@click.group(cls=LazyGroup, epilog="例：checker check 某某小学.xlsx　　checker explain RES3")
@click.version_option(__version__, message="checker %(version)s", help="显示版本号。")
def command() -> None:
    """校验：在学校填报表里逐格找错，说明依据和改法。"""
