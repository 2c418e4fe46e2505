"""Records of a run over many files, back as results that every report knows how to write."""

from __future__ import annotations

from msgspec import convert

from checker.marking.file_record import FileRecord
from checker.marking.findings import Counts, Finding
from checker.marking.results import FileResult
from checker.model.report import FileStatus
from checker.model.verdicts import RuleError


def result_of_record(
    record: FileRecord, profile: str = "", path: str | None = None, copy: str | None = None
) -> FileResult:
    """The result a record was made from, as far as reports need it; ``profile`` by its id.
    ``path`` and ``copy`` are where the file and its marked copy lie; without a path both are as
    the record has them."""
    return FileResult(
        path=record.path if path is None else path,
        status=FileStatus(record.status),
        template=record.template,
        unit=record.name,
        code=record.code,
        profile=profile if record.status == FileStatus.CHECKED else "",
        overview=record.overview,
        left_out=record.left_out,
        counts=Counts(**record.counts),
        findings=convert(record.findings, tuple[Finding, ...]),
        errors=convert(record.errors, tuple[RuleError, ...]),
        message=record.message,
        marked_copy=(record.marked_copy or None) if path is None else copy,
        cannot_write=record.cannot_write or None,
    )
