"""Marking: a report becomes the changes to be shown in the workbook. Pure; writers apply them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from checker.marking.cell_marks import marks_for
from checker.marking.explanation_rows import explanation_edits
from checker.marking.findings import Finding, counts_of, findings_of
from checker.marking.overview import overview_of
from checker.marking.result_rows import result_sheet
from checker.model.marks import Changes
from checker.model.report import Report
from checker.model.rules import Rule
from checker.model.verdicts import Outcome

__all__ = ["changes_for"]


def changes_for(
    report: Report,
    rules: Mapping[str, Rule],
    profile_title: str = "",
    more: Sequence[Finding] = (),
) -> Changes:
    """All that a run shows in the workbook of ``report``: coloured cells with notes, the sheet
    校验结果, and the sheet 说明 prefilled with the soft findings that await a text.

    ``rules`` maps rule ids to rules (citations and how to mend come from there). A workbook
    without a sheet 说明 gets no edits. ``profile_title`` names the profile for people; ``more`` are
    findings from elsewhere, such as what stands out among the county's schools.
    """
    findings, counts = (*findings_of(report, rules), *more), counts_of(report, rules)
    if more:
        doubts = sum(item.verdict is Outcome.DOUBT and not item.informs for item in more)
        explained = sum(item.verdict is Outcome.EXPLAINED for item in more)
        counts = replace(
            counts,
            doubt=counts.doubt + doubts,
            explained=counts.explained + explained,
            info=counts.info + len(more) - doubts - explained,
        )
    overview = overview_of(report, rules)
    return Changes(
        marks=marks_for(report, findings),
        sheets=(result_sheet(report, findings, counts, overview, profile_title),),
        edits=explanation_edits(report, findings),
    )
