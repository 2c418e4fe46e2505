"""``checker rules``: the list of rules, without importing any plugin."""

from __future__ import annotations

from pathlib import Path

import click

from checker.authoring.explanation import write_rule_pages
from checker.authoring.listing import changes, rule_entry, rule_lines
from checker.cli.commands import (
    Command,
    Refused,
    echo_json,
    format_option,
    plugin_dirs_option,
    profile_options,
    session_here,
    writing_to,
)


@click.command(name="rules", cls=Command)
@click.option("--family", metavar="规则族", help="只列这一族，如 TEA。")
@click.option("--template", metavar="模板", help="只列用于这个模板的规则。")
@format_option("text", "json", "markdown")
@profile_options
@click.option("--diff", "older", type=int, metavar="年", help="与这一年相比增、改、删了哪些规则。")
@plugin_dirs_option
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="文件夹",
              help="说明页写到哪里（--format markdown）：每条规则一页，另有目录。")  # fmt: skip
def command(
    family: str | None,
    template: str | None,
    form: str,
    older: int | None,
    out: Path | None,
) -> None:
    """列出规则：编号、结论的轻重、名称。"""
    session = session_here()
    rules = [
        rule
        for rule in session.rules.values()
        if (family is None or rule.family == family.upper())
        and (template is None or template in rule.templates)
    ]
    if not rules:
        families = sorted({rule.family for rule in session.rules.values()})
        told = f"没有这样的规则。规则族有：{'、'.join(families)}。"
        raise Refused(told + session.plugins.why_off())
    if older is not None:
        everything = family is None and template is None
        for line in changes(session, older, None if everything else rules):
            click.echo(line)
    elif form == "markdown":
        if out is None:
            raise Refused("请用 --out 写明说明页写到哪个文件夹。")
        with writing_to(out):
            written = write_rule_pages(session, rules, out)
        click.echo(f"已写好 {len(written)} 页，在 {out}")
    elif form == "json":
        echo_json([rule_entry(rule, session) for rule in rules])
    else:
        for line in rule_lines(rules, session):
            click.echo(line)
