"""``checker explain``: one rule, told from the one place where it is written down."""

from __future__ import annotations

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
    from checker.cli.explain_run import run_explain

    run_explain(rule_id, profile, edition, plugin_dirs)
