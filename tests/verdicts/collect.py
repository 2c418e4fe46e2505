"""Writes down everything that one checkout of the project says of a fixed set of workbooks.

The safety net of a refactoring, like gtfs-validator's comparison of two versions over real feeds:

    python tests/verdicts/inputs.py  --out INPUTS             # once: the workbooks, and their list
    python tests/verdicts/collect.py --inputs INPUTS --out A  # with the interpreter of a checkout
    python tests/verdicts/compare.py --old A --new B          # what differs, and how often

Judged is what the interpreter's own package ``checker`` is. ``OUT`` receives one file of JSON lines
per group: of each workbook its status, the form it was taken for, what was read (a hash of each
sheet), every fact, every problem of the form, and every verdict, passes with their words included.
Of a workbook with one cell changed, or judged by a profile, only the records that differ from those
of the unchanged workbook by the national rules are written. A workbook that makes the program crash
is a record of its own.

Only the session and the attributes of its results are used, so that the same script runs over
checkouts whose modules have moved; `IMPORTS` names where else to look.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from enum import Enum
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parent))

import cell_states

Record = dict[str, Any]

IMPORTS: dict[str, tuple[str, ...]] = {
    "Session": ("checker.session",),
    "SessionOptions": ("checker.session",),
    "read_snapshot_bytes": ("checker.reading", "checker.reading.snapshots"),
    "UnreadableWorkbook": ("checker.reading", "checker.reading.unreadable"),
}
"""Public names and the modules they may stand in, the first that has one wins."""

PRESCHOOL = Path("examples/plugins/preschool/src/checker_preschool")
WITHOUT = ("version", "duration", "seconds", "generated", "created", "marked_copy")
"""Keys of a county's JSON that say when, where or by which version it was made."""


AS_IT_IS = frozenset((str, bool, int, float, type(None)))


def public(name: str) -> Any:
    """A name of the program, wherever this checkout keeps it. Raises ImportError."""
    for module in IMPORTS[name]:
        try:
            return getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise ImportError(f"{name} is in none of {', '.join(IMPORTS[name])}")


def checkout() -> Path:
    """The folder of the checkout whose package is being used."""
    import checker

    return Path(checker.__file__).resolve().parents[2]


# -- what is written down ------------------------------------------------------------------------


def plain(value: object) -> Any:
    """A value as JSON: enums by value, places as text, exact numbers as text."""
    kind = type(value)
    if kind in AS_IT_IS:
        return value
    if kind is list or kind is tuple:
        return [plain(item) for item in cast("list[object]", value)]
    inner = value.value if isinstance(value, Enum) else None
    return inner if isinstance(inner, str) else str(value)


def tried(get: Callable[[], object]) -> Any:
    """What ``get`` gives, as JSON; the error as text, so that one attribute costs no workbook."""
    try:
        return plain(get())
    except Exception as problem:
        return f"!{type(problem).__name__}: {problem}"


def attributes(item: object, names: tuple[str, ...]) -> Record:
    """These attributes of one object, each as JSON, or as the error that it gave."""
    found: Record = {}
    for name in names:
        try:
            found[name] = plain(getattr(item, name))
        except Exception as problem:
            found[name] = f"!{type(problem).__name__}: {problem}"
    return found


def numbered(records: Iterable[Record]) -> dict[str, Record]:
    """Records by id; the second of the same id is ``#2``."""
    found: dict[str, Record] = {}
    seen: Counter[str] = Counter()
    for record in records:
        name = record["id"]
        seen[name] += 1
        if seen[name] > 1:
            name = record["id"] = f"{name}#{seen[name]}"
        found[name] = record
    return found


def quantity(value: Any) -> Any:
    """What a verdict measured: words, or the exact number beside what is shown of it."""
    if value is None or isinstance(value, str):
        return value
    return {"exact": tried(lambda: value.value), "shown": str(value)}


def requirement(value: Any) -> Any:
    """What was required."""
    if value is None or isinstance(value, str):
        return value
    return attributes(value, ("text", "compare", "value"))


def gap(value: Any) -> Any:
    """What is missing, in things."""
    if value is None or isinstance(value, str):
        return value
    return {"exact": tried(lambda: value.exact), "shown": str(value)}


def words_of(verdict: Any) -> Record:
    """What a verdict says. Where passes keep no words of their own, this is the place to ask."""
    found: Record = {}
    for name, make in WORDS.items():
        try:
            found[name] = make(getattr(verdict, name))
        except Exception as problem:
            found[name] = f"!{type(problem).__name__}: {problem}"
    return found


