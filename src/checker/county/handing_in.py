"""应报、已报、缺报、重复: the roster held against the files that came in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from msgspec import Struct
from msgspec.structs import replace

from checker.county.roster import RosterEntry
from checker.forms.plain_text import same_school, school_code, school_name, short_names
from checker.marking.file_record import FileRecord


def asks_code(record: FileRecord) -> bool:
    """Whether its form asks for the 标识码: in one that does not, the name stands for it."""
    return not record.code or record.code != record.name


class Choice(Struct, frozen=True):
    """Several files of one school: which counts, which do not, and why."""

    code: str
    chosen: FileRecord
    others: tuple[FileRecord, ...]
    reason: str


class Disagreement(Struct, frozen=True):
    """Something about the handed-in files that a person must look at. ``kind`` is one of
    same_code, same_content, name_mismatch, code_mismatch, no_roster_code, same_year,
    copied_last_year."""

    kind: str
    files: tuple[str, ...]
    message: str


class HandingIn(Struct, frozen=True):
    """Who handed in what. ``counted`` maps a 标识码 to the file that counts for it."""

    expected: int
    counted: dict[str, FileRecord]
    missing: tuple[RosterEntry, ...] = ()
    choices: tuple[Choice, ...] = ()
    strangers: tuple[FileRecord, ...] = ()
    nameless: tuple[FileRecord, ...] = ()  # files without a 标识码
    disagreements: tuple[Disagreement, ...] = ()

    def nobodys(self) -> tuple[tuple[FileRecord, str], ...]:
        """The files that count for no school, each with what is known of its 标识码, or ""."""
        told = {
            found.files[0]: found.message
            for found in self.disagreements
            if found.kind == "code_mismatch"
        }
        return tuple((item, told.get(item.path, "")) for item in (*self.strangers, *self.nameless))

    def to_check(self) -> tuple[Disagreement, ...]:
        """The disagreements that `nobodys` does not tell."""
        told = {item.path for item, about in self.nobodys() if about}
        return tuple(
            found
            for found in self.disagreements
            if found.kind != "code_mismatch" or found.files[0] not in told
        )


def with_codes(
    roster: Sequence[RosterEntry], filings: Sequence[FileRecord]
) -> tuple[RosterEntry, ...]:
    """The roster with a code for every school. One listed without gets the 标识码 in the file of
    its name, if only one can be meant and the roster does not give it to another school; else its
    name stands for it."""
    taken = {school_code(entry.code) for entry in roster}
    codes: dict[str, set[str]] = {}
    for entry in roster:
        if not entry.code:
            own = (item for item in filings if same_school(item.name, entry.name))
            codes[entry.name] = {school_code(item.code) for item in own} - taken
    meant = Counter(code for found in codes.values() for code in found)

    def code_of(entry: RosterEntry) -> str:
        found = codes.get(entry.name, set())
        only = next(iter(found), "") if len(found) == 1 else ""
        return entry.code or (only if meant[only] == 1 else entry.name)

    return tuple(replace(entry, code=code_of(entry)) for entry in roster)


def hand_in(records: Iterable[FileRecord], roster: Sequence[RosterEntry] | None) -> HandingIn:
    """Choose which file counts for each school and name what is missing, double or strange.

    The newest 填报日期 counts; among equal or missing dates the newest file; among equal times the
    last path in alphabetical order. Without a roster nothing is missing and nobody is a stranger.
    """
    files = sorted(records, key=lambda item: item.path)
    known = with_codes(roster or (), files)
    listed = {school_code(entry.code): entry for entry in known}
    by_code: dict[str, list[FileRecord]] = defaultdict(list)
    nameless = []
    for item in files:
        if item.code:
            by_code[school_code(item.code)].append(item)
        else:
            nameless.append(item)

    by_name: dict[str, set[RosterEntry]] = defaultdict(set)
    for entry in known:
        for name in short_names(entry.name):
            by_name[name].add(entry)
    counted: dict[str, FileRecord] = {}
    choices, strangers = [], []
    disagreements = list(_same_content(files))
    unlisted = {new.code for old, new in zip(roster or (), known, strict=True) if not old.code}
    for code, group in by_code.items():
        disagreements += _same_code(code, group, listed.get(code))
        chosen, reason = _choose(group, listed.get(code))
        if roster is not None and code not in listed:
            strangers += group
            disagreements += _misspelt_code(group, by_name)
        else:
            counted[code] = chosen
            disagreements += _name_mismatch(chosen, listed.get(code))
            if code in unlisted:
                disagreements.append(_no_roster_code(chosen, listed[code]))
        if len(group) > 1:
            others = tuple(item for item in group if item is not chosen)
            choices.append(Choice(code, chosen, others, reason))
    missing = tuple(entry for code, entry in listed.items() if code not in counted)
    return HandingIn(
        expected=len(listed) if roster is not None else len(counted),
        counted=counted,
        missing=missing,
        choices=tuple(choices),
        strangers=tuple(strangers),
        nameless=tuple(nameless),
        disagreements=tuple(disagreements),
    )


def _choose(group: list[FileRecord], entry: RosterEntry | None) -> tuple[FileRecord, str]:
    """A file whose name matches the roster goes before one that does not: two schools may have
    typed one code."""
    own = [item for item in group if entry and same_school(item.name, entry.name)] or group
    newest = max(own, key=lambda item: (item.submitted, item.modified, item.path))
    rivals = [item for item in own if item is not newest]
    if not rivals:
        return newest, "只有这一份的学校名称与名册一致" if len(group) > 1 else ""
    if all(item.submitted < newest.submitted for item in rivals):
        return newest, f"填报日期最新（{newest.submitted}）"
    if all(item.modified < newest.modified for item in rivals):
        return newest, "填报日期相同或未填，以文件修改时间最新的为准"
    return newest, "填报日期和修改时间都相同，以文件名排在最后的为准"


def _same_code(
    code: str, group: list[FileRecord], entry: RosterEntry | None
) -> Iterator[Disagreement]:
    names = _different(item.name for item in group if item.name)
    if len(names) > 1:
        own = f"名册上该标识码属于“{entry.name}”。" if entry else ""
        used = f"标识码 {code} 被 {len(names)} 个学校名称使用：{'、'.join(names)}。"
        files = tuple(item.path for item in group)
        yield Disagreement("same_code", files, f"{used}{own}请核对标识码。")


def _same_content(files: list[FileRecord]) -> Iterator[Disagreement]:
    by_content: dict[str, list[FileRecord]] = defaultdict(list)
    for item in files:
        if item.content and not item.sparse:
            by_content[item.content].append(item)
    for group in by_content.values():
        if len({(school_code(item.code), school_name(item.name)) for item in group}) > 1:
            names = "、".join(sorted({item.name or item.path for item in group}))
            told = f"{names} 的填报数据完全相同，像是复制后只改了校名，请核实。"
            yield Disagreement("same_content", tuple(item.path for item in group), told)


def _name_mismatch(item: FileRecord, entry: RosterEntry | None) -> Iterator[Disagreement]:
    if entry is not None and item.name and not same_school(item.name, entry.name):
        listed = f"标识码 {item.code} 在名册上是“{entry.name}”"
        told = f"{listed}，文件里填的是“{item.name}”，请核对。"
        yield Disagreement("name_mismatch", (item.path,), told)


def _no_roster_code(item: FileRecord, entry: RosterEntry) -> Disagreement:
    own = (
        f"表里填的标识码是 {item.code}，请核对后补到名册上。"
        if asks_code(item)
        else "请补到名册上。"
    )
    return Disagreement(
        "no_roster_code",
        (item.path,),
        f"名册上“{entry.name}”没有标识码，按校名算它已报；{own}",
    )


def _misspelt_code(
    group: list[FileRecord], by_name: Mapping[str, Set[RosterEntry]]
) -> Iterator[Disagreement]:
    """``by_name`` has the schools of the roster by each of their `short_names`."""
    for item in group:
        full = school_name(item.name)
        same = set(by_name.get(full, ()))
        for name in short_names(item.name) - {full}:
            same |= {entry for entry in by_name.get(name, ()) if school_name(entry.name) == name}
        asked = bool(item.name) and asks_code(item) and len(same) == 1
        if asked and not (entry := same.pop()).has_no_code:
            told = f"“{item.name}”填的标识码是 {item.code}，名册上是 {entry.code}，请核对。"
            yield Disagreement("code_mismatch", (item.path,), told)


def _different(names: Iterable[str]) -> list[str]:
    """The names of different schools among these, each as it was first written."""
    found: list[str] = []
    for name in sorted(set(names), key=lambda name: (-len(name), name)):
        if not any(same_school(name, other) for other in found):
            found.append(name)
    return sorted(found)
