"""Finds templates: those that come with the program, those of plugins, those of named folders; and
the sheets that a plugin adds to somebody else's template, in a ``sheets.toml`` of its own. Those of
the bundled plugins belong to the form whether or not the plugin is in use: a form is one form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from checker import toml_files
from checker.forms.errors import TemplateError, TemplateNotFoundError
from checker.forms.loading import (
    KEPT,
    decode,
    holds_together,
    load_template,
    reference_problems,
)
from checker.model.template import FILLED_IN, Template

TEMPLATE_FILE = "template.toml"
SHEETS_FILE = "sheets.toml"
"""Sheets that a plugin adds to a template of somebody else."""

_KEYS = ("extends", "edition", "sheets", "code_lists")


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


def is_bundled(item: InstalledTemplate) -> bool:
    """Whether a template came with the program, whose folders are not to be written into."""
    return item.folder.resolve().is_relative_to(bundled_folder().resolve())


def bundled_folder() -> Path:
    """The folder of the templates that come with the program."""
    spec = find_spec("checker_templates")
    if spec is None or spec.origin is None:
        raise TemplateNotFoundError("程序没有装完整：找不到自带的模板，请重新安装。")
    return Path(spec.origin).parent


def bundled_sheets() -> list[Path]:
    """The sheets.toml files of the plugins that come with the program, in their folders' order."""
    spec = find_spec("checker_validators")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    return sorted(Path(places[0]).glob(f"*/templates/*/{SHEETS_FILE}")) if places else []


def declared_in(folder: Path, name: str = TEMPLATE_FILE) -> list[Path]:
    """The files of this name of a folder: its own, else those of the folders directly in it."""
    own = folder / name
    return [own] if own.is_file() else toml_files.one_below(folder, name)


def installed_templates(folders: Iterable[Path] = ()) -> tuple[InstalledTemplate, ...]:
    """The bundled templates and those of ``folders`` (of plugins, or named by the user), with the
    sheets that plugins add to them.

    Raises TemplateError for a template that cannot be used, for two templates with one id and
    edition (naming both files), and for a named folder without any.
    """
    folders = tuple(folders)
    files = _all_files(folders)
    own = bundled_sheets()
    given = dict.fromkeys(path for folder in folders for path in declared_in(folder, SHEETS_FILE))
    added = _not_among(own, given)
    sources = [*files, *own, *added]

    def afresh() -> _Forms:
        grown = with_extra_sheets(_each_once(files), own, in_place=True)
        grown = with_extra_sheets(grown, added) if added else grown
        places = [path.parent for path in sources]
        return tuple((item.template, places.index(item.folder)) for item in grown)

    try:
        content = [toml_files.read_toml(path) for path in sources]
    except toml_files.TomlFileError as error:
        raise TemplateError(error.path, error.problems) from None
    kinds = b"%d %d %d" % (len(files), len(own), len(added))
    forms = toml_files.made_of([kinds, *content], _FORMS, afresh)
    return tuple(InstalledTemplate(form, sources[place].parent) for form, place in forms)


_Forms: TypeAlias = tuple[tuple[Template, int], ...]
"""Templates with all their sheets, each with the place of the file in whose folder it stands."""


def _each_once(files: Iterable[Path]) -> tuple[InstalledTemplate, ...]:
    """The templates of these files. Raises TemplateError for two with one id and edition."""
    found: dict[tuple[str, int], InstalledTemplate] = {}
    for path in files:
        item = InstalledTemplate(load_template(path), path.parent)
        key = (item.template.id, item.template.edition)
        if key in found:
            raise TemplateError(
                path, [f"模板 {key[0]}（{key[1]}年）在 {found[key].source} 里已经有了，请改 id"]
            )
        found[key] = item
    return tuple(found.values())


def _all_files(folders: Iterable[Path]) -> list[Path]:
    files = declared_in(bundled_folder())
    for folder in folders:
        extra = declared_in(folder)
        if not extra and not declared_in(folder, SHEETS_FILE):
            raise TemplateError(folder, [f"文件夹里没有 {TEMPLATE_FILE}"])
        files += _not_among(files, extra)
    return files


def _not_among(known: Sequence[Path], given: Iterable[Path]) -> list[Path]:
    """The files of ``given`` that are none of ``known``, by whatever path they are named."""
    same = set(known)
    others = [path for path in given if path not in same]
    if not others:
        return []
    places = {path.resolve() for path in known}
    return [path for path in others if path.resolve() not in places]


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


