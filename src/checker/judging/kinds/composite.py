"""Composite 综合: at least so many of several rules fulfilled, and the others not too far off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from checker.judging.context import Context
from checker.judging.unit import Unit
from checker.judging.wording import missed
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.verdicts import (
    Outcome,
    Passed,
    Quantity,
    Requirement,
    Said,
    Verdict,
    format_number,
)
from checker.toml_files import texts


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict | Passed]:
    """One verdict. Items that do not apply leave the count (and lower ``at_least`` by one each);
    while some cannot be judged yet, only what is already certain is said. An item is a rule, or
    several (``"GOV3c + GOV3d"``) that must all hold, on this unit or on every stage of it."""
    floor = _floor(rule, context)
    parts = sorted_parts(rule, context.results)
    fulfilled, failed, open_, without = parts.fulfilled, parts.failed, parts.open, parts.without
    judged = len(fulfilled) + len(failed) + len(open_)
    if not judged:
        yield context.not_applicable("各项指标都不适用")
        return
    needed = max(context.threshold(str(rule.spec["at_least"])) - without, Fraction(0))
    too_low = [verdict for verdict in failed if floor is not None and _share(verdict) < floor]
    required = Requirement(_required(needed, judged, floor), ">=", needed, "项")
    actual = Quantity(Fraction(len(fulfilled)), "项", 0)
    hopeless = too_low or len(fulfilled) + len(open_) < needed
    if open_ and not hopeless:
        missing = tuple(dict.fromkeys(ref for verdict in open_ for ref in verdict.at))
        message = (
            f"{judged} 项指标中 {len(fulfilled)} 项达标、{len(open_)} 项缺数据，暂不能综合判断。"
        )
        yield Verdict(rule.id, Outcome.INCOMPLETE, unit.ref, missing, message=message)
        return
    if not hopeless:
        message = f"{judged} 项指标中 {actual.value} 项达标，{required.text}，综合达标。"
        at = _places(failed) or _places(fulfilled)
        yield context.passed(message, at=at, actual=actual, required=required)
        return
    message = f"{judged} 项指标中 {len(fulfilled)} 项达标，要求{required.text}"
    if failed:
        message += "；未达标：" + "、".join(_told(verdict, context, floor) for verdict in failed)
    if open_:
        message += f"；还有 {len(open_)} 项缺数据"
    if too_low:
        message += f"；其中 {len(too_low)} 项低于限值的 {_percent(floor)}"
    message += "。"
    said = Said(message, actual, required)
    yield missed(context, said, at=_places([*too_low, *failed]))


class Parts(Struct, frozen=True):
    """The parts of a composite by what came of them; ``without`` counts those that do not apply."""

    fulfilled: list[Verdict | Passed]
    failed: list[Verdict | Passed]
    open: list[Verdict | Passed]
    without: int


def parts_of(rule: Rule) -> tuple[tuple[str, ...], ...]:
    """The parts of a composite: each one rule, or several ("GOV3a + GOV3b") that count as one."""
    return tuple(tuple(name.strip() for name in item.split("+")) for item in texts(rule.spec["of"]))


def sorted_parts(rule: Rule, verdicts_of: Callable[[str], Iterable[Verdict | Passed]]) -> Parts:
    """What came of the parts. One of several rules is missed if any of them is."""
    found = Parts([], [], [], 0)
    without = 0
    for names in parts_of(rule):
        verdicts = [each for name in names for each in verdicts_of(name)]
        applying = [each for each in verdicts if each.outcome is not Outcome.NOT_APPLICABLE]
        lacking = [each for each in applying if each.outcome is Outcome.INCOMPLETE]
        missing = [
            each for each in applying if each.outcome not in (Outcome.PASS, Outcome.INCOMPLETE)
        ]
        if not applying:
            without += 1
        elif missing:
            found.failed.append(min(missing, key=_share))
        elif lacking:
            found.open.append(lacking[0])
        else:
            found.fulfilled.append(applying[0])
    return replace(found, without=without)


def _floor(rule: Rule, context: Context) -> Fraction | None:
    """The least share of its own limit that a failed rule must reach, as a ratio (0.85)."""
    if "floor" not in rule.spec:
        return None
    entry = context.limit(str(rule.spec["floor"]))
    value = context.threshold(str(rule.spec["floor"]))
    return value / 100 if entry.unit == "%" else value


def _share(verdict: Verdict | Passed) -> Fraction:
    """How much of its limit a failed verdict reaches; 0 if it has no number."""
    required = verdict.required
    if not isinstance(verdict.actual, Quantity) or required is None or not required.value:
        return Fraction(0)
    value = verdict.actual.value
    if required.compare in ("<=", "<"):
        return required.value / value if value else Fraction(1)
    return value / required.value


def _told(verdict: Verdict | Passed, context: Context, floor: Fraction | None) -> str:
    title = context.title_of(verdict.rule)
    if floor is None:
        return title
    return f"{title}（{verdict.actual}，为限值的 {_percent(_share(verdict))}）"


def _percent(ratio: Fraction | None) -> str:
    return f"{format_number((ratio or Fraction(0)) * 100, 2)}%"


def _required(needed: Fraction, judged: int, floor: Fraction | None) -> str:
    if needed == judged:
        return "每一项都达标"
    text = f"至少 {format_number(needed, 0)} 项达标"
    return text if floor is None else f"{text}且其余不低于限值的 {_percent(floor)}"


def _places(verdicts: list[Verdict | Passed]) -> tuple[FactRef, ...]:
    return tuple(dict.fromkeys(ref for verdict in verdicts for ref in verdict.at))
