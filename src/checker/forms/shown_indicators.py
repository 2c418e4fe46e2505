"""What the sheet 指标 shows, so that it can be held against what checker computes itself."""

from __future__ import annotations

from checker.forms.names import indicator_name
from checker.model.cells import CellKind
from checker.model.snapshot import Snapshot
from checker.model.submission import ShownIndicator
from checker.model.template import WHOLE, Sheet

A_FORMULA = ""
"""``expected_formula`` of a cell whose formula is gone: that there was one is certain, its text is
not needed to say so. Cells that still have a formula get None: it may have been rewritten by the
spreadsheet program, and their value is compared anyway."""


def read_indicators(
    snapshot: Snapshot, sheet: Sheet, stages: tuple[str, ...]
) -> list[ShownIndicator]:
    """The named 数值 cells of the school's own stages and of the whole. ``stage`` of a
    whole-school one is "". Whether a value is right is not judged here."""
    shown: list[ShownIndicator] = []
    for rule in sheet.indicators:
        for stage in (*stages, WHOLE):
            target = snapshot.names.get(indicator_name(rule, stage))
            if target is None or target[0].sheet not in snapshot.sheets:
                continue
            place = target[0]
            content = snapshot.sheets[place.sheet].cell(place.row, place.column)
            if content.kind is CellKind.EMPTY and content.formula is None:
                continue  # this indicator is not defined for this stage
            overwritten = snapshot.formulas_known and content.formula is None
            expected = A_FORMULA if overwritten else None
            name = "" if stage == WHOLE else stage
            shown.append(ShownIndicator(rule, name, place, content, expected))
    return shown
