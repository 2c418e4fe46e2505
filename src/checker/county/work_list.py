"""What is to be done tonight: one line a school, what to do first, the rules by count."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from msgspec import Struct

from checker.county.conclusions import cells_of
from checker.county.handing_in import asks_code
from checker.county.report import CountyReport
from checker.county.roster import RosterEntry
from checker.county.traces import traces
from checker.marking.file_record import Doubt, FileRecord
from checker.marking.findings import Counts
from checker.marking.overview import BLANK_FORM
from checker.model.report import FileStatus
from checker.model.verdicts import SEVERITY_WORDS, Severity

_TOWNSHIP = re.compile(r"^.{1,5}?(?:街道|乡|镇)")
_TOLD = 2
"""So many of the conclusions that hang on a school are told with their figures."""

_FIRST = 12
"""So many schools of each sort are named among what is to be done tonight."""

HANDED_IN, MISSING, UNREADABLE, BLANK, STRANGE, EARLIER = (
    *("已报", "缺报", "打不开", "空表", "码错"),
    "旧表",
)


class Hanging(Struct, frozen=True):
    """A conclusion of the county that hangs on a school: its label with the stage, the cells in
    question, the figure with all data, the figure without the ``aside`` schools in doubt, and by
    how much this school moves it."""

    rule: str
    label: str
    cells: tuple[str, ...]
    actual: str
    without: str
    aside: int
    moves: Fraction

    def __str__(self) -> str:
        apart = f"，不计有疑问的 {self.aside} 所为 {self.without}" if self.without else ""
        return f"{self.label}：现为 {self.actual}{apart}"


class SchoolLine(Struct, frozen=True):
    """One school, or one file that is nobody's, on one line. ``hinges`` are the county's
    conclusions that hang on it, those that it moves most first; ``first`` says what to do first."""

    code: str
    name: str
    type: str
    township: str
    state: str
    first: str
    path: str
    contact: str
    counts: Counts = Counts()
    stages: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    hinges: tuple[Hanging, ...] = ()


class Task(Struct, frozen=True):
    """One thing to do tonight: whom to call, what to ask for, and what it changes."""

    name: str
    code: str
    contact: str
    what: str
    effect: str

    def __str__(self) -> str:
        whom = f"{self.name}（{self.contact}）" if self.contact else self.name
        return f"{whom}：{self.what} {self.effect}".strip()


class RuleLine(Struct, frozen=True):
    """One rule with its findings over all schools, the most frequent first."""

    rule: str
    title: str
    word: str
    findings: int
    schools: tuple[str, ...]


class WorkList(Struct, frozen=True):
    """All of it."""

    lines: tuple[SchoolLine, ...]
    tonight: tuple[Task, ...]
    rules: tuple[RuleLine, ...]


def work_list(report: CountyReport) -> WorkList:
    """The list, worst first. Every school's findings are read once."""
    filing = report.handing_in
    lines = [_missing(report, entry) for entry in filing.missing]
    # one school takes one line, whatever is wrong with it
    taken = {item.path for entry in filing.missing for item in traces(report, entry)}
    lines += [
        _unreadable(record)
        for record in report.unreadable()
        if record.path not in taken and not _left_by_an_open_book(record)
    ]
    rules = _RuleTally()
    lines += _of_schools(report, rules)
    lines += [
        _line(record, record.name or record.path, BLANK, BLANK_FORM)
        for record in report.records
        if record.overview.blank and record.path not in taken
    ]
    for item in (*filing.strangers, *filing.nameless):
        if item.path not in taken:
            wrong = f"标识码 {item.code} 不在名册上" if item.code else "没有填标识码"
            if not asks_code(item):
                wrong = f"“{item.name}”在名册上没有对上一所学校"
            why = f"{wrong}，请学校核对后重报。"
            lines.append(_line(item, item.name or item.path, STRANGE, why))
    lines.sort(key=_weight)
    return WorkList(tuple(lines), tuple(_tonight(report, lines)), rules.lines())


class _RuleTally:
    """Findings by rule: how many, of which schools, and what the rule is called."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._schools: dict[str, dict[str, None]] = defaultdict(dict)
        self._titles: dict[str, tuple[str, str]] = {}

    def add(self, rule: str, school: str, title: str, severity: Severity) -> None:
        self._count[rule] += 1
        self._schools[rule][school] = None
        self._titles.setdefault(rule, (title, SEVERITY_WORDS[severity]))

    def lines(self) -> tuple[RuleLine, ...]:
        return tuple(
            RuleLine(rule, *self._titles[rule], count, tuple(self._schools[rule]))
            for rule, count in self._count.most_common()
        )


def _of_schools(report: CountyReport, rules: _RuleTally) -> Iterator[SchoolLine]:
    """The lines of the schools that count; their findings are tallied in ``rules``."""
    hinges = hanging(report)
    stages: dict[str, tuple[str, ...]] = {
        school.code: tuple(report.stages[stage] for stage in report.stages if stage in units)
        for school, units in report.units()
    }
    questioned: dict[str, set[Doubt]] = defaultdict(set)
    for concluded in report.findings:
        for hinge in concluded.hinges:
            questioned[hinge.school].update(hinge.doubts)
    for school in report.schools:
        own: dict[str, None] = {}
        reason = ""
        for finding in school.findings:
            if finding.informs:
                continue
            own[finding.rule] = None
            place = f"{finding.sheet}!{finding.cell}"
            if not reason and Doubt(finding.rule, place) in questioned[school.code]:
                reason = finding.message
            rules.add(finding.rule, school.code, finding.title, finding.severity)
        first = reason or next((thing.message for thing in school.overview.first), "")
        yield _line(
            school,
            school.name,
            HANDED_IN,
            first,
            report.roster.get(school.code),
            stages.get(school.code, ()),
            tuple(own),
            hinges.get(school.code, ()),
        )


def township_of(entry: RosterEntry | None, name: str, path: str) -> str:
    """The 乡镇 of a school: the roster's, else the folder it lies in, else the first part of its
    name (和顺乡第二学校)."""
    if entry is not None and entry.township:
        return entry.township
    folder = path.replace("\\", "/").rpartition("/")[0].split("/")[-1]
    for text in (folder, name):
        found = _TOWNSHIP.match(text)
        if found:
            return found.group()
    return ""


def _contact(entry: RosterEntry | None) -> str:
    return "" if entry is None else f"{entry.contact} {entry.phone}".strip()


def _missing(report: CountyReport, entry: RosterEntry) -> SchoolLine:
    """A school of the roster without a file that counts; where one of its name did come in, that is
    what is wrong with it."""
    found = list(traces(report, entry))
    state, path = (found[0].state, found[0].path) if found else (MISSING, "")
    return SchoolLine(
        code=entry.code,
        name=entry.name,
        type=entry.type,
        township=township_of(entry, entry.name, ""),
        state=state,
        first="".join(item.text for item in found) or "还没有收到填报表。",
        path=path,
        contact=_contact(entry),
    )


def _left_by_an_open_book(record: FileRecord) -> bool:
    """Excel's ~$一小.xlsx: nothing to be asked for; 报送情况 has it."""
    return record.path.replace("\\", "/").rpartition("/")[2].startswith("~$")


