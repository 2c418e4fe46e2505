"""What was learnt of sheets that are the same in all workbooks of a template.

The reader gives such a sheet as one and the same object (see `reading.usual_sheets`). What follows
from these objects alone, and from the names of the workbook, need not be worked out again.
"""

from __future__ import annotations

from typing import NamedTuple

from checker.forms.form_grid import squeeze
from checker.forms.names import indicator_name
from checker.forms.sheet_finding import find_sheets
from checker.forms.shown_indicators import read_indicators
from checker.forms.table_places import Names
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import Problem, ShownIndicator
from checker.model.template import WHOLE, Sheet, Template

KEPT = 16
"""Workbooks of different make remembered for one template; and the rows of a sheet above which it
is not."""
KEPT_HEIGHT = 300


class _Titles(NamedTuple):
    """Sheets found by their titles, and the sheets that are no part of the template."""

    titles: dict[str, str]
    others: dict[str, SheetSnapshot]


class _Shown(NamedTuple):
    """Indicators that stand on this very sheet, in a workbook with these names."""

    sheet: SheetSnapshot
    names: Names
    formulas_known: bool
    shown: list[ShownIndicator]


class SheetMemory:
    """For the workbooks of one template; bounded."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._titles: dict[tuple[str, ...], _Titles] = {}
        self._shown: dict[tuple[str, str, tuple[str, ...]], _Shown] = {}

    def find_sheets(self, snapshot: Snapshot) -> tuple[dict[str, str], list[Problem]]:
        """As `sheet_finding.find_sheets`."""
        sheets = snapshot.sheets
        key = tuple(sheets)
        known = self._titles.get(key)
        if known is not None and all(sheets[title] is one for title, one in known.others.items()):
            return dict(known.titles), []
        titles, problems = find_sheets(snapshot, self._template)
        others = {title: sheets[title] for title in key if title not in titles.values()}
        if not problems and self._by_title(titles) and all(map(_is_small, others.values())):
            if len(self._titles) >= KEPT:
                self._titles.clear()
            self._titles[key] = _Titles(dict(titles), others)
        return titles, problems

    def _by_title(self, titles: dict[str, str]) -> bool:
        return all(
            squeeze(titles[sheet.id]) == squeeze(sheet.title)
            for sheet in self._template.sheets
            if sheet.id in titles
        )

    def read_indicators(
        self, snapshot: Snapshot, sheet: Sheet, title: str, stages: tuple[str, ...]
    ) -> list[ShownIndicator]:
        """As `shown_indicators.read_indicators`; ``title`` is the sheet's in this workbook."""
        cells, names = snapshot.sheets[title], snapshot.names
        key = (sheet.id, title, stages)
        known = self._shown.get(key)
        if (
            known is not None
            and known.sheet is cells
            and known.names is names
            and known.formulas_known == snapshot.formulas_known
        ):
            return known.shown
        shown = read_indicators(snapshot, sheet, stages)
        if _is_small(cells) and _all_stand_on(title, sheet, stages, names):
            if len(self._shown) >= KEPT:
                self._shown.clear()
            self._shown[key] = _Shown(cells, names, snapshot.formulas_known, shown)
        return shown


def _all_stand_on(title: str, sheet: Sheet, stages: tuple[str, ...], names: Names) -> bool:
    targets = [
        names.get(indicator_name(rule, stage))
        for rule in sheet.indicators
        for stage in (*stages, WHOLE)
    ]
    return all(target is None or target[0].sheet == title for target in targets)


def _is_small(sheet: SheetSnapshot) -> bool:
    return len(sheet.rows) <= KEPT_HEIGHT
