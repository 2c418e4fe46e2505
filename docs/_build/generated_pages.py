"""Pages of the site that are made when it is built: rule pages, an index, reference tables."""

from __future__ import annotations

import re
from functools import cache

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from checker.authoring.explanation import rule_pages
from checker.authoring.reference import PARTS
from checker.session import Session

_PART = re.compile(r"<!-- 由程序生成：(\w+) -->")


@cache
def session() -> Session:
    """All rules under the national profile."""
    return Session()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add one page for each rule, and their index."""
    for name, text in rule_pages(session(), session().rules.values()):
        files.append(File.generated(config, f"rules/{name}", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put the reference tables where a page asks for them. KeyError for a part nobody makes."""
    return _PART.sub(lambda part: "\n".join(PARTS[part[1]](session())), markdown)
