"""``checker open``: for workbooks dropped on the program, where no button can be clicked."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from checker.cli.commands import Command


@click.command(
    cls=Command,
    epilog="例：checker open 某某小学.xlsx",
)
@click.argument("files", metavar="文件…", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--no-window", is_flag=True, help="结果写在屏幕上，不弹出窗口，也不打开文件。")
def command(files: tuple[Path, ...], no_window: bool) -> None:
    """校验工作簿，在旁边写出带标记的副本并打开它，用窗口说明结果。

    给不能用按钮的人：把工作簿拖到校验程序的图标上就是这个命令。原文件不改动。
    """
    from checker_xlsx.dropped import HOW_TO_USE, check_dropped, open_workbook
    from checker_xlsx.window import show_message

    title = "数据校验"
    if not files:
        if no_window:
            click.echo(HOW_TO_USE)
        else:
            show_message(HOW_TO_USE, title)
        return
    outcomes = [check_dropped(file) for file in files]
    text = "\n\n".join(outcome.text for outcome in outcomes)
    if no_window:
        click.echo(text)
    else:
        for outcome in outcomes:
            if outcome.copy is not None:
                open_workbook(outcome.copy)
        show_message(text, title, any(outcome.failed for outcome in outcomes))
    sys.exit(3 if any(outcome.failed for outcome in outcomes) else 0)
