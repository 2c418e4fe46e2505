"""Two runs held against each other: what was mended, what is new, which verdicts flipped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field

from checker.trouble import disk_reason

RESULT_NAMES = ("校验结果.json", "县级汇总.json")
"""Names under which a run keeps its JSON in its output folder."""


class RunProblem(Exception):
    """A file is not the result of a run. ``reason`` is one Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Noted(Struct, frozen=True):
    """One finding of a run, as far as a comparison needs it."""

    key: str  # RULE@place, the same in both runs
    rule: str
    verdict: str
    sheet: str
    cell: str
    message: str


class Flip(Struct, frozen=True):
    """A finding that both runs have, with different verdicts."""

    before: Noted
    after: Noted


class Run(Struct, frozen=True):
    """The findings of one run. ``schools`` maps a 标识码 (or name, or file) to its findings."""

    names: Mapping[str, str]
    schools: Mapping[str, Mapping[str, Noted]]
    asked: Mapping[str, object] = field(default_factory=dict)


class SchoolChange(Struct, frozen=True):
    """What changed for one school. Empty lists mean nothing of that sort."""

    school: str
    name: str
    mended: tuple[Noted, ...]
    new: tuple[Noted, ...]
    flipped: tuple[Flip, ...]
    remaining: int

    @property
    def changed(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.mended or self.new or self.flipped)


class Difference(Struct, frozen=True):
    """The comparison: schools in both runs, and those in one only (names)."""

    schools: tuple[SchoolChange, ...]
    gone: tuple[str, ...] = field(default_factory=tuple)
    joined: tuple[str, ...] = field(default_factory=tuple)
    conditions: tuple[str, ...] = field(default_factory=tuple)
    """Sentences on what the two runs were asked differently."""


def read_run(path: Path) -> Run:
    """The run kept in a JSON file, or in the folder that it wrote. Raises RunProblem."""
    if path.is_dir():
        kept = [path / name for name in RESULT_NAMES if (path / name).is_file()]
        if not kept:
            raise RunProblem(f"文件夹“{path}”里没有校验结果({'、'.join(RESULT_NAMES)})。")
        path = kept[-1]
    try:
        document = json.loads(path.read_text("utf-8-sig"))
        return parse_run(document)
    except OSError as problem:
        raise RunProblem(f"打不开“{path}”：{disk_reason(problem)}。") from problem
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise RunProblem(
            f"“{path.name}”不是校验结果：请用 checker check --format json 或 checker county 生成。"
        ) from problem


def parse_run(document: Mapping[str, object]) -> Run:
    """The run in a JSON report (check or county). Raises KeyError, TypeError, ValueError."""
    names: dict[str, str] = {}
    owner: dict[str, str] = {}
    schools: dict[str, dict[str, Noted]] = {}
    for entry in _objects(document["files"]):
        if entry.get("status") != "checked" or entry.get("superseded") is True:
            continue
        school = str(entry.get("code") or entry.get("unit") or entry["path"])
        owner[str(entry["path"])] = school
        names[school] = str(entry.get("unit") or entry["path"])
        schools.setdefault(school, {})
    for finding in _objects(document["findings"]):
        own = owner.get(str(finding["file"]))
        if own is None:
            continue
        key = str(finding.get("key") or f"{finding['rule']}@{finding['sheet']}!{finding['cell']}")
        schools[own][key] = Noted(
            key,
            str(finding["rule"]),
            str(finding["verdict"]),
            str(finding.get("sheet") or ""),
            str(finding.get("cell") or ""),
            str(finding.get("message") or ""),
        )
    asked = document.get("asked")
    return Run(
        names,
        schools,
        asked=asked if isinstance(asked, Mapping) else {},
    )


def compare(before: Run, after: Run) -> Difference:
    """What changed from one run to the next, per school in the order of the later run."""
    changes = []
    for school, now in after.schools.items():
        then = before.schools.get(school)
        if then is None:
            continue
        both = [key for key in now if key in then]
        flips = tuple(
            Flip(then[key], now[key]) for key in both if then[key].verdict != now[key].verdict
        )
        changes.append(
            SchoolChange(
                school=school,
                name=after.names[school],
                mended=tuple(noted for key, noted in then.items() if key not in now),
                new=tuple(noted for key, noted in now.items() if key not in then),
                flipped=flips,
                remaining=len(both) - len(flips),
            )
        )
    return Difference(
        tuple(changes),
        gone=tuple(before.names[key] for key in before.schools if key not in after.schools),
        joined=tuple(after.names[key] for key in after.schools if key not in before.schools),
        conditions=tuple(_asked_differently(before, after)),
    )


def _asked_differently(before: Run, after: Run) -> Iterator[str]:
    """What is seen as mended or new though no school changed anything."""
    then, now = before.asked, after.asked
    if not then or not now:
        return
    told = [
        f"{word} {then.get(key)} → {now.get(key)}"
        for key, word in (("profile", "口径"), ("edition", "年度"))
        if then.get(key) != now.get(key)
    ]
    if then.get("previous") and not now.get("previous"):
        told.append("前一次与去年比过，后一次没有")
    elif now.get("previous") and not then.get("previous"):
        told.append("后一次与去年比过，前一次没有")
    if told:
        yield f"两次校验的条件不同：{'；'.join(told)}。有的“改好”“新出”可能只是因为条件不同。"


def _objects(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise TypeError("a list of objects is expected")
    return [dict(item) for item in value]
