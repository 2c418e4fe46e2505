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
def command(
    action: str,
    book: str | None,
    from_xl: str | None,
    app: str | None,
    hwnd: int,
    answer: Path | None,
    read_only: bool,
    never_saved: bool,
) -> None:
    """表内按钮用的命令。

    check 校验打开着的工作簿，clean 清除标记；这两个由工作簿里的按钮调用。install 把本程序登记给
    按钮，登记后工作簿里的按钮就能找到它。
    """
    started = time.time()
    try:
        need(CONNECTION, "xlwings")
    except MissingExtra as missing:
        if book and action != "install":
            _tell(missing.reason, answer)
        raise
    if action == "install":
        from checker_xlsx.installing import register

        click.echo(register())
        return
    if not book:
        raise click.UsageError("缺少 --wb：这个命令由工作簿里的按钮调用。")
    from checker_xlsx.light_xlwings import import_xlwings_lightly

    import_xlwings_lightly()
    from checker_xlsx.caller import Call
    from checker_xlsx.clicked import check, clean

    call = Call(book, hwnd, answer, read_only, never_saved)
    sys.exit((check if action == "check" else clean)(call, started))


def _tell(text: str, answer: Path | None) -> None:
    """Tell whoever clicked, as ``caller.give_answer`` does, which itself needs xlwings."""
    if answer is None:
        from checker_xlsx.window import show_message

        show_message(text, "数据校验", True)
        return
    from checker_xlsx.vba.texts import escaped

    answer.write_text(f"!{escaped(text)}\n", encoding="ascii", newline="\r\n")
