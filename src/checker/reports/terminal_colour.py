"""The lines of ``terminal`` in colour, through rich; imported only for a real terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from checker.reports.terminal import Line

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
