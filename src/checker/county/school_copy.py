"""What the county says of one school, as findings in that school's own workbook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

from msgspec.structs import replace

from checker.county.conclusions import CountyFinding, as_finding, key_of_note
from checker.county.doubtful_inputs import facts_behind
from checker.county.measuring import expressions
from checker.county.report import CountyReport
from checker.county.work_list import hanging
from checker.judging.engine import Run
from checker.judging.ledger import name_of
from checker.marking.file_record import FileRecord
from checker.marking.findings import Finding, cell_ref
from checker.model.report import FileStatus, Judgement, Report
from checker.model.rules import Rule
from checker.model.submission import Submission
from checker.model.verdicts import Outcome, Severity
from checker.reading import read_snapshot_bytes
from checker.session import Session
from checker.writing import UnwritableWorkbook, marked_content

COUNTY_UNIT = "县级"
"""What stands as 填报单元 of these findings."""


def notes_of(report: CountyReport) -> dict[str, tuple[Finding, ...]]:
    """标识码 -> what the county says of the school: conclusions that hang on it, and where it
    stands out among the others. Those without places are about the cells that the rule's figure is
    made of."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for code, conclusions in hanging(report).items():
        for each in conclusions:
            cells = "、".join(each.cells)
            message = f"全县的“{each.label}”取决于这所学校的 {cells}，请先核对。"
            info, doubt = Severity.INFO.value, Outcome.DOUBT
            asked = CountyFinding(each.rule, "", info, doubt, "", "", "", message, "", "")
            places = tuple(map(cell_ref, each.cells))
            found[code].append(as_finding(asked, COUNTY_UNIT, key_of_note(each.rule, ""), places))
    for item in report.findings:
        if item.of_school and item.outcome in (Outcome.DOUBT, Outcome.EXPLAINED):
            key = key_of_note(item.rule, item.stage)
            found[item.schools[0]].append(as_finding(item, COUNTY_UNIT, key))
    return {code: tuple(notes) for code, notes in found.items()}


Rows = Mapping[str, Sequence[Finding]]
"""What the county says of the school in a workbook ("") or of the rows of a ledger (第 9 行)."""


def notes_by_file(
    records: Iterable[FileRecord], notes: Mapping[str, Sequence[Finding]], files: Container[str]
) -> dict[str, dict[str, Sequence[Finding]]]:
    """The notes (by 标识码) of every workbook that has any, by its name; the records of a ledger's
    rows follow that of the ledger. ``files`` are the names of the workbooks."""
    found: dict[str, dict[str, Sequence[Finding]]] = {}
    name = ""
    for record in records:
        if record.path in files:
            name = record.path
        own = notes.get(record.code)
        if own and (record.path == name or record.path.startswith(f"{name} ")):
            found.setdefault(name, {})[record.path.removeprefix(name).strip()] = own
    return found


def findings_for(notes: Rows, report: Report, session: Session) -> tuple[Finding, ...]:
    """The notes as findings of the school's report, with the cells that they are about; those on
    the rows of a ledger each have their row in the key."""
    ledger = report.submission
    found = _findings(notes.get("", ()), ledger, session)
    for number, unit in enumerate(ledger.units, 1):
        own = notes.get(unit.name.removeprefix(ledger.name).strip(), ())
        found += [
            replace(each, unit=f"{name_of(unit, number)} {each.unit}", key=f"{each.key}@{number}")
            for each in _findings(own, unit, session)
        ]
    return tuple(found)


def _findings(notes: Sequence[Finding], submission: Submission, session: Session) -> list[Finding]:
    run = Run(submission, session.ruleset, session.profile)
    return [_placed(note, run, session.rules.get(note.rule)) for note in notes]


def _placed(note: Finding, run: Run, rule: Rule | None) -> Finding:
    """The note with the cells that it is about, each once; only those that are there."""
    places = note.places
    if rule is not None and not places:
        unit = run.stages.get(note.stage, run.whole)
        cells = map(run.submission.locate, facts_behind(unit, expressions(rule)))
        places = tuple(dict.fromkeys(cell for cell in cells if cell is not None))
    return replace(
        note,
        family=rule.family if rule else "",
        sheet=places[0].sheet if places else "",
        cell=places[0].a1 if places else "",
        related=tuple(map(str, places[1:])),
    )


Returned = Mapping[str, str]
"""Key of a finding -> the remark with which the county sent its explanation back."""


def with_returned(submission: Submission, returned: Returned) -> Submission:
    """The submission, its explanations that the county did not accept marked as such."""
    explanations = {
        key: replace(item, returned=returned[key]) if key in returned else item
        for key, item in submission.explanations.items()
    }
    return replace(submission, explanations=explanations)


def judged_again(session: Session, name: str, data: bytes, returned: Returned) -> Judgement:
    """A workbook judged once more, knowing which of its explanations were sent back. Raises
    UnreadableWorkbook or UnknownForm where it could not have been judged before either."""
    snapshot = read_snapshot_bytes(name, data)
    report = session.judge(with_returned(session.bind(snapshot), returned))
    return Judgement(name, FileStatus.CHECKED, report, cannot_write=snapshot.cannot_write)


def marked_again(
    session: Session,
    name: str,
    data: bytes,
    returned: Returned,
    notes: Rows,
    converted: bytes | None = None,
) -> bytes:
    """The marked copy of a school's workbook, what the county says of it among the marks; of one
    in an old format as the .xlsx that was ``converted`` from it. Raises UnwritableWorkbook,
    UnreadableWorkbook or UnknownForm."""
    judgement = judged_again(session, name, data, returned)
    if judgement.report is None or (judgement.cannot_write is not None and converted is None):
        raise UnwritableWorkbook(judgement.cannot_write or "没有可以标记的。")
    more = findings_for(notes, judgement.report, session)
    content, _ = marked_content(converted or data, session.mark(judgement.report, more))
    return content
