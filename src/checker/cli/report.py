"""``checker report``: recompute what a self-evaluation report says; write a draft of one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from checker.cli.commands import (
    Command,
    GivenFile,
    Refused,
    Unusable,
    echo_json,
    format_option,
    plugin_options,
    profile_options,
    session_here,
)
from checker.marking.results import ExitCode
from checker.model.report import FileStatus, Report
from checker.session import Session
from checker.trouble import disk_reason

_OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command(
    name="report",
    cls=Command,
    epilog="例：checker report 自评报告.docx --with 县表.xlsx　　checker report --draft 县表.xlsx",
)
@click.argument("file", metavar="文件", type=GivenFile())
@click.option("--with", "form_file", type=GivenFile(), metavar="文件",
              help="填好的县级自查表，报告里的数与它对照。")  # fmt: skip
@click.option("--draft", is_flag=True,
              help="文件是县级自查表：按里面没有问题的数写一份自评报告草稿（docx）。")  # fmt: skip
@format_option("text", "json", help_text="屏幕输出的形式。")
@click.option("-o", "--output", type=_OUTPUT, metavar="文件",
              help="标记副本或草稿写到哪里；默认写到旁边。")  # fmt: skip
@click.option("--no-mark", is_flag=True, help="不写标记副本。")
@click.option("--verbose", is_flag=True, help="算得对的也列出来。")
@profile_options
@plugin_options
def command(
    file: Path,
    form_file: Path | None,
    draft: bool,
    form: str,
    output: Path | None,
    no_mark: bool,
    verbose: bool,
) -> None:
    """核对自评报告（docx 或 txt）里的数：合计、增长率、占比、比较，能重算的都重算一遍。

    只有确定算错的才说“算错”，其余至多是“请核对”。Word 报告另写一份带批注的副本，原文件不动。
    退出码：0 没有算错的；1 有算错的；2 命令写错；3 文件读不出来、副本写不进去。
    """
    if draft and (form_file or form != "text" or no_mark or verbose):
        raise Refused("--draft 不能和 --with、--format、--no-mark、--verbose 一起用。")
    if draft:
        _write_draft(file, output)
        return
    from checker.report_text.recomputing import statements_of
    from checker.report_text.statements import Judged, document, lines
    from checker.report_text.text_source import is_docx

    data = _content(file)
    paragraphs = _paragraphs(file.name, data)
    statements = statements_of(paragraphs)
    if form_file is not None:
        from checker.report_text.against_form import compared

        report = _judged(form_file, session_here())
        both = (*statements, *compared(paragraphs, report.submission))
        statements = tuple(sorted(both, key=lambda one: (one.paragraph, one.start)))
    usual = file.with_name(f"{file.stem}.标记.docx")
    target: Path | None = None
    refusal: Unusable | None = None
    if is_docx(data) and not no_mark and any(one.judged is not Judged.RIGHT for one in statements):
        from checker.report_text.marked_copy import marked

        target = output or _free(usual)
        try:
            _write_new(target, marked(data, statements))
        except Unusable as problem:  # what was found is told all the same
            target, refusal = None, problem
    elif output is not None and not is_docx(data):
        raise Refused("只有 .docx 报告才能写带批注的副本，-o 在这里没有用。")
    if form == "json":
        echo_json(document(str(file), statements, str(target) if target else None), indent=2)
    else:
        for line in lines(file.name, statements, verbose=verbose):
            click.echo(line)
        if target is not None:
            taken = f"（已有“{usual.name}”，里面可能有人写过的内容，没有覆盖）"
            click.echo(f"带批注的副本：{target}{'' if target in (usual, output) else taken}")
    if refusal is not None:
        raise refusal
    wrong = any(one.judged is Judged.WRONG for one in statements)
    sys.exit(ExitCode.FINDINGS if wrong else ExitCode.CLEAN)


def _paragraphs(name: str, data: bytes) -> tuple[str, ...]:
    """The paragraphs of a report. Raises Unusable."""
    from checker.report_text.text_source import UnreadableReport, read_paragraphs

    try:
        return read_paragraphs(name, data)
    except UnreadableReport as problem:
        raise Unusable(f"{name}：{problem.reason}") from problem


def _content(file: Path) -> bytes:
    from checker.reading.limits import LIMITS

    try:
        if file.stat().st_size > LIMITS.file_bytes:
            raise Unusable(f"{file.name}：文件过大，不像是报告，没有读取。")
        return file.read_bytes()
    except OSError as problem:
        raise Unusable(f"{file.name} 读不出来（{disk_reason(problem)}）。") from problem


def _judged(file: Path, session: Session) -> Report:
    """The county form with its verdicts. Raises Unusable."""
    judgement = session.judge_file(file)
    if judgement.status is not FileStatus.CHECKED or judgement.report is None:
        raise Unusable(f"{file.name}：{judgement.message}")
    if judgement.report.submission.template.level != "county":
        title = judgement.report.submission.template.title
        raise Unusable(f"{file.name} 是“{title}”，这里要用县级自查表。")
    return judgement.report


def _write_draft(file: Path, output: Path | None) -> None:
    from checker.report_text.draft import as_docx, draft_of

    session = session_here()
    report = _judged(file, session)
    if report.blank:
        raise Unusable(f"{file.name} 还没有填数，写不出草稿。")
    found = draft_of(report, session.rules)
    target = output or file.with_name(f"{file.stem}.自评报告草稿.docx")
    _write_new(target, as_docx(found))
    said = sum(len(section.lines) for section in found.sections)
    click.echo(f"草稿写到 {target}：写入 {said} 句，每句注明来源。")
    if found.left_out:
        click.echo(f"另有 {len(found.left_out)} 个数没有写入，因为有问题，列在草稿末尾。")


def _free(path: Path) -> Path:
    """The path itself, or 名(2).docx and so on: people may have written in one that is there."""
    from checker.batch.result_folder import numbered

    return next(each for each in numbered(path) if not (each.exists() or each.is_symlink()))


def _write_new(target: Path, content: bytes) -> None:
    """Writes a file that was not there: people may have written in one that is."""
    from checker.writing.outcome import UnwritableWorkbook
    from checker.writing.zip_container import write_whole

    if target.exists() or target.is_symlink():
        raise Unusable(
            f"已经有“{target}”，里面可能有人写过的内容，没有覆盖；请移走它，或用 -o 写到别处。"
        )
    try:
        write_whole(target, content)
    except UnwritableWorkbook as refusal:
        raise Unusable(str(refusal)) from refusal
