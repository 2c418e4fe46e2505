"""The hidden sheet 校验记录 of an open book, in the format of the file writer.

A book marked by the button can therefore be cleaned by ``checker clean``, and the other way round.
See `checker.writing.memory_sheet` for the format and its reasons.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from checker_xlsx.orders import Order, Step, Verb

from checker.writing.addresses import parse_area, quoted_title, split_location
from checker.writing.memory_sheet import SIGNATURE, TITLE, Memory, is_provisional

if TYPE_CHECKING:
    import xlwings as xw

_TARGET = re.compile(r"\s*=?\s*ROWS\((.*)\)\s*", re.DOTALL)
_CHUNK = 30_000  # a cell holds at most 32,767 characters
_MOST_CHUNKS = 25


def memory_sheets(book: xw.Book) -> list[xw.Sheet]:
    """The sheets that earlier runs left behind: one, or two when the last was interrupted."""
    return [
        sheet
        for sheet in book.sheets
        if (sheet.name.startswith(TITLE) or is_provisional(sheet.name))
        and sheet.range("A1").value == SIGNATURE
    ]


def read_memories(sheet: xw.Sheet) -> list[Memory]:
    """What the sheet remembers. Lines whose cells were deleted since are left out."""
    used = sheet.used_range
    formulas, values = used.formula, used.options(ndim=2).value
    if not isinstance(formulas, list | tuple) or len(values) < 2:
        return []
    memories = []
    for line, texts in zip(formulas[1:], values[1:], strict=True):
        found = _TARGET.fullmatch(str(line[0]))
        title, address = split_location(found[1]) if found else ("", "")
        area = parse_area(address)
        stored = "".join(str(text) for text in texts[1:] if text)
        if area is None or not stored:
            continue
        try:
            told = json.loads(stored)
            memories.append(
                Memory(
                    str(told["kind"]),
                    title,
                    area,
                    str(told["wrote"]),
                    None if told["before"] is None else str(told["before"]),
                    bool(told["created"]),
                )
            )
        except (ValueError, KeyError, TypeError):
            continue
    return memories


def memory_orders(title: str, memories: Sequence[Memory]) -> list[Order]:
    """What fills the empty sheet ``title`` with memories and hides it."""
    orders: list[Order] = [Step(Verb.PUT, title, "1", entries=("'" + SIGNATURE,))]
    for number, memory in enumerate(memories, 2):
        told = json.dumps(
            {
                "kind": memory.kind,
                "wrote": memory.wrote,
                "before": memory.before,
                "created": memory.created,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        chunks = [told[at : at + _CHUNK] for at in range(0, len(told), _CHUNK)][:_MOST_CHUNKS]
        formula = f"=ROWS({quoted_title(memory.sheet)}!{memory.area.absolute})"
        entries = (formula, *("'" + chunk for chunk in chunks))
        orders.append(Step(Verb.PUT, title, str(number), entries=entries))
    return [*orders, Step(Verb.HIDE, title)]
