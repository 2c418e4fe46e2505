"""``checker template``: list templates, build their workbooks, fill them, show their fields."""

from __future__ import annotations

import click

from checker.cli.commands import Group
from checker.cli.template.build import build
from checker.cli.template.fill import fill
from checker.cli.template.listing import fields, list_templates
from checker.cli.template.own_form import adopt, show


@click.group(cls=Group)
def command() -> None:
    """模板：列出、生成、按数据填写、查看字段。"""


for each in (list_templates, build, fill, fields, adopt, show):
    command.add_command(each)