# -- sheets that plugins add ---------------------------------------------------------------


def load_extra_sheets(path: Path) -> Template:
    """The sheets in a sheets.toml, as a template of nothing else: its id is that of the template
    they are added to, its edition that one or 0 for all. Raises TemplateError."""
    try:
        return toml_files.load_as(path, _SHEETS, _extra_sheets, _problems)
    except toml_files.TomlFileError as error:
        raise TemplateError(path, error.problems) from None


def _extra_sheets(document: toml_files.Document) -> Template:
    own = {"id": document["extends"], "edition": document.get("edition", 0)}
    return decode(_as_template(document) | own)


def with_extra_sheets(
    installed: Sequence[InstalledTemplate], files: Iterable[Path], in_place: bool = False
) -> tuple[InstalledTemplate, ...]:
    """The templates with the sheets of these files added, before 指标 and 说明.

    A template that grew stands in the folder of the file that made it grow: its workbook is another
    one; ``in_place``: it stays where it was. Raises TemplateError where the template is not there
    or the two contradict each other.
    """
    found = list(installed)
    grew: dict[int, Path] = {}
    for path in files:
        extra = load_extra_sheets(path)
        places = [
            place
            for place, item in enumerate(found)
            if item.template.id == extra.id and extra.edition in (0, item.template.edition)
        ]
        if not places:
            raise TemplateError(path, [f"extends：没有模板 {extra.id}"])
        for place in places:
            grown = _grown(found[place].template, extra, path)
            folder = found[place].folder if in_place else path.parent
            found[place] = InstalledTemplate(grown, folder)
            grew[place] = path
            if not in_place:
                _agrees(grown, path)
    if in_place:  # our own files: once for all of them
        for place, path in grew.items():
            _agrees(found[place].template, path)
    return tuple(found)


def _agrees(grown: Template, path: Path) -> None:
    problems = reference_problems(grown)
    if problems:
        raise TemplateError(path, problems)


def _grown(template: Template, extra: Template, path: Path) -> Template:
    repeated = [name for name in extra.code_lists if name in template.code_lists]
    if repeated:
        raise TemplateError(path, [f"代码表 {repeated[0]} 在模板里已经有了，请换一个名字"])
    last = max(
        (place for place, sheet in enumerate(template.sheets) if sheet.kind in FILLED_IN),
        default=-1,
    )
    sheets = (*template.sheets[: last + 1], *extra.sheets, *template.sheets[last + 1 :])
    return replace(template, sheets=sheets, code_lists={**template.code_lists, **extra.code_lists})


def _as_template(document: toml_files.Document) -> toml_files.Document:
    """The document in the form of a whole template, to be checked and decoded as one."""
    return {
        "id": "extra",
        "title": "附加",
        "edition": 2000,
        "level": "school",
        "sheets": document.get("sheets", []),
        "code_lists": document.get("code_lists", {}),
    }


def _problems(document: toml_files.Document) -> list[str]:
    from checker.forms.schema_check import problems_of  # cerberus is slow to import

    found = [
        f"{key}：不认识这一项，只能有 {'、'.join(_KEYS)}" for key in document if key not in _KEYS
    ]
    if not isinstance(document.get("extends"), str):
        found.append("extends：缺少这一项，应写明给哪个模板添加工作表")
    if not isinstance(document.get("edition", 2000), int):
        found.append("edition：类型应为“整数”")
    if not document.get("sheets"):
        found.append("sheets：缺少这一项，至少要有一张工作表")
    found += problems_of(_as_template(document))
    if not found:
        found += [
            f"工作表“{sheet.title}”：只能添加 form 和 table 两种"
            for sheet in decode(_as_template(document)).sheets
            if sheet.kind not in FILLED_IN
        ]
    return found


_SHEETS = toml_files.Kept[Template]("extra-sheets-4", Template)


def _hold_together(forms: _Forms) -> bool:
    return all(holds_together(template) for template, _ in forms)


_FORMS = toml_files.Kept[_Forms](f"forms-1 {KEPT.form} {_SHEETS.form}", _Forms, fits=_hold_together)
"""Made of what those two keep: where one of them is checked otherwise, so is this."""
