"""One collection rule asked of one stage: what it is given, and what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from checker.county.conclusions import CountyFinding, DispersionResult
from checker.county.measuring import Gaps, Measured, Measures
from checker.marking.file_record import Doubt
from checker.model.rules import Rule, sources_in_words
from checker.model.submission import Submission
from checker.model.verdicts import Outcome, Severity
from checker.toml_files import texts

_NAMED = 5
"""So many schools that were left out are named in a sentence; the rest are counted."""


class HandedIn(Struct, frozen=True):
    """The form of one school that counts: read when somebody asks for it."""

    code: str
    name: str
    type: str
    template: str
    read: Callable[[], Submission]


class County(Struct, frozen=True):
    """What the collection rules are asked about. ``earlier`` are last year's measures of the same
    schools, ``form`` the county's own submission; ``stages`` gives titles and order; ``absent``
    counts the schools of the roster that handed nothing in, ``unread`` without a roster the files
    that no school's figures came of; ``types`` gives a 标识码's 办学类型 in words; ``forms`` and
    last year's ``earlier_forms`` are what rules in Python are asked about."""

    measured: Measures
    earlier: Measures
    names: Mapping[str, str]
    stages: Mapping[str, str]
    edition: int
    form: Submission | None = None
    unmeasured: Gaps = field(default_factory=dict)
    absent: int = 0
    unread: int = 0
    types: Mapping[str, str] = field(default_factory=dict)
    forms: Sequence[HandedIn] = ()
    earlier_forms: Sequence[HandedIn] = ()


