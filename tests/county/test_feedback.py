"""反馈单 of schools whose names and findings hold anything."""

from __future__ import annotations

import sys
import zipfile
from io import BytesIO
from pathlib import Path

import docx

from checker.county.feedback import Feedback, archive_name, by_township
from checker.county.report import CountyReport

sys.path.insert(0, str(Path(__file__).parent))
from sample_county import sample_county


def papers(report: CountyReport) -> dict[str, str]:
    """The texts by name, all 乡镇 together."""
    feedback, found = Feedback(report, {}, "今晚"), {}
    for schools in by_township(report).values():
        target = BytesIO()
        feedback.write([each for each in schools if feedback.asks(each)], target)
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
            for name in archive.namelist():
                document = docx.Document(BytesIO(archive.read(name)))
                found[name] = "\n".join(each.text for each in document.paragraphs)
    return found


def test_names_that_no_file_and_no_document_can_hold_are_written_all_the_same() -> None:
    hostile = '<w:p/>\x00\x1b[31m\ufffe/..\\:*?"|\u202e'
    found = papers(sample_county(3, hostile))
    assert len(found) == len(papers(sample_county(3)))
    name = next(name for name in found if "第2小学" in name)
    assert not set('\\/:*?"<>|\x00') & set(name)
    assert "<w:p/>" in found[name]


def test_equal_runs_give_equal_archives_and_the_deadline_is_in_each_paper() -> None:
    report = sample_county(4)
    first, second = BytesIO(), BytesIO()
    for target in (first, second):
        Feedback(report, {}, "10月12日18时").write(report.schools, target)
    assert first.getvalue() == second.getvalue()
    assert all("截止时间：今晚。" in text for text in papers(report).values())


def test_a_township_is_a_file_name() -> None:
    assert archive_name("和顺/乡") == "反馈单/和顺_乡.zip"
