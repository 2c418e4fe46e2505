"""Verdict 结论: what one rule says of one unit, and the report that gathers them."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

from msgspec import Struct

from checker.model.cells import CellRef
from checker.model.submission import FactRef


class Severity(StrEnum):
    """What a rule asks: the two levels of the official statistics software, whether a true figure
    reaches a standard, and plain information."""

    HARD = "hard"  # 逻辑校验: can these figures be true together? must be mended
    SOFT = "soft"  # 经验校验: is this plausible? mend it or explain it
    STANDARD = "standard"  # 达标判定: does what is true reach the standard? reported as it is
    INFO = "info"  # 提示: told, never counted


class Outcome(StrEnum):
    """结论. A rule that crashed has no outcome: that is a RuleError."""

    PASS = "pass"  # 通过
    FAIL = "fail"  # 不通过 (hard)
    DOUBT = "doubt"  # 存疑 (soft, not explained)
    EXPLAINED = "explained"  # 已说明 (soft, explained)
    UNMET = "unmet"  # 未达标 (standard): true, and below the standard
    NOT_APPLICABLE = "not_applicable"  # 不适用
    INCOMPLETE = "incomplete"  # 缺数据


MISSED = frozenset({Outcome.FAIL, Outcome.UNMET})
"""A rule that does not hold for certain: it is impossible (hard) or below standard."""

OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.PASS: "通过",
    Outcome.FAIL: "不通过",
    Outcome.DOUBT: "存疑",
    Outcome.EXPLAINED: "已说明",
    Outcome.UNMET: "未达标",
    Outcome.NOT_APPLICABLE: "不适用",
    Outcome.INCOMPLETE: "缺数据",
}

SEVERITY_NAMES: dict[Severity, str] = {
    Severity.HARD: "逻辑校验（必须修改）",
    Severity.SOFT: "经验校验（核实或说明）",
    Severity.STANDARD: "达标判定（据实上报）",
    Severity.INFO: "提示",
}
"""What sort of rule it is, and what is asked where it does not hold."""

SEVERITY_WORDS: dict[Severity, str] = {
    Severity.HARD: "必须修改",
    Severity.SOFT: "需要说明",
    Severity.STANDARD: "据实上报",
    Severity.INFO: "提示",
}


class Scope(StrEnum):
    """What a rule is asked about."""

    SUBMISSION = "submission"  # the whole school or county, once
    STAGE = "stage"  # each stage unit
    ROW = "row"  # each filled row of one table
    COLLECTION = "collection"  # many submissions together


class UnitRef(Struct, frozen=True):
    """The unit a verdict speaks of. ``label`` is what users read: 全校, 小学段, 班级第3行."""

    scope: Scope
    label: str
    stage: str | None = None
    table: str | None = None
    row: int = 0


class Quantity(Struct, frozen=True):
    """An exact number with its unit. ``digits`` is how many decimals are shown, never compared."""

    value: Fraction
    unit: str = ""
    digits: int = 2

    def __str__(self) -> str:
        return f"{format_number(self.value, self.digits)}{self.unit}"


def format_number(value: Fraction, digits: int) -> str:
    """Half-up rounded decimal text without trailing zeros: 0.8714 with 2 digits -> "0.87"."""
    if value.denominator == 1:
        return str(value.numerator)
    scale = 10**digits
    scaled = abs(value) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    text = f"{whole:0{digits + 1}d}"
    if digits:
        text = f"{text[:-digits]}.{text[-digits:]}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and whole else text


def digits_beside(value: Fraction, limit: Fraction, digits: int) -> int:
    """How many decimals show on which side of the limit a value lies: 0.999 beside 1 is not shown
    as 1. At least ``digits``, at most eight more."""
    for more in range(digits, digits + 8):
        scale = 10**more
        whole = (2 * abs(value) * scale + 1) // 2
        shown = Fraction(-whole if value < 0 else whole, scale)
        if (shown > limit) == (value > limit) and (shown < limit) == (value < limit):
            return more
    return digits + 8


class Requirement(Struct, frozen=True):
    """What was required: a comparison with a quantity, or words where that says more."""

    text: str  # "≥ 0.9人", "等于各部分之和 45人", "是"
    compare: str = ""  # ">=", "<=", "==", ">", "<" or ""
    value: Fraction | None = None
    unit: str = ""


class Gap(Struct, frozen=True):
    """What is missing to pass, in things: 缺 7 名. ``value`` is already rounded up for things
    that cannot be split; ``exact`` is not rounded."""

    value: Fraction
    exact: Fraction
    unit: str  # 名, 间, ㎡, 元
    noun: str = ""  # 体育、艺术专任教师
    excess: bool = False  # True: too many (超 1504 人) rather than too few

    def __str__(self) -> str:
        word = "超出" if self.excess else "缺"
        return f"{word} {format_number(self.value, 2)} {self.unit}{self.noun}".rstrip()


class Verdict(Struct, frozen=True):
    """结论 of one rule on one unit. ``at`` names the facts to be marked, the first one foremost.

    ``message`` is one Chinese sentence for the clerk. ``borderline`` (临界值): rounding to what is
    shown would flip the outcome. A verdict about the form itself (FORM...) may have no fact to
    point at: then ``cell``, or at least ``sheet`` (a sheet's title), says where it is. ``allowed``:
    未达标 within what a composite (6 of 7) allows, so that the school still reaches the standard.
    """

    rule: str
    outcome: Outcome
    unit: UnitRef
    at: tuple[FactRef, ...] = ()
    actual: Quantity | str | None = None
    required: Requirement | None = None
    gap: Gap | None = None
    message: str = ""
    borderline: bool = False
    cell: CellRef | None = None
    sheet: str | None = None
    allowed: bool = False

    @property
    def key(self) -> str:
        """Stable name of this finding, used by the sheet 说明: RULE@place."""
        return _key(self.rule, self.unit, self.at)

    def worded(self) -> Verdict:
        """Itself; see `Passed`."""
        return self


def _key(rule: str, unit: UnitRef, at: tuple[FactRef, ...]) -> str:
    place = str(at[0]) if at else (unit.stage or unit.label)
    return f"{rule}@{place}"


class Said(Struct, frozen=True):
    """What a verdict says; fields as in `Verdict`."""

    message: str
    actual: Quantity | str | None = None
    required: Requirement | None = None
    borderline: bool = False


class Passed(Struct, frozen=True):
    """通过, put into words only when somebody reads them: most verdicts pass, and in a folder of
    workbooks hardly anybody asks what of.

    ``say`` and ``point`` belong to the rule's kind: they make the words and the places of what is
    ``given`` (the rule, its unit, the numbers found), each time they are asked. Read it like a
    `Verdict`; ``worded()`` is one, and what is pickled.
    """

    rule: str
    unit: UnitRef
    say: Callable[..., Said]
    point: Callable[..., tuple[FactRef, ...]]
    given: tuple[object, ...] = ()

    outcome: ClassVar[Outcome] = Outcome.PASS
    gap: ClassVar[Gap | None] = None
    cell: ClassVar[CellRef | None] = None
    sheet: ClassVar[str | None] = None
    allowed: ClassVar[bool] = False

    def said(self) -> Said:
        """The words."""
        try:
            return self.say(*self.given)
        except Exception:  # that it holds is certain; a rule that cannot say it is no reason
            return Said("符合要求。")  # to lose the marks of a whole workbook

    @property
    def at(self) -> tuple[FactRef, ...]:
        """As in `Verdict`."""
        try:
            return self.point(*self.given)
        except Exception:  # as in said
            return ()

    @property
    def actual(self) -> Quantity | str | None:
        """As in `Verdict`."""
        return self.said().actual

    @property
    def required(self) -> Requirement | None:
        """As in `Verdict`."""
        return self.said().required

    @property
    def message(self) -> str:
        """As in `Verdict`."""
        return self.said().message

    @property
    def borderline(self) -> bool:
        """As in `Verdict`."""
        return self.said().borderline

    @property
    def key(self) -> str:
        """As in `Verdict`."""
        return _key(self.rule, self.unit, self.at)

    def worded(self) -> Verdict:
        """The same as a plain verdict."""
        said = self.said()
        return Verdict(
            self.rule,
            Outcome.PASS,
            self.unit,
            self.at,
            said.actual,
            said.required,
            message=said.message,
            borderline=said.borderline,
        )

    def __reduce__(self) -> tuple[object, ...]:
        return _same, (self.worded(),)


def _same(verdict: Verdict) -> Verdict:
    return verdict


def finding_key(verdict: Verdict | Passed) -> str:
    """A name that no two findings of one report share: the key, or for what points at no fact the
    cell or sheet it speaks of."""
    if verdict.at or (verdict.cell is None and verdict.sheet is None):
        return verdict.key
    return f"{verdict.key}@{verdict.cell or verdict.sheet}"


class RuleError(Struct, frozen=True):
    """A rule (or a whole plugin, then ``rule`` is None) that crashed. Never a finding about the
    school. ``where`` is "rules.py:12" when known; ``message`` is one line, ``trace`` for the log.
    """

    plugin: str
    rule: str | None
    message: str
    where: str = ""
    trace: str = ""
    unit: str = ""
