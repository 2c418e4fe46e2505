"""``checker template``: list templates, build their workbooks, fill them, show their fields."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli.commands import (
    GivenFile,
    Group,
    Refused,
    Unusable,
    plugin_dirs_option,
    session_here,
)
from checker.harmless import one_line
from checker.trouble import disk_reason

if TYPE_CHECKING:
    from checker_templates.building.carry_over import CarriedOver
    from checker_templates.building.field_listing import FieldLine

    from checker.forms.registry import InstalledTemplate
    from checker.model.template import Template

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

folders_option = click.option(
    "--template-dir",
    "folders",
    multiple=True,
    metavar="文件夹",
    type=FOLDER,
    help="另外从这个文件夹找模板（可写多次）。",
)
edition_option = click.option(
    "--edition", type=int, metavar="年份", help="用哪一年的表样，默认最新。"
)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turns the errors of templates, data and writing into messages."""
    from checker.forms.errors import FillError, TemplateError, TemplateNotFoundError
    from checker.writing.outcome import UnwritableWorkbook

    try:
        yield
    except UnwritableWorkbook as error:
        raise Unusable(error.reason) from error
    except (FillError, TemplateError) as error:
        raise Refused(str(error)) from error
    except TemplateNotFoundError as error:
        raise Refused(str(error.args[0])) from error
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        raise Unusable(f"文件{where} 写不了：{disk_reason(error)}") from error


def _installed(
    folders: Sequence[Path], plugin_dirs: tuple[str, ...]
) -> tuple[InstalledTemplate, ...]:
    from checker.forms.registry import installed_templates

    return installed_templates(
        [*session_here(plugin_dirs=plugin_dirs).plugins.template_folders(), *folders]
    )


def _workbook_in_words(item: InstalledTemplate) -> str:
    if item.workbook.is_file():
        return str(item.workbook)
    return "（用自己的表）" if item.template.layout is not None else "（尚未生成）"


def _own_blank(item: InstalledTemplate, named: Path | None = None) -> Path:
    """The county's own blank workbook, of a template with an adopted layout. Raises Refused."""
    blank = named or item.workbook
    if not blank.is_file():
        raise Refused(
            f"模板 {item.template.id} 用的是自己的表。请把空白表放在 {item.source} 旁边，取名"
            f"“{item.workbook.name}”，或用 --workbook 写明空白表。"
        )
    return blank


@contextmanager
def _as_new_format(path: Path) -> Iterator[Path]:
    """The workbook, or one in an old format as an .xlsx made by LibreOffice, which is told. Raises
    UnwritableWorkbook."""
    import tempfile

    from checker.writing.old_formats import as_xlsx, old_format

    data = path.read_bytes()
    kind = old_format(data)
    if kind is None:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        converted = Path(folder) / f"{path.stem}（原为{kind.value}）.xlsx"
        converted.write_bytes(as_xlsx(data, kind))
        click.echo(
            f"{path.name} 由 LibreOffice 转成了 .xlsx：各格的值与原件相同，宏没有带过去，"
            "字体、列宽等可能略有出入。",
            err=True,
        )
        yield converted


def _build_own(item: InstalledTemplate, out: Path | None, button: bool, blank: Path) -> None:
    """The county's own workbook as it is, and a copy of it with the button."""
    from checker_templates.building.fill_data import FillData
    from checker_templates.building.own_workbook import left_in_blank
    from checker_xlsx.assembly import add_to_own_workbook

    from checker.reading import UnreadableWorkbook, read_snapshot
    from checker.writing.zip_container import write_whole

    try:
        for line in left_in_blank(item.template, read_snapshot(blank), FillData()):
            click.echo(line, err=True)
    except UnreadableWorkbook as problem:
        raise Unusable(f"{blank}：{problem.reason}") from problem
    target = (out or item.folder) / item.workbook.with_suffix(blank.suffix).name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (target.exists() and target.samefile(blank)):
        write_whole(target, blank.read_bytes())
        click.echo(f"已生成 {target}（{blank.name} 原样）")
    if button:
        macro = target.with_suffix(".xlsm")
        with _as_new_format(blank) as new:
            where = add_to_own_workbook(new, macro)
        click.echo(f"已生成 {macro}，按钮在 {where}")


