"""``checker template adopt`` and ``show``: a form that a county drew itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from checker.cli.commands import Command, Refused, plugin_dirs_option
from checker.cli.template.chosen import (
    FILE,
    as_new_format,
    folders_option,
    installed_here,
    said_plainly,
    unreadable_said,
)


@click.command(cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="文件…", type=FILE)
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="起草的 template.toml 写到这个文件夹。",
)
@click.option("--id", "template_id", default="own_form", metavar="编号", help="模板的编号。")
@click.option(
    "--check",
    "checking",
    is_flag=True,
    help="不起草：用现有的模板读每一份，列出没有找到的和各份不一致的。",
)
@click.option(
    "--with-button",
    "button",
    is_flag=True,
    help="不起草：给每一份加上“校验”“清除”按钮，另存为 .xlsm，别的都不变。",
)
@click.option(
    "--button-at",
    metavar="格子",
    help="按钮放在哪一格，如 H1。默认在表的右边。",
)
@folders_option
@plugin_dirs_option
def adopt(
    files: tuple[Path, ...],
    out: Path | None,
    template_id: str,
    checking: bool,
    button: bool,
    button_at: str | None,
) -> None:
    """由自己的表起草模板：一份空白表，加上几份填好的。

    写出的是草稿：字段编号、类型、单位都要核对；见文档“用自己的表”。
    """
    from checker.authoring.adoption import draft
    from checker.authoring.adoption_check import compare
    from checker.authoring.rule_draft import write_rules
    from checker.reading import read_snapshot

    if checking:
        with said_plainly():
            templates = [item.template for item in installed_here()]
        for line in compare(templates, files):
            click.echo(line)
        return
    if button:
        _add_buttons(files, out, button_at)
        return
    if out is None:
        raise Refused("请用 -o 写明草稿放在哪个文件夹。")
    target = out / "template.toml"
    if target.exists():
        raise Refused(f"{target} 已经有了，不覆盖；请换一个文件夹。")
    snapshots = []
    for path in files:
        with unreadable_said(path):
            snapshots.append(read_snapshot(path))
    made = draft(snapshots, template_id)
    if not made.found:
        raise Refused(f"{files[0]} 里没有找到表格，也没有“名称：内容”。")
    if not made.text:
        for line in made.found:
            click.echo(line)
        raise Refused("表上没有能确定的内容，没有写草稿；请先按上面的提示改表。")
    with said_plainly():
        out.mkdir(parents=True, exist_ok=True)
        target.write_text(made.text, "utf-8")
    for line in made.found:
        click.echo(line)
    with said_plainly():
        written = write_rules(made.rules, out, template_id)
    if written is not None:
        seen = f"看出 {len(made.rules)} 条关系" if made.rules else "没有看出总成立的关系"
        click.echo(f"{seen}，规则的草稿写到 {written}。")
    click.echo(f"草稿写到 {target}；请逐项核对，再用 checker template show 看每一格读成了什么。")


def _add_buttons(files: Sequence[Path], out: Path | None, cell: str | None) -> None:
    """Write beside each workbook, or in the folder ``out``, a copy with the button."""
    from checker_xlsx.assembly import add_to_own_workbook

    from checker.forms.header_paths import cell_at

    at = cell_at("", cell) if cell else None
    if cell and at is None:
        raise Refused(f"“{cell}”不是格子，应如 H1。")
    for path in files:
        target = (out or path.parent) / f"{path.stem}.xlsm"
        if target.exists():
            raise Refused(f"{target} 已经有了，不覆盖；请用 -o 写另一个文件夹。")
        with said_plainly():
            target.parent.mkdir(parents=True, exist_ok=True)
            with unreadable_said(path), as_new_format(path) as new:
                where = add_to_own_workbook(new, target, (at.row, at.column) if at else None)
        click.echo(f"已写 {target}，按钮在 {where}。")
    click.echo(
        "按钮用本机装好的插件校验；放在文件夹里的插件，请写进自己的 checker.toml 的 plugin_dirs。"
    )


@click.command(cls=Command)
@click.argument("file", metavar="文件", type=FILE)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="文件",
    type=click.Path(dir_okay=False, path_type=Path),
    help="标出字段的副本写到哪里。",
)
@folders_option
@plugin_dirs_option
def show(file: Path, output: Path) -> None:
    """在副本里标出每一格读成哪个字段，另加一张“对照”表。"""
    from checker.authoring.adoption_check import show as write_shown

    with said_plainly():
        templates = [item.template for item in installed_here()]
        with unreadable_said(file):
            submission = write_shown(templates, file, output)
    click.echo(f"按“{submission.template.title}”读，已写 {output}。")
