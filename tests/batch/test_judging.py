"""What a worker keeps of a workbook is what the verdicts say, though it does not ask them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.batch.discovery import Source
from checker.batch.judging import JudgingWork, MarkPlan
from checker.batch.previous_year import session_for
from checker.marking.file_record import FileRecord, head_of, record_of
from checker.model.submission import FactState
from checker.model.verdicts import Outcome, Quantity, Scope
from checker.session import SessionOptions

EXAMPLES = Path(__file__).parents[2] / "examples"
WORKBOOKS = sorted(EXAMPLES.glob("*.xlsx"))


def kept_of(path: Path, whole: bool) -> FileRecord:
    done = JudgingWork(SessionOptions(), MarkPlan(), whole)(Source(str(path), path.name))
    assert bool(done.digest) is whole
    return record_of(path.name, 0.0, "", head_of(done.kept.head), done.kept.bulk)


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_levels_are_those_of_the_verdicts(path: Path) -> None:
    session = session_for(SessionOptions())
    report = session.judge_file(path).report
    assert report is not None
    said = []
    for verdict in report.verdicts:
        rule = session.rules.get(verdict.rule)
        if rule is None or rule.kind != "indicator" or rule.scope is Scope.ROW:
            continue
        actual, required = verdict.actual, verdict.required
        value = str(actual.value) if isinstance(actual, Quantity) else ""
        limit = "" if required is None or required.value is None else str(required.value)
        said.append((verdict.rule, verdict.unit.stage or "", verdict.outcome, value, limit))
    assert said or path.stem == "self_evaluation"  # a form without indicators
    if path.stem == "laian":  # where much is as it should be
        assert sum(outcome is Outcome.PASS for _, _, outcome, _, _ in said) > 5
    kept = kept_of(path, whole=True).judged
    assert [(each.rule, each.stage, each.outcome, each.value, each.limit) for each in kept] == said


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_every_given_fact_is_kept_with_its_cell(path: Path) -> None:
    report = session_for(SessionOptions()).judge_file(path).report
    assert report is not None
    submission = report.submission
    facts = [(0, fact) for fact in submission.facts.values()]
    for rows in submission.tables.values():
        facts += [(row.ordinal, fact) for row in rows for fact in row.facts.values()]
    assert list(kept_of(path, whole=True).facts) == [
        (fact.ref.field, "" if row else fact.ref.column, row, str(fact.value), str(fact.cell or ""))
        for row, fact in facts
        if fact.state is FactState.GIVEN
    ]


def test_where_only_the_screen_asks_nothing_else_is_kept() -> None:
    for path in WORKBOOKS:
        shown, whole = kept_of(path, whole=False), kept_of(path, whole=True)
        assert shown.findings == whole.findings and shown.counts == whole.counts
        assert (shown.name, shown.code, shown.template) == (whole.name, whole.code, whole.template)
        assert whole.judged or path.stem == "self_evaluation"  # a form without indicators
        assert len(whole.facts)
        assert not shown.judged and not shown.measures and not len(shown.facts)
        assert shown.parts.part(0) == whole.parts.part(0)