def _fill_own(
    item: InstalledTemplate, blank: Path, data: Path, output: Path, verbatim: bool
) -> None:
    """Fill the county's own blank workbook; an .xlsm made of an .xlsx gets the button."""
    import tempfile

    from checker_templates.building.fill_data import read_fill_data
    from checker_templates.building.own_workbook import fill_own_workbook
    from checker_xlsx.assembly import add_to_own_workbook

    from checker.reading import UnreadableWorkbook
    from checker.writing.old_formats import old_format

    suffix = ".xlsx" if old_format(blank.read_bytes()) else blank.suffix.lower()
    wants_button = (suffix, output.suffix.lower()) == (".xlsx", ".xlsm")
    if not wants_button and suffix != output.suffix.lower():
        raise Refused(f"空白表是 {blank.suffix}，填好的表要用 {suffix}（或 .xlsm）。")
    try:
        with tempfile.TemporaryDirectory() as folder, _as_new_format(blank) as new:
            target = Path(folder) / f"{output.stem}.xlsx" if wants_button else output
            fill_own_workbook(item.template, new, target, read_fill_data(data), verbatim=verbatim)
            if wants_button:
                add_to_own_workbook(target, output)
    except UnreadableWorkbook as problem:
        raise Unusable(f"{blank}：{problem.reason}") from problem


@click.group(cls=Group)
def command() -> None:
    """模板：列出、生成、按数据填写、查看字段。"""


@command.command("list")
@folders_option
@plugin_dirs_option
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", help="输出格式。"
)
def list_templates(folders: tuple[Path, ...], plugin_dirs: tuple[str, ...], form: str) -> None:
    """列出现有的模板。"""
    with _said_plainly():
        installed = _installed(folders, plugin_dirs)
    rows = [
        (
            item.template.id,
            item.template.title,
            str(item.template.edition),
            str(len(item.template.fields())),
            _workbook_in_words(item),
        )
        for item in installed
    ]
    if form == "json":
        keys = ("id", "title", "edition", "fields", "workbook")
        _print_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        _print_columns([("编号", "名称", "年度", "字段数", "工作簿"), *rows])


@command.command()
@click.argument("names", nargs=-1, metavar="[模板]…")
@folders_option
@plugin_dirs_option
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="生成到这个文件夹。默认：自己的模板放在 template.toml 旁边，程序自带的放在当前文件夹。",
)
@click.option(
    "--profile", metavar="口径", help="“指标”页用哪个口径的限值（编号或文件），默认国家标准。"
)
@click.option(
    "--button/--no-button", default=True, help="是否同时生成带“校验”按钮的 .xlsm（默认生成）。"
)
@click.option(
    "--workbook",
    metavar="文件",
    type=GivenFile(exists=True),
    help="用自己的表的模板：空白表在哪里。默认是 template.toml 旁边与模板同名的 .xlsx。",
)
def build(
    names: tuple[str, ...],
    folders: tuple[Path, ...],
    plugin_dirs: tuple[str, ...],
    out: Path | None,
    button: bool,
    profile: str | None,
    workbook: Path | None,
) -> None:
    """由 template.toml 生成空白工作簿；不写模板就生成全部。

    用自己的表的模板不重画：空白表原样照用，另写一份加上按钮的。
    """
    from checker_templates.building.build import build_workbook
    from checker_templates.building.check_relations import check_relations
    from checker_templates.building.live_formulas import live_formulas
    from checker_templates.building.macro_workbook import build_macro_workbook

    from checker.forms.registry import choose, is_bundled

    if out is not None and not out.is_dir() and out.suffix.lower() in (".xlsx", ".xlsm"):
        raise Refused(f"-o 后面写文件夹；工作簿的名称由模板定，不能写成 {out}。")
    session = session_here(profile, plugin_dirs=plugin_dirs)
    with _said_plainly():
        installed = _installed(folders, plugin_dirs)
        chosen = [choose(installed, name) for name in names]
        for item in chosen or [each for each in installed if each.template.layout is None]:
            if item.template.layout is not None:
                _build_own(item, out, button, _own_blank(item, workbook))
                continue
            folder = out or (Path.cwd() if is_bundled(item) else item.folder)
            target = folder / item.workbook.name
            target.parent.mkdir(parents=True, exist_ok=True)
            formulas = live_formulas(item.template, session.ruleset, session.profile)
            relations = check_relations(item.template, session.ruleset)
            build_workbook(item.template, target, formulas=formulas, relations=relations)
            click.echo(f"已生成 {target}")
            if button:
                macro = target.with_suffix(".xlsm")
                build_macro_workbook(item.template, macro, formulas=formulas, relations=relations)
                click.echo(f"已生成 {macro}")


