"""What a result folder remembers from run to run: how the county stood, what is 审定."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from checker.county.report import CountyReport, LockState, Progress
from checker.forms.plain_text import school_code, school_name
from checker.marking.file_record import FactTable, FileRecord
from checker.model.verdicts import Outcome

LOG = "运行记录.json"
"""The file in the result folder."""

_MOST_RUNS = 200
_NAMED = 30
"""So many schools are named as news of one run; the rest are counted."""


class Standing(Struct, frozen=True):
    """How one school stood: the digest of its figures, and what was wrong with it; ``county`` are
    the doubts of the county about it."""

    name: str
    content: str
    hard: int
    doubt: int
    unmet: int
    county: int = 0


class Lock(Struct, frozen=True):
    """A file that the county approved (审定). ``digest`` is the SHA-256 of its bytes, ``content``
    that of its figures; ``facts`` (校舍与装备!E34 -> value) to say later what was changed."""

    code: str
    name: str
    path: str
    digest: str
    content: str
    at: str
    facts: dict[str, str] = field(default_factory=dict)


class RunLog(Struct, frozen=True):
    """Everything. ``schools`` and ``locks`` by 标识码; ``written``: digests of tables that people
    fill in, as they were written; ``noted``: by the path of a workbook what the county's notes in
    its marked copy were, and the copy as it was written."""

    runs: tuple[Progress, ...] = ()
    schools: dict[str, Standing] = field(default_factory=dict)
    locks: dict[str, Lock] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    noted: dict[str, str] = field(default_factory=dict)


def read_log(data: bytes) -> RunLog:
    """What `log_bytes` wrote; an empty log if it is anything else."""
    try:
        return msgspec.json.decode(data, type=RunLog)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return RunLog()


def log_bytes(log: RunLog) -> bytes:
    """The log as a file."""
    return msgspec.json.format(msgspec.json.encode(log), indent=1)


def digest_of(data: bytes) -> str:
    """By which a file is known again."""
    return sha256(data).hexdigest()


def standings(report: CountyReport) -> dict[str, Standing]:
    """How each school that counts stands."""
    doubts = Counter(
        item.schools[0]
        for item in report.findings
        if item.of_school and item.outcome is Outcome.DOUBT and not item.informs
    )
    found = {}
    for school in report.schools:
        counts = school.counts
        found[school.code] = Standing(
            school.name,
            school.content,
            counts.fail,
            counts.doubt,
            counts.unmet,
            doubts[school.code],
        )
    return found


def news_between(before: Mapping[str, Standing], now: Mapping[str, Standing]) -> list[str]:
    """What came in, was changed or is gone, a sentence a school."""
    found = []
    for code, new in now.items():
        old = before.get(code)
        if old is None:
            found.append(f"新收到 {new.name}：{_stands(new)}")
        elif old != new:
            word = "有改动" if old.content != new.content else "结论变了"
            found.append(f"{word} {new.name}：{_stands(new)}（上次 {_stands(old)}）")
    found += [f"没有了 {old.name}" for code, old in before.items() if code not in now]
    return found


def _stands(standing: Standing) -> str:
    county = f"，县级存疑 {standing.county}" if standing.county else ""
    return f"必须修改 {standing.hard}，需要说明 {standing.doubt}，未达标 {standing.unmet}{county}"


def with_run(log: RunLog, report: CountyReport, at: str) -> RunLog:
    """The log after this run. A run in which nothing moved leaves it as it is."""
    now = standings(report)
    sums = report.sums()
    here = Progress(
        at=at,
        expected=report.handing_in.expected,
        received=len(report.handing_in.counted),
        hard=sums.fail,
        doubt=sums.doubt,
        unmet=sums.unmet,
        open=sum(bool(item.hinges) for item in report.findings),
    )
    if log.runs and now == log.schools:
        last = log.runs[-1]
        if replace(here, at=last.at, news=last.news, more=last.more) == last:
            return log
    told = news_between(log.schools, now) if log.runs else []
    here = replace(here, news=tuple(told[:_NAMED]), more=max(0, len(told) - _NAMED))
    return replace(log, runs=(*log.runs, here)[-_MOST_RUNS:], schools=now)


# -- 审定 ----------------------------------------------------------------------------------------

EVERYONE = "全部"
"""Instead of a school: all that have nothing that must be mended."""


def chosen_schools(report: CountyReport, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The 标识码 of the named schools (by 标识码 or 校名) that handed in and have nothing that must
    be mended; and a sentence for each name that cannot be 审定."""
    found: dict[str, None] = {}
    refused: list[str] = []
    for name in names:
        if name == EVERYONE:
            clean = [school.code for school in report.schools if not school.counts.fail]
            if not clean:
                refused.append("没有学校可以审定：都还有必须修改的，或者还没有收到填报表。")
            found.update(dict.fromkeys(clean))
            continue
        code, plain = school_code(name), school_name(name)
        matching = [
            school
            for school in report.schools
            if school_code(school.code) == code or school_name(school.name) == plain
        ]
        if len(matching) != 1:
            why = "没有收到这所学校的填报表" if not matching else "有几所学校叫这个名字，请写标识码"
            refused.append(f"“{name}”不能审定：{why}。")
        elif hard := matching[0].counts.fail:
            refused.append(f"“{name}”还有 {hard} 处必须修改，没有审定。")
        else:
            found[matching[0].code] = None
    return list(found), refused


