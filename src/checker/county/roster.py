"""名册: which schools of the county should hand in, read from a csv or a workbook."""

from __future__ import annotations

import csv
import io
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from checker.forms.plain_text import (
    TOTAL_WORDS,
    is_cut_off,
    is_footer,
    school_code,
    school_name,
    squeeze,
    trim,
    unwrapped,
)
from checker.reading.limits import LIMITS
from checker.reading.unreadable import FILE_TOO_LARGE
from checker.toml_files import parse, texts
from checker.trouble import UserMistake, disk_reason

SEARCHED_ROWS = 20
"""The header row stands within so many rows from the top."""
DELIMITERS = (",", "\t", ";", "|")
_ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CODE = re.compile(r"[0-9A-Z-]*[0-9][0-9A-Z-]*")
_HEADING = re.compile(r"[(]?[一二三四五六七八九十]+[)、.]|以下|其中:?$")
"""How the heading of a group of schools begins, as `squeeze` leaves it."""
_NOTE_STARTS = ("注:", "注1", "备注", "说明:", "以上", "制表", "审核", "打印日期")


@cache
def _headers() -> Mapping[str, tuple[str, ...]]:
    """Titles of the columns, as `_title` leaves them."""
    document = parse(Path(__file__).with_suffix(".toml"))
    return {column: texts(titles) for column, titles in document.items()}


class RosterEntry(Struct, frozen=True):
    """One school that should hand in. ``code`` is its 标识码 as text, "" where the roster has none,
    ``type`` its 办学类型; where the roster has them, its township and whom to call."""

    code: str
    name: str
    type: str = ""
    township: str = ""
    contact: str = ""
    phone: str = ""

    @property
    def has_no_code(self) -> bool:
        """Whether its name stands for the 标识码 that the roster does not have."""
        return not self.code or (self.code == self.name and _CODE.fullmatch(self.code) is None)


class RosterProblem(UserMistake):
    """The roster cannot be used. ``reason`` is one Chinese sentence."""

    def __init__(self, reason: str) -> None:
        reason = " ".join(reason.split("\n"))  # it may name cells, which hold anything
        if len(reason) > 300:
            reason = f"{reason[:300]}……。"
        super().__init__(reason)
        self.reason = reason


class _NoHeader(RosterProblem):
    """A table without a header row; ``seen`` are the texts of the row that looks most like one."""

    def __init__(self, source: str, seen: Sequence[str]) -> None:
        self.seen = seen
        shown = f"看到的栏目是：{'、'.join(seen[:12])}。" if seen else ""
        super().__init__(
            f"名册“{source}”里没有找到标题行：前 {SEARCHED_ROWS} 行中需要有“标识码”和"
            f"“学校名称”两列。{shown}"
        )


