"""``checker explain``: one rule, told from the one place where it is written down."""

from __future__ import annotations

import click

from checker.authoring.explanation import explanation_lines
from checker.cli.commands import (
    Command,
    Refused,
    plugin_dirs_option,
    profile_options,
    session_here,
)


@click.command(name="explain", cls=Command)
@click.argument("rule_id", metavar="规则编号")
@profile_options
@plugin_dirs_option
def command(rule_id: str) -> None:
    """解释一条规则：查什么、依据、为什么、正例、反例、怎么改、自何时起。"""
    session = session_here()
    rule = session.rules.get(rule_id) or session.rules.get(rule_id.upper())
    if rule is None:
        near = [known for known in session.rules if known.startswith(rule_id.upper()[:3])]
        off = session.plugins.why_off()
        shown = "、".join(
            sorted(near, key=lambda known: not known.startswith(rule_id.upper()))[:10]
        )
        more = f"等 {len(near)} 条，用“checker rules”查看全部" if len(near) > 10 else ""
        hint = f"相近的有：{shown}{more}。" if near else "用“checker rules”查看全部规则。"
        raise Refused("\n".join(filter(None, (f"没有规则 {rule_id}。{hint}", off))))
    for line in explanation_lines(rule, session):
        click.echo(line)
