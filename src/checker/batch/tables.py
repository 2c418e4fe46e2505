"""Facts, findings and indicator levels as Parquet, written as the files finish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from checker.batch.record import FactRow, FileRecord

if TYPE_CHECKING:
    from pyarrow import Schema
    from pyarrow.parquet import ParquetWriter

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
        """``folder`` is made if it is absent; tables of an earlier run in it are replaced."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._rows: dict[str, list[tuple[str | int, ...]]] = {name: [] for name in _COLUMNS}
        self._writers: dict[str, ParquetWriter] = {}

    def __enter__(self) -> RunTables:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, record: FileRecord) -> None:
        """Add one file's rows; they are written when enough have come together."""
        head = (record.path, record.code, record.name)
        self._rows[FACTS] += [(*head, *fact) for fact in record.facts]
        self._rows[LEVELS] += [
            (*head, item.stage, item.rule, item.outcome, item.value, item.limit, item.gap)
            for item in record.judged
        ]
        keys = _COLUMNS[FINDINGS][3:]
        self._rows[FINDINGS] += [
            (*head, *(str(finding.get(key) or "") for key in keys)) for finding in record.findings
        ]
        for name, rows in self._rows.items():
            if len(rows) >= _ROWS_AT_ONCE:
                self._write(name)

    def close(self) -> None:
        """Write what is left and close the files. Each exists afterwards, if only as a header."""
        for name in _COLUMNS:
            self._write(name)
            self._writers[name].close()
        self._writers.clear()

    def _write(self, name: str) -> None:
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        schema = _schema(name)
        writer = self._writers.get(name)
        if writer is None:
            writer = ParquetWriter(self._folder / name, schema, compression="zstd")
            self._writers[name] = writer
        rows = self._rows[name]
        if rows:
            columns = list(zip(*rows, strict=True))
            writer.write_table(
                pyarrow.table(
                    {
                        field.name: list(column)
                        for field, column in zip(schema, columns, strict=True)
                    },
                    schema=schema,
                )
            )
            rows.clear()


def read_facts(folder: Path) -> Iterator[tuple[str, str, str, FactRow]]:
    """(file, 标识码, 学校名称, fact) of every row, in order, read in pieces."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(folder / FACTS) as file:
        for batch in file.iter_batches(_ROWS_AT_ONCE):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                path, code, school, *fact = row
                yield path, code, school, FactRow(*fact)


def _schema(name: str) -> Schema:
    import pyarrow

    return pyarrow.schema(
        [
            (column, pyarrow.int32() if column in _WHOLE_NUMBERS else pyarrow.string())
            for column in _COLUMNS[name]
        ]
    )
