"""``checker rules``: the list of rules, without importing any plugin."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click


@click.command(name="rules", options_metavar="[选项]")
@click.option("--family", metavar="规则族", help="只列这一族，如 TEA。")
@click.option("--template", metavar="模板", help="只列用于这个模板的规则。")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text",
              show_default=True, help="输出的形式。")  # fmt: skip
@click.option("--profile", metavar="口径", help="口径：地区名称或一个口径文件。")
@click.option("--edition", type=int, metavar="年", help="哪一年的规则。")
@click.option("--diff", "older", type=int, metavar="年", help="与这一年相比增、改、删了哪些规则。")
@click.option("--plugin-dir", "plugin_dirs", multiple=True, metavar="文件夹", help="另加的插件。")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="文件夹",
              help="说明页写到哪里（--format markdown）：每条规则一页，另有目录。")  # fmt: skip
def command(
    family: str | None,
    template: str | None,
    form: str,
    profile: str | None,
    edition: int | None,
    older: int | None,
    plugin_dirs: tuple[str, ...],
    out: Path | None,
) -> None:
    """列出规则：编号、结论的轻重、名称。"""
    from checker.authoring.rule_list import changes, rule_entry, rule_lines
    from checker.session import BadChoice, Session
    from checker.settings import BadSettings, find_settings

    try:
        settings = find_settings(Path.cwd())
        session = Session(settings.session_options(profile, edition, plugin_dirs))
        rules = [
            rule
            for rule in session.rules.values()
            if (family is None or rule.family == family.upper())
            and (template is None or template in rule.templates)
        ]
    except (BadChoice, BadSettings) as problem:
        click.echo(f"错误：{problem}", err=True)
        sys.exit(2)
    if not rules:
        families = sorted({rule.family for rule in session.rules.values()})
        click.echo(f"错误：没有这样的规则。规则族有：{'、'.join(families)}。", err=True)
        sys.exit(2)
    if older is not None:
        everything = family is None and template is None
        for line in changes(session, older, None if everything else rules):
            click.echo(line)
        return
    if form == "markdown":
        from checker.authoring.explanation import write_rule_pages

        if out is None:
            click.echo("错误：请用 --out 写明说明页写到哪个文件夹。", err=True)
            sys.exit(2)
        try:
            written = write_rule_pages(session, rules, out)
        except OSError as problem:
            click.echo(f"错误：写不进 {out}（{problem.strerror or problem}）。", err=True)
            sys.exit(2)
        click.echo(f"已写好 {len(written)} 页，在 {out}")
        return
    if form == "json":
        entries = [rule_entry(rule, session) for rule in rules]
        click.echo(json.dumps(entries, ensure_ascii=False, indent=1))
        return
    for line in rule_lines(rules, session):
        click.echo(line)
