"""What a clerk does to the workbook, and what becomes of the verdicts: the same ones, or those of
the figures concerned are not given and the reason is told. Never another verdict, silently."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))
from test_spellings import COUNT, NUMBERS

from checker.forms.binding import bind
from checker.model.snapshot import SheetSnapshot, Snapshot
from checker.model.submission import FactRef
from checker.model.template import Template
from checker.model.verdicts import Outcome
from checker.session import Session

Outcomes = dict[tuple[str, str, str], str]
Change = Callable[..., Snapshot]
FORMS = ("基本情况", "教师", "校舍与装备", "经费", "安全")
NOT_JUDGED = (Outcome.INCOMPLETE, Outcome.NOT_APPLICABLE)
WOMEN, ALL = FactRef("teachers.women", "primary"), FactRef("teachers.full_time", "primary")


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """Without looking for causes: they change no verdict, and take most of the time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("checker.judging.causes.Search.causes", lambda _: ())
        yield Session()


def outcomes(session: Session, school: Template, book: Snapshot) -> Outcomes:
    """What every rule says of every unit, but for the form's own rules."""
    report = session.judge(bind(book, school))
    assert report.errors == ()
    found: dict[tuple[str, str, str], list[str]] = {}
    for verdict in report.verdicts:
        if not verdict.rule.startswith("FORM"):
            key = verdict.rule, verdict.unit.stage or "", str(verdict.unit.row or "")
            found.setdefault(key, []).append(verdict.outcome)
    return {key: ",".join(sorted(each)) for key, each in found.items()}


@pytest.fixture(scope="module")
def unedited(session: Session, school: Template, snapshot: Snapshot) -> Outcomes:
    found = outcomes(session, school, snapshot)
    assert len(found) > 200
    return found


# -- what is typed into a cell ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelt", "value"),
    [
        *((spelt, value) for spelt, field, value, _ in NUMBERS if field is COUNT),
        *((word, "0") for word in ("", "无", "/", "－", "没有", " ")),
    ],
    ids=lambda value: repr(value),
)
def test_a_spelling_has_the_verdict_of_its_number_or_none(
    session: Session, school: Template, snapshot: Snapshot, typed: Change, spelt: str, value: str
) -> None:
    """女教师 ≤ 专任教师 with 45 teachers: 46 women are one too many, none are few enough, and what
    is no number gives no verdict."""
    places = {ref: bind(snapshot, school).fact(ref).cell for ref in (WOMEN, ALL)}
    book = typed({f"{places[ALL]}": Decimal(45), f"{places[WOMEN]}": spelt})
    submission = bind(book, school)
    (rule,) = [
        rule.id
        for rule in session.ruleset.for_template(school.id, school.edition)
        if rule.kind == "subset" and WOMEN.field in rule.spec.get("parts", ())
    ]
    found = {
        verdict.outcome
        for verdict in session.judge(submission).verdicts
        if verdict.rule == rule and verdict.unit.stage == "primary" and WOMEN in verdict.at
    }
    told = [each.rule for each in submission.problems if each.ref == WOMEN]
    if value is None:
        assert told and Outcome.FAIL not in found and Outcome.PASS not in found
        assert "FORM" in told[0]
    elif Decimal(value) > 45:
        assert found == {Outcome.FAIL} and told
    else:
        assert Outcome.FAIL not in found


# -- what is done to the sheets ---------------------------------------------------------------


def on(title: str, change: Callable[[SheetSnapshot], SheetSnapshot]) -> Callable[..., Snapshot]:
    def edit(book: Snapshot, **_: Change) -> Snapshot:
        return replace(book, sheets={**book.sheets, title: change(book.sheets[title])})

    return edit


def each_text(change: Callable[[str], str], columns: Iterable[int] = (0,), head: bool = False):
    """A sheet on which the printed texts of some columns (0-based), or of the header, differ."""

    def edited(sheet: SheetSnapshot) -> SheetSnapshot:
        rows = [list(line) for line in sheet.rows]
        start = next(i for i, line in enumerate(rows) if "行号" in line)
        for i, line in enumerate(rows):
            if (i == start) if head else (i > start + 1):
                at = range(3, len(line)) if head else columns
                for column in at:
                    if isinstance(line[column], str) and line[column]:
                        line[column] = change(line[column])
        return replace(sheet, rows=rows)

    return edited


def without_sheet(*titles: str) -> Callable[..., Snapshot]:
    def edit(book: Snapshot, **_: Change) -> Snapshot:
        sheets = {title: sheet for title, sheet in book.sheets.items() if title not in titles}
        names = {
            name: at
            for name, at in book.names.items()
            if at is not None and at[0].sheet not in titles
        }
        return replace(book, sheets=sheets, names=names)

    return edit


def head_of(sheet: SheetSnapshot) -> int:
    return next(row for row in range(1, 20) if sheet.raw(row, 2) == "行号")


def numbers_as_numbers(sheet: SheetSnapshot) -> SheetSnapshot:
    """行号 and 栏次 stored as numbers: a green triangle was clicked."""
    rows = [
        [
            float(value) if isinstance(value, str) and value.isdigit() and len(value) < 3 else value
            for value in line
        ]
        for line in sheet.rows
    ]
    return replace(sheet, rows=rows)


def row_gone(code: str) -> Callable[[SheetSnapshot], SheetSnapshot]:
    def edited(sheet: SheetSnapshot) -> SheetSnapshot:
        return replace(sheet, rows=[line for line in sheet.rows if line[1:2] != [code]])

    return edited


