"""What is wrong or doubtful about the facts that a figure of a school is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from checker.judging.engine import Run
from checker.judging.kinds.composite import parts_of
from checker.judging.unit import Unit
from checker.marking.file_record import Doubt
from checker.model.cells import CellRef
from checker.model.report import CauseKind, Report
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.verdicts import Outcome, Passed, Severity, Verdict, finding_key
from checker.rules.expression import children, parse
from checker.rules.syntax import Name, Node
from checker.toml_files import texts

_CALLED_IN_QUESTION = frozenset({Outcome.FAIL, Outcome.DOUBT})
"""Not 未达标, which is true, nor what the school has explained."""


class Inputs:
    """The facts of one judged submission that a finding calls wrong (不通过) or doubtful (存疑).
    What only informs calls nothing in question."""

    def __init__(self, report: Report, run: Run, rules: Mapping[str, Rule]) -> None:
        """``rules`` by id, with the severity they have under the profile."""
        self._report = report
        self._run = run
        self._rules = rules
        self._suspects = _suspects(report, rules)

    def doubts(self, rule: Rule, unit: Unit, expressions: Iterable[str]) -> tuple[Doubt, ...]:
        """Of the figure that some expressions make of a unit; where a rule asks for verdicts
        (``of``), of all that those verdicts are made of."""
        if not self._suspects:
            return ()
        refs = list(facts_behind(unit, expressions))
        if rule.kind == "pass_share":
            for rule_id in texts(rule.spec.get("of")):
                refs += self._behind(rule_id, unit)
        return self._of(refs)

    def doubts_of(self, verdict: Verdict | Passed) -> tuple[Doubt, ...]:
        """Of an indicator's level."""
        rule = self._rules.get(verdict.rule)
        if not self._suspects or rule is None:
            return ()
        unit = self._run.stages.get(verdict.unit.stage or "", self._run.whole)
        return self._of([*verdict.at, *_of_indicator(rule, unit)])

    def _behind(self, rule_id: str, unit: Unit) -> Iterator[FactRef]:
        """The facts behind a rule's verdicts on a unit; for the whole school, on its stages too."""
        rule = self._rules.get(rule_id)
        if rule is None:
            return
        if rule.kind == "composite":
            for part in parts_of(rule):
                for name in part:
                    yield from self._behind(name, unit)
            return
        units = [unit] if unit.stage else [unit, *self._run.stages.values()]
        for each in units:
            verdicts = self._run.verdicts_of(rule_id, each.ref)
            for verdict in verdicts:
                yield from verdict.at
            if verdicts:
                yield from _of_indicator(rule, each)

    def _of(self, refs: Iterable[FactRef]) -> tuple[Doubt, ...]:
        found = (doubt for ref in refs for doubt in self._suspects.get(ref, ()))
        return tuple(dict.fromkeys(found))


def _suspects(report: Report, rules: Mapping[str, Rule]) -> dict[FactRef, list[Doubt]]:
    """What is found about which fact. Findings that follow from one wrong figure call only that
    figure in question, not what it was compared with."""
    figures = {
        key: cause.place
        for cause in report.causes
        if cause.kind is CauseKind.FIGURE and cause.place is not None
        for key in cause.keys
    }
    found: dict[FactRef, list[Doubt]] = defaultdict(list)
    by_cell: dict[CellRef, FactRef] = {}
    for verdict in report.verdicts:
        if isinstance(verdict, Passed) or verdict.outcome not in _CALLED_IN_QUESTION:
            continue
        rule = rules.get(verdict.rule)
        if rule is not None and rule.severity is Severity.INFO:
            continue
        place = figures.get(finding_key(verdict))
        refs = verdict.at
        if place is not None or not refs:
            by_cell = by_cell or _by_cell(report)
            cell = place or verdict.cell
            ref = by_cell.get(cell) if cell is not None else None
            refs = refs if ref is None else (ref,)
        for ref in refs:
            located = report.submission.locate(ref)
            if located is not None:
                found[ref].append(Doubt(verdict.rule, str(located)))
    return found


def _by_cell(report: Report) -> dict[CellRef, FactRef]:
    facts = report.submission.facts.values()
    return {fact.cell: fact.ref for fact in facts if fact.cell is not None}


def _of_indicator(rule: Rule, unit: Unit) -> Iterator[FactRef]:
    if rule.kind == "indicator":
        asked = (rule.spec.get(key) for key in ("numerator", "denominator"))
        yield from facts_behind(unit, [str(text) for text in asked if text])


def facts_behind(unit: Unit, expressions: Iterable[str]) -> Iterator[FactRef]:
    """The facts of a unit that a figure is made of by these expressions."""
    for text in expressions:
        yield from _facts(unit, parse(text))


def _facts(unit: Unit, node: Node) -> Iterator[FactRef]:
    """The facts that an expression reads of a unit."""
    if isinstance(node, Name):
        yield from unit.refs(node.id)
    for child in children(node):
        yield from _facts(unit, child)
