"""Cells of forms that a county drew itself: a pair within one cell, a tick in one of several cells,
fields in the file's name; and remarks on many cells of a column told as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from checker.forms.cell_words import CodeList
from checker.forms.header_paths import PrintedSheet
from checker.forms.normalise import normalise
from checker.forms.plain_text import half_width, is_footer, squeeze
from checker.forms.remarks import Said, problem
from checker.forms.typed_value import Entry, TypedValue, blank, given, shown, unreadable
from checker.model.cells import Cell, CellKind
from checker.model.snapshot import Position
from checker.model.submission import Fact, FactRef, FactState, Problem
from checker.model.template import FieldType, Template

TICKS = frozenset({*"√✓✔☑●■◆○vV", "是", "有", "1", "对"})
"""What is put into a column to choose it."""
CROSSES = frozenset({*"×✗✘✕✖xX", "否", "无", "0"})
"""What chooses a column that says no, and means nothing certain in another."""
UNTICKED = frozenset({"□", "☐", "◻"})
NO_OPTIONS = frozenset({"否", "无", "没有", "不是", "不符合", "不达标", "不合格"})
PAIR_LABEL = r"(?:[^\s\d:](?:\s+[^\s\d:])+|[^\s\d:][^\s:]{0,19})"
"""A label of a pair; its signs may be drawn apart with blanks: 联 系 电 话."""
_SEAL = r"\s*\((?:公章|盖章|签章|章|签字)\)"  # printed behind the line that is filled in
PAIR_END = rf"(?:{_SEAL})?(?:\s*$|\s+{PAIR_LABEL}\s*:|(?<=[^\s:])\s{{2,}}20[0-9]{{2}}\s*年[^:]*$)"
"""What follows the value of a pair: its end, another pair, or the year printed behind it."""
_PRINTED_UNITS = frozenset(
    {"元", "千元", "万元", "亿元", "人", "个", "所", "册", "台", "间", "亩"}
) | {*("平方米", "㎡", "%", "人次", "人、个", "人、元", "所、人", "人、平方米")}
"""What 单位： names, where it is no school."""
_NOTE = re.compile(r"附(?:[件表注录\d]|$)|注(?:[\d.、)意]|$)|(?:填[表报])?(?:说明|备注)(?:\W|\d|$)")
"""How a remark below a table begins; 附设幼儿班 and 注册人数 are names of rows."""
WRITING_LINE = " _\t\n\u3000"
"""What is printed where a value is to be written: 学校：______."""
_MANY = 3
"""Of more remarks on one column one line is made."""
UNDERSTOOD = "FORM003"


def pair_value(printed: PrintedSheet, label: str) -> tuple[Position, str] | None:
    """The cell that holds ``label`` (squeezed) with its value behind a colon, and the value; None
    unless there is exactly one. Other pairs may stand in the same cell, after blanks."""
    pattern = pair_pattern(label)
    found: list[tuple[Position, str]] = []
    for cell in printed.containing(f"{label}:"):
        text = half_width(str(printed.snapshot.raw(*cell.corner)))
        found += [(cell.corner, match[1].strip(WRITING_LINE)) for match in pattern.finditer(text)]
    if len(found) > 1 and label.endswith("单位"):  # 单位：某某小学 and 单位：元
        found = [each for each in found if each[1] not in _PRINTED_UNITS]
    return found[0] if len(found) == 1 else None


def pair_pattern(label: str) -> re.Pattern[str]:
    """What finds a label (squeezed) and, as its first group, the value behind its colon."""
    printed_label = r"\s*".join(map(re.escape, label))
    return re.compile(rf"(?:^|\s){printed_label}\s*:(.*?)(?={PAIR_END})", re.DOTALL)


def is_pair(text: str) -> bool:
    """Whether a (squeezed) text is a label with a value behind it, and so the value of none other;
    an address of the web is none."""
    return re.match(rf"{PAIR_LABEL}:(?!//)", text) is not None


def read_tick(
    cells: Mapping[str, Cell], entry: Entry, codes: CodeList | None
) -> tuple[str, TypedValue]:
    """(the option whose cell is to be marked, what was chosen) of cells by option, one of which is
    to be ticked."""
    first = next(iter(cells))
    chosen: list[str] = []
    typed: list[str] = []
    for option, cell in cells.items():
        text = squeeze(shown(cell))
        if cell.kind is CellKind.EMPTY or text in UNTICKED or not text:
            continue
        typed.append(text)
        if text in TICKS or text == squeeze(option) or (option in NO_OPTIONS and text in CROSSES):
            chosen.append(option)
        else:
            return option, unreadable("FORM032.odd_tick", text, "一栏打“√”", option=option)
    if not chosen:
        return first, blank(entry)
    if len(chosen) > 1:
        several = "、".join(f"“{option}”" for option in chosen)
        return chosen[0], unreadable(
            "FORM032.several_ticks", "、".join(typed), "只选一栏", several=several
        )
    option = chosen[0]
    if entry.type is FieldType.FLAG:
        return option, given(option not in NO_OPTIONS, typed[0])
    value = normalise(Cell(CellKind.TEXT, option), entry, codes)
    return option, TypedValue(value.state, value.value, option)


def drawn_from_name(pattern: str, name: str) -> dict[str, str] | None:
    """The fields that a pattern such as ``{school.name}({school.kind})`` finds in a file's name;
    None where the name is not like it, {} without a pattern. Endings such as .xlsx, a copy's
    number and the width of brackets do not matter."""
    if not pattern:
        return {}
    wanted = half_width(re.sub(r"\.xlsx?$", "", pattern))
    parts = re.split(r"\{([a-z0-9_.]+)\}", wanted)
    names = parts[1::2]
    expression = "".join(
        re.escape(part) if place % 2 == 0 else "(.+)" for place, part in enumerate(parts)
    )
    stem = half_width(PurePath(name).stem).strip()
    match = re.fullmatch(expression, stem) or re.fullmatch(
        expression, re.sub(r"\s*(?:\([0-9]+\)|- ?副本)$", "", stem)
    )
    if match is None:
        return None
    return {field: text.strip() for field, text in zip(names, match.groups(), strict=True)}


def own_words(
    problems: Iterable[Problem], template: Template, facts: Mapping[FactRef, Fact]
) -> list[Problem]:
    """The problems without remarks on a code that was typed with the very words of its meaning:
    the county's form has no drop-down list that puts the code before them."""
    fields = template.fields()
    kept: list[Problem] = []
    for each in problems:
        item = fields.get(each.ref.field) if each.ref else None
        if each.rule == UNDERSTOOD and item is not None and item.type is FieldType.CODE:
            fact = facts.get(each.ref) if each.ref else None
            meanings = template.code_lists.get(item.codes or "", {})
            if fact is not None and squeeze(meanings.get(str(fact.value))) == squeeze(fact.typed):
                continue
        kept.append(each)
    return kept


def without_noise(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, with what was understood in many cells of one column said once."""
    kept: list[Problem] = []
    alike: dict[tuple[str, int], list[Problem]] = {}
    for each in problems:
        if each.rule == UNDERSTOOD and each.cell is not None:
            place = each.cell.sheet, each.cell.column
            alike.setdefault(place, []).append(each)
        else:
            kept.append(each)
    for same in alike.values():
        if len(same) <= _MANY:
            kept += same
            continue
        first = same[0]
        cells = "、".join(each.cell.a1 for each in same[:_MANY] if each.cell)
        said: Said = {"count": len(same), "cells": cells, "example": first.message}
        kept.append(problem("FORM003.column", first.cell, None, first.ref, first.actual, **said))
    return kept


def is_end(text: str) -> bool:
    """Whether a row that holds this (squeezed) text alone stands below a table: 填表人：…, 附：…"""
    return ":" in text or is_footer(text) or _NOTE.match(text) is not None


def is_used(fact: Fact) -> bool:
    """Whether something was typed for a fact."""
    return fact.state not in (FactState.BLANK, FactState.UNBOUND)
