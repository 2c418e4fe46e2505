"""What a county run concludes: coefficients and findings, and what they hang on."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from checker.county.dispersion import Improvement, Mover
from checker.marking.file_record import Doubt
from checker.marking.findings import Finding
from checker.model.cells import CellRef
from checker.model.verdicts import (
    MISSED,
    OUTCOME_WORDS,
    Outcome,
    Severity,
)

UNDECIDED = "暂不能下结论"
"""What a figure of the county is called while its outcome hangs on wrong or doubtful inputs."""


def county_word(outcome: Outcome, severity: str, provisional: bool, hangs: bool) -> str:
    """通过, 不通过, 达标, 未达标, 存疑 or 缺数据; with 暂 before it while schools are missing;
    暂不能下结论 where it hangs on wrong or doubtful inputs."""
    if hangs:
        return UNDECIDED
    of_standard = severity == Severity.STANDARD.value
    word = "达标" if outcome is Outcome.PASS and of_standard else OUTCOME_WORDS[outcome]
    for_now = provisional and (outcome is Outcome.PASS or outcome in MISSED)
    return f"{'暂' if for_now else ''}{word}"


def cells_of(doubts: Iterable[Doubt]) -> tuple[str, ...]:
    """The cells in doubt, each once."""
    return tuple(dict.fromkeys(doubt.cell for doubt in doubts))


class Without(Struct, frozen=True):
    """A figure of the county once more, without the schools (标识码) whose inputs are wrong or
    doubtful. ``actual`` and ``figure`` are empty where nothing is left to work it out of."""

    outcome: Outcome
    actual: str
    figure: Fraction | None
    schools: tuple[str, ...]


class Hinge(Struct, frozen=True):
    """A school on whose wrong or doubtful inputs a conclusion hangs. ``alone`` is the figure if of
    all doubtful schools only this one is counted, ``moves`` by how much that moves it."""

    school: str
    doubts: tuple[Doubt, ...]
    alone: str
    moves: Fraction


HIGH_STANDARD = "优质均衡"
"""What the documents call the higher of the two standards of a county; the other is 基本均衡."""


class CountyFinding(Struct, frozen=True):
    """What a collection rule says of the county. ``schools`` are the 标识码 it is about."""

    rule: str
    title: str
    severity: str
    outcome: Outcome
    stage: str
    actual: str
    required: str
    message: str
    source: str
    fix: str
    schools: tuple[str, ...] = ()
    not_measured: tuple[str, ...] = ()  # 标识码 of schools left out, their figures being missing
    provisional: bool = False  # schools are not in it, and they may still change the outcome
    figure: Fraction | None = None  # the number that ``actual`` shows
    with_all: Outcome | None = None  # the outcome with all data, where it hangs on some
    without: Without | None = None
    hinges: tuple[Hinge, ...] = ()
    of_school: bool = False  # it speaks of one school among the others, not of the county

    @property
    def informs(self) -> bool:
        """True for 提示: told, never counted."""
        return self.outcome is Outcome.DOUBT and self.severity == Severity.INFO.value

    @property
    def label(self) -> str:
        """The title with the standard that it belongs to: the same 差异系数 is asked for by
        优质均衡 and, as one of eight, by 基本均衡."""
        named = HIGH_STANDARD in self.source and "均衡" not in self.title
        return f"{self.title}（{HIGH_STANDARD}）" if named else self.title

    @property
    def word(self) -> str:
        """As in `county_word`, or 提示."""
        if self.informs:
            return "提示"
        return county_word(self.outcome, self.severity, self.provisional, bool(self.hinges))


def as_finding(
    item: CountyFinding, unit: str, key: str, places: tuple[CellRef, ...] = ()
) -> Finding:
    """A conclusion as what is found in a file; ``unit`` and ``key`` stand in it."""
    return Finding(
        rule=item.rule,
        title=item.title,
        family=item.rule.rstrip("0123456789"),
        severity=Severity(item.severity),
        verdict=item.outcome,
        unit=unit,
        stage=item.stage,
        sheet=places[0].sheet if places else "",
        cell=places[0].a1 if places else "",
        related=tuple(map(str, places[1:])),
        actual=item.actual,
        required=item.required,
        gap="",
        message=item.message,
        source=item.source,
        fix=item.fix,
        key=key,
        borderline=False,
    )


class DispersionResult(Struct, frozen=True):
    """One 差异系数 and what is concluded of it; the conclusion judges the weighted value only.
    ``indicator`` is the rule whose levels are compared (RES1). ``movers`` are the schools that make
    a coefficient that is too high."""

    finding: CountyFinding
    indicator: str
    title: str
    schools: int
    cv: Decimal | None
    unweighted_cv: Decimal | None
    mean: Fraction
    limit: Fraction
    unweighted_outcome: Outcome
    improvements: tuple[Improvement, ...] = ()
    decides: bool = True  # False: computed for another rule's mean, or only told
    movers: tuple[Mover, ...] = ()

    @property
    def word(self) -> str:
        """As in `county_word`."""
        found = self.finding
        return county_word(found.outcome, found.severity, found.provisional, bool(found.hinges))


def key_of_note(rule: str, stage: str) -> str:
    """The key in the sheet 说明 of what a collection rule says of a school."""
    return f"{rule}@{stage or 'school'}"
