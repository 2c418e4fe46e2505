"""The rows of a list: units, subtotals, totals, its end; and totals against the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import Enum
from itertools import takewhile

from msgspec import Struct
from msgspec.structs import replace

from checker.forms.adopted_cells import is_end, is_used
from checker.forms.form_fields import FieldReading
from checker.forms.header_paths import PrintedSheet
from checker.forms.plain_text import TOTAL_ENDS, TOTAL_WORDS, is_footer, plain, school_code, squeeze
from checker.forms.remarks import Said, fact_problem, problem
from checker.model.snapshot import SheetSnapshot
from checker.model.submission import FactRef, FactState, Problem, Submission
from checker.model.template import FieldType, Template

_SECTION = re.compile(r"(?:\([一二三四五六七八九十]+\)|[一二三四五六七八九十]+[、.])\D")
"""A heading between the rows of a list: 二、设施设备."""
SHARE = re.compile(r"率|比例|比重|占比|百分比|[增减]幅|[增减]%|[生师班]比")
"""In the name of a rate, which is not counted in the unit of its table."""
MEAN = re.compile("平均|[生人师班校园]均")
NOT_SUMMED = re.compile(rf"{SHARE.pattern}|{MEAN.pattern}|单价|年份")
"""In the name of a figure whose total is no sum."""
SUMMED = (FieldType.COUNT, FieldType.AMOUNT, FieldType.SIGNED)


class RowKind(Enum):
    """What a row of a list is."""

    UNIT = "unit"
    SUBTOTAL = "subtotal"  # 小计: of the rows since the last one
    TOTAL = "total"  # 合计: of all rows


class LedgerRow(Struct, frozen=True):
    """One row of a list by its number on the sheet. ``label`` is what a total calls itself."""

    number: int
    kind: RowKind
    label: str = ""
    readings: tuple[FieldReading, ...] = ()


def ledger_rows(
    printed: PrintedSheet, columns: Sequence[int], code: int | None, first: int, last: int
) -> Iterator[LedgerRow]:
    """The rows of a list from ``first`` to its end: a row that holds one text alone which is no
    row of the list (填表人：…), or ``last``. Rows with nothing but their number are left out."""
    cells = printed.snapshot
    special = {row for row, at in (*cells.errors, *cells.uncomputed) if at in columns}
    for row in range(first, last + 1):
        held = _held(cells, row)
        if _is_end_row(held):
            if _goes_on(cells, columns, row + 1, last):
                continue  # a remark between the rows
            return
        only = squeeze(held[0][1]) if len(held) == 1 else ""
        if _SECTION.match(only):
            continue
        total = _total(held)
        if total is not None:
            kind = RowKind.SUBTOTAL if "小计" in total else RowKind.TOTAL
            yield LedgerRow(row, kind, total)
        elif row in special or any(at in columns and at != code for at, _ in held):
            yield LedgerRow(row, RowKind.UNIT)


def _goes_on(cells: SheetSnapshot, columns: Sequence[int], row: int, last: int) -> bool:
    """Whether the row below a remark is one more row of the list: figures stand in it, and there is
    something in most of its columns."""
    held = [at for at in columns if row <= last and cells.raw(row, at) not in (None, "")]
    figures = [at for at in held if isinstance(cells.raw(row, at), int | float)]
    return bool(figures) and 2 * len(held) > len(columns)


def open_rows(printed: PrintedSheet, first: int, most: int) -> Iterator[int]:
    """The rows of a list that may be written: from ``first`` to its first total or its end, at most
    ``most`` of them."""
    began = False  # a total may stand above its rows
    for row in range(first, first + most):
        held = _held(printed.snapshot, row)
        total = _total(held) is not None
        if (total and began) or _is_end_row(held):
            return
        if not total:
            began = True
            yield row


def _held(cells: SheetSnapshot, row: int) -> list[tuple[int, object]]:
    """What stands in a row: columns and values, without blanks."""
    return [
        (at, value)
        for at, value in cells.line(row)
        if value is not None and not (isinstance(value, str) and not value.strip())
    ]


def _is_end_row(held: Sequence[tuple[int, object]]) -> bool:
    """Whether a row is a remark below a list (one text alone), or its footer: 填表人：… 电话：…"""
    texts = [squeeze(value) for _, value in held if isinstance(value, str)]
    if not texts or len(texts) < len(held):
        return False
    return all(map(is_end, texts)) or (len(texts) > 1 and is_footer(texts[0]))


def _total(held: Sequence[tuple[int, object]]) -> str | None:
    """What a row calls itself if it is a total: a text before its first number."""
    for _, value in held:
        if not isinstance(value, str):
            return None
        text = squeeze(value).partition("(")[0]
        if text in TOTAL_WORDS or text.endswith(TOTAL_ENDS):
            return squeeze(value)
    return None


def wrong_totals(rows: Sequence[LedgerRow]) -> Iterator[Problem]:
    """Where a total is not the sum of its rows, above or below it. A column in which a row cannot
    be read is not compared."""
    units = [row for row in rows if row.kind is RowKind.UNIT]
    above = bool(rows) and rows[0].kind is not RowKind.UNIT  # totals before their rows
    kinds = [row.kind for row in rows if row.kind is not RowKind.TOTAL]
    group_above = kinds[:1] == [RowKind.SUBTOTAL]  # under a total on top they may stand below
    for place, row in enumerate(rows):
        if row.kind is RowKind.UNIT:
            continue
        is_group = row.kind is RowKind.SUBTOTAL
        own_above = group_above if is_group else above
        beside = rows[place + 1 :] if own_above else rows[:place][::-1]
        own = list(takewhile(lambda each: each.kind is RowKind.UNIT, beside))
        before = (
            units if own_above else [each for each in rows[:place] if each.kind is RowKind.UNIT]
        )
        of = own if is_group else before
        if of:
            below = own_above and (place == 0 or own)
            yield from _differences(row, of, "下面" if below else "上面")


def _differences(total: LedgerRow, rows: Sequence[LedgerRow], where: str) -> Iterator[Problem]:
    for place, reading in enumerate(total.readings):
        fact, item = reading.fact, reading.field
        if item.type not in SUMMED or not isinstance(fact.value, Decimal):
            continue
        if item.unit == "%" or NOT_SUMMED.search(item.label):
            continue
        facts = [row.readings[place].fact for row in rows]
        if fact.state is not FactState.GIVEN or any(
            is_used(each) and not isinstance(each.value, Decimal) for each in facts
        ):
            continue
        summed = sum((each.value for each in facts if isinstance(each.value, Decimal)), Decimal(0))
        if summed == fact.value:
            continue
        column = reading.column
        name = f"“{item.label}”" + (f"（{column.title}）" if len(item.columns) > 1 else "")
        yield problem(
            "FORM028.total",
            fact.cell,
            actual=plain(fact.value),
            required=f"= {plain(summed)}",
            total=total.label,
            name=name,
            stated=plain(fact.value),
            where=f"{where} {len(rows)} 行",
            summed=plain(summed),
            gap=plain(abs(fact.value - summed)),
        )


def repeated_codes(template: Template, units: Sequence[Submission]) -> Iterator[Problem]:
    """Units of a ledger that have the code (else the name) of an earlier one."""
    for part, word in (("code", "代码"), ("name", "名称")):
        field_id = getattr(template.identity, part)
        if not field_id:
            continue
        column = template.fields()[field_id].columns[0]
        seen: dict[str, Submission] = {}
        for number, unit in enumerate(units, start=1):
            fact = unit.fact(FactRef(field_id, column))
            key = school_code(fact.typed) if fact.state is FactState.GIVEN else ""
            if not key or fact.cell is None:
                continue
            earlier = seen.setdefault(key, unit)
            if earlier is unit:
                continue
            other = earlier.fact(fact.ref).cell
            said: Said = {"row": fact.cell.row, "word": word, "other": other.row if other else "?"}
            own = replace(fact, ref=replace(fact.ref, row=number))
            yield fact_problem("FORM029.repeated", own, "各行不重复", **said)
        if part == "code":
            return