def code_typed(old: str, new: str) -> Callable[[SheetSnapshot], SheetSnapshot]:
    def edited(sheet: SheetSnapshot) -> SheetSnapshot:
        rows = [
            [new if at == 1 and value == old else value for at, value in enumerate(line)]
            for line in sheet.rows
        ]
        return replace(sheet, rows=rows)

    return edited


def reordered(book: Snapshot, **_: Change) -> Snapshot:
    return replace(book, sheets=dict(reversed(book.sheets.items())))


def bare(book: Snapshot, without_names: Change, **_: Change) -> Snapshot:
    return without_names(book, lambda name: True)


def lost(book: Snapshot, without_names: Change, **_: Change) -> Snapshot:
    return without_names(book, lambda name: True, lost=True)


def inserted(title: str, names: bool = True, **where: int) -> Callable[..., Snapshot]:
    def edit(book: Snapshot, moved: Change, **_: Change) -> Snapshot:
        after = moved(book, title, with_names=names, **where)
        row, column = where.get("row", 0), where.get("column", 0)
        merged = tuple(
            (
                top + (0 < row <= top),
                left + (0 < column <= left),
                bottom + (0 < row <= bottom),
                right + (0 < column <= right),
            )
            for top, left, bottom, right in book.sheets[title].merged
        )
        sheet = replace(after.sheets[title], merged=merged)
        return replace(after, sheets={**after.sheets, title: sheet})

    return edit


def titled(old: str, new: str, names: bool = True) -> Callable[..., Snapshot]:
    def edit(book: Snapshot, renamed: Change, **_: Change) -> Snapshot:
        return renamed(book, old, new, names_follow=names)

    return edit


SURVIVED: dict[str, Callable[..., Snapshot]] = {
    "sheets in another order": reordered,
    "all names deleted": bare,
    "all names lost": lost,
    **{f"row on top of {title}": inserted(title, row=1) for title in FORMS},
    **{f"row inside {title}": inserted(title, row=12) for title in FORMS},
    **{f"row above the header of {title}": inserted(title, row=5) for title in FORMS},
    **{f"column in front of {title}": inserted(title, column=1) for title in FORMS},
    **{f"column before the figures of {title}": inserted(title, column=4) for title in FORMS},
    "row among the classes": inserted("班级", row=10),
    "column among the classes": inserted("班级", column=4),
    **{f"{title} renamed": titled(title, f"{title}（定稿）") for title in (*FORMS, "班级")},
    **{f"{title} with a blank": titled(title, f" {title}", names=False) for title in FORMS},
    **{
        f"labels without decoration on {title}": on(
            title,
            each_text(lambda text: text.replace("其中：", "").replace("总计", "").strip(" *　")),
        )
        for title in FORMS
    },
    **{
        f"labels as the forms of last year on {title}": on(
            title, each_text(lambda text: text.replace("其中：", "　 ") + "★")
        )
        for title in FORMS
    },
    **{
        f"header with line breaks on {title}": on(
            title, each_text(lambda text: "\n".join((text[:1], text[1:])), head=True)
        )
        for title in FORMS
    },
    **{f"codes as numbers on {title}": on(title, numbers_as_numbers) for title in FORMS},
    "column numbers of the classes as numbers": on("班级", numbers_as_numbers),
    "header 小学段 typed over, its number and names still there": on(
        "教师", each_text(lambda text: text.replace("小学段", "一部"), head=True)
    ),
    "指标 and 填表说明 deleted": without_sheet("指标", "填表说明"),
}
REFUSED: dict[str, tuple[Callable[..., Snapshot], str]] = {
    "教师 deleted": (without_sheet("教师"), "FORM013"),
    "班级 deleted": (without_sheet("班级"), "FORM013"),
    "row 11 of 教师 deleted": (on("教师", row_gone("11")), "FORM011"),
    "row code 12 typed over as 11": (on("教师", code_typed("12", "11")), "FORM012"),
    "row code 12 typed over as 99": (on("教师", code_typed("12", "99")), ""),
    "header 初中段 typed over as 小学段": (
        on("教师", each_text(lambda text: text.replace("初中段", "小学段"), head=True)),
        "FORM018",
    ),
    "cells merged": (
        on("基本情况", lambda sheet: replace(sheet, merged=((26, 4, 26, 5),))),
        "FORM026",
    ),
}


def fixtures(moved: Change, renamed: Change, without_names: Change) -> Mapping[str, Change]:
    return {"moved": moved, "renamed": renamed, "without_names": without_names}


@pytest.mark.parametrize("edit", SURVIVED.values(), ids=SURVIVED.keys())
def test_what_is_survived_leaves_every_verdict_as_it_was(
    edit: Callable[..., Snapshot],
    session: Session,
    school: Template,
    snapshot: Snapshot,
    unedited: Outcomes,
    moved: Change,
    renamed: Change,
    without_names: Change,
) -> None:
    book = edit(snapshot, **fixtures(moved, renamed, without_names))
    assert book is not snapshot
    assert outcomes(session, school, book) == unedited


@pytest.mark.parametrize(("edit", "rule"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_is_told_and_turns_no_verdict_round(
    edit: Callable[..., Snapshot],
    rule: str,
    session: Session,
    school: Template,
    snapshot: Snapshot,
    unedited: Outcomes,
    moved: Change,
    renamed: Change,
    without_names: Change,
) -> None:
    book = edit(snapshot, **fixtures(moved, renamed, without_names))
    told = {problem.rule for problem in bind(book, school).problems}
    assert rule in told if rule else told
    for key, found in outcomes(session, school, book).items():
        known = {*unedited.get(key, "").split(","), *NOT_JUDGED}
        assert set(found.split(",")) <= known, key
