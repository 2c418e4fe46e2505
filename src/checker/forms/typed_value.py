"""What one cell means for one field: the value, or the problem, and the words for the clerk."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from checker.forms.plain_text import plain
from checker.forms.remarks import remark, remark_rule
from checker.model.cells import Cell
from checker.model.submission import Fact, FactRef, FactState, FactValue
from checker.model.template import Blank, FieldType


class Entry(Protocol):
    """What a value is read for: a Field or a TableColumn."""

    @property
    def type(self) -> FieldType: ...
    @property
    def unit(self) -> str: ...
    @property
    def blank(self) -> Blank: ...


class TypedValue(Struct, frozen=True):
    """``state`` and ``value`` as in Fact. ``rule`` is the FORM rule that has something to say of
    the cell ("" if none), ``message`` its Chinese sentence, ``required`` what was to be typed."""

    state: FactState
    value: FactValue = None
    typed: str = ""
    rule: str = ""
    message: str = ""
    required: str = ""


NUMBERS = frozenset({FieldType.COUNT, FieldType.AMOUNT, FieldType.SIGNED, FieldType.PERCENT})


def shown(cell: Cell) -> str:
    """What the cell shows, near enough to be recognised in a message."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, Decimal):
        if not value.is_finite():
            return str(value)
        return f"{plain(value * 100)}%" if cell.percent else plain(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, time | timedelta):
        return clock(value)
    return value.isoformat() if isinstance(value, date) else value


def clock(value: time | timedelta) -> str:
    """1:19 for nineteen past one; seconds only if there are any."""
    if isinstance(value, time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
    else:
        seconds = round(value.total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def blank(entry: Entry, typed: str = "", name: str = "") -> TypedValue:
    """Nothing was typed; 0 or 否 where the form says 无数据留空. ``name`` is that of a remark."""
    value: FactValue = None
    if entry.blank is Blank.ZERO:
        if entry.type in NUMBERS:
            value = Decimal(0)
        elif entry.type is FieldType.FLAG:
            value = False
    if name:
        return remarked(FactState.BLANK, value, typed, name)
    return TypedValue(FactState.BLANK, value, typed)


def blank_fact(ref: FactRef, entry: Entry) -> Fact:
    """The fact of a cell that was left empty."""
    return Fact(ref, FactState.BLANK, blank(entry).value)


def given(value: FactValue, typed: str) -> TypedValue:
    """A value that needs no remark."""
    return TypedValue(FactState.GIVEN, value, typed)


def remarked(
    state: FactState, value: FactValue, typed: str, name: str, /, **said: object
) -> TypedValue:
    """A value, or none, with the remark of this name."""
    return TypedValue(state, value, typed, remark_rule(name), remark(name, typed=typed, **said))


def understood(value: FactValue, typed: str, name: str, /, **said: object) -> TypedValue:
    """The value is used, and the clerk is told how it was understood."""
    return remarked(FactState.GIVEN, value, typed, name, **said)


def unreadable(name: str, typed: str, required: str, /, **said: object) -> TypedValue:
    """Something was typed that cannot be used; ``name`` is that of the remark that says why."""
    return unusable(remark_rule(name), typed, remark(name, typed=typed, **said), required)


def unusable(rule: str, typed: str, message: str, required: str) -> TypedValue:
    """The same, with the whole sentence."""
    return TypedValue(FactState.UNREADABLE, None, typed, rule, message, required)
