"""``checker button``: what the buttons inside a workbook call, and putting the program in place."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from checker.cli.commands import Command
from checker.extras import MissingExtra, need

CONNECTION = "lo" if sys.platform.startswith("linux") else "excel"
"""The extra that reaches the spreadsheet program of this system."""


@click.command(
    cls=Command,
    epilog="例：checker button install",
)
@click.argument("action", metavar="动作", type=click.Choice(["check", "clean", "install"]))
@click.option("--wb", "book", metavar="工作簿", help="工作簿的名称或路径。")
@click.option("--from_xl", metavar="1", hidden=True)
@click.option("--app", metavar="程序", hidden=True)
@click.option("--hwnd", type=int, default=0, hidden=True)
@click.option("--answer", type=click.Path(path_type=Path), hidden=True)
@click.option("--read-only", is_flag=True, hidden=True)
@click.option("--never-saved", is_flag=True, hidden=True)
@click.option("--launcher", type=int, default=0, hidden=True)
@click.option("--copy", type=click.Path(path_type=Path), hidden=True)
@click.option("--description", type=click.Path(path_type=Path), hidden=True)
@click.option("--orders", type=click.Path(path_type=Path), hidden=True)
def command(
    action: str,
    book: str | None,
    from_xl: str | None,
    app: str | None,
    hwnd: int,
    answer: Path | None,
    read_only: bool,
    never_saved: bool,
    launcher: int,
    copy: Path | None,
    description: Path | None,
    orders: Path | None,
) -> None:
    """表内按钮用的命令。

    check 校验打开着的工作簿，clean 清除标记；这两个由工作簿里的按钮调用。install 把本程序登记给
    按钮，登记后工作簿里的按钮就能找到它。
    """
    started = time.time()
    if action == "install":
        need(CONNECTION, "xlwings")
        from checker_xlsx.installing import register

        click.echo(register())
        return
    if not book:
        raise click.UsageError("缺少 --wb：这个命令由工作簿里的按钮调用。")
    from checker_xlsx.caller import USE_A_COPY, Call, give_answer

    call = Call(book, hwnd, answer, read_only, never_saved, launcher, copy, description, orders)
    if copy is None:
        try:
            need(CONNECTION, "xlwings")
        except MissingExtra as missing:
            if call.can_ask_again:
                give_answer(call, USE_A_COPY, False)
                return
            give_answer(call, missing.reason, True)
            raise
    from checker_xlsx.clicked import check, clean

    sys.exit((check if action == "check" else clean)(call, started))
