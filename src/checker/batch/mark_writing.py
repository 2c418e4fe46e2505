"""Where the marks of one source of a run go: into a copy, or into the file itself. A copy into
which a person wrote is kept."""

from __future__ import annotations

from pathlib import Path

from checker.batch.discovery import Source
from checker.batch.result_folder import claim, copy_target
from checker.marking.results import COPY_FAILED, IN_PLACE_FAILED
from checker.model.marks import Changes
from checker.model.snapshot import SheetSnapshot
from checker.reading import UnreadableWorkbook, read_snapshot_bytes
from checker.trouble import disk_reason
from checker.writing import (
    UnwritableWorkbook,
    WriteSummary,
    clean_content,
    write_in_place,
    write_marked,
)
from checker.writing.old_formats import as_xlsx, old_format, values_in

_IN_PLACE_ONLY_FILES = "压缩包里和网络上的文件不能就地标记，请用 --out 写出副本。"


class MarkWriter:
    """Writes the marks of one source into a copy in ``folder``, or into the file itself if that is
    None. ``target`` is where they went (None: nowhere yet), ``left_out`` what could not be marked.
    """

    def __init__(self, source: Source, folder: str | None, data: bytes) -> None:
        self._source = source
        self._folder = folder
        self._data = data
        self.target: Path | None = None
        self.left_out: tuple[str, ...] = ()

    def __call__(self, marks: Changes) -> None:
        """Raises UnwritableWorkbook."""
        failed = IN_PLACE_FAILED if self._folder is None else COPY_FAILED
        try:
            target, summary = self._written(marks)
        except OSError as problem:
            reason = f"{failed}（{disk_reason(problem)}），请检查磁盘空间和权限。"
            raise UnwritableWorkbook(reason) from problem
        except UnwritableWorkbook as refusal:
            if isinstance(refusal.__cause__, OSError):  # the disk's fault, not the workbook's
                raise UnwritableWorkbook(f"{failed}：{refusal.reason}") from refusal
            raise
        self.target = target
        self.left_out = tuple(f"{one.place}：{one.reason}" for one in summary.skipped)

    def _written(self, marks: Changes) -> tuple[Path, WriteSummary]:
        source = self._source
        if self._folder is None:
            if source.member or "://" in source.location:
                raise UnwritableWorkbook(_IN_PLACE_ONLY_FILES)
            original = Path(source.location)
            return original, write_in_place(original, marks)
        kind = old_format(self._data)
        data = self._data if kind is None else as_xlsx(self._data, kind)
        folder, converted = Path(self._folder), kind.value if kind else ""
        target = copy_target(folder, source, converted, lambda copy: is_untouched(copy, data))
        claim(folder, target)
        return target, write_marked(data, target, marks)


def is_untouched(copy: Path, data: bytes) -> bool:
    """Whether a file is a marked copy of the workbook ``data`` into which no person wrote: no other
    program saved it since, or without our marks it holds the same. Results of formulas do not
    count."""
    try:
        cleaned, summary = clean_content(copy.read_bytes())
        if summary.exact or not summary.found:
            return summary.exact
        one = read_snapshot_bytes("form.xlsx", cleaned)
        other = read_snapshot_bytes("form.xlsx", clean_content(data)[0])
    except (OSError, UnwritableWorkbook, UnreadableWorkbook):
        return False
    return list(one.sheets) == list(other.sheets) and not any(
        _differ(sheet, other.sheets[title]) for title, sheet in one.sheets.items()
    )


def _differ(one: SheetSnapshot, other: SheetSnapshot) -> bool:
    held, then = values_in(one), values_in(other)
    computed = one.formulas.keys() | other.formulas.keys()
    places = (held.keys() | then.keys()) - computed
    return any(held.get(place) != then.get(place) for place in places)
