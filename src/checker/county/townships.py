"""The county 乡镇 by 乡镇: who handed in, what is to be mended, how far from the standards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct

from checker.county.report import CountyReport
from checker.county.work_list import HANDED_IN, SchoolLine
from checker.marking.findings import Counts, added

ELSEWHERE = "未注明乡镇"
"""What stands for the 乡镇 of a school that none is known of. No 乡镇 is called that; one may be
called 其他."""

KINDS = {
    "missing": "没有计入",
    "hang": "影响全县结论",
    "fail": "必须修改",
    "doubt": "需要说明",
    "unmet": "未达标",
    "open": "未判断",
    "clean": "没有问题",
}
"""How a school stands, by what is gravest, in words."""


class Weakest(Struct, frozen=True):
    """In what a school is furthest below its standard, or least above it: ``reached`` is the part
    of the standard that it has, 1 where it just meets it."""

    school: str
    title: str
    reached: Fraction


class Township(Struct, frozen=True):
    """One 乡镇. ``schools`` are (name, key of KINDS) of everybody who is due, worst first;
    ``others`` files that lie there and are nobody's; ``failing`` schools have something to mend.
    ``counts`` are sums over its schools; ``weakest`` has one line a school that could be compared,
    the weakest first."""

    name: str
    schools: tuple[tuple[str, str], ...]
    others: int
    failing: int
    counts: Counts
    weakest: tuple[Weakest, ...]

    @property
    def expected(self) -> int:
        """应报."""
        return len(self.schools)

    @property
    def received(self) -> int:
        """已报."""
        return sum(kind != "missing" for _, kind in self.schools)

    @property
    def below(self) -> tuple[Weakest, ...]:
        """The schools that miss a standard."""
        return tuple(each for each in self.weakest if each.reached < 1)


def townships(report: CountyReport, lines: Iterable[SchoolLine]) -> list[Township]:
    """Those with most to do first, `ELSEWHERE` last; ``lines`` are the report's work list. Empty
    unless at least two have a name."""
    due = {entry.code for entry in report.handing_in.missing}
    weakest = _weakest(report)
    of_town: dict[str, list[SchoolLine]] = defaultdict(list)
    for line in lines:
        of_town[line.township].append(line)
    if len(of_town.keys() - {""}) < 2:
        return []
    found = [_township(name, own, due, weakest) for name, own in of_town.items()]
    return sorted(found, key=_weight)


def _weight(town: Township) -> tuple[object, ...]:
    missing = town.expected - town.received
    return (
        town.name == ELSEWHERE,
        -missing,
        -town.counts.fail,
        -town.counts.doubt,
        -town.counts.unmet,
        town.name,
    )


def _township(
    name: str, lines: Iterable[SchoolLine], due: set[str], weakest: dict[str, Weakest]
) -> Township:
    lines = list(lines)
    handed = [line for line in lines if line.state == HANDED_IN]
    schools = [(line.name, _kind(line)) for line in handed]
    schools += [
        (line.name, "missing") for line in lines if line.state != HANDED_IN and line.code in due
    ]
    schools.sort(key=lambda school: list(KINDS).index(school[1]))
    own = [weakest[line.code] for line in handed if line.code in weakest]
    own.sort(key=lambda each: (each.reached, each.school))
    return Township(
        name or ELSEWHERE,
        tuple(schools),
        len(lines) - len(schools),
        sum(line.counts.fail > 0 for line in handed),
        added(line.counts for line in handed),
        tuple(own),
    )


def _kind(line: SchoolLine) -> str:
    counts = {
        "hang": len(line.hinges),
        "fail": line.counts.fail,
        "doubt": line.counts.doubt,
        "unmet": line.counts.unmet,
        "open": line.counts.unjudged,
    }
    return next((kind for kind, count in counts.items() if count), "clean")


def _weakest(report: CountyReport) -> dict[str, Weakest]:
    """By 标识码, over the indicators whose 差异系数 decide and all stages of a school; figures that
    are wrong or doubtful are left out."""
    deciding = {item.indicator for item in report.deciding()}
    asked = {item.rule: item for item in report.indicators if item.rule in deciding}
    found: dict[str, Weakest] = {}
    for school, units in report.units():
        for stage, levels in units.items():
            for rule, level in levels.items():
                indicator = asked.get(rule)
                if indicator is None or not (indicator.at_least and level.sure and level.limit):
                    continue
                if level.value is None:
                    continue
                reached = level.value / level.limit
                if school.code not in found or reached < found[school.code].reached:
                    title = f"{report.stages.get(stage, '')}{indicator.title}"
                    found[school.code] = Weakest(school.name, title, reached)
    return found
