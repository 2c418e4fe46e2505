"""Reads a template from its TOML file; errors name the file, the key and what was expected."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

from checker.model.template import Template
from checker.templates.decode import decode
from checker.templates.errors import TemplateError
from checker.templates.references import reference_problems


def load_template(path: Path, *, validate: bool = True) -> Template:
    """The template declared in a template.toml.

    ``validate`` False skips the check against the schema, for content that has passed it before
    (loading the validator costs more than reading the file). Raises TemplateError, whose text is
    meant for the reader, also when the file is missing.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TemplateError(path, [f"文件打不开（{error.strerror or error}）"]) from error
    return parse_template(content, path, validate=validate)


def parse_template(content: bytes, path: Path, *, validate: bool = True) -> Template:
    """As load_template, for content already read; ``path`` is for messages."""
    try:
        document: dict[str, object] = tomllib.loads(
            content.decode("utf-8-sig"), parse_float=Decimal
        )
    except UnicodeDecodeError as error:
        raise TemplateError(path, ["文件应以 UTF-8 编码保存"]) from error
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(path, [f"不是正确的 TOML 写法：{error}"]) from error
    if validate:
        from checker.templates.schema_check import problems_of

        if problems := problems_of(document):
            raise TemplateError(path, problems)
    try:
        template = decode(document)
    except (KeyError, TypeError, ValueError) as error:
        raise TemplateError(path, [f"内容不合要求：{error}"]) from error
    if contradictions := reference_problems(template):
        raise TemplateError(path, contradictions)
    return template
