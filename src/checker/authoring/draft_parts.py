"""What a draft of a template is put together from: its sheets, and what is proposed beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct, field

from checker.authoring.patterns import quoted
from checker.authoring.printed_tables import PrintedTable
from checker.authoring.printed_words import CODE_WORDS
from checker.authoring.rule_draft import ProposedRule, inline
from checker.forms.ledger_rows import SHARE

NOT_COUNTED = re.compile(rf"年份|年度|年限|序号|{SHARE.pattern}")
"""In the header of a column of a list that is not counted in the unit printed above it."""


class Proposals(Struct):
    """What was found, one line each for the screen, and what is proposed beside the sheets: titles
    of stages by id, code lists as TOML by id, relations that hold, in words and as rules."""

    found: list[str] = []
    stages: dict[str, str] = {}
    code_lists: dict[str, str] = {}
    relations: list[str] = []
    rules: list[ProposedRule] = []


class DraftedList(Struct):
    """A table of entries: its columns, and the headers and options that they stand under."""

    id: str
    code: str
    columns: list[str] = []
    headers: list[str] = []
    ticks: list[str] = []


class DraftedSheet(Struct):
    """One sheet: what it asks (``columns`` by id), and where that stands. Entries are TOML."""

    id: str
    title: str
    names: str
    heading: str = ""
    columns: dict[str, str] = field(
        default_factory=lambda: {"whole": inline(id="whole", title="全校")}
    )
    whole: str = ""  # the header of the column of that id in a grid
    fields: list[str] = []
    cells: list[str] = []
    grids: list[dict[str, object]] = []
    listings: list[DraftedList] = []
    ledger: dict[str, object] = {}


def code_of(each: PrintedTable) -> str:
    """The header of the column of numbers; "" for none."""
    return next((leaf.path for leaf in each.leaves if leaf.is_called(CODE_WORDS)), "")


def table_of(pairs: Iterable[tuple[str, str]]) -> str:
    """An inline table whose keys may be any text."""
    return f"{{ {', '.join(f'{quoted(key)} = {quoted(value)}' for key, value in pairs)} }}"
