"""Reads a template from its TOML file; errors name the file, the key and what was expected."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec

from checker import toml_files
from checker.forms.decode import decode
from checker.forms.errors import TemplateError
from checker.forms.references import reference_problems
from checker.model.template import Template

CHECKED_FORM = "template-5"
"""Names what `_problems` checks. Raise it when the schema or the reference checks change, so that
files that passed the old checks are checked again."""


def load_template(path: Path) -> Template:
    """The template declared in a template.toml.

    The file is parsed and checked against the schema when its content is new; after that its parsed
    form comes from the cache. Raises TemplateError, whose text is meant for the reader, also when
    the file is missing.
    """
    try:
        return toml_files.load_as(path, _of_kept, _problems, CHECKED_FORM)
    except toml_files.TomlFileError as error:
        raise TemplateError(path, error.problems) from None


def parse_template(text: str, path: Path) -> Template:
    """As load_template, for text that is not in a file; ``path`` is only named in messages."""
    try:
        document = toml_files.parse_text(text, path)
    except toml_files.TomlFileError as error:
        raise TemplateError(path, error.problems) from None
    if problems := _problems(document):
        raise TemplateError(path, problems)
    return decode(document)


def _of_kept(document: toml_files.Document) -> Template:
    """Raises whatever a document leads to that somebody changed in the cache."""
    template = decode(document)
    msgspec.convert(msgspec.to_builtins(template), Template)
    for number in [stage.weight for stage in template.stages]:
        Decimal(number)
    for field in template.fields().values():
        Decimal(field.minimum or 0), Decimal(field.maximum or 0)
    if reference_problems(template):
        raise ValueError(template.id)
    return template


def _problems(document: toml_files.Document) -> list[str]:
    from checker.forms.schema_check import problems_of

    problems = problems_of(document)
    return problems or reference_problems(decode(document))
