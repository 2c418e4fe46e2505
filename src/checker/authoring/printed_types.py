"""Types, units and column ids guessed from what is printed and typed on a form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from checker.authoring.printed_tables import WORDS, YEAR, Leaf
from checker.forms.adopted_cells import CROSSES, TICKS
from checker.forms.plain_text import squeeze
from checker.model.snapshot import SheetSnapshot
from checker.toml_files import strings, texts

UNIT_WORDS = texts(WORDS["units"])
_STAGES = strings(WORDS["stages"])
_UNITS = frozenset(texts(WORDS["unit_values"]))
_YEAR_WORDS = {
    **dict.fromkeys(texts(WORDS["this_year"]), "whole"),
    **dict.fromkeys(texts(WORDS["last_year"]), "whole.previous"),
}
_UNIT = re.compile(r"\(([^()]{1,6})\)$")
_NO_UNIT = re.compile("[章签填选印见按含与和如可]|以上|以下|以内|全称")
"""In brackets behind a label, but no unit: (公章), (必填), (含借读)."""


def years_on(sheet: SheetSnapshot) -> Iterator[re.Match[str]]:
    for line in sheet.rows[:8]:
        for value in line:
            if isinstance(value, str):
                yield from YEAR.finditer(value)


def column_ids(leaves: Sequence[Leaf]) -> list[tuple[str, str, str, str]]:
    """(column id, stage, its title, year) of the columns of a grid, by the words of their paths."""
    if len(leaves) == 1:
        return [("whole", "", "", "")]
    words = [_YEAR_WORDS.get(squeeze(leaf.path)) for leaf in leaves]
    if sorted(word for word in words if word) == ["whole", "whole.previous"]:
        return [(word or f"c{at}", "", "", "") for at, word in enumerate(words, 1)]
    years = sorted({m[1] for leaf in leaves if (m := YEAR.search(leaf.path))}, reverse=True)
    found: list[tuple[str, str, str, str]] = []
    used: set[str] = set()
    for number, leaf in enumerate(leaves, 1):
        parts = leaf.path.split("/")
        stage, title = next(((name, part) for part in parts if (name := _stage(part))), ("", ""))
        match = YEAR.search(leaf.path)
        year = match[1] if match else ""
        base = stage or "whole"
        if year and years and year != years[0]:
            previous = len(years) > 1 and year == years[1]
            base = f"{base}.previous" if previous else f"{base}_{year}"
        if base in used or (not stage and not year):
            base = f"c{number}"
            stage = ""
        used.add(base)
        found.append((base, stage, title if stage else "", year))
    return found


def _stage(part: str) -> str:
    """The stage that a part of a header names and nothing else: 小学, 初中部."""
    bare = re.sub(r"(部|段|学段|阶段)$", "", squeeze(part))
    return _STAGES.get(bare, "")


def unit_of(path: str) -> str:
    match = _UNIT.search(squeeze(path.partition("/")[0])) or _UNIT.search(squeeze(path))
    return match[1] if match and not _NO_UNIT.search(match[1]) else ""


def holds_units(leaf: Leaf) -> bool:
    """Whether a column says the units of its rows, by its header or by what stands in it."""
    held = {squeeze(value) for value in leaf.values if value not in (None, "")}
    return leaf.is_called(UNIT_WORDS) or (bool(held) and held <= _UNITS)


def type_of(values: Iterable[object], unit: str) -> str:
    """The type that fits nearly everything that stands there; money and areas may have decimals."""
    held = [value for value in values if value not in (None, "")]
    if unit in ("㎡", "平方米", "m2", "元", "万元", "亩"):
        return "amount"
    numbers = [value for value in held if isinstance(value, int | float)]
    if held and len(numbers) >= 0.8 * len(held):
        whole = all(value == int(value) and value >= 0 for value in numbers)
        return "count" if whole else "signed" if any(v < 0 for v in numbers) else "amount"
    texts = [squeeze(value) for value in held if isinstance(value, str)]
    months = [t for t in texts if re.fullmatch(r"(19|20)[0-9]{2}[.\-/年]?[0-9]{1,2}月?", t)]
    dates = sum(isinstance(value, date) for value in held)
    if held and len(months) + dates >= 0.9 * len(held):
        return "month" if months else "date"
    if texts and set(texts) <= {"是", "否"}:
        return "flag"
    if not held and unit:
        return "count"
    return "text"


def only_ticks(values: Iterable[object]) -> bool:
    """Whether only ticks and crosses stand in a column, one at least."""
    texts = {squeeze(value) for value in values if value not in (None, "")}
    return bool(texts) and texts <= TICKS | CROSSES


def read_number(value: str) -> object:
    """The number that a text is, or the text; "" for none."""
    try:
        code = re.fullmatch(r"[+0]\d+|\d{8,}", value)  # a code, a telephone
        return float(value) if value and not code else value
    except ValueError:
        return value
