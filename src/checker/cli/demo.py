"""``checker demo``: material to try the program with."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli.commands import Group, Unusable
from checker.trouble import disk_reason


@click.group(
    name="demo",
    help="生成演示用的材料。",
    cls=Group,
)
def command() -> None:
    """Groups the kinds of demo material."""


@command.command(name="county")
@click.option(
    "--schools",
    type=click.IntRange(1, 100_000),
    default=60,
    show_default=True,
    metavar="数",
    help="学校数。",
)
@click.option("--seed", type=int, default=7, show_default=True, metavar="数", help="随机种子。")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="文件夹",
    help="写到哪个文件夹。",
)
def county(schools: int, seed: int, out: Path) -> None:
    """生成一个虚构的县：每校一份填报表，有的带着事先埋好的错误。

    answers.json 是答案：哪个文件、哪条规则、哪张表、哪一格。名册.csv 是应报名单。
    同样的种子总是生成同样的县。
    """
    from checker.demo.synthetic_county import ANSWERS, ROSTER, TEMPLATE, build_and_write
    from checker.forms.registry import choose, installed_templates

    template = choose(installed_templates(), TEMPLATE).template
    try:
        written = build_and_write(template, out, schools, seed)
    except OSError as problem:
        raise Unusable(f"写不进文件夹 {out}：{disk_reason(problem)}。") from problem
    click.echo(f"已生成 {written.schools} 份填报表：{out}")
    click.echo(
        f"埋了 {len(written.faults)} 种错误，答案 {len(written.answers)} 条：{out / ANSWERS}"
    )
    click.echo(f"名册：{out / ROSTER}")
