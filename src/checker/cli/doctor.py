"""``checker doctor``: what is installed on this PC, and what the buttons still lack."""

from __future__ import annotations

import sys

import click

from checker.cli.commands import Command, echo_json, format_option


@click.command(cls=Command)
@format_option("text", "json")
@click.option("--imports", is_flag=True, hidden=True)
def command(form: str, imports: bool) -> None:
    """检查本机环境：装了什么，用什么打开工作簿，宏能不能运行，还缺什么。

    缺少必需的东西时，退出码是 1。
    """
    from checker_xlsx.diagnosis import State, diagnose

    if imports:  # for the build: what the button needs can be imported in the frozen program
        from checker_xlsx.light_xlwings import import_xlwings_lightly

        import_xlwings_lightly()
        import checker_xlsx.attached  # noqa: F401

        click.echo("xlwings")
        return
    findings = diagnose()
    lacking = any(one.state is State.LACKING for one in findings)
    if form == "json":
        echo_json([{"about": x.about, "state": x.state.value, "text": x.text} for x in findings])
    else:
        for one in findings:
            click.echo(f"{one.state.value}　{one.about}：{one.text}")
    if lacking:
        sys.exit(1)
