"""``checker check`` for click: its options, its help, its usage errors."""

from __future__ import annotations

import click

from checker.cli.check_run import CheckChoices, run_check


@click.command(name="check", options_metavar="[选项]")
@click.argument("paths", nargs=-1, required=True, metavar="文件或文件夹…")
@click.option("--format", "form", default="text", show_default=True, metavar="形式",
              help="输出的形式：text、json、junit、sarif，或插件提供的形式。")  # fmt: skip
@click.option("--select", multiple=True, metavar="规则", help="只查这些规则、规则族或插件。")
@click.option("--ignore", multiple=True, metavar="规则", help="不查这些规则、规则族或插件。")
@click.option("--profile", metavar="口径", help="口径：地区名称（如 jiangxi）或一个口径文件。")
@click.option("--edition", type=int, metavar="年", help="按哪一年的规则和阈值校验。")
@click.option("--previous", metavar="文件或文件夹",
              help="上年的表，用于与上年比较；可以是 zip 或网址。")  # fmt: skip
@click.option("--out", metavar="文件夹",
              help="标记副本和数据表写到哪里；默认副本写到旁边的“校验结果”。")  # fmt: skip
@click.option("--in-place", is_flag=True, help="直接在原文件上标记（先留一份备份）。")
@click.option("--no-mark", is_flag=True, help="不写标记副本。")
@click.option("--plugin-dir", "plugin_dirs", multiple=True, metavar="文件夹", help="另加的插件。")
@click.option("--plugins", metavar="编号", help="只用这些插件，用逗号隔开。")
@click.option("--workers", type=click.IntRange(1), metavar="数", help="用几个进程。")
@click.option("--scheduler", metavar="tcp://…",
              help="交给已有的 Dask 集群计算，数据表（Parquet）写到结果文件夹。")  # fmt: skip
@click.option("--no-cache", is_flag=True, help="不用上次的结果，整个文件夹重新校验。")
@click.option(
    "--watch", is_flag=True, help="一直运行，文件改了、新到了就重新校验，按 Ctrl-C 结束。"
)
def command(
    paths: tuple[str, ...],
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    profile: str | None,
    edition: int | None,
    previous: str | None,
    out: str | None,
    in_place: bool,
    no_mark: bool,
    plugin_dirs: tuple[str, ...],
    plugins: str | None,
    workers: int | None,
    scheduler: str | None,
    no_cache: bool,
    watch: bool,
) -> None:
    """校验填报表：文件或文件夹。

    退出码：0 没有必须修改的问题；1 有不通过的；2 命令写错；3 有文件读不出来或不是已知的填报表；4
    规则或程序自身出错；130 被 Ctrl-C 中断。
    """
    run_check(
        CheckChoices(
            paths=paths,
            form=form,
            select=select,
            ignore=ignore,
            profile=profile,
            edition=edition,
            previous=previous,
            out=out,
            in_place=in_place,
            no_mark=no_mark,
            plugin_dirs=plugin_dirs,
            plugins=plugins,
            workers=workers,
            scheduler=scheduler,
            no_cache=no_cache,
            watch=watch,
        )
    )
