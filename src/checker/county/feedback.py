"""反馈单: one page for each school on what to mend, zipped by 乡镇. Needs python-docx."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from checker.county.report import CountyReport, School
from checker.county.school_copy import COUNTY_UNIT, Note
from checker.county.work_list import township_of
from checker.harmless import one_line
from checker.marking.file_record import FileRecord, Json
from checker.model.verdicts import Severity
from checker.reports.json_report import finding_word

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

FOLDER = "反馈单"
"""In the result folder."""

_MOST = 12
"""So many points of one kind; a sheet of paper has an end, and the marked copy has them all."""

_FIXED = (2026, 1, 1, 0, 0, 0)
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_FONT = "宋体"


def by_township(report: CountyReport) -> dict[str, list[School]]:
    """乡镇 -> its schools, those without one under 其他."""
    found: dict[str, list[School]] = defaultdict(list)
    for school in report.schools:
        town = township_of(report.roster.get(school.code), school.name, school.path)
        found[town or "其他"].append(school)
    return dict(sorted(found.items()))


def archive_name(township: str) -> str:
    """反馈单/和顺乡.zip."""
    return f"{FOLDER}/{_NOT_IN_NAMES.sub('_', township)}.zip"


class Feedback:
    """Writes the papers of one county. One document serves for all: making a new one takes longer
    than writing into it."""

    def __init__(
        self, report: CountyReport, notes: Mapping[str, Sequence[Note]], deadline: str
    ) -> None:
        """``notes`` by 标识码 are what the county says of the school; ``deadline`` may be ""."""
        import docx
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt

        self._report = report
        self._notes = notes
        self._deadline = deadline
        self._records = {record.path: record for record in report.records}
        self._document: Document = docx.Document()
        normal = self._document.styles["Normal"]
        normal.font.name = _FONT
        normal.font.size = Pt(10.5)
        normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
        normal.paragraph_format.space_after = Pt(3)
        section = self._document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(1.5)
        properties = self._document.core_properties
        properties.created = properties.modified = datetime(*_FIXED)
        properties.author = ""

    def asks(self, school: School) -> bool:
        """Whether there is anything that a school is to mend, to explain or to fill in."""
        record = self._records[school.path]
        counts = record.counts
        asked = counts.get("fail") or counts.get("doubt") or counts.get("unjudged")
        return bool(asked or self._notes.get(school.code))

    def write(self, schools: Iterable[School], target: BinaryIO) -> int:
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
                archive.writestr(entry, content.getvalue())
        return len(taken)

    def _tell(self, school: School) -> None:
        """Write one school's page into the document."""
        record = self._records[school.path]
        notes = self._notes.get(school.code, ())
        mend = list(self._points(record, {"fail"}))
        explain = list(self._points(record, {"doubt"}))
        self._clear()
        self._line(f"{school.name}填报数据反馈单", bold=True, size=16)
        about = f"标识码 {school.code}　{self._report.county}{self._report.edition} 年"
        self._line(f"{about}　文件：{school.path}")
        ask = "请按下面的内容核对修改后重新报送"
        self._line(f"{ask}，截止时间：{self._deadline}。" if self._deadline else f"{ask}。")
        first = [str(thing) for thing in record.overview.first]
        self._list("先做这几件事", first)
        self._list(f"必须修改（{len(mend)} 处）", mend)
        self._list(
            f"需要说明（{len(explain)} 处）：数据有误请改正，属实的在“说明”表写明原因", explain
        )
        told = [f"{note.message}{note.fix if note.severity is not Severity.INFO else ''}"
                for note in notes]  # fmt: skip
        self._list(f"{COUNTY_UNIT}核对中发现的（{len(notes)} 处）", told)
        open_items = [f"{item.title}（{item.unit}）：{item.message}"
                      for item in record.overview.unjudged]  # fmt: skip
        self._list(f"缺数据、没有判断的项目（{len(open_items)} 项），请补齐", open_items)
        unmet = record.counts.get("unmet", 0)
        if unmet:
            self._line(f"另有未达标 {unmet} 项：数据属实的据实上报，不要为了达标改数。")
        if school.marked:
            self._line("每一处的位置和改法，见随发的标记副本。")

    def _points(self, record: FileRecord, verdicts: set[str]) -> Iterator[str]:
        """The findings by what they follow from, in the order in which they should be mended."""
        findings = [
            item
            for item in record.findings
            if item["verdict"] in verdicts and item["severity"] != Severity.INFO.value
        ]
        last = len(record.overview.first) + 1

        def order(item: Mapping[str, Json]) -> int:
            cause = item.get("cause")
            return cause if isinstance(cause, int) and cause else last

        for item in sorted(findings, key=order):
            place = f"{item['sheet']}!{item['cell']}" if item["cell"] else str(item["sheet"])
            yield f"[{finding_word(item)}] {place}：{item['message']}{item['fix'] or ''}"

    def _clear(self) -> None:
        body = self._document.element.body
        for element in list(body):
            if not element.tag.endswith("}sectPr"):
                body.remove(element)

    def _list(self, title: str, points: Sequence[str]) -> None:
        if not points:
            return
        self._line(title, bold=True)
        for number, point in enumerate(points[:_MOST], 1):
            self._line(f"{number}. {point}")
        if len(points) > _MOST:
            self._line(f"另有 {len(points) - _MOST} 处，见标记副本。")

    def _line(self, text: str, bold: bool = False, size: float | None = None) -> Paragraph:
        from docx.shared import Pt

        paragraph = self._document.add_paragraph()
        run = paragraph.add_run(one_line(text))
        run.bold = bold
        if size is not None:
            run.font.size = Pt(size)
        return paragraph