class Question(Struct, frozen=True):
    """One collection rule asked of one stage ("" for whole schools) of a county.

    ``threshold`` gives a limit by its id, None if there is none for this stage; ``against`` is the
    county form's own figure, None without one. The wrong and doubtful figures of the schools
    ``set_aside`` (标识码) are left out of it.
    """

    rule: Rule
    stage: str
    county: County
    threshold: Callable[[str], Fraction | None]
    against: Fraction | None = None
    set_aside: frozenset[str] = frozenset()

    @property
    def stage_title(self) -> str:
        """The stage in words; "" for whole schools."""
        return self.county.stages.get(self.stage, "")

    @property
    def rows(self) -> Sequence[Measured]:
        """This rule's own measures."""
        return self.measures(self.rule.id)

    def measures(self, rule: str) -> Sequence[Measured]:
        """The measures of a rule in this stage: of this one, or of one that it is made of."""
        rows = self.county.measured.get((rule, self.stage), ())
        if not self.set_aside:
            return rows
        return [row for row in rows if not (row.doubts and row.code in self.set_aside)]

    @property
    def _asked(self) -> tuple[str, ...]:
        """The rule itself, and those it is made of."""
        return (self.rule.id, *texts(self.rule.spec.get("of")))

    @property
    def left_out(self) -> tuple[str, ...]:
        """标识码 of the schools this rule (or one it is made of) could not measure, each once."""
        gaps = (self.county.unmeasured.get((name, self.stage), ()) for name in self._asked)
        return tuple(dict.fromkeys(chain.from_iterable(gaps)))

    def doubtful(self) -> dict[str, tuple[Doubt, ...]]:
        """标识码 of the schools whose figures for this rule (or one it is made of) are wrong or
        doubtful, and what is found about them."""
        found: dict[str, tuple[Doubt, ...]] = {}
        for row in chain.from_iterable(map(self.measures, self._asked)):
            if row.doubts:
                known = (*found.get(row.code, ()), *row.doubts)
                found[row.code] = tuple(dict.fromkeys(known))
        return found

    def without(self, codes: Iterable[str]) -> Question:
        """The same question without the doubtful figures of these schools."""
        return replace(self, set_aside=frozenset(codes))

    def name(self, code: str) -> str:
        """A school's name; its 标识码 where none is known."""
        return self.county.names.get(code) or code

    def text(self, key: str, default: str = "") -> str:
        """One of the rule's keys as text."""
        return str(self.rule.spec.get(key, default))

    def limit(self, key: str = "threshold") -> Fraction | None:
        """The limit whose id stands under ``key``; None without the key or a value."""
        name = self.rule.spec.get(key)
        return self.threshold(str(name)) if name else None

    def reservation(self) -> str:
        """Which schools a figure of the whole county does not contain; "" if it contains all."""
        parts = []
        if self.left_out:
            names = "、".join(self.name(code) for code in self.left_out[:_NAMED])
            more = "等" if len(self.left_out) > _NAMED else ""
            parts.append(f"{len(self.left_out)} 所学校数据不全，未计入（{names}{more}）")
        if self.county.absent:
            parts.append(f"缺报的 {self.county.absent} 所学校未计入")
        if self.county.unread:
            parts.append(f"{self.county.unread} 份无法校验或没有标识码的文件未计入")
        if not parts:
            return ""
        space = " " if parts[0][0].isdigit() else ""
        return f"其中{space}{'；'.join(parts)}，补齐后须重新计算。"

    def outcome(self, good: bool) -> Outcome:
        """通过, or what this rule's failure counts as."""
        return Outcome.PASS if good else _FAILED[self.rule.severity]

    def finding(
        self,
        outcome: Outcome,
        actual: str,
        required: str,
        message: str,
        schools: Iterable[str] = (),
        figure: Fraction | None = None,
    ) -> CountyFinding:
        """A finding of this rule; a soft rule's failure is a doubt, a standard's is 未达标.
        ``figure`` is the number that ``actual`` shows."""
        if outcome is Outcome.FAIL:
            outcome = _FAILED[self.rule.severity]
        return CountyFinding(
            rule=self.rule.id,
            title=self.rule.title,
            severity=self.rule.severity.value,
            outcome=outcome,
            stage=self.stage,
            actual=actual,
            required=required,
            message=message,
            source=sources_in_words(self.rule.citations),
            fix=self.rule.fix,
            schools=tuple(schools),
            figure=figure,
        )

    def of_all(
        self,
        outcome: Outcome,
        actual: str,
        required: str,
        message: str,
        schools: Iterable[str] = (),
        final: bool = False,
        figure: Fraction | None = None,
    ) -> CountyFinding:
        """A finding about the county as a whole: it says which schools are not in the figure, and
        is provisional then — unless it is ``final``, whatever those schools bring."""
        reservation = self.reservation()
        found = self.finding(outcome, actual, required, message + reservation, schools, figure)
        return replace(
            found, not_measured=self.left_out, provisional=bool(reservation) and not final
        )

    def nothing_measured(self, required: str) -> Conclusion:
        """Of no school at all: nothing to say, unless it is only for want of figures."""
        if not self.left_out:
            return Conclusion()
        text = f"{self.stage_title}{self.rule.title}无法计算：没有一所学校的数据是全的。"
        return Conclusion((self.of_all(Outcome.INCOMPLETE, "", required, text),))


_FAILED = {
    Severity.HARD: Outcome.FAIL,
    Severity.SOFT: Outcome.DOUBT,
    Severity.STANDARD: Outcome.UNMET,
    Severity.INFO: Outcome.DOUBT,
}
"""What becomes of a rule that does not hold, by its severity."""


class Conclusion(Struct, frozen=True):
    """What one question brought: findings, and the dispersion where the rule is about one."""

    findings: tuple[CountyFinding, ...] = ()
    dispersion: tuple[DispersionResult, ...] = ()


def passed(good: bool) -> Outcome:
    """通过 or 不通过."""
    return Outcome.PASS if good else Outcome.FAIL


def kept(outcome: Outcome) -> str:
    """How an upper limit was kept, in words."""
    return "未超过" if outcome is Outcome.PASS else "超过"


def six(value: Decimal) -> str:
    """A 差异系数 as it is shown: six places."""
    return f"{value:.6f}"
