"""``checker template build``: blank workbooks, with a copy that has the button."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli.commands import Command, Refused, chosen_option, plugin_dirs_option, session_here
from checker.cli.template.chosen import (
    as_new_format,
    folders_option,
    installed_here,
    own_blank,
    said_plainly,
    unreadable_said,
    workbook_option,
)

if TYPE_CHECKING:
    from checker.forms.registry import InstalledTemplate


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[模板]…")
@folders_option
@plugin_dirs_option
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="生成到这个文件夹。默认：自己的模板放在 template.toml 旁边，程序自带的放在当前文件夹。",
)
@chosen_option(
    "--profile", metavar="口径", help="“指标”页用哪个口径的限值（编号或文件），默认国家标准。"
)
@click.option(
    "--button/--no-button", default=True, help="是否同时生成带“校验”按钮的 .xlsm（默认生成）。"
)
@workbook_option
def build(
    names: tuple[str, ...],
    out: Path | None,
    button: bool,
    workbook: Path | None,
) -> None:
    """由 template.toml 生成空白工作簿；不写模板就生成全部。

    用自己的表的模板不重画：空白表原样照用，另写一份加上按钮的。
    """
    from checker_templates.building.build import build_workbook
    from checker_templates.building.check_relations import check_relations
    from checker_templates.building.live_formulas import live_formulas
    from checker_templates.building.macro_workbook import build_macro_workbook

    from checker.forms.registry import choose, is_bundled

    if out is not None and not out.is_dir() and out.suffix.lower() in (".xlsx", ".xlsm"):
        raise Refused(f"-o 后面写文件夹；工作簿的名称由模板定，不能写成 {out}。")
    session = session_here()
    with said_plainly():
        installed = installed_here()
        chosen = [choose(installed, name) for name in names]
        for item in chosen or [each for each in installed if each.template.layout is None]:
            if item.template.layout is not None:
                _build_own(item, out, button, own_blank(item, workbook))
                continue
            folder = out or (Path.cwd() if is_bundled(item) else item.folder)
            target = folder / item.workbook.name
            target.parent.mkdir(parents=True, exist_ok=True)
            formulas = live_formulas(item.template, session.ruleset, session.profile)
            relations = check_relations(item.template, session.ruleset)
            build_workbook(item.template, target, formulas=formulas, relations=relations)
            click.echo(f"已生成 {target}")
            if button:
                macro = target.with_suffix(".xlsm")
                build_macro_workbook(item.template, macro, formulas=formulas, relations=relations)
                click.echo(f"已生成 {macro}")


def _build_own(item: InstalledTemplate, out: Path | None, button: bool, blank: Path) -> None:
    """The county's own workbook as it is, and a copy of it with the button."""
    from checker_templates.building.fill_data import FillData
    from checker_templates.building.own_workbook import left_in_blank
    from checker_xlsx.assembly import add_to_own_workbook

    from checker.reading import read_snapshot
    from checker.writing.zip_container import write_whole

    with unreadable_said(blank):
        for line in left_in_blank(item.template, read_snapshot(blank), FillData()):
            click.echo(line, err=True)
    target = (out or item.folder) / item.workbook.with_suffix(blank.suffix).name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (target.exists() and target.samefile(blank)):
        write_whole(target, blank.read_bytes())
        click.echo(f"已生成 {target}（{blank.name} 原样）")
    if button:
        macro = target.with_suffix(".xlsm")
        with as_new_format(blank) as new:
            where = add_to_own_workbook(new, macro)
        click.echo(f"已生成 {macro}，按钮在 {where}")
