"""Overview 概要: what a reader of one workbook's results sees first — the composite standards, what
to do first, what could not be judged, how far the form is filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from checker.forms.asked import is_required
from checker.marking.findings import is_unjudged
from checker.model.report import CauseKind, Report
from checker.model.rules import Rule
from checker.model.submission import FactState, Submission
from checker.model.template import SheetKind
from checker.model.verdicts import Outcome

SCORE_WORDS = {Outcome.PASS: "达标", Outcome.INCOMPLETE: "未判断"}
"""What a composite standard comes to; 未达标 otherwise."""


class ScoreLine(Struct, frozen=True):
    """A composite standard on one unit, as it is shown. ``word`` is 达标, 未达标 or 未判断."""

    rule: str
    title: str
    unit: str
    word: str
    met: int
    parts: int
    open: int

    def __str__(self) -> str:
        lacking = f"、{self.open} 项缺数据" if self.open else ""
        counted = f"{self.parts} 项中 {self.met} 项达标{lacking}"
        return f"{self.title}（{self.unit}）：{self.word}，{counted}"


class FirstThing(Struct, frozen=True):
    """One thing to do first; ``gone`` findings go away with it. ``cell`` may be "".
    ``folds``: these findings follow from it and need not be read before."""

    message: str
    sheet: str
    cell: str
    gone: int
    folds: bool = False

    def __str__(self) -> str:
        return f"{self.message}改好后可消去 {self.gone} 条。" if self.gone > 1 else self.message


class NotJudged(Struct, frozen=True):
    """An official item that could not be judged, and why."""

    rule: str
    title: str
    unit: str
    message: str
    sheet: str
    cell: str


class Filled(Struct, frozen=True):
    """How many of the cells that one sheet requires are filled in."""

    sheet: str
    given: int
    asked: int


class Overview(Struct, frozen=True):
    """All of it for one workbook. ``blank``: nothing is filled in yet. ``same_year``: the form that
    is given as last year's is of this very year."""

    scorecard: tuple[ScoreLine, ...] = ()
    first: tuple[FirstThing, ...] = ()
    unjudged: tuple[NotJudged, ...] = ()
    filled: tuple[Filled, ...] = ()
    blank: bool = False
    note: str = ""
    same_year: bool = False


_FOLDING = frozenset({CauseKind.TYPE, CauseKind.SHIFT, CauseKind.FIGURE, CauseKind.STRUCTURE})
"""Causes whose findings say nothing of their own."""

_MANY = 4
"""Findings from which on those of one cause are folded; fewer are read one by one."""

BLANK_FORM = "这是一份空白表，还没有填。"


def overview_of(report: Report, rules: Mapping[str, Rule]) -> Overview:
    """The overview of a report; ``rules`` by id, with the severity they have under the profile."""
    return Overview(
        scorecard=tuple(
            ScoreLine(
                score.rule,
                score.title,
                score.unit,
                SCORE_WORDS.get(score.outcome, "未达标"),
                score.met,
                score.parts,
                score.open,
            )
            for score in report.scorecard
        ),
        first=tuple(
            FirstThing(
                cause.message,
                cause.place.sheet if cause.place else cause.sheet,
                cause.place.a1 if cause.place else "",
                cause.gone,
                cause.kind in _FOLDING and cause.gone >= _MANY,
            )
            for cause in report.causes
        ),
        unjudged=tuple(_unjudged(report, rules)),
        filled=() if report.blank else tuple(_filled(report.submission)),
        blank=report.blank,
        note=report.note,
        same_year=report.same_year,
    )


def _unjudged(report: Report, rules: Mapping[str, Rule]) -> Iterator[NotJudged]:
    for verdict in report.verdicts:
        rule = rules.get(verdict.rule)
        if rule is None or not is_unjudged(verdict, rule):
            continue
        located = (report.submission.locate(ref) for ref in verdict.at)
        place = next((cell for cell in located if cell is not None), None)
        yield NotJudged(
            rule.id,
            rule.title,
            verdict.unit.label,
            verdict.message,
            place.sheet if place else "",
            place.a1 if place else "",
        )


def _filled(submission: Submission) -> Iterator[Filled]:
    """Sheets in order, with the cells that must be filled in the stages that the school has."""
    titles = submission.sheet_titles
    stages = {stage.id for stage in submission.template.stages}
    for sheet in submission.template.sheets:
        if sheet.kind is not SheetKind.FORM:
            continue
        required = {
            (field.id, column.id)
            for field in sheet.fields
            for column in sheet.columns
            if is_required(field, column)
        }
        facts = [
            fact
            for ref, fact in submission.facts.items()
            if (ref.field, ref.column) in required
            and (ref.column not in stages or ref.column in submission.stages)
        ]
        if facts:
            given = sum(fact.state is FactState.GIVEN for fact in facts)
            yield Filled(titles.get(sheet.id, sheet.title), given, len(facts))