def read_roster(path: Path) -> tuple[RosterEntry, ...]:
    """The schools listed in a text file (csv and the like) or in a workbook.

    A school without a 标识码 is listed with "" for it: its name stands for it. Raises RosterProblem
    where there is no 标识码 or no 学校名称 column, no school, one 标识码 twice, or one name twice
    without a 标识码.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise RosterProblem(f"名册“{path.name}”打不开：不是普通文件。")
        if status.st_size > LIMITS.file_bytes:
            raise RosterProblem(f"名册“{path.name}”打不开：{FILE_TOO_LARGE}")
        data = path.read_bytes()
    except OSError as problem:
        raise RosterProblem(f"名册“{path.name}”打不开：{disk_reason(problem)}。") from problem
    return roster_in(path.name, data)


def roster_in(name: str, data: bytes) -> tuple[RosterEntry, ...]:
    """The same from the content of a file of this name. Raises RosterProblem."""
    is_text = Path(name).suffix.lower() in {".csv", ".txt", ".tsv"}
    if is_text and not data.startswith(_WORKBOOKS):
        return _in_text(name, _decoded(name, data))
    return _in_workbook(name, data)


def parse_roster(rows: Iterable[Sequence[object]], source: str) -> tuple[RosterEntry, ...]:
    """The roster in a table of cells. ``source`` names the file in messages."""
    table = [list(row) for row in rows]
    for index, row in enumerate(table[:SEARCHED_ROWS]):
        columns = _columns(row, source)
        if "code" in columns and "name" in columns:
            return _entries(table[index + 1 :], columns, source, index + 2)
    raise _NoHeader(source, _most_like_headers(table[:SEARCHED_ROWS]))


def _most_like_headers(rows: Iterable[Sequence[object]]) -> list[str]:
    rows_of_texts = [
        [trim(cell) for cell in row if isinstance(cell, str) and trim(cell)] for row in rows
    ]
    return max(rows_of_texts, key=len, default=[])


def _columns(row: Sequence[object], source: str) -> dict[str, int]:
    """Where the columns of a header row are. Raises RosterProblem if one stands twice."""
    titles = [_title(cell) for cell in row]
    found: dict[str, int] = {}
    for column, names in _headers().items():
        for name in names:  # the more exact name first
            places = [at for at, title in enumerate(titles) if title == name]
            if len(places) > 1 and column in ("code", "name"):
                where = "、".join(str(at + 1) for at in places)
                raise RosterProblem(
                    f"名册“{source}”的第 {where} 列都叫“{name}”，不能确定用哪一列，请改掉一个。"
                )
            if len(places) == 1:
                found[column] = places[0]
                break
    return found


def _title(cell: object) -> str:
    """A header without stars, blanks and what stands in brackets: "*标识码（10位）" is 标识码."""
    text = re.sub(r"[(\[【].*?[)\]】]", "", squeeze(cell).lower())
    return text.replace("/", "").strip("*★☆※:、")


def _entries(
    rows: list[list[object]], columns: Mapping[str, int], source: str, first: int
) -> tuple[RosterEntry, ...]:
    entries: dict[str, RosterEntry] = {}
    for number, row in enumerate(rows, first):
        cells = [_text(cell) for cell in row]
        entry = RosterEntry(
            **{name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        )
        code = school_code(entry.code)
        if _is_no_school(cells, code, entry.name):
            continue
        key = code or school_name(entry.name)
        if is_cut_off(code):
            raise RosterProblem(
                f"名册“{source}”第 {number} 行“{entry.name}”的标识码成了 {code}，末尾几位已丢失；"
                "请把这一列的格式改为“文本”，重新填写标识码后再运行。"
            )
        if key in entries:
            twice = (
                f"的标识码 {code} 与“{entries[key].name}”"
                if code
                else f"“{entry.name}”没有标识码，校名又"
            )
            raise RosterProblem(f"名册“{source}”第 {number} 行{twice}重复，请改正后再运行。")
        entries[key] = replace(
            entry,
            code=code,
            name=entry.name or code,
            type=school_code(entry.type),
            township=squeeze(entry.township),
            phone=school_code(entry.phone),
        )
    if not entries:
        raise RosterProblem(f"名册“{source}”里没有学校。")
    return tuple(entries.values())


def _is_no_school(cells: Sequence[str], code: str, name: str) -> bool:
    """Whether a row is empty, or is a total, a footer, a note or the header once more."""
    given = [text for text in map(squeeze, cells) if text]
    if not given or not (code or name):
        return True
    if not name and any(text in TOTAL_WORDS for text in given):
        return True  # the number of schools stands in the column of codes
    if _CODE.fullmatch(code):
        return False
    if _title(code) in _headers()["code"] or any(text in TOTAL_WORDS for text in given):
        return True
    if len(given) == 1 and (code or _HEADING.match(given[0])):
        return True
    return any(
        is_footer(text) or text.startswith(_NOTE_STARTS) or re.match("共[0-9]", text) is not None
        for text in (given[0], squeeze(code))
    )


def _text(cell: object) -> str:
    if isinstance(cell, bool) or cell is None:
        return ""
    return unwrapped(cell) if isinstance(cell, str) else school_code(cell)


def _in_text(name: str, text: str) -> tuple[RosterEntry, ...]:
    """The roster in a text, whatever stands between its columns."""
    problem: RosterProblem | None = None
    for delimiter in DELIMITERS:
        try:
            return parse_roster(_records(name, text, delimiter), name)
        except _NoHeader as other:
            if not isinstance(problem, _NoHeader) or len(other.seen) > len(problem.seen):
                problem = other
    raise problem or RosterProblem(f"名册“{name}”是空的。")


def _records(name: str, text: str, delimiter: str) -> Iterator[list[str]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    csv.field_size_limit(max(csv.field_size_limit(), len(lines) + 1))
    try:
        yield from csv.reader(io.StringIO(lines), delimiter=delimiter)
    except csv.Error as problem:
        raise RosterProblem(
            f"名册“{name}”不是一份能读的 csv，请用 Excel 或 WPS 另存为 xlsx 后再运行。"
        ) from problem


def _decoded(name: str, data: bytes) -> str:
    marked = [encoding for mark, encoding in _ENCODINGS if data.startswith(mark)]
    for encoding in (*marked, "utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterProblem(f"名册“{name}”的编码无法识别，请另存为 UTF-8 编码的 csv 或 xlsx。")


def _in_workbook(name: str, data: bytes) -> tuple[RosterEntry, ...]:
    """The roster on the one sheet that has its header row; hidden sheets do not count."""
    from checker.reading import UnreadableWorkbook, read_snapshot_bytes

    try:
        snapshot = read_snapshot_bytes(name, data)
    except UnreadableWorkbook as problem:
        raise RosterProblem(f"名册“{name}”打不开：{problem.reason}") from problem
    found: dict[str, Sequence[Sequence[object]]] = {}
    seen: list[str] = []
    for sheet in snapshot.sheets.values():
        head = sheet.rows[:SEARCHED_ROWS]
        if any({"code", "name"} <= _columns(row, name).keys() for row in head):
            if sheet.visible:
                found[sheet.title] = sheet.rows
        else:
            seen = max(seen, _most_like_headers(head), key=len)
    if len(found) > 1:
        titles = "、".join(f"“{title}”" for title in found)
        raise RosterProblem(
            f"名册“{name}”里有 {len(found)} 张工作表（{titles}）都像是名册，不能确定用哪一张，"
            "请只留一张。"
        )
    if not found:
        if not any(sheet.rows for sheet in snapshot.sheets.values()):
            raise RosterProblem(f"名册“{name}”是空的。")
        raise _NoHeader(name, seen)
    (rows,) = found.values()
    return parse_roster(rows, name)