def locked_schools(names: Iterable[str], locks: Mapping[str, Lock]) -> tuple[list[str], list[str]]:
    """The 标识码 of the 审定 schools that are named; and a sentence for each name that is none."""
    found: dict[str, None] = {}
    refused: list[str] = []
    for name in names:
        code, plain = school_code(name), school_name(name)
        own = [
            key
            for key, lock in locks.items()
            if name == EVERYONE or key == code or school_name(lock.name) == plain
        ]
        if not own:
            nobody = "没有审定过的学校，不用取消。"
            refused.append(nobody if name == EVERYONE else f"“{name}”没有审定过。")
        found.update(dict.fromkeys(own))
    return list(found), refused


def lock_of(record: FileRecord, digest: str, at: str) -> Lock:
    """The lock of a record as it is now."""
    return Lock(
        record.code, record.name, record.path, digest, record.content, at, _shown(record.facts)
    )


def _shown(facts: FactTable) -> dict[str, str]:
    return {fact.cell: fact.value for fact in facts if fact.cell}


def lock_states(
    locks: Mapping[str, Lock], records: Mapping[str, FileRecord], digests: Mapping[str, str]
) -> tuple[LockState, ...]:
    """Every locked school; ``records`` and ``digests`` (of their files' bytes) by 标识码."""
    return tuple(
        LockState(code, lock.name, lock.at, _change(lock, records.get(code), digests.get(code)))
        for code, lock in locks.items()
    )


def _change(lock: Lock, record: FileRecord | None, digest: str | None) -> str:
    if record is None:
        return "审定的文件没有了。"
    if digest == lock.digest:
        return ""
    now = _shown(record.facts)
    cells = [cell for cell in {**lock.facts, **now} if lock.facts.get(cell) != now.get(cell)]
    if not cells:
        return "文件变了，填报的内容没有变。"
    told = "、".join(
        f"{cell} {lock.facts.get(cell, '空')}→{now.get(cell, '空')}" for cell in cells[:_TOLD]
    )
    more = f"等 {len(cells)} 格" if len(cells) > _TOLD else ""
    return f"审定以后改了：{told}{more}。"


_TOLD = 5


def locked_lines(states: Sequence[LockState]) -> list[str]:
    """Sentences on whatever is not as it was locked."""
    return [
        f"{state.name}（{state.at} 审定）：{state.change}请核对后重新审定。"
        for state in states
        if state.change
    ]
