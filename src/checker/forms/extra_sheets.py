"""Extra sheets: what a plugin adds to somebody else's template, in a ``sheets.toml`` of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from checker import toml_files
from checker.forms.decode import decode
from checker.forms.errors import TemplateError
from checker.forms.references import reference_problems
from checker.forms.registry import InstalledTemplate
from checker.model.template import Sheet, SheetKind, Template

CHECKED_FORM = "extra-sheets-1"
FILLED_IN = (SheetKind.FORM, SheetKind.TABLE)
"""Kinds of sheet that may be added: those that a school fills in."""

_KEYS = ("extends", "edition", "sheets", "code_lists")


class ExtraSheets(Struct, frozen=True):
    """Sheets to be added to the template ``extends``, of one edition or (None) of all."""

    extends: str
    edition: int | None
    sheets: tuple[Sheet, ...]
    code_lists: Mapping[str, Mapping[str, str]]
    path: Path


def load_extra_sheets(path: Path) -> ExtraSheets:
    """The sheets in a sheets.toml. Raises TemplateError."""
    try:
        document = toml_files.load(path, _problems, CHECKED_FORM)
    except toml_files.TomlFileError as error:
        raise TemplateError(path, error.problems) from None
    part = decode(_as_template(document))
    edition = document.get("edition")
    return ExtraSheets(
        str(document["extends"]),
        edition if isinstance(edition, int) else None,
        part.sheets,
        part.code_lists,
        path,
    )


def with_extra_sheets(
    installed: Sequence[InstalledTemplate], files: Iterable[Path]
) -> tuple[InstalledTemplate, ...]:
    """The templates with the sheets of these files added, before 指标 and 说明.

    A template that grew stands in the folder of the file that made it grow: its workbook is another
    one. Raises TemplateError where the template is not there or the two contradict each other.
    """
    found = list(installed)
    for path in files:
        extra = load_extra_sheets(path)
        places = [
            place
            for place, item in enumerate(found)
            if item.template.id == extra.extends and extra.edition in (None, item.template.edition)
        ]
        if not places:
            raise TemplateError(path, [f"extends：没有模板 {extra.extends}"])
        for place in places:
            grown = _grown(found[place].template, extra)
            found[place] = InstalledTemplate(grown, path.parent)
    return tuple(found)


def _grown(template: Template, extra: ExtraSheets) -> Template:
    repeated = [name for name in extra.code_lists if name in template.code_lists]
    if repeated:
        raise TemplateError(extra.path, [f"代码表 {repeated[0]} 在模板里已经有了，请换一个名字"])
    last = max(
        (place for place, sheet in enumerate(template.sheets) if sheet.kind in FILLED_IN),
        default=-1,
    )
    sheets = (*template.sheets[: last + 1], *extra.sheets, *template.sheets[last + 1 :])
    grown = replace(template, sheets=sheets, code_lists={**template.code_lists, **extra.code_lists})
    problems = reference_problems(grown)
    if problems:
        raise TemplateError(extra.path, problems)
    return grown


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
    from checker.forms.schema_check import problems_of

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