@command.command()
@click.argument("name", metavar="模板")
@click.argument(
    "data",
    required=False,
    metavar="[数据]",
    type=GivenFile(exists=True),
)
@click.option(
    "--from",
    "last_year",
    metavar="去年的表",
    type=GivenFile(exists=True),
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
@click.option(
    "--workbook",
    metavar="文件",
    type=GivenFile(exists=True),
    help="用自己的表的模板：空白表在哪里。默认是 template.toml 旁边与模板同名的 .xlsx。",
)
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
    folders: tuple[Path, ...],
    plugin_dirs: tuple[str, ...],
) -> None:
    """把 JSON 或 CSV 数据按字段编号填进空白工作簿，或用去年的表填好不变的部分。

    JSON：{"facts": {"school.name": "…", "teachers.full_time": {"primary": 45}}, "tables":
    {"classes": [{"grade": "一年级"}]}}；CSV 的列是 field,column,value。用自己的表的模板从空白表
    填起：只改要填的格子，别的都不变。
    """
    from checker_templates.building.carry_over import completed, to_be_confirmed
    from checker_templates.building.fill import fill_template
    from checker_templates.building.fill_data import FillData, read_fill_data

    from checker.forms.registry import choose
    from checker.reading import read_snapshot

    if (data is None and last_year is None) == (schools is None):
        raise Refused(
            "请写数据文件或 --from 去年的表，或者用 --from-schools 写收齐各校表的文件夹，"
            "两个选一个。"
        )
    with _said_plainly():
        item = choose(_installed(folders, plugin_dirs), name, edition)
        if item.template.layout is not None:
            if data is None:
                raise Refused("--from-schools 只用于县级自查表：checker template fill county …")
            _fill_own(item, _own_blank(item, workbook), data, output, verbatim)
            click.echo(f"已填写 {output}")
            return
        if workbook is not None:
            raise Refused("--workbook 只用于用自己的表的模板。")
        source = item.workbook.with_suffix(output.suffix)
        if not source.is_file():
            raise Refused(
                f"没有空白工作簿 {source}。请先运行 checker template build {item.template.id}"
                "，输出文件用 .xlsx 或 .xlsm。"
            )
        if schools is not None:
            _fill_from_schools(item, source, schools, output, plugin_dirs)
            return
        given = FillData() if data is None else read_fill_data(data)
        also = []
        if last_year is not None:
            carried = _carried_over(last_year, item.template, plugin_dirs)
            given = completed(carried.data, given)
            also.append(to_be_confirmed(read_snapshot(source)))
        fill_template(item.template, source, output, given, verbatim=verbatim, also=also)
    click.echo(f"已填写 {output}")
    if last_year is not None:
        click.echo(
            f"由 {last_year} 带入 {carried.cells} 格，校验时都有提示；核对后在“填表说明”表的"
            "“由去年的表带入的数”一格选“已核对”。"
        )
        if carried.unread:
            cells = "、".join(carried.unread[:10]) + ("等" if len(carried.unread) > 10 else "")
            click.echo(f"去年的表里有 {len(carried.unread)} 格看不懂，没有带入：{cells}。")


