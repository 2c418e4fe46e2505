"""Which sheets of a workbook are the ones that an adopted layout describes: by what is printed on
them, never by their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    """How much of what a layout says stands in a workbook, 0 to 1; 0 for too little to go by. What
    is optional and not there does not count."""
    printed = {title: PrintedSheet(cells) for title, cells in snapshot.sheets.items()}
    found = of = 0
    for printings in _printings(layout):
        best = max(
            (
                (len(seen), -len(_words(sheet)))
                for sheet in printings
                for each in printed.values()
                if (seen := _seen(sheet, each)) or not sheet.optional
            ),
            default=(0, 0),
        )
        found += best[0]
        of -= best[1]
    return found / of if of and found >= min(AT_LEAST, of) else 0.0


def _printings(layout: AdoptedLayout) -> list[list[AdoptedSheet]]:
    """The entries of a layout, those that are printings of one sheet together."""
    groups: dict[str, list[AdoptedSheet]] = {}
    for sheet in layout.sheets:
        groups.setdefault(sheet.number or f"id:{sheet.id}", []).append(sheet)
    return list(groups.values())


def _words(sheet: AdoptedSheet) -> list[tuple[str, str]]:
    """What a layout says stands on a sheet: (kind of text, text), each once."""
    words = [("title", text) for text in (*sheet.titles, sheet.number) if text]
    for place in sheet.cells:
        words += [("pair", text) for text in (place.label, place.header, place.row) if text]
    for grid in sheet.grids:
        absent = {place.header for place in grid.cells if place.optional}
        paths = [path for path in grid_paths(grid) if path not in absent]
        words += [("path", path) for path in (*paths, grid.labels, grid.groups, grid.code) if path]
    for listing in sheet.tables:
        words += [("path", path) for path in (*listing_paths(listing), listing.code) if path]
    if sheet.ledger is not None:
        words += [("path", path) for path in sheet.ledger.headers.values()]
    return list(dict.fromkeys(words))


def _seen(sheet: AdoptedSheet, printed: PrintedSheet) -> list[tuple[str, str]]:
    """The words of the layout that stand on a sheet; none on one without its 表号."""
    if sheet.number and not printed.containing(squeeze(sheet.number)):
        return []
    return [
        (kind, text)
        for kind, text in _words(sheet)
        if (kind == "path" and printed.leaves(text))
        or (kind != "path" and printed.containing(squeeze(text)))
    ]


def adopted_sheets(
    printed: Mapping[str, PrintedSheet], layout: AdoptedLayout
) -> tuple[list[tuple[AdoptedSheet, str]], list[str]]:
    """The entries of a layout with the sheet of this workbook that each is, by what stands on it
    (and its name, where several fit as well); and what was not found, for the author."""
    found: list[tuple[AdoptedSheet, str]] = []
    lacking: list[str] = []
    for printings in _printings(layout):
        tried = [(*_best(sheet, printed), sheet) for sheet in printings]
        score, _, titles, sheet = max(tried, key=lambda each: each[:2])
        if len(titles) == 1:
            found.append((sheet, titles[0]))
        elif titles:
            several = "、".join(f"“{title}”" for title in titles)
            lacking.append(f"工作表 {sheet.id}（{several}都像，不能确定是哪一张）")
        elif not sheet.optional:
            lacking.append(f"工作表 {sheet.id}（找不到）")
        elif score:
            lacking.append(f"工作表 {sheet.id}（有 {sheet.number}，表样与模板不同）")
    return found, lacking


def unread_alike(
    printed: Mapping[str, PrintedSheet], placed: Sequence[tuple[AdoptedSheet, str]]
) -> Iterator[tuple[str, str]]:
    """The sheets with figures that no entry of the layout reads, though one fits them as well as
    the sheet that it is read from: their titles, each with that of the sheet that is read."""
    used = {title for _, title in placed}
    for title, each in printed.items():
        if title in used or not any(
            isinstance(value, int | float) and not isinstance(value, bool)
            for row in each.snapshot.rows
            for value in row
        ):
            continue
        for sheet, read in placed:
            wanted = len(_words(sheet))
            if wanted >= AT_LEAST - 1 and len(_seen(sheet, each)) >= ENOUGH * wanted:
                yield title, read
                break


def _best(sheet: AdoptedSheet, printed: Mapping[str, PrintedSheet]) -> tuple[float, int, list[str]]:
    """How well the sheet that fits best fits, by share and by number of words, and its title; all
    titles where several fit as well."""
    wanted = len(_words(sheet))
    named = [title for title in printed if any(fnmatchcase(title, name) for name in sheet.names)]
    if not wanted:
        return 0.0, 0, named
    seen = {title: len(_seen(sheet, each)) for title, each in printed.items()}
    most = max(seen.values(), default=0)
    best = [title for title, score in seen.items() if score == most and score >= ENOUGH * wanted]
    if len(best) > 1:
        best = [title for title in best if title in named] or best
    return most / wanted, most, best


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
