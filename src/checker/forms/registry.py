"""Finds templates: those that come with the program, those of plugins, those of named folders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from checker.forms.errors import TemplateError, TemplateNotFoundError
from checker.forms.loading import load_template
from checker.model.template import Template
from checker.toml_files import one_below

TEMPLATE_FILE = "template.toml"
SHEETS_FILE = "sheets.toml"
"""Sheets that a plugin adds to a template of somebody else."""


class InstalledTemplate(Struct, frozen=True):
    """A template and the folder it stands in."""

    template: Template
    folder: Path

    @property
    def source(self) -> Path:
        """Its template.toml."""
        return self.folder / TEMPLATE_FILE

    @property
    def workbook(self) -> Path:
        """The empty workbook built from it (.xlsx), whether or not it is there."""
        return self.folder / f"{self.template.title}.xlsx"


def bundled_folder() -> Path:
    """The folder of the templates that come with the program."""
    spec = find_spec("checker_templates")
    if spec is None or spec.origin is None:
        raise TemplateNotFoundError("程序没有装完整：找不到自带的模板，请重新安装。")
    return Path(spec.origin).parent


def template_files(folder: Path) -> list[Path]:
    """The template.toml files of a folder: its own, else those of the folders directly in it."""
    own = folder / TEMPLATE_FILE
    if own.is_file():
        return [own]
    return one_below(folder, TEMPLATE_FILE)


def sheets_files(folder: Path) -> list[Path]:
    """The sheets.toml files of a folder, found as the template.toml files are."""
    own = folder / SHEETS_FILE
    if own.is_file():
        return [own]
    return one_below(folder, SHEETS_FILE)


def installed_templates(folders: Iterable[Path] = ()) -> tuple[InstalledTemplate, ...]:
    """The bundled templates and those of ``folders`` (of plugins, or named by the user), with the
    sheets that plugins add to them.

    Raises TemplateError for a template that cannot be used, for two templates with one id and
    edition (naming both files), and for a named folder without any.
    """
    folders = tuple(folders)
    found: dict[tuple[str, int], InstalledTemplate] = {}
    for path in _all_files(folders):
        item = InstalledTemplate(load_template(path), path.parent)
        key = (item.template.id, item.template.edition)
        if key in found:
            raise TemplateError(
                path, [f"模板 {key[0]}（{key[1]}年）在 {found[key].source} 里已经有了，请改 id"]
            )
        found[key] = item
    added = dict.fromkeys(path for folder in folders for path in sheets_files(folder))
    if not added:
        return tuple(found.values())
    from checker.forms.extra_sheets import with_extra_sheets

    return with_extra_sheets(tuple(found.values()), added)


def _all_files(folders: Iterable[Path]) -> list[Path]:
    files = template_files(bundled_folder())
    folders = tuple(folders)
    seen = {path.resolve() for path in files} if folders else set()
    for folder in folders:
        extra = template_files(folder)
        if not extra and not sheets_files(folder):
            raise TemplateError(folder, [f"文件夹里没有 {TEMPLATE_FILE}"])
        for path in extra:
            if path.resolve() not in seen:
                seen.add(path.resolve())
                files.append(path)
    return files


def choose(
    installed: Sequence[InstalledTemplate], name: str, edition: int | None = None
) -> InstalledTemplate:
    """The template with this id or title, of this edition or else the newest.

    Raises TemplateNotFoundError.
    """
    same = [item for item in installed if name in (item.template.id, item.template.title)]
    if edition is not None:
        same = [item for item in same if item.template.edition == edition]
    if same:
        return max(same, key=lambda item: item.template.edition)
    known = "、".join(
        f"{item.template.id}（{item.template.title}，{item.template.edition}年）"
        for item in installed
    )
    wanted = f"{name}（{edition}年）" if edition is not None else name
    raise TemplateNotFoundError(f"没有模板 {wanted}。现有模板：{known}。")
