"""What a template reads of workbooks: shown in a coloured copy, and compared over copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from msgspec import Struct

from checker.forms.adopted import NOT_BOUND
from checker.forms.binding import bind
from checker.forms.errors import UnknownForm
from checker.forms.recognition import recognise
from checker.model.marks import Changes, Fill, Mark, ResultCell, ResultSheet
from checker.model.snapshot import SheetSnapshot
from checker.model.submission import Fact, FactState, Submission
from checker.model.template import Template
from checker.reading import UnreadableWorkbook, read_snapshot
from checker.writing import write_marked
from checker.writing.old_formats import as_xlsx, old_format

SHEET = "对照"
COLOURS = (Fill.PASS, Fill.UNMET, Fill.EXPLAINED, Fill.DOUBT, Fill.INFO)
"""Neighbouring fields have different ones; they mean nothing else here."""
_FEW = 3
"""So many figures may stand on a sheet that is no part of the form: 填表说明, a list of codes."""
NOT_READ = (FactState.UNREADABLE, FactState.ERROR, FactState.UNCOMPUTED)


class ReadCell(Struct, frozen=True):
    """One fact as it was read, with its name and label. ``first`` is False for the second and later
    rows of a table or ledger."""

    name: str
    label: str
    fact: Fact
    first: bool


def read_cells(submission: Submission) -> Iterator[ReadCell]:
    """All that was read of a workbook, and all that was not found."""
    fields = submission.template.fields()
    for ref, fact in submission.facts.items():
        item = fields[ref.field]
        name = f"{ref.field}@{ref.column}" if len(item.columns) > 1 else ref.field
        yield ReadCell(name, item.label, fact, ref.row <= 1)
    for table in submission.template.tables().values():
        titles = {column.id: column.title for column in table.columns}
        for row in submission.tables.get(table.id, ()):
            for column, fact in row.facts.items():
                label = f"{table.title}：{titles[column]}"
                yield ReadCell(f"{table.id}.{column}", label, fact, row.ordinal == 1)


def _bound(templates: Sequence[Template], path: Path) -> tuple[Submission, list[str]]:
    """The submission in a workbook, and the visible sheets with figures that it does not use."""
    snapshot = read_snapshot(path)
    template = recognise(snapshot, templates)
    submission = bind(snapshot, template)
    used = {*submission.sheet_titles.values()}
    if NOT_BOUND in {problem.rule for problem in submission.problems if problem.sheet is None}:
        return submission, []  # several sheets are like one of the template's: that is told
    left = [
        title
        for title, sheet in snapshot.sheets.items()
        if sheet.visible and title not in used and _holds_figures(sheet)
    ]
    return submission, left


def _holds_figures(sheet: SheetSnapshot) -> bool:
    figures = (
        value
        for line in sheet.rows
        for value in line
        if isinstance(value, int | float) and not isinstance(value, bool)
    )
    return any(True for _ in islice(figures, _FEW, None))


def show(templates: Sequence[Template], source: Path, target: Path) -> Submission:
    """Writes a copy of a workbook in which every cell that is read bears its field's name, with a
    sheet 对照 that lists them. Raises UnreadableWorkbook, UnknownForm, UnwritableWorkbook."""
    submission, _ = _bound(templates, source)
    read = list(read_cells(submission))
    names = {name: place for place, name in enumerate(dict.fromkeys(each.name for each in read))}
    marks = [
        Mark(
            each.fact.cell.sheet,
            each.fact.cell.a1,
            COLOURS[names[each.name] % len(COLOURS)],
            f"{each.name}\n{each.label}" if each.first else None,
        )
        for each in read
        if each.fact.cell is not None
    ]
    header = ("字段", "名称", "格子", "现在的内容", "读到了吗")
    rows = [tuple(ResultCell(text, header=True) for text in header)]
    for each in read:
        if each.first:
            place = str(each.fact.cell) if each.fact.cell else ""
            texts = (each.name, each.label, place, each.fact.typed, _word(each))
            rows.append(tuple(ResultCell(text) for text in texts))
    for problem in submission.problems:
        if problem.rule == NOT_BOUND:
            rows.append((ResultCell(problem.message),))
    sheet = ResultSheet(SHEET, rows, widths=(28, 28, 18, 24, 20), freeze_rows=1)
    changes = Changes(marks=marks, sheets=(sheet,))
    data = source.read_bytes()
    kind = old_format(data)
    write_marked(data if kind is None else as_xlsx(data, kind), target, changes)
    return submission


def _word(each: ReadCell) -> str:
    if each.fact.cell is None:
        return "没有找到" if each.fact.state is FactState.UNBOUND else "从文件名读"
    if each.fact.state in NOT_READ:
        return "找到了，读不出来"
    return "空" if each.fact.state is FactState.BLANK else "读到了"


def compare(templates: Sequence[Template], copies: Sequence[Path]) -> Iterator[str]:
    """What the template does not find in each copy, and where copies disagree, line by line."""
    places: dict[tuple[str, str], dict[str, list[Path]]] = {}
    for path in copies:
        try:
            submission, left = _bound(templates, path)
        except UnreadableWorkbook as unreadable:
            yield f"{path.name}：读不了。{unreadable.reason}"
            continue
        except UnknownForm as unknown:
            yield f"{path.name}：没有认出来。{unknown.reason}"
            continue
        read = [each for each in read_cells(submission) if each.first]
        title = submission.template.title
        found = sum(each.fact.state is not FactState.UNBOUND for each in read)
        yield f"{path.name}：{title}，{len(read)} 项里找到 {found} 项。"
        for problem in submission.problems:
            if problem.rule == NOT_BOUND:
                yield f"  {problem.message}"
        yield from (f"  工作表“{sheet}”里有数，模板没有用到它，没有读。" for sheet in left)
        for each in read:
            if each.fact.state in NOT_READ:
                what = f"{each.name}（{each.label}）"
                yield f"  {what}在 {each.fact.cell}：“{each.fact.typed}”读不出来。"
            if each.fact.cell is not None:
                at = places.setdefault((submission.template.id, each.name), {})
                at.setdefault(each.fact.cell.a1, []).append(path)
    yield from _disagreements(places)


def _disagreements(places: dict[tuple[str, str], dict[str, list[Path]]]) -> Iterator[str]:
    """Fields that stand elsewhere in a few copies than in most."""
    for (_, name), cells in places.items():
        if len(cells) < 2:
            continue
        counted = Counter({a1: len(paths) for a1, paths in cells.items()})
        usual, count = counted.most_common(1)[0]
        others = "、".join(
            f"{path.name} 在 {a1}"
            for a1, paths in cells.items()
            if a1 != usual
            for path in paths[:3]
        )
        yield f"{name}：{count} 份在 {usual}，{others}。"
