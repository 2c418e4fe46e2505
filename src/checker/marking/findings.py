"""Finding: one verdict that somebody should see, with every text a reader of it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import astuple

from checker.model.cells import CellRef, column_number
from checker.model.report import Report
from checker.model.rules import Rule, sources_in_words
from checker.model.verdicts import (
    OUTCOME_WORDS,
    Outcome,
    Passed,
    Severity,
    Verdict,
    finding_key,
)

INFO_WORD = "提示"
"""What a finding of a rule that only informs is called; it never counts against the school."""

ALLOWED_WORD = "未达标（允许）"
"""What is called that misses its limit within what a composite allows."""

SHOWN: frozenset[Outcome] = frozenset(
    {Outcome.FAIL, Outcome.DOUBT, Outcome.EXPLAINED, Outcome.UNMET}
)
"""Outcomes that are findings. Missing data is one of rule FORM001, not of every rule after it."""


class Finding(Struct, frozen=True):
    """One finding, ready to be shown, its fields in the form of the JSON report. Empty text means
    there is nothing to say.

    ``sheet`` may be known without any cell (a sheet that is missing); ``related`` are further
    cells (教师!D9). ``allowed``: 未达标 within what a composite allows. ``cause`` is the 1-based
    number of the thing to do first that it follows from, 0 without one.
    """

    rule: str
    title: str
    family: str
    severity: Severity
    verdict: Outcome
    unit: str
    stage: str
    sheet: str
    cell: str
    related: tuple[str, ...]
    actual: str
    required: str
    gap: str
    message: str
    source: str
    fix: str
    key: str
    borderline: bool
    allowed: bool = False
    cause: int = 0

    @property
    def word(self) -> str:
        """不通过, 存疑, 已说明, 未达标 or 提示."""
        return word_of(self.severity, self.verdict, self.allowed)

    @property
    def places(self) -> tuple[CellRef, ...]:
        """The cells to be marked, the foremost first."""
        own = (f"{self.sheet}!{self.cell}",) if self.cell else ()
        return tuple(map(cell_ref, (*own, *self.related)))

    @property
    def informs(self) -> bool:
        """True for 提示 and for what a composite allows: told, never counted."""
        return self.severity is Severity.INFO or self.allowed


def cell_ref(text: str) -> CellRef:
    """ "教师!D9" as a cell; a sheet title may hold a "!" itself, an address never does."""
    sheet, _, address = text.rpartition("!")
    letters = address.rstrip("0123456789")
    return CellRef(sheet, int(address[len(letters) :]), column_number(letters))


def places_of(report: Report, verdict: Verdict) -> tuple[CellRef, ...]:
    """The cells a verdict points at, the foremost first, each once; facts without a cell drop."""
    found: dict[CellRef, None] = {}
    if verdict.cell is not None:
        found[verdict.cell] = None
    for ref in verdict.at:
        cell = report.submission.locate(ref)
        if cell is not None:
            found[cell] = None
    return tuple(found)


def severity_of(verdict: Verdict, rule: Rule | None) -> Severity:
    """The rule's severity; when the rule is not at hand, what the outcome implies."""
    if rule is not None:
        return rule.severity
    return _IMPLIED.get(verdict.outcome, Severity.SOFT)


_IMPLIED = {Outcome.FAIL: Severity.HARD, Outcome.UNMET: Severity.STANDARD}


def finding_of(report: Report, verdict: Verdict, rule: Rule | None, cause: int = 0) -> Finding:
    """The finding of one verdict, whatever its outcome is."""
    severity = severity_of(verdict, rule)
    places = places_of(report, verdict)
    return Finding(
        rule=verdict.rule,
        title=rule.title if rule else "",
        family=rule.family if rule else verdict.rule.rstrip("0123456789abcdefghijklmnopqrstuvwxyz"),
        severity=severity,
        verdict=verdict.outcome,
        unit=verdict.unit.label,
        stage=verdict.unit.stage or "",
        sheet=places[0].sheet if places else (verdict.sheet or ""),
        cell=places[0].a1 if places else "",
        related=tuple(map(str, places[1:])),
        actual="" if verdict.actual is None else str(verdict.actual),
        required=verdict.required.text if verdict.required else "",
        gap=str(verdict.gap) if verdict.gap else "",
        message=verdict.message,
        source=sources_in_words(rule.citations) if rule else "",
        fix=rule.fix if rule else "",
        key=verdict.key,
        borderline=verdict.borderline,
        allowed=verdict.allowed,
        cause=cause,
    )


def word_of(severity: Severity, outcome: Outcome, allowed: bool) -> str:
    """What a finding is called."""
    if severity is Severity.INFO and outcome in SHOWN:
        return INFO_WORD
    return ALLOWED_WORD if allowed else OUTCOME_WORDS[outcome]


def _sheet_order(report: Report) -> dict[str, int]:
    titles = report.submission.sheet_titles
    return {
        titles.get(sheet.id, sheet.title): position
        for position, sheet in enumerate(report.submission.template.sheets)
    }


