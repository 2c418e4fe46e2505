"""Snapshot + template with an adopted layout -> Submission: a form that a county drew itself.

Everything is found by the words that are printed in the workbook. What is not found exactly is not
read, and said for the author of the template: the clerk is never asked to repair the layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from checker.forms.adopted_cells import (
    drawn_from_name,
    own_words,
    without_noise,
)
from checker.forms.adopted_page import Found, Rooms
from checker.forms.adopted_reader import SheetReader
from checker.forms.adopted_sheets import adopted_sheets, unread_alike
from checker.forms.form_fields import NAMED_AT_MOST, CodeLists, cell_problems, code_lists
from checker.forms.header_paths import (
    PrintedSheet,
)
from checker.forms.ledger_rows import (
    LedgerRow,
    RowKind,
    repeated_codes,
    wrong_totals,
)
from checker.forms.normalise import normalise
from checker.forms.plain_text import squeeze
from checker.forms.remarks import Said, fact_problem, problem, remark
from checker.forms.stage_units import stages_of
from checker.forms.typed_value import TypedValue
from checker.model.adopted import AdoptedLayout, AdoptedSheet
from checker.model.cells import Cell, CellKind
from checker.model.snapshot import Snapshot
from checker.model.submission import Fact, FactRef, FactState, Problem, Submission
from checker.model.template import Template

NOT_BOUND = "FORM027"


def bind_adopted(snapshot: Snapshot, template: Template) -> Submission:
    """All facts of a workbook as the layout of ``template`` says where they stand.

    Never raises for what a workbook contains. Of a ledger the submission's ``units`` are its rows.
    """
    layout = template.layout
    assert layout is not None
    found, titles, ledger = _read(snapshot, template, layout)
    unused = tuple(each.id for each in template.sheets if each.optional and each.id not in titles)
    codes = code_lists(template)
    _add_from_name(snapshot.name, template, codes, found)
    for sheet in template.sheets:
        for item in sheet.fields:
            for column in item.columns:
                ref = FactRef(item.id, column)
                found.facts.setdefault(ref, Fact(ref, FactState.UNBOUND))
    found.problems += _not_bound(found, titles)
    if layout.ledger is not None:
        return _of_ledger(snapshot, template, titles, found, ledger)
    return replace(_submission(snapshot.name, template, titles, found), not_handed_in=unused)


def rooms_of(snapshot: Snapshot, template: Template) -> Rooms:
    """Where the values of a form with an adopted layout are written in a workbook of it; what is
    not found for certain has no room."""
    assert template.layout is not None
    found, _, _ = _read(snapshot, template, template.layout)
    return Rooms(found.rooms, found.table_rooms, found.ledger_room)


def _read(
    snapshot: Snapshot, template: Template, layout: AdoptedLayout
) -> tuple[Found, Mapping[str, str], Sequence[LedgerRow]]:
    """What stands on the sheets, the sheets' titles by id, and the rows of the ledger."""
    codes = code_lists(template)
    printed = {title: PrintedSheet(cells) for title, cells in snapshot.sheets.items()}
    placed, lacking = adopted_sheets(printed, layout)
    titles: dict[str, str] = {}
    found = Found()
    found.problems += _unread_sheets(printed, placed)
    for what in lacking:
        found.miss("", what)
    ledger: list[LedgerRow] = []
    for place, title in placed:
        sheet = template.sheet(place.id)
        titles.setdefault(place.id, title)
        reader = SheetReader(printed[title], title, sheet, codes, found)
        reader.read(place)
        if place.ledger is not None:
            ledger = reader.ledger(place.ledger, place)
    return found, titles, ledger


def _submission(
    name: str, template: Template, titles: Mapping[str, str], found: Found
) -> Submission:
    stages = stages_of(template, template.fields(), found.facts)
    due = own_words(cell_problems(found.readings, stages, found.facts), template, found.facts)
    return Submission(
        name=name,
        template=template,
        facts=found.facts,
        tables=found.tables,
        stages=stages,
        problems=tuple(without_noise([*found.problems, *due])),
        sheet_titles=dict(titles),
    )


