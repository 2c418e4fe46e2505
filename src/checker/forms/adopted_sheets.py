"""Which sheets of a workbook are the ones that an adopted layout describes: by what is printed on
them, never by their order."""

from __future__ import annotations

from fnmatch import fnmatchcase

from checker.forms.header_paths import PrintedSheet
from checker.forms.plain_text import squeeze
from checker.model.adopted import AdoptedLayout, AdoptedSheet, Grid, Listing
from checker.model.snapshot import Snapshot

ENOUGH = 0.6
"""Share of what a layout says that has to stand in a workbook, for it to be taken for the form."""
AT_LEAST = 3
"""So many of these words at least: 序号 and 姓名 stand in any list."""


def likeness(snapshot: Snapshot, layout: AdoptedLayout) -> float:
    """How much of what a layout says stands in a workbook, 0 to 1; 0 for too little to go by."""
    printed = {title: PrintedSheet(cells) for title, cells in snapshot.sheets.items()}
    found = of = 0
    for sheet in layout.sheets:
        seen = [_seen(sheet, each) for each in printed.values()]
        found += max((len(words) for words in seen), default=0)
        of += len(_words(sheet))
    return found / of if of and found >= min(AT_LEAST, of) else 0.0


def _words(sheet: AdoptedSheet) -> list[tuple[str, str]]:
    """What a layout says stands on a sheet: (kind of text, text), each once."""
    words = [("title", text) for text in sheet.titles]
    words += [("pair", place.label) for place in sheet.cells if place.label]
    for grid in sheet.grids:
        words += [("path", path) for path in (*grid_paths(grid), grid.labels, grid.code) if path]
    for listing in sheet.tables:
        words += [("path", path) for path in (*listing_paths(listing), listing.code) if path]
    if sheet.ledger is not None:
        words += [("path", path) for path in sheet.ledger.headers.values()]
    return list(dict.fromkeys(words))


def _seen(sheet: AdoptedSheet, printed: PrintedSheet) -> list[tuple[str, str]]:
    return [
        (kind, text)
        for kind, text in _words(sheet)
        if (kind == "path" and printed.leaves(text))
        or (kind != "path" and printed.containing(squeeze(text)))
    ]


def adopted_sheets(snapshot: Snapshot, layout: AdoptedLayout) -> tuple[dict[str, str], list[str]]:
    """Sheet id -> title in this workbook, by what stands on it (and its name, where several fit as
    well); and what was not found, for the author."""
    titles: dict[str, str] = {}
    lacking: list[str] = []
    printed = {title: PrintedSheet(cells) for title, cells in snapshot.sheets.items()}
    for sheet in layout.sheets:
        wanted = len(_words(sheet))
        scores = {
            title: (len(_seen(sheet, each)) / wanted if wanted else 0.0)
            for title, each in printed.items()
        }
        named = [
            title for title in printed if any(fnmatchcase(title, name) for name in sheet.names)
        ]
        if not wanted:
            best = named
        else:
            most = max(scores.values(), default=0.0)
            best = [title for title, score in scores.items() if score == most and score >= ENOUGH]
            if len(best) > 1:
                best = [title for title in best if title in named] or best
        if len(best) == 1:
            titles[sheet.id] = best[0]
        elif best:
            several = "、".join(f"“{title}”" for title in best)
            lacking.append(f"工作表 {sheet.id}（{several}都像，不能确定是哪一张）")
        else:
            lacking.append(f"工作表 {sheet.id}（找不到）")
    return titles, lacking


def grid_paths(grid: Grid) -> list[str]:
    """The header paths that a grid is read by."""
    return [
        *grid.columns.values(),
        *(place.header for place in grid.cells),
        *(path for options in grid.ticks.values() for path in options.values()),
    ]


def listing_paths(listing: Listing) -> list[str]:
    """The header paths that a table of entries is read by."""
    return [
        *listing.headers.values(),
        *(path for options in listing.ticks.values() for path in options.values()),
    ]