def findings_of(report: Report, rules: Mapping[str, Rule]) -> tuple[Finding, ...]:
    """All findings of a report in the order of the form: sheet, row, column, then rule id.

    ``rules`` maps rule ids to rules, the host's FORM rules among them.
    """
    causes = {key: number for number, cause in enumerate(report.causes, 1) for key in cause.keys}
    found = [
        finding_of(report, verdict, rules.get(verdict.rule), causes.get(finding_key(verdict), 0))
        for verdict in _shown(report.verdicts, rules)
    ]
    if len(found) < 2:
        return tuple(found)
    order = _sheet_order(report)

    def position(finding: Finding) -> tuple[int, int, int, str]:
        place = finding.places[0] if finding.places else None
        sheet = order.get(finding.sheet, len(order)) if finding.sheet else -1
        return (sheet, place.row if place else 0, place.column if place else 0, finding.rule)

    return tuple(sorted(found, key=position))


def _shown(verdicts: Iterable[Verdict | Passed], rules: Mapping[str, Rule]) -> list[Verdict]:
    """The verdicts that are findings; of nested rules (66+, 56+, 45+) the strictest one
    that was missed on a unit."""
    shown = [
        verdict
        for verdict in verdicts
        if not isinstance(verdict, Passed) and verdict.outcome in SHOWN
    ]
    missed = {(verdict.rule, verdict.unit) for verdict in shown}
    return [
        verdict
        for verdict in shown
        if not any(
            (stricter, verdict.unit) in missed
            for stricter in (rules[verdict.rule].stricter if verdict.rule in rules else ())
        )
    ]


def by_sheet(findings: tuple[Finding, ...]) -> Iterator[tuple[str, list[Finding]]]:
    """Findings grouped by sheet title, in their order; "" for those about the whole workbook."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.sheet, []).append(finding)
    yield from groups.items()


class Counts(Struct, frozen=True):
    """How many findings of each kind, and how many verdicts were not findings."""

    fail: int = 0
    doubt: int = 0
    explained: int = 0
    unmet: int = 0
    info: int = 0
    passed: int = 0
    incomplete: int = 0
    not_applicable: int = 0
    unjudged: int = 0

    def words(self) -> str:
        """不通过 3 · 存疑 1 · …: the counts as one line; passes always, the rest unless zero."""
        parts = [
            (self.fail, "不通过"),
            (self.doubt, "存疑"),
            (self.explained, "已说明"),
            (self.unmet, "未达标"),
            (self.info, INFO_WORD),
            (self.unjudged, "未判断"),
        ]
        shown = [f"{word} {count}" for count, word in parts if count]
        return " · ".join([*shown, f"通过 {self.passed}"])

    def told(self) -> str:
        """3 处必须修改，2 处需要说明，4 项未达标（据实上报）; "" when nothing is to be told."""
        return "，".join(
            f"{number} {words}"
            for number, words in (
                (self.fail, "处必须修改"),
                (self.doubt, "处需要说明"),
                (self.unmet, "项未达标（据实上报）"),
                (self.unjudged, "项缺数据，未判断"),
            )
            if number
        )

    def lacking(self) -> str:
        """How what is 缺数据 and what is 未判断 belong together; "" where they are the same.
        Official items are listed by name; the rest waits for the same cells."""
        rest = self.incomplete - self.unjudged
        if not rest:
            return ""
        if not self.unjudged:
            return (
                f"缺数据 {rest} 条，都是逻辑校验、经验校验和提示，没有达标项目："
                "要用的格子空着，或者填得不对，所以没有判断。"
            )
        return (
            f"缺数据共 {self.incomplete} 条：达标项目 {self.unjudged} 项，就是列出名称的“未判断”；"
            f"其余 {rest} 条是综合判定、逻辑校验、经验校验和提示。"
            "空着的格子补齐、填得不对的改好以后，都会自动判断。"
        )


def added(counts: Iterable[Counts]) -> Counts:
    """The counts of several files together."""
    return Counts(*map(sum, zip(*map(astuple, counts), strict=True)))


def is_unjudged(verdict: Verdict | Passed, rule: Rule | None) -> bool:
    """Whether it is an official item, no composite of them, that lacks its data."""
    official = rule is not None and rule.severity is Severity.STANDARD and rule.kind != "composite"
    return official and verdict.outcome is Outcome.INCOMPLETE


def counts_of(report: Report, rules: Mapping[str, Rule]) -> Counts:
    """Counts over all verdicts of a report. What only informs is counted as 提示; ``unjudged`` are
    the official items among what is 缺数据."""
    outcomes = Counter([verdict.outcome for verdict in report.verdicts])
    shown: Counter[Outcome] = Counter()
    info = 0
    for verdict in _shown(report.verdicts, rules):
        severity = severity_of(verdict, rules.get(verdict.rule))
        if severity is Severity.INFO or verdict.allowed:
            info += 1
        else:
            shown[verdict.outcome] += 1
    unjudged = sum(is_unjudged(each, rules.get(each.rule)) for each in report.verdicts)
    return Counts(
        fail=shown[Outcome.FAIL],
        doubt=shown[Outcome.DOUBT],
        explained=shown[Outcome.EXPLAINED],
        unmet=shown[Outcome.UNMET],
        info=info,
        passed=outcomes[Outcome.PASS],
        incomplete=outcomes[Outcome.INCOMPLETE],
        not_applicable=outcomes[Outcome.NOT_APPLICABLE],
        unjudged=unjudged,
    )