def _unreadable(record: FileRecord) -> SchoolLine:
    name = record.path.replace("\\", "/").rpartition("/")[2]
    state = EARLIER if record.status == FileStatus.EARLIER_YEAR else UNREADABLE
    return _line(record, name, state, record.message)


def _line(
    record: FileRecord,
    name: str,
    state: str,
    first: str,
    entry: RosterEntry | None = None,
    stages: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
    hinges: Sequence[Hanging] = (),
) -> SchoolLine:
    """The line of a file; with more where it is a school's that counts."""
    return SchoolLine(
        code=record.code,
        name=name,
        type=record.type,
        township=township_of(entry, name, record.path),
        stages=stages,
        state=state,
        counts=record.counts,
        first=first,
        path=record.path,
        contact=_contact(entry),
        rules=rules,
        hinges=tuple(hinges),
    )


def hanging(report: CountyReport) -> dict[str, list[Hanging]]:
    """标识码 -> the conclusions that hang on the school, the one that it moves most first. What is
    only computed for another conclusion's sake is left out."""
    found: dict[str, list[Hanging]] = defaultdict(list)
    for item in report.findings:
        if item.severity == Severity.INFO.value:
            continue
        stage = report.stages.get(item.stage, "全县")
        without = item.without
        for hinge in item.hinges:
            found[hinge.school].append(
                Hanging(
                    rule=item.rule,
                    label=f"{stage}{item.label}",
                    cells=cells_of(hinge.doubts),
                    actual=item.actual,
                    without=without.actual if without else "",
                    aside=len(without.schools) if without else 0,
                    moves=hinge.moves,
                )
            )
    for own in found.values():
        own.sort(key=lambda each: -each.moves)
    return found


def _weight(line: SchoolLine) -> tuple[object, ...]:
    order = dict.fromkeys((MISSING, UNREADABLE, BLANK, EARLIER), 1) | {STRANGE: 2}
    return (
        not line.hinges,
        -line.hinges[0].moves if line.hinges else 0,
        order.get(line.state, 3),
        -line.counts.fail,
        -line.counts.doubt,
        -line.counts.unmet,
        line.township,
        line.name,
        line.path,
    )


def _tonight(report: CountyReport, lines: list[SchoolLine]) -> Iterator[Task]:
    """In order of effect: what was changed after 审定, figures on which conclusions hang, who has
    not handed in, then those who have most to mend."""
    for state in report.locks:
        if state.change:
            contact = _contact(report.roster.get(state.code))
            effect = f"{state.at} 审定的已经不是现在的文件，须重新审定"
            yield Task(state.name, state.code, contact, state.change, effect)
    for line in lines:
        if line.hinges:
            cells = dict.fromkeys(cell for each in line.hinges for cell in each.cells)
            effect = "；".join(map(str, line.hinges[:_TOLD]))
            if len(line.hinges) > _TOLD:
                effect += f"；另有 {len(line.hinges) - _TOLD} 项结论也取决于它"
            what = f"核对 {'、'.join(cells)}。{line.first}"
            yield Task(line.name, line.code, line.contact, what, effect)
    for states, effect in (
        ((MISSING, BLANK), "全县数字少这一所"),
        ((UNREADABLE, STRANGE, EARLIER), "没有计入全县数字"),
    ):
        named = [line for line in lines if line.state in states and not line.hinges]
        for line in _told(named):
            yield Task(line.name, line.code, line.contact, f"{line.state}：{line.first}", effect)
        yield from _rest(named, " 所（份）", effect)
    named = [
        line for line in lines if line.state == HANDED_IN and line.counts.fail and not line.hinges
    ]
    for line in _told(named):
        effect = f"必须修改 {line.counts.fail} 处"
        yield Task(line.name, line.code, line.contact, line.first, effect)
    yield from _rest(named, " 所", "还有必须修改的问题")


def _told(named: list[SchoolLine]) -> list[SchoolLine]:
    """Those that are named; one more takes no more room than a line that says so."""
    return named if len(named) <= _FIRST + 1 else named[:_FIRST]


def _rest(named: list[SchoolLine], unit: str, effect: str) -> Iterator[Task]:
    left = len(named) - len(_told(named))
    if left:
        yield Task(f"另有 {left}{unit}", "", "", "见工作清单。", effect)