def _carried_over(last_year: Path, template: Template, plugin_dirs: tuple[str, ...]) -> CarriedOver:
    """What last year's workbook gives. Raises Unusable if it cannot be read, FillError if it is of
    another template."""
    from checker_templates.building.carry_over import carry_over

    from checker.forms.errors import UnknownForm
    from checker.reading import UnreadableWorkbook, read_snapshot

    session = session_here(plugin_dirs=plugin_dirs)
    try:
        submission = session.bind(read_snapshot(last_year))
    except (UnreadableWorkbook, UnknownForm) as problem:
        raise Unusable(f"{last_year}：{problem.reason}") from problem
    return carry_over(submission, template)


def _fill_from_schools(
    item: InstalledTemplate,
    blank: Path,
    schools: Path,
    output: Path,
    plugin_dirs: tuple[str, ...],
) -> None:
    """Fill the county's form with the schools' sums, and write beside it where they come from.
    Neither file may be there yet."""
    from checker_templates.building.fill import fill_template

    from checker.batch.prefill_run import sum_up
    from checker.batch.result_folder import replacing
    from checker.county.prefill import differences, fill_data, write_sources
    from checker.county.roster import RosterProblem
    from checker.extras import need

    need("county", "pandas")
    if item.template.level != "county":
        raise Refused("--from-schools 只用于县级自查表：checker template fill county …")
    sources = output.with_name(f"{output.stem}-数字来源.xlsx")
    for path in (output, sources):
        if path.exists():
            raise Refused(f"{path} 已经有了，不覆盖；请换一个文件名。")
    session = session_here(plugin_dirs=plugin_dirs)
    try:
        summed = sum_up(schools, item.template, session)
    except RosterProblem as problem:
        raise Refused(problem.reason) from problem
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


@command.command()
@click.argument("name", metavar="模板")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help="输出格式。",
)
@edition_option
@folders_option
@plugin_dirs_option
def fields(
    name: str,
    form: str,
    edition: int | None,
    folders: tuple[Path, ...],
    plugin_dirs: tuple[str, ...],
) -> None:
    """列出模板的字段：编号、名称、单位、列和格子。"""
    from checker_templates.building.field_listing import field_lines

    from checker.forms.registry import choose

    with _said_plainly():
        item = choose(_installed(folders, plugin_dirs), name, edition)
    lines = field_lines(item.template)
    if form == "json":
        from msgspec import to_builtins

        _print_json(to_builtins(lines))
    elif form == "csv":
        _print_csv(lines)
    else:
        rows = [
            (
                line.id,
                line.label,
                line.unit,
                line.type,
                line.sheet,
                " ".join(f"{column}={cell}" for column, cell in line.cells.items()),
            )
            for line in lines
        ]
        _print_columns([("字段", "名称", "单位", "类型", "工作表", "列=格子"), *rows])


def _print_json(value: object) -> None:
    import json

    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_csv(lines: Sequence[FieldLine]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("field", "column", "label", "unit", "type", "blank", "sheet", "cell", "note"))
    for line in lines:
        for column, cell in line.cells.items():
            writer.writerow(
                (
                    line.id,
                    column,
                    line.label,
                    line.unit,
                    line.type,
                    line.blank,
                    line.sheet,
                    cell,
                    line.note,
                )
            )


