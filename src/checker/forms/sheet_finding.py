"""Which sheet of the workbook is which sheet of the template, whatever it is called now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checker.forms.form_grid import squeeze
from checker.forms.names import EXPLANATIONS_NAME, field_name, indicator_name, table_name
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import Problem
from checker.model.template import Sheet, SheetKind, Template

HEADING_ROWS = 8
"""The line with 表号 stands within so many rows from the top."""


def find_sheets(snapshot: Snapshot, template: Template) -> tuple[dict[str, str], list[Problem]]:
    """Sheet id -> title in this workbook, and what is missing, renamed or there twice.

    By title; else by the defined names that point to it; else by the 表号 printed on it.
    """
    titles: dict[str, str] = {}
    problems: list[Problem] = []
    by_text = {squeeze(title): title for title in snapshot.sheets}
    for sheet in template.sheets:
        title = by_text.get(squeeze(sheet.title))
        if title is not None:
            titles[sheet.id] = title
    for sheet in template.sheets:
        if sheet.id in titles or sheet.kind is SheetKind.GUIDE:
            continue
        free = [title for title in snapshot.sheets if title not in titles.values()]
        title = _by_names(snapshot, sheet, free) or _by_form_number(snapshot, sheet, free)
        if title is None:
            problems.append(_missing(sheet))
        else:
            titles[sheet.id] = title
            message = f"工作表“{sheet.title}”已改名为“{title}”，仍按“{sheet.title}”校验。"
            problems.append(Problem("FORM014", message, sheet=title, actual=title))
    problems.extend(_copies(snapshot, template, titles))
    return titles, problems


def _copies(snapshot: Snapshot, template: Template, titles: dict[str, str]) -> Iterator[Problem]:
    """Sheets that are not read and yet bear the 表号 of one that is: the clerk may have gone on
    filling in the copy."""
    numbered = {squeeze(sheet.form_number): sheet.id for sheet in template.sheets}
    used = set(titles.values())
    for title, cells in snapshot.sheets.items():
        if title in used:
            continue
        for number in form_numbers(cells):
            read = titles.get(numbered.get(number, ""))
            if number and read is not None:
                message = (
                    f"工作表“{title}”和“{read}”是同一张表（{number}），只按“{read}”校验，"
                    f"“{title}”里的数没有读；请确认“{read}”里的数是最后的，再删去多余的一张。"
                )
                yield Problem("FORM024", message, sheet=title, actual=title)


def _missing(sheet: Sheet) -> Problem:
    number = f"（{sheet.form_number}）" if sheet.form_number else ""
    message = f"找不到工作表“{sheet.title}”{number}；请从空白表中复制回来，或重新下载填报表填写。"
    return Problem("FORM013", message, sheet=sheet.title, required=sheet.title)


def _names_of(sheet: Sheet) -> Iterator[str]:
    for field in sheet.fields:
        for column in field.columns:
            yield field_name(field.id, column)
    for table in sheet.tables:
        yield table_name(table.id)
    if sheet.kind is SheetKind.EXPLANATIONS:
        yield EXPLANATIONS_NAME
    for rule in sheet.indicators:
        yield indicator_name(rule, "whole")


def _by_names(snapshot: Snapshot, sheet: Sheet, free: list[str]) -> str | None:
    targets = filter(None, map(snapshot.names.get, _names_of(sheet)))
    votes = Counter(first.sheet for first, _ in targets if first.sheet in free)
    return votes.most_common(1)[0][0] if votes else None


def _by_form_number(snapshot: Snapshot, sheet: Sheet, free: list[str]) -> str | None:
    wanted = squeeze(sheet.form_number)
    if not wanted:
        return None
    found = [title for title in free if wanted in form_numbers(snapshot.sheets[title])]
    return found[0] if len(found) == 1 else None


def form_numbers(sheet: SheetSnapshot) -> set[str]:
    """What follows 表号 in the heading of a sheet, squeezed; also short texts that stand alone."""
    found: set[str] = set()
    for line in sheet.rows[:HEADING_ROWS]:
        for value in line:
            if isinstance(value, str) and "表" in value:
                text = squeeze(value)
                found.add(text.partition("表号:")[2] or text)
    return found
