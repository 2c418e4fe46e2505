"""``checker clean``: take every mark away again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from checker.cli.commands import Command, GivenFile, Unusable


@click.command(
    cls=Command,
    epilog="例：checker clean 某某小学.xlsx　　checker clean *.xlsx --in-place",
)
@click.argument(
    "files",
    metavar="文件…",
    nargs=-1,
    required=True,
    type=GivenFile(),
)
@click.option(
    "-o",
    "--output",
    metavar="文件",
    type=click.Path(dir_okay=False, path_type=Path),
    help="清除后的文件写到哪里（只清一个文件时用），默认是旁边的“文件名.清除.xlsx”。",
)
@click.option("--in-place", is_flag=True, help="写进原文件；第一次会留下“文件名.备份.xlsx”。")
def command(files: tuple[Path, ...], output: Path | None, in_place: bool) -> None:
    """清除工作簿里校验留下的全部颜色、批注和结果表，恢复原样。"""
    if in_place and output is not None:
        raise click.UsageError("--in-place 和 -o 只能用一个")
    if output is not None and len(files) > 1:
        raise click.UsageError("用 -o 时只能给一个文件")
    unusable = False
    for file in files:
        target = file if in_place else output or file.with_name(f"{file.stem}.清除{file.suffix}")
        unusable |= not _clean(file, target, in_place)
    if unusable:
        sys.exit(Unusable.exit_code)


def _clean(file: Path, target: Path, in_place: bool) -> bool:
    """Clean one file and say what happened; whether it worked."""
    from checker.writing import UnwritableWorkbook, clean_in_place, clean_marks

    try:
        summary = clean_in_place(file) if in_place else clean_marks(file, target)
    except UnwritableWorkbook as refused:
        click.echo(f"{file.name}：{refused.reason}", err=True)
        return False
    if not summary.found:
        click.echo(f"{file.name}：没有校验留下的标记，照原样写到 {target}。")
    elif summary.exact:
        click.echo(f"{file.name}：标记已全部清除，和标记之前一模一样，写到 {target}。")
    else:
        click.echo(f"{file.name}：标记已清除，恢复 {summary.restored} 处，写到 {target}。")
    for one in summary.kept:
        click.echo(f"  保留 {one.place}：{one.reason}")
    return True
