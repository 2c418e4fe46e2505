"""CountyReport: the judgement of a whole county, ready for every output format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from msgspec import Struct, field

from checker.county.conclusions import CountyFinding, DispersionResult
from checker.county.handing_in import HandingIn
from checker.county.roster import RosterEntry
from checker.marking.file_record import Doubt, FileRecord
from checker.marking.findings import Counts, added
from checker.model.report import Asked
from checker.model.template import FieldType, Template
from checker.model.verdicts import MISSED, Outcome, RuleError, format_number


class Level(Struct, frozen=True):
    """One indicator of one stage unit. ``value`` is None where the indicator does not apply or an
    input is missing; ``limit`` is the standard it was held against, None without one."""

    code: str
    stage: str
    rule: str
    outcome: Outcome
    value: Fraction | None
    limit: Fraction | None
    doubts: tuple[Doubt, ...] = ()  # what is wrong or doubtful about the facts it is made of

    @property
    def sure(self) -> bool:
        """Whether nothing that it is made of is called wrong or doubtful."""
        return not self.doubts

    def ratio(self, indicator: Indicator) -> Fraction | None:
        """Which part of the standard is reached; None without a standard."""
        if not self.value or not self.limit:
            return Fraction(0) if self.limit else None
        return self.value / self.limit if indicator.at_least else self.limit / self.value


class Indicator(Struct, frozen=True):
    """How an indicator is called and measured. ``at_least`` False: more is worse (班额)."""

    rule: str
    title: str
    unit: str
    digits: int
    at_least: bool


class Attainment(Struct, frozen=True):
    """综合达标: of how many units (a stage of a school; ``stage`` "" for whole schools) a composite
    standard is met, missed, or not known: inputs ``unsure`` (wrong or doubtful) or ``open``
    (missing). What is unsure counts neither as met nor as missed."""

    rule: str
    title: str
    stage: str
    met: int
    missed: int
    unsure: int
    open: int

    @property
    def judged(self) -> int:
        """Units to be judged."""
        return self.met + self.missed + self.unsure + self.open

    @property
    def rate(self) -> str:
        """The share that meets it for certain: 97.5%."""
        return f"{format_number(Fraction(self.met * 100, self.judged), 2)}%"


class Shortage(Struct, frozen=True):
    """What one school lacks in one indicator: 缺 7 名. ``value`` is rounded up for things."""

    code: str
    name: str
    stage: str
    rule: str
    title: str
    value: Fraction
    unit: str
    noun: str = ""


class TotalShortage(Struct, frozen=True, order=True):
    """What all schools lack in one indicator and stage together: the sum of the schools' gaps,
    never the gap of the sums. A county that has enough in total can still hold schools that lack
    (catalogue R0.10)."""

    stage: str
    stage_title: str
    rule: str
    title: str
    value: Fraction
    unit: str
    schools: int


class UnitRow(Struct, frozen=True):
    """One stage unit of one school, with its levels in the order of the indicators. ``failed`` of
    them miss the standard, ``unsure`` are made of wrong or doubtful figures."""

    school: FileRecord
    stage_title: str
    levels: tuple[tuple[Indicator, Level | None], ...]
    failed: int
    unsure: int


class FactColumn(Struct, frozen=True):
    """One column of the facts table: a field in one column of the form, and what it is called."""

    field: str
    column: str
    title: str
    is_number: bool


_NOT_NUMBERS = frozenset(
    {FieldType.FLAG, FieldType.TEXT, FieldType.CODE, FieldType.DATE, FieldType.MONTH}
)


def fact_columns(template: Template) -> tuple[FactColumn, ...]:
    """One per field and column that is filled in. Titles are those of the form with the field's id,
    since labels such as 合计 stand on more than one sheet."""
    titles = {column.id: column.title for sheet in template.sheets for column in sheet.columns}
    found = []
    for own in template.fields().values():
        for column in own.columns:
            place = f"（{titles[column]}）" if len(own.columns) > 1 and column in titles else ""
            title = f"{own.label}{place}\n{own.id}"
            found.append(FactColumn(own.id, column, title, own.type not in _NOT_NUMBERS))
    return tuple(found)


_STATES = {"not_looked_at": "没有查看", "earlier_year": "往年的表"}


def state_of(record: FileRecord) -> str:
    """What became of a file that was not judged: 无法校验, 没有查看 or 往年的表."""
    return _STATES.get(record.status, "无法校验")


class Decision(Struct, frozen=True):
    """What the county decided of one explanation. ``word`` is 认可, 退回 or "" (nothing yet);
    ``text`` the very text that it was decided of."""

    text: str
    word: str
    remark: str


Decisions = Mapping[tuple[str, str], Decision]
"""(标识码, key of the finding) -> what was decided."""

ACCEPTED, SENT_BACK = "认可", "退回"


class SchoolYear(Struct, frozen=True):
    """One school's level in both years."""

    code: str
    then: Fraction
    now: Fraction


