"""``checker template fill``: a blank workbook filled from data, last year's form or schools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli.commands import Command, Refused, Unusable, plugin_dirs_option, session_here
from checker.cli.template.chosen import (
    FILE,
    FOLDER,
    edition_option,
    folders_option,
    installed_here,
    own_blank,
    put_as_xlsx,
    said_plainly,
    unreadable_said,
    workbook_option,
)
from checker.harmless import one_line

if TYPE_CHECKING:
    from checker_templates.building.carry_over import CarriedOver

    from checker.forms.registry import InstalledTemplate
    from checker.model.template import Template


@click.command(cls=Command)
@click.argument("name", metavar="模板")
@click.argument(
    "data",
    required=False,
    metavar="[数据]",
    type=FILE,
)
@click.option(
    "--from",
    "last_year",
    metavar="去年的表",
    type=FILE,
    help="由去年填好的表带入不变的项目（名称、代码、校舍）和上年数，标为待核对。",
)
@click.option(
    "--from-schools",
    "schools",
    metavar="文件夹",
    type=FOLDER,
    help="县级自查表：由这个文件夹里各校的表加总填好，另写一份“数字来源”。",
)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="文件",
    type=click.Path(dir_okay=False, path_type=Path),
    help="填好的工作簿写到哪里（.xlsx 或 .xlsm）。",
)
@click.option("--verbatim", is_flag=True, help="不是数的内容也照原样填入，如“45人”。")
@workbook_option
@edition_option
@folders_option
@plugin_dirs_option
def fill(
    name: str,
    data: Path | None,
    last_year: Path | None,
    schools: Path | None,
    output: Path,
    verbatim: bool,
    workbook: Path | None,
    edition: int | None,
) -> None:
    """把 JSON 或 CSV 数据按字段编号填进空白工作簿，或用去年的表填好不变的部分。

    JSON：{"facts": {"school.name": "…", "teachers.full_time": {"primary": 45}}, "tables":
    {"classes": [{"grade": "一年级"}]}}；CSV 的列是 field,column,value。用自己的表的模板从空白表
    填起：只改要填的格子，别的都不变。
    """
    from checker.forms.registry import choose

    if (data is None and last_year is None) == (schools is None):
        raise Refused(
            "请写数据文件或 --from 去年的表，或者用 --from-schools 写收齐各校表的文件夹，"
            "两个选一个。"
        )
    with said_plainly():
        item = choose(installed_here(), name, edition)
        if item.template.layout is not None:
            if data is None:
                raise Refused("--from-schools 只用于县级自查表：checker template fill county …")
            _fill_own(item, own_blank(item, workbook), data, output, verbatim)
            click.echo(f"已填写 {output}")
            return
        if workbook is not None:
            raise Refused("--workbook 只用于用自己的表的模板。")
        blank = item.workbook.with_suffix(output.suffix)
        if not blank.is_file():
            raise Refused(
                f"没有空白工作簿 {blank}。请先运行 checker template build {item.template.id}"
                "，输出文件用 .xlsx 或 .xlsm。"
            )
        if schools is not None:
            _fill_from_schools(item, blank, schools, output)
        else:
            carried = _carried_over(last_year, item.template) if last_year else None
            _fill_ours(item.template, blank, data, carried, output, verbatim)
            click.echo(f"已填写 {output}")
            if carried is not None:
                _say_carried(carried, last_year)


def _fill_ours(
    template: Template,
    blank: Path,
    data: Path | None,
    carried: CarriedOver | None,
    output: Path,
    verbatim: bool,
) -> None:
    """Fill a form of ours from ``data`` and what last year's form gave."""
    from checker_templates.building.carry_over import completed, to_be_confirmed
    from checker_templates.building.fill import fill_template
    from checker_templates.building.fill_data import FillData, read_fill_data

    from checker.reading import read_snapshot

    given = FillData() if data is None else read_fill_data(data)
    also = []
    if carried is not None:
        given = completed(carried.data, given)
        also.append(to_be_confirmed(read_snapshot(blank)))
    fill_template(template, blank, output, given, verbatim=verbatim, also=also)


