"""Facts, findings and indicator levels as Parquet, written as the files finish."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import accumulate, repeat
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from checker.batch.result_folder import claim, replacing, result_target
from checker.marking.file_record import FileRecord

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
        self._waiting = {name: _Waiting(name) for name in _COLUMNS}
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
        facts = record.facts
        texts = (facts.field, facts.column, facts.row, facts.value, facts.cell)
        self._waiting[FACTS].add_columns(head, texts, len(facts))
        levels = [
            (item.stage, item.rule, item.outcome, item.value, item.limit, item.gap)
            for item in record.judged
        ]
        self._waiting[LEVELS].add_rows(head, levels)
        keys = _COLUMNS[FINDINGS][3:]
        self._waiting[FINDINGS].add_rows(
            head,
            [tuple(str(getattr(each, key)) for key in keys) for each in record.findings],
        )
        for name, rows in self._waiting.items():
            if rows.count >= _ROWS_AT_ONCE:
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
        if self.problem is not None:
            self._waiting[name] = _Waiting(name)
            return
        try:
            self._write_rows(name)
        except OSError as problem:
            self.problem = problem

    def _write_rows(self, name: str) -> None:
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
        rows = self._waiting[name]
        if rows.count:
            writer.write_table(pyarrow.Table.from_arrays(rows.arrays(), schema=schema))
            self._waiting[name] = _Waiting(name)


class _Waiting:
    """Rows not yet written. They are kept as Arrow keeps them: a list of Python texts takes ten
    times the memory, and to convert one, pyarrow first imports pandas (0.8 s, 50 MiB)."""

    def __init__(self, name: str) -> None:
        """``name`` of the table."""
        self.count = 0
        self._columns = [
            _WholeNumbers() if column in _WHOLE_NUMBERS else _Texts() for column in _COLUMNS[name]
        ]

    def add_rows(self, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
        """One file's rows; ``head`` stands before each of them."""
        columns = list(zip(*rows, strict=True))
        if columns:
            self.add_columns(head, columns, len(columns[0]))

    def add_columns(
        self, head: tuple[str, ...], columns: Iterable[Sequence[str] | Sequence[int]], count: int
    ) -> None:
        """The same, column by column, each of ``count`` values."""
        for place, text in enumerate(head):
            self._columns[place].repeat(text, count)
        for own, values in zip(self._columns[len(head) :], columns, strict=True):
            own.extend(values)
        self.count += count

    def arrays(self) -> list[Array]:
        """The columns, sharing memory with what is held here."""
        return [column.arrow() for column in self._columns]


class _Texts:
    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("i", [0])

    def extend(self, values: Sequence[str] | Sequence[int]) -> None:
        pieces = [str(value).encode("utf-8", "replace") for value in values]
        self._bytes += b"".join(pieces)
        self._ends.extend(accumulate(map(len, pieces), initial=self._ends.pop()))

    def repeat(self, text: str, count: int) -> None:
        data = text.encode("utf-8", "replace")
        self._bytes += data * count
        self._ends.extend(accumulate(repeat(len(data), count), initial=self._ends.pop()))

    def arrow(self) -> Array:
        from pyarrow import Array, py_buffer, string

        buffers = [None, py_buffer(self._ends), py_buffer(self._bytes)]
        return Array.from_buffers(string(), len(self._ends) - 1, buffers)


class _WholeNumbers:
    def __init__(self) -> None:
        self._values = array("i")

    def extend(self, values: Sequence[str] | Sequence[int]) -> None:
        self._values.extend(map(int, values))

    def repeat(self, text: str, count: int) -> None:
        self._values.extend([int(text)] * count)

    def arrow(self) -> Array:
        from pyarrow import Array, int32, py_buffer

        return Array.from_buffers(int32(), len(self._values), [None, py_buffer(self._values)])


def _schema(name: str) -> Schema:
    import pyarrow

    return pyarrow.schema(
        [
            (column, pyarrow.int32() if column in _WHOLE_NUMBERS else pyarrow.string())
            for column in _COLUMNS[name]
        ]
    )
