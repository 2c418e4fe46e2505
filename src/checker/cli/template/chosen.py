"""What the commands on templates share: which templates there are, and whose blank."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.cli.commands import GivenFile, Refused, Unusable, chosen, chosen_option, session_here
from checker.trouble import disk_reason

if TYPE_CHECKING:
    from checker.forms.registry import InstalledTemplate
    from checker.reading.signature import FileKind
    from checker.writing.old_formats import Purpose

FILE = GivenFile(exists=True)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

folders_option = chosen_option(
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
workbook_option = click.option(
    "--workbook",
    metavar="文件",
    type=FILE,
    help="用自己的表的模板：空白表在哪里。默认是 template.toml 旁边与模板同名的 .xlsx。",
)


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turns the errors of templates, data and writing into messages."""
    from checker_templates.building.fill_data import FillError

    from checker.forms.errors import TemplateError, TemplateNotFoundError
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


@contextmanager
def as_new_format(path: Path) -> Iterator[Path]:
    """The workbook that is to bear the button, or one in an old format as an .xlsx made by
    LibreOffice, which is told. Raises UnwritableWorkbook."""
    import tempfile

    from checker.writing.old_formats import BUTTONS, old_format

    data = path.read_bytes()
    kind = old_format(data)
    if kind is None:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        converted = put_as_xlsx(path, data, kind, BUTTONS, Path(folder))
        click.echo(
            f"{path.name} 由 LibreOffice 转成了 .xlsx：各格的值与原件相同，宏没有带过去，"
            "字体、列宽等可能略有出入。",
            err=True,
        )
        yield converted


def put_as_xlsx(path: Path, data: bytes, kind: FileKind, purpose: Purpose, folder: Path) -> Path:
    """The workbook in an old format that is at ``path`` and holds ``data``, put into a folder as an
    .xlsx made by LibreOffice. Raises UnwritableWorkbook."""
    from checker.writing.old_formats import as_xlsx

    converted = folder / f"{path.stem}（原为{kind.value}）.xlsx"
    converted.write_bytes(as_xlsx(data, kind, purpose))
    return converted


@contextmanager
def unreadable_said(path: Path) -> Iterator[None]:
    """Turns a workbook that cannot be read, or is of no known form, into a message."""
    from checker.forms.errors import UnknownForm
    from checker.reading import UnreadableWorkbook

    try:
        yield
    except (UnreadableWorkbook, UnknownForm) as problem:
        raise Unusable(f"{path}：{problem.reason}") from problem


def installed_here() -> tuple[InstalledTemplate, ...]:
    """The templates of the program, of the plugins and of the named folders."""
    from checker.forms.registry import installed_templates

    folders = session_here().plugins.template_folders()
    return installed_templates([*folders, *chosen("folders").get("folders", ())])


def own_blank(item: InstalledTemplate, named: Path | None = None) -> Path:
    """The county's own blank workbook, of a template with an adopted layout. Raises Refused."""
    blank = named or item.workbook
    if not blank.is_file():
        raise Refused(
            f"模板 {item.template.id} 用的是自己的表。请把空白表放在 {item.source} 旁边，取名"
            f"“{item.workbook.name}”，或用 --workbook 写明空白表。"
        )
    return blank