WORDS: dict[str, Callable[[Any], Any]] = {
    "actual": quantity,
    "required": requirement,
    "gap": gap,
    "message": plain,
    "borderline": plain,
}


def verdict_record(verdict: Any, submission: Any) -> Record:
    """One verdict. Those about the form itself are told apart by where they point."""
    unit = verdict.unit
    where = attributes(verdict, ("at", "cell", "sheet"))
    at = where["at"]
    whose = ":".join((plain(unit.scope), unit.stage or unit.label, unit.table or "", str(unit.row)))
    name = f"verdict|{verdict.rule}|{whose}"
    if verdict.rule.startswith("FORM"):
        name += f"|{at[0] if at else where['cell'] or where['sheet'] or ''}"
    return {
        "id": name,
        "kind": "verdict",
        "rule": verdict.rule,
        "unit": unit.label,
        "outcome": plain(verdict.outcome),
        **words_of(verdict),
        **where,
        "cells": tried(lambda: [submission.locate(ref) for ref in verdict.at]),
    }


def fact_record(fact: Any) -> Record:
    """One fact: its state, value, cell and what the cell shows."""
    kept = attributes(fact, ("state", "value", "cell", "typed"))
    note = plain(getattr(fact, "note", None))
    return {"id": f"fact|{fact.ref}", "kind": "fact", "note": note, **kept}


def submission_records(submission: Any) -> Iterator[Record]:
    """Everything that was bound: facts, tables, problems, explanations, shown indicators."""
    yield {
        "id": "submission",
        "kind": "submission",
        "template": tried(lambda: submission.template.id),
        "edition": tried(lambda: submission.template.edition),
        "stages": tried(lambda: submission.stages),
        "identity": {
            part: tried(lambda p=part: submission.identity(p)) for part in ("code", "name", "date")
        },
        "content_hash": tried(lambda: submission.content_hash),
        "sheet_titles": tried(lambda: sorted(submission.sheet_titles.items())),
        "tables": {name: len(rows) for name, rows in sorted(submission.tables.items())},
        "explanation_area": tried(lambda: submission.explanation_area),
    }
    for fact in submission.facts.values():
        yield fact_record(fact)
    for name, rows in submission.tables.items():
        for row in rows:
            for column, fact in row.facts.items():
                yield fact_record(fact) | {"id": f"fact|{name}.{column}@row{row.ordinal}"}
    for problem in submission.problems:
        place = problem.ref or problem.cell or problem.sheet or ""
        yield {
            "id": f"problem|{problem.rule}|{place}",
            "kind": "problem",
            "rule": problem.rule,
            "message": problem.message,
            "cell": plain(problem.cell),
            "sheet": problem.sheet,
            "actual": plain(problem.actual),
            "required": plain(problem.required),
        }
    for key, item in submission.explanations.items():
        yield {
            "id": f"explanation|{key}|{item.row}",
            "kind": "explanation",
            "text": item.text,
            "issue": item.issue,
            "place": item.place,
        }
    for item in submission.indicators:
        yield {
            "id": f"indicator|{item.rule}|{item.stage}",
            "kind": "indicator",
            "cell": plain(item.cell),
            "content": tried(lambda i=item: i.content.value),
            "expected_formula": tried(lambda i=item: i.expected_formula),
        }


def report_records(judgement: Any) -> Iterator[Record]:
    """Everything that was judged, and the order it is reported in."""
    report = judgement.report
    order = hashlib.sha256("\n".join(verdict.rule for verdict in report.verdicts).encode())
    yield {
        "id": "report",
        "kind": "report",
        "order": order.hexdigest()[:16],
        "outcomes": dict(sorted(Counter(plain(v.outcome) for v in report.verdicts).items())),
        "profile": tried(lambda: report.profile),
    }
    for verdict in report.verdicts:
        yield verdict_record(verdict, report.submission)
    for error in report.errors:
        yield {
            "id": f"rule error|{error.plugin}|{error.rule}|{error.unit}",
            "kind": "rule error",
            "rule": error.rule,
            "message": error.message,
        }


