"""The JSON of ``checker check``: one object; its schema is ``schema/check.schema.json``.

Also long documents written in pieces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec import to_builtins
from msgspec.structs import asdict

from checker import __version__
from checker.marking.file_record import Json
from checker.marking.findings import Finding, added
from checker.marking.results import FileResult, exit_code
from checker.model.report import Asked, FileStatus
from checker.model.verdicts import RuleError

SCHEMA = Path(__file__).with_name("schema") / "check.schema.json"


def file_document(result: FileResult) -> dict[str, Json]:
    """One entry of ``files``."""
    return {
        "path": result.path,
        "status": result.status.value,
        "template": result.template,
        "unit": result.unit,
        "code": result.code,
        "counts": asdict(result.counts),
        **to_builtins(result.overview),
        "marked_copy": result.marked_copy,
        "cannot_write": result.cannot_write,
        "left_out": list(result.left_out),
        "message": result.message,
    }


def finding_document(path: str, finding: Finding) -> dict[str, Json]:
    """One entry of ``findings``; ``path`` is the file it was found in."""
    return {"file": path, **to_builtins(finding)}


def error_document(path: str, error: RuleError) -> dict[str, Json]:
    """One entry of ``errors``; ``path`` is "" when no single file is concerned."""
    content = to_builtins(error)
    del content["trace"], content["unit"]
    return {"file": path, **content}


def check_pieces(
    results: Sequence[FileResult],
    *,
    asked: Asked,
    errors: Sequence[RuleError] = (),
    beside: Sequence[tuple[str, str]] = (),
) -> Iterator[str]:
    """The whole run as the text of one JSON object, in pieces. ``errors`` are of no single file (a
    broken plugin); ``beside`` are (path, reason) of files that have nothing to do with the run."""
    statuses: dict[str, Json] = {
        status.value: sum(result.status is status for result in results) for status in FileStatus
    }
    crashed: list[Json] = [error_document("", error) for error in errors]
    crashed += [error_document(result.path, error) for result in results for error in result.errors]
    members: dict[str, Member] = {
        "version": __version__,
        "profile": asked.profile,
        "edition": asked.edition,
        "asked": to_builtins(asked),
        "files": map(file_document, results),
        "findings": (
            finding_document(result.path, finding)
            for result in results
            for finding in result.findings
        ),
        "errors": crashed,
        "beside": [{"path": path, "reason": reason} for path, reason in beside],
        "summary": {
            "found": len(results) + len(beside),
            "files": len(results),
            "statuses": statuses,
            "counts": asdict(added(result.counts for result in results)),
            "exit_code": int(exit_code(results)),
        },
    }
    yield from object_pieces(members, indented=True)
    yield "\n"


Member: TypeAlias = "Json | Iterator[Json]"
"""A value, or a stream of values that is written as a list."""


def object_pieces(members: Mapping[str, Member], *, indented: bool = False) -> Iterator[str]:
    """The text of one object; long lists come from streams and are never held as a whole.
    ``indented``: each value on a line of its own, for people, instead of all on one line."""
    line, colon = ("\n ", ": ") if indented else ("", ":")
    before = "{" + line
    for name, value in members.items():
        yield f"{before}{_text(name)}{colon}"
        if isinstance(value, Iterator):
            yield from _list_pieces(value, line)
        else:
            yield _text(value, line)
        before = "," + line
    yield line[:1] + "}" if members else "{}"


def _list_pieces(values: Iterator[Json], line: str) -> Iterator[str]:
    inner = line and line + " "
    before = "["
    for value in values:
        yield before + inner + _text(value, inner)
        before = ","
    yield "[]" if before == "[" else line + "]"


def _text(value: Json, line: str = "") -> str:
    """``line``: what begins the lines of an indented text; "" for a text on one line."""
    if not line:
        return msgspec.json.encode(value).decode()
    return json.dumps(value, ensure_ascii=False, indent=1).replace("\n", line)
