"""The lines of ``terminal`` in colour, through rich; imported only for a real terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from checker.marking.results import FileResult
from checker.reports.terminal import Line

if TYPE_CHECKING:
    from checker.marking.file_record import FileRecord

Seen = TypeVar("Seen")

STYLES = {
    "title": "bold",
    "fail": "bold red",
    "doubt": "yellow",
    "explained": "blue",
    "info": "bright_black",
    "pass": "green",
    "dim": "bright_black",
}


def print_in_colour(lines: Iterable[Line], console: Console) -> None:
    """Print lines to a terminal; long lines wrap under their own indent."""
    for line in lines:
        indent = len(line.text) - len(line.text.lstrip(" "))
        text = Text(line.text[indent:], style=STYLES.get(line.style, ""))
        for piece in text.wrap(console, max(20, console.width - indent)):
            console.print(Text(" " * indent) + piece, highlight=False)


def with_progress(results: Iterator[FileResult], total: int) -> Iterator[FileResult]:
    """Pass results on while a bar on the error stream shows files done, errors and time left."""
    return _with_bar(results, total, lambda result: result.counts.fail)


def with_record_progress(records: Iterator[FileRecord], total: int) -> Iterator[FileRecord]:
    """The same for the records of a county run."""
    return _with_bar(records, total, lambda record: record.counts.get("fail", 0))


def _with_bar(items: Iterator[Seen], total: int, failed: Callable[[Seen], int]) -> Iterator[Seen]:
    columns = (
        TextColumn("校验"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("不通过 {task.fields[fail]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("校验", total=total, fail=0)
        fail = 0
        for item in items:
            fail += failed(item)
            progress.update(task, advance=1, fail=fail)
            yield item
