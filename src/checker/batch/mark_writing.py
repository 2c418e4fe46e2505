"""Where the marks of one source of a run go: into a copy, or into the file itself."""

from __future__ import annotations

from pathlib import Path

from checker.batch.discovery import Source
from checker.batch.result_folder import claim, copy_target
from checker.marking.results import COPY_FAILED, IN_PLACE_FAILED
from checker.model.marks import Changes
from checker.trouble import disk_reason
from checker.writing import UnwritableWorkbook, WriteSummary, write_changes, write_in_place

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
        original = Path(source.location)
        is_file = not source.member and "://" not in source.location
        if self._folder is None:
            if not is_file:
                raise UnwritableWorkbook(_IN_PLACE_ONLY_FILES)
            return original, write_in_place(original, marks)
        target = copy_target(Path(self._folder), source)
        claim(Path(self._folder), target)
        if is_file:
            return target, write_changes(original, target, marks)
        return target, _write_from_bytes(self._data, target, marks)


def _write_from_bytes(data: bytes, target: Path, marks: Changes) -> WriteSummary:
    """For a workbook that is no file of its own."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="checker-") as folder:
        original = Path(folder) / f"原件{target.suffix}"
        original.write_bytes(data)
        return write_changes(original, target, marks)