def _of_ledger(
    snapshot: Snapshot,
    template: Template,
    titles: Mapping[str, str],
    found: Found,
    rows: Sequence[LedgerRow],
) -> Submission:
    """The submission of a ledger: its rows as units, and what is wrong with it as a whole."""
    units: list[Submission] = []
    problems = list(found.problems)
    facts: dict[FactRef, Fact] = {}
    noted: list[Problem] = []
    for row in rows:
        if row.kind is not RowKind.UNIT:
            continue
        number = len(units) + 1
        own = Found(facts=dict(found.facts), readings=list(row.readings))
        own.facts.update((reading.fact.ref, reading.fact) for reading in row.readings)
        unit = _submission(f"{snapshot.name} 第 {row.number} 行", template, titles, own)
        told = [each for each in unit.problems if each.rule == "FORM003"]
        noted += told
        unit = replace(unit, problems=tuple(each for each in unit.problems if each not in told))
        units.append(unit)
        for ref, fact in own.facts.items():
            moved = replace(ref, row=number)
            facts[moved] = Fact(moved, fact.state, fact.value, fact.cell, fact.typed)
    problems += without_noise([replace(each, ref=None) for each in noted])
    problems += wrong_totals(rows)
    problems += repeated_codes(template, units)
    return Submission(
        name=snapshot.name,
        template=template,
        facts=facts,
        tables={},
        stages=(),
        problems=tuple(problems),
        sheet_titles=dict(titles),
        units=tuple(units),
    )


def _not_bound(found: Found, titles: Mapping[str, str]) -> Iterator[Problem]:
    """One line a sheet for the author: what could not be found, and what was read by position."""
    first = next(iter(titles.values()), None)
    for title, items in found.lacking.items():
        some = "、".join(items[:NAMED_AT_MOST]) + (
            f" 等 {len(items)} 项" * (len(items) > NAMED_AT_MOST)
        )
        where = f"工作表“{title}”里" if title else "这份工作簿里"
        yield problem("FORM027.not_found", sheet=title or first, where=where, some=some)
    if found.by_position:
        cells = "、".join(cell.a1 for cell in found.by_position[:NAMED_AT_MOST])
        yield problem("FORM030.by_position", found.by_position[0], cells=cells)


def _unread_sheets(
    printed: Mapping[str, PrintedSheet], placed: Sequence[tuple[AdoptedSheet, str]]
) -> Iterator[Problem]:
    """One line for every sheet with figures that looks like one that is read, and is not."""
    ledgers = {title for sheet, title in placed if sheet.ledger is not None}
    for title, read in unread_alike(printed, placed):
        rows = remark("FORM024.rows") if read in ledgers else ""
        yield problem("FORM024.alike", sheet=title, actual=title, alike=title, read=read, rows=rows)


def _add_from_name(name: str, template: Template, codes: CodeLists, found: Found) -> None:
    """The fields that the file's name tells, and where it contradicts the workbook."""
    assert template.layout is not None
    fields = template.fields()
    drawn = drawn_from_name(template.layout.file_name, name)
    if drawn is None:
        found.miss("", f"文件名“{name}”不是“{template.layout.file_name}”的样子")
        return
    for field_id, text in drawn.items():
        item = fields[field_id]
        ref = FactRef(field_id, item.columns[0])
        typed = normalise(Cell(CellKind.TEXT, text), item, codes.get(item.codes or ""))
        known = found.facts.get(ref)
        if known is None or known.state is FactState.UNBOUND:
            found.facts[ref] = Fact(ref, typed.state, typed.value, None, typed.typed)
        elif known.state is FactState.GIVEN and not _agree(known, typed):
            said: Said = {"label": item.label, "text": text}
            found.problems.append(fact_problem("FORM031.file_name", known, text, **said))


def _agree(known: Fact, drawn: TypedValue) -> bool:
    """Whether the workbook and the file's name say the same; before a name there may stand a number
    or the like (03_某某小学)."""
    if known.value == drawn.value:
        return True
    one, other = squeeze(known.typed), squeeze(drawn.typed)
    return isinstance(drawn.value, str) and (other.endswith(one) or one.endswith(other))
