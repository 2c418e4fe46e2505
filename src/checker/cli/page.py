"""``checker page``: 校验.html, the page that checks workbooks in a browser."""

from __future__ import annotations

from pathlib import Path

import click
from msgspec.structs import replace

from checker.cli.commands import (
    Group,
    plugin_options,
    profile_options,
    session_options,
    settings_here,
)


@click.group(cls=Group)
def command() -> None:
    """校验网页：一个文件，双击在浏览器里打开，不用安装，表格不离开电脑。"""


@command.command(epilog="例：checker page build -o 校验.html --profile jiangxi")
@click.option("-o", "--out", "target", default="校验.html", show_default=True, metavar="文件",
              type=click.Path(dir_okay=False, path_type=Path), help="网页写到哪里。")  # fmt: skip
@profile_options
@plugin_options
@click.option("--template", "templates", multiple=True, metavar="模板",
              help="网页里可以下载哪些空白表（可写多次），默认全部。")  # fmt: skip
@click.option("--inputs", multiple=True, metavar="文件夹",
              type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="已经下载好的部件在哪里（没有网络时用，可写多次）。")  # fmt: skip
def build(
    target: Path,
    templates: tuple[str, ...],
    inputs: tuple[Path, ...],
) -> None:
    """生成校验网页，带上选定的口径和插件。

    部件（浏览器用的 Python 等）从 npm 和 PyPI 下载，按校验和核对，存在缓存里；要用 Node.js。
    """
    from checker.page.building import build as build_page

    settings = settings_here()
    options = replace(
        session_options(settings),
        select=settings.select,
        ignore=settings.ignore,
        previous=None,
    )
    built = build_page(target, options, templates, inputs)
    click.echo(f"网页写到 {built.path}，{built.size / 1e6:.1f} MB；双击用浏览器打开，不用网络。")