def school_years(rows: Iterable[SchoolYear], names: Mapping[str, str], digits: int) -> str:
    """一小 4.20→4.61、二小 …"""
    return "、".join(
        f"{names.get(row.code, row.code)} "
        f"{format_number(row.then, digits)}→{format_number(row.now, digits)}"
        for row in rows
    )


class YearLine(Struct, frozen=True):
    """One indicator of one stage in both years, over the schools that both years are known of.
    ``up`` schools are better off than last year, ``down`` worse; ``met_then`` and ``met_now``
    reach the standard; ``unsure`` are left out because a figure is wrong or doubtful. The 差异系数
    and means are those of all schools of each year, None where there are none. ``best`` moved up
    most, ``worst`` down most."""

    rule: str
    title: str
    unit: str
    digits: int
    stage: str
    schools: int
    up: int
    down: int
    met_then: int
    met_now: int
    unsure: int
    mean_then: Fraction | None
    mean_now: Fraction | None
    cv_then: Decimal | None
    cv_now: Decimal | None
    best: tuple[SchoolYear, ...] = ()
    worst: tuple[SchoolYear, ...] = ()


class Progress(Struct, frozen=True):
    """How the county stood after a run. ``open`` conclusions could not be drawn; ``news`` are
    sentences on what came in since the run before; ``more`` of them are only counted."""

    at: str
    expected: int
    received: int
    hard: int
    doubt: int
    unmet: int
    open: int = 0
    news: tuple[str, ...] = ()
    more: int = 0


class LockState(Struct, frozen=True):
    """A school whose file the county approved (审定), as it is now. ``change`` is "" while the file
    is the one that was approved."""

    code: str
    name: str
    at: str
    change: str = ""


