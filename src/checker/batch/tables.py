"""Facts, findings and indicator levels as Parquet, written as the files finish."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from checker.batch.result_folder import claim, result_target
from checker.marking.file_record import FileRecord
from checker.whole_files import replacing

if TYPE_CHECKING:
    from pyarrow import Array, Schema
    from pyarrow.parquet import ParquetWriter

TABLES = "数据"
"""In the folder for results."""

FACTS, LEVELS, FINDINGS = "facts.parquet", "levels.parquet", "findings.parquet"
_ROWS_AT_ONCE = 20_000

_COLUMNS: dict[str, tuple[str, ...]] = {
    FACTS: ("file", "code", "school", "field", "column", "row", "value", "cell"),
    LEVELS: ("file", "code", "school", "stage", "rule", "outcome", "value", "limit", "gap"),
    FINDINGS: (
        *("file", "code", "school", "rule", "severity", "verdict", "stage", "sheet", "cell"),
        *("actual", "required", "gap", "message", "key"),
    ),
}
_WHOLE_NUMBERS = frozenset({"row"})


class RunTables:
    """Three Parquet files in one folder. Exact numbers are kept as text ("9/2" for fractions);
    rows stand in the order in which records are added, so equal runs give equal tables."""

    def __init__(self, folder: Path) -> None:
        """``folder`` for results; the tables lie in 数据 below it. Those of an earlier run are
        replaced when these are complete."""
        self._folder = folder
        self._waiting: dict[str, list[tuple[str | int, ...]]] = {name: [] for name in _COLUMNS}
        self._writers: dict[str, ParquetWriter] = {}
        self._drafts = ExitStack()
        self.problem: OSError | None = None
        """Why the tables could not be written; from then on nothing more is."""

    def __enter__(self) -> RunTables:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.close()
            return
        for writer in self._writers.values():
            writer.close()
        self._drafts.__exit__(kind, problem, trace)

    def add(self, record: FileRecord) -> None:
        """Add one file's rows; they are written when enough have come together."""
        head = (record.path, record.code, record.name)
        self._waiting[FACTS] += [(*head, *fact) for fact in record.facts]
        self._waiting[LEVELS] += [
            (*head, item.stage, item.rule, item.outcome, item.value, item.limit, item.gap)
            for item in record.judged
        ]
        keys = _COLUMNS[FINDINGS][len(head) :]
        self._waiting[FINDINGS] += [
            (*head, *(str(getattr(each, key)) for key in keys)) for each in record.findings
        ]
        for name, rows in self._waiting.items():
            if len(rows) >= _ROWS_AT_ONCE:
                self._write(name)

    def close(self) -> None:
        """Write what is left; the tables take their names. Each exists afterwards, if only as a
        header."""
        for name in _COLUMNS:
            self._write(name)
        try:
            for writer in self._writers.values():
                writer.close()
            if self.problem is None:
                self._drafts.close()
        except OSError as problem:
            self.problem = self.problem or problem
        self._writers.clear()
        if self.problem is not None:
            self._drafts.__exit__(OSError, self.problem, None)

    def _write(self, name: str) -> None:
        rows, self._waiting[name] = self._waiting[name], []
        if self.problem is None:
            try:
                self._write_rows(name, rows)
            except OSError as problem:
                self.problem = problem

    def _write_rows(self, name: str, rows: Sequence[tuple[str | int, ...]]) -> None:
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        schema = _schema(name)
        writer = self._writers.get(name)
        if writer is None:
            target = result_target(self._folder, f"{TABLES}/{name}")
            claim(self._folder, target)
            draft = self._drafts.enter_context(replacing(target))
            writer = ParquetWriter(draft, schema, compression="zstd")
            self._writers[name] = writer
        if rows:
            columns = list(map(_arrow, _COLUMNS[name], zip(*rows, strict=True)))
            writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema))


def _arrow(column: str, values: Sequence[str | int]) -> Array:
    """A column as Arrow keeps it. To convert a list, pyarrow would first import pandas (0.8 s,
    50 MiB)."""
    from pyarrow import Array, int32, py_buffer, string

    if column in _WHOLE_NUMBERS:
        numbers = array("i", map(int, values))
        return Array.from_buffers(int32(), len(numbers), [None, py_buffer(numbers)])
    texts = [str(value).encode("utf-8", "replace") for value in values]
    ends = array("i", accumulate(map(len, texts), initial=0))
    buffers = [None, py_buffer(ends), py_buffer(b"".join(texts))]
    return Array.from_buffers(string(), len(texts), buffers)


def _schema(name: str) -> Schema:
    import pyarrow

    return pyarrow.schema(
        [
            (column, pyarrow.int32() if column in _WHOLE_NUMBERS else pyarrow.string())
            for column in _COLUMNS[name]
        ]
    )