def _print_columns(rows: Sequence[tuple[str, ...]]) -> None:
    """Left-aligned columns; a Chinese character takes the width of two letters."""
    from checker_templates.building.page_styles import text_width

    widths = [max(text_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell + " " * (width - text_width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


FILES = GivenFile(exists=True)


@command.command()
@click.argument("files", nargs=-1, required=True, metavar="文件…", type=FILES)
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="起草的 template.toml 写到这个文件夹。",
)
@click.option("--id", "template_id", default="own_form", metavar="编号", help="模板的编号。")
@click.option(
    "--check",
    "checking",
    is_flag=True,
    help="不起草：用现有的模板读每一份，列出没有找到的和各份不一致的。",
)
@click.option(
    "--with-button",
    "button",
    is_flag=True,
    help="不起草：给每一份加上“校验”“清除”按钮，另存为 .xlsm，别的都不变。",
)
@click.option(
    "--button-at",
    metavar="格子",
    help="按钮放在哪一格，如 H1。默认在表的右边。",
)
@folders_option
@plugin_dirs_option
def adopt(
    files: tuple[Path, ...],
    out: Path | None,
    template_id: str,
    checking: bool,
    button: bool,
    button_at: str | None,
    folders: tuple[Path, ...],
    plugin_dirs: tuple[str, ...],
) -> None:
    """由自己的表起草模板：一份空白表，加上几份填好的。

    写出的是草稿：字段编号、类型、单位都要核对；见文档“用自己的表”。
    """
    from checker.authoring.adoption import draft
    from checker.authoring.adoption_check import compare
    from checker.authoring.rule_draft import write_rules
    from checker.reading import UnreadableWorkbook, read_snapshot

    if checking:
        with _said_plainly():
            templates = [item.template for item in _installed(folders, plugin_dirs)]
        for line in compare(templates, files):
            click.echo(line)
        return
    if button:
        _add_buttons(files, out, button_at)
        return
    if out is None:
        raise Refused("请用 -o 写明草稿放在哪个文件夹。")
    target = out / "template.toml"
    if target.exists():
        raise Refused(f"{target} 已经有了，不覆盖；请换一个文件夹。")
    snapshots = []
    for path in files:
        try:
            snapshots.append(read_snapshot(path))
        except UnreadableWorkbook as problem:
            raise Unusable(f"{path}：{problem.reason}") from problem
    made = draft(snapshots, template_id)
    if not made.found:
        raise Refused(f"{files[0]} 里没有找到表格，也没有“名称：内容”。")
    with _said_plainly():
        out.mkdir(parents=True, exist_ok=True)
        target.write_text(made.text, "utf-8")
    for line in made.found:
        click.echo(line)
    with _said_plainly():
        written = write_rules(made.rules, out, template_id)
    if written is not None:
        seen = f"看出 {len(made.rules)} 条关系" if made.rules else "没有看出总成立的关系"
        click.echo(f"{seen}，规则的草稿写到 {written}。")
    click.echo(f"草稿写到 {target}；请逐项核对，再用 checker template show 看每一格读成了什么。")


def _add_buttons(files: Sequence[Path], out: Path | None, cell: str | None) -> None:
    """Write beside each workbook, or in the folder ``out``, a copy with the button."""
    from checker_xlsx.assembly import add_to_own_workbook

    from checker.forms.header_paths import cell_at
    from checker.reading import UnreadableWorkbook

    at = cell_at("", cell) if cell else None
    if cell and at is None:
        raise Refused(f"“{cell}”不是格子，应如 H1。")
    for path in files:
        target = (out or path.parent) / f"{path.stem}.xlsm"
        if target.exists():
            raise Refused(f"{target} 已经有了，不覆盖；请用 -o 写另一个文件夹。")
        with _said_plainly():
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with _as_new_format(path) as new:
                    where = add_to_own_workbook(new, target, (at.row, at.column) if at else None)
            except UnreadableWorkbook as problem:
                raise Unusable(f"{path}：{problem.reason}") from problem
        click.echo(f"已写 {target}，按钮在 {where}。")
    click.echo(
        "按钮用本机装好的插件校验；放在文件夹里的插件，请写进自己的 checker.toml 的 plugin_dirs。"
    )


@command.command()
@click.argument("file", metavar="文件", type=FILES)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="文件",
    type=click.Path(dir_okay=False, path_type=Path),
    help="标出字段的副本写到哪里。",
)
@folders_option
@plugin_dirs_option
def show(file: Path, output: Path, folders: tuple[Path, ...], plugin_dirs: tuple[str, ...]) -> None:
    """在副本里标出每一格读成哪个字段，另加一张“对照”表。"""
    from checker.authoring.adoption_check import show as write_shown
    from checker.forms.errors import UnknownForm
    from checker.reading import UnreadableWorkbook

    with _said_plainly():
        try:
            templates = [item.template for item in _installed(folders, plugin_dirs)]
            submission = write_shown(templates, file, output)
        except (UnreadableWorkbook, UnknownForm) as problem:
            raise Unusable(f"{file}：{problem.reason}") from problem
    click.echo(f"按“{submission.template.title}”读，已写 {output}。")
