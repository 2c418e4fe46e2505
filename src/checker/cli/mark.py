"""``checker mark``: colour and annotate any workbook from a list of marks."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from checker.cli.commands import Command, GivenFile, Unusable
from checker.trouble import disk_reason


@click.command(
    cls=Command,
    epilog="例：checker mark 某某小学.xlsx 标记.json -o 某某小学.标记.xlsx",
)
@click.argument("file", metavar="文件", type=GivenFile())
@click.argument("marks", metavar="标记清单", type=GivenFile())
@click.option(
    "-o",
    "--output",
    metavar="文件",
    type=click.Path(dir_okay=False, path_type=Path),
    help="带标记的副本写到哪里，默认是旁边的“文件名.标记.xlsx”。",
)
@click.option("--in-place", is_flag=True, help="写进原文件；第一次会留下“文件名.备份.xlsx”。")
def command(file: Path, marks: Path, output: Path | None, in_place: bool) -> None:
    """按一份标记清单（JSON）给工作簿着色、加批注、加结果表。

    清单的写法：{"marks": [{"sheet": "教师", "cell": "C7", "fill": "fail", "note": "…"}],
    "sheets": [{"title": "校验结果", "rows": [["位置", "结论"]]}]}。颜色 fill 有 pass、fail、
    doubt、explained、unmet、info 六种。以前的标记会先被清除，其余内容一概不动。
    """
    from checker.writing import UnwritableWorkbook, write_changes, write_in_place
    from checker.writing.mark_list import MarkListError, read_mark_list

    if in_place and output is not None:
        raise click.UsageError("--in-place 和 -o 只能用一个")
    try:
        changes = read_mark_list(marks)
    except MarkListError as error:
        raise click.UsageError(f"标记清单有误：{error}") from None
    except OSError as error:
        click.echo(f"标记清单读不出来：{marks}（{disk_reason(error)}）", err=True)
        sys.exit(Unusable.exit_code)
    target = file if in_place else output or file.with_name(f"{file.stem}.标记{file.suffix}")
    try:
        if in_place:
            summary = write_in_place(file, changes)
        else:
            summary = write_changes(file, target, changes)
    except UnwritableWorkbook as refusal:
        click.echo(f"{file.name}：{refusal.reason}", err=True)
        sys.exit(Unusable.exit_code)
    for one in summary.skipped:
        click.echo(f"没有标记 {one.place}：{one.reason}", err=True)
    click.echo(
        f"已写入 {target}：着色 {summary.filled} 格，批注 {summary.notes} 条"
        + (f"，填写 {summary.edits} 格" if summary.edits else "")
        + (f"，结果表 {'、'.join(summary.sheets)}" if summary.sheets else "")
        + "。"
    )