def snapshot_records(name: str, data: bytes) -> Iterator[Record]:
    """What was read: of each sheet its extent, how many cells of each kind, and a hash of them."""
    try:
        snapshot = public("read_snapshot_bytes")(name, data)
    except public("UnreadableWorkbook") as problem:
        yield {"id": "snapshot", "kind": "snapshot", "unreadable": problem.reason}
        return
    yield {
        "id": "snapshot",
        "kind": "snapshot",
        "sheets": list(snapshot.sheets),
        "names": {key: tried(lambda t=to: t) for key, to in sorted(snapshot.names.items())},
        "properties": dict(sorted(snapshot.properties.items())),
        "cannot_write": snapshot.cannot_write,
        "formulas_known": snapshot.formulas_known,
    }
    for title, sheet in snapshot.sheets.items():
        kinds: Counter[str] = Counter()
        content = hashlib.sha256()
        for position, cell in cells_of(sheet):
            kinds[plain(cell.kind)] += 1
            line = (position, plain(cell.kind), str(cell.value), cell.formula, bool(cell.percent))
            content.update(repr(line).encode("utf-8", "surrogatepass"))
        yield {
            "id": f"sheet|{title}",
            "kind": "sheet",
            "extent": [list(sheet.origin), sheet.last_row, sheet.last_column],
            "visible": sheet.visible,
            "cells": dict(sorted(kinds.items())),
            "content": content.hexdigest()[:16],
        }


def cells_of(sheet: Any) -> Iterator[tuple[tuple[int, int], Any]]:
    """Every cell of a sheet that holds something, row by row."""
    apart = {*sheet.errors, *sheet.uncomputed, *sheet.formulas}
    top, left = sheet.origin
    inside = {
        (top + down, left + right)
        for down, row in enumerate(sheet.rows)
        for right, value in enumerate(row)
        if value is not None and value != ""
    }
    for position in sorted(inside | apart):
        yield position, sheet.cell(*position)


# -- one workbook --------------------------------------------------------------------------------


class Collector:
    """Judges the workbooks of a list. Sessions are made once for each choice of rules."""

    def __init__(self, inputs: Path) -> None:
        self.inputs = inputs
        self._sessions: dict[tuple[str | None, bool], Any] = {}
        self._packages: dict[str, cell_states.Package] = {}
        self._bases: dict[str, dict[str, Record]] = {}

    def session(self, profile: str | None, preschool: bool) -> Any:
        """The session for a profile, with or without the example package."""
        key = (profile, preschool)
        if key not in self._sessions:
            folders = (str(checkout() / PRESCHOOL),) if preschool else ()
            options = public("SessionOptions")(profile=profile, plugin_dirs=folders)
            self._sessions[key] = public("Session")(options)
        return self._sessions[key]

    def records(self, entry: Record) -> list[Record]:
        """All records of one entry; a crash becomes the last of them."""
        try:
            if entry.get("command") == "county":
                roster = self.inputs / entry["roster"] if "roster" in entry else None
                found = county_records(self.inputs / entry["path"], roster)
                return list(numbered(found).values())
            if "edit" in entry or entry.get("profile"):
                return self._changed(entry)
            return list(self._all(entry, self._data(entry)).values())
        except Exception as problem:
            return [crash(problem)]

    def _data(self, entry: Record) -> bytes:
        return (self.inputs / entry["path"]).read_bytes()

    def _all(self, entry: Record, data: bytes, snapshot: bool = True) -> dict[str, Record]:
        name = Path(entry["path"]).name
        found: list[Record] = []
        try:
            session = self.session(entry.get("profile"), bool(entry.get("preschool")))
            judgement = session.check(name, data)
            found.append(
                {
                    "id": "file",
                    "kind": "file",
                    "status": plain(judgement.status),
                    "message": judgement.message,
                    "cannot_write": tried(lambda: judgement.cannot_write),
                }
            )
            if judgement.report is not None:
                found += submission_records(judgement.report.submission)
                found += report_records(judgement)
        except Exception as problem:
            found.append(crash(problem))
        if snapshot:
            try:
                found += snapshot_records(name, data)
            except Exception as problem:
                found.append(crash(problem) | {"id": "crash while reading"})
        return numbered(found)

    def _changed(self, entry: Record) -> list[Record]:
        """Only what differs from the same workbook as it is, judged by the national rules."""
        path, edit = entry["path"], entry.get("edit")
        if path not in self._bases:
            data = self._data(entry)
            self._packages[path] = cell_states.Package(data)
            self._bases[path] = self._all(entry | {"profile": None}, data, snapshot=False)
        package = self._packages[path]
        data = package.with_state(**edit) if edit else self._data(entry)
        base, now = self._bases[path], self._all(entry, data, snapshot=False)
        gone = [{"id": i, "kind": base[i]["kind"], "gone": True} for i in base if i not in now]
        return [record for i, record in now.items() if base.get(i) != record] + gone


def crash(problem: Exception) -> Record:
    """The program's own failure, with the innermost function it happened in."""
    last = traceback.extract_tb(problem.__traceback__)[-1]
    return {
        "id": "crash",
        "kind": "crash",
        "message": f"{type(problem).__name__}: {problem} ({last.name})",
    }


