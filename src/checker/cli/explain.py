"""``checker explain``: one rule, told from the one place where it is written down."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(name="explain", options_metavar="[选项]")
@click.argument("rule_id", metavar="规则编号")
@click.option("--profile", metavar="口径", help="口径：地区名称或一个口径文件。")
@click.option("--edition", type=int, metavar="年", help="哪一年的规则和阈值。")
@click.option("--plugin-dir", "plugin_dirs", multiple=True, metavar="文件夹", help="另加的插件。")
def command(
    rule_id: str, profile: str | None, edition: int | None, plugin_dirs: tuple[str, ...]
) -> None:
    """解释一条规则：查什么、依据、为什么、正例、反例、怎么改、自何时起。"""
    from checker.reports.explanation import explanation_lines
    from checker.session import BadChoice, Session, SessionOptions
    from checker.settings import BadSettings, find_settings

    try:
        settings = find_settings(Path.cwd())
        session = Session(
            SessionOptions(
                profile=profile or settings.profile,
                edition=edition if edition is not None else settings.edition,
                plugin_dirs=plugin_dirs or settings.plugin_dirs,
                plugins=settings.plugins,
            )
        )
        rule = session.rules.get(rule_id) or session.rules.get(rule_id.upper())
    except (BadChoice, BadSettings) as problem:
        click.echo(f"错误：{problem}", err=True)
        sys.exit(2)
    if rule is None:
        near = [known for known in session.rules if known.startswith(rule_id.upper()[:3])]
        hint = f"相近的有：{'、'.join(near)}。" if near else "用“checker rules”查看全部规则。"
        click.echo(f"错误：没有规则 {rule_id}。{hint}", err=True)
        sys.exit(2)
    for line in explanation_lines(rule, session):
        click.echo(line)
