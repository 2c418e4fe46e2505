"""Most verdicts pass and are put into words only when somebody reads them: from the form alone."""

from __future__ import annotations

import gc
import pickle
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from checker.judging.engine import Run, judge
from checker.model.report import Report
from checker.model.submission import FactRef, Submission
from checker.model.verdicts import Outcome, Passed, Said, Scope, UnitRef, Verdict
from checker.session import Session

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.xlsx"))


@cache
def session() -> Session:
    return Session()


@cache
def read(path: Path) -> Submission:
    report = session().judge_file(path).report
    assert report is not None
    return report.submission


def judged(submission: Submission) -> Report:
    return judge(submission, session().ruleset, session().profile)


@cache
def report_on(path: Path) -> Report:
    """The same for an example; reports do not change."""
    return judged(read(path))


def reachable(root: object) -> list[object]:
    """Everything that an object keeps alive, without modules, classes and globals of functions."""
    known: dict[int, object] = {}
    waiting: list[object] = [root]
    while waiting:
        found = waiting.pop()
        if id(found) in known or isinstance(found, ModuleType | type):
            continue
        known[id(found)] = found
        if isinstance(found, FunctionType):
            waiting += [found.__closure__, found.__defaults__]
        else:
            waiting += gc.get_referents(found)
    return list(known.values())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_report_holds_no_run(path: Path) -> None:
    """Whoever keeps a report keeps the form and its figures, never the engine."""
    report = report_on(path)
    held = reachable(report)
    assert any(isinstance(item, Submission) for item in held)
    assert sum(isinstance(item, Passed) for item in held) > 10
    assert not [item for item in held if isinstance(item, Run)]


def test_a_context_that_asks_other_rules_is_found_by_that_search() -> None:
    """The search above can fail: it sees a run behind a closure."""
    run = Run(read(EXAMPLES[0]), session().ruleset, session().profile)
    passed = Passed("TRY1", run.whole.ref, lambda: Said(str(run.errors)), lambda: ())
    assert run in reachable(passed)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_pickled_passes_are_plain_verdicts_with_all_their_words(path: Path) -> None:
    """What a worker process sends back needs neither rules nor form to be read."""
    verdicts = report_on(path).verdicts
    received = pickle.loads(pickle.dumps(verdicts))
    assert {type(item) for item in received} == {Verdict}
    assert list(received) == [item.worded() for item in verdicts]
    passes = [item for item in received if item.outcome is Outcome.PASS]
    assert all(item.message.endswith("。") and "{" not in item.message for item in passes)


def test_words_are_those_of_their_own_school_however_late_they_are_asked() -> None:
    """Two schools are judged by one plan; the words of the first are asked when both are done."""
    first, second = (judged(read(path)) for path in EXAMPLES[:2])
    late = [item.worded() for item in first.verdicts]
    assert [item.worded() for item in judged(first.submission).verdicts] == late
    assert late != [item.worded() for item in second.verdicts]


def test_a_pass_reads_like_the_verdict_it_is() -> None:
    """Whoever reads one attribute gets what the whole verdict says."""
    for passed in report_on(EXAMPLES[0]).verdicts:
        plain = passed.worded()
        for name in Verdict.__struct_fields__:
            assert getattr(passed, name) == getattr(plain, name), name
        assert passed.key == plain.key


def test_a_pass_that_cannot_be_worded_still_passes() -> None:
    """That it holds is certain; failing words cost no marks."""

    def wrong() -> Said:
        raise ZeroDivisionError

    def nowhere() -> tuple[FactRef, ...]:
        raise KeyError

    passed = Passed("TRY1", UnitRef(Scope.SUBMISSION, "全校"), wrong, nowhere)
    assert passed.worded() == Verdict("TRY1", Outcome.PASS, passed.unit, message="符合要求。")
    assert passed.key == "TRY1@全校"
