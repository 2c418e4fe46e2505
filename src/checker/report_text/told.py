"""What ``checker report`` says: on the screen and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import to_builtins

from checker import __version__
from checker.harmless import one_line
from checker.report_text.statements import JUDGED_WORDS, KIND_WORDS, Judged, Statement

_SIGNS = {Judged.WRONG: "✗", Judged.ASK: "？", Judged.RIGHT: "✓"}


def counts(statements: Sequence[Statement]) -> dict[Judged, int]:
    """How many statements of each sort."""
    found = Counter(one.judged for one in statements)
    return {judged: found[judged] for judged in Judged}


def lines(name: str, statements: Sequence[Statement], *, verbose: bool) -> Iterator[str]:
    """The lines for the screen: first what is wrong, then what is to be verified."""
    found = counts(statements)
    words = "，".join(f"{JUDGED_WORDS[judged]} {found[judged]} 处" for judged in Judged)
    yield f"{one_line(name)}  重新计算了 {len(statements)} 处：{words}"
    for judged in Judged:
        if judged is Judged.RIGHT and not verbose:
            continue
        for one in statements:
            if one.judged is judged:
                yield (
                    f"  {_SIGNS[judged]} 第{one.paragraph + 1}段 {JUDGED_WORDS[judged]}"
                    f"（{KIND_WORDS[one.kind]}）：{one_line(one.message)}"
                )
                yield f"      原文：{one_line(_around(one))}"


def _around(one: Statement, most: int = 60) -> str:
    at = max(one.sentence.find(one.said), 0)
    first = max(0, at - most // 2)
    text = one.sentence[first : first + most]
    return f"{'…' if first else ''}{text}{'…' if first + most < len(one.sentence) else ''}"


def document(name: str, statements: Sequence[Statement], marked: str | None) -> dict[str, Any]:
    """The JSON document."""
    return {
        "checker": __version__,
        "file": name,
        "counts": {judged.value: number for judged, number in counts(statements).items()},
        "marked_copy": marked,
        "statements": [to_builtins(one) | {"paragraph": one.paragraph + 1} for one in statements],
    }
