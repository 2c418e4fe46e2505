"""``make commands``: ``docs/commands.md``, every command and option the program has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from checker.cli.chinese import speak_chinese
from checker.cli.group import COMMANDS, command
from checker.marking.results import ExitCode

TARGET = Path(__file__).parents[1] / "commands.md"
EXIT_CODES: dict[int, str] = {
    0: "没有必须修改的问题（未达标不算；`--strict` 时未达标、未判断、空白表也算）",
    1: "有不通过的；`plugin check`、`plugin test`、`doctor`、`report` 查出了问题",
    2: "命令或设置写错；`--previous` 的文件、地址打不开",
    3: "要查的文件、文件夹、地址不存在或读不出来，不是已知的填报表，或者结果写不进去",
    4: "规则、插件或程序自身出错，写明的插件文件夹不存在，集群断了：与学校的数据无关",
    130: "没有查完就被 Ctrl-C 中断，结果只包括中断前的",
}
"""What each exit code means for all commands; a test holds its numbers to ``ExitCode``."""
HEAD = """# 命令行

<!-- 由 make commands 从程序生成，请不要手改。 -->

下面是程序的全部命令和选项，与 `checker 命令 --help` 显示的一样。插件还可以带来别的命令。

## 退出码

| 退出码 | 含义 |
|---|---|
"""


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group with its full name, groups before what is in them."""
    context = click.Context(group, info_name=" ".join(path) or "checker")
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None, name
        yield " ".join(("checker", *path, name)), found
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


def page() -> str:
    """The whole text. Every command is imported."""
    speak_chinese()
    lines = [HEAD.rstrip("\n")]
    lines += [f"| {code} | {words} |" for code, words in EXIT_CODES.items()]
    lines += ["", "同时出现几种时取大的数。一个命令有自己的说法时，写在它那一节。"]
    for name, found in commands(command):
        depth = len(name.split())
        lines += ["", f"{'#' * depth} `{name}`", ""]
        if depth == 2:
            lines += [COMMANDS[name.split()[1]] + "。", ""]
        words = cleandoc(found.help or "").replace("\b\n", "")
        if words.rstrip("。") != COMMANDS.get(name.split()[-1], ""):
            lines += [words, ""]
        lines += ["```", usage(name, found), "```"]
        rows = [row for each in found.params if (row := option_row(name, each))]
        if rows:
            lines += ["", "| 选项 | 作用 |", "|---|---|", *rows]
        if found.epilog:
            lines += ["", found.epilog]
    return "\n".join(lines) + "\n"


def usage(name: str, found: click.Command) -> str:
    """The line of how it is called."""
    context = click.Context(found, info_name=name)
    return " ".join((name, *found.collect_usage_pieces(context)))


def option_row(name: str, each: click.Parameter) -> str:
    """A row of the table; empty for arguments and what the help hides."""
    record = each.get_help_record(click.Context(click.Command(name)))
    if record is None or not isinstance(each, click.Option):
        return ""
    option, help_text = (part.replace("|", "\\|").replace("\n", " ") for part in record)
    return f"| `{option}` | {help_text} |"


def main() -> None:
    """Write the page."""
    TARGET.write_text(page(), "utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(list(commands(command)))} commands\n")


if __name__ == "__main__":
    assert {int(code) for code in ExitCode} <= set(EXIT_CODES)
    main()
