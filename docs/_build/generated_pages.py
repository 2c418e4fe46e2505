"""Pages of the site that are made when it is built: rule pages, an index, tables of coverage."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from checker.authoring.explanation import rule_pages
from checker.session import Session

_COVERAGE = "<!-- 由程序生成：coverage -->"


COVERAGE = Path(__file__).parents[1] / "coverage"
"""One file for each group of statements in the reports: which rules check it, or why none can."""
STATUSES = {"covered": "已覆盖", "partly": "部分", "no": "没有", "outside": "表格装不下"}


def coverage() -> dict[str, list[dict[str, str]]]:
    """The statements by group; keys report, statement, rules (ids with spaces between), note, and
    status (one of ``STATUSES``)."""
    found: dict[str, list[dict[str, str]]] = {}
    for path in sorted(COVERAGE.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem.upper()] = list(csv.DictReader(file))
    return found


def coverage_tables() -> Iterator[str]:
    """The counts by group, then a table for each group."""
    groups = coverage()
    yield f"| 类别 | 条数 | {' | '.join(STATUSES.values())} |"
    yield f"|---|---|{'---|' * len(STATUSES)}"
    everything = Counter(row["status"] for rows in groups.values() for row in rows)
    for name, rows in groups.items():
        count = Counter(row["status"] for row in rows)
        yield f"| {name} | {len(rows)} | {' | '.join(str(count[each]) for each in STATUSES)} |"
    numbers = " | ".join(str(everything[each]) for each in STATUSES)
    yield f"| 合计 | {everything.total()} | {numbers} |"
    for name, rows in groups.items():
        yield ""
        yield f"## {name}"
        yield ""
        yield "| 报告 | 说法 | 规则 | 备注 | |"
        yield "|---|---|---|---|---|"
        for row in rows:
            rules = "、".join(
                f"[{each}](../rules/{each}.md)" if each in session().rules else each
                for each in row["rules"].split()
            )
            cells = (row["report"], row["statement"], rules, row["note"], STATUSES[row["status"]])
            yield f"| {' | '.join(cell.replace('|', '／') for cell in cells)} |"


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
    """Put the tables of coverage where a page asks for them."""
    if _COVERAGE not in markdown:
        return markdown
    return markdown.replace(_COVERAGE, "\n".join(coverage_tables()))