class CountyReport(Struct, frozen=True):
    """Everything about one county run. ``records`` are all files looked at, counted or not;
    ``schools`` only those that count. ``stages`` and ``indicators`` give titles and order.
    ``levels`` stand school by school in the order of ``schools``; they may be a stream that is read
    anew on every pass, and so may be the bulky parts of the records: nothing here keeps them.
    ``errors`` are rules and plugins that went wrong on the county itself; ``unjudged`` the files an
    interrupted run did not come to: then 缺报 and every figure are provisional. ``roster`` by
    标识码. ``decisions`` are what the county decided of explanations, ``years`` this year beside
    last, ``runs`` how the county stood after each run, ``locks`` the 审定 schools."""

    county: str
    profile: str
    edition: int
    asked: Asked
    handing_in: HandingIn
    records: tuple[FileRecord, ...]
    schools: tuple[FileRecord, ...]
    stages: Mapping[str, str]
    indicators: tuple[Indicator, ...]
    levels: Iterable[Level]
    dispersion: tuple[DispersionResult, ...]
    shortages: tuple[Shortage, ...]
    findings: tuple[CountyFinding, ...]
    errors: tuple[RuleError, ...] = ()
    unjudged: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()  # (path, reason) of files that are no hand-ins
    fact_columns: tuple[FactColumn, ...] = ()
    attainments: tuple[Attainment, ...] = ()
    roster: Mapping[str, RosterEntry] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=dict)
    years: tuple[YearLine, ...] = ()
    runs: tuple[Progress, ...] = ()
    locks: tuple[LockState, ...] = ()

    @property
    def names(self) -> dict[str, str]:
        """The schools' names by 标识码."""
        return {school.code: school.name for school in self.schools}

    def sums(self) -> Counts:
        """What is wrong in all files but superseded copies, added up."""
        return added(record.counts for record in self.standing())

    def deciding(self) -> tuple[DispersionResult, ...]:
        """The 差异系数 that decide whether the county passes: every one must be kept."""
        return tuple(item for item in self.dispersion if item.decides)

    def units(self) -> Iterator[tuple[FileRecord, dict[str, dict[str, Level]]]]:
        """Every school with its levels by stage and rule; one pass over the levels."""
        groups = groupby(self.levels, key=lambda level: level.code)
        code, levels = next(groups, ("", iter(())))
        for school in self.schools:
            own: dict[str, dict[str, Level]] = {}
            if code == school.code:
                for level in levels:
                    own.setdefault(level.stage, {})[level.rule] = level
                code, levels = next(groups, ("", iter(())))
            yield school, own

    def superseded(self) -> frozenset[str]:
        """Paths of copies that do not count because another one of the same school does."""
        return frozenset(item.path for choice in self.handing_in.choices for item in choice.others)

    def standing(self) -> tuple[FileRecord, ...]:
        """All files but superseded copies: what is wrong in those need not be mended."""
        gone = self.superseded()
        return tuple(record for record in self.records if record.path not in gone)

    def beside_schools(self) -> tuple[FileRecord, ...]:
        """Judged files that are no school's: the county's own form, strangers, files without a
        标识码. What is wrong in them has to be seen too."""
        schools = {school.path for school in self.schools}
        return tuple(
            record
            for record in self.standing()
            if record.status == "checked" and record.path not in schools
        )

    def unreadable(self) -> tuple[FileRecord, ...]:
        """Files that could not be judged, with their reasons."""
        return tuple(record for record in self.records if record.status != "checked")

    def account(self) -> dict[str, int]:
        """What became of every file, in numbers that add up to all of them."""
        counted = {school.path for school in self.schools}
        nobodys = {item.path for item, _ in self.handing_in.nobodys()}
        superseded = self.superseded()
        tally: Counter[str] = Counter()
        for record in self.records:
            if record.status != "checked":
                tally[state_of(record)] += 1
            elif record.path in counted:
                tally["计入"] += 1
            elif record.overview.blank:
                tally["空白表"] += 1
            elif record.path in superseded:
                tally["一校多份未采用"] += 1
            elif record.path in nobodys:
                tally["不在名册或没有标识码"] += 1
            else:
                tally["县级的表、台账"] += 1
        tally["不用校验"] += len(self.beside)
        tally["还没有校验"] += len(self.unjudged)
        order = ("计入", "一校多份未采用", "不在名册或没有标识码", "空白表")
        return {word: tally[word] for word in dict.fromkeys((*order, *tally)) if tally[word]}

    def account_told(self) -> str:
        """共 66 份文件：计入 58，空白表 1，无法校验 4."""
        account = self.account()
        parts = "，".join(f"{word} {count}" for word, count in account.items())
        return f"共 {sum(account.values())} 份文件：{parts}。"

    def blanks(self) -> tuple[FileRecord, ...]:
        """Forms on which nothing was filled in."""
        return tuple(record for record in self.records if record.overview.blank)

    def unit_rows(self) -> Iterator[UnitRow]:
        """The school × indicator matrix, in the order of the schools."""
        for school, units in self.units():
            for stage, title in self.stages.items():
                own = units.get(stage)
                if own is not None:
                    yield UnitRow(
                        school,
                        title,
                        tuple((item, own.get(item.rule)) for item in self.indicators),
                        sum(level.outcome in MISSED and level.sure for level in own.values()),
                        sum(not level.sure for level in own.values()),
                    )

    def total_shortages(self) -> list[TotalShortage]:
        """One for each stage and rule."""
        totals: dict[tuple[str, str], TotalShortage] = {}
        for item in self.shortages:
            key, title = (item.stage, item.rule), self.stages.get(item.stage, "全校")
            unit = item.unit + item.noun
            last = totals.get(key)
            value, count = (last.value, last.schools) if last else (Fraction(0), 0)
            totals[key] = TotalShortage(
                item.stage, title, item.rule, item.title, value + item.value, unit, count + 1
            )
        return list(totals.values())
