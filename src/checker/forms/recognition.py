"""Which template a workbook was built from, and which of its sheets is which of the template's,
whatever they are called now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from checker.forms.errors import UnknownForm
from checker.forms.names import (
    EDITION_PROPERTY,
    EXPLANATIONS_NAME,
    TEMPLATE_PROPERTY,
    field_name,
    indicator_name,
    table_name,
)
from checker.forms.plain_text import squeeze
from checker.forms.remarks import Said, problem, remark
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import Problem
from checker.model.template import FILLED_IN, Sheet, SheetKind, Template

HEADING_ROWS = 8
"""The line with 表号 stands within so many rows from the top."""

ENOUGH = 0.5
"""Share of a template's form sheets that must be recognised when the workbook does not say."""

_YEAR = re.compile(r"(20[0-9]{2})年")


def recognise(snapshot: Snapshot, templates: Sequence[Template]) -> Template:
    """The template of a workbook: by its own document property, else by its sheets and 表号.

    Of several editions of one template the workbook's own is taken, else the newest; ``bind`` then
    reports the wrong edition (FORM015). Raises UnknownForm: what was seen and what to do.
    """
    named = snapshot.properties.get(TEMPLATE_PROPERTY, "").strip()
    of_kind = [template for template in templates if template.id == named]
    if named and not of_kind:
        raise _unknown("no_such_template", templates, named=named)
    if not of_kind:
        of_kind = _by_sheets(snapshot, templates) + _adopted(snapshot, templates)
    if not of_kind:
        raise _unknown("strange", templates, sheets="、".join(list(snapshot.sheets)[:6]))
    if len({template.id for template in of_kind}) > 1:
        own = any(template.layout is not None for template in of_kind)
        raise _unknown("several_own" if own else "several", of_kind)
    edition = edition_of(snapshot)
    return max(of_kind, key=lambda item: (item.edition == edition, item.edition))


def _unknown(name: str, templates: Sequence[Template], /, **said: object) -> UnknownForm:
    known = "、".join(dict.fromkeys(template.title for template in templates))
    return UnknownForm(remark(f"unrecognised.{name}", known=known, **said))


def _by_sheets(snapshot: Snapshot, templates: Sequence[Template]) -> list[Template]:
    titles = {squeeze(title) for title in snapshot.sheets}
    numbers = {number for sheet in snapshot.sheets.values() for number in form_numbers(sheet)}
    scores: list[tuple[float, Template]] = []
    for template in templates:
        forms = [each for each in template.sheets if each.kind in FILLED_IN and not each.optional]
        if not forms or template.layout is not None:
            continue
        seen = sum(
            (squeeze(sheet.title) in titles) + 2 * (squeeze(sheet.form_number) in numbers)
            if sheet.form_number
            else 3 * (squeeze(sheet.title) in titles)
            for sheet in forms
        )
        scores.append((seen / (3 * len(forms)), template))
    best = max((score for score, _ in scores), default=0.0)
    return [item for score, item in scores if score == best and score >= ENOUGH]


def _adopted(snapshot: Snapshot, templates: Sequence[Template]) -> list[Template]:
    """The templates with an adopted layout that fit best and well enough."""
    # late, as in binding: only workbooks that do not say what they are come here
    from checker.forms.adopted_sheets import ENOUGH as ENOUGH_ADOPTED
    from checker.forms.adopted_sheets import likeness

    scores = [
        (likeness(snapshot, template.layout), template)
        for template in templates
        if template.layout is not None
    ]
    best = max((score for score, _ in scores), default=0.0)
    return [item for score, item in scores if score == best and score >= ENOUGH_ADOPTED]


def edition_of(snapshot: Snapshot) -> int | None:
    """The edition that a workbook says it is: by its document property, else by the year in the
    heading lines (统计时点：2026年9月1日) on which all sheets that name one agree."""
    text = snapshot.properties.get(EDITION_PROPERTY, "").strip()
    if text.isascii() and text.isdigit():
        return int(text)
    years: set[str] = set()
    for sheet in snapshot.sheets.values():
        for line in sheet.rows[:HEADING_ROWS]:
            for value in line:
                if isinstance(value, str) and "统计时点" in value:
                    years.update(_YEAR.findall(value)[:1])
    return int(years.pop()) if len(years) == 1 else None