def _say_carried(carried: CarriedOver, last_year: Path | None) -> None:
    click.echo(
        f"由 {last_year} 带入 {carried.cells} 格，校验时都有提示；核对后在“填表说明”表的"
        "“由去年的表带入的数”一格选“已核对”。"
    )
    if carried.unread:
        cells = "、".join(carried.unread[:10]) + ("等" if len(carried.unread) > 10 else "")
        click.echo(f"去年的表里有 {len(carried.unread)} 格看不懂，没有带入：{cells}。")


def _carried_over(last_year: Path, template: Template) -> CarriedOver:
    """What last year's workbook gives. Raises Unusable if it cannot be read, FillError if it is of
    another template."""
    from checker_templates.building.carry_over import carry_over

    from checker.reading import read_snapshot

    session = session_here()
    with unreadable_said(last_year):
        submission = session.bind(read_snapshot(last_year))
    return carry_over(submission, template)


def _fill_from_schools(item: InstalledTemplate, blank: Path, schools: Path, output: Path) -> None:
    """Fill the county's form with the schools' sums, and write beside it where they come from.
    Neither file may be there yet."""
    from checker_templates.building.fill import fill_template

    from checker.batch.prefill_run import sum_up
    from checker.county.prefill import differences, fill_data, write_sources
    from checker.extras import need
    from checker.whole_files import replacing

    need("county", "pandas")
    if item.template.level != "county":
        raise Refused("--from-schools 只用于县级自查表：checker template fill county …")
    sources = output.with_name(f"{output.stem}-数字来源.xlsx")
    for path in (output, sources):
        if path.exists():
            raise Refused(f"{path} 已经有了，不覆盖；请换一个文件名。")
    summed = sum_up(schools, item.template, session_here())
    if not summed.schools:
        raise Unusable(f"{schools} 里没有读到学校的填报表。")
    county = summed.own.identity("name") if summed.own is not None else ""
    titles = {column.id: column.title for sheet in item.template.sheets for column in sheet.columns}
    with replacing(sources) as draft, draft.open("wb") as file:
        write_sources(summed.figures, summed.parts, summed.absent, titles, file)
    fill_template(
        item.template, blank, output, fill_data(summed.figures, county, item.template.edition)
    )
    click.echo(f"由 {summed.schools} 所学校的表填了 {len(summed.figures)} 格：{output}")
    click.echo(f"每个数怎么来的：{sources}")
    if summed.absent:
        more = "等" if len(summed.absent) > 20 else ""
        absent = "、".join(summed.absent[:20])
        click.echo(f"还有 {len(summed.absent)} 所缺报没有计入：{absent}{more}")
    doubtful = sum(bool(each.doubtful) for each in summed.figures)
    if doubtful:
        click.echo(f"有 {doubtful} 格的合计里有错或存疑的数，见“数字来源”。")
    for shown, reason in summed.unread.items():
        click.echo(one_line(f"没有计入：{shown}：{reason}"))
    for line in differences(summed.figures):
        click.echo(one_line(f"与县里填的不同：{line}"))


def _fill_own(
    item: InstalledTemplate, blank: Path, data: Path, output: Path, verbatim: bool
) -> None:
    """Fill the county's own blank workbook; an .xlsm made of an .xlsx gets the button."""
    import tempfile

    from checker_templates.building.fill_data import read_fill_data
    from checker_templates.building.own_workbook import fill_own_workbook
    from checker_xlsx.assembly import add_to_own_workbook

    from checker.writing.old_formats import FILLING, old_format

    content = blank.read_bytes()
    kind = old_format(content)
    suffix = ".xlsx" if kind else blank.suffix.lower()
    wants_button = (suffix, output.suffix.lower()) == (".xlsx", ".xlsm")
    if not wants_button and suffix != output.suffix.lower():
        raise Refused(f"空白表是 {blank.suffix}，填好的表要用 {suffix}（或 .xlsm）。")
    with unreadable_said(blank), tempfile.TemporaryDirectory() as folder:
        source = blank
        if kind is not None:
            source = put_as_xlsx(blank, content, kind, FILLING, Path(folder))
        target = Path(folder) / f"{output.stem}.xlsx" if wants_button else output
        fill_own_workbook(item.template, source, target, read_fill_data(data), verbatim=verbatim)
        if wants_button:
            add_to_own_workbook(target, output)
