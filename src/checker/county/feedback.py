"""反馈单: one page for each school on what to mend, zipped by 乡镇. Needs python-docx."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from checker.county.report import CountyReport
from checker.county.school_copy import COUNTY_UNIT
from checker.county.townships import ELSEWHERE
from checker.county.work_list import township_of
from checker.harmless import one_line
from checker.marking.file_record import FileRecord
from checker.marking.findings import Finding
from checker.marking.overview import FirstThing
from checker.model.verdicts import Outcome, Severity

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

FOLDER = "反馈单"
"""In the result folder."""

_MOST = 12
"""So many points of one kind; a sheet of paper has an end, and the marked copy has them all."""

_REPEATED = 3
"""From so many findings of one rule on, they are one line."""

_BELOW = "　— "
"""Begins a line that belongs to the one above it."""

_ASKED = frozenset({Outcome.FAIL, Outcome.DOUBT})

_FIXED = (2026, 1, 1, 0, 0, 0)
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LONGEST = 60
"""So many signs of a 乡镇 stand in the name of its archive; a file system takes 255 bytes."""
_FONT = "宋体"


def by_township(report: CountyReport) -> dict[str, list[FileRecord]]:
    """乡镇 -> its schools, those without one under `ELSEWHERE`."""
    found: dict[str, list[FileRecord]] = defaultdict(list)
    for school in report.schools:
        town = township_of(report.roster.get(school.code), school.name, school.path)
        found[town or ELSEWHERE].append(school)
    return dict(sorted(found.items()))


def archive_name(township: str) -> str:
    """反馈单/和顺乡.zip."""
    return f"{FOLDER}/{_NOT_IN_NAMES.sub('_', township)[:_LONGEST]}.zip"


def archives_told(names: Iterable[str]) -> str:
    """How many 乡镇 some archives are of: 16 个乡镇，另有未注明乡镇的."""
    own = list(names)
    towns = sum(name != archive_name(ELSEWHERE) for name in own)
    if not towns:
        return "不分乡镇"
    return f"{towns} 个乡镇" + ("，另有未注明乡镇的" if towns < len(own) else "")


class Feedback:
    """Writes the papers of one county. One document serves for all: making a new one takes longer
    than writing into it."""

    def __init__(
        self, report: CountyReport, notes: Mapping[str, Sequence[Finding]], deadline: str
    ) -> None:
        """``notes`` by 标识码 are what the county says of the school; ``deadline`` may be ""."""
        import docx
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt

        self._report = report
        self._notes = notes
        self._deadline = deadline
        self._document: Document = docx.Document()
        normal = self._document.styles["Normal"]
        normal.font.name = _FONT
        normal.font.size = Pt(10.5)
        normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
        normal.paragraph_format.space_after = Pt(3)
        self._gap = Pt(8)
        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(1.5)
        properties = self._document.core_properties
        properties.created = properties.modified = datetime(*_FIXED)
        properties.author = ""

    def asks(self, school: FileRecord) -> bool:
        """Whether there is anything that a school is to mend, to explain or to fill in."""
        counts = school.counts
        asked = counts.fail or counts.doubt or counts.unjudged
        return bool(asked or self._notes.get(school.code))

    def write(self, schools: Iterable[FileRecord], target: BinaryIO) -> int:
        """A zip archive with one document a school; how many."""
        taken: set[str] = set()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for school in schools:
                name = _NOT_IN_NAMES.sub("_", school.name or school.code)[:60]
                if name in taken:
                    name = f"{name}（{_NOT_IN_NAMES.sub('_', school.code)}）"
                taken.add(name)
                self._tell(school)
                content = BytesIO()
                self._document.save(content)
                entry = zipfile.ZipInfo(f"{name}.docx", _FIXED)
                archive.writestr(entry, _timeless(content))
        return len(taken)

    def _tell(self, school: FileRecord) -> None:
        """Write one school's page into the document."""
        notes = self._notes.get(school.code, ())
        counts = school.counts
        self._clear()
        self._line(f"{school.name}填报数据反馈单", bold=True, size=16)
        about = f"标识码 {school.code}　{self._report.county}{self._report.edition} 年"
        self._line(f"{about}　文件：{school.path}")
        ask = "请按下面的内容核对修改后重新报送"
        self._line(f"{ask}，截止时间：{self._deadline}。" if self._deadline else f"{ask}。")
        must, doubts = counts.fail, counts.doubt
        county = f"；县级核对中发现 {len(notes)} 处" if notes else ""
        self._line(
            f"必须修改 {must} 处；需要说明 {doubts} 处{county}"
            "（有误请改正，属实的在“说明”表写明）。"
        )
        by_cause: dict[int, list[Finding]] = defaultdict(list)
        for item in school.findings:
            if item.verdict in _ASKED and item.severity is not Severity.INFO:
                by_cause[item.cause].append(item)
        first = [
            line
            for number, thing in enumerate(school.overview.first, 1)
            for line in _of_cause(thing, by_cause.pop(number, []))
        ]
        self._list("先做这几件事", first)
        self._list("其他要改、要说明的", list(_grouped(list(chain(*by_cause.values())))))
        told = [f"{note.message}{note.fix if note.severity is not Severity.INFO else ''}"
                for note in notes]  # fmt: skip
        self._list(f"{COUNTY_UNIT}核对中发现的", told)
        open_items = [f"{item.title}（{item.unit}）：{item.message}"
                      for item in school.overview.unjudged]  # fmt: skip
        self._list(f"缺数据、没有判断的项目（{len(open_items)} 项），请补齐", open_items)
        unmet = counts.unmet
        if unmet:
            self._line(f"另有未达标 {unmet} 项：数据属实的据实上报，不要为了达标改数。")
        if school.marked_copy:
            self._line("每一处的位置和改法，见随发的标记副本。")

    def _clear(self) -> None:
        body = self._document.element.body
        for element in list(body):
            if not element.tag.endswith("}sectPr"):
                body.remove(element)

    def _list(self, title: str, points: Sequence[str]) -> None:
        if not points:
            return
        self._line(title, bold=True).paragraph_format.space_before = self._gap
        number = 0
        for point in points[:_MOST]:
            number += not point.startswith(_BELOW)
            self._line(point if point.startswith(_BELOW) else f"{number}. {point}")
        if len(points) > _MOST:
            self._line(f"另有 {len(points) - _MOST} 处，见标记副本。")

    def _line(self, text: str, bold: bool = False, size: float | None = None) -> Paragraph:
        from docx.shared import Pt

        paragraph = self._document.add_paragraph()
        run = paragraph.add_run(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", one_line(text)))
        run.bold = bold
        if size is not None:
            run.font.size = Pt(size)
        return paragraph


def _of_cause(thing: FirstThing, findings: Sequence[Finding]) -> Iterator[str]:
    """One thing to do first with its place and how to mend it, then what else follows from it."""
    same = [item for item in findings if thing.message.startswith(item.message)]
    place = f"{thing.sheet}!{thing.cell}：" if thing.cell else ""
    fix = next((item.fix for item in same), "")
    yield f"{place}{thing}{fix}"
    own = f"{thing.sheet}!{thing.cell}"
    others = [item for item in findings if not (item in same and _place(item) == own)]
    alike = [item for item in others if thing.folds or item.rule in {each.rule for each in same}]
    if alike:
        yield f"{_BELOW}一并核对：{'、'.join(dict.fromkeys(map(_place, alike)))}"
    for line in _grouped([item for item in others if item not in alike]):
        yield f"{_BELOW}{line}"


def _grouped(findings: Sequence[Finding]) -> Iterator[str]:
    """A line a finding; of many of one rule, one line with all their places."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for item in sorted(findings, key=lambda item: item.verdict is not Outcome.FAIL):
        by_rule[item.rule].append(item)
    for alike in by_rule.values():
        if len(alike) < _REPEATED:
            for item in alike:
                yield f"[{item.word}] {_place(item)}：{item.message}{item.fix}"
            continue
        item = alike[0]
        places = "、".join(dict.fromkeys(map(_place, alike)))
        said = f"{item.title}，共 {len(alike)} 处（{places}）。例如：{item.message}"
        yield f"[{item.word}] {said}{item.fix}"


def _place(item: Finding) -> str:
    return f"{item.sheet}!{item.cell}" if item.cell else item.sheet


def _timeless(document: BytesIO) -> bytes:
    """The same document with the same bytes whenever it is written."""
    target = BytesIO()
    with (
        zipfile.ZipFile(document) as given,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in given.infolist():
            entry = zipfile.ZipInfo(part.filename, _FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, given.read(part))
    return target.getvalue()
