"""What there is of a school that is missing."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from checker.county.report import CountyReport
from checker.county.roster import RosterEntry
from checker.forms.plain_text import same_school, school_code, school_name


class Trace(Struct, frozen=True):
    """A file of a school that is missing. ``state`` is 旧表, 打不开, 空表 or 码错; ``text`` a
    sentence."""

    state: str
    path: str
    text: str


def traces(report: CountyReport, entry: RosterEntry) -> Iterator[Trace]:
    """What there is of a school that is missing: its forms of earlier years and
    its blank ones, files of its name or code that could not be judged, forms of its name that
    carry another code or none, or count for another school."""
    for record in report.unreadable():
        own = _is_of(record.code, record.name, entry) or _is_named(record.path, entry)
        if not own:
            continue
        if record.status == "earlier_year":
            text = f"收到的“{record.path}”是 {record.year} 年的表，没有计入。"
            yield Trace("旧表", record.path, text)
        elif record.status == "not_looked_at":
            text = f"有一个没有查看的文件“{record.path}”，可能是这所学校的：{record.message}"
            yield Trace("打不开", record.path, text)
        else:
            text = f"有一份无法校验的文件“{record.path}”，可能是这所学校的。"
            yield Trace("打不开", record.path, text)
    counted = {school.path for school in report.schools}
    nobodys = {item.path for item in (*report.handing_in.strangers, *report.handing_in.nameless)}
    superseded = report.superseded()
    for record in report.records:
        if record.status != "checked":
            continue
        by_name = bool(record.name) and same_school(record.name, entry.name)
        by_file = not record.name and _is_named(record.path, entry)
        if record.overview.blank:
            if by_file or _is_of(record.code, record.name, entry):
                yield Trace("空表", record.path, f"收到的“{record.path}”是空白表，没有填数。")
            continue
        if not (by_name or by_file):
            continue
        if record.path in superseded and record.path not in nobodys:
            text = (
                f"收到的“{record.path}”校名相同，但标识码填成了 {record.code}，"
                f"与另一所学校重复，没有采用。"
            )
            yield Trace("码错", record.path, text)
        elif record.path in counted:
            text = (
                f"收到的“{record.path}”校名相同，但标识码填成了 {record.code}，已算作那所学校的。"
            )
            yield Trace("码错", record.path, text)
        elif record.path in nobodys:
            wrong = f"标识码填成了 {record.code}" if record.code else "没有填标识码"
            if record.code == record.name != "":
                wrong = f"里面的校名是“{record.name}”"
            match = "校名相同" if by_name else "文件名相同"
            yield Trace("码错", record.path, f"收到的“{record.path}”{match}，但{wrong}。")


def hint(report: CountyReport, entry: RosterEntry) -> str:
    """Every trace of a school that is missing, as sentences; "" without."""
    told = "".join(item.text for item in traces(report, entry))
    if entry.has_no_code:
        return f"名册上没有它的标识码，只能按校名找，请补上。{told}"
    return told


def _is_of(code: str, name: str, entry: RosterEntry) -> bool:
    if code and school_code(code) == school_code(entry.code):
        return True
    return bool(name) and same_school(name, entry.name)


def _is_named(path: str, entry: RosterEntry) -> bool:
    """Whether a file, or a folder that it lies in, has the school's name or code in its name."""
    squeezed = school_name(path)
    full = school_name(entry.name)
    if full and full in squeezed:
        return True
    if len(entry.code) >= 8 and entry.code in path:
        return True
    parts = (part.rpartition(".")[0] or part for part in path.split("/"))
    return any(same_school(part, entry.name) for part in parts)
