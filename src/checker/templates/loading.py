"""Reads a template from its TOML file; errors name the file, the key and what was expected."""

from __future__ import annotations

import zlib
from pathlib import Path

from checker import toml_files
from checker.light_typing import cast
from checker.model.template import Template
from checker.templates.errors import TemplateError
from checker.templates.storing import VOCABULARY, StoredForm, StoredTemplate

CHECKED_FORM = f"template-4-{zlib.crc32(VOCABULARY.encode()):x}"
"""Names what `_problems` checks. Raise it when the schema or the reference checks change, so that
files that passed the old checks are checked again."""


def load_template(path: Path) -> Template:
    """The template declared in a template.toml.

    The file is parsed and checked against the schema when its content is new; after that its parsed
    form comes from the cache. Raises TemplateError, whose text is meant for the reader, also when
    the file is missing.
    """
    try:
        kept = toml_files.load_prepared(path, _problems, _stored, CHECKED_FORM)
    except toml_files.TomlFileError as error:
        raise TemplateError(path, error.problems) from None
    return StoredTemplate(cast("StoredForm", kept))


def parse_template(text: str, path: Path) -> Template:
    """As load_template, for text that is not in a file; ``path`` is only named in messages."""
    try:
        document = toml_files.parse_text(text, path)
    except toml_files.TomlFileError as error:
        raise TemplateError(path, error.problems) from None
    from checker.templates.decode import decode

    if problems := _problems(document):
        raise TemplateError(path, problems)
    return decode(document)


def _problems(document: toml_files.Document) -> list[str]:
    from checker.templates.decode import decode
    from checker.templates.references import reference_problems
    from checker.templates.schema_check import problems_of

    problems = problems_of(document)
    return problems or reference_problems(decode(document))


def _stored(document: toml_files.Document) -> dict[str, object]:
    from checker.templates.decode import decode
    from checker.templates.storing import stored

    return stored(decode(document))
