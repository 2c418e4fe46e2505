"""Which template a workbook was built from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from checker.forms.form_grid import squeeze
from checker.forms.names import EDITION_PROPERTY, TEMPLATE_PROPERTY
from checker.forms.sheet_finding import HEADING_ROWS, form_numbers
from checker.model.snapshot import Snapshot
from checker.model.submission import Problem
from checker.model.template import SheetKind, Template

ENOUGH = 0.5
"""Share of a template's form sheets that must be recognised when the workbook does not say."""

_YEAR = re.compile(r"(20[0-9]{2})年")


class Unrecognised(NamedTuple):
    """No template fits. ``reason`` is a Chinese sentence: what was seen and what to do."""

    reason: str


def recognise(snapshot: Snapshot, templates: Sequence[Template]) -> Template | Unrecognised:
    """The template of a workbook: by its own document property, else by its sheets and 表号.

    Of several editions of one template the workbook's own is taken, else the newest; ``bind`` then
    reports the wrong edition (FORM015).
    """
    named = snapshot.properties.get(TEMPLATE_PROPERTY, "").strip()
    of_kind = [template for template in templates if template.id == named]
    if named and not of_kind:
        known = "、".join(dict.fromkeys(template.title for template in templates))
        return Unrecognised(
            f"这份表是用“{named}”模板制作的，本程序没有这个模板（现有：{known}）；"
            "请核对是否选错了文件，或安装对应的模板。"
        )
    if not of_kind:
        of_kind = _by_sheets(snapshot, templates)
    if not of_kind:
        known = "、".join(dict.fromkeys(template.title for template in templates))
        sheets = "、".join(list(snapshot.sheets)[:6])
        return Unrecognised(
            f"这不是本程序认识的填报表（认识的有：{known}）；"
            f"文件里的工作表是：{sheets}。请核对是否选错了文件。"
        )
    edition = edition_of(snapshot)
    return max(of_kind, key=lambda item: (item.edition == edition, item.edition))


def _by_sheets(snapshot: Snapshot, templates: Sequence[Template]) -> list[Template]:
    titles = {squeeze(title) for title in snapshot.sheets}
    numbers = {number for sheet in snapshot.sheets.values() for number in form_numbers(sheet)}
    scores: list[tuple[float, Template]] = []
    for template in templates:
        forms = [s for s in template.sheets if s.kind in (SheetKind.FORM, SheetKind.TABLE)]
        if not forms:
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
    message = (
        f"这份表是 {edition} 年的表样，现在应填 {template.edition} 年的“{template.title}”；"
        f"请下载 {template.edition} 年的空白表重新填写。"
    )
    return Problem(
        "FORM015",
        message,
        sheet=next(iter(snapshot.sheets), None),
        actual=str(edition),
        required=str(template.edition),
    )