# -- a county ------------------------------------------------------------------------------------


def county_records(folder: Path, roster: Path | None) -> Iterator[Record]:
    """What ``checker county`` says of a folder: its JSON, one record for each innermost object."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "checker.cli.main", "county", str(folder.resolve())]
        command += ["--format", "json", "--no-mark", "--no-cache", "--workers", "1"]
        if roster is not None:
            command += ["--roster", str(roster.resolve())]
        command += ["--out", str(Path(scratch) / "out")]
        done = subprocess.run(
            command,
            cwd=scratch,
            env={
                **os.environ,
                "PYTHONUTF8": "1",
                "CHECKER_LOG_DIR": str(Path(scratch) / "log"),
            },
            capture_output=True,
            check=False,
        )
    yield {"id": "exit code", "kind": "county", "code": done.returncode}
    text = done.stdout.decode("utf-8")
    if not text.strip():
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        message = "".join(last).replace(scratch, "SCRATCH")
        yield {"id": "message", "kind": "county", "message": message}
        return
    yield from innermost("county", json.loads(text))


def innermost(name: str, value: Any) -> Iterator[Record]:
    """Objects without objects in them, named by the way to them."""
    if isinstance(value, dict):
        simple = {
            f"{key}_" if key in ("id", "kind", "file") else key: inner
            for key, inner in value.items()
            if key not in WITHOUT and not _holds_objects(inner)
        }
        if simple:
            yield {"id": name, "kind": "county", "rule": None} | simple
        for key, inner in value.items():
            if _holds_objects(inner):
                yield from innermost(f"{name}|{key}", inner)
    elif isinstance(value, list):
        for item in value:
            yield from innermost(f"{name}|{_title(item)}", item)


def _holds_objects(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value)
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _title(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    parts = ("path", "file", "code", "stage", "rule", "key", "name")
    return ":".join(str(item[part]) for part in parts if isinstance(item.get(part), str))


# -- the run -------------------------------------------------------------------------------------


def entries_of(inputs: Path, only: str | None, every: int = 1) -> dict[str, list[Record]]:
    """The list of workbooks by group, in the order in which they are judged.

    ``every`` 10 takes every tenth of the states of cells; all other groups are whole.
    """
    groups: dict[str, list[Record]] = {}
    with (inputs / "index.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            if only is None or entry["group"].startswith(only):
                groups.setdefault(entry["group"], []).append(entry)
    sparse = {name for name in groups if name.startswith("fields")}
    return {name: found[::every] if name in sparse else found for name, found in groups.items()}


def collect_group(inputs: Path, out: Path, group: str, entries: list[Record]) -> str:
    """Judge and write down one group; a line that tells of it."""
    began = time.process_time()
    collector = Collector(inputs)
    lines: list[tuple[str, str]] = []
    for entry in entries:
        file = json.dumps(entry["file"], ensure_ascii=False)
        for record in collector.records(entry):
            content = json.dumps(record, ensure_ascii=False, sort_keys=True)
            lines.append((f"{entry['file']}\n{record['id']}", f'{{"file": {file}, {content[1:]}'))
    lines.sort()
    text = "".join(f"{line}\n" for _, line in lines)
    (out / f"{group}.jsonl").write_bytes(text.encode("utf-8", "surrogatepass"))
    spent = time.process_time() - began
    return f"{group}: {len(entries)} to be judged, {len(lines)} records, {spent:.1f} s"


def collect(inputs: Path, out: Path, groups: dict[str, list[Record]], jobs: int) -> None:
    """Judge and write down these groups, ``jobs`` of them at the same time.

    Each group has a process of its own, so that none depends on what was judged before it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(jobs, get_context("spawn"), max_tasks_per_child=1) as pool:
        waiting = [
            pool.submit(collect_group, inputs, out, group, entries)
            for group, entries in groups.items()
        ]
        for done in waiting:
            print(done.result(), flush=True)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=Path, required=True, help="what inputs.py wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the JSON lines")
    parser.add_argument("--only", help="only groups whose name begins so, e.g. fields-county")
    parser.add_argument("--every", type=int, default=1, help="of the states of cells, every nth")
    parser.add_argument("--jobs", type=int, default=1, help="groups at the same time")
    chosen = parser.parse_args()
    print(f"judging with {checkout()}", flush=True)
    groups = entries_of(chosen.inputs, chosen.only, chosen.every)
    collect(chosen.inputs, chosen.out, groups, chosen.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
