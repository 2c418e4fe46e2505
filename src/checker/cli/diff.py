"""``checker diff``: what two runs say differently."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from msgspec import to_builtins

from checker.cli.commands import Command, GivenFile, echo_json, format_option
from checker.county.difference import (
    Difference,
    Noted,
    RunProblem,
    SchoolChange,
    compare,
    read_run,
)
from checker.model.verdicts import OUTCOME_WORDS

_WORDS = {outcome.value: word for outcome, word in OUTCOME_WORDS.items()}


@click.command(
    name="diff",
    cls=Command,
    help="比较两次校验：改好了什么，新出了什么，哪些结论变了。\n\n"
    "退出码：0 没有新出的问题；1 有新出的；3 前一次或后一次的结果读不出来。",
)
@click.argument("before", type=GivenFile(folders=True), metavar="前一次")
@click.argument("after", type=GivenFile(folders=True), metavar="后一次")
@format_option("text", "json", help_text="输出格式。")
def command(before: Path, after: Path, form: str) -> None:
    """Exit code 0: nothing new; 1: new findings or worse verdicts; 3: a run cannot be read."""
    try:
        difference = compare(read_run(before), read_run(after))
    except RunProblem as problem:
        click.echo(problem.reason, err=True)
        sys.exit(3)
    if form == "json":
        echo_json(to_builtins(difference), indent=2)
    else:
        click.echo(difference_text(difference))
    sys.exit(1 if any(change.new for change in difference.schools) else 0)


def difference_text(difference: Difference) -> str:
    """The comparison as lines for a person, totals on top."""
    changes = difference.schools
    mended = sum(len(change.mended) for change in changes)
    new = sum(len(change.new) for change in changes)
    flipped = sum(len(change.flipped) for change in changes)
    remaining = sum(change.remaining for change in changes)
    lines = [
        f"共 {len(changes)} 所学校：改好 {mended} 处，新出 {new} 处，"
        f"结论变化 {flipped} 处，仍有 {remaining} 处未改。"
    ]
    lines += difference.conditions
    if difference.joined:
        lines.append(f"新报送：{'、'.join(difference.joined)}")
    if difference.gone:
        lines.append(f"上次有、这次没有：{'、'.join(difference.gone)}")
    for change in changes:
        if change.changed:
            lines += ["", *_school_lines(change)]
    return "\n".join(lines)


def _school_lines(change: SchoolChange) -> list[str]:
    lines = [f"{change.name}（{change.school}）：仍有 {change.remaining} 处未改"]
    lines += [f"  改好 {_place(noted)} {noted.message}" for noted in change.mended]
    lines += [f"  新出 {_place(noted)} {noted.message}" for noted in change.new]
    for flip in change.flipped:
        words = f"{_WORDS.get(flip.before.verdict)} → {_WORDS.get(flip.after.verdict)}"
        lines.append(f"  {words} {_place(flip.after)} {flip.after.message}")
    return lines


def _place(noted: Noted) -> str:
    where = f" {noted.sheet}!{noted.cell}" if noted.cell else ""
    return f"[{noted.rule}]{where}"
