"""What is said of cells, rows and sheets of a form: sentences by rule and name (`remarks.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct

from checker import toml_files
from checker.model.cells import CellRef
from checker.model.submission import Fact, FactRef, Problem

Said: TypeAlias = "dict[str, Any]"
"""What is said in the places of a sentence, and of the problem around it."""


class _Remarks(Struct, frozen=True):
    """Sentences by "rule.name"; known slips by kind: patterns by the part of the text that they are
    looked for in, and what to ``say``."""

    sentences: dict[str, str]
    slips: dict[str, list[dict[str, str]]]


_KEPT = toml_files.Kept[_Remarks]("remarks-1", _Remarks)


@cache
def _remarks() -> _Remarks:
    return toml_files.load_as(Path(__file__).with_name("remarks.toml"), _KEPT, _remarks_of)


def _remarks_of(document: toml_files.Document) -> _Remarks:
    sentences: dict[str, str] = {}
    slips: dict[str, list[dict[str, str]]] = {}
    for name, content in document.items():
        for own, sentence in toml_files.strings(content).items():
            sentences[f"{name}.{own}"] = sentence
        for slip in toml_files.tables(content):
            slips.setdefault(name, []).append({part: str(text) for part, text in slip.items()})
    return _Remarks(sentences, slips)


def remark_rule(name: str) -> str:
    """The rule that a sentence belongs to: FORM012 for "FORM012.duplicate_row"."""
    return name.partition(".")[0]


def remark(name: str, /, **said: object) -> str:
    """The sentence of this name ("FORM012.duplicate_row"), with what is ``said`` in its places."""
    return _remarks().sentences[name].format_map(said)


def known_slip(kind: str, said: Mapping[str, object], **texts: str) -> str | None:
    """What is said of a text that is no value, by the first of the known slips of a ``kind`` whose
    pattern is found in one of the ``texts``; None if it is like none of them."""
    for slip in _remarks().slips[kind]:
        for part, text in texts.items():
            found = re.search(slip[part], text) if part in slip else None
            if found is not None:
                return slip["say"].format_map({**said, **found.groupdict()})
    return None


def problem(
    name: str,
    cell: CellRef | None = None,
    /,
    sheet: str | None = None,
    ref: FactRef | None = None,
    actual: str = "",
    required: str = "",
    **said: object,
) -> Problem:
    """A problem at a cell, or somewhere on a sheet, told by the sentence of this name."""
    place = cell.sheet if cell is not None else sheet
    return Problem(remark_rule(name), remark(name, **said), ref, cell, place, actual, required)


def fact_problem(name: str, fact: Fact, required: str = "", /, **said: object) -> Problem:
    """A problem of what was typed for a fact; {typed} in the sentence."""
    typed = fact.typed
    return problem(name, fact.cell, None, fact.ref, typed, required, typed=typed, **said)