def wrong_edition(snapshot: Snapshot, template: Template) -> Problem | None:
    """FORM015 if the workbook is of another year than the template it is judged by."""
    edition = edition_of(snapshot)
    if edition is None or edition == template.edition:
        return None
    years: Said = {"actual": str(edition), "required": str(template.edition)}
    said: Said = {"edition": edition, "due": template.edition, "template": template.title}
    return problem("FORM015.other_year", sheet=next(iter(snapshot.sheets), None), **years, **said)


# -- its sheets ----------------------------------------------------------------------------


def find_sheets(snapshot: Snapshot, template: Template) -> tuple[dict[str, str], list[Problem]]:
    """Sheet id -> title in this workbook, and what is missing, renamed or there twice.

    By title; else by the defined names that point to it; else by the 表号 printed on it. Where
    several sheets could be meant and none of these decides, none is taken. An optional sheet that
    is not there is not missing.
    """
    titles: dict[str, str] = {}
    problems: list[Problem] = []
    alike: dict[str, list[str]] = {}
    for title in snapshot.sheets:
        alike.setdefault(squeeze(title), []).append(title)
    for sheet in template.sheets:
        found = alike.get(squeeze(sheet.title), [])
        if sheet.title in found:
            titles[sheet.id] = sheet.title
        elif len(found) == 1:
            titles[sheet.id] = found[0]
    for sheet in template.sheets:
        if sheet.id in titles or sheet.kind is SheetKind.GUIDE:
            continue
        free = [title for title in snapshot.sheets if title not in titles.values()]
        candidates = _by_names(snapshot, sheet, free) or _by_form_number(snapshot, sheet, free)
        if len(candidates) != 1:
            rivals = candidates or alike.get(squeeze(sheet.title), [])
            if rivals or not sheet.optional:
                problems.append(_missing(sheet, rivals))
        else:
            (title,) = candidates
            titles[sheet.id] = title
            said: Said = {"actual": title, "own": sheet.title, "now": title}
            problems.append(problem("FORM014.renamed", sheet=title, **said))
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
                said: Said = {"actual": title, "copy": title, "read": read, "number": number}
                yield problem("FORM024.copy", sheet=title, **said)


def _missing(sheet: Sheet, rivals: Iterable[str] = ()) -> Problem:
    number = f"（{sheet.form_number}）" if sheet.form_number else ""
    name = "FORM013.several" if rivals else "FORM013.missing"
    several = "、".join(f"“{title}”" for title in rivals)
    said: Said = {"required": sheet.title, "own": sheet.title, "number": number, "several": several}
    return problem(name, sheet=sheet.title, **said)


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


def _by_names(snapshot: Snapshot, sheet: Sheet, free: list[str]) -> list[str]:
    """The sheet to which most of its names point; all of those to which as many do."""
    targets = filter(None, map(snapshot.names.get, _names_of(sheet)))
    votes = Counter(first.sheet for first, _ in targets if first.sheet in free)
    most = max(votes.values(), default=0)
    return [title for title, count in votes.items() if count == most]


def _by_form_number(snapshot: Snapshot, sheet: Sheet, free: list[str]) -> list[str]:
    wanted = squeeze(sheet.form_number)
    if not wanted:
        return []
    return [title for title in free if wanted in form_numbers(snapshot.sheets[title])]


def form_numbers(sheet: SheetSnapshot) -> set[str]:
    """What follows 表号 in the heading of a sheet, squeezed; also short texts that stand alone."""
    found: set[str] = set()
    for line in sheet.rows[:HEADING_ROWS]:
        for value in line:
            if isinstance(value, str) and "表" in value:
                text = squeeze(value)
                found.add(text.partition("表号:")[2] or text)
    return found
